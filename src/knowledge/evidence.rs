//! What the text of a need says for each method, and whether it is about the base at all.

use declic_classifier::shares;
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::query::Query;
use super::reading::Reading;
use super::scope::Signs;
use super::sheet::Method;
use super::weights::Weights;
use super::{GoalId, Library, PhaseId, Reason, french};

/// What the text alone says about every method, before means are weighed. Made once per turn: ranking it under
/// different means costs microseconds.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// One a method, in the order of [`Library::methods`].
    pub(super) scores: Vec<Score>,
    /// How far the text can be trusted to be about what the base knows, 0 to 1.
    strength: f32,
    /// What that trust rests on.
    signs: Option<Signs>,
    /// The strength below which nothing is advised.
    least: f32,
    /// Goals and phase that were stated: they alone allow an answer.
    goals: Vec<GoalId>,
    phase: Option<PhaseId>,
    /// The methods that are not wanted, by number, in order.
    pub(super) refused: Vec<usize>,
    /// The meaningful words of the request, with their concepts.
    words: Vec<(String, String)>,
}

/// What each kind of evidence adds to the score of a method, before means are weighed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// The words resemble the method's needs as a whole.
    pub model: f32,
    /// … and some of its need lines most.
    pub needs: f32,
    /// … and what its sheet says.
    pub sheet: f32,
    /// The text names it.
    pub named: f32,
    /// Its neighbours are good answers.
    pub shared: f32,
    pub goal: f32,
    pub phase: f32,
}

impl Parts {
    /// What the words alone say.
    fn text(&self) -> f32 {
        self.model + self.needs + self.sheet + self.named + self.shared
    }

    fn sum(&self) -> f32 {
        self.text() + self.goal + self.phase
    }

    fn divided_by(self, all: f32) -> Self {
        Self {
            model: self.model / all,
            needs: self.needs / all,
            sheet: self.sheet / all,
            named: self.named / all,
            shared: self.shared / all,
            goal: self.goal / all,
            phase: self.phase / all,
        }
    }
}

/// What speaks for one method.
#[derive(Debug, Clone, Copy, Default)]
pub struct Score {
    /// 0 to 1.
    pub total: f32,
    pub parts: Parts,
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

    /// The strength below which nothing is advised.
    pub fn least(&self) -> f32 {
        self.least
    }

    /// What [`Evidence::strength`] rests on; none where there was nothing to read.
    pub fn signs(&self) -> Option<Signs> {
        self.signs
    }

    /// Whether the text asks to be spared this method.
    pub(super) fn refuses(&self, number: usize) -> bool {
        self.refused.binary_search(&number).is_ok()
    }

    /// Why a method was found, the most telling reason first.
    pub(super) fn reasons(&self, library: &Library, number: usize) -> Vec<Reason> {
        let (method, score) = (&library.methods[number], self.scores[number]);
        let mut reasons = Vec::new();
        if score.parts.named > 0.0 {
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
    let mut parts = texts(text, &signals, &engine.weights);
    share(engine, &mut parts);
    let asked = Asked { goals, phase };
    let ceiling = ceiling(&asked, &parts, &engine.weights);
    add_stated(&mut parts, library, &asked);
    let score = |(number, parts): (usize, &Parts)| Score {
        total: (parts.sum() / ceiling).min(1.0),
        parts: parts.divided_by(ceiling),
        nearest: signals.nearest[number],
    };
    let signs = Signs::of(text, &signals.named);
    Evidence {
        signs,
        scores: parts.iter().enumerate().map(score).collect(),
        strength: signs.map_or(0.0, |signs| signs.strength(&engine.weights.scope)),
        least: engine.weights.abstain,
        goals: goals.to_vec(),
        phase: phase.cloned(),
        refused: text.refused.clone(),
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
fn texts(text: &Reading, signals: &Signals, weights: &Weights) -> Vec<Parts> {
    let model = relative(&likely(text, weights.sharpness));
    let (needs, sheet) = (relative(&signals.needs), relative(&signals.sheet));
    let parts = |number: usize| Parts {
        model: weights.model * model[number],
        needs: weights.needs * needs[number],
        sheet: weights.sheet * sheet[number],
        named: weights.named * signals.named[number],
        ..Parts::default()
    };
    (0..model.len()).map(parts).collect()
}

/// What the model believes; nothing where it saw nothing.
fn likely(text: &Reading, sharpness: f32) -> Vec<f32> {
    if text.query.words.is_empty() { vec![0.0; text.model.len()] } else { shares(&text.model, sharpness) }
}

fn relative(scores: &[f32]) -> Vec<f32> {
    let best = scores.iter().copied().fold(f32::EPSILON, f32::max);
    scores.iter().map(|score| (score / best).max(0.0)).collect()
}

/// Passes a part of each method's evidence on to its neighbours, the nearer the more: neighbours of a good answer are
/// good answers.
fn share(engine: &Engine, parts: &mut [Parts]) {
    let weights = &engine.weights;
    let texts: Vec<f32> = parts.iter().map(Parts::text).collect();
    let best = texts.iter().copied().fold(f32::EPSILON, f32::max);
    for (text, neighbours) in texts.iter().zip(&engine.neighbours) {
        // Only what stands out is worth passing on.
        let given = weights.shared * text * (text / best).powi(3);
        for neighbour in neighbours {
            parts[neighbour.number].shared += given * neighbour.closeness(&weights.nearness);
        }
    }
}

/// The best that a method could reach with this need.
fn ceiling(asked: &Asked<'_>, parts: &[Parts], weights: &Weights) -> f32 {
    let text = parts.iter().map(Parts::text).fold(0.0, f32::max);
    let goals = if asked.goals.is_empty() { 0.0 } else { weights.goal };
    let phase = if asked.phase.is_none() { 0.0 } else { weights.phase };
    (text + goals + phase).max(f32::EPSILON)
}

fn add_stated(parts: &mut [Parts], library: &Library, asked: &Asked<'_>) {
    let weights = &library.engine.weights;
    for (parts, method) in parts.iter_mut().zip(&library.methods) {
        parts.goal = weights.goal * goals_served(method, asked, weights);
        parts.phase = if asked.phase == Some(&method.phase) { weights.phase } else { 0.0 };
    }
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
