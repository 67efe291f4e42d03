//! Money at hand.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::Tie;
use super::patterns::Patterns;
use super::tokens::{Token, text_at, tokens, value_at};
use crate::knowledge::Budget;

/// The budget that the agent states, and where.
pub fn stated(tokens: &[Token]) -> Option<(Budget, Range<usize>)> {
    said(tokens).or_else(|| {
        amounts(tokens)
            .into_iter()
            .find(|(_, range)| is_own(tokens, range))
            .map(|(euros, range)| (budget(euros), range))
    })
}

/// An answer to « avec quel budget ? ».
pub fn answered(text: &str) -> Option<Budget> {
    let tokens = tokens(text);
    let amount = amounts(&tokens).first().map(|(euros, _)| *euros).or_else(|| super::numbers::number_in(text));
    said(&tokens).map(|(budget, _)| budget).or_else(|| amount.map(budget)).or_else(|| {
        [
            (&*SHORT_LOW, Budget::Low),
            (&*SHORT_MEDIUM, Budget::Medium),
            (&*SHORT_HIGH, Budget::High),
            (&*SHORT_NONE, Budget::None),
        ]
        .into_iter()
        .find_map(|(phrases, budget)| phrases.within(&tokens).then_some(budget))
    })
}

static SHORT_LOW: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "peu|petit|petite|faible|faibles|faiblement|limite|limites|modeste|minime|serre|small|little|low|tight",
        "pas beaucoup|grand|enorme|gros|enormement|lourd",
        "not much|a lot",
        "quelques euros|sous|pieces",
    ])
});
static SHORT_MEDIUM: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["moyen|moyenne|correct|raisonnable|medium|moderate|average|ca va|normal"]));
static SHORT_HIGH: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["gros|grand|eleve|important|consequent|confortable|large|beaucoup|high|big|lots", "a lot"])
});
static SHORT_NONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "< non|no|nope|nan|rien|aucun|aucune|zero|nul|none|nothing|gratuit|free",
        "rien|nothing|zero|que dalle",
    ])
});

static NONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "sans budget|budjet|argent|financement|financements|credit|credits|frais|moyens",
        "sans un|le|aucun|1? sou|sous|rond|centime|euro|moindre|budget sou|euro?",
        "sans rien? depenser",
        "pas|aucun|aucuns|plus|ni un|d|de|le|1|l? budget|budjet|argent|sou|sous|rond|centime|euro|euros|thune|financement|kopeck|enveloppe",
        "aucun|aucune|nul|nuls credit|credits|moyen|ressource|depense|financement|frais|enveloppe|subvention financier|financiere|financiers?",
        "pas de? credit|credits|moyens",
        "zero|0 budget|budjet|euro|euros|€|centime|depense|moyen|moyens|frais|sou",
        "budget|budjet|moyens|cout :? zero|nul|0|neant|inexistant|inexistants|nuls",
        "rien a? depenser",
        "gratuitement",
        "< gratuit|gratos|free >",
        "no|zero|without any|a|much? money|budget|funds|funding",
        "have|has|got|with nothing to spend",
        "nothing to spend",
        "for free|nothing",
        "free of charge",
        "ne|sans doit|rien|rien rien? couter",
        "pas les? moyens? financiers",
    ])
});

static LOW: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "petit|petits|faible|faibles|maigre|mini|modeste|tout|tres petit? budget|budjet|moyens|enveloppe|pecule",
        "petite|maigre|modeste enveloppe|somme",
        "budget|budjet|moyens|enveloppe tres|assez|plutot|plus|que? petit|limite|limites|limitee|serre|serres|reduit|reduits|modeste|modestes|faible|faibles|mince|restreint|restreints|minime|minimal|minuscule|ridicule|leger|riquiqui",
        "peu|guere de|d moyens|argent|budget|budjet|credits|sous",
        "pas beaucoup|gros|grand de|d? argent|budget|budjet|moyens|sous|credits",
        "quelques euros|sous|centaines",
        "small|low|tight|tiny|limited|little|modest|shoestring budget|money|funds",
        "not much money|budget",
        "moyens du bord",
    ])
});

static MEDIUM: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "budget|budjet|moyens moyen|moyens|correct|corrects|raisonnable|raisonnables|modere|medium|intermediaire",
        "medium|moderate|average|reasonable|decent budget",
        "quelques milliers d euros",
    ])
});

static HIGH: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "gros|grand|gros|large|confortable|beau|enorme budget|budjet|moyens",
        "gros|grands moyens",
        "grosse|belle|confortable enveloppe",
        "budget|budjet|moyens|enveloppe tres|assez|plutot? important|importants|importante|confortable|confortables|consequent|consequents|consequente|large|eleve|illimite|solide",
        "beaucoup de|d budget|argent|moyens|credits",
        "big|large|high|generous|comfortable|substantial|huge budget",
        "plenty|lots of money|budget",
    ])
});

/// « budget participatif » is a method, « les associations n'ont pas d'argent » a situation.
static NOT_OURS_AFTER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "participatif|participatifs|primitif|annexe|vert|verts|carbone|temps|public|publics|humain|humains|de l|la|le|les|de communication|transport|locomotion|joindre|paiement|d action",
    ])
});
static NOT_OURS_BEFORE: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["n ont|a", "ont|they have|ils|elles|gens|usagers|habitants|familles|eleves"]));

fn said(tokens: &[Token]) -> Option<(Budget, Range<usize>)> {
    [(&*NONE, Budget::None), (&*LOW, Budget::Low), (&*MEDIUM, Budget::Medium), (&*HIGH, Budget::High)]
        .into_iter()
        .find_map(|(phrases, budget)| {
            phrases.all(tokens).find(|range| is_ours(tokens, range)).map(|range| (budget, range))
        })
}

fn is_ours(tokens: &[Token], range: &Range<usize>) -> bool {
    let theirs = NOT_OURS_BEFORE.before(tokens, range.start).is_some_and(|start| !is_on(tokens, start));
    !theirs && NOT_OURS_AFTER.at(tokens, range.end).is_none()
}

/// « on n'a pas d'argent » is ours.
fn is_on(tokens: &[Token], start: usize) -> bool {
    start.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "on"))
        && text_at(tokens, start + 1) == "a"
}

fn budget(euros: f64) -> Budget {
    match euros {
        euros if euros < 1.0 => Budget::None,
        euros if euros < 1_000.0 => Budget::Low,
        euros if euros <= 15_000.0 => Budget::Medium,
        _ => Budget::High,
    }
}

/// Every amount of money, in euros, whoever it belongs to.
fn amounts(tokens: &[Token]) -> Vec<(f64, Range<usize>)> {
    (0..tokens.len()).filter_map(|at| amount_at(tokens, at)).collect()
}

fn amount_at(tokens: &[Token], at: usize) -> Option<(f64, Range<usize>)> {
    let value = value_at(tokens, at)?;
    if at.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "£" | "$" | "€")) {
        return Some((value, at - 1..at + 1));
    }
    let (factor, unit) = match text_at(tokens, at + 1) {
        "k" => (1e3, at + 2),
        "m" => (1e6, at + 2),
        "ke" | "keuro" | "keuros" => return Some((value * 1e3, at..at + 2)),
        "d" => (1.0, at + 2),
        _ => (1.0, at + 1),
    };
    let money = matches!(
        text_at(tokens, unit),
        "€" | "euro" | "euros" | "eur" | "euro*" | "balles" | "$" | "£" | "pounds" | "dollars"
    );
    money.then(|| (value * factor, at..unit + 1))
}

static BUDGET_OF: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "budget|budjet|enveloppe|credits|moyens|subvention max|maxi|maximum|total|est|is|serait? de|d|of|a?",
        "depenser|debloquer|debloque|spend",
    ])
});
static OF_BUDGET: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "de|d|of budget|budjet|credit|credits|enveloppe|subvention|max|maxi",
        "max|maxi|maximum|budget|budjet|pour|pr|to|en|au|a total|tout|plus|maximum|depenser|spend?",
        ">",
        "et|and|mais|ou|on|nous|sur",
    ])
});

fn is_own(tokens: &[Token], range: &Range<usize>) -> bool {
    let tie = Tie::new(tokens, range.clone(), &[]);
    BUDGET_OF.before(tokens, range.start).is_some()
        || ((tie.owned() || tie.bare()) && OF_BUDGET.at(tokens, range.end).is_some())
}
