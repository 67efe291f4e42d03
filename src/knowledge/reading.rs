//! A text understood once: what names, goals and the search have in common.

use declic_classifier::shares;

use serde::Serialize;

use super::Library;
use super::query::Query;

/// One word of a request, as the search sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeenWord {
    /// As it is searched: folded, perhaps corrected or explained.
    pub word: String,
    /// Its stem, or the head of its family.
    pub concept: String,
    /// 1 for a word that was typed, less for one that was guessed or explained.
    pub weight: f32,
    /// Whether the base knows the word.
    pub known: bool,
}

/// The words of a text, and how much it resembles what the base knows.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub(super) query: Query,
    /// How much it speaks for each method, in the order of [`Library::methods`]: logits.
    pub(super) model: Vec<f32>,
    /// … and the share of belief that each method gets, and all topics that the base knows nothing of.
    pub(super) belief: Vec<f32>,
    pub(super) outside: f32,
}

impl Reading {
    pub(super) fn new(library: &Library, text: &str) -> Self {
        let engine = &library.engine;
        let query = engine.read(text);
        let mut model = engine.model.scores(&engine.sample(&query));
        if model.is_empty() {
            let none = vec![0.0; library.methods.len()];
            return Self { query, model: none.clone(), belief: none, outside: 0.0 };
        }
        let outside = shares(&model, 1.0).into_iter().skip(library.methods.len()).sum();
        let mut belief = shares(&model, engine.weights.belief);
        belief.truncate(library.methods.len());
        model.truncate(library.methods.len());
        Self { query, model, belief, outside }
    }

    /// What remains of the text once openings are stripped, words corrected and acronyms explained.
    pub fn words(&self) -> Vec<SeenWord> {
        let seen = self.query.words.iter().map(|word| SeenWord {
            word: word.word.exact.clone(),
            concept: word.concept.clone(),
            weight: word.weight,
            known: word.known,
        });
        seen.collect()
    }
}
