//! Where a conversation stands, replayed from its answers: nothing else is stored, so a corrected answer, a withdrawn
//! message and a changed script all find their place by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Content;
use super::script::{Condition, Next, Question, Slot, Step, StepKind};
use super::state::{Answer, Value};
use super::understand::means::means_in;
use crate::knowledge::{Budget, Detected, Evidence, GoalId, Library, Means, MethodId, PhaseId, Reading, Skill};

/// How many methods are given at a time, unless the script says otherwise.
const ADVISED: usize = 3;
/// More would be a catalogue, not a question.
const LIKELY_GOALS: usize = 5;
/// A description of so many words usually tells what is wanted better than a goal chosen from a list.
const TELLING_WORDS: usize = 5;

/// What the answers say, taken together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slots {
    /// The person's own words, additions included.
    pub project: String,
    /// Chosen by the person; detected goals stay with the search.
    pub goals: Vec<GoalId>,
    pub phase: Option<PhaseId>,
    pub means: Means,
    /// The script's own slots.
    pub own: BTreeMap<String, String>,
    /// Steps answered, « passer » included.
    pub answered: BTreeSet<String>,
}

/// Where the conversation stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Position {
    /// This step's question is open.
    Asking(String),
    /// The advice was reached.
    Advising { step: String, count: usize },
}

impl Position {
    pub fn step(&self) -> &str {
        match self {
            Self::Asking(step) | Self::Advising { step, .. } => step,
        }
    }
}

/// The position, and what was computed on the way.
#[derive(Debug, Clone)]
pub struct Progress {
    pub position: Position,
    pub slots: Slots,
    /// The project's words, understood.
    reading: Rc<Reading>,
    /// What they announce.
    pub detected: Detected,
    /// Goals and phase of the search that gave the evidence.
    sought: (Vec<GoalId>, Option<PhaseId>),
    pub evidence: Evidence,
    /// Steps that only say something, passed since the last question.
    pub said: Vec<String>,
    /// Texts whose means were read, so that a turn reads each once.
    read: Vec<(String, Means)>,
}

pub fn replay(content: &Content, answers: &[Answer]) -> Progress {
    let mut read = Vec::new();
    progress(content, slots(answers, &mut read), None, read)
}

impl Progress {
    /// The same after the answers changed, within one turn: what depends on words that are still there is kept.
    pub fn again(&self, content: &Content, answers: &[Answer]) -> Self {
        let mut read = self.read.clone();
        progress(content, slots(answers, &mut read), Some(self), read)
    }
}

fn progress(content: &Content, slots: Slots, before: Option<&Progress>, read: Vec<(String, Means)>) -> Progress {
    let library = &content.library;
    let same_words = before.filter(|before| before.slots.project == slots.project);
    let (reading, detected) = match same_words {
        Some(before) => (Rc::clone(&before.reading), before.detected.clone()),
        None => understood(library, &slots.project),
    };
    let goals = goals_in_force(&slots, &detected);
    let phase = slots.phase.clone().or_else(|| detected.sure_phase());
    let same_need = same_words.filter(|before| before.sought.0 == goals && before.sought.1 == phase);
    let evidence = match same_need {
        Some(before) => before.evidence.clone(),
        None if slots.project.is_empty() && goals.is_empty() && phase.is_none() => Evidence::default(),
        None => library.search(&reading, &goals, phase.as_ref()),
    };
    let position = Position::Asking(String::new());
    let sought = (goals, phase);
    let mut progress = Progress { position, slots, reading, detected, sought, evidence, said: Vec::new(), read };
    walk(content, &mut progress);
    progress
}

fn understood(library: &Library, project: &str) -> (Rc<Reading>, Detected) {
    let reading = library.read(project);
    let detected = if project.is_empty() { Detected::default() } else { library.detect(&reading) };
    (Rc::new(reading), detected)
}

pub fn goals_in_force(slots: &Slots, detected: &Detected) -> Vec<GoalId> {
    if slots.goals.is_empty() { detected.sure_goals() } else { slots.goals.clone() }
}

impl Progress {
    /// Chosen by the person, else surely announced by the words.
    pub fn goals(&self) -> Vec<GoalId> {
        goals_in_force(&self.slots, &self.detected)
    }

    /// Chosen by the person, else surely announced by the words.
    pub fn phase(&self) -> Option<PhaseId> {
        self.slots.phase.clone().or_else(|| self.detected.sure_phase())
    }
}

impl Slots {
    pub fn knows(&self, slot: &Slot) -> bool {
        match slot {
            Slot::Project => !self.project.is_empty(),
            Slot::Goals => !self.goals.is_empty(),
            Slot::Phase => self.phase.is_some(),
            Slot::Hours => self.means.hours.is_some(),
            Slot::People => self.means.people.is_some(),
            Slot::Budget => self.means.budget.is_some(),
            Slot::Skill => self.means.skill.is_some(),
            Slot::Remote => self.means.remote.is_some(),
            Slot::Own(name) => self.own.contains_key(name),
        }
    }

    fn apply(&mut self, answer: &Answer, read: &mut Vec<(String, Means)>) {
        match &answer.value {
            Value::Text { text } => {
                self.project = text.clone();
                self.means = merge(self.means, means_of(text, read));
            }
            Value::More { text } => {
                self.project = format!("{}\n{text}", self.project);
                self.means = merge(self.means, means_of(text, read));
            }
            Value::Goals { goals } => self.goals = goals.clone(),
            Value::Phase { phase } => self.phase = Some(phase.clone()),
            Value::Hours { hours } => self.means.hours = Some(*hours),
            Value::People { people } => self.means.people = Some(*people),
            Value::Budget { budget } => self.means.budget = Some(*budget),
            Value::Skill { skill } => self.means.skill = Some(*skill),
            Value::Remote { remote } => self.means.remote = Some(*remote),
            Value::Choice { slot, choice } => {
                self.own.insert(slot.clone(), choice.clone());
            }
            Value::Skipped => {}
        }
        self.answered.insert(answer.step.clone());
    }
}

fn slots(answers: &[Answer], read: &mut Vec<(String, Means)>) -> Slots {
    answers.iter().fold(Slots::default(), |mut slots, answer| {
        slots.apply(answer, read);
        slots
    })
}

fn means_of(text: &str, read: &mut Vec<(String, Means)>) -> Means {
    if let Some((_, means)) = read.iter().find(|(known, _)| known == text) {
        return *means;
    }
    let means = means_in(text);
    read.push((text.to_owned(), means));
    means
}

/// The newer means where they say something.
pub fn merge(old: Means, new: Means) -> Means {
    Means {
        hours: new.hours.or(old.hours),
        people: new.people.or(old.people),
        budget: new.budget.or(old.budget),
        skill: new.skill.or(old.skill),
        remote: new.remote.or(old.remote),
    }
}

/// Follows the script until a question is open or the advice is reached.
fn walk(content: &Content, progress: &mut Progress) {
    let script = &content.script;
    let mut current = script.steps.keys().next().map_or("", String::as_str);
    // A checked script has no cycle without a question; the bound guards against an unchecked one.
    for _ in 0..=script.steps.len() {
        let Some(step) = script.steps.get(current) else { break };
        match &step.kind {
            StepKind::Ask(question) if is_open(content, progress, current, question) => {
                progress.position = Position::Asking(current.to_owned());
                return;
            }
            StepKind::Ask(_) => {}
            StepKind::Say(_) => progress.said.push(current.to_owned()),
            StepKind::Recommend { count } => {
                progress.position = Position::Advising { step: current.to_owned(), count: *count };
                return;
            }
        }
        current = next_of(step, &progress.slots);
    }
    progress.position = Position::Advising { step: current.to_owned(), count: ADVISED };
}

fn next_of<'a>(step: &'a Step, slots: &Slots) -> &'a str {
    match &step.next {
        Next::To(target) => target,
        Next::Cases { cases, otherwise } => {
            cases.iter().find(|(condition, _)| holds(condition, slots)).map_or(otherwise, |(_, target)| target)
        }
        Next::Rest => "",
    }
}

fn holds(condition: &Condition, slots: &Slots) -> bool {
    match condition {
        Condition::Known(slot) => slots.knows(slot),
        Condition::Unknown(slot) => !slots.knows(slot),
        Condition::Is(slot, value) => value_of(slots, slot).is_some_and(|known| known == *value),
        Condition::AtLeast(slot, least) => number_of(slots, slot).is_some_and(|number| number >= *least),
        Condition::AtMost(slot, most) => number_of(slots, slot).is_some_and(|number| number <= *most),
    }
}

fn value_of(slots: &Slots, slot: &Slot) -> Option<String> {
    match slot {
        Slot::Goals => slots.goals.first().map(|goal| goal.0.clone()),
        Slot::Phase => slots.phase.as_ref().map(|phase| phase.0.clone()),
        Slot::Budget => slots.means.budget.map(|budget| name_of(&budget)),
        Slot::Skill => slots.means.skill.map(|skill| name_of(&skill)),
        Slot::Remote => slots.means.remote.map(|remote| remote.to_string()),
        Slot::Own(name) => slots.own.get(name).cloned(),
        Slot::Project | Slot::Hours | Slot::People => number_of(slots, slot).map(|number| number.to_string()),
    }
}

fn name_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "people are counted in thousands at most")]
fn number_of(slots: &Slots, slot: &Slot) -> Option<f32> {
    match slot {
        Slot::Hours => slots.means.hours,
        Slot::People => slots.means.people.map(|people| people as f32),
        _ => None,
    }
}

fn is_open(content: &Content, progress: &Progress, step: &str, question: &Question) -> bool {
    let slots = &progress.slots;
    if slots.answered.contains(step) || slots.knows(&question.fills) {
        return false;
    }
    if question.always {
        return true;
    }
    let may_ask = slots.answered.len().saturating_sub(1) < content.script.most_questions;
    match &question.fills {
        Slot::Project => slots.goals.is_empty(),
        Slot::Goals => may_ask && goal_is_doubtful(content, progress),
        Slot::Phase | Slot::Own(_) => may_ask,
        slot => may_ask && would_change(&content.library, slots, &progress.evidence, slot),
    }
}

/// The words are too few to tell what the agent wants: no goal is sure, no method is named.
fn goal_is_doubtful(content: &Content, progress: &Progress) -> bool {
    let project = &progress.slots.project;
    let few = project.split_whitespace().count() < TELLING_WORDS;
    few && progress.goals().is_empty() && content.library.named_in(&progress.reading).is_none()
}

/// The goals that the words make likely, then those of the methods that come first.
pub fn likely_goals(content: &Content, progress: &Progress) -> Vec<GoalId> {
    let library = &content.library;
    let mut likely: Vec<GoalId> = progress.detected.goals.iter().map(|(goal, _)| goal.clone()).collect();
    for id in library.first(&progress.evidence, &Means::default(), LIKELY_GOALS) {
        let goals = library.method(id).map(|method| method.goals.as_slice()).unwrap_or_default();
        likely.extend(goals.first().filter(|goal| !likely.contains(goal)).cloned());
    }
    likely.truncate(LIKELY_GOALS);
    likely
}

/// Whether knowing this would change which methods are advised, for at least a third of the plausible answers.
fn would_change(library: &Library, slots: &Slots, evidence: &Evidence, slot: &Slot) -> bool {
    let advised =
        |means: &Means| -> BTreeSet<&MethodId> { library.first(evidence, means, ADVISED).into_iter().collect() };
    let now = advised(&slots.means);
    let probes = probes(slot, slots.means);
    let changing = probes.iter().filter(|means| advised(means) != now).count();
    changing * 3 >= probes.len().max(1) && changing > 0
}

fn probes(slot: &Slot, means: Means) -> Vec<Means> {
    match slot {
        Slot::Hours => [1.0, 3.5, 7.0, 21.0, 140.0].map(|hours| Means { hours: Some(hours), ..means }).to_vec(),
        Slot::People => [1, 4, 10, 25, 80].map(|people| Means { people: Some(people), ..means }).to_vec(),
        Slot::Budget => {
            [Budget::None, Budget::Low, Budget::Medium].map(|budget| Means { budget: Some(budget), ..means }).to_vec()
        }
        Slot::Skill => [Skill::Beginner, Skill::Intermediate, Skill::Expert]
            .map(|skill| Means { skill: Some(skill), ..means })
            .to_vec(),
        Slot::Remote => [true, false].map(|remote| Means { remote: Some(remote), ..means }).to_vec(),
        Slot::Project | Slot::Goals | Slot::Phase | Slot::Own(_) => Vec::new(),
    }
}
