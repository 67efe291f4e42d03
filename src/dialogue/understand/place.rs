//! At a distance, or all in one place.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::{Tie, is_situation};
use super::patterns::Patterns;
use super::tokens::{Token, part_start, sentence_start, tokens};

/// Whether the group works at a distance, where the agent states it; « moitié écran moitié salle » is neither.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<(bool, Range<usize>)> {
    if MIXED.within(tokens) {
        return None;
    }
    match (remote(tokens, means), together(tokens, means)) {
        (Some(range), None) => Some((true, range)),
        (None, Some(range)) => Some((false, range)),
        _ => None,
    }
}

/// An answer to « à distance ou sur place ? ».
pub fn answered(text: &str) -> Option<bool> {
    let tokens = tokens(text);
    match (SHORT_REMOTE.within(&tokens), SHORT_TOGETHER.within(&tokens)) {
        _ if MIXED.within(&tokens) => None,
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn remote(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let ours = |range: &Range<usize>| {
        let before = &tokens[part_start(tokens, range.start)..range.start];
        !SERVED.within(before) && !PUBLIC.within(before)
    };
    let tied = |range: &Range<usize>| {
        let tie = Tie::new(tokens, range.clone(), means);
        let channels = CHANNELS.within(&tokens[sentence_start(tokens, range.start)..range.start]);
        !channels && (tie.bare() || tie.wished() || CALLED.before(tokens, range.start).is_some())
    };
    let listed =
        |range: &Range<usize>| Tie::new(tokens, range.clone(), means).bare() && GOES_ON.at(tokens, range.end).is_some();
    REMOTE
        .all(tokens)
        .find(|range| ours(range))
        .or_else(|| PHONE.all(tokens).find(|range| ours(range) && tied(range)))
        .or_else(|| ONLINE.all(tokens).find(|range| listed(range)))
}

fn together(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let told = |range: &Range<usize>| is_situation(&tokens[sentence_start(tokens, range.start)..range.start]);
    let opens = |range: &Range<usize>| !means.is_empty() && part_start(tokens, range.start) == range.start;
    let here = |range: &Range<usize>| {
        !told(range) && ELSEWHERE.at(tokens, range.end).is_none() && NOBODY.before(tokens, range.start).is_none()
    };
    TOGETHER.all(tokens).find(here).or_else(|| HERE.all(tokens).find(opens))
}

static MIXED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "hybride|hybrides|hybrid|comodal|bimodal|mixte",
        "moitie|mi|half . moitie|mi|half",
        "moitie|half . . moitie|half",
        "les deux",
        "both",
        "either",
        "un peu des deux",
        "l un ou l autre",
        "moitie a distance",
        "peu importe",
    ])
});

static SHORT_REMOTE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "visio*|viso|distance|distanciel|remote|remotely|online|teams|zoom|telephone|tel|teletravail|webconf*|ligne|video|phone|jitsi|webex",
    ])
});
static SHORT_TOGETHER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "place|presentiel|salle|site|locaux|ensemble|reunis|reunies|physique|physiquement|bureau|bureaux|together|person|room|presence|onsite",
        "meme lieu|endroit|piece",
        "face to|a face",
        "en vrai",
    ])
});

static REMOTE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "a distance",
        "reunion|atelier|seance|point teams|zoom|webex",
        "en|par|une|reunion|atelier visio|visioconf|visioconference|viso",
        "< visio|visioconference|visioconf|distanciel|remote|online >",
        "en|tout|full distanciel|remote",
        "< teletravail >",
        "< visio|visioconference|visioconf|webinaire de|d|avec|pour|a",
        "en audio|web|video conf|conference",
        "en webconference|webconf|audioconference|audioconf",
        "sur|via|en|par|on|over|by teams|zoom|webex|jitsi|tchap|webconf|webconference|video",
        "on|nous|tous|toutes|je sommes|est|suis|serons|sera? tous|toutes? en teletravail",
        "atelier|ateliers|reunion|reunions|seance|seances|session|travailler|reunir|echanger|bosser|collaborer|brainstorming|animer|entretiens en ligne",
        "uniquement|entierement|exclusivement|totalement en ligne",
        "remotely",
        "video call|calls|conference",
        "online workshop|meeting|session",
        "is|are|be|go|going|run|it remote",
        "remote with|for",
        "meet|meeting|workshop|work|session|all|fully online|remote",
        "remote workshop|meeting|session",
    ])
});

/// They count only where the group is spoken of: agents also answer the telephone all day.
static PHONE: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["au|par telephone|tel", "by|over|on the? phone"]));

static CALLED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["entretien|entretiens|reunion|atelier|interroger|echanger|echange|interviews|call|#"])
});

static CHANNELS: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["courrier|courriers|mail|mails|courriel|guichet|facebook|sms|email|counter"]));

/// They count only in a list of means: « trois heures, en ligne ».
static ONLINE: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["en ligne", "en teletravail", "online"]));

static GOES_ON: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&[">", "avec|pour|pr|a|sans|with|to|for|et|#|on|nous"]));

/// « les démarches à distance », « l'accueil à distance »: how a service is given, not how the group works.
static SERVED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "service|services|accueil|demarche*|consultation*|soin|soins|cours|vente|guichet|enseignement|inscription*|accompagnement|suivi|medecine|rdv|paiement|tenir|garder|mettre|maintenir|commande|controle|surveillance|apprentissage|tenus|tenu|vote|acces|management|managers|manager|encadrement|permanence*|demande*|parloir*|procedure*|diagnostic|pilote|outil|logiciel|portail|site|formulaire|application|teleconsultation*",
        "rendez vous",
        "prise de",
    ])
});

static PUBLIC: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "usagers|usager|ils|elles|gens|habitants|locataires|patients|familles|parents|allocataires|administres|beaucoup|monde|citoyens|demandeurs|they|citizens|public|appellent|appels|clients|contribuables|assures|etudiants|enseignants|eleves",
    ])
});

static TOGETHER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "sur place",
        "en presentiel",
        "en presence >",
        "< presentiel|presentiels >",
        "en salle",
        "sur|on site",
        "onsite",
        "dans nos|notre locaux|bureaux|salle",
        "dans une|la|les meme salle|piece",
        "dans une|la salle",
        "meme salle|piece",
        "tous|toutes reunis|reunies",
        "in person",
        "face to face",
        "in a|the|one|same|our same? room",
        "in our|the|same same? office|offices|premises|building",
        "autour d|de une|la? table",
        "en face a face",
    ])
});

/// « en salle d'attente », « sur site internet ».
static ELSEWHERE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["d attente|accueil", "de|des pause|soins|garde|classe|cours|sport|fetes|bain", "internet|web"])
});

static NOBODY: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["n|pas|jamais est|etre|sommes?", "personne n est", "mettre"]));

static HERE: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["ici au|a|aux|dans|chez|meme|en|>", "here at|in|>"]));
