//! YAML as a tree whose every node knows where it stands, so that a reader can report all problems at once.
//!
//! The parser behind it is an implementation detail of this module.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::problem::Problem;

/// A place in a file, both 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: Place,
    pub tree: Tree,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    Empty,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name: String,
    pub at: Place,
}

/// Reads a whole document.
///
/// # Errors
/// The one place where the text stops being YAML.
pub fn read(file: &std::path::Path, text: &str) -> Result<Node, Problem> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options::<Node>(text, options).map_err(|error| {
        let at = error.location().map(Place::from).unwrap_or_default();
        let english = error.without_snippet().to_string();
        let known = TRANSLATIONS.iter().find(|(kind, ..)| english.contains(kind));
        let (message, help) = known.map_or(UNKNOWN, |(_, message, help)| (*message, *help));
        Problem::error(file, at.line, at.column, message).with_help(help)
    })
}

const UNKNOWN: (&str, &str) = (
    "ce fichier n'est pas du YAML lisible à partir d'ici",
    "vérifiez l'alignement, les guillemets et les deux-points de cette ligne et de la précédente",
);

/// Kinds of mistakes that authors meet: a piece of the library's message, ours, and how to mend it.
const TRANSLATIONS: &[(&str, &str, &str)] = &[
    ("duplicate mapping key", "ce champ est écrit deux fois", "gardez une seule des deux lignes"),
    ("unclosed quote", "ce guillemet n'est pas refermé", "ajoutez le guillemet fermant"),
    ("unclosed bracket", "ce crochet ou cette accolade n'est pas refermé", "ajoutez le ] ou la } qui manque"),
    ("tabs disallowed", "une tabulation sert de retrait", "remplacez-la par des espaces"),
    (
        "mapping values are not allowed",
        "un deux-points se trouve là où il n'est pas attendu",
        "mettez le texte qui contient « : » entre guillemets, ou vérifiez le retrait de la ligne",
    ),
    (
        "illegal placement of ':'",
        "un deux-points se trouve là où il n'est pas attendu",
        "le crochet ou l'accolade de la ligne d'avant est-il refermé ?",
    ),
    ("unknown anchor", "un texte commence par *", "mettez ce texte entre guillemets"),
    ("unexpected character", "ce caractère ne peut pas commencer un texte", "mettez ce texte entre guillemets"),
    ("trailing content", "du texte suit un guillemet fermant", "mettez tout le texte entre les mêmes guillemets"),
    ("expected '-' indicator", "un élément de liste est attendu ici", "commencez la ligne par « - », au même retrait"),
    ("multiple YAML documents", "une ligne --- coupe le fichier en deux", "supprimez cette ligne"),
    ("quoted scalar", "un texte entre guillemets est mal écrit", "vérifiez ses guillemets et ses barres obliques"),
];

impl From<serde_saphyr::Location> for Place {
    fn from(location: serde_saphyr::Location) -> Self {
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: small(location.line()), column: small(location.column()) }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Tree>::deserialize(deserializer)?;
        Ok(Self { at: spanned.referenced.into(), tree: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a map")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Empty)
    }

    fn visit_none<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Empty)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            map.push((Key { at: key.referenced.into(), name: key.value }, entries.next_value()?));
        }
        Ok(Tree::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_knows_its_place() {
        let node = read("x.yaml".as_ref(), "a: 1\nb:\n  - deux\n  - { c: non }\n").unwrap();
        let Tree::Map(entries) = node.tree else { panic!("a map") };
        assert_eq!(entries[0].1.tree, Tree::Scalar("1".into()));
        assert_eq!(entries[1].0.at, Place { line: 2, column: 1 });
        let Tree::List(items) = &entries[1].1.tree else { panic!("a list") };
        assert_eq!(items[0].at, Place { line: 3, column: 5 });
        let Tree::Map(inner) = &items[1].tree else { panic!("a map") };
        assert_eq!(inner[0].1.tree, Tree::Scalar("non".into()));
    }

    #[test]
    fn broken_yaml_names_its_line() {
        let problem = read("x.yaml".as_ref(), "a: 1\nb: [deux\nc: 3\n").unwrap_err();
        assert!(problem.line >= 2, "{problem}");
    }

    #[test]
    fn usual_mistakes_are_explained_in_french_with_their_line() {
        for (text, line, piece) in [
            ("a: 1\na: 2\n", 2, "deux fois"),
            ("a: \"x\nb: 1\n", 1, "guillemet"),
            ("a:\n\t- x\n", 2, "tabulation"),
            ("a: b: c\n", 1, "deux-points"),
            ("a: [1, 2\nb: 3\n", 2, "deux-points"),
            ("{a: 1", 1, "crochet"),
            ("a: *x\n", 1, "*"),
            ("a: @x\n", 1, "caractère"),
            ("a: 1\n---\nb: 2\n", 2, "---"),
        ] {
            let error = read("x.yaml".as_ref(), text).unwrap_err();
            assert!(error.message.contains(piece), "{text:?}: {}", error.message);
            assert!(error.line.abs_diff(line) <= 1, "{text:?}: {error}");
        }
    }
}
