//! The filters of the list as they stand in an address. An empty field says nothing; one that makes no sense neither.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::clock::Timestamp;
use crate::knowledge::{GoalId, Language, PhaseId};
use crate::message::PlatformKind;
use crate::store::{Cursor, Ending, Filter, Rating};

/// Longer searches are cut.
const LONGEST: usize = 200;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub plateforme: String,
    pub langue: String,
    /// First day, `2026-01-31`.
    pub du: String,
    /// Last day.
    pub au: String,
    pub issue: String,
    pub objectif: String,
    pub phase: String,
    pub avis_agent: String,
    pub etiquette: String,
    pub personne: String,
    pub rien: String,
    pub non_relue: String,
    pub echantillon: String,
    /// Where the page before ended.
    pub apres: String,
}

impl Asked {
    pub fn filter(&self) -> Filter {
        let named = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Filter {
            platform: PlatformKind::parse(&self.plateforme),
            language: match self.langue.as_str() {
                "fr" => Some(Language::French),
                "en" => Some(Language::English),
                _ => None,
            },
            since: start(&self.du, 0),
            before: start(&self.au, 1),
            outcome: Ending::parse(&self.issue),
            goal: named(&self.objectif).map(|goal| GoalId::from(&*goal)),
            phase: named(&self.phase).map(PhaseId),
            rating: Rating::parse(&self.avis_agent),
            wants_person: !self.personne.is_empty(),
            nothing_found: !self.rien.is_empty(),
            not_reviewed: !self.non_relue.is_empty(),
            sampled: !self.echantillon.is_empty(),
            tag: named(self.etiquette.trim()).map(|tag| tag.to_lowercase()),
            words: self.q.trim().chars().take(LONGEST).collect(),
            ..Filter::default()
        }
    }

    pub fn after(&self) -> Option<Cursor> {
        Cursor::parse(&self.apres)
    }

    /// The filters as a query, without the place; empty when nothing is asked.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields() {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// Which filters are set, by name: what the log may know, for words may name a person.
    pub fn names(&self) -> String {
        let set = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| if name == "q" { "mots".to_owned() } else { format!("{name}={value}") })
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub fn fields(&self) -> [(&'static str, &str); 14] {
        [
            ("q", &self.q),
            ("plateforme", &self.plateforme),
            ("langue", &self.langue),
            ("du", &self.du),
            ("au", &self.au),
            ("issue", &self.issue),
            ("objectif", &self.objectif),
            ("phase", &self.phase),
            ("avis_agent", &self.avis_agent),
            ("etiquette", &self.etiquette),
            ("personne", &self.personne),
            ("rien", &self.rien),
            ("non_relue", &self.non_relue),
            ("echantillon", &self.echantillon),
        ]
    }
}

/// Midnight in Paris, some days after this date.
fn start(date: &str, days: i64) -> Option<Timestamp> {
    let date: Date = date.parse().ok()?;
    let date = date.checked_add(jiff::Span::new().days(days)).ok()?;
    Some(date.to_zoned(TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_paris_and_the_last_one_counts() {
        let asked = Asked { du: "2026-01-05".to_owned(), au: "2026-01-05".to_owned(), ..Asked::default() };
        let filter = asked.filter();
        assert_eq!(filter.since.unwrap().to_string(), "2026-01-04T23:00:00Z");
        assert_eq!(filter.before.unwrap().to_string(), "2026-01-05T23:00:00Z");
    }

    #[test]
    fn nonsense_says_nothing() {
        let asked =
            Asked { du: "hier".to_owned(), plateforme: "fax".to_owned(), apres: "x".to_owned(), ..Asked::default() };
        assert_eq!(asked.filter(), Filter::default());
        assert_eq!(asked.after(), None);
    }

    #[test]
    fn an_address_says_what_was_asked_and_the_log_no_words() {
        let asked = Asked { q: "Mme Durand & fils".to_owned(), rien: "1".to_owned(), ..Asked::default() };
        assert_eq!(asked.query(), "q=Mme+Durand+%26+fils&rien=1");
        assert_eq!(asked.names(), "mots, rien=1");
    }
}
