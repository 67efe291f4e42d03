//! What a conversation comes to, beside its words: what lists filter by and what statistics count. Pure: folded turn
//! by turn from the input, the trace and the flags, so that it can be made again from what is stored.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::dialogue::turn::{Concern, Input, Trace};
use crate::knowledge::{GoalId, Language, PhaseId};

/// How a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// No advice yet.
    #[default]
    Unfinished,
    /// Methods were recommended.
    Advised,
    /// Nothing fitted, and nothing was recommended.
    NothingFound,
    /// A person was asked for before anything was recommended.
    Person,
}

impl Ending {
    pub const ALL: [Self; 4] = [Self::Unfinished, Self::Advised, Self::NothingFound, Self::Person];

    /// Its name in addresses, exports and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Advised => "advised",
            Self::NothingFound => "nothing-found",
            Self::Person => "person",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.as_str() == name)
    }
}

/// The last word of a person on the advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rating {
    Useful,
    NotUseful,
}

impl Rating {
    pub const ALL: [Self; 2] = [Self::Useful, Self::NotUseful];

    /// Its name in addresses, exports and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::NotUseful => "not-useful",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rating| rating.as_str() == name)
    }
}

/// All that is known of a conversation without its words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// The person wrote or chose something.
    pub spoke: bool,
    pub language: Language,
    /// Where the script stands.
    pub step: String,
    /// The goals and the phase of the last search.
    pub goals: Vec<GoalId>,
    pub phase: Option<PhaseId>,
    pub rating: Option<Rating>,
    pub wants_person: bool,
    pub nothing_found: bool,
    /// Steps asked before the first advice.
    pub questions: usize,
    /// From the first turn to the first advice, in milliseconds.
    pub advised_ms: Option<i64>,
    /// The tallies that have this conversation, as `kind:name`.
    pub counted: BTreeSet<String>,
}

/// One turn, as far as it matters here.
#[derive(Debug)]
pub struct Happened<'a> {
    pub input: &'a Input,
    pub trace: &'a Trace,
    pub concerns: &'a [Concern],
    /// Milliseconds since the first turn of the conversation.
    pub elapsed: i64,
}

/// A count to be raised by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    pub kind: String,
    pub name: String,
}

impl Facts {
    pub fn ending(&self) -> Ending {
        if self.advised_ms.is_some() {
            Ending::Advised
        } else if self.wants_person {
            Ending::Person
        } else if self.nothing_found {
            Ending::NothingFound
        } else {
            Ending::Unfinished
        }
    }

    /// Takes one more turn into account, and gives what it adds to the statistics.
    pub fn advance(&mut self, happened: &Happened<'_>) -> Vec<Tally> {
        let mut new = Counter { facts: self, tallies: Vec::new() };
        new.count("conversation", "all");
        new.walk(happened);
        new.advise(happened);
        new.react(happened);
        let Counter { mut tallies, .. } = new;
        self.remember(happened);
        if matches!(happened.input, Input::Said { .. } | Input::Chose { .. }) {
            tallies.push(Tally { kind: "turn".to_owned(), name: "all".to_owned() });
        }
        tallies
    }

    fn remember(&mut self, happened: &Happened<'_>) {
        let trace = happened.trace;
        self.spoke |= matches!(happened.input, Input::Said { .. } | Input::Chose { .. } | Input::Corrected { .. });
        self.language = trace.language;
        self.step.clone_from(&trace.to);
        if !trace.goals.is_empty() || trace.phase.is_some() {
            self.goals.clone_from(&trace.goals);
            self.phase.clone_from(&trace.phase);
        }
        self.wants_person |= happened.concerns.contains(&Concern::WantsPerson);
        self.nothing_found |= happened.concerns.contains(&Concern::NothingFits);
        self.rating = rating(trace).or(self.rating);
    }

    /// The filters that find it.
    pub fn marks(&self) -> BTreeSet<String> {
        let mut marks = BTreeSet::from([
            format!("language:{}", if self.language == Language::English { "en" } else { "fr" }),
            format!("outcome:{}", self.ending().as_str()),
        ]);
        marks.extend(self.goals.iter().map(|goal| format!("goal:{goal}")));
        marks.extend(self.phase.iter().map(|phase| format!("phase:{phase}")));
        marks.extend(self.rating.map(|rating| format!("rating:{}", rating.as_str())));
        marks.extend(self.wants_person.then(|| "person".to_owned()));
        marks.extend(self.nothing_found.then(|| "nothing".to_owned()));
        marks
    }
}

fn rating(trace: &Trace) -> Option<Rating> {
    trace.understood.iter().rev().find_map(|what| match what.as_str() {
        "rating:useful" | "follow-up:useful" => Some(Rating::Useful),
        "rating:not-useful" | "follow-up:not-useful" => Some(Rating::NotUseful),
        _ => None,
    })
}

/// Facts, and the tallies that grow from them; each counts a conversation once.
struct Counter<'a> {
    facts: &'a mut Facts,
    tallies: Vec<Tally>,
}

impl Counter<'_> {
    fn count(&mut self, kind: &str, name: &str) {
        if self.facts.counted.insert(format!("{kind}:{name}")) {
            self.tallies.push(Tally { kind: kind.to_owned(), name: name.to_owned() });
        }
    }

    /// Which steps were reached and left, and by which way.
    fn walk(&mut self, happened: &Happened<'_>) {
        let (from, to) = (&happened.trace.from, &happened.trace.to);
        for step in [from, to].into_iter().filter(|step| !step.is_empty()) {
            self.count("step", step);
        }
        if from != to && !from.is_empty() && !to.is_empty() {
            self.count("left", from);
            self.count("edge", &format!("{from}>{to}"));
        }
    }

    /// What was sought and shown, and how long it took.
    fn advise(&mut self, happened: &Happened<'_>) {
        let trace = happened.trace;
        for goal in &trace.goals {
            self.count("goal", goal.as_str());
        }
        if let Some(phase) = &trace.phase {
            self.count("phase", phase.as_str());
        }
        for one in &trace.ranking {
            self.count("shown", one.method.as_str());
        }
        if !trace.ranking.is_empty() && self.facts.advised_ms.is_none() {
            self.facts.questions = self.questions(&trace.to);
            self.facts.advised_ms = Some(happened.elapsed.max(0));
            self.count("questions", &self.facts.questions.to_string());
            self.count("wait", wait(happened.elapsed));
        }
    }

    fn questions(&self, advice: &str) -> usize {
        let steps = self.facts.counted.iter().filter_map(|counted| counted.strip_prefix("step:"));
        steps.filter(|step| *step != advice).count()
    }

    /// What the person made of it.
    fn react(&mut self, happened: &Happened<'_>) {
        for what in &happened.trace.understood {
            if let Some(method) = what.strip_prefix("details:") {
                self.count("opened", method);
            }
        }
        if let Some(rating) = rating(happened.trace) {
            self.count("rating", rating.as_str());
            for method in &happened.trace.table {
                self.count(rating.as_str(), method.as_str());
            }
        }
        if happened.concerns.contains(&Concern::WantsPerson) {
            self.count("concern", "person");
        }
        if happened.concerns.contains(&Concern::NothingFits) {
            self.count("concern", "nothing");
        }
    }
}

/// The classes in which the time to the first recommendation is counted: their names, and up to how many milliseconds.
pub const WAITS: [(&str, i64); 6] = [
    ("1-min", 60_000),
    ("2-min", 120_000),
    ("5-min", 300_000),
    ("15-min", 900_000),
    ("1-h", 3_600_000),
    ("more", i64::MAX),
];

fn wait(elapsed: i64) -> &'static str {
    WAITS.iter().find(|(_, most)| elapsed <= *most).map_or("more", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said() -> Input {
        Input::Said { text: "x".to_owned() }
    }

    fn kinds(tallies: &[Tally]) -> Vec<String> {
        tallies.iter().map(|tally| format!("{}:{}", tally.kind, tally.name)).collect()
    }

    #[test]
    fn a_conversation_counts_once_whatever_it_repeats() {
        let mut facts = Facts::default();
        let trace = Trace { from: "projet".to_owned(), to: "temps".to_owned(), ..Trace::default() };
        let input = said();
        let happened = Happened { input: &input, trace: &trace, concerns: &[Concern::WantsPerson], elapsed: 0 };
        let first = facts.advance(&happened);
        assert_eq!(
            kinds(&first),
            [
                "conversation:all",
                "step:projet",
                "step:temps",
                "left:projet",
                "edge:projet>temps",
                "concern:person",
                "turn:all"
            ]
        );
        assert_eq!(kinds(&facts.advance(&happened)), ["turn:all"]);
        assert_eq!(facts.ending(), Ending::Person);
    }

    #[test]
    fn the_last_rating_holds() {
        let mut facts = Facts::default();
        for (what, expected) in [("rating:useful", Rating::Useful), ("follow-up:not-useful", Rating::NotUseful)] {
            let trace = Trace { understood: vec![what.to_owned()], ..Trace::default() };
            facts.advance(&Happened { input: &said(), trace: &trace, concerns: &[], elapsed: 0 });
            assert_eq!(facts.rating, Some(expected));
        }
    }

    #[test]
    fn waits_have_classes() {
        assert_eq!((wait(0), wait(60_001), wait(i64::MAX)), ("1-min", "2-min", "more"));
    }
}
