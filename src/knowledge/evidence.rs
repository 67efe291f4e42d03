//! What the text of a need says for each method, and whether it is about the base at all.

use super::engine::Engine;
use super::query::Query;
use super::reading::Reading;
use super::sheet::Method;
use super::weights::Weights;
use super::{GoalId, Library, PhaseId, Reason, french, scope};

/// What the text alone says about every method, before means are weighed. Made once per turn: ranking it under
/// different means costs microseconds.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// One a method, in the order of [`Library::methods`].
    pub(super) scores: Vec<Score>,
    /// How far the text can be trusted to be about what the base knows, 0 to 1.
    strength: f32,
    /// The strength below which nothing is advised.
    least: f32,
    /// Goals and phase that were stated: they alone allow an answer.
    goals: Vec<GoalId>,
    phase: Option<PhaseId>,
    /// The meaningful words of the request, with their concepts.
    words: Vec<(String, String)>,
}

/// What speaks for one method.
#[derive(Debug, Clone, Copy, Default)]
pub struct Score {
    /// 0 to 1.
    pub total: f32,
    named: bool,
    /// The nearest line of its needs.
    nearest: Option<usize>,
}

impl Evidence {
    /// Whether it is too weak to advise anything.
    pub fn is_weak(&self) -> bool {
        self.goals.is_empty() && self.phase.is_none() && self.strength < self.least
    }

    /// How far the text can be trusted to be about what the base knows, 0 to 1.
    pub fn strength(&self) -> f32 {
        self.strength
    }

    /// Why a method was found, the most telling reason first.
    pub(super) fn reasons(&self, library: &Library, number: usize) -> Vec<Reason> {
        let (method, score) = (&library.methods[number], self.scores[number]);
        let mut reasons = Vec::new();
        if score.named {
            reasons.push(Reason::Named { name: method.name.clone() });
        }
        let goals = self.goals.iter().filter(|goal| method.goals.contains(goal));
        reasons.extend(goals.map(|goal| Reason::Goal { goal: goal.clone() }));
        if self.phase.as_ref() == Some(&method.phase) {
            reasons.push(Reason::Phase { phase: method.phase.clone() });
        }
        if let Some(need) = score.nearest.and_then(|place| method.needs.get(place)) {
            reasons.push(Reason::Similar { need: need.clone() });
        }
        let known = &library.sheet_concepts[number];
        let words = self.words.iter().filter(|(_, concept)| known.contains(concept)).map(|(word, _)| word.clone());
        let words: Vec<String> = words.take(WORDS_SHOWN).collect();
        if !words.is_empty() {
            reasons.push(Reason::Words { words });
        }
        reasons
    }
}

/// How many shared words a reason tells.
const WORDS_SHOWN: usize = 5;

/// The contributions of each kind of evidence beside the model's, before they are brought together.
pub struct Signals {
    pub needs: Vec<f32>,
    /// The nearest need line of each method.
    pub nearest: Vec<Option<usize>>,
    pub sheet: Vec<f32>,
    pub named: Vec<f32>,
}

pub fn search(library: &Library, text: &Reading, goals: &[GoalId], phase: Option<&PhaseId>) -> Evidence {
    let engine = &library.engine;
    let signals = signals(engine, &text.query, library.methods.len());
    let texts = shared(engine, &texts(&text.model, &signals, &engine.weights));
    let asked = Asked { goals, phase };
    let ceiling = ceiling(&asked, &texts, &engine.weights);
    let score = |(number, text): (usize, &f32)| Score {
        total: (total(*text, &library.methods[number], &asked, &engine.weights) / ceiling).min(1.0),
        named: signals.named[number] > 0.0,
        nearest: signals.nearest[number],
    };
    Evidence {
        scores: texts.iter().enumerate().map(score).collect(),
        strength: scope::strength(text, &signals.named, &engine.weights.scope),
        least: engine.weights.abstain,
        goals: goals.to_vec(),
        phase: phase.cloned(),
        words: text.query.words.iter().map(|word| (word.word.exact.clone(), word.concept.clone())).collect(),
    }
}

/// What was stated beside the words.
struct Asked<'a> {
    goals: &'a [GoalId],
    phase: Option<&'a PhaseId>,
}

fn signals(engine: &Engine, query: &Query, methods: usize) -> Signals {
    let mut lines: Vec<Vec<(usize, f32)>> = vec![Vec::new(); methods];
    for (line, score) in engine.needs.search(query, NEAREST) {
        if let Some((method, place)) = engine.need_owners.get(line) {
            lines[*method].push((*place, score));
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
    let nearest_weights = engine.weights.nearest;
    Signals {
        needs: lines.iter().map(|lines| weighted(lines, nearest_weights)).collect(),
        nearest: lines.iter().map(|lines| lines.first().map(|(place, _)| *place)).collect(),
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
    let meaningful = |words: &[String]| words.iter().filter(|word| french::carries_meaning(word)).count();
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
fn texts(model: &[f32], signals: &Signals, weights: &Weights) -> Vec<f32> {
    let parts = [
        (weights.model, relative(model)),
        (weights.needs, relative(&signals.needs)),
        (weights.sheet, relative(&signals.sheet)),
        (weights.named, signals.named.clone()),
    ];
    let mut texts = vec![0.0; model.len()];
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
fn ceiling(asked: &Asked<'_>, texts: &[f32], weights: &Weights) -> f32 {
    let text = texts.iter().copied().fold(0.0, f32::max);
    let goals = if asked.goals.is_empty() { 0.0 } else { weights.goal };
    let phase = if asked.phase.is_none() { 0.0 } else { weights.phase };
    (text + goals + phase).max(f32::EPSILON)
}

fn total(text: f32, method: &Method, asked: &Asked<'_>, weights: &Weights) -> f32 {
    let phase = if asked.phase == Some(&method.phase) { weights.phase } else { 0.0 };
    text + weights.goal * goals_served(method, asked, weights) + phase
}

/// The most certain goals of the need against the most important ones of the sheet.
fn goals_served(method: &Method, asked: &Asked<'_>, weights: &Weights) -> f32 {
    let worth = |place: usize| weights.goal_ranks.get(place).or(weights.goal_ranks.last()).copied().unwrap_or(0.0);
    let served = asked.goals.iter().enumerate().filter_map(|(wanted, goal)| {
        let place = method.goals.iter().position(|served| served == goal)?;
        Some(worth(wanted) * worth(place))
    });
    served.fold(0.0, f32::max)
}
