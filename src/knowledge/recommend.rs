//! From a need to the methods that fit it: evidence of the text first, then the means.

use std::cmp::Ordering;

use super::engine::Engine;
use super::fit::fit;
use super::query::Query;
use super::sheet::Method;
use super::weights::{ABSTAIN, FLOOR, GOAL_RANKS, NEXT_NEEDS, WEIGHTS};
use super::{Library, Means, Need, Reason, Recommendation};

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
        !self.stated && self.strength < ABSTAIN
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
struct Signals {
    model: Vec<f32>,
    needs: Vec<f32>,
    /// The nearest need line of each method.
    nearest: Vec<Option<(usize, f32)>>,
    sheet: Vec<f32>,
    named: Vec<f32>,
}

pub fn search(library: &Library, need: &Need) -> Evidence {
    let engine = &library.engine;
    let query = engine.wording.read(&need.text, &engine.spelling);
    let signals = signals(engine, &query, library.methods.len());
    let strength = strength(&signals, &query);
    let mut scores: Vec<Score> =
        (0..library.methods.len()).map(|number| score(&signals, number, &library.methods[number], need)).collect();
    let best = scores.iter().map(|score| score.total).fold(0.0, f32::max);
    for (number, score) in scores.iter_mut().enumerate() {
        if score.total > best * FLOOR {
            let told = reasons(library, &signals, &query, number);
            score.reasons.extend(told);
        }
    }
    let ceiling = ceiling(need);
    for score in &mut scores {
        score.total = (score.total / ceiling).min(1.0);
    }
    Evidence { scores, strength, stated: !need.goals.is_empty() || need.phase.is_some() }
}

/// The best that a method could reach with this need.
fn ceiling(need: &Need) -> f32 {
    let text = if need.text.trim().is_empty() { 0.0 } else { WEIGHTS.model + WEIGHTS.needs + WEIGHTS.sheet };
    let goals = if need.goals.is_empty() { 0.0 } else { WEIGHTS.goal };
    let phase = if need.phase.is_none() { 0.0 } else { WEIGHTS.phase };
    (text + goals + phase).max(f32::EPSILON)
}

fn signals(engine: &Engine, query: &Query, methods: usize) -> Signals {
    let mut lines: Vec<Vec<(usize, f32)>> = vec![Vec::new(); methods];
    for (line, score) in engine.needs.search(query, 40) {
        let (method, _) = engine.need_owners[line];
        lines[method].push((line, score));
    }
    let mut sheet = vec![0.0; methods];
    for (method, score) in engine.sheets.search(query, methods.max(1)) {
        sheet[method] = score;
    }
    let mut named = vec![0.0_f32; methods];
    for (method, share) in named_methods(engine, query) {
        named[method] = named[method].max(share);
    }
    Signals {
        model: engine.model.scores(&engine.sample(query)),
        needs: lines.iter().map(|lines| weighted(lines)).collect(),
        nearest: lines.iter().map(|lines| lines.first().copied()).collect(),
        sheet,
        named,
    }
}

/// The best few lines of a method, best first; not their sum, or long files would win.
fn weighted(lines: &[(usize, f32)]) -> f32 {
    lines.iter().zip(NEXT_NEEDS).map(|((_, score), share)| score * share).sum()
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

/// How far the request can be trusted to be about what the base knows.
fn strength(signals: &Signals, query: &Query) -> f32 {
    if query.words.is_empty() {
        return signals.named.iter().copied().fold(0.0, f32::max);
    }
    signals.model.iter().copied().fold(0.0, f32::max)
}

fn score(signals: &Signals, number: usize, method: &Method, need: &Need) -> Score {
    let relative = |scores: &[f32]| {
        let best = scores.iter().copied().fold(0.0, f32::max);
        if best > 0.0 { scores[number] / best } else { 0.0 }
    };
    let text = WEIGHTS.model * relative(&signals.model)
        + WEIGHTS.needs * relative(&signals.needs)
        + WEIGHTS.sheet * relative(&signals.sheet)
        + WEIGHTS.named * signals.named[number];
    let mut score = Score { total: text, reasons: Vec::new() };
    add_goals(&mut score, method, need);
    if need.phase.as_ref() == Some(&method.phase) {
        score.total += WEIGHTS.phase;
        score.reasons.push(Reason::Phase { phase: method.phase.clone() });
    }
    score
}

/// The most certain goals of the need against the most important ones of the sheet.
fn add_goals(score: &mut Score, method: &Method, need: &Need) {
    let worth = |place: usize| GOAL_RANKS.get(place).copied().unwrap_or(0.3);
    let mut best = 0.0_f32;
    for (wanted, goal) in need.goals.iter().enumerate() {
        if let Some(place) = method.goals.iter().position(|served| served == goal) {
            best = best.max(worth(wanted) * worth(place));
            score.reasons.push(Reason::Goal { goal: goal.clone() });
        }
    }
    score.total += WEIGHTS.goal * best;
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
    let best = evidence.scores.iter().map(|score| score.total).fold(0.0, f32::max);
    let mut candidates: Vec<Candidate<'_>> = evidence
        .scores
        .iter()
        .zip(&library.methods)
        .filter(|(score, _)| score.total > 0.0 && score.total >= best * FLOOR)
        .map(|(score, method)| candidate(score, method, means))
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

fn candidate<'a>(evidence: &'a Score, method: &'a Method, means: &Means) -> Candidate<'a> {
    let fit = fit(method, means);
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
