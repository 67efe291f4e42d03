//! From a need to the methods that fit it: evidence of the text first, then the means.

use std::cmp::Ordering;

use super::engine::Engine;
use super::fit::fit;
use super::query::Query;
use super::sheet::Method;
use super::weights::Weights;
use super::{Library, Means, Need, Reason, Recommendation, scope};

/// What the text alone says about every method, before means are weighed. Made once per turn: ranking it under
/// different means costs microseconds.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// One a method, in the order of [`Library::methods`].
    scores: Vec<Score>,
    /// How far the text can be trusted to be about what the base knows, 0 to 1.
    strength: f32,
    /// Goals or a phase were stated: they alone allow an answer.
    stated: bool,
    /// The strength below which nothing is advised.
    least: f32,
}

/// What speaks for one method.
#[derive(Debug, Clone, Default)]
struct Score {
    total: f32,
    reasons: Vec<Reason>,
}

impl Evidence {
    /// Whether it is too weak to advise anything.
    pub fn is_weak(&self) -> bool {
        !self.stated && self.strength < self.least
    }

    /// How far the text can be trusted to be about what the base knows, 0 to 1.
    pub fn strength(&self) -> f32 {
        self.strength
    }
}

impl Recommendation {
    /// Whether nothing makes the method impossible with the stated means.
    pub fn fits(&self) -> bool {
        !self.warnings.iter().any(super::Warning::is_impossible)
    }
}

/// The contributions of each kind of evidence, before they are brought together.
pub struct Signals {
    pub model: Vec<f32>,
    /// Resemblance to requests that the base cannot answer.
    pub outside: f32,
    pub needs: Vec<f32>,
    /// The nearest need line of each method.
    pub nearest: Vec<Option<(usize, f32)>>,
    pub sheet: Vec<f32>,
    pub named: Vec<f32>,
}

pub fn search(library: &Library, need: &Need) -> Evidence {
    let engine = &library.engine;
    let query = engine.read(&need.text);
    let signals = signals(engine, &query, library.methods.len());
    let strength = scope::strength(&signals, &query, &engine.weights.scope);
    let texts = shared(engine, &texts(&signals, &engine.weights));
    let ceiling = ceiling(need, &texts, &engine.weights);
    let mut scores: Vec<Score> = texts
        .iter()
        .zip(&library.methods)
        .map(|(text, method)| score(*text, method, need, &engine.weights, ceiling))
        .collect();
    let best = scores.iter().map(|score| score.total).fold(0.0, f32::max);
    for (number, score) in scores.iter_mut().enumerate() {
        if score.total > best * TOLD {
            let told = reasons(library, &signals, &query, number);
            score.reasons.extend(told);
        }
    }
    let stated = !need.goals.is_empty() || need.phase.is_some();
    Evidence { scores, strength, stated, least: engine.weights.abstain }
}

/// Only methods above this share of the best get their reasons spelt out; others are never shown first.
const TOLD: f32 = 0.25;

fn signals(engine: &Engine, query: &Query, methods: usize) -> Signals {
    let mut lines: Vec<Vec<(usize, f32)>> = vec![Vec::new(); methods];
    for (line, score) in engine.needs.search(query, NEAREST) {
        if let Some((method, _)) = engine.need_owners.get(line) {
            lines[*method].push((line, score));
        }
    }
    let mut sheet = vec![0.0; methods];
    for (method, score) in engine.sheets.search(query, methods.max(1)) {
        sheet[method] = score;
    }
    let mut named = vec![0.0_f32; methods];
    for (method, share) in named_methods(engine, query) {
        named[method] = named[method].max(share);
    }
    let mut model = engine.model.scores(&engine.sample(query));
    let outside = model.split_off(methods).into_iter().fold(0.0, f32::max);
    let nearest_weights = engine.weights.nearest;
    Signals {
        model,
        outside,
        needs: lines.iter().map(|lines| weighted(lines, nearest_weights)).collect(),
        nearest: lines.iter().map(|lines| lines.first().copied()).collect(),
        sheet,
        named,
    }
}

/// How many need lines are looked at.
const NEAREST: usize = 40;

/// The best few lines of a method, best first; not their sum, or long files would win.
fn weighted(lines: &[(usize, f32)], shares: [f32; 3]) -> f32 {
    lines.iter().zip(shares).map(|((_, score), share)| score * share).sum()
}

/// The methods that the text names, each with the share of its meaningful words that the name takes.
pub fn named_methods(engine: &Engine, query: &Query) -> Vec<(usize, f32)> {
    let meaningful = |words: &[String]| words.iter().filter(|word| super::french::carries_meaning(word)).count();
    let all = meaningful(&query.plain).max(1) as f32;
    let found = engine.names.within(&query.plain);
    found
        .into_iter()
        .map(|found| {
            let words = meaningful(&query.plain[found.start..found.start + found.length]).max(1);
            (found.owner, (words as f32 / all).min(1.0))
        })
        .collect()
}

/// What the text says for each method: every kind of evidence, relative to the best, and weighed.
fn texts(signals: &Signals, weights: &Weights) -> Vec<f32> {
    let parts = [
        (weights.model, relative(&signals.model)),
        (weights.needs, relative(&signals.needs)),
        (weights.sheet, relative(&signals.sheet)),
        (weights.named, signals.named.clone()),
    ];
    let mut texts = vec![0.0; signals.model.len()];
    for (weight, scores) in &parts {
        for (text, score) in texts.iter_mut().zip(scores) {
            *text += weight * score;
        }
    }
    texts
}

fn relative(scores: &[f32]) -> Vec<f32> {
    let best = scores.iter().copied().fold(f32::EPSILON, f32::max);
    scores.iter().map(|score| (score / best).max(0.0)).collect()
}

/// Passes a part of each method's evidence on to its related methods: neighbours of a good answer are good answers.
fn shared(engine: &Engine, texts: &[f32]) -> Vec<f32> {
    let part = engine.weights.shared;
    let best = texts.iter().copied().fold(0.0, f32::max);
    let mut shared = texts.to_vec();
    for (text, related) in texts.iter().zip(&engine.related) {
        // Only what stands out is worth passing on.
        let given = part * text * (text / best.max(f32::EPSILON)).powi(3);
        for neighbour in related {
            shared[*neighbour] += given / related.len() as f32;
        }
    }
    shared
}

/// The best that a method could reach with this need.
fn ceiling(need: &Need, texts: &[f32], weights: &Weights) -> f32 {
    let text = texts.iter().copied().fold(0.0, f32::max);
    let goals = if need.goals.is_empty() { 0.0 } else { weights.goal };
    let phase = if need.phase.is_none() { 0.0 } else { weights.phase };
    (text + goals + phase).max(f32::EPSILON)
}

fn score(text: f32, method: &Method, need: &Need, weights: &Weights, ceiling: f32) -> Score {
    let mut reasons = Vec::new();
    let mut total = text + weights.goal * goals_served(method, need, weights, &mut reasons);
    if need.phase.as_ref() == Some(&method.phase) {
        total += weights.phase;
        reasons.push(Reason::Phase { phase: method.phase.clone() });
    }
    Score { total: (total / ceiling).min(1.0), reasons }
}

/// The most certain goals of the need against the most important ones of the sheet.
fn goals_served(method: &Method, need: &Need, weights: &Weights, reasons: &mut Vec<Reason>) -> f32 {
    let worth = |place: usize| weights.goal_ranks.get(place).or(weights.goal_ranks.last()).copied().unwrap_or(0.0);
    let mut best = 0.0_f32;
    for (wanted, goal) in need.goals.iter().enumerate() {
        if let Some(place) = method.goals.iter().position(|served| served == goal) {
            best = best.max(worth(wanted) * worth(place));
            reasons.push(Reason::Goal { goal: goal.clone() });
        }
    }
    best
}

fn reasons(library: &Library, signals: &Signals, query: &Query, number: usize) -> Vec<Reason> {
    let method = &library.methods[number];
    let mut reasons = Vec::new();
    if signals.named[number] > 0.0 {
        reasons.push(Reason::Named { name: method.name.clone() });
    }
    if let Some((line, _)) = signals.nearest[number] {
        let (_, place) = library.engine.need_owners[line];
        reasons.push(Reason::Similar { need: method.needs[place].clone() });
    }
    let words = shared_words(library, query, number);
    if !words.is_empty() {
        reasons.push(Reason::Words { words });
    }
    reasons
}

fn shared_words(library: &Library, query: &Query, number: usize) -> Vec<String> {
    let known = &library.sheet_concepts[number];
    let shared = query.words.iter().filter(|word| known.contains(&word.concept));
    let mut words: Vec<String> = shared.map(|word| word.word.exact.clone()).collect();
    words.truncate(5);
    words
}

pub fn rank(library: &Library, evidence: &Evidence, means: &Means, count: usize) -> Vec<Recommendation> {
    if evidence.is_weak() {
        return Vec::new();
    }
    let weights = &library.engine.weights;
    let best = evidence.scores.iter().map(|score| score.total).fold(0.0, f32::max);
    let mut candidates: Vec<Candidate<'_>> = evidence
        .scores
        .iter()
        .zip(&library.methods)
        .filter(|(score, _)| score.total > 0.0 && score.total >= best * weights.floor)
        .map(|(score, method)| candidate(score, method, means, weights))
        .collect();
    candidates.sort_by(Candidate::before);
    candidates.into_iter().take(count).map(Candidate::advised).collect()
}

struct Candidate<'a> {
    method: &'a Method,
    score: f32,
    impossible: bool,
    evidence: &'a Score,
    fit: super::fit::Fit,
}

fn candidate<'a>(evidence: &'a Score, method: &'a Method, means: &Means, weights: &Weights) -> Candidate<'a> {
    let fit = fit(method, means, weights);
    Candidate { method, score: evidence.total * fit.factor, impossible: fit.impossible, evidence, fit }
}

impl Candidate<'_> {
    /// What is possible comes first, then the better, then the order of ids.
    fn before(&self, other: &Self) -> Ordering {
        let possible = self.impossible.cmp(&other.impossible);
        possible.then(other.score.total_cmp(&self.score)).then(self.method.id.cmp(&other.method.id))
    }

    fn advised(self) -> Recommendation {
        let reasons = self.evidence.reasons.iter().cloned().chain(self.fit.reasons).collect();
        Recommendation { method: self.method.id.clone(), score: self.score, reasons, warnings: self.fit.warnings }
    }
}
