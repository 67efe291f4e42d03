//! Companies that the speaker joins: « mes trois collègues et moi », « j'ai une collègue ».

use std::ops::Range;
use std::sync::LazyLock;

use super::super::cues::{Tie, is_situation};
use super::super::patterns::Patterns;
use super::super::persons::{is_colleague, is_person};
use super::super::tokens::{Token, part_end, part_start, sentence_start, text_at, value_at};
use super::{Group, people};

/// « avec trois collègues » makes four; « avec vingt-cinq collègues » is said for twenty-five.
const FEW: f64 = 10.0;

/// « mes 3 collègues et moi » (4), « avec deux collègues » (3), « ma cheffe et moi » (2).
pub fn with_speaker(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let (others, after) = companions(tokens, at)?;
    let with_me = matches!(text_at(tokens, after), "et" | "and" | "plus")
        && matches!(text_at(tokens, after + 1), "moi" | "me" | "myself" | "i");
    let told = is_situation(&tokens[sentence_start(tokens, at)..at]);
    let joined = accompanied(tokens, at..after, others, means) || had(tokens, at..after, others, means);
    if told || !(with_me || follows_me(tokens, at) || joined) {
        return None;
    }
    let end = if with_me { after + 2 } else { after };
    Some((people(others + 1.0)?, at..end))
}

/// « moi et | trois collègues ».
fn follows_me(tokens: &[Token], at: usize) -> bool {
    let Some(joiner) = at.checked_sub(1) else { return false };
    let me = joiner.checked_sub(1).map_or("", |me| text_at(tokens, me));
    // « deux heures devant moi et huit gendarmes »
    let before = joiner.checked_sub(2).map_or("", |before| text_at(tokens, before));
    matches!(text_at(tokens, joiner), "et" | "and" | "plus" | "avec")
        && matches!(me, "moi" | "me" | "myself")
        && !matches!(before, "devant" | "pour" | "chez" | "avec" | "a" | "for" | "with")
}

/// « avec | deux collègues »: the speaker is one more. « avec ma cheffe » alone may be a quarrel.
fn accompanied(tokens: &[Token], range: Range<usize>, others: f64, means: &[Range<usize>]) -> bool {
    let with = range.start.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "avec" | "with"));
    let own = matches!(text_at(tokens, range.start), "mes" | "mon" | "ma" | "my");
    let colleague = own || is_colleague(text_at(tokens, range.end - 1));
    let counted = value_at(tokens, range.start).is_some() || matches!(text_at(tokens, range.start), "mes" | "my");
    let together =
        matches!(text_at(tokens, range.end), "pour" | "on" | "nous" | "en" | "to" | "we") || !means.is_empty();
    with && colleague && others < FEW && (counted || together)
}

/// « j'ai une matinée, | un collègue »: whoever has them takes part too.
fn had(tokens: &[Token], range: Range<usize>, others: f64, means: &[Range<usize>]) -> bool {
    let colleague = is_colleague(text_at(tokens, range.end - 1));
    let company = others == 1.0 || colleague;
    let mine = I_HAVE.within(&tokens[sentence_start(tokens, range.start)..range.start]);
    let ends = tokens.get(range.end).is_none_or(|next| next.is_mark() || matches!(next.text.as_str(), "et" | "and"));
    mine && company && others < FEW && ends && Tie::new(tokens, range, means).listed()
}

static I_HAVE: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["j n? ai", "jai|g|gai", "je dispose", "i ve? have|got?", "il me reste"]));

/// « deux jours, un agent, pas de budget ».
pub fn one(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let counted = matches!(text_at(tokens, at), "un" | "une" | "1") && is_person(text_at(tokens, at + 1));
    let range = at..at + 2;
    let whole = counted && part_start(tokens, at) == at && part_end(tokens, at) == range.end;
    (whole && Tie::new(tokens, range.clone(), means).listed()).then_some((1, range))
}

/// « mes 3 collègues », « une collègue », « mon chef »: how many, and where they end.
fn companions(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let possessive = matches!(text_at(tokens, at), "mes" | "mon" | "ma" | "my");
    let counted = at + usize::from(possessive);
    let (others, noun) = match value_at(tokens, counted) {
        Some(value) => (value, counted + 1),
        None if matches!(text_at(tokens, at), "mon" | "ma" | "my") => (1.0, counted),
        None => return None,
    };
    let noun = noun + usize::from(matches!(text_at(tokens, noun), "autre" | "autres" | "other" | "jeunes"));
    match text_at(tokens, noun) {
        // « trois et moi »
        "et" | "and" | "plus" if noun > at => Some((others, noun)),
        word if is_person(word) || is_colleague(word) => Some((others, noun + 1)),
        // Whatever they are called: « trois CPE et moi ».
        _ if matches!(text_at(tokens, noun + 1), "et" | "and")
            && matches!(text_at(tokens, noun + 2), "moi" | "me" | "i") =>
        {
            Some((others, noun + 1))
        }
        _ => None,
    }
}
