//! At a distance, or all in one place.

mod remote;
mod together;

use std::ops::Range;
use std::sync::LazyLock;

use super::patterns::Patterns;
use super::tokens::{Token, tokens};
use remote::remote;
use together::together;

/// Whether the group works at a distance, where the agent states it; « moitié écran moitié salle » is neither.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<(bool, Range<usize>)> {
    if MIXED.within(tokens) {
        return None;
    }
    match (remote(tokens, means), together(tokens, means)) {
        (Some(range), None) => Some((true, range)),
        (None, Some(range)) => Some((false, range)),
        _ => None,
    }
}

/// An answer to « à distance ou sur place ? ».
pub fn answered(text: &str) -> Option<bool> {
    let tokens = tokens(text);
    match (SHORT_REMOTE.within(&tokens), SHORT_TOGETHER.within(&tokens)) {
        _ if MIXED.within(&tokens) => None,
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

static MIXED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "hybride|hybrides|hybrid|comodal|bimodal|mixte",
        "moitie|mi|half . moitie|mi|half",
        "moitie|half . . moitie|half",
        "les deux",
        "both",
        "either",
        "un peu des deux",
        "l un ou l autre",
        "moitie a distance",
        "peu importe",
    ])
});

static SHORT_REMOTE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "visio*|viso|distance|distanciel|remote|remotely|online|teams|zoom|telephone|tel|teletravail|webconf*|ligne|video|phone|jitsi|webex",
    ])
});
static SHORT_TOGETHER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "place|presentiel|salle|site|locaux|ensemble|reunis|reunies|physique|physiquement|bureau|bureaux|together|person|room|presence|onsite",
        "meme lieu|endroit|piece",
        "face to|a face",
        "en vrai",
    ])
});
