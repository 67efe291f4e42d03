//! From evidence and means to advice: what cannot be done never stands before what can.

use std::cmp::Ordering;

use super::evidence::Evidence;
use super::fit::{explained, fit};
use super::{Library, Means, MethodId, Recommendation, Warning};

impl Recommendation {
    /// Whether nothing makes the method impossible with the stated means.
    pub fn fits(&self) -> bool {
        !self.warnings.iter().any(Warning::is_impossible)
    }
}

/// A method that may be advised, by number.
#[derive(Clone, Copy)]
struct Candidate {
    number: usize,
    score: f32,
    impossible: bool,
}

/// What is advised: the best methods, and none that cannot be done as long as one can.
pub fn advise(library: &Library, evidence: &Evidence, means: &Means, count: usize) -> Vec<Recommendation> {
    let mut best = rank(library, evidence, means, count);
    if best.iter().any(Recommendation::fits) {
        best.retain(Recommendation::fits);
    }
    best
}

/// All methods in their order with reasons and warnings, `count` at most.
pub fn rank(library: &Library, evidence: &Evidence, means: &Means, count: usize) -> Vec<Recommendation> {
    best(library, evidence, means, count).into_iter().map(|best| best.advised(library, evidence, means)).collect()
}

/// The same methods, in the same order, without a word about them: cheap enough to ask « what if ».
pub fn first<'a>(library: &'a Library, evidence: &Evidence, means: &Means, count: usize) -> Vec<&'a MethodId> {
    best(library, evidence, means, count).into_iter().map(|best| &library.methods[best.number].id).collect()
}

fn best(library: &Library, evidence: &Evidence, means: &Means, count: usize) -> Vec<Candidate> {
    if evidence.is_weak() {
        return Vec::new();
    }
    let weights = &library.engine.weights;
    let best = evidence.scores.iter().map(|score| score.total).fold(0.0, f32::max);
    let scores = evidence.scores.iter().map(|score| score.total).enumerate();
    let scores = scores.filter(|(number, _)| !evidence.refuses(*number));
    let worthy = scores.filter(|(_, score)| *score > 0.0 && *score >= best * weights.floor);
    let mut candidates: Vec<Candidate> = worthy
        .map(|(number, score)| {
            let fit = fit(&library.methods[number], means, weights);
            Candidate { number, score: score * fit.factor, impossible: fit.impossible }
        })
        .collect();
    if (1..candidates.len()).contains(&count) {
        candidates.select_nth_unstable_by(count - 1, Candidate::before);
    }
    candidates.truncate(count);
    candidates.sort_unstable_by(Candidate::before);
    candidates
}

impl Candidate {
    /// What is possible comes first, then the better, then the order of ids, which is that of the numbers.
    fn before(&self, other: &Self) -> Ordering {
        let possible = self.impossible.cmp(&other.impossible);
        possible.then(other.score.total_cmp(&self.score)).then(self.number.cmp(&other.number))
    }

    fn advised(self, library: &Library, evidence: &Evidence, means: &Means) -> Recommendation {
        let method = &library.methods[self.number];
        let (suits, warnings) = explained(method, means, &library.engine.weights);
        let mut reasons = evidence.reasons(library, self.number);
        reasons.extend(suits);
        let parts = evidence.scores[self.number].parts;
        Recommendation { method: method.id.clone(), score: self.score, parts, reasons, warnings }
    }
}
