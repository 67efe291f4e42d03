//! Experience of whoever will run the method.

use std::sync::LazyLock;

use super::patterns::Patterns;
use super::tokens::{Token, tokens};
use crate::knowledge::Skill;

pub fn stated(tokens: &[Token]) -> Option<Skill> {
    [(&*BEGINNER, Skill::Beginner), (&*INTERMEDIATE, Skill::Intermediate), (&*EXPERT, Skill::Expert)]
        .into_iter()
        .find_map(|(phrases, skill)| phrases.within(tokens).then_some(skill))
}

/// An answer to « avez-vous déjà animé ? ».
pub fn answered(text: &str) -> Option<Skill> {
    let tokens = tokens(text);
    stated(&tokens).or_else(|| {
        [
            (&*SHORT_INTERMEDIATE, Skill::Intermediate),
            (&*SHORT_EXPERT, Skill::Expert),
            (&*SHORT_BEGINNER, Skill::Beginner),
        ]
        .into_iter()
        .find_map(|(phrases, skill)| phrases.within(&tokens).then_some(skill))
    })
}

static SHORT_BEGINNER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "jamais|never|debutant|debutante|debutants|debutantes|novice|novices|beginner|beginners|aucune|aucun",
        "< non|no|nope|nan|pas|not",
        "premiere fois",
        "first time",
    ])
});
static SHORT_INTERMEDIATE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "peu|parfois|rarement|quelques|quelquefois|moyen|moyenne|moyennement|intermediaire|sometimes|some|few|bit|intermediate",
        "une|1|deux|2|trois|3 ou? deux|trois? fois",
        "once|twice",
        "pas beaucoup|souvent|trop",
    ])
});
static SHORT_EXPERT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "souvent|regulierement|expert|experte|experts|confirme|confirmee|confirmes|experimente|experimentee|metier|pro|often|regularly|expert|experienced|professional",
        "beaucoup|plein|lots|many",
        "a l aise",
        "tres a? bien?",
    ])
});

static BEGINNER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "< en|nous|on|je|sommes|suis|est|groupe|equipe|tous|toutes|etant|un|une|de|des|grand|grands|grande|grandes|complet|total|tres|plutot|et|mais? tous|toutes|un|une|de|des|tres|plutot? debutant|debutante|debutants|debutantes|novice|novices|beginner|beginners|inexperimente|inexperimentee|inexperimentes",
        "suis|sommes|est|sont|animateur|animatrice|facilitateur|facilitatrice|equipe|groupe|collegues|agents tous|toutes|un|une|de|des|totalement|completement|tres|plutot|encore|vrais? grand|grands|vrais|parfait|parfaits? debutant|debutante|debutants|debutantes|novice|novices|neophyte|neophytes|inexperimente|inexperimentee|inexperimentes",
        "je|j|on|nous n? ai|a|avons encore? jamais . anime|fait|facilite|organise|pratique|mene|utilise|conduit|prepare|co?",
        "je|j|on|nous n? ai|a|avons encore? jamais anime|fait|facilite|organise|pratique|mene|utilise|conduit|prepare",
        "< n? ai? encore? jamais anime|facilite|fait ca|cela|d?",
        "personne n a jamais anime|facilite",
        "ma|mon|notre premiere|premier fois|animation|atelier",
        "c est la? une? premiere fois? pour moi|nous",
        "premiere fois que je|j|nous|on",
        "aucune|sans|pas|zero|nulle d|de|l? experience|competence|competences >",
        "aucune|sans|pas|zero d|de? experience en|d|de|dans|particuliere|prealable|with",
        "je|on|nous debute|debutons",
        "y connais|connait|connaissons rien",
        "connais|connait|connaissons rien a",
        "pas du tout forme|formee|formes",
        "jamais ete forme|formee|formes",
        "never|never run|done|facilitated|led|tried|organised|organized this|it|one|a|any|such?",
        "my|our first time|workshop",
        "no|without any? experience|facilitation",
        "i m|am|we are|re all|a|total|complete? new to",
        "am|m|are|re a|total|complete|all? total|complete? beginner|beginners|novice|novices|newbie|newbies",
        "< total|complete|all? beginner|beginners|novices|newbies",
    ])
});

static INTERMEDIATE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "un peu d|de experience|pratique|bouteille",
        "quelques notions|bases|rudiments|experiences",
        "deja anime|facilite|mene|co anime? un|une|deux|quelques|plusieurs|des|2|3",
        "j|on|nous ai|a|avons deja? anime|facilite un|une|deux|trois|quelques|des|plusieurs",
        "niveau intermediaire|moyen",
        "< intermediaire|intermediaires|intermediate >",
        "some|little|bit experience",
        "some of? facilitation? experience",
        "run|led|facilitated a few|couple",
        "run|led|facilitated one|two|several workshops?",
    ])
});

static EXPERT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "facilitateur|facilitatrice|animateur|animatrice|facilitateurs|facilitatrices|animateurs|equipe confirme|confirmee|confirmes|confirmees|experimente|experimentee|experimentes|professionnel|professionnelle|professionnels|aguerri|aguerrie|aguerris|chevronne|chevronnee|chevronnes|certifie|certifiee|expert|experte|expertes|experts",
        "je|j suis|sommes une?|un? designer|facilitateur|facilitatrice|coach|ergonome|ux|formateur|formatrice|designeuse|consultant|consultante",
        "nous|on sommes|est des|tous|toutes|une? designers|facilitateurs|facilitatrices|coachs|ergonomes|experts|expertes|professionnels|rodes|aguerris|experimentes|confirmes|chevronnes",
        "suis un|une|tres|plutot? expert|experte|experimente|experimentee|confirme|confirmee|aguerri|aguerrie|chevronne|chevronnee|rode|rodee",
        "< expert|experte|experts|expertes|experimente|experimentee|experimentes|experimentees|confirme|confirmee|confirmes|confirmees|aguerris|chevronnes|pros >",
        "groupe|equipe|niveau expert|experte|experts|experimentee|confirme|aguerrie|rodee|chevronnee",
        "longue|solide|grosse|grande|beaucoup|bonne d? experience en|d|de|dans|>",
        "annees d experience",
        "metier de|d facilitateur|facilitatrice|designer",
        "experienced|expert|professional|certified|seasoned facilitator|facilitators|team|designer|designers|coach",
        "i m|am|we are|re a|an|all|very? service|ux|professional|trained|product? designer|designers|facilitator|facilitators|expert|experts|experienced|coach",
        "< expert|experts|experienced >",
        "years of experience",
    ])
});
