//! Durations in working hours: half a day is 3.5, a day 7, a week 35, a month 140, a year 1600.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::{Tie, is_situation};
use super::patterns::Patterns;
use super::persons::{is_unit, noun_end};
use super::tokens::{Token, sentence_start, text_at, tokens, value_at};

const HALF_DAY: f64 = 3.5;
const DAY: f64 = 7.0;
const WEEK: f64 = 35.0;
const MONTH: f64 = 140.0;
const YEAR: f64 = 1600.0;
/// « savoir en deux minutes » is a manner of speaking: below five minutes nothing is planned.
const LEAST: f64 = 0.08;
/// Nobody plans more: a longer duration is a figure of speech or a slip.
const MOST: f64 = 5000.0;

/// A duration in a text, whoever it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Duration {
    pub range: Range<usize>,
    pub hours: f64,
    /// Hours of a clock have a height: « à 14 h » is a time of day, not fourteen hours.
    by_the_hour: bool,
    /// « la journée »: a stretch of time only if someone has it.
    vague: bool,
}

/// The duration that the agent states for the project.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<(f32, Range<usize>)> {
    let mut all = durations(tokens);
    all.retain(|duration| is_own(tokens, duration, means));
    for duration in &mut all {
        duration.hours *= sessions(tokens, duration.range.start);
    }
    let revised = REVISION.within(tokens);
    let chosen = if revised { all.pop() } else { all.into_iter().next() }?;
    Some((chosen.hours as f32, chosen.range))
}

/// The first duration of an answer to « combien de temps ? »; up to twelve, a bare number is hours.
pub fn answered(text: &str) -> Option<f32> {
    let tokens = tokens(text);
    let hours = durations(&tokens).first().map(|duration| duration.hours).or_else(|| loose(&tokens)).or_else(|| {
        let value = super::numbers::number_in(text)?;
        (value > 0.0 && value <= 12.0).then_some(value)
    })?;
    (hours > 0.0 && hours <= MOST).then_some(hours as f32)
}

/// « quelques heures », « la journée »: enough when it was asked for.
fn loose(tokens: &[Token]) -> Option<f64> {
    (0..tokens.len()).find_map(|at| {
        let (base, _) = base(tokens, at)?;
        let few = at
            .checked_sub(1)
            .is_some_and(|before| matches!(text_at(tokens, before), "quelques" | "few" | "several" | "plusieurs"));
        Some(if few { 3.0 * base } else { base })
    })
}

static REVISION: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["en fait", "finalement|plutot|actually|rather|correction", "au final|temps"]));

/// What makes a duration something else than time to spend: the past, the future, a rhythm, an age, a time of day.
static DATED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "depuis|apres|avant|since|after|before|every|chaque|vers|des|sous|until|dans|plusieurs|aux",
        "y a|avait|aura",
        "au bout de|d",
        "tous|toutes|ces|ses|leurs les?",
        "d ici",
        "jusqu a",
        "age|ages|agee|agees|aged|vieux|vieille|ancien|ancienne|date de?",
        "reponse|reponses|traitement|delai|delais en|sous|de|d",
        "premiere|premieres|premier|premiers|derniere|dernieres|dernier|derniers|prochain|prochains|prochaines|last|first|next|past",
    ])
});

/// The same, said after it.
static NOT_SPENT_AFTER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "plus tard|tot",
        "avant|apres|ago|later|old|late|earlier|before|after|portes|qui|que|qu",
        "sur #",
        "par|per personne|sujet|theme|point|jour|dossier|agent|usager|appel|visite|day|person",
        "/ #",
        "s? wait|delay|queue",
    ])
});

/// What a « de » after a duration may name if the time is still to be spent.
static TIME_OF_WORK: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "de|d|of travail|temps|atelier|ateliers|reunion|seance|session|seminaire|prepa|preparation|disponible|visio|echange|echanges|marge|libre|concertation|brainstorming|work|workshop|time|disponibilite|dispo|formation|creneau|max|maxi|maximum|suite|sprint|immersion|creation|recherche",
    ])
});

/// A meeting and its length: « atelier de », « réunion d' », "workshop of", « séance ».
static SESSION: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "atelier*|reunion*|seance*|seminaire*|session*|creneau*|visio|webinaire|hackathon|sprint|rencontre*|format|formation|workshop*|meeting*|temps|duree|comite|copil|brainstorming|plage|slot|experimentation|test|module|cycle|calendrier|mission|projet|entretien|rdv collectif|collective|court|courte|participatif|unique? max|maxi|en|sur|pendant? de|d|of?",
        "atelier|reunion|seance|seminaire de|d service|equipe|direction|travail|bureau|pole|rentree|cadrage|lancement de|d?",
        "rendez vous d|de",
        "atelier|seance|session|seminaire|hackathon|workshop dure|durera|durerait|prend|prendra|lasts|lasting",
        "atelier|seance|session|seminaire|hackathon|workshop tient|tiendra|tenant en|sur",
    ])
});

/// « nos réunions de trois heures »: meetings that exist, not the one to come.
static RECURRENT: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["chaque|every", "tous|toutes les"]));

static HABIT: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["nos|les|ces|des|chaque|leurs|our|the|these|par|apres|depuis"]));

static LIMIT_AFTER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "max|maxi|maximum|tops|chrono|seulement|only|disponibles|dispo|disponible",
        "devant moi|nous",
        "au|tout|grand max|maxi|maximum|plus",
        "pas plus",
        "tout au plus",
        "at most",
        "top chrono",
        "en|in tout|total",
        "d affilee",
        "pour|pr tout|boucler",
    ])
});

/// What may follow a duration that stands in a list.
static LIST_GOES_ON: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        ">",
        "#",
        "pour|pr|afin|a|au|par|devant|sur|en|avec|chacun|chacune|ensemble|ici|tous|toutes|sans|dans|et|ou|de|d|maximum|max|maxi|pas|dispo|dispos|disponible|disponibles|seulement|grand|minimum|mini|environ|top|tout|toute|non|zero|budget|petit|gros|peu|on|nous|moi|seul|seule|visio|budjet|montre|durant|autour|lundi|mardi|mercredi|jeudi|vendredi|samedi|demain|dehors|aucun|aucune",
        "for|to|with|in|on|online|together|remotely|and|maximum|only|at|of|no|we|per|total|alone",
    ])
});

/// « trois mois pour une réponse » complains.
static COMPLAINT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "pour|pr|to|for obtenir|avoir|recevoir|joindre|attendre|savoir|rien|repondre|get|receive|reach|hear",
        "pour|pr un|une reponse|rendez|rdv|permis|papier|dossier|certificat|document|acte|titre",
        "for|to an? answer|reply|appointment|permit",
    ])
});

fn is_own(tokens: &[Token], duration: &Duration, means: &[Range<usize>]) -> bool {
    let Range { start, end } = duration.range;
    let tie = Tie::new(tokens, duration.range.clone(), means);
    if duration.hours < LEAST || duration.hours > MOST || (is_time_of_day(tokens, duration) && !tie.owned()) {
        return false;
    }
    if let Some(session) = SESSION.before(tokens, start) {
        return HABIT.before(tokens, session).is_none()
            && RECURRENT.at(tokens, end).is_none()
            && !told_before(tokens, session);
    }
    let of_work = TIME_OF_WORK.at(tokens, end).is_some();
    let in_a_row = text_at(tokens, end + 1) == "affilee";
    let of_something = matches!(text_at(tokens, end), "de" | "d" | "of") && !of_work && !in_a_row;
    if of_something || NOT_SPENT_AFTER.at(tokens, end).is_some() {
        return false;
    }
    if tie.owned() {
        return true;
    }
    if duration.vague || DATED.before(tokens, start).is_some() || COMPLAINT.at(tokens, end).is_some() {
        return false;
    }
    if of_work || LIMIT_AFTER.at(tokens, end).is_some() {
        return !tie.told();
    }
    (tie.bare() && LIST_GOES_ON.at(tokens, end).is_some()) || (tie.wished() && is_adverb(tokens, start))
}

fn told_before(tokens: &[Token], at: usize) -> bool {
    is_situation(&tokens[sentence_start(tokens, at)..at])
}

/// How many meetings of this length: « quatre rencontres de deux heures ».
fn sessions(tokens: &[Token], start: usize) -> f64 {
    let count = SESSION
        .before(tokens, start)
        .and_then(|session| session.checked_sub(1))
        .and_then(|before| value_at(tokens, before));
    count.filter(|count| (2.0..=20.0).contains(count)).unwrap_or(1.0)
}

/// « en deux heures », « une matinée »: how long something is done, not « la réunion de deux heures ».
fn is_adverb(tokens: &[Token], start: usize) -> bool {
    let before = start.checked_sub(1).map_or("", |before| text_at(tokens, before));
    !matches!(before, "de" | "d" | "du" | "des" | "les" | "of" | "aux" | "a" | "faut")
}

fn is_time_of_day(tokens: &[Token], duration: &Duration) -> bool {
    let before = duration.range.start.checked_sub(1).map_or("", |before| text_at(tokens, before));
    duration.by_the_hour && duration.hours >= 1.0 && matches!(before, "a" | "vers" | "des" | "at" | "avant" | "apres")
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
    if !joins || first.hours >= second.hours {
        return None;
    }
    let clock = first.by_the_hour && second.by_the_hour && first.hours >= 6.0;
    let hours = if clock { second.hours - first.hours } else { f64::midpoint(first.hours, second.hours) };
    let from = first.range.start - usize::from(matches!(before, "de" | "entre" | "from" | "between"));
    Some(Duration { range: from..second.range.end, hours, by_the_hour: false, vague: false })
}

fn duration_at(tokens: &[Token], at: usize) -> Option<Duration> {
    let (count, after_count) = count(tokens, at)?;
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
const QUALIFIERS: &[&str] = &[
    "entiere",
    "entieres",
    "entier",
    "entiers",
    "complete",
    "completes",
    "complet",
    "complets",
    "pleine",
    "pleines",
    "plein",
    "pleins",
    "cumulee",
    "cumulees",
    "bloquee",
    "bloques",
    "bloque",
    "bloquees",
    "courte",
    "libre",
    "libres",
    "consecutifs",
    "consecutives",
    "ouvres",
    "mensuelle",
    "environ",
    "workshop",
    "session",
    "sprint",
    "meeting",
    "seminar",
    "working",
    "montre",
];

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
        "la" | "l" | "cette" | "toute" | "the" => (1.0, at + 1),
        "demi" | "demie" | "matinee" => (1.0, at),
        _ => (value_at(tokens, at)?, at + 1),
    };
    while matches!(
        text_at(tokens, end),
        "petite"
            | "petites"
            | "bonne"
            | "bonnes"
            | "grosse"
            | "grosses"
            | "seule"
            | "seul"
            | "full"
            | "whole"
            | "working"
            | "short"
            | "grande"
            | "pleine"
            | "courte"
            | "simple"
            | "toute"
    ) {
        end += 1;
    }
    // "one and a half hours"
    if text_at(tokens, end) == "and" && text_at(tokens, end + 1) == "a" && text_at(tokens, end + 2) == "half" {
        return Some((count + 0.5, end + 3));
    }
    Some((count, end))
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
            "journee" | "journees" | "jour" | "jours" | "day" | "days",
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
        "jour" | "jours" | "journee" | "journees" | "j" | "jrs" | "day" | "days" => DAY,
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
