//! From evidence and means to advice: what cannot be done never stands before what can.

use std::cmp::Ordering;

use super::evidence::Evidence;
use super::fit::{Fit, fit};
use super::sheet::Method;
use super::{Library, Means, Recommendation, Warning};

impl Recommendation {
    /// Whether nothing makes the method impossible with the stated means.
    pub fn fits(&self) -> bool {
        !self.warnings.iter().any(Warning::is_impossible)
    }
}

/// A method that may be advised.
struct Candidate<'a> {
    number: usize,
    method: &'a Method,
    score: f32,
    fit: Fit,
}

pub fn rank(library: &Library, evidence: &Evidence, means: &Means, count: usize) -> Vec<Recommendation> {
    if evidence.is_weak() {
        return Vec::new();
    }
    let weights = &library.engine.weights;
    let best = evidence.scores.iter().map(|score| score.total).fold(0.0, f32::max);
    let worthy = evidence
        .scores
        .iter()
        .enumerate()
        .filter(|(_, score)| score.total > 0.0 && score.total >= best * weights.floor);
    let mut candidates: Vec<Candidate<'_>> = worthy
        .map(|(number, score)| {
            let method = &library.methods[number];
            let fit = fit(method, means, weights);
            Candidate { number, method, score: score.total * fit.factor, fit }
        })
        .collect();
    candidates.sort_by(Candidate::before);
    candidates.into_iter().take(count).map(|candidate| candidate.advised(library, evidence)).collect()
}

impl Candidate<'_> {
    /// What is possible comes first, then the better, then the order of ids.
    fn before(&self, other: &Self) -> Ordering {
        let possible = self.fit.impossible.cmp(&other.fit.impossible);
        possible.then(other.score.total_cmp(&self.score)).then(self.method.id.cmp(&other.method.id))
    }

    fn advised(self, library: &Library, evidence: &Evidence) -> Recommendation {
        let mut reasons = evidence.reasons(library, self.number);
        reasons.extend(self.fit.reasons);
        Recommendation { method: self.method.id.clone(), score: self.score, reasons, warnings: self.fit.warnings }
    }
}
