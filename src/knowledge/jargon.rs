//! English words that sheets avoid, and what they say instead, as in `jargon.yaml`.

use super::fields::{Fields, Report};
use super::french;
use super::vocabulary::{Entry, document};

/// A word to avoid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jargon {
    pub word: String,
    /// Its words, folded.
    pub folded: Vec<String>,
    pub instead: String,
}

pub fn parse(text: &str, report: &mut Report) -> Vec<Jargon> {
    document(text, report, "words", "un mot", jargon)
}

fn jargon(fields: &mut Fields<'_>) -> Option<Entry<Jargon>> {
    let (word, instead) = (fields.text("word"), fields.text("instead"));
    let word = word?;
    let jargon = Jargon { folded: french::words(&word.value), word: word.value.clone(), instead: instead?.value };
    Some((word, jargon))
}
