//! How many people: participants, a panel or the team, whichever the text states.

mod alone;
mod counted;
mod gathering;
mod ourselves;
mod speaker;
mod story;

use std::ops::Range;
use std::sync::LazyLock;

use super::patterns::Patterns;
use super::persons::is_unit;
use super::tokens::{Token, text_at, tokens, value_at};
use alone::alone;
use counted::counted;
use ourselves::ourselves;
use speaker::{one, with_speaker};

const MOST: f64 = 100_000.0;
/// « à 2050 » is a year, « nous sommes 4 000 » a population: a size without a noun is small.
const MOST_UNNAMED: f64 = 500.0;

/// A size of group, and where it is said.
type Group = (u32, Range<usize>);

/// The size of the group that the agent states for the project.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<Group> {
    let found = (0..tokens.len()).find_map(|at| {
        with_speaker(tokens, at, means).or_else(|| ourselves(tokens, at, means)).or_else(|| counted(tokens, at, means))
    });
    let found = found.or_else(|| (0..tokens.len()).find_map(|at| one(tokens, at, means)));
    match (found, alone(tokens, means)) {
        (Some(group), Some(alone)) if group.1.start < alone.start => Some(group),
        (group, None) => group,
        (_, Some(alone)) => Some((1, alone)),
    }
}

/// The size in an answer to « combien serez-vous ? ».
pub fn answered(text: &str) -> Option<u32> {
    let tokens = tokens(text);
    let together = (0..tokens.len()).find_map(|at| with_speaker(&tokens, at, &[])).map(|(people, _)| people);
    let lone = || NOBODY_ELSE.within(&tokens).then_some(1);
    let number =
        || (0..tokens.len()).filter(|at| !is_unit(text_at(&tokens, at + 1))).find_map(|at| value_at(&tokens, at));
    together.or_else(lone).or_else(|| number().and_then(people)).or_else(|| LONE.within(&tokens).then_some(1))
}

fn people(value: f64) -> Option<u32> {
    let whole = value.round();
    // Lossless: whole and within bounds.
    (1.0..=MOST).contains(&whole).then_some(whole as u32)
}

static NOBODY_ELSE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "personne d autre",
        "< personne >",
        "rien|juste|seulement que? moi >",
        "que moi >",
        "just|only me",
        "tout|toute seul|seule",
        "nobody|no one? else",
    ])
});

static LONE: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["moi|me|myself|seul|seule|solo|alone"]));
