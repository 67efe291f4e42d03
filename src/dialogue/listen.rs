//! Hearing what a person writes: confirmations and lists first, then what can be asked at any moment, then the open
//! question, then whatever else the words may mean.

use super::phrases::Phrase;
use super::replay::Position;
use super::script::{Intent, Slot};
use super::state::{Aside, State, Value};
use super::talk::Talk;
use super::turn::{Choice, ChoiceId, Concern, Disclosure, Effect, Reminder};
use super::understand::choice::{Match, choose};
use super::understand::intent::{after, amended, intent, to_define, without_articles};
use super::understand::language::{Tongue, tongue};
use super::understand::text::{fold, is_wordless, words};
use crate::knowledge::{Entry, Language, Means};

/// Nobody describes a project in more characters; the rest is not read.
const LONGEST_HEARD: usize = 4000;

impl Talk<'_> {
    pub fn hear(&mut self, text: &str) {
        self.state.paused = false;
        let (text, cut) = first_characters(text, LONGEST_HEARD);
        self.hear_language(text);
        let wanted = intent(&self.content.script.words, text);
        self.meet(wanted);
        if cut {
            self.say(Phrase::TooLong);
        }
        if is_wordless(text) {
            return self.hear_signs(text);
        }
        if words(text).len() >= 4 && tongue(&self.content.script.words, text) == Tongue::Foreign {
            return self.speak_no_other_language();
        }
        let understood = self.hear_choice(text)
            || self.hear_aside(wanted)
            || self.hear_intent(wanted, text)
            || self.hear_question(text)
            || self.hear_answer(wanted, text)
            || self.hear_amendment(text)
            || self.hear_new_words(text);
        if !understood {
            self.puzzle(text);
        }
    }

    /// A choice pressed on a platform that has buttons.
    pub fn press(&mut self, choice: &ChoiceId) {
        self.meet(None);
        let (kind, id) = choice.0.split_once(':').unwrap_or((&choice.0, ""));
        let (kind, id) = (kind.to_owned(), id.to_owned());
        let taken = match kind.as_str() {
            "act" => Intent::named(&id).is_some_and(|wanted| self.hear_aside(Some(wanted)) || self.obey(wanted, "")),
            "method" => self.detail(&id.as_str().into()),
            "journey" => self.show_journey(&id.as_str().into()),
            "correct" => {
                self.correct_step(&id);
                true
            }
            "new" => self.place_new_words(&id),
            _ => self.take_choice(&kind, &id),
        };
        if !taken {
            self.puzzle("");
        }
    }

    pub fn wake(&mut self, reminder: Reminder) {
        let Reminder::FollowUp = reminder;
        if self.state.paused || self.state.listed.is_empty() {
            return;
        }
        self.note("reminder");
        let names = self.listed_names().join(", ");
        self.fill(Phrase::FollowUpAsk, &[("methods", names.as_str())]);
        self.state.aside = Aside::FollowUp;
        self.offer_yes_no();
    }

    fn hear_language(&mut self, text: &str) {
        let long = words(text).len() >= 4;
        match tongue(&self.content.script.words, text) {
            Tongue::Spoken(language) if !self.state.language_known || (long && language != self.state.language) => {
                self.speak(language);
            }
            _ => {}
        }
    }

    /// The first words of a conversation are answered by an introduction.
    fn meet(&mut self, wanted: Option<Intent>) {
        match wanted {
            Some(Intent::Greeting | Intent::Help) => self.introduce(Phrase::Greeting, Phrase::GreetingForever),
            _ => self.introduce(Phrase::Introduction, Phrase::IntroductionForever),
        }
    }

    /// Emoji alone: a few mean yes or no, the others are not read.
    fn hear_signs(&mut self, text: &str) {
        const YES: [char; 6] = ['👍', '✅', '👌', '✔', '🆗', '💯'];
        const NO: [char; 4] = ['👎', '❌', '✖', '🚫'];
        let wanted = if text.contains(YES) {
            Some(Intent::Yes)
        } else if text.contains(NO) {
            Some(Intent::No)
        } else {
            None
        };
        let waited = wanted.is_some() && self.hear_aside(wanted);
        if !waited {
            self.note("wordless");
            self.say(Phrase::Wordless);
            self.resume();
        }
    }

    /// What a yes, a no or a list was waiting for.
    fn hear_aside(&mut self, wanted: Option<Intent>) -> bool {
        let yes = match wanted {
            Some(Intent::Yes) => true,
            Some(Intent::No) => false,
            _ => return self.forget_confirmation(),
        };
        match self.state.aside.clone() {
            Aside::ConfirmErase if yes => self.erase(),
            Aside::ConfirmErase => self.decline(Phrase::NotErased),
            Aside::ConfirmRestart if yes => self.restart(),
            Aside::ConfirmRestart => self.decline(Phrase::NotRestarted),
            Aside::ConfirmChoice { choice } if yes => {
                self.state.aside = Aside::None;
                self.press(&choice.id);
            }
            Aside::ConfirmChoice { .. } => {
                self.state.aside = Aside::None;
                self.resume();
            }
            Aside::FollowUp => self.follow_up_answered(yes),
            _ => return false,
        }
        true
    }

    /// Anything but a yes leaves a confirmation unconfirmed; the words are heard as usual.
    fn forget_confirmation(&mut self) -> bool {
        let waiting = matches!(
            self.state.aside,
            Aside::ConfirmErase | Aside::ConfirmRestart | Aside::ConfirmChoice { .. } | Aside::FollowUp
        );
        if waiting {
            self.state.aside = Aside::None;
        }
        false
    }

    fn decline(&mut self, phrase: Phrase) {
        self.state.aside = Aside::None;
        self.say(phrase);
        self.resume();
    }

    fn hear_choice(&mut self, text: &str) -> bool {
        let offered = self.state.offered.clone();
        let otherwise_clear = intent(&self.content.script.words, text).is_some();
        match choose(text, &offered) {
            Match::Part(_) | Match::Near(_) if otherwise_clear => return false,
            Match::Sure(choice) | Match::Part(choice) => {
                self.note("choice");
                self.press(&choice.id);
            }
            Match::Near(choice) => self.confirm_choice(choice),
            Match::OutOfRange
                if text.contains(|sign: char| sign.is_ascii_digit()) && !self.open_question_is_of_means() =>
            {
                let most = offered.len().to_string();
                self.fill(Phrase::NoSuchNumber, &[("most", most.as_str())]);
                self.offer(offered);
            }
            _ => return false,
        }
        true
    }

    fn confirm_choice(&mut self, choice: Choice) {
        self.note("near-choice");
        self.fill(Phrase::DidYouMean, &[("label", choice.label.as_str())]);
        self.state.aside = Aside::ConfirmChoice { choice };
        self.offer_yes_no();
    }

    fn open_question_is_of_means(&self) -> bool {
        let means = [Slot::Hours, Slot::People, Slot::Budget, Slot::Skill, Slot::Remote];
        self.open_question().is_some_and(|(_, _, question)| means.contains(&question.fills))
    }

    /// What can be asked at any moment.
    fn hear_intent(&mut self, wanted: Option<Intent>, text: &str) -> bool {
        let vocabulary = &self.content.script.words;
        if let Some(what) = after(vocabulary, Intent::Correct, text) {
            self.correct(&what);
            return true;
        }
        let about = [Intent::Details, Intent::Example, Intent::Training, Intent::Why];
        for wanted in about {
            if let Some(rest) = after(vocabulary, wanted, text)
                && !self.state.listed.is_empty()
                && self.obey_about(wanted, &rest)
            {
                return true;
            }
        }
        wanted.is_some_and(|wanted| !is_soft(wanted) && (self.obey(wanted, text) || self.too_early(wanted)))
    }

    /// What makes sense only after the advice was asked for before it.
    fn too_early(&mut self, wanted: Intent) -> bool {
        let about_advice = matches!(
            wanted,
            Intent::Others | Intent::Example | Intent::Training | Intent::Details | Intent::Useful | Intent::NotUseful
        );
        let described = !self.progress.slots.answered.is_empty();
        if !about_advice || !described || self.open_question().is_none() {
            return false;
        }
        self.note("too-early");
        self.say(Phrase::NotYet);
        self.ask();
        true
    }

    /// Does what was asked. `false` when it has no meaning here.
    fn obey(&mut self, wanted: Intent, text: &str) -> bool {
        match wanted {
            Intent::Help => self.help(),
            Intent::Why => self.why(),
            Intent::Back => self.back(),
            Intent::Correct => self.correct(""),
            Intent::Summary => self.summary(),
            Intent::Skip | Intent::Unsure => self.skip(),
            Intent::Restart => self.ask_restart(),
            Intent::Person => self.person(),
            Intent::MyData => self.my_data(),
            Intent::Erase => self.ask_erase(),
            Intent::Stop => self.stop(),
            Intent::Goals => self.goals(),
            Intent::Journeys => self.show_journeys(),
            Intent::French => self.change_language(Language::French),
            Intent::English => self.change_language(Language::English),
            Intent::Advise => return self.advise_now(),
            Intent::Greeting => self.greet(),
            Intent::Thanks => self.polite(Phrase::Thanks),
            Intent::Insult => self.polite(Phrase::Insult),
            Intent::Yes | Intent::No => return false,
            _ => return self.obey_after_advice(wanted, text),
        }
        self.note(format!("command:{}", wanted.name()));
        true
    }

    /// « c'est quoi un persona ? » at any moment, then back to the open question.
    fn hear_question(&mut self, text: &str) -> bool {
        let asked = to_define(&self.content.script.words, text).or_else(|| self.bare_term(text));
        let Some(term) = asked.or_else(|| self.method_named_instead(text)) else {
            return false;
        };
        match self.content.library.look_up(&term) {
            Some(entry) => self.define(entry),
            None if words(&term).len() > 3 => return false,
            None => {
                self.note("digression:unknown");
                self.fill(Phrase::UnknownTerm, &[("term", super::turn::Markup::escape(&term).as_str())]);
            }
        }
        self.resume();
        true
    }

    /// « les cinq pourquoi », where a number of people was asked for.
    fn method_named_instead(&self, text: &str) -> Option<String> {
        let said = fold(text);
        let name = without_articles(&said);
        let named = words(name).len() >= 2 && matches!(self.content.library.look_up(name), Some(Entry::Method(_)));
        (named && self.open_question_is_of_means()).then(|| name.to_owned())
    }

    /// « persona ? »
    fn bare_term(&self, text: &str) -> Option<String> {
        let asked = text.trim_end().ends_with('?') && words(text).len() <= 4;
        let term = fold(text);
        (asked && self.content.library.look_up(&term).is_some()).then_some(term)
    }

    fn define(&mut self, entry: Entry<'_>) {
        let english = self.state.language == Language::English;
        match entry {
            Entry::Term(term) => {
                self.note(format!("digression:{}", fold(&term.term)));
                let translated = english && !term.english_definition.is_empty();
                let (name, definition) =
                    if translated { (&term.english, &term.english_definition) } else { (&term.term, &term.definition) };
                self.fill(Phrase::Definition, &[("term", name.as_str()), ("definition", definition.as_str())]);
                if let Some(official) = &term.official {
                    self.fill(Phrase::DefinitionOfficial, &[("official", official.as_str())]);
                }
                if !term.example.is_empty() && !english {
                    self.fill(Phrase::DefinitionExample, &[("example", term.example.as_str())]);
                }
            }
            Entry::Method(method) => {
                self.note(format!("digression:{}", method.id));
                let (name, summary) = if english {
                    (&method.english_name, &method.english_summary)
                } else {
                    (&method.name, &method.summary)
                };
                self.fill(Phrase::DefinitionMethod, &[("term", name.as_str()), ("definition", summary.as_str())]);
            }
        }
    }

    /// The open question, or words that are only polite.
    fn hear_answer(&mut self, wanted: Option<Intent>, text: &str) -> bool {
        let unsure = wanted == Some(Intent::Unsure);
        if self.open_question_is_of_means() && !unsure && self.answer_in_words(text) {
            return true;
        }
        if let Some(wanted) = wanted.filter(|wanted| is_soft(*wanted)) {
            return self.obey(wanted, text);
        }
        if self.open_question_is_of_means() || self.open_question().is_none() || words(text).is_empty() {
            return false;
        }
        self.answer_in_words(text)
    }

    /// « en fait on sera 20 », or means stated anywhere after the description.
    fn hear_amendment(&mut self, text: &str) -> bool {
        if self.progress.slots.project.is_empty() && self.progress.slots.goals.is_empty() {
            return false;
        }
        if self.take_means(text) {
            self.proceed_changed();
            return true;
        }
        let Some(rest) = amended(&self.content.script.words, text) else { return false };
        let Some(step) = self.state.answers.last().map(|answer| answer.step.clone()) else { return false };
        let aside = std::mem::replace(&mut self.state.aside, Aside::Correcting { step });
        if self.open_question_is_of_means() && self.answer_in_words(&rest) {
            return true;
        }
        self.state.aside = aside;
        false
    }

    /// Words that answer nothing: a method by name, or something more about the project.
    fn hear_new_words(&mut self, text: &str) -> bool {
        let advising = matches!(self.progress.position, Position::Advising { .. });
        let length = words(text).len();
        if advising
            && length <= 6
            && let Some(method) = self.content.library.named_in(&self.content.library.read(text))
        {
            return self.detail(&method.id.clone());
        }
        if length < 3 || !self.means_something(text) {
            return false;
        }
        if self.state.aside == Aside::Dissatisfied {
            self.add_words(text);
        } else if advising {
            self.ask_about_new_words(text);
        } else if self.open_question().is_some_and(|(_, _, question)| question.fills != Slot::Project) && length >= 5 {
            self.add_words(text);
        } else {
            return false;
        }
        true
    }

    fn means_something(&self, text: &str) -> bool {
        let library = &self.content.library;
        let evidence = library.search(&library.read(text), &[], None);
        !library.first(&evidence, &Means::default(), 1).is_empty()
    }

    fn add_words(&mut self, text: &str) {
        let Some(step) = self.step_filling(&Slot::Project) else { return };
        self.note("more-words");
        self.record(&step, Value::More { text: text.to_owned() });
        self.say(Phrase::Added);
        self.proceed_changed();
    }

    fn ask_about_new_words(&mut self, text: &str) {
        self.note("new-words");
        self.state.aside = Aside::NewWords { text: text.to_owned(), event: self.event.clone() };
        self.say(Phrase::NewWords);
        let voice = self.voice();
        self.offer(vec![
            super::talk::choice("new", "more", voice.say(Phrase::NewWordsMore)),
            super::talk::choice("new", "other", voice.say(Phrase::NewWordsOther)),
        ]);
    }

    fn place_new_words(&mut self, where_: &str) -> bool {
        let Aside::NewWords { text, .. } = std::mem::take(&mut self.state.aside) else { return false };
        if where_ == "other" {
            self.clear_project();
            if !self.answer_in_words(&text) {
                self.nothing_fits();
            }
        } else {
            self.add_words(&text);
        }
        true
    }

    /// Nothing was understood: said kindly, with more help each time.
    fn puzzle(&mut self, text: &str) {
        self.note("not-understood");
        self.state.puzzled += 1;
        if tongue(&self.content.script.words, text) == Tongue::Foreign {
            return self.speak_no_other_language();
        }
        let asks_project = self.open_question().is_some_and(|(_, _, question)| question.fills == Slot::Project);
        let advising = self.open_question().is_none();
        if (asks_project || advising) && words(text).len() >= 3 {
            return self.nothing_fits();
        }
        self.retry();
        self.resume_quietly();
    }

    fn speak_no_other_language(&mut self) {
        self.note("other-language");
        self.say(Phrase::OtherLanguage);
        self.resume();
    }

    fn retry(&mut self) {
        let tries = self.state.puzzled as usize;
        let Some((_, _, question)) = self.open_question() else { return self.say(Phrase::Retry) };
        match question.retry.get(tries - 1) {
            Some(text) => self.say_text(text),
            None if tries > question.retry.len() + 1 => self.say(Phrase::RetryAgain),
            None => self.say(Phrase::Retry),
        }
    }

    /// The open question's choices again, without its words when there are none to choose from.
    fn resume_quietly(&mut self) {
        match self.open_question() {
            Some((name, _, question)) => {
                let choices = self.choices_of(name, question);
                if choices.is_empty() && self.state.puzzled > 1 { self.ask() } else { self.offer(choices) }
            }
            None => self.offer_methods(),
        }
    }

    // What can be asked at any moment.

    fn help(&mut self) {
        if let Some(help) = self.open_step().and_then(|(_, step)| step.help.as_ref()) {
            let help = help.clone();
            self.say_text(&help);
        }
        self.say(Phrase::Help);
        self.resume();
    }

    fn why(&mut self) {
        match self.open_step() {
            Some((_, step)) => match step.why.clone() {
                Some(why) => self.say_text(&why),
                None => self.say(Phrase::WhyDefault),
            },
            None => return self.why_advice(),
        }
        self.resume();
    }

    fn summary(&mut self) {
        let goals = self.progress.goals();
        let facts = self.voice().facts(&self.progress.slots, &goals, true);
        if facts.is_empty() {
            self.say(Phrase::SummaryEmpty);
        } else {
            let heading = self.voice().say(Phrase::Summary);
            self.say_words(format!("{heading}\n\n{facts}"));
        }
        self.resume();
    }

    fn ask_restart(&mut self) {
        if self.state.answers.is_empty() {
            self.say(Phrase::Restarted);
            return self.ask();
        }
        self.state.aside = Aside::ConfirmRestart;
        self.say(Phrase::ConfirmRestart);
        self.offer_yes_no();
    }

    fn restart(&mut self) {
        self.clear_project();
        self.say(Phrase::Restarted);
        self.ask();
    }

    fn clear_project(&mut self) {
        let old = std::mem::take(&mut self.state);
        self.state =
            State { language: old.language, language_known: old.language_known, introduced: true, ..State::default() };
        self.replay();
    }

    fn person(&mut self) {
        self.flag(Concern::WantsPerson);
        match &self.content.house.contact {
            Some(contact) => self.fill(Phrase::Person, &[("contact", contact.as_str())]),
            None => self.say(Phrase::PersonNoContact),
        }
        self.resume();
    }

    fn my_data(&mut self) {
        match self.content.house.retention_days {
            0 => self.say(Phrase::DataKeptForever),
            days => self.fill(Phrase::DataKept, &[("days", days.to_string().as_str())]),
        }
        let goals = self.progress.goals();
        let facts = self.voice().facts(&self.progress.slots, &goals, true);
        if !facts.is_empty() {
            self.say_words(facts);
        }
        let words = |phrase| self.voice().say(phrase).to_owned();
        self.effects.push(Effect::Disclose(Disclosure {
            heading: words(Phrase::DataHeading),
            nothing: words(Phrase::DataNothing),
            person: words(Phrase::DataPerson),
            coach: words(Phrase::DataCoach),
        }));
    }

    fn ask_erase(&mut self) {
        self.state.aside = Aside::ConfirmErase;
        self.say(Phrase::ConfirmErase);
        self.offer_yes_no();
    }

    fn erase(&mut self) {
        let language = self.state.language;
        self.state = State { language, ..State::default() };
        self.replay();
        self.understood.clear();
        self.note("erased");
        self.effects.push(Effect::Forget);
        self.say(Phrase::Erased);
    }

    fn stop(&mut self) {
        self.state.paused = true;
        self.say(Phrase::Stopped);
    }

    fn goals(&mut self) {
        self.say(Phrase::ChooseGoal);
        self.offer_goals();
    }

    fn change_language(&mut self, language: Language) {
        self.speak(language);
        self.say(match language {
            Language::French => Phrase::NowFrench,
            Language::English => Phrase::NowEnglish,
        });
        self.resume();
    }

    /// « proposer »: every open question is passed.
    fn advise_now(&mut self) -> bool {
        if self.progress.slots.project.is_empty() && self.progress.slots.goals.is_empty() {
            self.say(Phrase::NothingToAdvise);
            self.ask();
            return true;
        }
        self.note("command:advise");
        while let Position::Asking(step) = self.progress.position.clone() {
            self.record(&step, Value::Skipped);
        }
        self.proceed();
        true
    }

    fn greet(&mut self) {
        if self.reply.blocks.is_empty() {
            self.say(Phrase::HelloAgain);
        }
        if self.open_question().is_some() { self.ask() } else { self.offer_methods() }
    }

    fn polite(&mut self, phrase: Phrase) {
        self.say(phrase);
        if self.open_question().is_some() { self.ask() } else { self.offer_methods() }
    }
}

/// Politeness and the like: heard only when the open question has no use for the words.
fn is_soft(wanted: Intent) -> bool {
    matches!(wanted, Intent::Yes | Intent::No | Intent::Greeting | Intent::Thanks | Intent::Unsure | Intent::Insult)
}

fn first_characters(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}
