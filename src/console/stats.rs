//! The dashboard: from counts to charts. Nothing about a person, no group of fewer than five.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::chart::{About, Chart, Node, Shown, Table, Way, bars, columns, graph};
use crate::dialogue::Content;
use crate::dialogue::script::Script;
use crate::knowledge::{GoalId, MethodId, PhaseId};
use crate::message::PlatformKind;
use crate::store::{Span, Store, Total, WAITS};

/// All that the page shows.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// Conversations begun, people who wrote or only looked.
    pub conversations: Shown,
    pub activity: Chart,
    pub funnel: Chart,
    pub goals: Chart,
    pub phases: Chart,
    /// Shown, opened, found useful and not: one row a method.
    pub methods: Table,
    pub satisfaction: Chart,
    /// Share of « useful » among the ratings, between 0 and 1; `None` where a group is too small.
    pub satisfied: Option<f64>,
    pub waits: Chart,
    pub questions: Chart,
    /// Asked for a person; nothing was found.
    pub wants_person: Shown,
    pub nothing_found: Shown,
}

/// Reads the counts of a span and draws them.
///
/// # Errors
/// When the store cannot be read.
pub async fn dashboard(store: &Store, content: &Content, span: Span) -> anyhow::Result<Dashboard> {
    let counts = Counts::of(store.totals(span).await?);
    let days = store.conversations_by_day(span).await?;
    Ok(draw(content, span, &counts, &days))
}

/// Counts by kind and name.
#[derive(Debug, Default)]
struct Counts(BTreeMap<String, BTreeMap<String, i64>>);

impl Counts {
    fn of(totals: Vec<Total>) -> Self {
        let mut counts = Self::default();
        for Total { kind, name, count } in totals {
            counts.0.entry(kind).or_default().insert(name, count);
        }
        counts
    }

    fn get(&self, kind: &str, name: &str) -> i64 {
        self.0.get(kind).and_then(|names| names.get(name)).copied().unwrap_or(0)
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = (&str, i64)> {
        self.0.get(kind).into_iter().flatten().map(|(name, count)| (name.as_str(), *count))
    }

    /// A kind as lines of a chart, the most frequent first.
    fn lines(&self, kind: &str, name: impl Fn(&str) -> String) -> Vec<(String, Shown)> {
        let mut lines: Vec<(&str, i64)> = self.all(kind).collect();
        lines.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        lines.into_iter().map(|(id, count)| (name(id), Shown::of(count))).collect()
    }
}

fn draw(content: &Content, span: Span, counts: &Counts, days: &[(i64, PlatformKind, i64)]) -> Dashboard {
    let library = &content.library;
    let goal = |id: &str| library.goal(&GoalId::from(id)).map_or_else(|| id.to_owned(), |goal| goal.name.clone());
    let phase = |id: &str| library.phase(&PhaseId::from(id)).map_or_else(|| id.to_owned(), |phase| phase.name.clone());
    Dashboard {
        conversations: Shown::of(counts.get("conversation", "all")),
        activity: activity(span, days),
        funnel: funnel(&content.script, counts),
        goals: bars(
            about(
                "objectifs",
                "Objectifs recherchés",
                "Pour chaque objectif, le nombre de conversations qui le cherchaient.",
                &["Objectif", "Conversations"],
            ),
            &counts.lines("goal", goal),
        ),
        phases: bars(
            about(
                "phases",
                "Phases des projets",
                "Pour chaque phase, le nombre de conversations dont le projet s’y trouvait.",
                &["Phase", "Conversations"],
            ),
            &counts.lines("phase", phase),
        ),
        methods: methods(content, counts),
        satisfaction: satisfaction(counts),
        satisfied: satisfied(counts),
        waits: waits(counts),
        questions: questions(counts),
        wants_person: Shown::of(counts.get("concern", "person")),
        nothing_found: Shown::of(counts.get("concern", "nothing")),
    }
}

fn about<'a>(id: &'a str, title: &'a str, description: &'a str, headings: &'a [&'a str]) -> About<'a> {
    About { id, title, description, headings }
}

/// At most so many columns: days, else weeks, else months.
const COLUMNS: i64 = 62;

fn activity(span: Span, days: &[(i64, PlatformKind, i64)]) -> Chart {
    const PLATFORMS: [(PlatformKind, &str); 4] = [
        (PlatformKind::Matrix, "Matrix"),
        (PlatformKind::Discord, "Discord"),
        (PlatformKind::Web, "Web"),
        (PlatformKind::Terminal, "Terminal"),
    ];
    let length = span.last - span.first + 1;
    let start = |day: i64| match length {
        _ if length <= COLUMNS => day,
        _ if length <= 7 * COLUMNS => day - (day + 3).rem_euclid(7), // Monday.
        _ => day - i64::from(date(day).day()) + 1,
    };
    let mut by_start: BTreeMap<i64, BTreeMap<PlatformKind, i64>> = BTreeMap::new();
    for day in span.first..=span.last {
        by_start.entry(start(day)).or_default();
    }
    for (day, platform, count) in days {
        *by_start.entry(start(*day)).or_default().entry(*platform).or_default() += count;
    }
    let used: Vec<_> =
        PLATFORMS.iter().filter(|(kind, _)| days.iter().any(|(_, platform, _)| platform == kind)).collect();
    let column = |(day, counts): (&i64, &BTreeMap<PlatformKind, i64>)| {
        let values = used.iter().map(|(kind, _)| Shown::of(counts.get(kind).copied().unwrap_or(0)));
        (french_day(*day), values.collect())
    };
    let names: Vec<&str> = used.iter().map(|(_, name)| *name).collect();
    let headings: Vec<&str> = ["Période"].into_iter().chain(names.iter().copied()).collect();
    let about = about(
        "activite",
        "Conversations par période et par plateforme",
        "Une colonne par jour, par semaine ou par mois selon la durée regardée ; une couche par plateforme.",
        &headings,
    );
    columns(about, &names, &by_start.iter().map(column).collect::<Vec<_>>())
}

fn date(day: i64) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().days(day.clamp(0, 100_000))).unwrap_or(epoch)
}

fn french_day(day: i64) -> String {
    let date = date(day);
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// The steps in the order of the script, and every way that was taken or is written.
fn funnel(script: &Script, counts: &Counts) -> Chart {
    let steps: Vec<&str> = script.steps.keys().map(String::as_str).collect();
    let place = |step: &str| steps.iter().position(|known| *known == step);
    let rests = |step: &str| script.steps.get(step).is_some_and(|step| step.next.targets().is_empty());
    let node = |step: &&str| {
        let (reached, left) = (counts.get("step", step), counts.get("left", step));
        // Where the advice is given a conversation comes to its end, which is no stop.
        let stopped = if rests(step) { 0 } else { (reached - left).max(0) };
        Node { name: (*step).to_owned(), reached: Shown::of(reached), stopped: Shown::of(stopped) }
    };
    let mut ways: BTreeMap<(usize, usize), (i64, bool)> = BTreeMap::new();
    for (from, step) in steps.iter().filter_map(|name| Some((place(name)?, script.steps.get(*name)?))) {
        for to in step.next.targets().into_iter().filter_map(place) {
            ways.entry((from, to)).or_default().1 = true;
        }
    }
    for (name, count) in counts.all("edge") {
        let ends = name.split_once('>').and_then(|(from, to)| Some((place(from)?, place(to)?)));
        if let Some(ends) = ends {
            ways.entry(ends).or_default().0 += count;
        }
    }
    let way = |(&(from, to), &(taken, written)): (&(usize, usize), &(i64, bool))| Way {
        from,
        to,
        taken: Shown::of(taken),
        written,
    };
    let nodes: Vec<Node> = steps.iter().map(node).collect();
    let about = about(
        "entonnoir",
        "Chemin des conversations dans le dialogue",
        "Les étapes du dialogue de haut en bas : combien de conversations les atteignent, combien s’y arrêtent. Un trait en tirets saute des questions.",
        &["Étape", "Conversations", "Arrêts"],
    );
    graph(about, &nodes, &ways.iter().map(way).collect::<Vec<_>>())
}

fn methods(content: &Content, counts: &Counts) -> Table {
    const KINDS: [&str; 4] = ["shown", "opened", "useful", "not-useful"];
    let mut ids: Vec<(&str, i64)> = counts.all("shown").collect();
    ids.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
    let name = |id: &str| content.library.method(&MethodId::from(id)).map_or_else(|| id.to_owned(), |m| m.name.clone());
    let row = |(id, _): (&str, i64)| {
        [name(id)].into_iter().chain(KINDS.map(|kind| Shown::of(counts.get(kind, id)).to_string())).collect()
    };
    Table {
        caption: "Méthodes conseillées".to_owned(),
        headings: ["Méthode", "Conseillée", "Ouverte", "Jugée utile", "Jugée inutile"].map(str::to_owned).to_vec(),
        rows: ids.into_iter().map(row).collect(),
    }
}

fn satisfaction(counts: &Counts) -> Chart {
    let lines = [("useful", "Utile"), ("not-useful", "Ne convient pas")]
        .map(|(name, label)| (label.to_owned(), Shown::of(counts.get("rating", name))));
    let about = about(
        "satisfaction",
        "Avis des personnes",
        "Combien de conversations ont reçu chaque avis.",
        &["Avis", "Conversations"],
    );
    bars(about, &lines)
}

/// A share would give a hidden count away.
fn satisfied(counts: &Counts) -> Option<f64> {
    let [useful, not_useful] = ["useful", "not-useful"].map(|name| counts.get("rating", name));
    let hidden = [useful, not_useful].map(Shown::of).contains(&Shown::Few);
    (!hidden && useful + not_useful > 0).then(|| useful as f64 / (useful + not_useful) as f64)
}

fn waits(counts: &Counts) -> Chart {
    const LABELS: [&str; 6] = [
        "Moins d’une minute",
        "1 à 2 minutes",
        "2 à 5 minutes",
        "5 à 15 minutes",
        "15 minutes à 1 heure",
        "Plus d’une heure",
    ];
    let lines: Vec<_> = WAITS
        .iter()
        .zip(LABELS)
        .map(|((name, _), label)| (label.to_owned(), Shown::of(counts.get("wait", name))))
        .collect();
    let about = about(
        "attente",
        "Temps avant le premier conseil",
        "Du premier message au premier conseil, en nombre de conversations.",
        &["Temps", "Conversations"],
    );
    bars(about, &lines)
}

fn questions(counts: &Counts) -> Chart {
    let mut lines: Vec<(i64, i64)> =
        counts.all("questions").filter_map(|(name, count)| Some((name.parse().ok()?, count))).collect();
    lines.sort_unstable();
    let lines: Vec<_> = lines
        .into_iter()
        .map(|(number, count)| (format!("{number} question{}", if number > 1 { "s" } else { "" }), Shown::of(count)))
        .collect();
    let about = about(
        "questions",
        "Questions posées avant le premier conseil",
        "La description du projet compte pour une.",
        &["Questions", "Conversations"],
    );
    bars(about, &lines)
}
