//! Journeys in the talk: told as a whole when the request is a whole project, and on demand.

use super::phrases::Phrase;
use super::render::Voice;
use super::talk::{Talk, choice};
use super::turn::Choice;
use crate::knowledge::{Journey, JourneyId, Language, Leg};

/// Whoever has less than this share of a journey's time asks for a method, not for a project.
const MOST_STRETCH: f32 = 3.0;

impl Talk<'_> {
    /// The journey that the project's words announce, once; whether there was one to tell.
    pub fn tell_fitting_journey(&mut self) -> bool {
        let content = self.content;
        let Some(journey) = content.library.journey_for(&self.progress.slots.project) else { return false };
        let hours = self.progress.slots.means.hours;
        let out_of_reach = hours.is_some_and(|hours| hours * MOST_STRETCH < journey.hours());
        if out_of_reach || self.state.journey.as_ref() == Some(&journey.id) {
            return false;
        }
        self.state.journey = Some(journey.id.clone());
        self.tell(journey, Phrase::JourneyAdvice);
        true
    }

    /// When nothing else was found, the methods of the journey are the advice.
    pub fn offer_journey_told(&mut self) {
        let content = self.content;
        if let Some(journey) = self.state.journey.as_ref().and_then(|id| content.library.journey(id)) {
            self.offer_journey(journey);
        }
    }

    /// One journey, because it was chosen.
    pub fn show_journey(&mut self, id: &JourneyId) -> bool {
        let content = self.content;
        let Some(journey) = content.library.journey(id) else { return false };
        self.tell(journey, Phrase::JourneyHeading);
        self.offer_journey(journey);
        true
    }

    /// All of them, to choose from.
    pub fn show_journeys(&mut self) {
        let journeys = self.content.library.journeys();
        if journeys.is_empty() {
            self.say(Phrase::NoJourney);
            return self.resume();
        }
        self.say(Phrase::Journeys);
        let voice = self.voice();
        let choices =
            journeys.iter().map(|journey| choice("journey", journey.id.as_str(), voice.journey_name(journey)));
        self.offer(choices.collect());
    }

    fn tell(&mut self, journey: &Journey, heading: Phrase) {
        self.note(format!("journey:{}", journey.id));
        let words = self.voice().journey(journey, heading);
        self.say_words(words);
    }

    /// The methods of a journey, each to be looked at.
    pub fn offer_journey(&mut self, journey: &Journey) {
        let voice = self.voice();
        let methods = journey.stages.iter().filter_map(|leg| self.content.library.method(&leg.method));
        let choices: Vec<Choice> =
            methods.map(|method| choice("method", method.id.as_str(), voice.method_name(method))).collect();
        self.offer(choices);
    }
}

impl<'a> Voice<'a> {
    pub fn journey_name(&self, journey: &'a Journey) -> &'a str {
        self.either(&journey.name, &journey.english)
    }

    /// The whole journey as one text: what it is for, its stages, what it takes.
    pub fn journey(&self, journey: &'a Journey, heading: Phrase) -> String {
        let name = self.linked(self.journey_name(journey), "parcours", journey.id.as_str());
        let summary = self.either(&journey.summary, &journey.english_summary);
        let heading = self.fill(heading, &[("name", &name), ("summary", summary)]);
        let stages: Vec<String> = (1..).zip(&journey.stages).filter_map(|(n, leg)| self.leg(n, leg)).collect();
        let (hours, people) = (self.hours(journey.hours()), self.people(journey.people()));
        let total = self.fill(Phrase::JourneyTotal, &[("hours", &hours), ("people", &people)]);
        format!("{heading}\n\n{}\n\n{total}", stages.join("\n"))
    }

    fn leg(&self, n: usize, leg: &'a Leg) -> Option<String> {
        let method = self.content.library.method(&leg.method)?;
        let name = self.linked(self.method_name(method), "methodes", method.id.as_str());
        let (n, hours, people) = (n.to_string(), self.hours(leg.hours), self.people(leg.people));
        // The note is written in French only.
        let why = if self.language == Language::French { leg.why.as_str() } else { "" };
        let quotes = [("n", n.as_str()), ("method", &name), ("hours", &hours), ("people", &people), ("why", why)];
        Some(format!("- {}", self.fill(Phrase::JourneyStage, &quotes).trim_end()))
    }
}
