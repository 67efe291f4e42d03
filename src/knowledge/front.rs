//! Reads a method's sheet: its front matter here, its sections in `sections`.

use super::fields::{Fields, Kind, Located, Report, Spot, plain};
use super::sheet::{Counted, Hours, Link, LinkKind, Method, People, Place, Sections};
use super::{Budget, GoalId, MethodId, Skill, sections};
use crate::yaml::Node;

/// Reads one sheet; `name` is that of its file, without `.md`. Gives no method when a part that cannot be done
/// without is wrong; everything wrong is in the report.
pub fn parse(text: &str, name: &str, report: &mut Report) -> Option<Method> {
    let (front, body) = split(text, report)?;
    let method = front_matter(&front, name, report);
    let duration = method.as_ref().map(|method| method.duration);
    let sections = sections::parse(body.text, body.first_line, duration, report);
    method.map(|method| Method { sections, ..method })
}

/// A piece of a file and the line where it begins.
struct Piece<'t> {
    text: &'t str,
    first_line: u32,
}

/// The front matter and the rest.
fn split<'t>(text: &'t str, report: &mut Report) -> Option<(Piece<'t>, Piece<'t>)> {
    let top = Spot { line: 1, column: 1 };
    let Some(rest) = text.strip_prefix("---\n") else {
        let help = "commencez la fiche par une ligne « --- », puis les champs, puis « --- »";
        report.error(top, "l'en-tête manque", help);
        return None;
    };
    let mut length = 0;
    for (number, line) in (2..).zip(rest.split_inclusive('\n')) {
        if line.trim_end() == "---" {
            let body = Piece { text: &rest[length + line.len()..], first_line: number + 1 };
            return Some((Piece { text: &rest[..length], first_line: 2 }, body));
        }
        length += line.len();
    }
    report.error(top, "l'en-tête n'est pas refermé", "ajoutez une ligne « --- » après le dernier champ");
    None
}

const BUDGETS: &[(&str, Budget)] =
    &[("none", Budget::None), ("low", Budget::Low), ("medium", Budget::Medium), ("high", Budget::High)];
const SKILLS: &[(&str, Skill)] =
    &[("beginner", Skill::Beginner), ("intermediate", Skill::Intermediate), ("expert", Skill::Expert)];
const PLACES: &[(&str, Place)] = &[("on-site", Place::OnSite), ("remote", Place::Remote), ("either", Place::Either)];
const COUNTS: &[(&str, Counted)] =
    &[("participants", Counted::Participants), ("team", Counted::Team), ("respondents", Counted::Respondents)];
const LINK_KINDS: &[(&str, LinkKind)] = &[
    ("official", LinkKind::Official),
    ("third-party", LinkKind::ThirdParty),
    ("wikipedia", LinkKind::Wikipedia),
    ("mirror", LinkKind::Mirror),
    ("archive", LinkKind::Archive),
];

/// Everything but the sections and the needs.
fn front_matter(front: &Piece<'_>, name: &str, report: &mut Report) -> Option<Method> {
    // Empty lines stand for those above, so that every place is that of the whole file.
    let above = "\n".repeat(front.first_line as usize - 1);
    let tree = report.yaml(&format!("{above}{}", front.text))?;
    let mut fields = Fields::open(report, tree, "l'en-tête")?;
    let id = fields.text("id");
    check_id(id.as_ref(), name, &mut fields);
    let (title, summary) = (fields.text("name"), fields.text("summary"));
    let (english_name, english_summary) = (fields.text("english_name"), fields.text("english_summary"));
    let aliases = plain(fields.texts("aliases"));
    let phase = fields.id("phase", Kind::Phase);
    let goals = goals(&mut fields);
    let duration = fields.required("duration").and_then(|node| hours(node, fields.report()));
    let counted = fields.optional_choice("people_count", COUNTS).unwrap_or_default();
    let people = fields.required("people").and_then(|node| people(node, counted, fields.report()));
    let (budget, skill) = (fields.choice("budget", BUDGETS), fields.choice("skill", SKILLS));
    let place = fields.choice("place", PLACES);
    let (before, after) = (fields.ids("before", Kind::Method), fields.ids("after", Kind::Method));
    let related = fields.ids("related", Kind::Method);
    let links = links(&mut fields);
    fields.finish();
    Some(Method {
        id: MethodId(id?.value),
        name: title?.value,
        summary: summary?.value,
        english_name: english_name?.value,
        english_summary: english_summary?.value,
        aliases,
        phase: phase?,
        goals,
        duration: duration?,
        people: people?,
        budget: budget?,
        skill: skill?,
        place: place?,
        before,
        after,
        related,
        links,
        sections: Sections::default(),
        needs: Vec::new(),
    })
}

fn check_id(id: Option<&Located<String>>, name: &str, fields: &mut Fields<'_>) {
    let Some(id) = id.filter(|id| id.value != name) else { return };
    let message = format!("l'identifiant « {} » n'est pas le nom du fichier", id.value);
    let help = format!("écrivez « id: {name} », ou renommez le fichier en « {}.md »", id.value);
    fields.report().error(id.at, message, help);
}

fn goals(fields: &mut Fields<'_>) -> Vec<GoalId> {
    let goals = fields.ids("goals", Kind::Goal);
    if goals.is_empty() {
        let at = fields.at;
        let help = "ajoutez « goals: [un-objectif] » (les objectifs sont dans vocabulary.yaml)";
        fields.report().error(at, "la fiche ne sert aucun objectif", help);
    }
    goals
}

fn hours(node: Node, report: &mut Report) -> Option<Hours> {
    let mut fields = Fields::open(report, node, "« duration »")?;
    let (min, max) = (fields.number("min", 0.0), fields.number("max", 0.0));
    let hours = ordered(min, max, &mut fields);
    fields.finish();
    hours.map(|(min, max)| Hours { min, max })
}

fn people(node: Node, counted: Counted, report: &mut Report) -> Option<People> {
    let mut fields = Fields::open(report, node, "« people »")?;
    let (min, max) = (fields.number("min", 1.0), fields.number("max", 1.0));
    let people = ordered(min, max, &mut fields);
    fields.finish();
    people.map(|(min, max)| People { min: min.round() as u32, max: max.round() as u32, counted })
}

fn ordered(min: Option<Located<f32>>, max: Option<Located<f32>>, fields: &mut Fields<'_>) -> Option<(f32, f32)> {
    let (min, max) = (min?, max?);
    if min.value > max.value {
        let message = format!("le minimum ({}) dépasse le maximum ({})", min.value, max.value);
        fields.report().error(min.at, message, "échangez les deux nombres, ou corrigez l'un d'eux");
        return None;
    }
    Some((min.value, max.value))
}

fn links(fields: &mut Fields<'_>) -> Vec<Link> {
    let items = fields.list("links");
    items.into_iter().filter_map(|item| link(item, fields.report())).collect()
}

fn link(node: Node, report: &mut Report) -> Option<Link> {
    let mut fields = Fields::open(report, node, "un lien")?;
    let (title, url, lang) = (fields.text("title"), fields.text("url"), fields.text("lang"));
    let kind = fields.choice("kind", LINK_KINDS);
    if let Some(url) = &url {
        sections::check_address(&url.value, url.at, fields.report());
    }
    if let Some(lang) = lang.as_ref().filter(|lang| lang.value.chars().count() != 2) {
        let message = format!("« {} » n'est pas une langue en deux lettres", lang.value);
        fields.report().error(lang.at, message, "écrivez par exemple « lang: fr » ou « lang: en »");
    }
    fields.finish();
    Some(Link { title: title?.value, url: url?.value, lang: lang?.value, kind: kind? })
}
