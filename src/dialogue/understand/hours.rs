//! Which of the durations in a text are hours that the agent has for the project.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::{Tie, is_situation, skip_measure};
use super::duration::{DAY, Duration, HALF_DAY, MONTH, durations, loose};
use super::numbers;
use super::patterns::Patterns;
use super::tokens::{Token, sentence_start, text_at, tokens, value_at};

/// « savoir en deux minutes » is a manner of speaking: below five minutes nothing is planned.
const LEAST: f64 = 0.08;
/// « un plan sur trois ans » is a horizon: beyond half a year a duration must be more than wished for.
const LONGEST_WISHED: f64 = 6.0 * MONTH;
/// Nobody plans more: a longer duration is a figure of speech or a slip.
const MOST: f64 = 5000.0;
/// A bare number in an answer is hours up to here; a larger one may be minutes or anything.
const MOST_UNNAMED: f64 = 12.0;

/// The duration that the agent states for the project, and where.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<(f32, Range<usize>)> {
    let mut own: Vec<(f64, Range<usize>)> = durations(tokens)
        .into_iter()
        .filter(|duration| is_own(tokens, duration, means))
        .map(|duration| (duration.hours * sessions(tokens, duration.range.start), duration.range))
        .filter(|(hours, _)| (LEAST..=MOST).contains(hours))
        .collect();
    let chosen = if REVISION.within(tokens) { own.pop() } else { own.into_iter().next() };
    chosen.map(|(hours, range)| (hours as f32, range))
}

/// The first duration of an answer to « combien de temps ? ».
pub fn answered(text: &str) -> Option<f32> {
    let tokens = tokens(text);
    let named = durations(&tokens).first().map(|duration| duration.hours).or_else(|| loose(&tokens));
    let unnamed = || numbers::number_in(text).filter(|value| *value <= MOST_UNNAMED);
    let hours = named.or_else(unnamed).filter(|hours| *hours > 0.0 && *hours <= MOST);
    hours.map(|hours| hours as f32)
}

fn is_own(tokens: &[Token], duration: &Duration, means: &[Range<usize>]) -> bool {
    let Range { start, end } = duration.range;
    let tie = Tie::new(tokens, duration.range.clone(), means);
    if let Some(session) = SESSION.before(tokens, start) {
        return is_one_meeting(tokens, session, end);
    }
    if is_of_something(tokens, duration, &tie) || (is_time_of_day(tokens, duration) && !tie.owned()) {
        return false;
    }
    if tie.owned() && !matches!(text_at(tokens, end), "qui" | "que" | "qu" | "portes") {
        return true;
    }
    let counted = NOT_SPENT_AFTER.at(tokens, end).is_some() || COMPLAINT.at(tokens, end).is_some();
    if duration.vague || counted || DATED.before(tokens, start).is_some() {
        return false;
    }
    if (tie.held() && is_adverb(tokens, start)) || tie.measures() {
        return true;
    }
    if TIME_OF_WORK.at(tokens, end).is_some() || LIMIT_AFTER.at(tokens, end).is_some() {
        return !tie.told();
    }
    let listed = tie.bare() && LIST_GOES_ON.at(tokens, end).is_some();
    listed || (duration.hours <= LONGEST_WISHED && tie.wished() && is_adverb(tokens, start))
}

/// A meeting to come, not « nos réunions d'une heure », « une réunion d'une heure chaque lundi ».
fn is_one_meeting(tokens: &[Token], session: usize, end: usize) -> bool {
    let told = is_situation(&tokens[sentence_start(tokens, session)..session]);
    HABIT.before(tokens, session).is_none() && RECURRENT.at(tokens, end).is_none() && !told
}

/// « vingt heures d'enregistrements »: a length of something; « une journée de cohésion » may be wished for.
fn is_of_something(tokens: &[Token], duration: &Duration, tie: &Tie) -> bool {
    let end = duration.range.end;
    let of = matches!(text_at(tokens, end), "de" | "d" | "of") && text_at(tokens, end + 1) != "affilee";
    let event = (HALF_DAY..=DAY).contains(&duration.hours) && (tie.wished() || tie.owned());
    let left = REMAINS.before(tokens, skip_measure(tokens, duration.range.start)).is_some();
    of && TIME_OF_WORK.at(tokens, end).is_none() && !((event || left) && OTHER_TIME.at(tokens, end).is_none())
}

static REMAINS: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["il|y|me|nous? reste"]));

/// How many meetings of this length: « quatre rencontres de deux heures ».
fn sessions(tokens: &[Token], start: usize) -> f64 {
    // « choisir trois projets en une heure » holds one meeting.
    let of = start.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "de" | "d" | "of"));
    let session = SESSION.before(tokens, start).filter(|_| of);
    let count = session.and_then(|session| session.checked_sub(1)).and_then(|before| value_at(tokens, before));
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

/// « en fait on a deux jours » takes back what was said before.
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
        "a|de l ordre du jour",
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
        "de|d|of travail|temps|atelier|ateliers|reunion|seance|session|seminaire|prepa|preparation|disponible|visio|echange|echanges|marge|libre|concertation|brainstorming|work|workshop|time|disponibilite|dispo|formation|creneau|max|maxi|maximum|suite|sprint|immersion|creation|recherche|ecran|ecrans|distanciel|pleniere|equipe|direction|service|cohesion|pause|repit",
    ])
});

/// A meeting and its length: « atelier de », « réunion d' », "workshop of", « séance ».
static SESSION: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "atelier*|reunion*|seance*|seminaire*|session*|creneau*|visio|webinaire|hackathon|sprint|rencontre*|format|formation|workshop*|meeting*|temps|duree|comite|copil|brainstorming|plage|slot|experimentation|test|module|cycle|calendrier|mission|projet|entretien|rdv collectif|collective|court|courte|participatif|unique? max|maxi|en|sur|pendant? de|d|of?",
        "atelier|reunion|seance|seminaire de|d service|equipe|direction|travail|bureau|pole|rentree|cadrage|lancement de|d?",
        "atelier|reunion|seance|session|temps|activite|moment de|d . de|d",
        "atelier*|reunion*|seance*|session*|rencontre* . de|d",
        "activite|jeu|exercice|animation|pause|point|echauffement|glace court|courte|rapide? de|d|en",
        "rendez vous d|de",
        "deroule|deroulement|canevas|trame|conducteur|minutage . .? .? pour|sur|de|d|en",
        "deroule|deroulement|canevas|trame|conducteur|minutage pour|sur|de|d|en",
        "programme|plan d|de activite|activites|animation|atelier|ateliers|travail pour|sur|de|d|en",
        "jury|convention|conference|concertation|parcours d|de|citoyen|citoyenne? .? sur",
        "atelier|seance|session|seminaire|hackathon|workshop dure|durera|durerait|prend|prendra|lasts|lasting",
        "atelier|seance|session|seminaire|hackathon|workshop tient|tiendra|tenant en|sur",
    ])
});

static RECURRENT: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["chaque|every", "tous|toutes les"]));

/// « nos réunions de trois heures »: meetings that exist, not the one to come.
static HABIT: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["nos|les|ces|des|chaque|leurs|our|the|these|par|apres|depuis", "trop de|d"]));

/// « deux jours de congé », « une journée portes ouvertes »: never time for a project, however much one wishes.
static OTHER_TIME: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "de|d|of conge*|retard|attente|greve|vacances|fermeture|absence|teletravail|garde|delai|trajet|route|queue|file|transport|enregistrement*|video*|archives|donnees|appels|anciennete|experience|maladie|arret|decalage|carence|preavis|stage|la|l|leur|leurs|sa|son",
    ])
});

static LIMIT_AFTER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "max|maxi|maximum|tops|chrono|seulement|only|disponibles|dispo|disponible",
        "devant moi|nous",
        "au|tout|grand max|maxi|maximum|plus",
        "pas plus|davantage",
        "suffira|suffirait|suffit|suffiront",
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
        "le|ce lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|matin|midi|soir",
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
