//! Sizes said of ourselves: « on est huit », « à nous trois », « elles sont une vingtaine ».

use std::ops::Range;
use std::sync::LazyLock;

use super::super::patterns::Patterns;
use super::super::persons::{begins_else, is_person, is_unit, noun_end};
use super::super::tokens::{Token, part_end, text_at, value_at};
use super::{Group, MOST_UNNAMED, people};

static OURSELVES: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "on|onest|kon est|es|sera|serait|etait|serons|e environ|que|plus|deja|seulement|bien|reunis?",
        "on va etre|bosser environ|a?",
        "on n est|sera plus? que",
        "on|nous est|sommes|sera|serons a peu pres",
        "on|nous est|sommes|sera|serons maximum|au|max|maxi plus|max|maximum?",
        "nous ne? sommes|serons|serions|etions environ|que|plus|deja|seulement?",
        "on|nous etre",
        "nous|on sommes|est une? petite? equipe",
        "we are|re|will|ll|would be? about|around|only|just?",
        "there are|will|ll|s be? only|just|about?",
        "nous|on sommes|est au nombre de",
        "mon|notre|l|mes|nos equipe|groupe|service|bureau|collectif|comite|promotion compte|comporte|comprend|reunit|est? de?",
        "soyons|etre",
    ])
});

/// « on est 8 », « à nous trois », "the four of us", « une petite équipe (4) »; beside a mean, « elles sont une vingtaine ».
pub fn ourselves(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let Some(value) = value_at(tokens, at) else { return small_party(tokens, at, means) };
    let end = at + 1;
    let after = text_at(tokens, end);
    let of_us = after == "of" && text_at(tokens, end + 1) == "us";
    let before = at.checked_sub(1)?;
    let all = text_at(tokens, before) == "les"
        && before.checked_sub(1).is_some_and(|all| text_at(tokens, all).starts_with("tou"));
    let we = (all || matches!(text_at(tokens, before), "nous" | "us"))
        && goes_on(tokens, end)
        && (2.0..=50.0).contains(&value);
    // A bracket may stand between: « une petite équipe (4) ».
    let cue = if tokens[before].is_mark() && text_at(tokens, before) == "(" { before } else { at };
    let counted = OURSELVES.before(tokens, cue).is_some() && (goes_on(tokens, end) || noun_end(tokens, end).is_some());
    let small = value <= MOST_UNNAMED || is_person(after);
    let these = !means.is_empty() && THESE.before(tokens, at).is_some() && part_end(tokens, end) == end;
    let said = of_us || we || ((counted || these) && small);
    (said && !is_unit(after)).then(|| people(value)).flatten().map(|people| (people, at..end))
}

/// « nous sommes un trio », « en binôme ».
fn small_party(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let size = match text_at(tokens, at) {
        "binome" | "duo" | "tandem" | "pair" => 2,
        "trio" => 3,
        "quatuor" => 4,
        _ => return None,
    };
    let said = WE_ARE_A.before(tokens, at).is_some() || (!means.is_empty() && IN_A.before(tokens, at).is_some());
    (said && goes_on(tokens, at + 1)).then_some((size, at..at + 1))
}

static WE_ARE_A: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["nous|on sommes|est|formons|serons|sera un", "we are|re a"]));

static IN_A: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["< en|un|a", "as a"]));

/// Those whom the means are for, counted in a sentence of its own.
static THESE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "< ils|elles sont|seront|serait|seraient environ|autour|que|a? de|peu? pres?",
        "< they are|re|will|ll|would be? about|around|only?",
        "< il|elle y|en a|aura environ?",
    ])
});

/// After a size without a noun: the end, a mark, or a word that begins something else.
pub fn goes_on(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_none_or(|token| token.is_mark() || token.value().is_some() || begins_else(&token.text))
}
