//! Which goals and which phase a text announces.

use super::names::Names;
use super::query::Query;
use super::reading::Reading;
use super::{Detected, Library};

pub fn detect(library: &Library, text: &Reading) -> Detected {
    let (engine, query) = (&library.engine, &text.query);
    let mut goals: Vec<f32> = vec![0.0; library.vocabulary.goals.len()];
    let mut phases: Vec<f32> = vec![0.0; library.vocabulary.phases.len()];
    for (method, share) in library.methods.iter().zip(&text.belief) {
        for (goal, worth) in method.goals.iter().zip([1.0, 0.5, 0.25]) {
            if let Some(place) = library.vocabulary.goals.iter().position(|known| known.id == *goal) {
                goals[place] += share * worth;
            }
        }
        if let Some(place) = library.vocabulary.phases.iter().position(|known| known.id == method.phase) {
            phases[place] += share;
        }
    }
    add_cues(&engine.cues.goals, query, &mut goals);
    add_cues(&engine.cues.phases, query, &mut phases);
    let goals = sorted(goals).into_iter().map(|(place, sure)| (library.vocabulary.goals[place].id.clone(), sure));
    let phase =
        sorted(phases).into_iter().next().map(|(place, sure)| (library.vocabulary.phases[place].id.clone(), sure));
    Detected { goals: goals.take(4).collect(), phase }
}

/// What a cue found in the text adds; longer ones more.
const CUE: f32 = 0.3;
/// Below this nothing is said.
const LEAST: f32 = 0.1;

fn add_cues(cues: &Names<usize>, query: &Query, scores: &mut [f32]) {
    let mut added = vec![0.0_f32; scores.len()];
    for found in cues.within(&query.plain) {
        let long = 1.0 + 0.3 * (found.length.min(4) - 1) as f32;
        added[found.owner] = (added[found.owner] + CUE * long).min(2.0 * CUE);
    }
    for (score, added) in scores.iter_mut().zip(added) {
        *score = (*score + added).min(1.0);
    }
}

fn sorted(scores: Vec<f32>) -> Vec<(usize, f32)> {
    let mut scores: Vec<_> = scores.into_iter().enumerate().filter(|(_, score)| *score >= LEAST).collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores
}
