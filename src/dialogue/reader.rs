//! Reading a YAML tree with manners: unknown keys, missing keys and wrong values are all noted, none stops the reading.

use std::path::{Path, PathBuf};

use crate::problem::{Problem, nearest};
use crate::yaml::{Key, Node, Place, Tree};

/// A file being read, and all that is wrong with it so far.
#[derive(Debug)]
pub struct Reader {
    pub file: PathBuf,
    pub problems: Vec<Problem>,
}

impl Reader {
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), problems: Vec::new() }
    }

    pub fn error(&mut self, at: Place, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::error(&self.file, at.line, at.column, message).with_help(help));
    }

    pub fn warn(&mut self, at: Place, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::warning(&self.file, at.line, at.column, message).with_help(help));
    }

    /// The entries of a map; anything else is noted and read as empty.
    pub fn map<'a>(&mut self, node: &'a Node, what: &str) -> &'a [(Key, Node)] {
        if let Tree::Map(entries) = &node.tree {
            return entries;
        }
        self.error(
            node.at,
            format!("{what} : on attend ici des lignes « clé: valeur »"),
            "relisez l'alignement de ce passage",
        );
        &[]
    }

    /// The entries of a map whose keys are known; others are noted with the nearest known one.
    pub fn fields<'a>(&mut self, node: &'a Node, what: &str, known: &[&str]) -> Fields<'a> {
        let entries = self.map(node, what);
        for (index, (key, _)) in entries.iter().enumerate() {
            if !known.contains(&key.name.as_str()) {
                self.error(key.at, format!("{what} : la clé « {} » n'existe pas", key.name), suggest(&key.name, known));
            }
            if entries[..index].iter().any(|(other, _)| other.name == key.name) {
                self.error(
                    key.at,
                    format!("{what} : la clé « {} » est écrite deux fois", key.name),
                    "gardez-en une seule",
                );
            }
        }
        Fields { entries, at: node.at }
    }

    pub fn list<'a>(&mut self, node: &'a Node, what: &str) -> &'a [Node] {
        if let Tree::List(items) = &node.tree {
            return items;
        }
        self.error(
            node.at,
            format!("{what} : on attend ici une liste"),
            "écrivez une ligne par élément, précédée d'un tiret",
        );
        &[]
    }

    /// A text, trimmed; empty ones are noted.
    pub fn text(&mut self, node: &Node, what: &str) -> String {
        match &node.tree {
            Tree::Scalar(text) if !text.trim().is_empty() => return text.trim().to_owned(),
            Tree::Scalar(_) | Tree::Empty => {
                self.error(node.at, format!("{what} : le texte est vide"), "écrivez-le, ou retirez la clé");
            }
            Tree::List(_) | Tree::Map(_) => {
                self.error(
                    node.at,
                    format!("{what} : on attend ici un texte"),
                    "mettez-le entre guillemets s'il contient « : »",
                );
            }
        }
        String::new()
    }

    pub fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        self.list(node, what).iter().map(|item| self.text(item, what)).collect()
    }

    pub fn number(&mut self, node: &Node, what: &str) -> f32 {
        let number = match &node.tree {
            Tree::Scalar(text) => text.trim().parse::<f32>().ok().filter(|number| number.is_finite() && *number >= 0.0),
            _ => None,
        };
        number.unwrap_or_else(|| {
            self.error(node.at, format!("{what} : on attend ici un nombre"), "écrivez par exemple 3 ou 3.5");
            0.0
        })
    }

    /// One of a closed set, by name.
    pub fn one_of<T: Copy>(&mut self, node: &Node, what: &str, known: &[(&str, T)]) -> Option<T> {
        let name = self.text(node, what);
        let found = known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        if found.is_none() && !name.is_empty() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.error(node.at, format!("{what} : « {name} » n'est pas une valeur possible"), suggest(&name, &names));
        }
        found
    }

    pub fn require<'a>(&mut self, fields: &Fields<'a>, name: &str, what: &str) -> Option<&'a Node> {
        let node = fields.get(name);
        if node.is_none() {
            self.error(
                fields.at,
                format!("{what} : il manque la clé « {name} »"),
                format!("ajoutez une ligne « {name}: … »"),
            );
        }
        node
    }
}

/// The entries of a map whose keys were checked.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    entries: &'a [(Key, Node)],
    pub at: Place,
}

impl<'a> Fields<'a> {
    pub fn get(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }
}

/// « vouliez-vous dire … ? », or the list of what is possible.
pub fn suggest(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("vouliez-vous dire « {near} » ?"),
        None => format!("possibles : {}", known.join(", ")),
    }
}
