//! YAML as a tree that remembers where everything stands. The only module that knows which library reads YAML.
//!
//! A tree, and not serde's typed structs, because serde stops at the first mistake and an author wants them all.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A line and a column, both 1-based, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub line: u32,
    pub column: u32,
}

/// Something, and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    pub value: T,
    pub at: Spot,
}

/// One YAML value. Numbers and booleans keep their written form.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Empty,
    Text(String),
    List(Vec<Located<Value>>),
    Map(Vec<(Located<String>, Located<Value>)>),
}

/// What kept a text from being read as YAML, in French.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub at: Spot,
    pub message: &'static str,
    pub help: &'static str,
}

/// Reads a whole document whose first line is line `first_line` of its file.
pub fn parse(text: &str, first_line: u32) -> Result<Located<Value>, Unreadable> {
    let options = serde_saphyr::options! { strict_booleans: true };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(raw) => Ok(located(raw, first_line)),
        Err(error) => Err(unreadable(&error, first_line)),
    }
}

fn located(raw: Spanned<Raw>, first_line: u32) -> Located<Value> {
    let at = spot(raw.referenced.line(), raw.referenced.column(), first_line);
    let value = match raw.value {
        Raw::Empty => Value::Empty,
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => Value::List(items.into_iter().map(|item| located(item, first_line)).collect()),
        Raw::Map(entries) => {
            Value::Map(entries.into_iter().map(|(key, value)| entry(key, value, first_line)).collect())
        }
    };
    Located { value, at }
}

fn entry(key: Spanned<String>, value: Spanned<Raw>, first_line: u32) -> (Located<String>, Located<Value>) {
    let at = spot(key.referenced.line(), key.referenced.column(), first_line);
    (Located { value: key.value, at }, located(value, first_line))
}

fn spot(line: u64, column: u64, first_line: u32) -> Spot {
    let line = u32::try_from(line).unwrap_or(u32::MAX).max(1);
    Spot { line: line + first_line - 1, column: u32::try_from(column).unwrap_or(u32::MAX).max(1) }
}

fn unreadable(error: &serde_saphyr::Error, first_line: u32) -> Unreadable {
    let at = error
        .location()
        .map_or(Spot { line: first_line, column: 1 }, |place| spot(place.line(), place.column(), first_line));
    let english = error.without_snippet().to_string();
    let known = TRANSLATIONS.iter().find(|(kind, ..)| english.contains(kind));
    let (message, help) =
        known.map_or(("le YAML est illisible à partir d'ici", LOOK_ABOVE), |(_, message, help)| (*message, *help));
    Unreadable { at, message, help }
}

const LOOK_ABOVE: &str = "regardez cette ligne et celle d'avant : guillemets, crochets et retraits";

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

/// The same tree as [`Value`], with the library's own spans.
enum Raw {
    Empty,
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map: Vec<(Spanned<String>, Spanned<Raw>)> = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, Spanned<Raw>>()? {
            if map.iter().any(|(other, _)| other.value == key.value) {
                return Err(A::Error::custom("duplicate mapping key"));
            }
            map.push((key, value));
        }
        Ok(Raw::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_place_and_their_written_form() {
        let tree = parse("id: a\nliste: [été, non, 12:30, 3W]\n", 4).unwrap();
        let Value::Map(entries) = tree.value else { panic!("a map") };
        assert_eq!(entries[0].1, Located { value: Value::Text("a".into()), at: Spot { line: 4, column: 5 } });
        let Value::List(items) = &entries[1].1.value else { panic!("a list") };
        let texts: Vec<_> = items.iter().map(|item| (item.value.clone(), item.at.column)).collect();
        let expected = [("été", 9), ("non", 14), ("12:30", 19), ("3W", 26)];
        assert_eq!(texts, expected.map(|(text, column)| (Value::Text(text.into()), column)));
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
            let error = parse(text, 1).unwrap_err();
            assert!(error.message.contains(piece), "{text:?}: {}", error.message);
            assert!(error.at.line.abs_diff(line) <= 1, "{text:?}: {:?}", error.at);
        }
    }
}
