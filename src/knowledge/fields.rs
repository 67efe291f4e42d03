//! Reads the fields of YAML mappings and notes everything that is wrong with them, in French.

use std::path::{Path, PathBuf};

use crate::problem::{Problem, nearest};
use crate::yaml::{self, Key, Node, Tree};

/// A place in a file. (`Place` says here where a method happens.)
pub use crate::yaml::Place as Spot;

/// A value, and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    pub value: T,
    pub at: Spot,
}

/// What a written identifier must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Method,
    Phase,
    Goal,
}

/// An identifier written somewhere, to be checked once everything is read.
#[derive(Debug, Clone)]
pub struct Mention {
    pub kind: Kind,
    pub id: Located<String>,
    pub file: PathBuf,
}

/// The problems and the mentions of one file.
pub struct Report {
    file: PathBuf,
    pub problems: Vec<Problem>,
    pub mentions: Vec<Mention>,
}

impl Report {
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), problems: Vec::new(), mentions: Vec::new() }
    }

    pub fn error(&mut self, at: Spot, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::error(&self.file, at.line, at.column, message).with_help(help));
    }

    pub fn warning(&mut self, at: Spot, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::warning(&self.file, at.line, at.column, message).with_help(help));
    }

    pub fn mention(&mut self, kind: Kind, id: Located<String>) {
        self.mentions.push(Mention { kind, id, file: self.file.clone() });
    }

    /// The tree of a YAML text, or a problem.
    pub fn yaml(&mut self, text: &str) -> Option<Node> {
        match yaml::read(&self.file, text) {
            Ok(tree) => Some(tree),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }
}

/// The entries of one mapping: each read takes its field, [`Fields::finish`] reports those that nobody asked for.
pub struct Fields<'r> {
    report: &'r mut Report,
    entries: Vec<(Key, Node)>,
    asked: Vec<&'static str>,
    missing: Vec<&'static str>,
    pub at: Spot,
}

impl<'r> Fields<'r> {
    /// `what` names the mapping for the author: « la fiche », « une phase ».
    pub fn open(report: &'r mut Report, node: Node, what: &str) -> Option<Self> {
        match node.tree {
            Tree::Map(entries) => Some(Self { report, entries, asked: Vec::new(), missing: Vec::new(), at: node.at }),
            _ => {
                let help = "écrivez un champ par ligne : « nom: valeur »";
                report.error(node.at, format!("{what} doit être une suite de champs"), help);
                None
            }
        }
    }

    pub fn report(&mut self) -> &mut Report {
        self.report
    }

    /// The value of a field that may be left out.
    pub fn optional(&mut self, name: &'static str) -> Option<Node> {
        self.asked.push(name);
        let position = self.entries.iter().position(|(key, _)| key.name == name)?;
        Some(self.entries.remove(position).1)
    }

    pub fn required(&mut self, name: &'static str) -> Option<Node> {
        let value = self.optional(name);
        if value.is_none() {
            self.missing.push(name);
        }
        value
    }

    /// A text that is not empty.
    pub fn text(&mut self, name: &'static str) -> Option<Located<String>> {
        let node = self.required(name)?;
        self.as_text(name, node)
    }

    pub fn optional_text(&mut self, name: &'static str) -> Option<Located<String>> {
        let node = self.optional(name)?;
        self.as_text(name, node)
    }

    fn as_text(&mut self, name: &str, node: Node) -> Option<Located<String>> {
        match node.tree {
            Tree::Scalar(text) if !text.trim().is_empty() => {
                Some(Located { value: text.trim().to_owned(), at: node.at })
            }
            Tree::Scalar(_) | Tree::Empty => {
                self.report.error(node.at, format!("« {name} » est vide"), "écrivez un texte après les deux-points");
                None
            }
            _ => {
                self.report.error(
                    node.at,
                    format!("« {name} » doit être un simple texte"),
                    "retirez les crochets, les accolades ou les tirets",
                );
                None
            }
        }
    }

    /// A list of texts; a field that is left out is an empty list.
    pub fn texts(&mut self, name: &'static str) -> Vec<Located<String>> {
        let items = self.optional(name).map(|node| self.as_list(name, node)).unwrap_or_default();
        items.into_iter().filter_map(|item| self.as_text(name, item)).collect()
    }

    /// A list of anything; a field that is left out is an empty list.
    pub fn list(&mut self, name: &'static str) -> Vec<Node> {
        self.optional(name).map(|node| self.as_list(name, node)).unwrap_or_default()
    }

    pub fn required_list(&mut self, name: &'static str) -> Vec<Node> {
        self.required(name).map(|node| self.as_list(name, node)).unwrap_or_default()
    }

    fn as_list(&mut self, name: &str, node: Node) -> Vec<Node> {
        match node.tree {
            Tree::List(items) => items,
            Tree::Empty => Vec::new(),
            _ => {
                self.report.error(
                    node.at,
                    format!("« {name} » doit être une liste"),
                    format!("écrivez « {name}: [un, deux] »"),
                );
                Vec::new()
            }
        }
    }

    /// Identifiers to be checked once everything is read.
    pub fn ids<T: for<'a> From<&'a str>>(&mut self, name: &'static str, kind: Kind) -> Vec<T> {
        let ids = self.texts(name);
        ids.into_iter().map(|id| self.as_id(kind, id)).collect()
    }

    /// An identifier, with its place.
    pub fn located_id(&mut self, name: &'static str, kind: Kind) -> Option<Located<String>> {
        let id = self.text(name)?;
        self.report.mention(kind, id.clone());
        Some(id)
    }

    pub fn id<T: for<'a> From<&'a str>>(&mut self, name: &'static str, kind: Kind) -> Option<T> {
        let id = self.text(name)?;
        Some(self.as_id(kind, id))
    }

    fn as_id<T: for<'a> From<&'a str>>(&mut self, kind: Kind, id: Located<String>) -> T {
        let known = T::from(id.value.as_str());
        self.report.mention(kind, id);
        known
    }

    /// One word of a closed set.
    pub fn choice<T: Copy>(&mut self, name: &'static str, set: &[(&str, T)]) -> Option<T> {
        let word = self.text(name)?;
        self.as_choice(name, &word, set)
    }

    pub fn optional_choice<T: Copy>(&mut self, name: &'static str, set: &[(&str, T)]) -> Option<T> {
        let word = self.optional_text(name)?;
        self.as_choice(name, &word, set)
    }

    fn as_choice<T: Copy>(&mut self, name: &str, word: &Located<String>, set: &[(&str, T)]) -> Option<T> {
        let found = set.iter().find(|(allowed, _)| *allowed == word.value).map(|(_, value)| *value);
        if found.is_none() {
            let allowed: Vec<_> = set.iter().map(|(allowed, _)| *allowed).collect();
            let message = format!("« {} » n'est pas une valeur de « {name} »", word.value);
            self.report.error(word.at, message, format!("choisissez parmi : {}", allowed.join(", ")));
        }
        found
    }

    /// A number of at least `least`.
    pub fn number(&mut self, name: &'static str, least: f32) -> Option<Located<f32>> {
        let text = self.text(name)?;
        match text.value.replace(',', ".").parse::<f32>() {
            Ok(value) if value.is_finite() && value >= least => Some(Located { value, at: text.at }),
            _ => {
                let message = format!("« {} » n'est pas un nombre possible pour « {name} »", text.value);
                self.report.error(text.at, message, format!("écrivez un nombre, au moins {least}"));
                None
            }
        }
    }

    /// Reports the fields that nobody asked for, and those that are missing. A misspelt field is told once.
    pub fn finish(mut self) {
        for (key, _) in &self.entries {
            let meant = nearest(&key.name, self.asked.iter().copied());
            self.missing.retain(|name| Some(*name) != meant);
            let help = match meant {
                Some(name) => format!("vouliez-vous dire « {name} » ?"),
                None => format!("champs possibles : {}", self.asked.join(", ")),
            };
            self.report.error(key.at, format!("champ inconnu : « {} »", key.name), help);
        }
        for name in self.missing {
            let help = format!("ajoutez une ligne « {name}: … »");
            self.report.error(self.at, format!("le champ « {name} » manque"), help);
        }
    }
}

/// The texts without their places.
pub fn plain(texts: Vec<Located<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
