//! The shared words of the base: phases, goals, glossary, cases, trainings, as read from their YAML files.

use serde::Serialize;

use super::fields::{Fields, Kind, Located, Report, Spot, plain};
use super::{GoalId, MethodId, PhaseId, sections};
use crate::yaml::Node;

/// A phase of a project, as in `vocabulary.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Phase {
    pub id: PhaseId,
    pub name: String,
    pub english: String,
    pub description: String,
    pub english_description: String,
    /// Words and phrases, in both languages, that announce it.
    pub cues: Vec<String>,
}

/// A goal, as in `vocabulary.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Goal {
    pub id: GoalId,
    pub name: String,
    pub english: String,
    /// Words and phrases, in both languages, that announce it.
    pub cues: Vec<String>,
}

/// A word of the trade and what it means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    pub term: String,
    pub english: String,
    pub aliases: Vec<String>,
    /// The official French equivalent, where there is one.
    pub official: Option<String>,
    pub definition: String,
    pub english_definition: String,
    pub example: String,
    pub methods: Vec<MethodId>,
}

/// A real use of methods.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    pub id: String,
    pub title: String,
    pub what: String,
    pub organisation: String,
    pub year: Option<u16>,
    /// Whether the year is known, or only likely.
    pub year_certain: bool,
    pub methods: Vec<MethodId>,
    pub url: Option<String>,
    pub kind: String,
}

/// A course or a guide to learn methods with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Training {
    pub id: String,
    pub title: String,
    pub provider: String,
    pub summary: String,
    pub methods: Vec<MethodId>,
    pub url: Option<String>,
    pub kind: String,
}

/// The content of `vocabulary.yaml`.
#[derive(Debug, Default)]
pub struct Vocabulary {
    pub phases: Vec<Phase>,
    pub goals: Vec<Goal>,
}

pub fn vocabulary(text: &str, report: &mut Report) -> Vocabulary {
    let Some(tree) = report.yaml(text) else { return Vocabulary::default() };
    let Some(mut fields) = Fields::open(report, tree, "le vocabulaire") else { return Vocabulary::default() };
    let (phases, goals) = (fields.required_list("phases"), fields.required_list("goals"));
    let phases = each(phases, fields.report(), "une phase", phase);
    let goals = each(goals, fields.report(), "un objectif", goal);
    fields.finish();
    Vocabulary { phases, goals }
}

pub fn glossary(text: &str, report: &mut Report) -> Vec<Term> {
    document(text, report, "terms", "un terme", term)
}

pub fn cases(text: &str, report: &mut Report) -> Vec<Case> {
    document(text, report, "cases", "un cas", case)
}

pub fn trainings(text: &str, report: &mut Report) -> Vec<Training> {
    document(text, report, "trainings", "une formation", training)
}

/// A value and the name that must be its own in the file.
pub type Entry<T> = (Located<String>, T);

/// A file whose only field is a list of mappings.
pub fn document<T>(
    text: &str,
    report: &mut Report,
    list: &'static str,
    what: &str,
    read: fn(&mut Fields<'_>) -> Option<Entry<T>>,
) -> Vec<T> {
    let Some(tree) = report.yaml(text) else { return Vec::new() };
    let Some(mut fields) = Fields::open(report, tree, "le fichier") else { return Vec::new() };
    let items = fields.required_list(list);
    let items = each(items, fields.report(), what, read);
    fields.finish();
    items
}

pub fn each<T>(
    items: Vec<Node>,
    report: &mut Report,
    what: &str,
    read: fn(&mut Fields<'_>) -> Option<Entry<T>>,
) -> Vec<T> {
    let mut seen: Vec<(String, Spot)> = Vec::new();
    let mut values = Vec::new();
    for item in items {
        let Some(mut fields) = Fields::open(report, item, what) else { continue };
        let entry = read(&mut fields);
        fields.finish();
        let Some((name, value)) = entry else { continue };
        let key = name.value.to_lowercase();
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
            let message = format!("« {} » figure déjà à la ligne {}", name.value, first.line);
            report.error(name.at, message, "gardez une seule des deux entrées");
        }
        seen.push((key, name.at));
        values.push(value);
    }
    values
}

fn cues(fields: &mut Fields<'_>) -> Vec<String> {
    let mut cues = plain(fields.texts("cues"));
    cues.extend(plain(fields.texts("english_cues")));
    cues
}

fn phase(fields: &mut Fields<'_>) -> Option<Entry<Phase>> {
    let (id, name, english) = (fields.text("id"), fields.text("name"), fields.text("english"));
    let (description, english_description) = (fields.text("description"), fields.text("english_description"));
    let cues = cues(fields);
    let id = id?;
    let phase = Phase {
        id: PhaseId(id.value.clone()),
        name: name?.value,
        english: english?.value,
        description: description?.value,
        english_description: english_description?.value,
        cues,
    };
    Some((id, phase))
}

fn goal(fields: &mut Fields<'_>) -> Option<Entry<Goal>> {
    let (id, name, english) = (fields.text("id"), fields.text("name"), fields.text("english"));
    let cues = cues(fields);
    let id = id?;
    let goal = Goal { id: GoalId(id.value.clone()), name: name?.value, english: english?.value, cues };
    Some((id, goal))
}

fn term(fields: &mut Fields<'_>) -> Option<Entry<Term>> {
    let (term, english, aliases) = (fields.text("term"), fields.text("english"), plain(fields.texts("aliases")));
    let official = fields.optional_text("official").map(|official| official.value);
    let (definition, english_definition) = (fields.text("definition"), fields.text("english_definition"));
    let (example, methods) = (fields.text("example"), fields.ids("methods", Kind::Method));
    let name = term?;
    let term = Term {
        term: name.value.clone(),
        english: english?.value,
        aliases,
        official,
        definition: definition?.value,
        english_definition: english_definition?.value,
        example: example?.value,
        methods,
    };
    Some((name, term))
}

const TRUTHS: &[(&str, bool)] = &[("true", true), ("false", false)];

fn case(fields: &mut Fields<'_>) -> Option<Entry<Case>> {
    let (id, title, what) = (fields.text("id"), fields.text("title"), fields.text("what"));
    let organisation = fields.text("organisation");
    let year = year(fields);
    let year_certain = fields.optional_choice("year_certain", TRUTHS).unwrap_or(false);
    let methods = fields.ids("methods", Kind::Method);
    let (url, kind) = (address(fields), fields.text("kind"));
    let id = id?;
    let case = Case {
        id: id.value.clone(),
        title: title?.value,
        what: what?.value,
        organisation: organisation?.value,
        year,
        year_certain,
        methods,
        url,
        kind: kind?.value,
    };
    Some((id, case))
}

fn year(fields: &mut Fields<'_>) -> Option<u16> {
    let text = fields.optional_text("year")?;
    let year = text.value.parse().ok().filter(|year| (1900..2200).contains(year));
    if year.is_none() {
        let message = format!("« {} » n'est pas une année", text.value);
        fields.report().error(text.at, message, "écrivez une année en quatre chiffres, ou supprimez le champ");
    }
    year
}

fn training(fields: &mut Fields<'_>) -> Option<Entry<Training>> {
    let (id, title, provider) = (fields.text("id"), fields.text("title"), fields.text("provider"));
    let (summary, methods) = (fields.text("summary"), fields.ids("methods", Kind::Method));
    let (url, kind) = (address(fields), fields.text("kind"));
    let id = id?;
    let training = Training {
        id: id.value.clone(),
        title: title?.value,
        provider: provider?.value,
        summary: summary?.value,
        methods,
        url,
        kind: kind?.value,
    };
    Some((id, training))
}

fn address(fields: &mut Fields<'_>) -> Option<String> {
    let url = fields.optional_text("url")?;
    sections::check_address(&url.value, url.at, fields.report());
    Some(url.value)
}
