//! A group that works at a distance.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::cues::{Tie, is_situation};
use super::super::patterns::Patterns;
use super::super::tokens::{Token, part_start, sentence_start};

/// Where the text says that the group works at a distance.
pub fn remote(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let ours = |range: &Range<usize>| {
        let before = &tokens[part_start(tokens, range.start)..range.start];
        !SERVED.within(before)
            && !PUBLIC.within(before)
            && !refused(tokens, range)
            && BYGONE.at(tokens, range.end).is_none()
    };
    let screened = |range: &Range<usize>| {
        let before = &tokens[part_start(tokens, range.start)..range.start];
        !PUBLIC.within(before) && !is_situation(before)
    };
    let asked = |range: &Range<usize>| {
        let before = &tokens[part_start(tokens, range.start)..range.start];
        // « entre consulter par internet et rencontrer »: nothing is settled.
        ASKING.within(before) && !before.iter().any(|token| token.text == "entre")
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
        .or_else(|| ONLINE.all(tokens).find(|range| listed(range) && !refused(tokens, range)))
        .or_else(|| SCREENS.all(tokens).find(|range| screened(range)))
        .or_else(|| INTERNET.all(tokens).find(|range| asked(range)))
        .or_else(|| dispersed(tokens, means))
}

/// « chacun dans sa ville, aucun déplacement possible »: in a list of means.
fn dispersed(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let opens = |range: &Range<usize>| part_start(tokens, range.start) == range.start && !means.is_empty();
    DISPERSED.all(tokens).find(opens)
}

/// « surtout pas en visio », "not online": said of a meeting to be held in one place.
pub fn refused(tokens: &[Token], range: &Range<usize>) -> bool {
    REFUSAL.before(tokens, range.start).is_some()
}

/// Where the text refuses a distance.
pub fn refusal(tokens: &[Token]) -> Option<Range<usize>> {
    let refused = |range: &Range<usize>| refused(tokens, range);
    REMOTE.all(tokens).chain(ONLINE.all(tokens)).find(refused)
}

static REFUSAL: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "surtout|jamais|plutot|mais|et|, pas|non|jamais",
        "< non|pas|not|no|never",
        "not",
        "plutot qu|que",
        "pas question de|d? se? voir|faire|retrouver|reunir?",
        "sans passer? par?",
        "ne|n|veut|veux|voulons|voudrais pas de|d|le|se|la? faire|voir|reunir|tenir|retrouver|mener?",
    ])
});

/// « la réunion à distance a été un désastre »
static BYGONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["n? a|ont|avait ete|dure|echoue|rate|marche", "etait|etaient|fut", "was|were|failed"])
});

/// Verbs that question people: « recueillir l'avis … sur internet ».
static ASKING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "recueillir|consulter|sonder|interroger|questionner|collecter|recolter|concerter|voter|debattre|demander|enqueter|survey|poll|collect|consult",
    ])
});

/// What only those who meet at a distance have.
static SCREENS: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "cameras|webcams|micros coupe*|eteint*|fermee*|ferme|fermes|allume*",
        "cameras|webcams off|on",
        "derriere un|son|leur|leurs|des|nos|mon|les ecran|ecrans",
        "par ecrans|ecran interposes|interpose",
    ])
});

static INTERNET: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["sur|par|via internet|web", "sur|via le web", "on|over|via the? internet|web"]));

static DISPERSED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "chacun|chacune reste? dans|sur|depuis|de son|sa|leur ile|port|ville|commune|site|antenne|agence|ecole|village|pays|prefecture|station|base|departement|region|college|lycee|hopital|maison",
        "chacun|chacune reste? chez soi|lui|elle",
        "chaque . reste? dans|sur|depuis son|sa ile|port|ville|commune|site|antenne|agence|ecole|village|pays|station|base|departement|region",
        "aucun|sans|pas|zero de? deplacement|deplacements|ordre de? mission? possible|possibles|autorise|prevu?",
        "sans se deplacer|reunir|voir",
        "deplacement|deplacements impossible|impossibles|interdit|interdits|exclu|exclus",
        "no travel|travelling",
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
        "heure|heures|h|minutes|min d|de ecran|ecrans|visio|visioconference|distanciel|teams|zoom",
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
