//! At a distance, or all in one place.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::{Tie, is_situation};
use super::patterns::Patterns;
use super::tokens::{Token, part_start, sentence_start, tokens};

/// Whether the agent states that the group works at a distance, and where.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<(bool, Range<usize>)> {
    if MIXED.within(tokens) {
        return None;
    }
    let remote = REMOTE
        .all(tokens)
        .find(|range| {
            !NOT_GROUP.within(&tokens[part_start(tokens, range.start)..range.start]) && !served(tokens, range)
        })
        .or_else(|| {
            PHONE.all(tokens).find(|range| {
                let tie = Tie::new(tokens, range.clone(), means);
                (tie.bare() || tie.wished() || WORKED.before(tokens, range.start).is_some())
                    && !served(tokens, range)
                    && !NOT_GROUP.within(&tokens[part_start(tokens, range.start)..range.start])
            })
        });
    let together = TOGETHER
        .all(tokens)
        .find(|range| {
            !is_situation(&tokens[sentence_start(tokens, range.start)..range.start])
                && ELSEWHERE.at(tokens, range.end).is_none()
        })
        .or_else(|| HERE.all(tokens).find(|range| !means.is_empty() && part_start(tokens, range.start) == range.start));
    match (remote, together) {
        (Some(range), None) => Some((true, range)),
        (None, Some(range)) => Some((false, range)),
        _ => None,
    }
}

/// An answer to « à distance ou sur place ? ».
pub fn answered(text: &str) -> Option<bool> {
    let tokens = tokens(text);
    if MIXED.within(&tokens) {
        return None;
    }
    match (SHORT_REMOTE.within(&tokens), SHORT_TOGETHER.within(&tokens)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

static MIXED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "hybride|hybrides|hybrid|comodal|bimodal|mixte",
        "moitie . moitie",
        "moitie . . moitie",
        "les deux",
        "both",
        "half . half",
        "un peu des deux",
        "l un ou l autre",
        "either",
    ])
});

static SHORT_REMOTE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "visio*|viso|distance|distanciel|remote|remotely|online|teams|zoom|telephone|tel|teletravail|webconf*|ligne|video|phone|jitsi|webex",
    ])
});
static SHORT_TOGETHER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "place|presentiel|salle|site|locaux|ensemble|reunis|reunies|physique|physiquement|bureau|together|person|room|presence|onsite",
        "meme lieu|endroit|piece",
        "face to|a face",
        "en vrai|vrai|presence",
    ])
});

static REMOTE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "a distance",
        "en|par visio|visioconf|visioconference|viso",
        "en|tout? distanciel",
        "< visio|visioconference|distanciel|remote|online >",
        "en audio|web? conf|conference",
        "sur|via|en|par|on|over|by teams|zoom|webex|jitsi|tchap|webconf|webconference|visioagents|video",
        "on|nous|tous|toutes|je|equipe sommes|est|suis|serons|sera? tous|toutes? en? teletravail",
        "< en? teletravail >",
        "atelier|ateliers|reunion|reunions|seance|seances|session|travailler|reunir|echanger|bosser|collaborer|brainstorming|animer|entretiens|atelier en ligne",
        "< en ligne >",
        "remotely",
        "video call|calls|conference",
        "online workshop|meeting|session",
        "meet|meeting|workshop|work|session|all|fully online|remote",
        "remote workshop|meeting|session|team",
    ])
});

static PHONE: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["au|par telephone|tel", "by|over|on the? phone"]));

static WORKED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["entretien|entretiens|reunion|atelier|interroger|echanger|echange|interviews|call", "#"])
});

/// « les démarches à distance », « l'accueil à distance »: how a service is given, not how the group works.
static SERVED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "service|services|accueil|demarche|demarches|consultation|consultations|soin|soins|cours|vente|guichet|enseignement|inscription|inscriptions|accompagnement|suivi|aide|medecine|rendez vous|rdv|paiement|tenir|garder|mettre|maintenir|commande|controle|surveillance|apprentissage|tenus|tenu|vote|acces|management|managers|manager|encadrement|permanence|permanences|demande|demandes|prise de rdv",
    ])
});

static NOT_GROUP: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "usagers|usager|ils|elles|gens|habitants|patients|familles|parents|allocataires|administres|beaucoup|monde|citoyens|demandeurs|users|they|citizens|public|accueil|appellent|appels|clients|contribuables",
    ])
});

fn served(tokens: &[Token], range: &Range<usize>) -> bool {
    SERVED.before(tokens, range.start).is_some()
}

static TOGETHER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "sur place",
        "en presentiel|presence",
        "< presentiel|presentiels >",
        "en salle",
        "sur|on site",
        "onsite",
        "dans nos|notre|une|la|les meme? locaux|salle|bureaux|piece",
        "tous|toutes reunis|reunies",
        "in person",
        "face to face",
        "in the same room",
        "in our|a office|offices|premises|room|building",
        "autour d une? table",
        "en face a face",
    ])
});

/// « en salle d'attente », « sur site internet ».
static ELSEWHERE: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["d attente", "de|des|du .", "internet|web", "d . "]));

static HERE: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["ici au|a|aux|dans|chez|meme|en|>", "here at|in|>"]));
