//! Words that bind a quantity to the agent's own project, and words that bind it to the situation described.

use std::ops::Range;
use std::sync::LazyLock;

use super::patterns::Patterns;
use super::tokens::{Token, part_start, sentence_start, text_at};

/// « nous n'avons que », « je dispose de »: whoever writes has what follows.
static OWNING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "j|je n? ai|avais|aurai|aurais pas?",
        "jai|ja|g|jaurai|jorai",
        "on n? a|aura|aurait|avait pas?",
        "on a|aura droit a",
        "moi avons|ai",
        "il nous|me|m faut|faudrait|faudra",
        "nous n? avons|aurons|aurions|avions pas?",
        "je|on|nous|qui ne? dispose|disposons|disposerai|disposera|disposerons que? de|d?",
        "disposons|dispose|disposant de|d",
        "< il|y? reste",
        "il|y? ne? me|m|nous|lui reste",
        "me|m|nous|lui a|avait? donne|laisse|accorde|octroie|octroye|prete|offre|bloque|confie|reserve|alloue|degage|libere|concede|autorise|fixe|paie|paye",
        "nous|m est|sont|sera|seront prete*|reserve*|ouvert*|laisse*|confie*|alloue*|accorde*|attribue*",
        "proteger|protege|detacher|detache|immobiliser|mobiliser|reunir|reunit|reunis|rassembler|liberer|libere",
        "prefet|directeur|directrice|chef|cheffe|maire|cabinet|ministre|patron a donne|laisse|accorde",
        "ai|avons|a|avoir|aurai|aurons|aura bloque|prevu|reserve|obtenu|cale|trouve",
        "bloque|bloquee|reserve|reservee|bloquer|reserver|prevoir|prevoit|prevoyons|prevu|consacrer|consacre|caler|degager|liberer|allouer",
        "occuper|tenir|remplir|animer|durer tout|toute?",
        "y consacrer|mettre|passer|consacre",
        "avec|dispo|dispos|disponible|disponibles|reunis|reunies",
        "tenir|tienne|tient|faire|fasse|faisable|boucler|regler|boucle en|dans|sur",
        "i|we|ve only? have|got|had only? just?",
        "given|using|allocate|spare",
    ])
});

/// Verbs that hold people or a place, for the time said after them.
static HOLDING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "j|on|nous n? ai|a|avons|aurai|aura|aurons que|qu?",
        "me|m|nous|lui a? prete|laisse|confie|ouvre|reserve|offre|bloque|preter|laisser",
        "reunir|reunit|reunis|rassembler|mobiliser|immobiliser|detacher|detache|liberer|libere|asseoir|enfermer|bloquer|reserver|emmener|reunissons|accueillir|occuper",
        "i|we ve? have|got|book|booked",
        "gather|take|lend|lends|book|borrow",
    ])
});

/// What opens the object of such a verb: « la salle », « les sept gardiens », « ses trois techniciens ».
static OBJECT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "la|le|l|les|notre|nos|mes|ses|leur|leurs|ce|cette|ces|the|our|my|#",
        "un|une salle|local|lieu|gymnase|hall|amphi*",
    ])
});

/// Between an object and a duration they make the duration something else.
static NO_OBJECT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["qui|que|qu|dont|who|that|which|en|depuis|dans|apres|avant|chaque|toutes", "de|d|of|a|vers|plus >"])
});

/// Words of measure between a cue and its quantity.
static MEASURE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "en|pendant|durant|pour|pr|sur|ds|dans|in|for|over|during|within|under",
        "juste|seulement|uniquement|just|only|que|qu|about|around|roughly|peine|barely|meme",
        "environ|env|grosso|modo|disons|maybe|perhaps|soit|genre|presque|quasi|quasiment|peut|etre",
        "a peu pres",
        "max|maxi|maximum|grand maximum?",
        "tout? au plus|max|maximum",
        "at most",
        "up to",
        "a peine",
        "pas? plus|moins de|d|qu|que?",
        "no|not more than",
        "less than",
        "en tout",
        "et|and|mais|but|donc|alors|ou|avec|with|la|le|l|les|cette|ce|the|ici|dispo|temps|time|duree|duration|delai|creneau|a|an|small|petit|petite|d|de",
        "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain|matin|soir|monday|tuesday|wednesday|thursday|friday",
        "euh|bon|voila|ben|bah|deja|total|tout|toute|all",
    ])
});

static NEED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "voudr*|veux|veut|veu|veulent|voulons|aimer*|souhait*|cherche*|dois|doit|doi|devons|doivent|compte|comptons|prevoi*|prevoyons|propos*",
        "demande|demandent|besoin|faut|fo|faudrait|faudra|comment|commen|coment|possible|objectif|idee|envie|reve",
        "peut|puis|peux on|je",
        "on|je|nous peut|peux|pouvons",
        "organiser|animer|preparer|prevoir|lancer|monter|mener|faciliter|reunir|tester|trouver|choisir|construire|produire|imaginer|creer|rediger|decider|partager|definir|prioriser|lister|cadrer|faire",
        "have|has|got to",
        "want|need|wants|needs|would|how|could|should|must|can|let|help|looking|trying|plan|planning|run|running|organise|organize|design",
    ])
});

/// Verbs of the situation: what lasts, waits, costs or goes by is not ours to spend.
static SITUATION: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "dure|durent|durait|duraient|attend|attendent|attendons|attendait|attendaient|attendre|attendu|suivi|suivie|attente|patiente|patientent|pris|mis",
        "met|mets|mettent|mettait|mettons|prend|prennent|prenait|perd|perds|perdent|perdons|perdait|perdu|passe|passent|passait|passons|coute|coutent|coutait",
        "restent|restait|meurt|meurent|partent|part|arrive|arrivent|ouvre|ouvrent|ferme|ferment|repond|repondent|traite|traitent|retard|delais",
        "tourne|tournent|revient|reviennent|recommence|disparait|disparaissent|tombe|tombent|explose|oublie|oublient|stagne|traine|trainent|augmente|augmentent",
        "recoit|recoivent|accueille|accueillent|depense|depensent|ferme|quitte|quittent|quitte|finance|gere|gerent|represente",
        "faut attendre|compter|patienter",
        "delai|delais|temps d|de attente|traitement|reponse",
        "waits|wait|waiting|waited|lasts|lasted|lasting|takes|took|lose|loses|losing|costs|cost|spent|spends|queue|queues|queuing|delay|late|stay|stays|receive|receives|since",
        "ils|elles|they|he|she",
    ])
});

/// « une ferme », « une garde »: the same letters as a verb, after an article.
fn is_noun(tokens: &[Token], at: usize) -> bool {
    let article = at.checked_sub(1).map_or("", |before| text_at(tokens, before));
    matches!(text_at(tokens, at), "ferme" | "part" | "finance") && matches!(article, "une" | "la" | "cette" | "notre")
}

pub fn is_situation(tokens: &[Token]) -> bool {
    SITUATION.all(tokens).any(|range| !is_noun(tokens, range.start))
}

/// Where the words of measure before a quantity begin: « pas plus de | deux heures ».
pub fn skip_measure(tokens: &[Token], end: usize) -> usize {
    let mut start = end;
    while let Some(before) = MEASURE.before(tokens, start) {
        start = before;
    }
    start
}

/// How a quantity is tied to what stands around it.
pub struct Tie<'a> {
    tokens: &'a [Token],
    quantity: Range<usize>,
    /// Means already found: a quantity that follows one is part of a list of means.
    stated: &'a [Range<usize>],
}

impl<'a> Tie<'a> {
    pub fn new(tokens: &'a [Token], quantity: Range<usize>, stated: &'a [Range<usize>]) -> Self {
        Self { tokens, quantity, stated }
    }

    /// « on a », « je dispose de » … just before it, words of measure aside.
    pub fn owned(&self) -> bool {
        (skip_measure(self.tokens, self.quantity.start)..=self.quantity.start)
            .any(|end| OWNING.before(self.tokens, end).is_some())
    }

    /// « j'ai la salle deux heures », « réunir les sept gardiens une heure »: had along with something else.
    pub fn held(&self) -> bool {
        let start = skip_measure(self.tokens, self.quantity.start);
        let before = &self.tokens[part_start(self.tokens, start)..start];
        let held = HOLDING.all(before).last().map(|verb| &before[verb.end..]);
        held.is_some_and(|object| {
            (2..=8).contains(&object.len())
                && OBJECT.at(object, 0).is_some()
                && !NO_OBJECT.within(object)
                && !is_situation(object)
        })
    }

    /// « cinq directions pendant une heure »: it measures what a mean just before it says.
    pub fn measures(&self) -> bool {
        let before = self.quantity.start.checked_sub(1).map_or("", |before| text_at(self.tokens, before));
        let part = part_start(self.tokens, self.quantity.start);
        let beside = |range: &Range<usize>| range.start >= part && range.end < self.quantity.start;
        matches!(before, "pendant" | "durant" | "for" | "pdt")
            && self.stated.iter().any(beside)
            && !is_situation(&self.tokens[part..self.quantity.start])
    }

    /// It opens its part of the sentence, or follows another mean.
    pub fn bare(&self) -> bool {
        let start = skip_measure(self.tokens, self.quantity.start);
        // « et deux jours » goes on a list that has begun.
        let joins = |at: usize| !self.stated.is_empty() && matches!(text_at(self.tokens, at), "et" | "and");
        let opens = |at: usize| at == part_start(self.tokens, at) || self.stated.iter().any(|range| range.end == at);
        (start..=self.quantity.start).any(|at| opens(at) || joins(at)) && !self.told()
    }

    /// It belongs to a list of means, not to a story that begins with a number.
    pub fn listed(&self) -> bool {
        self.bare() && !self.stated.is_empty()
    }

    /// The sentence so far, from the last mean on, tells of a situation.
    pub fn told(&self) -> bool {
        let start = sentence_start(self.tokens, self.quantity.start);
        let earlier = self.stated.iter().map(|range| range.end).filter(|end| *end <= self.quantity.start);
        is_situation(&self.tokens[earlier.max().map_or(start, |end| end.max(start))..self.quantity.start])
    }

    pub fn stated(&self) -> &'a [Range<usize>] {
        self.stated
    }

    /// A wish or a task precedes it in the sentence, and nothing of the situation stands between.
    pub fn wished(&self) -> bool {
        let before = &self.tokens[sentence_start(self.tokens, self.quantity.start)..self.quantity.start];
        // « 250 agents à consulter en un mois »: a task among means.
        let task = !self.stated.is_empty()
            && before.windows(2).any(|pair| pair[0].text == "a" && is_infinitive(&pair[1].text));
        match NEED.all(before).last() {
            Some(need) => !is_situation(&before[need.end..]),
            None => (task || before.first().is_some_and(|first| is_infinitive(&first.text))) && !is_situation(before),
        }
    }
}

/// French infinitives by their ending: good enough for the first word of a request, once « atelier » and « notre » are out.
fn is_infinitive(word: &str) -> bool {
    const ENDINGS: [&str; 8] = ["er", "ir", "oir", "endre", "ondre", "ettre", "ire", "ivre"];
    word.len() >= 5 && !word.ends_with("ier") && ENDINGS.iter().any(|ending| word.ends_with(ending))
}
