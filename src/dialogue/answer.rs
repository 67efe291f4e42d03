//! Taking an answer: to the open question, to a list, or means stated in passing.

use super::phrases::Phrase;
use super::replay::{Position, merge};
use super::script::{ChoiceValue, Choices, ListedChoice, Question, Slot, StepKind};
use super::state::{Aside, Value};
use super::talk::Talk;
use super::turn::{Choice, Concern};
use super::understand::choice::{Match, choose, choose_several};
use super::understand::intent::changed_mind;
use super::understand::means::{self, means_in};
use crate::knowledge::{GoalId, Means};
use crate::message::EventId;

impl Talk<'_> {
    /// A choice of the open question's own: `goal:…`, `phase:…`, `<step>:…`.
    pub fn take_choice(&mut self, kind: &str, id: &str) -> bool {
        let step = match kind {
            "goal" => self.step_filling(&Slot::Goals),
            "phase" => self.step_filling(&Slot::Phase),
            step => self.content.script.steps.contains_key(step).then(|| step.to_owned()),
        };
        let Some(step) = step else { return false };
        let Some(value) = self.value_of_choice(&step, kind, id) else { return false };
        self.note(format!("answer:{step}"));
        self.answer(&step, value);
        true
    }

    fn value_of_choice(&self, step: &str, kind: &str, id: &str) -> Option<Value> {
        match kind {
            // Some platforms let several be chosen at once: `goal:a+b`.
            "goal" => Some(Value::Goals { goals: id.split('+').map(GoalId::from).collect() }),
            "phase" => Some(Value::Phase { phase: id.into() }),
            _ => {
                let (question, listed) = self.listed(step, id)?;
                Some(value_of(question, listed))
            }
        }
    }

    fn listed(&self, step: &str, id: &str) -> Option<(&Question, &ListedChoice)> {
        let StepKind::Ask(question) = &self.content.script.steps.get(step)?.kind else { return None };
        let Choices::Listed(listed) = &question.choices else { return None };
        Some((question, listed.iter().find(|choice| choice.id == id)?))
    }

    pub fn step_filling(&self, slot: &Slot) -> Option<String> {
        let fills = |kind: &StepKind| matches!(kind, StepKind::Ask(question) if question.fills == *slot);
        self.content.script.steps.iter().find(|(_, step)| fills(&step.kind)).map(|(name, _)| name.clone())
    }

    /// Records a value for a step and goes on. A goal chosen before the project was described stands for it.
    pub fn answer(&mut self, step: &str, value: Value) {
        if matches!(value, Value::Goals { .. })
            && self.progress.slots.project.is_empty()
            && let Some(project) = self.step_filling(&Slot::Project)
        {
            self.record(&project, Value::Skipped);
        }
        self.record(step, value);
        self.proceed();
    }

    /// Reads a text as an answer to the open question. `false` when it is none.
    pub fn answer_in_words(&mut self, text: &str) -> bool {
        let Some((step, _, question)) = self.open_question() else { return false };
        match &question.fills {
            Slot::Project => self.describe(step, text),
            Slot::Goals => self.goals_in_words(step, text),
            slot => self.means_in_words(step, slot, text),
        }
    }

    /// The project in free words.
    fn describe(&mut self, step: &str, text: &str) -> bool {
        let before = self.state.answers.len();
        self.record(step, Value::Text { text: text.to_owned() });
        self.note(format!("answer:{step}"));
        if self.nothing_found() {
            self.state.answers.truncate(before);
            self.replay();
            return false;
        }
        self.say_understood();
        self.proceed();
        true
    }

    /// Neither a method nor a goal answers to the words.
    pub fn nothing_found(&self) -> bool {
        let unbound = Means::default();
        self.progress.goals().is_empty() && self.content.library.first(&self.progress.evidence, &unbound, 1).is_empty()
    }

    /// Says back what the first description told, if it told anything.
    pub fn say_understood(&mut self) {
        let goals = self.progress.goals();
        let facts = self.voice().facts(&self.progress.slots, &goals, false);
        if !facts.is_empty() {
            let heading = self.voice().say(Phrase::Understood);
            self.say_words(format!("{heading}\n\n{facts}"));
        } else if matches!(self.progress.position, Position::Asking(_)) {
            self.say(Phrase::UnderstoodLittle);
        }
    }

    fn goals_in_words(&mut self, step: &str, text: &str) -> bool {
        let several = choose_several(text, &self.state.offered);
        let goals: Vec<GoalId> =
            several.iter().filter_map(|choice| choice.id.0.strip_prefix("goal:")).map(GoalId::from).collect();
        if !goals.is_empty() {
            self.note(format!("answer:{step}"));
            self.answer(step, Value::Goals { goals });
            return true;
        }
        let Some(goal) = self.goal_named(text) else { return false };
        self.note(format!("answer:{step}"));
        let name = self.voice().goal(&goal).to_owned();
        self.fill(Phrase::Noted, &[("facts", name.as_str())]);
        self.answer(step, Value::Goals { goals: vec![goal] });
        true
    }

    /// A goal by its name, offered or not, or by words that surely announce it.
    fn goal_named(&self, text: &str) -> Option<GoalId> {
        let all = self.all_goals();
        match choose(text, &all) {
            Match::Sure(choice) | Match::Part(choice) => choice.id.0.strip_prefix("goal:").map(GoalId::from),
            _ => self.content.library.detect(&self.content.library.read(text)).sure_goals().into_iter().next(),
        }
    }

    /// An answer to a question about means, with what else the same words state.
    fn means_in_words(&mut self, step: &str, slot: &Slot, text: &str) -> bool {
        let Some(value) = self.value_in_words(slot, text) else { return false };
        let stated = means_in(text);
        self.note(format!("answer:{step}"));
        self.record(step, value);
        self.record_means(without(stated, slot), Some(step));
        self.say_noted(merge(stated, only(self.progress.slots.means, slot)));
        self.proceed();
        true
    }

    /// What the words give for a slot. After a change of mind (« 8, non 10 »), what follows it counts.
    fn value_in_words(&self, slot: &Slot, text: &str) -> Option<Value> {
        let changed = changed_mind(&self.content.script.words, text);
        changed.and_then(|rest| value_in_words(slot, &rest)).or_else(|| value_in_words(slot, text))
    }

    /// Means stated in passing. `false` when there are none.
    pub fn take_means(&mut self, text: &str) -> bool {
        let stated = means_in(text);
        if stated == Means::default() {
            return false;
        }
        self.note("means");
        self.record_means(stated, None);
        self.say_noted(stated);
        true
    }

    fn record_means(&mut self, stated: Means, except: Option<&str>) {
        let values = [
            (Slot::Hours, stated.hours.map(|hours| Value::Hours { hours })),
            (Slot::People, stated.people.map(|people| Value::People { people })),
            (Slot::Budget, stated.budget.map(|budget| Value::Budget { budget })),
            (Slot::Skill, stated.skill.map(|skill| Value::Skill { skill })),
            (Slot::Remote, stated.remote.map(|remote| Value::Remote { remote })),
        ];
        for (slot, value) in values {
            let Some(value) = value else { continue };
            let step = self.step_filling(&slot).unwrap_or_else(|| slot.name().to_owned());
            if except != Some(step.as_str()) {
                self.record(&step, value);
            }
        }
    }

    fn say_noted(&mut self, stated: Means) {
        let facts: Vec<String> = self.voice().means(&stated).into_iter().map(|(_, words)| words).collect();
        if !facts.is_empty() {
            self.fill(Phrase::Noted, &[("facts", facts.join(", ").as_str())]);
        }
    }

    // Correcting.

    /// `corriger le temps : 2 jours`, `corriger` alone.
    pub fn correct(&mut self, what: &str) {
        self.note("command:correct");
        if self.take_means(what) {
            self.proceed_changed();
            return;
        }
        let named = super::understand::intent::without_articles(what);
        let step = self.content.script.steps.iter().find(|(_, step)| {
            step.names.iter().any(|name| named.split(' ').any(|word| super::understand::text::alike(word, name)))
        });
        match step.map(|(name, _)| name.clone()) {
            Some(step) => self.correct_step(&step),
            None => self.which_correction(),
        }
    }

    pub fn correct_step(&mut self, step: &str) {
        self.state.aside = Aside::Correcting { step: step.to_owned() };
        self.ask();
    }

    fn which_correction(&mut self) {
        let correctable = self.correctable();
        if correctable.is_empty() {
            self.say(Phrase::NothingToCorrect);
            self.resume();
            return;
        }
        self.state.aside = Aside::ChoosingCorrection;
        self.say(Phrase::WhichCorrection);
        self.offer(correctable);
    }

    /// What is known, as choices: `correct:<step>`.
    fn correctable(&self) -> Vec<Choice> {
        let voice = self.voice();
        let slots = &self.progress.slots;
        let mut choices = Vec::new();
        for (name, step) in &self.content.script.steps {
            let StepKind::Ask(question) = &step.kind else { continue };
            if slots.knows(&question.fills) || (question.fills == Slot::Goals && !self.progress.goals().is_empty()) {
                choices.push(super::talk::choice("correct", name, voice.slot(&question.fills)));
            }
        }
        choices
    }

    /// « passer » and « je ne sais pas ».
    pub fn skip(&mut self) {
        self.note("command:skip");
        if let Aside::Correcting { .. } = self.state.aside {
            self.state.aside = Aside::None;
            self.resume();
            return;
        }
        match self.open_question() {
            Some((_, _, question)) if question.fills == Slot::Project => {
                self.say(Phrase::CannotSkip);
                self.offer_goals();
            }
            Some((step, ..)) => {
                self.record(step, Value::Skipped);
                self.proceed();
            }
            None => self.resume(),
        }
    }

    /// « retour »: out of an aside, or the last answer taken back.
    pub fn back(&mut self) {
        self.note("command:back");
        if self.state.aside != Aside::None {
            self.state.aside = Aside::None;
            self.resume();
            return;
        }
        let Some(last) = self.state.answers.last().map(|answer| answer.event.clone()) else {
            self.say(Phrase::BackToStart);
            self.ask();
            return;
        };
        self.state.answers.retain(|answer| answer.event != last);
        self.replay();
        self.say(Phrase::GoneBack);
        self.proceed();
    }

    /// An edited message: its answer is taken back and the new words are read in its place.
    pub fn correct_message(&mut self, earlier: &EventId, text: &str) {
        let Some(answer) = self.state.answers.iter().find(|answer| answer.event == *earlier) else {
            return self.hear(text);
        };
        let step = answer.step.clone();
        self.state.answers.retain(|answer| answer.event != *earlier);
        self.replay();
        self.note("edited");
        self.say(Phrase::Corrected);
        self.state.aside = Aside::Correcting { step };
        self.hear(text);
        // The message stays the one that gave the answer: it may be edited again, or deleted.
        for answer in self.state.answers.iter_mut().filter(|answer| answer.event == *self.event) {
            answer.event = earlier.clone();
        }
    }

    /// A deleted message: its answer is taken back.
    pub fn withdraw_message(&mut self, earlier: &EventId) {
        let before = self.state.answers.len();
        self.state.answers.retain(|answer| answer.event != *earlier);
        self.note("withdrawn");
        if self.state.answers.len() < before {
            self.replay();
            self.say(Phrase::Withdrawn);
            self.proceed();
        }
    }

    /// Nothing in the base answers to the words: said, never guessed.
    pub fn nothing_fits(&mut self) {
        self.note("nothing-fits");
        self.flag(Concern::NothingFits);
        self.say(Phrase::NothingFits);
        self.state.aside = Aside::ChoosingGoal;
        let menu = self.content.script.menus.nothing_fits.clone();
        self.offer_menu(&menu);
    }

    pub fn offer_goals(&mut self) {
        self.state.aside = Aside::ChoosingGoal;
        let choices = self.all_goals();
        self.offer(choices);
    }
}

/// Nobody does anything useful in less; it is a figure of speech.
const LEAST_HOURS: f32 = 0.08;

fn value_of(question: &Question, listed: &ListedChoice) -> Value {
    match &listed.value {
        ChoiceValue::Hours(hours) => Value::Hours { hours: *hours },
        ChoiceValue::People(people) => Value::People { people: *people },
        ChoiceValue::Budget(budget) => Value::Budget { budget: *budget },
        ChoiceValue::Skill(skill) => Value::Skill { skill: *skill },
        ChoiceValue::Remote(remote) => Value::Remote { remote: *remote },
        ChoiceValue::Own(choice) => Value::Choice { slot: question.fills.name().to_owned(), choice: choice.clone() },
        ChoiceValue::Nothing => Value::Skipped,
    }
}

fn value_in_words(slot: &Slot, text: &str) -> Option<Value> {
    // « 1h30 » answers no question about people, nor « aucun budget » one about experience.
    let stated = means_in(text);
    if only(stated, slot) == Means::default() && stated != Means::default() {
        return None;
    }
    match slot {
        Slot::Hours => {
            means::hours_answer(text).filter(|hours| *hours >= LEAST_HOURS).map(|hours| Value::Hours { hours })
        }
        Slot::People => means::people_answer(text).map(|people| Value::People { people }),
        Slot::Budget => means::budget_answer(text).map(|budget| Value::Budget { budget }),
        Slot::Skill => means::skill_answer(text).map(|skill| Value::Skill { skill }),
        Slot::Remote => means::remote_answer(text).map(|remote| Value::Remote { remote }),
        Slot::Project | Slot::Goals | Slot::Phase | Slot::Own(_) => None,
    }
}

fn only(means: Means, slot: &Slot) -> Means {
    let none = Means::default();
    match slot {
        Slot::Hours => Means { hours: means.hours, ..none },
        Slot::People => Means { people: means.people, ..none },
        Slot::Budget => Means { budget: means.budget, ..none },
        Slot::Skill => Means { skill: means.skill, ..none },
        Slot::Remote => Means { remote: means.remote, ..none },
        Slot::Project | Slot::Goals | Slot::Phase | Slot::Own(_) => none,
    }
}

fn without(means: Means, slot: &Slot) -> Means {
    match slot {
        Slot::Hours => Means { hours: None, ..means },
        Slot::People => Means { people: None, ..means },
        Slot::Budget => Means { budget: None, ..means },
        Slot::Skill => Means { skill: None, ..means },
        Slot::Remote => Means { remote: None, ..means },
        Slot::Project | Slot::Goals | Slot::Phase | Slot::Own(_) => means,
    }
}
