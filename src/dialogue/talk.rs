//! One turn being made: what is known, what was said so far, and the way back to the open question.

use super::Content;
use super::phrases::Phrase;
use super::render::Voice;
use super::replay::{self, Position, Progress};
use super::script::{Choices, Intent, Question, Step, StepKind, Text};
use super::state::{Answer, Aside, State, Value};
use super::turn::{Choice, ChoiceId, Concern, Effect, Reply, Trace, Turn};
use crate::knowledge::{Language, Recommendation};
use crate::message::EventId;

/// A turn in the making.
pub struct Talk<'a> {
    pub content: &'a Content,
    pub state: State,
    pub event: &'a EventId,
    pub progress: Progress,
    pub reply: Reply,
    pub effects: Vec<Effect>,
    pub understood: Vec<String>,
    pub ranking: Vec<Recommendation>,
    from: String,
}

impl<'a> Talk<'a> {
    pub fn new(content: &'a Content, state: State, event: &'a EventId) -> Self {
        let progress = replay::replay(content, &state.answers);
        let from = progress.position.step().to_owned();
        Self {
            content,
            state,
            event,
            progress,
            reply: Reply::default(),
            effects: Vec::new(),
            understood: Vec::new(),
            ranking: Vec::new(),
            from,
        }
    }

    pub fn finish(mut self) -> Turn {
        let trace = self.trace();
        if self.reply.blocks.is_empty() && !self.reply.choices.is_empty() {
            self.say(Phrase::BackToMethods);
        }
        self.reply.language = self.state.language;
        if !self.reply.blocks.is_empty() {
            self.state.offered.clone_from(&self.reply.choices);
            self.effects.insert(0, Effect::Say(self.reply));
        }
        Turn { state: self.state, effects: self.effects, trace }
    }

    fn trace(&self) -> Trace {
        let slots = &self.progress.slots;
        let script = &self.content.script;
        Trace {
            script: format!("{} {}", script.id, script.version),
            base: self.content.library.fingerprint().to_owned(),
            language: self.state.language,
            from: self.from.clone(),
            to: self.progress.position.step().to_owned(),
            understood: self.understood.clone(),
            need: serde_json::json!({ "goals": slots.goals, "phase": slots.phase, "means": slots.means, "own": slots.own }),
            goals: self.progress.goals(),
            phase: self.progress.phase(),
            strength: self.progress.evidence.strength(),
            table: match &self.state.aside {
                Aside::Detail { method } => vec![method.clone()],
                _ => self.state.listed.clone(),
            },
            ranking: self.ranking.clone(),
        }
    }

    pub fn voice(&self) -> Voice<'a> {
        Voice { content: self.content, language: self.state.language }
    }

    pub fn note(&mut self, what: impl Into<String>) {
        self.understood.push(what.into());
    }

    pub fn say(&mut self, phrase: Phrase) {
        let words = self.voice().say(phrase).to_owned();
        self.say_words(words);
    }

    pub fn fill(&mut self, phrase: Phrase, quotes: &[(&str, &str)]) {
        let words = self.voice().fill(phrase, quotes);
        self.say_words(words);
    }

    pub fn say_words(&mut self, words: impl Into<String>) {
        let block = self.voice().text(words);
        self.reply.blocks.push(block);
    }

    pub fn say_text(&mut self, text: &Text) {
        self.say_words(text.in_language(self.state.language));
    }

    pub fn flag(&mut self, concern: Concern) {
        self.effects.push(Effect::Flag(concern));
    }

    /// Ends the reply with these choices; the last word on what a number means.
    pub fn offer(&mut self, choices: Vec<Choice>) {
        self.reply.choices = choices;
    }

    pub fn offer_menu(&mut self, menu: &[(Intent, Text)]) {
        let language = self.state.language;
        let choices = menu.iter().map(|(intent, label)| act(*intent, label.in_language(language))).collect();
        self.offer(choices);
    }

    pub fn offer_yes_no(&mut self) {
        let voice = self.voice();
        self.offer(vec![act(Intent::Yes, voice.say(Phrase::Yes)), act(Intent::No, voice.say(Phrase::No))]);
    }

    // The answers and what follows from them.

    pub fn record(&mut self, step: &str, value: Value) {
        self.state.answers.push(Answer { step: step.to_owned(), value, event: self.event.clone() });
        self.state.puzzled = 0;
        self.replay();
    }

    pub fn replay(&mut self) {
        self.progress = self.progress.again(self.content, &self.state.answers);
    }

    /// The step whose question is open: one being corrected, or the replayed one.
    pub fn open_step(&self) -> Option<(&'a str, &'a Step)> {
        let name = match (&self.state.aside, &self.progress.position) {
            (Aside::Correcting { step }, _) | (_, Position::Asking(step)) => step,
            (_, Position::Advising { .. }) => return None,
        };
        let (name, step) = self.content.script.steps.get_key_value(name.as_str())?;
        Some((name.as_str(), step))
    }

    pub fn open_question(&self) -> Option<(&'a str, &'a Step, &'a Question)> {
        let (name, step) = self.open_step()?;
        match &step.kind {
            StepKind::Ask(question) => Some((name, step, question)),
            StepKind::Say(_) | StepKind::Recommend { .. } => None,
        }
    }

    /// Goes on: asks what is open, or advises.
    pub fn proceed(&mut self) {
        self.state.aside = Aside::None;
        for step in self.progress.said.clone() {
            if let Some(StepKind::Say(text)) = self.content.script.steps.get(&step).map(|step| &step.kind) {
                self.say_text(text);
            }
        }
        match self.progress.position.clone() {
            Position::Asking(_) => self.ask(),
            Position::Advising { count, .. } => self.advise(count),
        }
    }

    /// Asks the open question.
    pub fn ask(&mut self) {
        let Some((name, _, question)) = self.open_question() else { return };
        self.say_text(&question.ask);
        let choices = self.choices_of(name, question);
        self.offer(choices);
    }

    /// After an aside: the open question again, or the list of methods.
    pub fn resume(&mut self) {
        if self.open_question().is_some() {
            self.say(Phrase::ResumeQuestion);
            self.ask();
        } else {
            self.offer_methods();
        }
    }

    pub fn choices_of(&self, step: &str, question: &Question) -> Vec<Choice> {
        let voice = self.voice();
        let library = &self.content.library;
        match &question.choices {
            Choices::None => Vec::new(),
            Choices::Goals => self.likely_goals(),
            Choices::Phases => library
                .phases()
                .iter()
                .map(|phase| choice("phase", phase.id.as_str(), voice.phase(&phase.id)))
                .collect(),
            Choices::Listed(listed) => listed
                .iter()
                .map(|listed| choice(step, &listed.id, listed.label.in_language(self.state.language)))
                .collect(),
        }
    }

    /// All goals of the vocabulary, in its order.
    pub fn all_goals(&self) -> Vec<Choice> {
        let goals = self.content.library.goals().iter();
        goals.map(|goal| choice("goal", goal.id.as_str(), self.voice().goal(&goal.id))).collect()
    }

    /// The goals that the project's words make likely, then the way to all of them; all when there are no words.
    fn likely_goals(&self) -> Vec<Choice> {
        let likely = replay::likely_goals(self.content, &self.progress);
        let mut choices: Vec<Choice> =
            likely.iter().map(|goal| choice("goal", goal.as_str(), self.voice().goal(goal))).collect();
        if choices.len() < 2 {
            return self.all_goals();
        }
        choices.push(act(Intent::Goals, self.voice().say(Phrase::OtherGoals)));
        choices
    }

    // Meeting.

    pub fn join(&mut self) {
        self.note("joined");
        if self.state.introduced {
            self.say(Phrase::Welcome);
            self.resume();
            return;
        }
        self.introduce(Phrase::Greeting, Phrase::GreetingForever);
        self.ask();
    }

    /// Says who speaks and what is kept, once.
    pub fn introduce(&mut self, kept_for_days: Phrase, kept: Phrase) {
        if std::mem::replace(&mut self.state.introduced, true) {
            return;
        }
        match self.content.house.retention_days {
            0 => self.say(kept),
            days => self.fill(kept_for_days, &[("days", days.to_string().as_str())]),
        }
    }

    /// What the platform says of the person counts until the person writes.
    pub fn read(&mut self, language: Language) {
        self.note("reads");
        if !self.state.language_known {
            self.state.language = language;
        }
    }

    pub fn speak(&mut self, language: Language) {
        self.state.language = language;
        self.state.language_known = true;
    }
}

pub fn choice(kind: &str, id: &str, label: &str) -> Choice {
    Choice { id: ChoiceId(format!("{kind}:{id}")), label: label.to_owned() }
}

pub fn act(intent: Intent, label: &str) -> Choice {
    choice("act", intent.name(), label)
}
