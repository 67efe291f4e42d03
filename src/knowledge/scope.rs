//! Whether a request is about what the base knows at all: the coach would rather say nothing than advise at random.

use serde::Serialize;

use super::reading::Reading;
use super::weights::Scope;

/// What tells a request that the base can answer from one that it cannot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Signs {
    /// How much more the text resembles what the base knows than the lines of `outside.txt`: a logit, within bounds.
    pub inside: f32,
    /// How much the text speaks for the best method: the model's logit.
    pub clear: f32,
    /// Share of the words that the base knows.
    pub known: f32,
    /// Share of the text that names a method.
    pub named: f32,
    /// Logarithm of the number of words.
    pub length: f32,
}

impl Signs {
    /// None where there is nothing to read.
    pub fn of(text: &Reading, named: &[f32]) -> Option<Self> {
        let query = &text.query;
        let words = query.words.len();
        if words == 0 && query.plain.is_empty() {
            return None;
        }
        let best = |scores: &[f32]| scores.iter().copied().fold(0.0, f32::max);
        let known = query.words.iter().filter(|word| word.known).count();
        Some(Self {
            inside: text.inside.clamp(-SURE, SURE),
            clear: best(&text.model),
            known: known as f32 / words.max(1) as f32,
            named: best(named),
            length: (words.min(LONG) as f32).ln_1p(),
        })
    }

    /// How far the request can be trusted to be about what the base knows, 0 to 1: a logistic rule.
    pub fn strength(&self, scope: &Scope) -> f32 {
        let sum = scope.inside * self.inside
            + scope.clear * self.clear
            + scope.known * self.known
            + scope.named * self.named
            + scope.length * self.length
            - scope.doubt;
        1.0 / (1.0 + (-sum).exp())
    }
}

/// Odds beyond e to this power are certainty.
const SURE: f32 = 6.0;
/// Words beyond these add no trust: a pasted page is not a need.
const LONG: usize = 12;
