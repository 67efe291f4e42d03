//! A text understood once: what names, goals and the search have in common.

use super::Library;
use super::query::Query;

/// The words of a text, and how much it resembles what the base knows.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub(super) query: Query,
    /// Resemblance to the needs of each method, in the order of [`Library::methods`].
    pub(super) model: Vec<f32>,
    /// Resemblance to requests that the base cannot answer.
    pub(super) outside: f32,
}

impl Reading {
    pub(super) fn new(library: &Library, text: &str) -> Self {
        let engine = &library.engine;
        let query = engine.read(text);
        let mut model = engine.model.scores(&engine.sample(&query));
        let outside = model.split_off(library.methods.len()).into_iter().fold(0.0, f32::max);
        Self { query, model, outside }
    }
}
