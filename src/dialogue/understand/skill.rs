//! Experience of whoever will run the method.

use std::sync::LazyLock;

use super::patterns::Patterns;
use super::tokens::{Token, tokens};
use crate::knowledge::Skill;

/// The experience that the agent states.
pub fn stated(tokens: &[Token]) -> Option<Skill> {
    let tables = [(&*BEGINNER, Skill::Beginner), (&*INTERMEDIATE, Skill::Intermediate), (&*EXPERT, Skill::Expert)];
    tables.into_iter().find_map(|(phrases, skill)| {
        phrases.all(tokens).any(|range| DENIED.before(tokens, range.start).is_none()).then_some(skill)
    })
}

/// An answer to « avez-vous déjà animé ? ».
pub fn answered(text: &str) -> Option<Skill> {
    let tokens = tokens(text);
    stated(&tokens).or_else(|| {
        let short = [
            (&*SHORT_INTERMEDIATE, Skill::Intermediate),
            (&*SHORT_BEGINNER, Skill::Beginner),
            (&*SHORT_EXPERT, Skill::Expert),
        ];
        short.into_iter().find_map(|(phrases, skill)| phrases.within(&tokens).then_some(skill))
    })
}

static SHORT_BEGINNER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "jamais|jms|never|debutant|debutante|debutants|debutantes|novice|novices|beginner|beginners|aucune|aucun",
        "< non|no|nope|nan|pas|not|rien|none",
        "premiere fois",
        "first time",
    ])
});
static SHORT_INTERMEDIATE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "peu|parfois|rarement|quelques|quelquefois|moyen|moyenne|moyennement|intermediaire|sometimes|some|few|bit|intermediate",
        "une|1|deux|2|trois|3 ou? deux|trois|3? fois",
        "# fois",
        "once|twice",
        "pas|not beaucoup|souvent|trop|much|often|really",
    ])
});
static SHORT_EXPERT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "souvent|regulierement|expert|experte|experts|confirme|confirmee|confirmes|experimente|experimentee|metier|pro|pros|often|regularly|experienced|professional",
        "beaucoup|plein|lots|many|plusieurs",
        "a l aise",
        "tres bien",
    ])
});

/// « sans animateur expert », « aucun expert ».
static DENIED: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["sans|aucun|aucune|pas|ni|no|not|without|non d|de|un|une|a|an?"]));

static BEGINNER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "< debutant*|novice|novices|beginner|beginners|inexperimente*|neophyte*",
        "< en|nous|on|je|pour|groupe|equipe|tous|toutes|etant|et|mais|un|une|grand|grande|total|tres|plutot|complete|all sommes|suis|est|tous|toutes|un|une|de|des|tres|plutot|grands|grandes|total|complete? tous|toutes|un|une|de|des|tres|plutot|total|complets|grands? debutant*|novice|novices|beginner|beginners|inexperimente*|neophyte*",
        "suis|sommes|est|sont|etre|sera|serons|animateur|animatrice|animateurs|facilitateur|facilitatrice|equipe|groupe|collegues|agents|animation|manager|# tous|toutes|un|une|de|des|totalement|completement|tres|plutot|encore|vrais? grand|grands|grande|vrais|parfait|parfaits|complets? debutant*|novice|novices|neophyte*|inexperimente*",
        "debutant|debutante|debutants|debutantes|novice|novices en|dans animation|facilitation|innovation|design|la|dessin",
        "je|j|on|nous|jai n? ai|a|avons? encore? jamais|jms vraiment? anime|facilite|organise|pratique|mene|utilise|conduit|co",
        "je|j|on|nous|jai n? ai|a|avons? encore? jamais|jms . anime|facilite|organise|pratique|mene|utilise|conduit",
        "je|j|on|nous|jai n? ai|a|avons? encore? jamais|jms fait|prepare|utilise|monte ca|cela|sa|ce|d|de|un|une|>",
        "< jamais|jms anime|facilite|organise|pratique",
        "< jamais|jms fait ca|cela|d|de|sa|>",
        "personne|aucun|aucune .? .? .? n a|avait encore? jamais anime|facilite",
        "n ont|a|avons|ai encore? jamais|jms . un|une|de|d|l|la? .? atelier*|maquette*|prototype*|entretien*|enquete*|animation|facilitation|sondage*|cartographie*|seance*|persona*|storyboard*|brainstorming*|exercice",
        "personne|aucun|aucune .? .? .? n a|avait de|d|la|aucune competence|competences|experience|pratique|notion|notions|formation en|de|d|dans|du|>",
        "aucune|pas habitude|pratique|connaissance de|du|d|en",
        "none|nobody|no of|on|here|in? us|the|our|my|them? team|group|staff|service? has|have ever? run|done|led|facilitated|made|built|designed|tried|used",
        "ma|mon|notre toute? premiere|premier fois|animation|atelier|seance|facilitation",
        "premiere|premier fois|animation|atelier|seance|facilitation pour moi|nous",
        "premiere fois que|qu je|j|nous|on",
        "< c est la? une? premiere fois >",
        "aucune|sans|pas|zero|ni|manque d|de|l|en|la|grande? experience|competence|competences|pratique >",
        "aucune|sans|pas|zero d|de? experience en|d|de|dans|particuliere|prealable|du",
        "aucune|sans|pas|zero de|d? competence|competences particuliere|particulieres|en",
        "j|je|on|nous debute|debutons",
        "y connais|connait|connaissons|comprends rien",
        "connais|connait|connaissons rien a|en",
        "jamais ete? forme|formee|formes|formees",
        "never|never run|done|facilitated|led|tried|organised|organized|hosted this|it|one|a|any|such|anything|that",
        "my|our|the|your first time i|we|doing|running|ever|facilitating|leading|>",
        "my|our first workshop|session|facilitation",
        "no|without any? prior|previous|facilitation? experience",
        "i|m|am|we|are|re all|a|total|complete? new to",
        "am|m|are|re a|total|complete|all? total|complete? beginner|beginners|novice|novices|newbie|newbies",
        "< total|complete|all? newbie|newbies",
    ])
});

static INTERMEDIATE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "un peu d|de experience|pratique|bouteille",
        "un peu experimente*|habitue*|rode*|forme*",
        "quelques notions|bases|rudiments|experiences",
        "deja|co anime|facilite|mene|coanime un|une|deux|quelques|plusieurs|des|2|3|trois",
        "j|on|nous ai|a|avons deja? anime|facilite|coanime un|une|deux|trois|quelques|des|plusieurs",
        "j|on|nous|jai ai|a|avons? deja anime|facilite|pratique",
        "niveau intermediaire|moyen",
        "< intermediaire|intermediaires|intermediate >",
        "some|little|bit of? facilitation|workshop? experience",
        "run|led|facilitated a few|couple|handful",
        "run|led|facilitated one|two|several|some workshop|workshops|sessions|before",
    ])
});

static EXPERT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "facilitateur*|facilitatrice*|animateur*|animatrice*|animation|facilitation|equipe|designer*|consultant*|professionnel*|personne|prestataire|coach|groupe|niveau interne|interne|externe|tres|bien|assez? confirme|confirmee|confirmes|confirmees|experimente|experimentee|experimentes|experimentees|professionnel|professionnelle|professionnels|professionnelles|aguerri|aguerrie|aguerris|chevronne|chevronnee|chevronnes|certifie|certifiee|expert|experte|expertes|experts|rodee|rode",
        "suis|sommes une?|un? designer|facilitateur|facilitatrice|coach|ergonome|ux|formateur|formatrice|designeuse|consultant|consultante",
        "nous|on sommes|est tous|toutes|une|des? des? designers|facilitateurs|facilitatrices|coachs|ergonomes|experts|expertes|professionnels|rodes|aguerris|experimentes|confirmes|chevronnes|habitues",
        "suis un|une|tres|plutot? expert|experte|experimente|experimentee|confirme|confirmee|aguerri|aguerrie|chevronne|chevronnee|rode|rodee|habitue|habituee",
        "< expert|experte|experts|expertes|experimente|experimentee|experimentes|experimentees|confirme|confirmee|confirmes|confirmees|aguerris|chevronnes|pros >",
        "# . aguerris|aguerries|chevronnes|chevronnees|experimentes|experimentees|rodes|rodees",
        "equipe|groupe|bande de|d . aguerris|aguerries|chevronnes|chevronnees|experimentes|experimentees|rodes|rodees",
        "equipe|groupe|collegues|agents rompu|rompue|rompus|rompues a|aux",
        "dont c est le metier",
        "quelqu un|une du|de metier",
        "un|une professionnel|professionnelle|pro|specialiste du|de|d l|la? dessin|animation|facilitation|enquete|design|concertation|evaluation|sondage",
        "longue|solide|grosse|grande experience de|d|en|dans|>",
        "beaucoup d experience",
        "annees d experience",
        "designer|facilitateur|facilitatrice de metier|formation|profession",
        "experienced|expert|professional|certified|seasoned|trained facilitator|facilitators|team|designer|designers|coach",
        "i|m|am|we|are|re a|an|all|very service|ux|professional|trained|product? designer|designers|facilitator|facilitators|expert|experts|experienced|coach",
        "are|re|m|am experts|experienced|designers|facilitators",
        "< expert|experts|experienced >",
        "years of experience",
    ])
});
