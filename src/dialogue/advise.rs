//! The advice, and staying useful afterwards: details, others, fewer means, examples, trainings, was it useful.

use std::time::Duration;

use super::phrases::Phrase;
use super::render::sentence;
use super::replay::Position;
use super::script::Intent;
use super::state::{Aside, Value};
use super::talk::{Talk, choice};
use super::turn::{Block, Choice, Concern, Effect, Reminder};
use super::understand::numbers::ordinal_or_number;
use crate::knowledge::{Budget, Entry, Language, Means, Method, MethodId, Recommendation};

const THREE_WEEKS: Duration = Duration::from_secs(21 * 24 * 3600);
/// A method whose score falls below this share of the best is no answer to the need.
const WORTH_SHOWING: f32 = 0.15;
/// Below this share of the best, what the means allow is clearly second choice.
const FAR_BEHIND: f32 = 0.7;

impl Talk<'_> {
    /// Recommends, or says that nothing fits.
    pub fn advise(&mut self, count: usize) {
        let told = self.tell_fitting_journey();
        let recommendations = self.ranked(count);
        if recommendations.is_empty() {
            return if told { self.offer_journey_told() } else { self.nothing_fits() };
        }
        if !recommendations.iter().any(Recommendation::fits) {
            self.say(Phrase::AdviceTight);
        } else if recommendations.len() == 1 {
            self.say(Phrase::AdviceOne);
        } else {
            self.fill(Phrase::Advice, &[("n", recommendations.len().to_string().as_str())]);
        }
        self.show(recommendations);
        self.say_what_other_means_would_bring();
    }

    /// The best methods; those of the journey that was told come first, or the two pieces of advice would quarrel.
    fn ranked(&self, count: usize) -> Vec<Recommendation> {
        let library = &self.content.library;
        let advise = |count| library.advise(&self.progress.evidence, &self.progress.slots.means, count);
        let Some(journey) = self.state.journey.as_ref().and_then(|id| library.journey(id)) else {
            return advise(count);
        };
        let mut all = advise(library.methods().len());
        let is_part = |one: &Recommendation| journey.stages.iter().any(|leg| leg.method == one.method);
        all.sort_by_key(|one| !is_part(one));
        all.truncate(count);
        all
    }

    /// The method that would come first, by far, if means did not count, when they are what keeps it away.
    fn say_what_other_means_would_bring(&mut self) {
        let library = &self.content.library;
        let everything = library.methods().len();
        let free = library.rank(&self.progress.evidence, &Means::default(), everything);
        let Some(first) = free.first().filter(|first| !self.state.listed.contains(&first.method)) else { return };
        let advised = free.iter().find(|one| self.state.listed.first() == Some(&one.method));
        if advised.is_some_and(|advised| advised.score > first.score * FAR_BEHIND) {
            return;
        }
        let all = library.rank(&self.progress.evidence, &self.progress.slots.means, everything);
        let barred = all.iter().find(|one| one.method == first.method && !one.fits());
        let (Some(barred), Some(method)) = (barred, library.method(&first.method)) else { return };
        let voice = self.voice();
        let (name, why) = (voice.method_name(method), voice.warnings(&barred.warnings).join(" ; "));
        self.fill(Phrase::AdviceOtherwise, &[("method", name), ("why", why.as_str())]);
    }

    fn show(&mut self, recommendations: Vec<Recommendation>) {
        let voice = self.voice();
        if voice.language == Language::English {
            self.say(Phrase::EnglishSheets);
        }
        for recommendation in &recommendations {
            if let Some(method) = self.content.library.method(&recommendation.method) {
                self.reply.blocks.push(Block::Method { card: voice.card(recommendation, method) });
            }
        }
        self.state.aside = Aside::None;
        self.state.listed = recommendations.iter().map(|recommendation| recommendation.method.clone()).collect();
        for method in &self.state.listed {
            if !self.state.shown.contains(method) {
                self.state.shown.push(method.clone());
            }
        }
        self.ranking = recommendations;
        self.offer_methods();
    }

    /// The answers changed: when methods stood on the table, says whether the advice changes with them.
    pub fn proceed_changed(&mut self) {
        self.ask_no_more();
        let Position::Advising { count, .. } = self.progress.position else { return self.proceed() };
        if self.state.listed.is_empty() {
            return self.proceed();
        }
        let ranked = self.ranked(count);
        if ranked.iter().map(|one| &one.method).eq(&self.state.listed) {
            self.say(Phrase::AdviceSame);
            self.state.aside = Aside::None;
            return self.offer_methods();
        }
        self.say(Phrase::AdviceChanged);
        self.proceed();
    }

    /// Once there was advice, what changes it opens no question again.
    fn ask_no_more(&mut self) {
        if self.state.listed.is_empty() {
            return;
        }
        while let Position::Asking(step) = self.progress.position.clone() {
            self.record(&step, Value::Skipped);
        }
    }

    /// The methods of the last list and what can be asked about them.
    pub fn offer_methods(&mut self) {
        if let Aside::Detail { method } = self.state.aside.clone() {
            let mut menu = self.content.script.menus.detail.clone();
            menu.retain(|(intent, _)| self.has_something(*intent, &method));
            return self.offer_menu(&menu);
        }
        if self.state.listed.is_empty() {
            return self.offer_goals();
        }
        let menu = self.content.script.menus.advice.clone();
        let language = self.state.language;
        let mut choices = self.method_choices();
        choices.extend(menu.iter().map(|(intent, label)| super::talk::act(*intent, label.in_language(language))));
        self.offer(choices);
    }

    /// A choice that leads nowhere is not offered.
    fn has_something(&self, intent: Intent, method: &MethodId) -> bool {
        match intent {
            Intent::Example => !self.content.library.cases_of(method).is_empty(),
            Intent::Training => !self.content.library.trainings_of(method).is_empty(),
            _ => true,
        }
    }

    fn method_choices(&self) -> Vec<Choice> {
        let voice = self.voice();
        self.listed_methods().map(|method| choice("method", method.id.as_str(), voice.method_name(method))).collect()
    }

    fn listed_methods(&self) -> impl Iterator<Item = &Method> {
        self.state.listed.iter().filter_map(|id| self.content.library.method(id))
    }

    pub fn listed_names(&self) -> Vec<String> {
        let voice = self.voice();
        self.listed_methods().map(|method| voice.method_name(method).to_owned()).collect()
    }

    /// What makes sense only once methods were advised.
    pub fn obey_after_advice(&mut self, wanted: Intent, text: &str) -> bool {
        if self.state.listed.is_empty() {
            return false;
        }
        match wanted {
            Intent::Others => self.others(),
            Intent::Less => self.which_less(),
            Intent::Shorter | Intent::Cheaper | Intent::Fewer => self.less(wanted),
            Intent::List => self.list(),
            Intent::Useful => self.useful(),
            Intent::NotUseful => self.not_useful(),
            Intent::FollowUp => self.follow_up(),
            Intent::Details | Intent::Example | Intent::Training => return self.obey_about(wanted, text),
            _ => return false,
        }
        self.note(format!("command:{}", wanted.name()));
        true
    }

    /// « détails de la 2 », « un exemple de persona », « pourquoi la première ».
    pub fn obey_about(&mut self, wanted: Intent, about: &str) -> bool {
        let method = self.method_meant(about);
        match (wanted, method) {
            (Intent::Details, Some(method)) => return self.detail(&method),
            (Intent::Details, None) => self.which_method(),
            (Intent::Example, method) => self.examples(&self.methods_or_listed(method)),
            (Intent::Training, method) => self.trainings(&self.methods_or_listed(method)),
            (Intent::Why, Some(method)) => self.why_methods(&[method]),
            _ => return false,
        }
        self.note(format!("command:{}", wanted.name()));
        true
    }

    /// By its number in the last list, by its name, or the one being looked at.
    fn method_meant(&self, about: &str) -> Option<MethodId> {
        let bare = super::understand::intent::without_articles(about);
        if let Some(number) = ordinal_or_number(bare) {
            return self.state.listed.get((number as usize).checked_sub(1)?).cloned();
        }
        if let Some(Entry::Method(method)) = self.content.library.look_up(bare) {
            return Some(method.id.clone());
        }
        match (&self.state.aside, self.state.listed.as_slice()) {
            (Aside::Detail { method }, _) | (_, [method]) => Some(method.clone()),
            _ => None,
        }
    }

    fn methods_or_listed(&self, method: Option<MethodId>) -> Vec<MethodId> {
        method.map_or_else(|| self.state.listed.clone(), |method| vec![method])
    }

    fn which_method(&mut self) {
        self.say(Phrase::WhichMethod);
        let choices = self.method_choices();
        self.offer(choices);
    }

    /// The whole sheet of one method.
    pub fn detail(&mut self, id: &MethodId) -> bool {
        let Some(method) = self.content.library.method(id) else { return false };
        self.note(format!("details:{id}"));
        let details = self.voice().details(method);
        self.say_words(details);
        if self.state.listed.is_empty() {
            self.state.listed.push(id.clone());
        }
        self.state.aside = Aside::Detail { method: id.clone() };
        self.offer_methods();
        true
    }

    fn list(&mut self) {
        self.state.aside = Aside::None;
        let Position::Advising { count, .. } = self.progress.position else { return self.resume() };
        self.advise(count);
    }

    fn others(&mut self) {
        let count = match self.progress.position {
            Position::Advising { count, .. } => count,
            Position::Asking(_) => 3,
        };
        let means = self.progress.slots.means;
        let ranked = self.content.library.rank(&self.progress.evidence, &means, self.state.shown.len() + count);
        let best = ranked.first().map_or(0.0, |recommendation| recommendation.score);
        let fresh: Vec<Recommendation> = ranked
            .into_iter()
            .filter(|one| !self.state.shown.contains(&one.method) && one.score >= best * WORTH_SHOWING)
            .take(count)
            .collect();
        if fresh.is_empty() {
            self.say(Phrase::NoOthers);
            return self.offer_methods();
        }
        self.fill(Phrase::OthersHeading, &[("n", fresh.len().to_string().as_str())]);
        self.show(fresh);
    }

    pub fn why_advice(&mut self) {
        let listed = self.state.listed.clone();
        self.why_methods(&listed);
    }

    fn why_methods(&mut self, methods: &[MethodId]) {
        let means = self.progress.slots.means;
        let ranked = self.content.library.rank(&self.progress.evidence, &means, 30);
        self.say(Phrase::WhyAdvice);
        for recommendation in ranked.iter().filter(|one| methods.contains(&one.method)) {
            let Some(method) = self.content.library.method(&recommendation.method) else { continue };
            let voice = self.voice();
            let mut why = voice.reasons(&recommendation.reasons);
            why.extend(voice.warnings(&recommendation.warnings));
            let (name, why) = (voice.method_name(method), sentence(&why, voice.language));
            self.fill(Phrase::NameLine, &[("name", name), ("words", why.as_str())]);
        }
        self.offer_methods();
    }

    fn examples(&mut self, methods: &[MethodId]) {
        let cases = |id: &MethodId| self.content.library.cases_of(id).into_iter().map(case_line).collect();
        let found = self.lines_by_method(methods, cases);
        self.say_by_method(methods, found, Phrase::Cases, Phrase::NoCase);
    }

    fn trainings(&mut self, methods: &[MethodId]) {
        let trainings = |id: &MethodId| self.content.library.trainings_of(id).into_iter().map(training_line).collect();
        let found = self.lines_by_method(methods, trainings);
        self.say_by_method(methods, found, Phrase::Trainings, Phrase::NoTraining);
    }

    /// The names of the methods that have lines, with their lines.
    fn lines_by_method(&self, methods: &[MethodId], lines: impl Fn(&MethodId) -> Vec<String>) -> Vec<(String, String)> {
        let voice = self.voice();
        let known = methods.iter().filter_map(|id| self.content.library.method(id));
        let all = known.map(|method| (voice.method_name(method).to_owned(), lines(&method.id).join("\n")));
        all.filter(|(_, lines)| !lines.is_empty()).collect()
    }

    fn say_by_method(&mut self, methods: &[MethodId], found: Vec<(String, String)>, some: Phrase, none: Phrase) {
        if found.is_empty() {
            let voice = self.voice();
            let names =
                methods.iter().filter_map(|id| self.content.library.method(id)).map(|method| voice.method_name(method));
            let names = names.collect::<Vec<_>>().join(" ; ");
            self.fill(none, &[("method", names.as_str())]);
        }
        for (name, lines) in found {
            let heading = self.voice().fill(some, &[("method", name.as_str())]);
            self.say_words(format!("{heading}\n\n{lines}"));
        }
        self.offer_methods();
    }

    fn which_less(&mut self) {
        self.state.aside = Aside::ChoosingLess;
        self.say(Phrase::WhichLess);
        let menu = self.content.script.menus.less.clone();
        self.offer_menu(&menu);
    }

    /// Advises anew with one step less of one means.
    fn less(&mut self, wanted: Intent) {
        let reduced = match wanted {
            Intent::Shorter => {
                self.less_time().map(|hours| (Value::Hours { hours }, Means { hours: Some(hours), ..Means::default() }))
            }
            Intent::Cheaper => self
                .less_money()
                .map(|budget| (Value::Budget { budget }, Means { budget: Some(budget), ..Means::default() })),
            _ => self
                .fewer_people()
                .map(|people| (Value::People { people }, Means { people: Some(people), ..Means::default() })),
        };
        let Some((value, means)) = reduced else {
            self.say(Phrase::LessNone);
            return self.offer_methods();
        };
        let step = self.step_of_value(&value);
        self.record(&step, value);
        let words = self.voice().means(&means).into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(", ");
        self.fill(Phrase::LessDone, &[("means", words.as_str())]);
        self.proceed_changed();
    }

    fn step_of_value(&self, value: &Value) -> String {
        use super::script::Slot;
        let slot = match value {
            Value::Hours { .. } => Slot::Hours,
            Value::Budget { .. } => Slot::Budget,
            _ => Slot::People,
        };
        self.step_filling(&slot).unwrap_or_else(|| slot.name().to_owned())
    }

    fn less_time(&self) -> Option<f32> {
        const STEPS: [f32; 9] = [0.25, 0.5, 1.0, 2.0, 3.5, 7.0, 14.0, 35.0, 140.0];
        let longest = self.listed_methods().map(|method| method.duration.min).fold(0.0, f32::max);
        let now = self.progress.slots.means.hours.unwrap_or(longest * 1.01);
        STEPS.into_iter().rev().find(|step| *step < now)
    }

    fn less_money(&self) -> Option<Budget> {
        match self.progress.slots.means.budget {
            Some(Budget::None) => None,
            Some(Budget::Low) | None => Some(Budget::None),
            Some(Budget::Medium) => Some(Budget::Low),
            Some(Budget::High) => Some(Budget::Medium),
        }
    }

    fn fewer_people(&self) -> Option<u32> {
        const STEPS: [u32; 8] = [1, 3, 5, 8, 12, 20, 40, 100];
        let most = self.listed_methods().map(|method| method.people.min).max().unwrap_or(1);
        let now = self.progress.slots.means.people.unwrap_or(most + 1);
        STEPS.into_iter().rev().find(|step| *step < now)
    }

    fn useful(&mut self) {
        self.note("rating:useful");
        self.say(Phrase::UsefulThanks);
        let menu = self.content.script.menus.useful.clone();
        self.offer_menu(&menu);
    }

    fn not_useful(&mut self) {
        self.note("rating:not-useful");
        self.flag(Concern::NotUseful);
        self.state.aside = Aside::Dissatisfied;
        self.say(Phrase::NotUsefulSorry);
        let language = self.state.language;
        let menus = &self.content.script.menus;
        let others = menus.advice.iter().filter(|(intent, _)| *intent == Intent::Others);
        let choices = others.chain(&menus.nothing_fits);
        let choices = choices.map(|(intent, label)| super::talk::act(*intent, label.in_language(language))).collect();
        self.offer(choices);
    }

    fn follow_up(&mut self) {
        self.effects.push(Effect::Wake { after: THREE_WEEKS, reminder: Reminder::FollowUp });
        self.say(Phrase::FollowUpSet);
        self.offer_methods();
    }

    pub fn follow_up_answered(&mut self, yes: bool) {
        self.state.aside = Aside::None;
        self.note(if yes { "follow-up:useful" } else { "follow-up:not-useful" });
        if !yes {
            return self.not_useful();
        }
        self.say(Phrase::FollowUpThanks);
        self.offer_methods();
    }
}

fn case_line(case: &crate::knowledge::Case) -> String {
    let title = match &case.url {
        Some(url) => format!("[{}]({url})", case.title),
        None => format!("**{}**", case.title),
    };
    let year = case.year.map(|year| format!(", {year}")).unwrap_or_default();
    format!("- {title} ({}{year}). {}", case.organisation, case.what)
}

fn training_line(training: &crate::knowledge::Training) -> String {
    let title = match &training.url {
        Some(url) => format!("[{}]({url})", training.title),
        None => format!("**{}**", training.title),
    };
    format!("- {title} ({}). {}", training.provider, training.summary)
}
