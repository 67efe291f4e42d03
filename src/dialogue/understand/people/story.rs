//! People who are told of rather than gathered: « trois agents sont partis ».

use std::ops::Range;
use std::sync::LazyLock;

use super::super::cues::Tie;
use super::super::patterns::{Patterns, Words, words};
use super::super::persons::is_person;
use super::super::tokens::{Token, part_end, text_at, value_at};
use super::gathering::GATHERING;

/// « un locataire sur deux », « 3 personnes sur 10 ».
pub fn is_share(tokens: &[Token], at: usize) -> bool {
    let of = at.checked_sub(1).is_some_and(|before| text_at(tokens, before) == "sur");
    of && at
        .checked_sub(2)
        .is_some_and(|before| is_person(text_at(tokens, before)) || value_at(tokens, before).is_some())
}

/// The people act or are counted in a story, rather than being gathered.
pub fn is_told_of(tokens: &[Token], range: &Range<usize>, tie: &Tie) -> bool {
    let listed_who = matches!(text_at(tokens, range.end), "qui" | "who") && tie.listed();
    let gathered = GATHERING
        .before(tokens, range.start)
        .is_some_and(|start| !Tie::new(tokens, start..range.end, tie.stated()).told());
    (acts(tokens, range.end) && !listed_who && !gathered)
        || (tie.told() && !gathered)
        || IDLE.at(tokens, range.end).is_some()
}

static IDLE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "absents|malades|manquants|par|per|chaque|/",
        "en arret|conge|moins|retard|attente|colere",
        "de plus|moins",
        "supplementaires",
        "sur #",
        "a the? day|week|month|year",
    ])
});

/// A verb follows, adjectives and complements aside: « trois agents d'accueil sont partis ».
fn acts(tokens: &[Token], end: usize) -> bool {
    let stops = |token: &Token| {
        matches!(
            token.text.as_str(),
            "pour" | "pr" | "que" | "qu" | "dont" | "afin" | "ou" | "et" | "to" | "avec" | "a" | "en"
        )
    };
    let rest = &tokens[end.min(tokens.len())..part_end(tokens, end)];
    rest.iter().take(5).take_while(|token| !stops(token)).any(|token| is_finite_verb(&token.text))
}

fn is_finite_verb(word: &str) -> bool {
    VERBS.contains(&word) || (is_plural_verb(word) && !WISHING.contains(&word))
}

fn is_plural_verb(word: &str) -> bool {
    word.len() > 5 && word.ends_with("ent") && !word.ends_with("ment") && !matches!(word, "present" | "souvent")
}

static VERBS: Words = LazyLock::new(|| {
    words(
        "sont ont vont font ne n se s qui devront pourront seront auront asked said told went came resigned retired quit complained died got took waited called moved are were have who y me that was keep leave left wait closed expriment \
     demandent ferment dorment reclament forment",
    )
});

/// « deux agents veulent tester » tells of a project, not of a situation.
static WISHING: Words =
    LazyLock::new(|| words("veulent souhaitent voudraient aimeraient doivent peuvent cherchent proposent devraient"));

/// « les gardiens vont travailler à deux »: the verb has another subject than the speaker.
pub fn others_do(part: &[Token]) -> bool {
    let wished = part.iter().any(|token| matches!(token.text.as_str(), "qu" | "que" | "faire"));
    !wished && part.iter().any(|token| is_done_by_others(&token.text))
}

fn is_done_by_others(word: &str) -> bool {
    OTHERS_DO.contains(&word) || (is_plural_verb(word) && !WISHING.contains(&word) && !MEETING.contains(&word))
}

static MEETING: Words = LazyLock::new(|| words("rassemblent reunissent retrouvent"));

static OTHERS_DO: Words = LazyLock::new(|| words("vont devront doivent pourront peuvent ont sont font"));
