//! Ways of working that people refuse without naming a method, as in `formats.yaml`.

use super::MethodId;
use super::fields::{Fields, Kind, Report, plain};
use super::vocabulary::{Entry, document};

/// « questionnaire »: how it is said, and the methods that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    pub words: Vec<String>,
    pub methods: Vec<MethodId>,
}

pub fn parse(text: &str, report: &mut Report) -> Vec<Format> {
    document(text, report, "formats", "une façon de faire", format)
}

fn format(fields: &mut Fields<'_>) -> Option<Entry<Format>> {
    let (words, methods) = (fields.texts("words"), fields.ids("methods", Kind::Method));
    let name = words.first()?.clone();
    Some((name, Format { words: plain(words), methods }))
}
