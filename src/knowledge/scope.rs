//! Whether a request is about what the base knows at all: the coach would rather say nothing than advise at random.

use super::reading::Reading;
use super::weights::Scope;

/// How far the request can be trusted to be about what the base knows, 0 to 1: a logistic rule over how much more it
/// resembles a method than a topic of `outside.txt`, the words that the base knows, a method that it names, its length.
pub fn strength(text: &Reading, named: &[f32], scope: &Scope) -> f32 {
    let query = &text.query;
    let words = query.words.len();
    if words == 0 && query.plain.is_empty() {
        return 0.0;
    }
    let best = |scores: &[f32]| scores.iter().copied().fold(0.0, f32::max);
    let inside = best(&text.model);
    let outside = text.outside.max(scope.strange);
    let known = query.words.iter().filter(|word| word.known).count();
    let sum = scope.resemblance * inside / (inside + outside)
        + scope.known * known as f32 / words.max(1) as f32
        + scope.named * best(named)
        + scope.length * (words.min(LONG) as f32).ln_1p()
        - scope.doubt;
    1.0 / (1.0 + (-sum).exp())
}

/// Words beyond these add no trust: a pasted page is not a need.
const LONG: usize = 12;
