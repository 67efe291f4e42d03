//! The method base: sheets, vocabulary, glossary, cases, trainings, and the search over them. Pure once built.

pub mod sheet;

use serde::{Deserialize, Serialize};

pub use sheet::Method;

use crate::problem::Problem;

/// A file of a content folder: its path as the author knows it, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    pub path: std::path::PathBuf,
    pub text: String,
}

/// Everything under `knowledge/`, checked and indexed. Never changes afterwards.
pub struct Library {
    methods: Vec<Method>,
}

/// A phase of a project, as in `vocabulary.yaml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    pub id: PhaseId,
    pub name: String,
    pub english: String,
    pub description: String,
    pub english_description: String,
}

/// A goal, as in `vocabulary.yaml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    pub id: GoalId,
    pub name: String,
    pub english: String,
}

/// A word of the trade and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub term: String,
    pub english: String,
    pub aliases: Vec<String>,
    /// The official French equivalent, where there is one.
    pub official: Option<String>,
    pub definition: String,
    pub english_definition: String,
    pub example: String,
    pub methods: Vec<MethodId>,
}

/// A real use of methods.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub id: String,
    pub title: String,
    pub what: String,
    pub organisation: String,
    pub year: Option<u16>,
    pub methods: Vec<MethodId>,
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    pub id: String,
    pub title: String,
    pub provider: String,
    pub summary: String,
    pub methods: Vec<MethodId>,
    pub url: Option<String>,
}

/// What « c'est quoi … ? » can be about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry<'a> {
    Term(&'a Term),
    Method(&'a Method),
}

/// Goals and phase that a text announces, with a confidence between 0 and 1, most certain first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detected {
    pub goals: Vec<(GoalId, f32)>,
    pub phase: Option<(PhaseId, f32)>,
}

/// What the text alone says about every method, before means are weighed. Made once per turn: ranking it under
/// different means costs microseconds.
#[derive(Debug, Clone, Default)]
pub struct Evidence {}

impl Library {
    /// Builds the library from the files of one folder, or of several where later files replace earlier ones of the
    /// same path. Gives every problem of every file; no library when one of them is an error.
    pub fn build(files: &[SourceFile]) -> (Option<Library>, Vec<Problem>) {
        todo!("{}", files.len())
    }

    /// Hash of all files, for traces: same hash, same advice.
    pub fn fingerprint(&self) -> &str {
        todo!()
    }

    /// All methods, by id.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    pub fn method(&self, id: &MethodId) -> Option<&Method> {
        self.methods.iter().find(|method| method.id == *id)
    }

    /// In the order of `vocabulary.yaml`.
    pub fn goals(&self) -> &[Goal] {
        todo!()
    }

    /// In the order of `vocabulary.yaml`.
    pub fn phases(&self) -> &[Phase] {
        todo!()
    }

    pub fn cases_of(&self, method: &MethodId) -> Vec<&Case> {
        todo!("{method}")
    }

    pub fn trainings_of(&self, method: &MethodId) -> Vec<&Training> {
        todo!("{method}")
    }

    pub fn terms(&self) -> &[Term] {
        todo!()
    }

    /// A term, a method, or an alias of one, whatever the accents, plural, case, article or (one) typo.
    pub fn look_up(&self, words: &str) -> Option<Entry<'_>> {
        todo!("{words}")
    }

    /// The method that this text names, if it names one (« un atelier persona », « faire un SWOT »).
    pub fn named_in(&self, text: &str) -> Option<&Method> {
        todo!("{text}")
    }

    pub fn detect(&self, text: &str) -> Detected {
        todo!("{text}")
    }

    /// The text stage of a search: goals, phase and words of the need, not its means.
    pub fn search(&self, need: &Need) -> Evidence {
        todo!("{need:?}")
    }

    /// Weighs the means and gives the best `count`. Empty when the evidence is too weak to advise anything.
    pub fn rank(&self, evidence: &Evidence, means: &Means, count: usize) -> Vec<Recommendation> {
        todo!("{evidence:?} {means:?} {count}")
    }

    /// [`Library::search`] then [`Library::rank`].
    pub fn recommend(&self, need: &Need, count: usize) -> Vec<Recommendation> {
        self.rank(&self.search(need), &need.means, count)
    }
}

mod id {
    use std::fmt;

    use serde::{Deserialize, Serialize};

    macro_rules! identifiers {
        ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub String);

            impl $name {
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl From<&str> for $name {
                fn from(name: &str) -> Self {
                    Self(name.to_owned())
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&self.0)
                }
            }
        )*};
    }

    identifiers! {
        /// A method, e.g. `observation-terrain`: the name of its sheet's file.
        MethodId,
        /// A goal of `vocabulary.yaml`, e.g. `prioritise`.
        GoalId,
        /// A phase of `vocabulary.yaml`, e.g. `cadrer`.
        PhaseId,
    }
}
pub use id::{GoalId, MethodId, PhaseId};

/// The languages that the coach speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "fr")]
    French,
    #[serde(rename = "en")]
    English,
}

/// Money at hand or needed, beyond the time of those who take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    None,
    Low,
    Medium,
    High,
}

/// Experience of whoever runs the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Skill {
    Beginner,
    Intermediate,
    Expert,
}

/// What an agent can spend. `None` means not said.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Means {
    /// Working hours: half a day is 3.5, a day 7, a week 35.
    pub hours: Option<f32>,
    pub people: Option<u32>,
    pub budget: Option<Budget>,
    pub skill: Option<Skill>,
    /// `true`: at a distance; `false`: everybody in one place.
    pub remote: Option<bool>,
}

/// What an agent needs, as understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Need {
    /// The agent's own words.
    pub text: String,
    /// Goals that the agent chose or that were detected, most certain first.
    pub goals: Vec<GoalId>,
    pub phase: Option<PhaseId>,
    pub means: Means,
}

/// One advised method, with the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    pub method: MethodId,
    /// 0 to 1; comparable within one ranking only.
    pub score: f32,
    pub reasons: Vec<Reason>,
    pub warnings: Vec<Warning>,
}

/// Why a method fits. Rendered by the dialogue, shown to coaches as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// It serves this goal, stated or detected.
    Goal {
        goal: GoalId,
    },
    /// It belongs to the phase where the project stands.
    Phase {
        phase: PhaseId,
    },
    /// The agent named it.
    Named {
        name: String,
    },
    /// Close to how other agents said it: a line of the sheet's needs file.
    Similar {
        need: String,
    },
    /// Words of the request found in the sheet.
    Words {
        words: Vec<String>,
    },
    /// The stated means suffice.
    FitsHours,
    FitsPeople,
    FitsBudget,
    FitsSkill,
    FitsPlace,
}

/// What does not fit. `impossible` ones keep a method from ever standing first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Warning {
    /// It takes at least `needs` hours; `given` were stated.
    Hours {
        needs: f32,
        given: f32,
        impossible: bool,
    },
    TooFewPeople {
        needs: u32,
        given: u32,
        impossible: bool,
    },
    TooManyPeople {
        most: u32,
        given: u32,
        impossible: bool,
    },
    Budget {
        needs: Budget,
        impossible: bool,
    },
    Skill {
        needs: Skill,
        impossible: bool,
    },
    /// It cannot be done at a distance.
    OnSiteOnly,
    /// It is made for work at a distance.
    RemoteOnly,
}
