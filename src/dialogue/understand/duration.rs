//! Durations in working hours: half a day is 3.5, a day 7, a week 35, a month 140, a year 1600.

use std::ops::Range;
use std::sync::LazyLock;

use super::patterns::{Words, words};
use super::persons::{is_unit, noun_end};
use super::tokens::{Token, text_at, value_at};

pub const HALF_DAY: f64 = 3.5;
pub const DAY: f64 = 7.0;
const WEEK: f64 = 35.0;
pub const MONTH: f64 = 140.0;
const YEAR: f64 = 1600.0;

/// A duration in a text, whoever it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Duration {
    pub range: Range<usize>,
    pub hours: f64,
    /// Hours of a clock have a height: « à 14 h » is a time of day, not fourteen hours.
    pub by_the_hour: bool,
    /// « la journée »: a stretch of time only if someone has it.
    pub vague: bool,
}

/// « quelques heures », « la journée »: enough when it was asked for.
pub fn loose(tokens: &[Token]) -> Option<f64> {
    (0..tokens.len()).find_map(|at| {
        let (base, _) = base(tokens, at)?;
        let few = at
            .checked_sub(1)
            .is_some_and(|before| matches!(text_at(tokens, before), "quelques" | "few" | "several" | "plusieurs"));
        Some(if few { 3.0 * base } else { base })
    })
}

/// Every duration of a text, in order; two hours of the clock make one.
pub fn durations(tokens: &[Token]) -> Vec<Duration> {
    let mut found: Vec<Duration> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(duration) = duration_at(tokens, at) else {
            at += 1;
            continue;
        };
        at = duration.range.end;
        match found.last().and_then(|last| joined(tokens, last, &duration)) {
            Some(both) => {
                found.pop();
                found.push(both);
            }
            None => found.push(duration),
        }
    }
    found
}

/// « de 14 h à 16 h » is two hours; « entre 1 h et 2 h » an hour and a half.
fn joined(tokens: &[Token], first: &Duration, second: &Duration) -> Option<Duration> {
    let between = first.range.end..second.range.start;
    let joiner = if between.len() == 1 { text_at(tokens, between.start) } else { return None };
    let before = first.range.start.checked_sub(1).map_or("", |before| text_at(tokens, before));
    let joins =
        matches!(joiner, "a" | "-" | "to") || (matches!(joiner, "et" | "and") && matches!(before, "entre" | "between"));
    // « il reste une heure à la journée ».
    if !joins || second.vague || first.hours >= second.hours {
        return None;
    }
    let clock = first.by_the_hour && second.by_the_hour && first.hours >= 6.0;
    let hours = if clock { second.hours - first.hours } else { f64::midpoint(first.hours, second.hours) };
    let from = first.range.start - usize::from(matches!(before, "de" | "entre" | "from" | "between"));
    Some(Duration { range: from..second.range.end, hours, by_the_hour: false, vague: false })
}

fn duration_at(tokens: &[Token], at: usize) -> Option<Duration> {
    let (count, after_count) = count(tokens, at)?;
    // « deux fois une heure »
    if matches!(text_at(tokens, after_count), "fois" | "times") {
        // « une fois l'an » is a rhythm.
        let once = duration_at(tokens, after_count + 1).filter(|once| !once.vague)?;
        return Some(Duration { range: at..once.range.end, hours: count * once.hours, ..once });
    }
    let (base, end) = base(tokens, after_count)?;
    let unit = text_at(tokens, end - 1);
    let by_the_hour = matches!(unit, "h" | "heure" | "heures");
    let (extra, mut end) = extra(tokens, end, base);
    while QUALIFIERS.contains(&text_at(tokens, end)) {
        end += 1;
    }
    if by_the_hour && let Some(hours) = clock_range(tokens, at) {
        return Some(Duration { range: at..end, hours, by_the_hour: false, vague: false });
    }
    let hours = idiom(count, unit).unwrap_or(count * base + extra);
    let vague = matches!(text_at(tokens, at), "la" | "l" | "cette" | "toute" | "the");
    Some(Duration { range: at..end, hours, by_the_hour, vague })
}

/// What may qualify a duration without changing it.
static QUALIFIERS: Words = LazyLock::new(|| {
    words(
        "reservee reserves reserve reservees entiere entieres entier entiers complete completes complet complets pleine pleines plein pleins cumulee \
     cumulees bloquee bloques bloque bloquees courte libre libres consecutifs consecutives ouvres mensuelle \
     environ workshop session sprint meeting seminar working montre",
    )
});

/// « de 9 à 12 h »: hours of the clock that share one unit.
fn clock_range(tokens: &[Token], at: usize) -> Option<f64> {
    let (low, high) = tokens[at].ends()?;
    (low >= 6.0 && high <= 24.0 && low < high).then_some(high - low)
}

/// « huit jours » is said for a week, « quinze jours » for two.
fn idiom(count: f64, unit: &str) -> Option<f64> {
    match (unit, count) {
        ("jours", 8.0) => Some(WEEK),
        ("jours", 15.0) => Some(2.0 * WEEK),
        _ => None,
    }
}

/// The number before a unit, and where the unit begins: « deux petites », "half a", "l'".
fn count(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let (count, mut end) = match text_at(tokens, at) {
        "a" | "an" if is_english_unit(text_at(tokens, at + 1)) => (1.0, at + 1),
        "half" if matches!(text_at(tokens, at + 1), "a" | "an" | "day") => {
            (0.5, at + 1 + usize::from(text_at(tokens, at + 1) != "day"))
        }
        "la" | "l" | "cette" | "toute" | "the" if !is_short(text_at(tokens, at + 1)) => (1.0, at + 1),
        "demi" | "demie" | "matinee" => (1.0, at),
        _ => (value_at(tokens, at)?, at + 1),
    };
    while BETWEEN.contains(&text_at(tokens, end)) {
        end += 1;
    }
    // "one and a half hours"
    if text_at(tokens, end) == "and" && text_at(tokens, end + 1) == "a" && text_at(tokens, end + 2) == "half" {
        return Some((count + 0.5, end + 3));
    }
    Some((count, end))
}

/// What may stand between a count and its unit.
static BETWEEN: Words = LazyLock::new(|| {
    words(
        "petite petites bonne bonnes grosse grosses grande pleine courte simple seule seul seules toute lundi \
     mardi mercredi jeudi vendredi samedi dimanche full whole working short single",
    )
});

/// « dans l'heure » is said of urgency.
fn is_short(word: &str) -> bool {
    matches!(word, "heure" | "hour" | "minute")
}

fn is_english_unit(word: &str) -> bool {
    matches!(
        word,
        "half"
            | "full"
            | "whole"
            | "short"
            | "minute"
            | "hour"
            | "morning"
            | "afternoon"
            | "day"
            | "week"
            | "weekend"
            | "month"
            | "year"
            | "fortnight"
            | "quarter"
    )
}

/// The hours of one unit, and where it ends.
fn base(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let word = |offset: usize| text_at(tokens, at + offset);
    Some(match (word(0), word(1), word(2)) {
        (
            "demi" | "demie" | "demies" | "demis" | "half",
            "journee" | "journees" | "journe" | "journer" | "jour" | "jours" | "day" | "days",
            _,
        ) => (HALF_DAY, at + 2),
        ("demi" | "demie" | "half", "heure" | "heures" | "hour", _) => (0.5, at + 2),
        ("quart" | "quarts", "d", "heure") => (0.25, at + 3),
        ("quarter", "of", "an") if word(3) == "hour" => (0.25, at + 4),
        ("apres" | "apre", "midi" | "midis", _) => (HALF_DAY, at + 2),
        ("week", "end" | "ends", _) => (2.0 * DAY, at + 2),
        (unit, _, _) => (hours_of(unit)?, at + 1),
    })
}

fn hours_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "min" | "mn" | "mins" | "minute" | "minutes" => 1.0 / 60.0,
        "h" | "heure" | "heures" | "heur" | "heurs" | "hr" | "hrs" | "hour" | "hours" => 1.0,
        "matinee" | "matinees" | "matin" | "matins" | "aprem" | "aprems" | "apm" | "morning" | "mornings"
        | "afternoon" | "afternoons" => HALF_DAY,
        "soiree" | "soirees" | "evening" | "evenings" => 3.0,
        "jour" | "jours" | "journee" | "journees" | "journe" | "journer" | "j" | "jrs" | "day" | "days" => DAY,
        "weekend" | "weekends" => 2.0 * DAY,
        "semaine" | "semaines" | "sem" | "week" | "weeks" => WEEK,
        "fortnight" => 2.0 * WEEK,
        "mois" | "month" | "months" => MONTH,
        "trimestre" | "trimestres" => 3.0 * MONTH,
        "semestre" | "semestres" => 6.0 * MONTH,
        "an" | "ans" | "annee" | "annees" | "year" | "years" => YEAR,
        _ => return None,
    })
}

/// What is added to the unit: « et demie », « et quart », the minutes of « 2 h 30 ».
fn extra(tokens: &[Token], end: usize, base: f64) -> (f64, usize) {
    let word = |offset: usize| text_at(tokens, end + offset);
    match (word(0), word(1), word(2)) {
        ("et", "demi" | "demie", _) => (base / 2.0, end + 2),
        ("and", "a", "half") => (base / 2.0, end + 3),
        ("et", "quart", _) if base == 1.0 => (0.25, end + 2),
        ("ou", "deux", _) | ("or", "two", _) if !is_unit_at(tokens, end + 2) => (base / 2.0, end + 2),
        _ => match value_at(tokens, end) {
            Some(minutes) if base == 1.0 && are_minutes(tokens, end, minutes) => {
                let unit = usize::from(matches!(word(1), "min" | "mn" | "minutes" | "minute"));
                (minutes / 60.0, end + 1 + unit)
            }
            _ => (0.0, end),
        },
    }
}

/// « une heure ou deux », but not « une heure ou deux jours ».
fn is_unit_at(tokens: &[Token], at: usize) -> bool {
    hours_of(text_at(tokens, at)).is_some()
}

/// `2 h 30`, but not « 2 h 12 personnes ».
fn are_minutes(tokens: &[Token], at: usize, minutes: f64) -> bool {
    let next = text_at(tokens, at + 1);
    let counts =
        noun_end(tokens, at + 1).is_some() || (is_unit(next) && !matches!(next, "min" | "mn" | "minutes" | "minute"));
    (5.0..60.0).contains(&minutes) && minutes % 5.0 == 0.0 && !counts
}
