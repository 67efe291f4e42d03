//! Counted groups that the text binds to the project: « avec 12 agents », « à neuf », « une équipe de quatre ».

use std::ops::Range;
use std::sync::LazyLock;

use super::super::cues::Tie;
use super::super::patterns::{Words, words};
use super::super::persons::{is_organisation, is_person, is_unit, noun_end};
use super::super::tokens::{Token, part_end, part_start, text_at, value_at};
use super::gathering::{FOR, GATHERED_FOR, GATHERING, GROUP, MET, SPEECH, SURVEY};
use super::ourselves::goes_on;
use super::story::{is_share, is_told_of, others_do};
use super::{Group, MOST_UNNAMED, people};

/// A crowd that only stands in the story is not the group.
const MOST_IN_PASSING: f64 = 1_000.0;

/// « 12 personnes », « à 9 », « équipe de 4 », « entre 10 et 15 participants », « 4 infirmières et 6 aides-soignantes ».
pub fn counted(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let first = value_at(tokens, at)?;
    let after = at + 1;
    if is_unit(text_at(tokens, after)) || is_share(tokens, at) {
        return None;
    }
    let noun = noun_end(tokens, after);
    let more = noun.and_then(|end| and_more(tokens, end));
    if matches!(text_at(tokens, at), "un" | "une" | "one") && more.is_none() {
        return None;
    }
    let (value, end) = more.map_or((first, noun.unwrap_or(after)), |(value, end)| (first + value, end));
    let group = (people(value).filter(|people| *people >= 2)?, at..end);
    let tie = Tie::new(tokens, at..end, means);
    let group_of = GROUP.before(tokens, at).is_some_and(|start| !never(&tokens[part_start(tokens, start)..start]));
    let together = (at_number(tokens, at) && value <= MOST_UNNAMED) || group_of;
    if (goes_on(tokens, after) || noun.is_some()) && !tie.told() && together {
        return Some(group);
    }
    let met = is_organisation(text_at(tokens, after)) && MET.at(tokens, after + 1).is_some() && !tie.told();
    let belongs = noun.is_some() && !is_told_of(tokens, &group.1, &tie) && is_gathered(tokens, at, value, &tie);
    (belongs || met || is_lone_range(tokens, at, &tie) || is_aside(tokens, at, means)).then_some(group)
}

/// What else is counted in the same breath: « … et six aides-soignantes », « …, deux élus et un stagiaire ».
fn and_more(tokens: &[Token], end: usize) -> Option<(f64, usize)> {
    let complement = matches!(text_at(tokens, end), "de" | "d" | "du" | "des" | "of");
    let longest = if complement { 4 } else { 0 };
    let joiner = (end..=end + longest).find(|at| matches!(text_at(tokens, *at), "et" | "and" | "plus" | ","))?;
    let value = value_at(tokens, joiner + 1)?;
    let noun = noun_end(tokens, joiner + 2)?;
    // « quinze personnes et un animateur »: whoever leads takes no part.
    if value <= 1.0 && LEADERS.iter().any(|stem| text_at(tokens, joiner + 2).starts_with(stem)) {
        return None;
    }
    match and_more(tokens, noun) {
        Some((more, end)) => Some((value + more, end)),
        None => (text_at(tokens, joiner) != ",").then_some((value, noun)),
    }
}

static LEADERS: Words = LazyLock::new(|| words("animat facilitat intervenant formateur formatrice coach designer"));

/// « je n'ai jamais animé de groupe de plus de cinq ».
fn never(part: &[Token]) -> bool {
    part.iter().any(|token| matches!(token.text.as_str(), "jamais" | "never"))
}

/// « … : 8 à 10 »: a range alone between marks.
fn is_lone_range(tokens: &[Token], at: usize, tie: &Tie) -> bool {
    let Some((low, high)) = tokens[at].ends() else { return false };
    let alone = part_start(tokens, at) == at && part_end(tokens, at) == at + 1;
    low < high && high <= MOST_UNNAMED && alone && tie.bare()
}

/// « un groupe de parents (une douzaine) », « …, tous réunis, une vingtaine »: a size alone between marks.
fn is_aside(tokens: &[Token], at: usize, means: &[Range<usize>]) -> bool {
    let alone = part_start(tokens, at) == at && part_end(tokens, at) == at + 1;
    let bracketed =
        at.checked_sub(2).is_some_and(|noun| text_at(tokens, at - 1) == "(" && is_person(text_at(tokens, noun)));
    alone && (bracketed || (!means.is_empty() && text_at(tokens, at).ends_with("aine")))
}

/// Whether a counted noun belongs to the project: gathered, surveyed, wished for, or in a list of means.
fn is_gathered(tokens: &[Token], at: usize, value: f64, tie: &Tie) -> bool {
    let taking_part = text_at(tokens, at + 1).starts_with("participant");
    let gathered = GATHERING.before(tokens, at).is_some()
        || (text_at(tokens, at + 1).starts_with("pers") && FOR.before(tokens, at).is_some());
    let wished = GATHERED_FOR.before(tokens, at).is_some() && tie.wished();
    let bare = (tie.bare() && !preceded_by_sur(tokens, at)) || in_pair(tokens, at);
    taking_part || gathered || is_surveyed(tokens, at, tie) || ((wished || bare) && value <= MOST_IN_PASSING)
}

/// « sur cent personnes appelées ».
fn preceded_by_sur(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "sur" | "of" | "dans" | "en"))
}

/// « quinze chantiers et | quatre agents »: what there is to do, and those who do it.
fn in_pair(tokens: &[Token], at: usize) -> bool {
    let Some(start) = at.checked_sub(3) else { return false };
    let joined = matches!(text_at(tokens, at - 1), "et" | "and" | "pour" | "for");
    joined && value_at(tokens, start).is_some() && part_start(tokens, at) == start
}

/// « sonder les habitudes de 3 000 abonnés », "percentages …, about 3,000 households": a panel may be large.
fn is_surveyed(tokens: &[Token], at: usize, tie: &Tie) -> bool {
    let asked = SURVEY.all(&tokens[..at]).last();
    asked.is_some_and(|asked| {
        let between = &tokens[asked.end..at];
        let of =
            between.last().is_none_or(|last| matches!(last.text.as_str(), "de" | "d" | "les" | "des" | "of" | "the"));
        (of && between.len() <= 6 && !between.iter().any(Token::is_mark)) || tie.listed()
    })
}

/// « à deux », « a 9 » at the head of a part or after a verb: not « grâce à deux », « il en a deux », « de cent à cinq ».
fn at_number(tokens: &[Token], at: usize) -> bool {
    let Some(a) = at.checked_sub(1) else { return false };
    let before = a.checked_sub(1).map_or("", |before| text_at(tokens, before));
    let part = &tokens[part_start(tokens, a)..a];
    let from = part.windows(2).any(|pair| pair[0].text == "de" && pair[1].value().is_some());
    let number_before = a.checked_sub(1).is_some_and(|before| value_at(tokens, before).is_some());
    text_at(tokens, a) == "a" && !SPEECH.contains(&before) && !number_before && !from && !others_do(part)
}
