//! Words that bring people together, or count them as a group.

use std::sync::LazyLock;

use super::super::patterns::{Patterns, Words, words};

pub static GROUP: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "equipe|groupe|conseil|reseau|panel|collectif|promotion|promo|comite|bureau|service|noyau|brigade|unite|pole|communaute|team|group|network|staff|crew|salle|amphi|assemblee|bande|tablee projet|dur|soudee|reduite|restreint|dediee|entiere|citoyen|citoyenne|consultatif? d|de|of|a",
        "equipe|groupe|noyau|bande|collectif|team|group . .? .? de|d|of",
        "groupe de travail|projet|parole|pilotage|pairs de|d",
        "atelier|reunion|seance|seminaire|session|workshop|meeting a|avec|pour|with|for|of|de",
    ])
});

/// Words that bring a group together: « avec », « réunir », « former » …
pub static GATHERING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "avec|with|reunir|rassembler|inviter|mobiliser|former|embarquer|interroger|interviewer|rencontrer|impliquer|associer|convier|asseoir|enfermer|engager|detendre|gather|invite|interview|bring|involve|train|convene que|a|les|mes|nos|environ|about|around|ces|together?",
        "reunis|reunit|reunissons|rassemble|rassemblons|invite|invitons|forme|formons|emmene|emmenons|emmener|prendre|liberer|detacher|detache|immobiliser|degager|proteger|take|taking les|mes|nos|ses|ces|leurs|environ|about|the|my?",
        "ouvre|ouvrira|demarre|demarrera|fonctionne|fonctionnera|tourne|tournera avec environ|seulement?",
        "compter|compte|comptons sur les|mes|environ?",
        "up to",
        "jusqu a",
        "l? ensemble des|de",
        "tous|toutes les|mes|nos",
        "autour d|de la|une? table",
        "on|nous|j attend|attendons|attends",
        "lead|host|facilitate|encadrer|accompagner|occuper|motiver|animer",
        "animer|engager une|un salle|groupe|reunion|atelier de",
        "faire|fair travailler|parle|participer|cogiter|reflechir|bosser|produire|parler|echanger|dialoguer|debattre|collaborer|asseoir|voter les|mes|nos|environ|ces?",
        "j|je|on|nous n? ai|a|avons|aurai|aura|aurons que|qu|deja|seulement|environ?",
        "dispose|disposons de|d",
        "i|we ve? only? have|got about|only?",
        "seulement|only|juste",
    ])
});

pub static FOR: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["pour|pr|for"]));

/// Weaker: they count only with a wish before them.
pub static GATHERED_FOR: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "pour|pr|entre|chez|a|for|among|avec|par|by|que|mes|nos|les|about|animer|faire|lancer|faut|faudrait|besoin|want|need|get|voudrais|veux|voulons|voudrions|aimerais environ|mes|nos|les|de|these?",
    ])
});

/// Verbs and nouns of those who question many: what follows is a panel.
pub static SURVEY: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "chiffrer|mesurer|sonder|interroger|questionner|enqueter|recenser|consulter|connaitre|comprendre|quantifier|evaluer|sondage|enquete|questionnaire|consultation|survey|poll|measure|percentages|statistics|questionnaires",
    ])
});

/// Services and towns are people once they sit together.
pub static MET: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "autour d|de|du la|une? table?",
        "reunis|reunies|ensemble|representes|representees|presentes|presents",
        "around a|the|one table",
        "in a|the|one room",
    ])
});

/// After these words « à deux » is no size of group.
pub static SPEECH: Words = LazyLock::new(|| {
    words(
        "grace face quant jusqu suite egal proche rapport limite vous ouvre ferme commence debute lundi mardi \
     mercredi jeudi vendredi samedi demain page de en il elle on qui y n chacun chacune ca cela personne passe \
     passes article reduit finit fini horizon contrastees",
    )
});
