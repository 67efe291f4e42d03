//! A script: what the coach asks, says and listens for, as written in `conversations/`.

use indexmap::IndexMap;

use super::phrases::Phrases;
use crate::knowledge::{Budget, Language, Skill};

/// A checked script: every target exists, every phrase is there.
#[derive(Debug, Clone)]
pub struct Script {
    pub id: String,
    pub version: u32,
    /// In the order of the file; the first one is the start.
    pub steps: IndexMap<String, Step>,
    pub phrases: Phrases,
    pub words: Words,
    /// What is offered under the advice, and under the details of one method.
    pub menus: Menus,
    /// The most questions asked before the advice, the project's description left aside.
    pub most_questions: usize,
}

/// French always, English when translated.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text {
    pub french: String,
    pub english: Option<String>,
}

impl Text {
    pub fn in_language(&self, language: Language) -> &str {
        match (language, &self.english) {
            (Language::English, Some(english)) => english,
            _ => &self.french,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Step {
    pub kind: StepKind,
    /// Words by which a person names this answer: « corriger le temps ».
    pub names: Vec<String>,
    pub help: Option<Text>,
    pub why: Option<Text>,
    pub next: Next,
}

#[derive(Debug, Clone)]
pub enum StepKind {
    Ask(Question),
    /// Says something and goes on.
    Say(Text),
    /// Searches and recommends this many methods; the conversation rests here.
    Recommend {
        count: usize,
    },
}

#[derive(Debug, Clone)]
pub struct Question {
    pub ask: Text,
    pub fills: Slot,
    pub choices: Choices,
    /// Said in turn when the answer was not understood.
    pub retry: Vec<Text>,
    /// Asked even when the answer would not change the advice.
    pub always: bool,
}

/// What an answer fills.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Slot {
    Project,
    Goals,
    Phase,
    Hours,
    People,
    Budget,
    Skill,
    Remote,
    /// A slot of the script's own, filled by one of its listed choices.
    Own(String),
}

impl Slot {
    pub const BUILT_IN: [(&'static str, Self); 8] = [
        ("project", Self::Project),
        ("goals", Self::Goals),
        ("phase", Self::Phase),
        ("hours", Self::Hours),
        ("people", Self::People),
        ("budget", Self::Budget),
        ("skill", Self::Skill),
        ("remote", Self::Remote),
    ];

    pub fn named(name: &str) -> Self {
        Self::BUILT_IN
            .into_iter()
            .find(|(built_in, _)| *built_in == name)
            .map_or_else(|| Self::Own(name.to_owned()), |(_, slot)| slot)
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Own(name) => name,
            built_in => Self::BUILT_IN.iter().find(|(_, slot)| slot == built_in).map_or("", |(name, _)| name),
        }
    }
}

#[derive(Debug, Clone)]
pub enum Choices {
    /// Free words only.
    None,
    /// The goals of the vocabulary.
    Goals,
    /// The phases of the vocabulary.
    Phases,
    Listed(Vec<ListedChoice>),
}

#[derive(Debug, Clone)]
pub struct ListedChoice {
    pub id: String,
    pub label: Text,
    pub value: ChoiceValue,
}

/// What a listed choice stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum ChoiceValue {
    Hours(f32),
    People(u32),
    Budget(Budget),
    Skill(Skill),
    Remote(bool),
    Own(String),
    /// « Peu importe »: leaves the slot empty and the question closed.
    Nothing,
}

#[derive(Debug, Clone)]
pub enum Next {
    To(String),
    /// The first case that holds, else the last target.
    Cases {
        cases: Vec<(Condition, String)>,
        otherwise: String,
    },
    /// The conversation rests here.
    Rest,
}

impl Next {
    pub fn targets(&self) -> Vec<&str> {
        match self {
            Self::To(target) => vec![target],
            Self::Cases { cases, otherwise } => {
                cases.iter().map(|(_, target)| target.as_str()).chain([otherwise.as_str()]).collect()
            }
            Self::Rest => Vec::new(),
        }
    }
}

/// `slot = value`, `slot >= number`, `slot <= number`, `slot known`, `slot unknown`.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    Known(Slot),
    Unknown(Slot),
    Is(Slot, String),
    AtLeast(Slot, f32),
    AtMost(Slot, f32),
}

/// What the coach listens for, folded, longest first within each intent.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub intents: Vec<(Intent, Vec<String>)>,
    /// Openings that say nothing: « je voudrais », « est-ce que je peux » …
    pub frames: Vec<String>,
    /// Closings that say nothing: « s'il vous plaît », « merci » …
    pub closings: Vec<String>,
    /// « c'est quoi », « what is a » …: what follows is to be explained.
    pub define: Vec<String>,
    /// « en fait », « plutôt » …: what follows corrects.
    pub amend: Vec<String>,
    /// Words that only one of the two languages has.
    pub french_marks: Vec<String>,
    pub english_marks: Vec<String>,
}

macro_rules! intents {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, reserved $fr:literal $en:literal;)*) => {
        /// What a person can want at any moment. The reserved word of each always works; a script may add others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Intent { $($(#[$doc])* $variant,)* }

        impl Intent {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The words that a script may not take away, French then English.
            pub fn reserved(self) -> [&'static str; 2] {
                match self { $(Self::$variant => [$fr, $en],)* }
            }
        }
    };
}

intents! {
    Help = "help", reserved "aide" "help";
    Why = "why", reserved "pourquoi" "why";
    Back = "back", reserved "retour" "back";
    Correct = "correct", reserved "corriger" "correct";
    Summary = "summary", reserved "resume" "summary";
    Skip = "skip", reserved "passer" "skip";
    Restart = "restart", reserved "recommencer" "restart";
    Person = "person", reserved "humain" "human";
    MyData = "my-data", reserved "mes donnees" "my data";
    Erase = "erase", reserved "effacer" "erase";
    Stop = "stop", reserved "stop" "stop";
    /// Show the advice now, ask nothing more.
    Advise = "advise", reserved "proposer" "suggest";
    Others = "others", reserved "autres" "others";
    Shorter = "shorter", reserved "plus court" "shorter";
    Cheaper = "cheaper", reserved "moins cher" "cheaper";
    Fewer = "fewer", reserved "moins de monde" "fewer people";
    /// One of the three above, to be chosen.
    Less = "less", reserved "moins de moyens" "less";
    Example = "example", reserved "exemple" "example";
    Training = "training", reserved "formation" "training";
    Details = "details", reserved "details" "details";
    /// The steps of the method in view.
    Goals = "goals", reserved "objectifs" "goals";
    /// The chains of methods for whole projects.
    Journeys = "journeys", reserved "parcours" "journeys";
    /// Back to the list of methods from the details of one.
    List = "list", reserved "liste" "list";
    Useful = "useful", reserved "utile" "useful";
    NotUseful = "not-useful", reserved "pas utile" "not useful";
    /// « Demandez-moi des nouvelles dans trois semaines ».
    FollowUp = "follow-up", reserved "me relancer" "check in";
    French = "french", reserved "francais" "french";
    English = "english", reserved "anglais" "english";
    Yes = "yes", reserved "oui" "yes";
    No = "no", reserved "non" "no";
    Greeting = "greeting", reserved "bonjour" "hello";
    Thanks = "thanks", reserved "merci" "thanks";
    Unsure = "unsure", reserved "je ne sais pas" "i do not know";
    Insult = "insult", reserved "idiot" "idiot";
}

impl Intent {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|intent| intent.name() == name)
    }
}

/// What is offered as numbered choices, by intent, with the label that the person reads.
#[derive(Debug, Clone, Default)]
pub struct Menus {
    pub advice: Vec<(Intent, Text)>,
    pub detail: Vec<(Intent, Text)>,
    pub nothing_fits: Vec<(Intent, Text)>,
    pub less: Vec<(Intent, Text)>,
    pub useful: Vec<(Intent, Text)>,
}
