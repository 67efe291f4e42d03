//! Journeys: chains of three to seven methods for a whole project, and how a request is recognised as one.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::fields::{Fields, Kind, Report, plain};
use super::vocabulary::{Entry, document, each};
use super::{JourneyId, MethodId};

/// A whole project, as in `journeys.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    pub id: JourneyId,
    pub name: String,
    pub english: String,
    pub summary: String,
    pub english_summary: String,
    /// In the order in which they are walked.
    pub stages: Vec<Leg>,
    /// How agents announce such a project, in both languages: short phrases whose words must all be in the request.
    pub needs: Vec<String>,
}

/// One method of a journey, with the means that it takes there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    pub method: MethodId,
    /// Working hours for the group.
    pub hours: f32,
    pub people: u32,
    /// What it brings to this project.
    pub why: String,
}

impl Journey {
    /// Working hours from end to end.
    pub fn hours(&self) -> f32 {
        self.stages.iter().map(|leg| leg.hours).sum()
    }

    /// The largest group that a stage needs.
    pub fn people(&self) -> u32 {
        self.stages.iter().map(|leg| leg.people).max().unwrap_or(0)
    }
}

pub fn parse(text: &str, report: &mut Report) -> Vec<Journey> {
    document(text, report, "journeys", "un parcours", journey)
}

fn journey(fields: &mut Fields<'_>) -> Option<Entry<Journey>> {
    let (id, name, english) = (fields.text("id"), fields.text("name"), fields.text("english"));
    let (summary, english_summary) = (fields.text("summary"), fields.text("english_summary"));
    let stages = fields.required_list("stages");
    let stages = each(stages, fields.report(), "une étape", leg);
    let needs = plain(fields.texts("needs"));
    check_length(stages.len(), &needs, fields);
    let id = id?;
    let journey = Journey {
        id: JourneyId(id.value.clone()),
        name: name?.value,
        english: english?.value,
        summary: summary?.value,
        english_summary: english_summary?.value,
        stages,
        needs,
    };
    Some((id, journey))
}

const FEWEST_STAGES: usize = 3;
const MOST_STAGES: usize = 7;
const FEWEST_NEEDS: usize = 8;

fn check_length(stages: usize, needs: &[String], fields: &mut Fields<'_>) {
    let at = fields.at;
    if !(FEWEST_STAGES..=MOST_STAGES).contains(&stages) {
        let help = format!("gardez de {FEWEST_STAGES} à {MOST_STAGES} méthodes : au-delà, coupez en deux parcours");
        fields.report().warning(at, format!("ce parcours compte {stages} étapes"), help);
    }
    if needs.len() < FEWEST_NEEDS {
        let help = format!("il en faut au moins {FEWEST_NEEDS} : des phrases courtes qui annoncent le projet entier");
        fields.report().warning(at, format!("{} besoins seulement", needs.len()), help);
    }
}

fn leg(fields: &mut Fields<'_>) -> Option<Entry<Leg>> {
    let method = fields.located_id("method", Kind::Method);
    let (hours, people, why) = (fields.number("hours", 0.1), fields.number("people", 1.0), fields.text("why"));
    let method = method?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of people, at least 1")]
    let people = people?.value.round() as u32;
    let leg = Leg { method: method.value.as_str().into(), hours: hours?.value, people, why: why?.value };
    Some((method, leg))
}

/// The phrases that announce journeys, as sets of concepts.
#[derive(Default)]
pub struct Heralds {
    /// Its journey's number, and its concepts.
    phrases: Vec<(usize, Vec<String>)>,
    rarity: HashMap<String, f32>,
}

/// A phrase of fewer concepts would fire on anything.
const FEWEST_CONCEPTS: usize = 2;

impl Heralds {
    pub fn new(journeys: &[Journey], concepts: impl Fn(&str) -> Vec<String>) -> Self {
        let mut phrases = Vec::new();
        for (number, journey) in journeys.iter().enumerate() {
            for need in journey.needs.iter().chain([&journey.name, &journey.english]) {
                let mut known = concepts(need);
                known.sort();
                known.dedup();
                if known.len() >= FEWEST_CONCEPTS {
                    phrases.push((number, known));
                }
            }
        }
        let rarity = rarity(&phrases);
        Self { phrases, rarity }
    }

    /// The journey announced by the weightiest phrase whose concepts are all there.
    fn announced(&self, concepts: &HashSet<String>) -> Option<usize> {
        let weight = |phrase: &[String]| phrase.iter().filter_map(|one| self.rarity.get(one)).sum::<f32>();
        let there = self.phrases.iter().filter(|(_, phrase)| phrase.iter().all(|one| concepts.contains(one)));
        let best = there.map(|(number, phrase)| (weight(phrase), *number));
        // Of equal ones the first in the file.
        best.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, number)| number)
    }
}

fn rarity(phrases: &[(usize, Vec<String>)]) -> HashMap<String, f32> {
    let mut counts: HashMap<String, f32> = HashMap::new();
    for concept in phrases.iter().flat_map(|(_, phrase)| phrase) {
        *counts.entry(concept.clone()).or_default() += 1.0;
    }
    let total = phrases.len() as f32;
    counts.into_iter().map(|(concept, count)| (concept, (1.0 + total / count).ln())).collect()
}

/// The number of the journey that a request announces.
pub fn announced(engine: &Engine, text: &str) -> Option<usize> {
    let query = engine.read(text);
    let mut concepts: HashSet<String> = query.words.into_iter().map(|word| word.concept).collect();
    concepts.extend(engine.wording.concepts(text));
    engine.heralds.announced(&concepts)
}
