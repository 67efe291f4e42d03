//! Money at hand.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::Tie;
use super::numbers;
use super::patterns::Patterns;
use super::tokens::{Token, text_at, tokens, value_at};
use crate::knowledge::Budget;

/// Below this many euros a budget is low; above the other, high.
const LOW_BELOW: f64 = 1_000.0;
const HIGH_ABOVE: f64 = 15_000.0;

/// The budget that the agent states, and where. An amount says more than « petit budget ».
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<(Budget, Range<usize>)> {
    let own = amounts(tokens).into_iter().find(|(euros, range)| is_own(tokens, *euros, range, means));
    own.map(|(euros, range)| (budget(euros), range)).or_else(|| said(tokens))
}

/// An answer to « avec quel budget ? ».
pub fn answered(text: &str) -> Option<Budget> {
    let tokens = tokens(text);
    let amount = amounts(&tokens).first().map(|(euros, _)| *euros).or_else(|| numbers::number_in(text));
    amount.map(budget).or_else(|| said(&tokens).map(|(budget, _)| budget)).or_else(|| {
        let short = [
            (&*SHORT_NONE, Budget::None),
            (&*SHORT_LOW, Budget::Low),
            (&*SHORT_MEDIUM, Budget::Medium),
            (&*SHORT_HIGH, Budget::High),
        ];
        short.into_iter().find_map(|(phrases, budget)| phrases.within(&tokens).then_some(budget))
    })
}

fn budget(euros: f64) -> Budget {
    match euros {
        euros if euros < 1.0 => Budget::None,
        euros if euros < LOW_BELOW => Budget::Low,
        euros if euros <= HIGH_ABOVE => Budget::Medium,
        _ => Budget::High,
    }
}

static SHORT_LOW: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "peu|petit|petite|faible|faibles|faiblement|limite|limites|modeste|minime|serre|small|little|low|tight|presque",
        "pas|not beaucoup|grand|enorme|gros|enormement|lourd|much|lots",
        "not a lot",
        "quelques euros|sous|pieces|centaines",
    ])
});
static SHORT_MEDIUM: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["moyen|moyenne|correct|raisonnable|medium|moderate|average|normal|milliers", "ca va"])
});
static SHORT_HIGH: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "gros|grand|grosse|eleve|important|consequent|confortable|large|beaucoup|high|big|lots|plenty",
        "a lot",
    ])
});
static SHORT_NONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "< non|no|nope|nan|rien|aucun|aucune|zero|nul|none|nothing|gratuit|free|sans|nada >",
        "< pas du tout",
        "que dalle",
        "rien du tout",
        "nothing at all",
    ])
});

static NONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "sans|ss|ni aucun? budget|budjet|argent|financement|financements|credit|credits|frais|moyens|enveloppe|achat|depense|depenses",
        "sans un|le|1? moindre|seul? sou|rond|centime|euro|kopeck|radis|budget",
        "sans rien|un|1? depenser|debourser un|1? euro|sou|centime?",
        "pas|aucun|aucuns|plus|ni|no d|de|le|l budget|budjet|argent|thune|thunes|financement|financements|enveloppe|credit|credits|sous",
        "pas|aucun|ni budget|budjet|argent|dargent",
        "pas|pa dargent|budget|budjet",
        "pas|plus un|1|le seul|moindre? sou|rond|centime|euro|kopeck|radis|€",
        "aucun|aucune|nul|nuls argent|credit|credits|ressource|depense|financement|frais|enveloppe|subvention|achat",
        "aucun|pas|sans de|les? moyen|moyens financier|financiers",
        "pas de moyens",
        "aucun moyen|moyens >",
        "aucun sou|rond|centime|kopeck",
        "zero|0 argent|budget|budjet|euro|euros|€|centime|depense|depenses|moyen|moyens|frais|sou|credit|credits",
        "budget|budjet|moyens|cout :? zero|nul|nuls|0|neant|inexistant|inexistants",
        "rien a? depenser|acheter",
        "gratuitement",
        "< gratuit|gratos|free >",
        "no|zero|without any|a? money|budget|funds|funding|cash",
        "have|has|got|with nothing to spend",
        "nothing to spend",
        "for free|nothing",
        "at no cost",
        "free of charge",
        "ne|sans doit|rien rien couter",
    ])
});

static LOW: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "presque|quasi|quasiment|almost sans|pas|aucun|zero|no|rien de|d|a? budget|budjet|argent|moyens|money|depenser",
        "petit|petits|faible|faibles|maigre|mini|modeste budget|budjet|moyens|pecule|financement|defraiement",
        "petite|maigre|modeste|faible enveloppe",
        "un? petit bout de? budget",
        "budget|budjet|moyens|enveloppe|financement est|sont? tres|assez|plutot|plus|que|un? peu? petit|limite|limites|limitee|serre|serres|reduit|reduits|reduite|modeste|modestes|faible|faibles|mince|restreint|restreints|minime|minimal|minuscule|ridicule|leger|riquiqui",
        "peu|guere de|d moyens|argent|budget|budjet|credits|sous",
        "un? peu d|de argent|budget",
        "pas beaucoup|gros|grand de|d? argent|budget|budjet|moyens|sous|credits",
        "pas un|de gros|grand budget",
        "quelques euros|sous",
        "quelques centaines d euros",
        "de quoi payer le|du|les|des cafe|boissons|repas|gateaux|viennoiseries|transports",
        "petites|maigres enveloppes",
        "small|low|tight|tiny|limited|little|modest|shoestring budget|money|funds",
        "a? little|bit of? money|budget",
        "not much money|budget",
        "moyens du bord",
    ])
});

static MEDIUM: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "budget|budjet|moyens|enveloppe est? plutot|assez|a|peu|pres? moyen|moyenne|correct|corrects|correcte|raisonnable|raisonnables|modere|medium|intermediaire",
        "medium|moderate|average|reasonable|decent budget",
        "quelques milliers d euros",
    ])
});

static HIGH: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "gros|grand|large|confortable|beau|enorme|important budget|budjet|moyens|financement|financements",
        "gros|grands|importants moyens",
        "grosse|belle|confortable|importante enveloppe",
        "budget|budjet|moyens|enveloppe est? tres|assez|plutot? important|importants|importante|confortable|confortables|consequent|consequents|consequente|large|eleve|illimite|solide",
        "beaucoup de|d budget|argent|moyens|credits",
        "big|large|high|generous|comfortable|substantial|huge budget",
        "plenty|lots of money|budget",
        "real|serious|proper|big money",
        "vrais|reels|solides|confortables moyens|credits",
    ])
});

/// « budget participatif » is a method, « budget de la commune » a subject.
static NOT_OURS_AFTER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "participatif|participatifs|primitif|annexe|vert|verts|carbone|temps|public|publics|humain|humains|familial|municipal|communal",
        "de communication|transport|locomotion|joindre|paiement|deplacement|annulation",
        "d action|inscription",
    ])
});

/// « les associations n'ont pas d'argent ».
static NOT_OURS_BEFORE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "n? ont|avaient|auront",
        "they|people have",
        "ils|elles|gens|usagers|habitants|familles|eleves|etudiants|associations|communes|il|elle n? a|ont?",
    ])
});

fn said(tokens: &[Token]) -> Option<(Budget, Range<usize>)> {
    let tables = [(&*LOW, Budget::Low), (&*NONE, Budget::None), (&*MEDIUM, Budget::Medium), (&*HIGH, Budget::High)];
    tables.into_iter().find_map(|(phrases, budget)| {
        phrases.all(tokens).find(|range| is_ours(tokens, range)).map(|range| (budget, range))
    })
}

fn is_ours(tokens: &[Token], range: &Range<usize>) -> bool {
    NOT_OURS_BEFORE.before(tokens, range.start).is_none() && NOT_OURS_AFTER.at(tokens, range.end).is_none()
}

/// Every amount of money, in euros, whoever it belongs to.
fn amounts(tokens: &[Token]) -> Vec<(f64, Range<usize>)> {
    (0..tokens.len()).filter_map(|at| amount_at(tokens, at)).collect()
}

fn amount_at(tokens: &[Token], at: usize) -> Option<(f64, Range<usize>)> {
    // « pas un euro » is no amount.
    let value = value_at(tokens, at).filter(|_| !matches!(text_at(tokens, at), "un" | "une" | "one"))?;
    if at.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "£" | "$" | "€")) {
        return Some((value, at - 1..at + 1));
    }
    let (factor, unit) = match text_at(tokens, at + 1) {
        "k" => (1e3, at + 2),
        "m" => (1e6, at + 2),
        "ke" | "keuro" | "keuros" => (1e3, at + 1),
        "d" => (1.0, at + 2),
        _ => (1.0, at + 1),
    };
    let money = matches!(
        text_at(tokens, unit),
        "€" | "e" | "ke" | "keuro" | "keuros" | "euro" | "euros" | "eur" | "balles" | "$" | "£" | "pounds" | "dollars"
    );
    money.then(|| (value * factor, at..unit + 1))
}

static BUDGET_OF: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "budget|budjet|enveloppe|cheque|credits|moyens|subvention max|maxi|maximum|total|est|is|serait|environ? de|d|of|a|:? environ|max|moins|plus?",
        "budget|enveloppe . de|d",
        "prestataire|cabinet|devis a|de",
        "peut|peux|pouvons|pourrons|can depenser|debloquer|spend",
    ])
});

/// Someone gives it to whoever writes: « la région met 80 000 € et nous laisse … », « nous alloue ».
static GIVEN: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "nous|me|m a|ont? alloue|accorde|donne|laisse|offre|verse|octroie|debloque|confie|attribue|reserve|prete|paie jusqu|environ|a?",
    ])
});

/// The same, once it is said for what or for whom.
static PUT_IN: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "a|ont? met|mettent|mis|apporte|apportent|debloque|finance|verse|ajoute|promet|alloue|accorde environ|jusqu|a?",
    ])
});
static FOR_US: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "et|, nous|me|m|on",
        "sur la table",
        "a notre|ma? disposition",
        "pour nous|ce|cet|cette|notre",
        "pour le|l projet|operation|experimentation|concertation",
    ])
});

/// « une subvention de 500 euros » that someone asks for.
static ASKED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "pour|demande|demander|obtenir|toucher|dossier|de|d une|la|cette subvention|aide|bourse|prime de|d",
    ])
});

/// « … a été refusée »
static GONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["a|ont ete", "est|sont|etait refuse*|perdu*|supprime*|depense*", "nous? manque*"])
});

static OF_BUDGET: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        ">",
        "de|d|of budget|budjet|credit|credits|enveloppe|subvention|max|maxi|maximum|defraiement",
        "max|maxi|maximum|budget|budjet|pour|pr|to|en|au|et|and|mais|ou|on|nous|sur|a",
    ])
});

/// « 150 € de fournitures » in a list of means is ours; « 200 000 € de travaux » is not.
fn is_own(tokens: &[Token], euros: f64, range: &Range<usize>, means: &[Range<usize>]) -> bool {
    let tie = Tie::new(tokens, range.clone(), means);
    let supplies = matches!(text_at(tokens, range.end), "de" | "d" | "of") && tie.listed() && euros <= HIGH_ABOVE;
    let tied = (tie.owned() || tie.bare()) && OF_BUDGET.at(tokens, range.end).is_some();
    let put_in = PUT_IN.before(tokens, range.start).is_some() && FOR_US.at(tokens, range.end).is_some();
    let given = GIVEN.before(tokens, range.start).is_some() || put_in;
    let named = BUDGET_OF.before(tokens, range.start).is_some() && ASKED.before(tokens, range.start).is_none();
    let named = named && GONE.at(tokens, range.end).is_none();
    named || given || supplies || tied
}
