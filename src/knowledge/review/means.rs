//! The means in the front matter against what the text says, and the stages of journeys against their methods.

use super::super::french;
use super::super::sheet::{Counted, Method, Place};
use super::super::{Budget, Leg, Skill};
use super::{Review, sheet_file};

/// Words that cost money.
const PAID: [&str; 6] = ["dedommagement", "dedommagements", "dedommagez", "remunerez", "indemnisez", "imprimeur"];
/// Words that ask for a trade.
const TRADE: [&str; 4] =
    ["animateur professionnel", "facilitateur experimente", "animatrice professionnelle", "un statisticien"];

impl Review<'_> {
    pub fn means(&mut self) {
        for method in self.library.methods() {
            self.check_budget(method);
            self.check_skill(method);
            self.check_place(method);
            self.check_length(method);
        }
    }

    fn check_budget(&mut self, method: &Method) {
        if method.budget != Budget::None {
            return;
        }
        let texts = [&method.sections.materials, &method.sections.tips];
        let words: Vec<String> = texts.iter().flat_map(|text| french::words(text)).collect();
        if let Some(word) = words.iter().find(|word| PAID.contains(&word.as_str())) {
            let message = format!("« budget: none », mais le texte parle de « {word} »");
            self.warn(&sheet_file(method), "budget:", message, "écrivez « budget: low » ou plus, ou corrigez le texte");
        }
    }

    fn check_skill(&mut self, method: &Method) {
        let text = french::words(&body(method)).join(" ");
        let trade = TRADE.iter().find(|trade| text.contains(**trade));
        if let (Skill::Beginner, Some(trade)) = (method.skill, trade) {
            let message = format!("« skill: beginner », mais le texte demande « {trade} »");
            self.warn(&sheet_file(method), "skill:", message, "écrivez « skill: intermediate » ou « expert »");
        }
    }

    fn check_place(&mut self, method: &Method) {
        let adapted = method.sections.adapt.to_lowercase();
        let remote = ["distance", "visio", "en ligne", "au téléphone", "par téléphone", "partagé"]
            .iter()
            .any(|word| adapted.contains(word));
        if method.place == Place::Either && method.people.counted == Counted::Participants && !remote {
            let message = "« place: either », mais « Adapter » ne dit pas comment faire à distance".to_owned();
            self.warn(&sheet_file(method), "## Adapter", message, "ajoutez une ligne « **À distance** : … »");
        }
        if method.place == Place::OnSite && explains_distance(&adapted) {
            let message = "« place: on-site », mais « Adapter » explique comment faire à distance".to_owned();
            let help = "écrivez « place: either », ou dites dans « Adapter » pourquoi la distance ne convient pas";
            self.warn(&sheet_file(method), "place:", message, help);
        }
    }

    fn check_length(&mut self, method: &Method) {
        const WORDS: std::ops::RangeInclusive<usize> = 300..=750;
        let count = body(method).split_whitespace().count();
        if !WORDS.contains(&count) {
            let message = format!("la fiche compte {count} mots");
            self.warn_at(&sheet_file(method), 0, message, "visez 350 à 700 mots : elle doit tenir sur une page");
        }
    }

    /// A stage of a journey stays within what its method takes.
    pub fn journeys(&mut self) {
        for journey in self.library.journeys() {
            for leg in &journey.stages {
                if let Some(method) = self.library.method(&leg.method) {
                    self.check_leg(journey.id.as_str(), leg, method);
                }
            }
        }
    }

    fn check_leg(&mut self, journey: &str, leg: &Leg, method: &Method) {
        let (hours, people) = (method.duration, method.people);
        let here = format!("method: {},", leg.method);
        if leg.hours < hours.min - 0.02 || leg.hours > hours.max + 0.02 {
            let message = format!("parcours « {journey} » : {} h pour « {}»", leg.hours, leg.method);
            let help = format!("la fiche annonce de {} à {} h", hours.min, hours.max);
            self.warn("journeys.yaml", &here, message, help);
        }
        if people.counted != Counted::Team && !(people.min..=people.max).contains(&leg.people) {
            let message = format!("parcours « {journey} » : {} personnes pour « {} »", leg.people, leg.method);
            let help = format!("la fiche annonce de {} à {} personnes", people.min, people.max);
            self.warn("journeys.yaml", &here, message, help);
        }
    }
}

/// « **À distance** : … » that promises as much as on site; most say what is lost.
fn explains_distance(adapted: &str) -> bool {
    let mut lines = adapted.lines().filter(|line| line.contains("**à distance"));
    lines.any(|line| ["aussi bien", "fonctionne bien", "sans difficulté"].iter().any(|words| line.contains(words)))
}

/// All that is read under the headings.
pub fn body(method: &Method) -> String {
    let sections = &method.sections;
    let stages = sections.stages.iter().flat_map(|stage| [stage.title.as_str(), stage.text.as_str()]);
    let texts = [&sections.purpose, &sections.when, &sections.otherwise, &sections.opening, &sections.adapt];
    let texts = texts.into_iter().chain([&sections.materials, &sections.tips, &sections.next]);
    let texts = texts.map(String::as_str).chain(sections.public_rules.as_deref()).chain(stages);
    texts.collect::<Vec<_>>().join("\n")
}
