//! How many people: participants, a panel or the team, whichever the text states.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::{Tie, is_situation};
use super::patterns::Patterns;
use super::tokens::{Token, part_end, part_start, sentence_start, text_at, tokens, value_at};

const MOST: f64 = 100_000.0;

/// A size of group, and where it is said.
type Group = (u32, Range<usize>);

/// The size of the group that the agent states for the project.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<Group> {
    let found = (0..tokens.len()).find_map(|at| {
        with_speaker(tokens, at).or_else(|| ourselves(tokens, at)).or_else(|| counted(tokens, at, means))
    });
    match (found, alone(tokens)) {
        (Some(group), Some(alone)) if group.1.start < alone.start => Some(group),
        (group, None) => group,
        (_, Some(alone)) => Some((1, alone)),
    }
}

/// The size in an answer to « combien serez-vous ? ».
pub fn answered(text: &str) -> Option<u32> {
    let tokens = tokens(text);
    let together = (0..tokens.len()).find_map(|at| with_speaker(&tokens, at)).map(|(people, _)| people);
    together.or_else(|| NOBODY_ELSE.within(&tokens).then_some(1)).or_else(|| {
        let number = tokens.iter().find_map(Token::value);
        number.and_then(people).or_else(|| LONE.within(&tokens).then_some(1))
    })
}

fn people(value: f64) -> Option<u32> {
    // Lossless: whole and within bounds.
    (value.round() >= 1.0 && value <= MOST).then(|| value.round() as u32)
}

static NOBODY_ELSE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "personne d? autre?",
        "juste|que|seulement|rien moi|que moi?",
        "que moi",
        "just|only me",
        "tout|toute seul|seule",
        "nobody|no one? else?",
        "< moi >",
        "alone|solo",
    ])
});

static LONE: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["moi|me|myself|seul|seule|solo|alone"]));

/// « moi toute seule », « je suis seul », "just me".
static ALONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "je suis|serai|serais|travaille|bosse|anime tout|toute? seul|seule",
        "suis|serai toute|tout? seul|seule",
        "moi|je tout|toute? seul|seule",
        "< en|donc|et|mais|travail? tout|toute? seul|seule >",
        "< en? solo >",
        "rien que moi",
        "< juste|que|seulement? moi >",
        "< just|only? me >",
        "on my own",
        "all? by myself",
        "< alone >",
        "i am|m|ll|will|work be? alone",
    ])
});

/// Others whose loneliness is not the agent's.
static OTHERS: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "ils|elles|il|elle|usager*|habitant*|patient*|parent*|eleve*|gens|they|users|residents|citizens|qu|que .",
    ])
});

fn alone(tokens: &[Token]) -> Option<Range<usize>> {
    ALONE.all(tokens).find(|range| !OTHERS.within(&tokens[part_start(tokens, range.start)..range.start]))
}

/// « mes 3 collègues et moi » (4), « avec deux collègues » (3), « ma cheffe et moi » (2).
fn with_speaker(tokens: &[Token], at: usize) -> Option<Group> {
    let (others, after) = companions(tokens, at)?;
    let with_me = matches!(
        (text_at(tokens, after), text_at(tokens, after + 1)),
        ("et" | "and" | "plus" | "+", "moi" | "me" | "myself" | "i")
    );
    let before = at.checked_sub(1).map_or("", |before| text_at(tokens, before));
    let me_first = before_is_me(tokens, at);
    let accompanied = matches!(before, "avec" | "with") && colleague(text_at(tokens, after.saturating_sub(1)));
    let own = matches!(text_at(tokens, at), "mes" | "mon" | "ma" | "my" | "un" | "une" | "a" | "two")
        || tokens[at].value().is_some();
    if !(own && (with_me || me_first || accompanied)) || is_situation(&tokens[sentence_start(tokens, at)..at]) {
        return None;
    }
    let end = if with_me { after + 2 } else { after };
    Some((people(others + 1.0)?, at..end))
}

fn before_is_me(tokens: &[Token], at: usize) -> bool {
    let Some(joiner) = at.checked_sub(1) else { return false };
    let me = joiner.checked_sub(1).map_or("", |me| text_at(tokens, me));
    matches!(text_at(tokens, joiner), "et" | "and" | "plus" | "+" | "avec") && matches!(me, "moi" | "me" | "myself")
}

/// « mes 3 collègues », « une collègue », « mon chef »: how many, and where they end.
fn companions(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let possessive = matches!(text_at(tokens, at), "mes" | "mon" | "ma" | "my" | "nos" | "our");
    let counted = at + usize::from(possessive);
    let (others, noun) = match value_at(tokens, counted) {
        Some(value) => (value, counted + 1),
        None if matches!(text_at(tokens, at), "mon" | "ma" | "my") => (1.0, counted),
        None => return None,
    };
    let noun =
        noun + usize::from(matches!(text_at(tokens, noun), "autre" | "autres" | "other" | "de" | "d" | "jeunes"));
    let end = match is_person(text_at(tokens, noun)) {
        true => noun + 1,
        false if tokens.get(noun).is_some_and(|token| matches!(token.text.as_str(), "et" | "and")) => noun,
        false => return None,
    };
    Some((others, end))
}

fn colleague(noun: &str) -> bool {
    [
        "colleg",
        "coleg",
        "colleague",
        "collab",
        "stagiaire",
        "apprenti",
        "binome",
        "chef",
        "coworker",
        "adjoint",
        "alternant",
        "camarade",
    ]
    .iter()
    .any(|stem| noun.starts_with(stem))
}

static OURSELVES: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "on|onest est|sera|serait|etait|serons|va etre? environ|a|peu|pres|max|maxi|que|plus|deja|seulement|bien|au|moins|entre? de?",
        "on n est|sera plus? que",
        "nous ne? sommes|serons|serions|etions environ|que|plus|deja|seulement? que?",
        "on|nous etre",
        "we are|re|will|ll|would be? about|around|only|just?",
        "there are|will|ll|s be? only|just|about?",
        "nous|vous sommes au nombre de",
        "soyons|serons|etre a?",
    ])
});

/// « on est 8 », « nous sommes douze », « à nous trois », "the four of us".
fn ourselves(tokens: &[Token], at: usize) -> Option<Group> {
    let value = value_at(tokens, at)?;
    let end = at + 1;
    let after = text_at(tokens, end);
    let of_us = matches!((after, text_at(tokens, end + 1)), ("of", "us"));
    let we = matches!(text_at(tokens, at.checked_sub(1)?), "nous" | "us") && goes_on(tokens, end);
    let counted = OURSELVES.before(tokens, at).is_some() && (goes_on(tokens, end) || is_person(after));
    let said = of_us || (we && value <= 50.0) || counted;
    (said && !is_unit(after)).then(|| people(value)).flatten().map(|people| (people, at..end))
}

static GROUP: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "equipe|equipes|groupe|reseau|panel|collectif|promotion|promo|comite|bureau|service|noyau|collegue|brigade|unite|pole|communaute|team|group|panel|network|staff|crew projet|dur|soudee|reduite|restreint|entiere? d|de|of|a",
        "atelier|reunion|seance|seminaire|session|workshop|meeting a|avec|pour|with|for|of|de",
    ])
});

/// Words that bring a group together: « avec », « réunir », « former » …
static GATHERING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "avec|with|reunir|rassembler|inviter|mobiliser|former|embarquer|interroger|interviewer|rencontrer|impliquer|associer|convier|asseoir|enfermer|engager|gather|invite|interview|bring|involve|train|convene que|jusqu|a|les|mes|nos|environ|about|around|entre|up|to|ces|together?",
        "faire travailler|participer|cogiter|reflechir|bosser|produire|parler|echanger|dialoguer|debattre|collaborer les|mes|nos|environ|ces?",
        "j|je|on|nous n? ai|a|avons|aurai|aura|aurons que|qu|deja|seulement|environ?",
        "i|we ve? only? have|got about|only?",
        "seulement|only|juste",
    ])
});

/// « 12 personnes », « à 9 », « équipe de 4 », « entre 10 et 15 participants ».
fn counted(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let value = value_at(tokens, at)?;
    let people = people(value)?;
    let after = at + 1;
    if is_unit(text_at(tokens, after)) || tokens[at].text == "un" || tokens[at].text == "une" {
        return None;
    }
    let noun = noun_end(tokens, after);
    let end = noun.unwrap_or(after);
    let stops = goes_on(tokens, after) || noun.is_some();
    let tie = Tie::new(tokens, at..end, means);
    let told = tie.told();
    if stops && !told && value >= 2.0 && (at_number(tokens, at) || GROUP.before(tokens, at).is_some()) {
        return Some((people, at..end));
    }
    let end = noun?;
    if acts(tokens, end)
        || (told
            && !GATHERING
                .before(tokens, at)
                .is_some_and(|start| !is_situation(&tokens[sentence_start(tokens, start)..start])))
    {
        return None;
    }
    let taking_part = text_at(tokens, end - 1).starts_with("participant");
    (taking_part
        || GATHERING.before(tokens, at).is_some()
        || tie.bare()
        || GATHERED_FOR.before(tokens, at).is_some() && tie.wished())
    .then_some((people, at..end))
}

static GATHERED_FOR: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "pour|pr|entre|chez|a|for|among|de|d|avec|of environ|mes|nos|les|about|these?",
        "animer|faire|lancer|que|faut|faudrait|besoin|want|need|get",
    ])
});

/// « à deux », « a 9 » at the head of a part or after a verb: not « grâce à deux ».
fn at_number(tokens: &[Token], at: usize) -> bool {
    let Some(a) = at.checked_sub(1) else { return false };
    let before = a.checked_sub(1).map_or("", |before| text_at(tokens, before));
    let figure_of_speech = matches!(
        before,
        "grace"
            | "face"
            | "quant"
            | "jusqu"
            | "suite"
            | "egal"
            | "proche"
            | "rapport"
            | "limite"
            | "rendez"
            | "vous"
            | "ouvre"
            | "ferme"
            | "commence"
            | "debute"
            | "lundi"
            | "mardi"
            | "mercredi"
            | "jeudi"
            | "vendredi"
            | "samedi"
            | "demain"
            | "page"
            | "de"
    );
    text_at(tokens, a) == "a" && !figure_of_speech && before_is_no_number(tokens, a)
}

fn before_is_no_number(tokens: &[Token], a: usize) -> bool {
    a.checked_sub(1).is_none_or(|before| value_at(tokens, before).is_none())
}

/// After a size without a noun: the end, a mark, or a word that begins something else.
fn goes_on(tokens: &[Token], at: usize) -> bool {
    const ELSE: &[&str] = &[
        "pour",
        "pr",
        "a",
        "au",
        "aux",
        "en",
        "sur",
        "dans",
        "ds",
        "sans",
        "avec",
        "autour",
        "max",
        "maxi",
        "maximum",
        "et",
        "ou",
        "mais",
        "pas",
        "dont",
        "plus",
        "chacun",
        "ensemble",
        "seulement",
        "tout",
        "tous",
        "toutes",
        "on",
        "nous",
        "je",
        "finalement",
        "maintenant",
        "environ",
        "par",
        "the",
        "for",
        "to",
        "in",
        "with",
        "people",
        "of",
        "and",
        "but",
        "not",
        "at",
        "on",
        "online",
        "remotely",
        "budget",
        "zero",
        "moi",
        "compris",
        "comprise",
        "une",
        "un",
        "qui",
        "que",
        "demi",
        "minimum",
        "peut",
        "ici",
        "y",
        "cette",
        "ce",
        "around",
        "visio",
        "grand",
        "petit",
        "gros",
        "debutants",
        "d",
        "de",
        "s",
        "si",
        "car",
        "donc",
        "l",
        "la",
        "le",
    ];
    tokens.get(at).is_none_or(|token| token.is_mark() || token.value().is_some() || ELSE.contains(&token.text.as_str()))
}

/// A unit of something else than people.
fn is_unit(word: &str) -> bool {
    const UNITS: &[&str] = &[
        "h",
        "heure",
        "heures",
        "min",
        "mn",
        "minute",
        "minutes",
        "jour",
        "jours",
        "j",
        "journee",
        "journees",
        "semaine",
        "semaines",
        "sem",
        "mois",
        "an",
        "ans",
        "annee",
        "annees",
        "€",
        "euro",
        "euros",
        "k",
        "km",
        "m",
        "%",
        "°",
        "demi",
        "demie",
        "matinee",
        "matinees",
        "hour",
        "hours",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
        "fois",
        "times",
        "/",
        "apres",
        "quart",
        "quarts",
        "half",
        "morning",
        "afternoon",
    ];
    UNITS.contains(&word)
}

/// Where a counted group ends: « personnes », « chefs de service », « élus et agents », « nouveaux agents ».
fn noun_end(tokens: &[Token], at: usize) -> Option<usize> {
    let adjective = |word: &str| {
        matches!(
            word,
            "autres"
                | "other"
                | "nouveaux"
                | "nouvelles"
                | "nouvel"
                | "jeunes"
                | "futurs"
                | "futures"
                | "new"
                | "young"
                | "senior"
                | "anciens"
                | "petits"
                | "vrais"
                | "vraies"
                | "simples"
                | "de"
                | "d"
                | "bons"
                | "bonnes"
        )
    };
    let noun = at + usize::from(adjective(text_at(tokens, at)));
    is_person(text_at(tokens, noun)).then_some(noun + 1)
}

/// The people act, or are counted by the day: a situation.
fn acts(tokens: &[Token], end: usize) -> bool {
    let word = text_at(tokens, end);
    let verb = (word.ends_with("ent") && word.len() > 5)
        || matches!(
            word,
            "sont"
                | "ont"
                | "vont"
                | "font"
                | "ne"
                | "n"
                | "se"
                | "s"
                | "qui"
                | "sur"
                | "are"
                | "were"
                | "have"
                | "who"
                | "a"
                | "y"
                | "me"
                | "absents"
                | "malades"
                | "that"
                | "l"
                | "les"
                | "nous"
        );
    let per = matches!(
        (word, text_at(tokens, end + 1)),
        ("par" | "per" | "chaque" | "/" | "a", _) | ("en", "arret" | "conge" | "moins" | "retard" | "attente")
    );
    let _ = part_end(tokens, end);
    verb && word != "a" || per
}

/// Nouns for people, by their beginning.
fn is_person(word: &str) -> bool {
    const STEMS: &[&str] = &[
        "personne",
        "pers",
        "gens",
        "agent",
        "colleg",
        "coleg",
        "colleague",
        "coworker",
        "participant",
        "elu",
        "volontaire",
        "volunteer",
        "chef",
        "cadre",
        "manager",
        "encadrant",
        "directeur",
        "directrice",
        "responsable",
        "referent",
        "benevole",
        "stagiaire",
        "apprenti",
        "animateur",
        "animatrice",
        "facilitat",
        "developpeu",
        "designer",
        "formateur",
        "formatrice",
        "expert",
        "habitant",
        "usager",
        "citoyen",
        "citizen",
        "resident",
        "people",
        "person",
        "newcomer",
        "user",
        "staff",
        "employee",
        "employe",
        "salarie",
        "collaborat",
        "partenaire",
        "partner",
        "acteur",
        "patient",
        "soignant",
        "infirmier",
        "infirmiere",
        "medecin",
        "aide",
        "aidant",
        "parent",
        "eleve",
        "student",
        "etudiant",
        "enseignant",
        "prof",
        "teacher",
        "professeur",
        "jeune",
        "senior",
        "retraite",
        "famille",
        "allocataire",
        "beneficiaire",
        "administre",
        "demandeur",
        "chercheur",
        "representant",
        "delegue",
        "membre",
        "member",
        "secretaire",
        "gestionnaire",
        "technicien",
        "ingenieur",
        "instructeur",
        "conseiller",
        "conseillere",
        "conseil",
        "travailleu",
        "assistant",
        "adjoint",
        "maire",
        "prefet",
        "policier",
        "gendarme",
        "pompier",
        "magistrat",
        "greffier",
        "juriste",
        "documentaliste",
        "bibliothecaire",
        "archiviste",
        "bureau",
        "participante",
        "invite",
        "guest",
        "attendee",
        "head",
        "officer",
        "clerk",
        "civil",
        "visiteu",
        "commercant",
        "artisan",
        "agricult",
        "dirigeant",
        "nouveau",
        "arrivant",
        "recrue",
        "testeu",
        "tester",
        "copain",
        "copine",
        "gars",
        "filles",
        "femmes",
        "hommes",
        "women",
        "men",
        "pax",
        "p",
        "ambassadeur",
        "correspondant",
        "chargé",
        "charge",
        "contributeur",
        "manageu",
        "manageur",
        "doctorant",
        "interne",
        "nurse",
        "doctor",
        "trainee",
        "intern",
        "leader",
        "director",
        "colleague",
        "auditeur",
        "inspecteur",
        "controleur",
        "intervenant",
        "relais",
        "pilote",
        "mediateur",
        "mediatrice",
        "educateur",
        "educatrice",
        "coordinat",
    ];
    const EXCEPT: &[&str] = &[
        "personnel",
        "personnelle",
        "personnelles",
        "personnels",
        "bureautique",
        "bureaux",
        "bureau",
        "aides",
        "chargement",
        "conseils",
        "projet",
        "prof",
        "retraites",
        "conseil",
        "parentheses",
        "maires",
    ];
    if matches!(word, "p" | "gens" | "prof" | "profs" | "maires" | "retraites" | "pax") {
        return true;
    }
    word.len() >= 3 && !EXCEPT.contains(&word) && STEMS.iter().any(|stem| stem.len() > 1 && word.starts_with(stem))
}
