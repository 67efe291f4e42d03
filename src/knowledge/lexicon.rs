//! What `families.yaml` says of words: which belong together, what acronyms mean, how hurried people spell.

use super::fields::{Fields, Report};
use crate::yaml::{Key, Node, Tree};

/// The content of `families.yaml`, as written.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    /// Words of one root or idea; the first is the head.
    pub families: Vec<Vec<String>>,
    /// Words and phrases of nearly the same meaning.
    pub synonyms: Vec<Vec<String>>,
    /// Acronym → what it stands for.
    pub acronyms: Vec<(String, String)>,
    /// Hurried spelling → words.
    pub shorthand: Vec<(String, String)>,
    /// English word or phrase → French words.
    pub english: Vec<(String, String)>,
    /// Openings and politeness that say nothing of the need.
    pub framing: Vec<String>,
}

pub fn parse(text: &str, report: &mut Report) -> Lexicon {
    let Some(tree) = report.yaml(text) else { return Lexicon::default() };
    let Some(mut fields) = Fields::open(report, tree, "le fichier") else { return Lexicon::default() };
    let lexicon = Lexicon {
        families: groups("families", &mut fields),
        synonyms: groups("synonyms", &mut fields),
        acronyms: pairs("acronyms", &mut fields),
        shorthand: pairs("shorthand", &mut fields),
        english: pairs("english", &mut fields),
        framing: fields.texts("framing").into_iter().map(|opening| opening.value).collect(),
    };
    fields.finish();
    lexicon
}

fn groups(name: &'static str, fields: &mut Fields<'_>) -> Vec<Vec<String>> {
    let Some(node) = fields.optional(name) else { return Vec::new() };
    let Tree::List(lines) = node.tree else {
        fields.report().error(
            node.at,
            format!("« {name} » doit être une liste"),
            "une ligne par groupe : « - [travail, travaux] »",
        );
        return Vec::new();
    };
    lines.into_iter().filter_map(|line| group(line, fields.report())).collect()
}

fn group(line: Node, report: &mut Report) -> Option<Vec<String>> {
    let words = match line.tree {
        Tree::List(words) => words.into_iter().map(text).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    if words.is_none() {
        report.error(line.at, "ce groupe n'est pas une liste de mots", "écrivez « - [travail, travaux] »");
    }
    words
}

fn pairs(name: &'static str, fields: &mut Fields<'_>) -> Vec<(String, String)> {
    let Some(node) = fields.optional(name) else { return Vec::new() };
    let Tree::Map(entries) = node.tree else {
        fields.report().error(
            node.at,
            format!("« {name} » doit être une suite de lignes « mot: sens »"),
            "écrivez « copil: comité de pilotage »",
        );
        return Vec::new();
    };
    entries.into_iter().filter_map(|(key, value)| pair(key, value, fields.report())).collect()
}

fn pair(key: Key, value: Node, report: &mut Report) -> Option<(String, String)> {
    let at = value.at;
    let meaning = text(value);
    if meaning.is_none() {
        report.error(
            at,
            format!("« {} » n'a pas de sens écrit", key.name),
            "écrivez quelques mots après les deux-points",
        );
    }
    Some((key.name, meaning?))
}

fn text(node: Node) -> Option<String> {
    match node.tree {
        Tree::Scalar(text) => Some(text),
        _ => None,
    }
}
