//! The Markdown part of a sheet: its sections, its timed steps, and the links in its text.

use super::fields::{Kind, Located, Report, Spot};
use super::sheet::{Hours, Sections, Stage};
use crate::problem::nearest;

/// The headings that a sheet has, in this order.
const HEADINGS: [&str; 10] = [
    "À quoi ça sert",
    "Quand l'utiliser",
    "Quand choisir autre chose",
    "Étapes",
    "Pour ouvrir",
    "Adapter",
    "Matériel",
    "Conseils et pièges",
    "Cadre public",
    "Et ensuite",
];
const STAGES: usize = 3;
const OPTIONAL: usize = 8;

/// One section as written.
struct Part {
    heading: usize,
    line: u32,
    lines: Vec<(u32, String)>,
}

/// Reads the sections. The times of the steps are checked against `duration`, where it is known.
pub fn parse(text: &str, first_line: u32, duration: Option<Hours>, report: &mut Report) -> Sections {
    for (number, line) in (first_line..).zip(text.lines()) {
        check_links(line, number, report);
    }
    let parts = parts(text, first_line, report);
    check_order(&parts, report);
    check_presence(&parts, first_line, report);
    let body = |heading: usize| {
        parts.iter().find(|part| part.heading == heading).map(|part| {
            let lines: Vec<_> = part.lines.iter().map(|(_, line)| line.as_str()).collect();
            lines.join("\n").trim().to_owned()
        })
    };
    let stages = parts.iter().find(|part| part.heading == STAGES).map(|part| stages(part, duration, report));
    let needed = |heading: usize| body(heading).unwrap_or_default();
    Sections {
        purpose: needed(0),
        when: needed(1),
        otherwise: needed(2),
        stages: stages.unwrap_or_default(),
        opening: needed(4),
        adapt: needed(5),
        materials: needed(6),
        tips: needed(7),
        public_rules: body(OPTIONAL),
        next: needed(9),
    }
}

fn parts(text: &str, first_line: u32, report: &mut Report) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut unknown = false;
    let mut before = false;
    for (number, line) in (first_line..).zip(text.lines()) {
        if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            let heading = heading(title.trim(), number, report);
            unknown = heading.is_none();
            parts.extend(heading.map(|heading| Part { heading, line: number, lines: Vec::new() }));
        } else if let Some(part) = parts.last_mut().filter(|_| !unknown) {
            part.lines.push((number, line.to_owned()));
        } else if !unknown && !before && !line.trim().is_empty() {
            before = true;
            let help = "déplacez-le sous une rubrique ; la première est « ## À quoi ça sert »";
            report.error(Spot { line: number, column: 1 }, "du texte précède la première rubrique", help);
        }
    }
    parts
}

/// The number of a heading; a misspelt one is reported, and taken for what it means.
fn heading(title: &str, line: u32, report: &mut Report) -> Option<usize> {
    let straight = title.replace('’', "'");
    let place = |title: &str| HEADINGS.iter().position(|heading| *heading == title);
    if let Some(place) = place(&straight) {
        return Some(place);
    }
    let meant = nearest(&straight, HEADINGS);
    let help = match meant {
        Some(heading) => format!("vouliez-vous dire « ## {heading} » ?"),
        None => format!("rubriques possibles : {}", HEADINGS.join(", ")),
    };
    report.error(Spot { line, column: 1 }, format!("rubrique inconnue : « {title} »"), help);
    meant.and_then(place)
}

fn check_order(parts: &[Part], report: &mut Report) {
    for (index, part) in parts.iter().enumerate() {
        let (at, title) = (Spot { line: part.line, column: 1 }, HEADINGS[part.heading]);
        if parts[..index].iter().any(|earlier| earlier.heading == part.heading) {
            report.error(
                at,
                format!("la rubrique « {title} » est écrite deux fois"),
                "réunissez les deux textes sous un seul titre",
            );
        } else if let Some(earlier) = parts[..index].iter().find(|earlier| earlier.heading > part.heading) {
            let help = format!("placez-la avant « ## {} »", HEADINGS[earlier.heading]);
            report.error(at, format!("la rubrique « {title} » n'est pas à sa place"), help);
        }
        if part.lines.iter().all(|(_, line)| line.trim().is_empty()) {
            report.error(at, format!("la rubrique « {title} » est vide"), "écrivez au moins une phrase sous ce titre");
        }
    }
}

fn check_presence(parts: &[Part], first_line: u32, report: &mut Report) {
    for (index, title) in HEADINGS.iter().enumerate() {
        if index != OPTIONAL && !parts.iter().any(|part| part.heading == index) {
            let follower = parts.iter().find(|part| part.heading > index);
            let line = follower.or(parts.last()).map_or(first_line, |part| part.line);
            let help = format!("ajoutez une ligne « ## {title} » suivie de son texte");
            report.error(Spot { line, column: 1 }, format!("la rubrique « {title} » manque"), help);
        }
    }
}

fn stages(part: &Part, duration: Option<Hours>, report: &mut Report) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut complete = true;
    for (number, line) in &part.lines {
        if let Some(item) = numbered(line) {
            let stage = stage(item);
            if stage.is_none() {
                complete = false;
                let help =
                    "écrivez « 1. **Titre** (30 min) : ce que l'on fait. » ; unités : min, h, h 30, jour, semaine";
                report.error(
                    Spot { line: *number, column: 1 },
                    "cette étape n'a pas de titre ou de durée lisible",
                    help,
                );
            }
            stages.push(stage.unwrap_or_else(|| Stage { title: item.to_owned(), minutes: 0, text: String::new() }));
        } else if let (Some(stage), false) = (stages.last_mut(), line.trim().is_empty()) {
            stage.text.push('\n');
            stage.text.push_str(line.trim());
        } else if !line.trim().is_empty() {
            let help = "la rubrique « Étapes » est une liste numérotée : « 1. **Titre** (30 min) : … »";
            report.error(Spot { line: *number, column: 1 }, "ce texte n'appartient à aucune étape", help);
        }
    }
    if complete {
        check_sum(&stages, part.line, duration, report);
    }
    stages
}

fn check_sum(stages: &[Stage], line: u32, duration: Option<Hours>, report: &mut Report) {
    let Some(duration) = duration.filter(|_| !stages.is_empty()) else { return };
    let sum = stages.iter().map(|stage| stage.minutes).sum::<u32>() as f32 / 60.0;
    // A minute of tolerance: a third of an hour is not exact.
    if sum < duration.min - 0.02 || sum > duration.max + 0.02 {
        let message = format!(
            "les étapes durent {sum:.1} h en tout, hors de la durée annoncée ({} à {} h)",
            duration.min, duration.max
        );
        report.error(Spot { line, column: 1 }, message, "corrigez le temps des étapes, ou « duration » dans l'en-tête");
    }
}

/// What follows « 3. » at the beginning of a line.
fn numbered(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < line.len()).then(|| rest.strip_prefix(". ")).flatten()
}

fn stage(item: &str) -> Option<Stage> {
    let (title, rest) = item.trim().strip_prefix("**")?.split_once("**")?;
    let (time, text) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
    let text = text.trim_start_matches(|c: char| c == ':' || c.is_whitespace()).to_owned();
    Some(Stage {
        title: title.trim().trim_end_matches([' ', ':', '\u{a0}', '\u{202f}']).to_owned(),
        minutes: minutes(time)?,
        text,
    })
}

/// « 30 min », « 2 h », « 1 h 30 », « 1,5 jour », « 2 semaines » in minutes.
fn minutes(time: &str) -> Option<u32> {
    let mut total = 0.0;
    let mut unit = 0.0;
    let spaced: String = time.chars().flat_map(|c| if c.is_whitespace() { vec![' '] } else { vec![c] }).collect();
    let mut words = pieces(&spaced).into_iter().peekable();
    while let Some(word) = words.next() {
        let amount: f32 = word.replace(',', ".").parse().ok()?;
        unit = match words.next() {
            Some(name) => unit_minutes(&name)?,
            // « 1 h 30 »: minutes go without saying after hours.
            None if unit == 60.0 => 1.0,
            None => return None,
        };
        total += amount * unit;
    }
    (total >= 1.0).then_some(total.round() as u32)
}

/// Numbers and words of « 1h30 » or « 1 h 30 ».
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let is_number = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    let mut last = None;
    for c in text.chars() {
        match (pieces.last_mut(), last) {
            _ if c == ' ' => {}
            (Some(piece), Some(before)) if before != ' ' && is_number(before) == is_number(c) => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = Some(c);
    }
    pieces
}

fn unit_minutes(name: &str) -> Option<f32> {
    match name.to_lowercase().as_str() {
        "min" | "mn" | "minute" | "minutes" => Some(1.0),
        "h" | "heure" | "heures" => Some(60.0),
        "j" | "jour" | "jours" | "journée" | "journées" => Some(7.0 * 60.0),
        "semaine" | "semaines" => Some(35.0 * 60.0),
        _ => None,
    }
}

/// Reports the links of one line that lead nowhere, and notes those to other sheets.
fn check_links(line: &str, number: u32, report: &mut Report) {
    let mut from = 0;
    while let Some(start) = line[from..].find("](").map(|at| from + at + 2) {
        let end = line[start..].find(')').map_or(line.len(), |at| start + at);
        let column = u32::try_from(line[..start].chars().count()).unwrap_or(u32::MAX) + 1;
        let at = Spot { line: number, column };
        match line[start..end].strip_prefix("methode:") {
            Some(id) => report.mention(Kind::Method, Located { value: id.to_owned(), at }),
            None => check_address(&line[start..end], at, report),
        }
        from = end;
    }
}

/// Every address must be complete. Plain `http` is taken: the old sites that archives point to have nothing else.
pub fn check_address(url: &str, at: Spot, report: &mut Report) {
    let (scheme, host) = url.split_once("://").unwrap_or_default();
    let complete = !host.is_empty() && !host.starts_with('/') && !url.contains(char::is_whitespace);
    match scheme {
        "https" | "http" if complete => {}
        _ => {
            let help = "écrivez une adresse complète en https://, ou « methode:identifiant » pour une autre fiche";
            report.error(at, format!("« {url} » n'est pas une adresse web"), help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_unit() {
        for (time, expected) in [
            ("30 min", Some(30)),
            ("2 h", Some(120)),
            ("1 h 30", Some(90)),
            ("1h30", Some(90)),
            ("1 h 05 min", Some(65)),
            ("1 jour", Some(420)),
            ("0,5 jour", Some(210)),
            ("2 semaines", Some(4200)),
            ("1\u{a0}h\u{202f}15", Some(75)),
            ("30", None),
            ("longtemps", None),
            ("0 min", None),
            ("", None),
        ] {
            assert_eq!(minutes(time), expected, "{time}");
        }
    }

    #[test]
    fn a_stage_has_a_title_a_time_and_a_text() {
        let read = stage("**Trier** (1 h 30) : on pose tout sur la table.").unwrap();
        assert_eq!((read.title.as_str(), read.minutes), ("Trier", 90));
        assert_eq!(read.text, "on pose tout sur la table.");
        assert_eq!(stage("Trier (1 h)"), None);
        assert_eq!(stage("**Trier** : sans durée"), None);
    }
}
