//! Every number that the search was tuned with, in one place.

/// How much each kind of evidence counts. Scores of one kind are first brought to 0–1 by the best of the ranking.
pub struct Weights {
    /// Cosine with the method's centroid: see `model`.
    pub model: f32,
    /// BM25 of the nearest need lines: see `index`.
    pub needs: f32,
    /// BM25 of the sheet.
    pub sheet: f32,
    /// The text names the method.
    pub named: f32,
    /// A goal chosen by the agent or surely detected; less for the sheet's second and third goals.
    pub goal: f32,
    /// The phase where the project stands.
    pub phase: f32,
}

pub const WEIGHTS: Weights = Weights { model: 1.0, needs: 0.35, sheet: 0.15, named: 0.8, goal: 0.5, phase: 0.25 };

/// Shares of the groups of features in the model.
pub const WORDS: f32 = 1.0;
pub const PAIRS: f32 = 0.4;
pub const GRAMS: f32 = 0.8;

/// The second and third nearest needs of a method count for this share of the best.
pub const NEXT_NEEDS: [f32; 3] = [1.0, 0.3, 0.15];

/// Forms of one word of the request: the other stem, the exact form, a synonym, a word behind an acronym, a guess.
pub const SNOWBALL: f32 = 0.8;
pub const EXACT: f32 = 0.9;
pub const SYNONYM: f32 = 0.4;
pub const ADDED: f32 = 0.6;
pub const GUESSED: f32 = 0.8;

/// Fields of a sheet.
pub const TITLE: f32 = 2.0;
pub const SUMMARY: f32 = 1.2;
pub const GOALS: f32 = 0.8;
pub const BODY: f32 = 0.6;

/// What a stated goal is worth as the first, second, third … of a sheet.
pub const GOAL_RANKS: [f32; 4] = [1.0, 0.75, 0.55, 0.4];

/// Penalties on the score when means hardly suffice, and when they cannot.
pub const TIGHT: f32 = 0.75;
pub const IMPOSSIBLE: f32 = 0.3;
/// A beginner manages an intermediate method, with more effort.
pub const STRETCH: f32 = 0.95;
/// Lacking more than this factor of time is impossible; less is tight.
pub const LATE: f32 = 1.5;
/// So with people.
pub const CROWD: f32 = 2.0;

/// Candidates below this share of the best are not advised.
pub const FLOOR: f32 = 0.2;

/// Evidence below this is too weak to advise anything.
pub const ABSTAIN: f32 = 0.05;
