//! Every number that the search was tuned with, in one place.
//!
//! They were chosen by cross-validation on the needs (each fifth line held out) and on graded requests; none of them
//! knows a method, a goal or a word.

/// How much each kind of evidence counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Resemblance to a method's needs as a whole: see `model`.
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
    /// Part of each method's evidence that its related methods receive.
    pub shared: f32,

    /// Shares of the model's groups of features: words, pairs of words, pieces of words.
    pub groups: [f32; 3],
    pub lessons: Lessons,

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

/// How the model's mistakes on its own samples are corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lessons {
    /// How often all samples are gone over. Each pass costs half a second at start.
    pub passes: usize,
    /// By how much a sample's own class should lead.
    pub margin: f32,
    /// How far one sample moves the classes.
    pub rate: f32,
}

/// A logistic rule, fitted on held-out needs and on requests out of scope: see `scope`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// Resemblance to the best method, against that to the best topic of `outside.txt`.
    pub resemblance: f32,
    /// The least that any text resembles something outside.
    pub strange: f32,
    /// Share of the words that the base knows.
    pub known: f32,
    /// Share of the text that names a method.
    pub named: f32,
    /// Logarithm of the number of words.
    pub length: f32,
    /// What all this must outweigh.
    pub doubt: f32,
}

impl Weights {
    pub const DEFAULT: Self = Self {
        model: 1.2,
        needs: 0.35,
        sheet: 0.25,
        named: 0.8,
        goal: 0.5,
        phase: 0.25,
        shared: 0.4,
        groups: [1.0, 0.5, 1.0],
        lessons: Lessons { passes: 1, margin: 0.05, rate: 0.05 },
        nearest: [1.0, 0.5, 0.3],
        snowball: 0.3,
        exact: 0.9,
        synonym: 0.4,
        added: 0.6,
        guessed: 0.8,
        names: 1.5,
        text: 1.0,
        goal_ranks: [1.0, 0.75, 0.55, 0.4],
        tight: 0.75,
        impossible: 0.3,
        stretch: 0.95,
        late: 1.5,
        crowd: 2.0,
        floor: 0.2,
        scope: Scope { resemblance: 14.4, strange: 0.08, known: 4.3, named: 2.5, length: 2.9, doubt: 17.1 },
        abstain: 0.13,
    };
}

impl Default for Weights {
    fn default() -> Self {
        Self::DEFAULT
    }
}
