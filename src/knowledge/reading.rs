//! A text understood once: what names, goals and the search have in common.

use declic_classifier::shares;

use serde::Serialize;

use super::Library;
use super::learning::{INSIDE, OUTSIDE, sample_of};
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
    /// … and the share of belief that each gets; together they get the less the likelier the text is out of scope.
    pub(super) belief: Vec<f32>,
    /// How much more it resembles what the base knows than what it does not: a logit.
    pub(super) inside: f32,
    /// The methods that are not wanted, by number, in order.
    pub(super) refused: Vec<usize>,
}

impl Reading {
    pub(super) fn new(library: &Library, text: &str) -> Self {
        let engine = &library.engine;
        let (refused, rest) = engine.refusals(text).unzip();
        let query = engine.read(rest.as_deref().unwrap_or(text));
        let sample = sample_of(&query);
        let mut model = engine.learnt.methods.scores(&sample);
        model.resize(library.methods.len(), 0.0);
        // Where nothing is known to lie outside, all lies inside.
        let scope = engine.learnt.scope.scores(&sample);
        let inside = if scope.is_empty() { f32::INFINITY } else { scope[INSIDE] - scope[OUTSIDE] };
        let belief = match engine.learnt.methods.classes() {
            0 => model.clone(),
            _ => shares(&model, engine.weights.belief).into_iter().map(|share| share * likelihood(inside)).collect(),
        };
        Self { query, model, belief, inside, refused: refused.unwrap_or_default() }
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

/// From 0 to 1.
fn likelihood(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
