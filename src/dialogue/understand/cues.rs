//! Words that bind a quantity to the agent's own project, and words that bind it to the situation described.

use std::ops::Range;
use std::sync::LazyLock;

use super::patterns::Patterns;
use super::tokens::{Token, part_start, sentence_start};

/// « nous n'avons que », « je dispose de »: whoever writes has what follows.
static OWNING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "j|je n? ai|avais|aurai|aurais pas?",
        "on n? a|aura|aurait|avait pas? droit? a?",
        "nous n? avons|aurons|aurions|avions pas?",
        "je|on|nous ne? dispose|disposons|disposerai|disposera|disposerons que? de|d",
        "disposant de|d",
        "il|y? ne? me|m|nous reste",
        "on me|m|nous donne|laisse|accorde|octroie",
        "on|me|m|nous a donne|accorde|laisse|octroye",
        "ai|avons|a|avoir|aurai|aurons|aura bloque|prevu|reserve|obtenu|cale|trouve",
        "bloque|bloquer|reserver|prevoir|prevoit|prevoyons|consacrer|caler|degager",
        "y mettre|passer",
        "avec|dispo|dispos|disponible|disponibles",
        "tenir|tienne|tient|faire|faisable|boucler|regler|boucle en|dans|sur|sous",
        "i|we ve? only? have|got|had only? just?",
        "given|using|allocate|spare",
    ])
});

/// Words of measure between a cue and its quantity.
static MEASURE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "en|pendant|durant|pour|pr|sur|ds|dans|in|for|over|during|within|under",
        "juste|seulement|uniquement|just|only|que|qu|about|around|roughly",
        "environ|env|grosso|modo|a peu pres|disons|peut etre|maybe|perhaps|soit|genre",
        "max|maxi|maximum|au maximum|au plus|at most|up to|grand maximum|tout au plus",
        "a peine|barely|pas plus de|d|qu|pas plus|moins de|d|less than|no more than|not more than|plus de|en tout",
        "et|and|mais|but|donc|alors|ou|avec|with|la|le|l|les|cette|ce|the|ici|dispo|temps|time|duree|duration|delai|creneau",
        "et seulement|euh|bon|voila",
    ])
});

static NEED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "je|j|on|nous voudrais|veux|veut|voudrait|voulons|voudrions|aimerais|aimerait|aimerions|souhaite|souhaitons|souhaiterais|cherche|cherchons|dois|doit|devons|compte|comptons|prevois|prevoit|prevoyons|propose|proposons",
        "veut|veulent|souhaite|voudrait|aimerait|demande|demandent",
        "besoin|faut|faudrait|faudra|comment|peut on|puis je|possible|objectif|idee",
        "organiser|animer|preparer|prevoir|lancer|monter|mener|faciliter|reunir|tester|trouver|choisir|construire|produire|imaginer|creer|rediger|decider|partager|definir|prioriser|lister|cadrer|faire",
        "want|need|wants|needs|would|how|could|should|must|can|let|help|looking|trying|plan|planning|run|running|organise|organize|design",
    ])
});

/// Verbs of the situation: what lasts, waits, costs or goes by is not ours to spend.
static SITUATION: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "dure|durent|durait|duraient|duree|attend|attendent|attendons|attendait|attendaient|attendre|attente|patiente|patientent",
        "met|mettent|mettait|mettons|prend|prennent|prenait|perd|perdent|perdons|perdait|perdu|passe|passent|passait|passons|coute|coutent|coutait",
        "reste|restent|restait|meurt|meurent|partent|part|arrive|arrivent|ouvre|ouvrent|ferme|ferment|repond|repondent|traite|traitent|retard|delais",
        "tourne|tournent|revient|reviennent|recommence|disparait|disparaissent|tombe|tombent|explose|oublie|oublient|stagne|traine|trainent|augmente|augmentent",
        "faut attendre|compter|patienter",
        "waits|waiting|waited|lasts|lasted|lasting|takes|took|lose|loses|losing|costs|cost|spent|spends|queue|queues|queuing|delay|late|stay|stays",
        "ils|elles|they|he|she",
    ])
});

pub fn is_situation(tokens: &[Token]) -> bool {
    SITUATION.within(tokens)
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

    /// It opens its part of the sentence, or follows another mean.
    pub fn bare(&self) -> bool {
        let start = skip_measure(self.tokens, self.quantity.start);
        let opens = |at: usize| at == part_start(self.tokens, at) || self.stated.iter().any(|range| range.end == at);
        (start..=self.quantity.start).any(opens) && !self.told()
    }

    /// It belongs to a list of means, not to a story that begins with a number.
    pub fn listed(&self) -> bool {
        self.bare() && !self.stated.is_empty()
    }

    /// The sentence so far tells of a situation.
    pub fn told(&self) -> bool {
        is_situation(&self.tokens[sentence_start(self.tokens, self.quantity.start)..self.quantity.start])
    }

    /// A wish or a task precedes it in the sentence, and nothing of the situation stands between.
    pub fn wished(&self) -> bool {
        let before = &self.tokens[sentence_start(self.tokens, self.quantity.start)..self.quantity.start];
        match NEED.all(before).last() {
            Some(need) => !is_situation(&before[need.end..]),
            None => before.first().is_some_and(|first| is_infinitive(&first.text)) && !is_situation(before),
        }
    }
}

/// French infinitives by their ending: good enough for the first word of a request.
fn is_infinitive(word: &str) -> bool {
    word.len() >= 5 && ["er", "ir", "dre", "oir", "tre", "ire"].iter().any(|ending| word.ends_with(ending))
}
