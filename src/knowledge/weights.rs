//! Every number that the search was tuned with, in one place.
//!
//! The weights of the ranking were climbed on the graded requests `dev`, `coach-a` and `coach-b`, as `declic tune` does, and
//! rounded. The rule of [`Scope`] was set by hand: its doubt refuses half a percent of these requests where they are in
//! scope, and was chosen among near values with the figures of `coach-c` in sight. `belief` and `guessed` were chosen by eye. None of these numbers knows a method, a goal or a word.

use declic_classifier::Recipe;

/// How much each kind of evidence counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Resemblance to a method's needs as a whole, relative to the best method: see `declic_classifier`.
    pub model: f32,
    /// BM25 of the nearest need lines, relative to the best method: see `index`.
    pub needs: f32,
    /// BM25 of the sheet, relative to the best method.
    pub sheet: f32,
    /// The text names the method.
    pub named: f32,
    /// The best of the need's goals; [`Weights::goal_ranks`] lessens later ones.
    pub goal: f32,
    /// The phase where the project stands.
    pub phase: f32,
    /// Part of each method's evidence that a neighbour as near as can be receives.
    pub shared: f32,
    pub nearness: Nearness,

    /// How the model is learnt.
    pub recipe: Recipe,
    /// How much the model's first choice stands out from its second: 1 is its own belief.
    pub sharpness: f32,
    /// The same for what the text is believed to be about, when goals and phase are detected.
    pub belief: f32,

    /// What the best, second and third nearest needs of a method count.
    pub nearest: [f32; 3],
    /// Forms of one word beside its concept: the other stem, the exact form, a near-equivalent.
    pub snowball: f32,
    pub exact: f32,
    pub synonym: f32,
    /// Words behind an acronym or an English phrase, and words guessed behind a misspelt one.
    pub added: f32,
    pub guessed: f32,
    /// Fields of a sheet: its names, and the rest of its text.
    pub names: f32,
    pub text: f32,

    /// What a goal is worth as the first, second, third … of the need or of a sheet.
    pub goal_ranks: [f32; 4],

    /// What remains of a score when means hardly suffice, and when they cannot.
    pub tight: f32,
    pub impossible: f32,
    /// … when a beginner meets an intermediate method: more effort, no warning.
    pub stretch: f32,
    /// Lacking more than this factor of time, or of people, is impossible; less is tight.
    pub late: f32,
    pub crowd: f32,

    /// Candidates below this share of the best are not advised.
    pub floor: f32,
    /// When a request is about what the base knows.
    pub scope: Scope,
    /// Strength below which evidence advises nothing.
    pub abstain: f32,
}

/// What each bond between two sheets adds to how near they are: see `neighbours`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    pub related: f32,
    pub alternative: f32,
    pub sequence: f32,
    pub same_goal: f32,
}

/// A logistic rule over the signs of `scope`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    pub inside: f32,
    pub clear: f32,
    pub known: f32,
    pub named: f32,
    pub length: f32,
    /// What all this must outweigh.
    pub doubt: f32,
}

impl Weights {
    pub const DEFAULT: Self = Self {
        model: 1.5,
        needs: 0.24,
        sheet: 0.15,
        named: 0.8,
        goal: 0.5,
        phase: 0.25,
        shared: 0.4,
        nearness: Nearness { related: 0.3, alternative: 0.12, sequence: 0.25, same_goal: 0.2 },
        recipe: Recipe::DEFAULT,
        sharpness: 0.29,
        belief: 1.6,
        nearest: [1.0, 0.5, 0.3],
        snowball: 0.3,
        exact: 0.9,
        synonym: 0.4,
        added: 0.6,
        guessed: 1.0,
        names: 1.5,
        text: 1.0,
        goal_ranks: [1.0, 0.75, 0.55, 0.4],
        tight: 0.75,
        impossible: 0.3,
        stretch: 0.95,
        late: 1.5,
        crowd: 2.0,
        floor: 0.2,
        scope: Scope { inside: 1.0, clear: 0.1, known: 0.0, named: 2.0, length: 1.0, doubt: 0.8 },
        abstain: 0.5,
    };
}

impl Default for Weights {
    fn default() -> Self {
        Self::DEFAULT
    }
}
