//! What a person wants at any moment, whatever the open question: reserved words and their natural forms.

use super::text::{alike, fold, words};
use crate::dialogue::script::{Intent, Words};

/// The intent that the whole text expresses, politeness and openings aside.
pub fn intent(vocabulary: &Words, text: &str) -> Option<Intent> {
    let said = fold(text);
    let bare = without_frames(vocabulary, &said);
    exact(vocabulary, &said).or_else(|| exact(vocabulary, bare)).or_else(|| slip(vocabulary, bare))
}

/// What follows the words of an intent: `corriger le temps` → `le temps`. `None` when the text does not begin so.
pub fn after(vocabulary: &Words, intent: Intent, text: &str) -> Option<String> {
    let said = fold(text);
    let bare = without_frames(vocabulary, &said);
    let (_, openings) = vocabulary.intents.iter().find(|(known, _)| *known == intent)?;
    openings.iter().find_map(|opening| bare.strip_prefix(opening.as_str())?.strip_prefix(' ')).map(str::to_owned)
}

/// What is to be explained: `c'est quoi un persona ?` → `persona`.
pub fn to_define(vocabulary: &Words, text: &str) -> Option<String> {
    let said = fold(text);
    let bare = without_frames(vocabulary, &said);
    let asked = vocabulary.define.iter().find_map(|opening| {
        let before = || bare.strip_prefix(opening.as_str()).and_then(|rest| rest.strip_prefix(' '));
        let behind = || bare.strip_suffix(opening.as_str()).and_then(|rest| rest.strip_suffix(' '));
        before().or_else(behind)
    })?;
    let term = without_articles(asked);
    (!term.is_empty() && words(term).len() <= 6).then(|| term.to_owned())
}

/// What follows « en fait », « plutôt » …
pub fn amended(vocabulary: &Words, text: &str) -> Option<String> {
    let said = fold(text);
    vocabulary
        .amend
        .iter()
        .find_map(|opening| said.strip_prefix(opening.as_str())?.strip_prefix(' '))
        .map(str::to_owned)
}

/// What follows the last change of mind inside a text: `8, non 10` → `10`.
pub fn changed_mind(vocabulary: &Words, text: &str) -> Option<String> {
    let said = format!(" {} ", fold(text));
    let last = vocabulary.amend.iter().filter_map(|cue| {
        let cue = format!(" {cue} ");
        said.rfind(&cue).map(|start| start + cue.len())
    });
    last.max().map(|end| said[end..].trim().to_owned()).filter(|rest| !rest.is_empty())
}

/// The text without articles and prepositions at its start.
pub fn without_articles(folded: &str) -> &str {
    const ARTICLES: [&str; 22] = [
        "un", "une", "le", "la", "les", "l", "d", "de", "des", "du", "en", "a", "an", "the", "of", "sur", "pour",
        "mon", "ma", "que", "about", "for",
    ];
    let mut rest = folded;
    while let Some((first, after)) = rest.split_once(' ')
        && ARTICLES.contains(&first)
    {
        rest = after;
    }
    rest
}

fn without_frames<'a>(vocabulary: &Words, said: &'a str) -> &'a str {
    let mut bare = said;
    loop {
        let opened = vocabulary.frames.iter().find_map(|frame| bare.strip_prefix(frame.as_str())?.strip_prefix(' '));
        let closed =
            vocabulary.closings.iter().find_map(|closing| bare.strip_suffix(closing.as_str())?.strip_suffix(' '));
        match opened.or(closed) {
            Some(shorter) => bare = shorter,
            None => return bare,
        }
    }
}

fn exact(vocabulary: &Words, said: &str) -> Option<Intent> {
    vocabulary.intents.iter().find(|(_, known)| known.iter().any(|word| word == said)).map(|(intent, _)| *intent)
}

/// A slip in one of the long single words or short expressions.
fn slip(vocabulary: &Words, said: &str) -> Option<Intent> {
    if said.chars().count() < 5 || words(said).len() > 3 {
        return None;
    }
    let near =
        |word: &String| word.chars().count() >= 5 && words(word).len() == words(said).len() && each_alike(word, said);
    vocabulary
        .intents
        .iter()
        .filter(|(intent, _)| !matches!(intent, Intent::Insult | Intent::Example | Intent::Training | Intent::Useful))
        .find(|(_, known)| known.iter().any(near))
        .map(|(intent, _)| *intent)
}

fn each_alike(left: &str, right: &str) -> bool {
    words(left).iter().zip(words(right)).all(|(left, right)| alike(left, right))
}
