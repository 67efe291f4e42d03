//! The method base: sheets, vocabulary, glossary, cases, trainings, and the search over them. Pure once built.

mod detect;
mod engine;
mod evidence;
mod fields;
mod fit;
mod formats;
pub mod french;
mod front;
mod index;
mod jargon;
pub mod journeys;
mod learning;
mod lexicon;
mod load;
mod names;
mod neighbours;
mod query;
mod reading;
mod recommend;
mod refusal;
mod review;
mod scope;
mod sections;
pub mod sheet;
mod spelling;
mod vocabulary;
mod weights;

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

pub use evidence::{Evidence, Parts};
pub use journeys::{Journey, Leg};
pub use reading::{Reading, SeenWord};
pub use scope::Signs;
pub use sheet::Method;
pub use vocabulary::{Case, Goal, Phase, Term, Training};
pub use weights::{Scope, Weights};

use crate::problem::Problem;
use engine::{Engine, EntryPlace};
use vocabulary::Vocabulary;

/// A file of a content folder: its path as the author knows it, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    pub path: std::path::PathBuf,
    pub text: String,
}

/// Everything under `knowledge/`, checked and indexed. Never changes afterwards.
pub struct Library {
    methods: Vec<Method>,
    vocabulary: Vocabulary,
    terms: Vec<Term>,
    cases: Vec<Case>,
    trainings: Vec<Training>,
    journeys: Vec<Journey>,
    jargon: Vec<jargon::Jargon>,
    fingerprint: String,
    aside: Vec<(String, String)>,
    /// Concepts of each sheet's own words, for the reasons.
    sheet_concepts: Vec<HashSet<String>>,
    engine: Engine,
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

/// From this confidence on, what was detected can be taken for said.
const SURE: f32 = 0.5;

impl Detected {
    /// The goals that can be taken for said, most certain first.
    pub fn sure_goals(&self) -> Vec<GoalId> {
        self.goals.iter().filter(|(_, sure)| *sure >= SURE).map(|(goal, _)| goal.clone()).collect()
    }

    /// The phase, where it can be taken for said.
    pub fn sure_phase(&self) -> Option<PhaseId> {
        self.phase.as_ref().filter(|(_, sure)| *sure >= SURE).map(|(phase, _)| phase.clone())
    }
}

impl Library {
    /// Builds the library from the files of one folder, or of several where later files replace earlier ones of the
    /// same path. Gives every problem of every file; no library when one of them is an error.
    pub fn build(files: &[SourceFile]) -> (Option<Library>, Vec<Problem>) {
        Self::build_with(files, Weights::DEFAULT, None)
    }

    /// [`Library::build`] with other weights, for tuning, and with what was learnt from the same files before: the
    /// bytes of [`Library::learnt`], which are ignored when they are anything else.
    pub fn build_with(files: &[SourceFile], weights: Weights, kept: Option<&[u8]>) -> (Option<Library>, Vec<Problem>) {
        let (parts, mut problems) = load::load(files);
        if !load::servable(&problems) {
            return (None, problems);
        }
        match Engine::new(&parts, weights, kept) {
            Ok(engine) => (Some(Self::new(parts, engine)), problems),
            Err(error) => {
                problems.push(Problem::error("methods", 0, 0, format!("l'index n'a pas pu être construit : {error}")));
                (None, problems)
            }
        }
    }

    fn new(parts: load::Parts, engine: Engine) -> Self {
        let mut sheet_concepts: Vec<HashSet<String>> =
            parts.methods.iter().map(|method| engine.sheet_concepts(method)).collect();
        keep_telling(&mut sheet_concepts);
        let load::Parts { methods, vocabulary, terms, cases, trainings, journeys, jargon, fingerprint, .. } = parts;
        Self {
            methods,
            vocabulary,
            terms,
            cases,
            trainings,
            journeys,
            jargon,
            fingerprint,
            aside: Vec::new(),
            sheet_concepts,
            engine,
        }
    }

    /// What was learnt from the files, for [`Library::build_with`] at the next start with the same files.
    pub fn learnt(&self) -> Vec<u8> {
        self.engine.learnt.to_bytes()
    }

    /// Takes these addresses out of what agents are shown; coaches still see them in [`Library::links_set_aside`].
    pub fn set_aside(&mut self, urls: &BTreeSet<String>) {
        for method in &mut self.methods {
            let (aside, kept) =
                std::mem::take(&mut method.links).into_iter().partition(|link| urls.contains(&link.url));
            method.links = kept;
            let aside: Vec<sheet::Link> = aside;
            self.aside.extend(aside.into_iter().map(|link| (method.id.as_str().to_owned(), link.url)));
        }
        let cases = self.cases.iter_mut().map(|case| (&case.id, &mut case.url));
        let trainings = self.trainings.iter_mut().map(|training| (&training.id, &mut training.url));
        for (id, url) in cases.chain(trainings) {
            if let Some(broken) = url.take_if(|url| urls.contains(url)) {
                self.aside.push((id.clone(), broken));
            }
        }
    }

    /// The links that agents are not shown: the sheet, case or training that has it, and its address.
    pub fn links_set_aside(&self) -> &[(String, String)] {
        &self.aside
    }

    /// What an editor would say of the files that this library was built from.
    pub fn review(&self, files: &[SourceFile]) -> Vec<Problem> {
        review::review(self, files)
    }

    /// Ranks with other weights from now on. What the model and the index were built with stays.
    pub fn reweigh(&mut self, weights: Weights) {
        self.engine.weights = weights;
    }

    /// What tells whether a text is about what the base knows; none where there is nothing to read.
    pub fn signs(&self, text: &str) -> Option<Signs> {
        self.search(&self.read(text), &[], None).signs()
    }

    /// Names what is learnt from these files with these weights: same name, same model.
    pub fn name_of_learnt(files: &[SourceFile], weights: &Weights) -> String {
        load::name_of_learnt(files, weights)
    }

    /// Hash of all files, for traces: same hash, same advice.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// All methods, by id.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    pub fn method(&self, id: &MethodId) -> Option<&Method> {
        let place = self.methods.binary_search_by(|method| method.id.cmp(id)).ok()?;
        self.methods.get(place)
    }

    /// In the order of `vocabulary.yaml`.
    pub fn goals(&self) -> &[Goal] {
        &self.vocabulary.goals
    }

    /// In the order of `vocabulary.yaml`.
    pub fn phases(&self) -> &[Phase] {
        &self.vocabulary.phases
    }

    pub fn phase(&self, id: &PhaseId) -> Option<&Phase> {
        self.vocabulary.phases.iter().find(|phase| phase.id == *id)
    }

    pub fn goal(&self, id: &GoalId) -> Option<&Goal> {
        self.vocabulary.goals.iter().find(|goal| goal.id == *id)
    }

    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    pub fn trainings(&self) -> &[Training] {
        &self.trainings
    }

    /// In the order of `journeys.yaml`.
    pub fn journeys(&self) -> &[Journey] {
        &self.journeys
    }

    pub fn journey(&self, id: &JourneyId) -> Option<&Journey> {
        self.journeys.iter().find(|journey| journey.id == *id)
    }

    /// The journey that a request announces, when it is a whole project.
    pub fn journey_for(&self, text: &str) -> Option<&Journey> {
        self.journeys.get(journeys::announced(&self.engine, text)?)
    }

    pub fn journeys_of(&self, method: &MethodId) -> Vec<&Journey> {
        self.journeys.iter().filter(|journey| journey.stages.iter().any(|leg| leg.method == *method)).collect()
    }

    pub fn terms_of(&self, method: &MethodId) -> Vec<&Term> {
        self.terms.iter().filter(|term| term.methods.contains(method)).collect()
    }

    pub fn cases_of(&self, method: &MethodId) -> Vec<&Case> {
        self.cases.iter().filter(|case| case.methods.contains(method)).collect()
    }

    pub fn trainings_of(&self, method: &MethodId) -> Vec<&Training> {
        self.trainings.iter().filter(|training| training.methods.contains(method)).collect()
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// A term, a method, or an alias of one, whatever the accents, plural, case, article or (one) typo.
    pub fn look_up(&self, words: &str) -> Option<Entry<'_>> {
        let words = french::words(words);
        let place = self.engine.entries.exact(&words).or_else(|| self.engine.entries.near(&words))?;
        match place {
            EntryPlace::Term(number) => self.terms.get(number).map(Entry::Term),
            EntryPlace::Method(number) => self.methods.get(number).map(Entry::Method),
        }
    }

    /// Understands a text once, for what is then asked about it.
    pub fn read(&self, text: &str) -> Reading {
        Reading::new(self, text)
    }

    /// The method that this text names, if it names one (« un atelier persona », « faire un SWOT »).
    pub fn named_in(&self, text: &Reading) -> Option<&Method> {
        let (number, _) = evidence::named_methods(&self.engine, &text.query).into_iter().next()?;
        self.methods.get(number)
    }

    /// The language of a text: English when its small words are.
    pub fn language_of(&self, text: &str) -> Language {
        if french::looks_english(&french::words(text)) { Language::English } else { Language::French }
    }

    /// Goals and phase that a text announces.
    pub fn detect(&self, text: &Reading) -> Detected {
        detect::detect(self, text)
    }

    /// The text stage of a search: the words, and the goals and phase that are stated; no means.
    pub fn search(&self, text: &Reading, goals: &[GoalId], phase: Option<&PhaseId>) -> Evidence {
        evidence::search(self, text, goals, phase)
    }

    /// What is advised: the best `count` at most, and none that cannot be done with these means as long as one can.
    pub fn advise(&self, evidence: &Evidence, means: &Means, count: usize) -> Vec<Recommendation> {
        recommend::advise(self, evidence, means, count)
    }

    /// Weighs the means and gives the best `count`, those that cannot be done last. Empty when the evidence is too weak to advise anything.
    pub fn rank(&self, evidence: &Evidence, means: &Means, count: usize) -> Vec<Recommendation> {
        recommend::rank(self, evidence, means, count)
    }

    /// The methods that [`Library::rank`] would give, in its order, without reasons: cheap enough to ask « what if ».
    pub fn first(&self, evidence: &Evidence, means: &Means, count: usize) -> Vec<&MethodId> {
        recommend::first(self, evidence, means, count)
    }

    /// [`Library::search`] then [`Library::advise`].
    pub fn recommend(&self, need: &Need, count: usize) -> Vec<Recommendation> {
        let evidence = self.search(&self.read(&need.text), &need.goals, need.phase.as_ref());
        self.advise(&evidence, &need.means, count)
    }
}

/// Drops the concepts that many sheets share: « gens », « fois » are no reason to advise one of them.
fn keep_telling(sheets: &mut [HashSet<String>]) {
    let most = (sheets.len() / 10).max(3);
    let mut counts: HashMap<String, usize> = HashMap::new();
    for concept in sheets.iter().flatten() {
        *counts.entry(concept.clone()).or_default() += 1;
    }
    for sheet in sheets.iter_mut() {
        sheet.retain(|concept| counts.get(concept).is_some_and(|count| *count <= most));
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
        /// A journey of `journeys.yaml`, e.g. `refondre-formulaire`.
        JourneyId,
    }
}
pub use id::{GoalId, JourneyId, MethodId, PhaseId};

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
    /// What the text, the goals and the phase add to the score; the means then divide it.
    #[serde(default)]
    pub parts: Parts,
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
