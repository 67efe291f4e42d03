//! A small language for phrases, so that cues are tables of words and not code.
//!
//! Elements are parted by spaces. `a|b` is a choice, `abc*` a beginning of a word, `#` any number, `.` any word or number,
//! `<` and `>` the edges of a part of a sentence (they take no word), and a final `?` makes an element optional.

use std::ops::Range;
use std::sync::LazyLock;

use super::tokens::Token;

/// A list of single words, written as one string so that it can be read.
pub type Words = LazyLock<Vec<&'static str>>;

pub fn words(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

/// How many tokens a phrase may span: longer ones would be a parser in disguise.
const LONGEST: usize = 10;

pub struct Patterns(Vec<Vec<Element>>);

struct Element {
    optional: bool,
    choices: Vec<Choice>,
}

enum Choice {
    Exactly(&'static str),
    Beginning(&'static str),
    Number,
    Any,
    PartStart,
    PartEnd,
}

impl Patterns {
    pub fn new(phrases: &[&'static str]) -> Self {
        Self(phrases.iter().map(|phrase| phrase.split_whitespace().map(Element::read).collect()).collect())
    }

    /// The end of the longest phrase that begins at `at`.
    pub fn at(&self, tokens: &[Token], at: usize) -> Option<usize> {
        self.0.iter().filter_map(|phrase| match_from(phrase, tokens, at)).max()
    }

    /// The start of the longest phrase that ends at `end`.
    pub fn before(&self, tokens: &[Token], end: usize) -> Option<usize> {
        (end.saturating_sub(LONGEST)..end)
            .find(|start| self.0.iter().any(|phrase| match_from(phrase, tokens, *start) == Some(end)))
    }

    pub fn all<'a>(&'a self, tokens: &'a [Token]) -> impl Iterator<Item = Range<usize>> + 'a {
        (0..tokens.len()).filter_map(|start| self.at(tokens, start).map(|end| start..end))
    }

    pub fn within(&self, tokens: &[Token]) -> bool {
        self.all(tokens).next().is_some()
    }
}

impl Element {
    fn read(written: &'static str) -> Self {
        let (choices, optional) = match written.strip_suffix('?') {
            Some(choices) => (choices, true),
            None => (written, false),
        };
        Self { optional, choices: choices.split('|').map(Choice::read).collect() }
    }
}

impl Choice {
    fn read(written: &'static str) -> Self {
        match written {
            "#" => Self::Number,
            "." => Self::Any,
            "<" => Self::PartStart,
            ">" => Self::PartEnd,
            _ => written.strip_suffix('*').map_or(Self::Exactly(written), Self::Beginning),
        }
    }

    /// How many tokens it takes at `at`, if it fits.
    fn fits(&self, tokens: &[Token], at: usize) -> Option<usize> {
        let token = tokens.get(at);
        let fits = match self {
            Self::PartStart => return (at == 0 || tokens[at - 1].is_mark()).then_some(0),
            Self::PartEnd => return token.is_none_or(Token::is_mark).then_some(0),
            Self::Exactly(word) => token?.text == *word,
            Self::Beginning(beginning) => token?.text.starts_with(beginning),
            Self::Number => token?.value().is_some(),
            Self::Any => !token?.is_mark(),
        };
        fits.then_some(1)
    }
}

fn match_from(phrase: &[Element], tokens: &[Token], at: usize) -> Option<usize> {
    let Some((first, rest)) = phrase.split_first() else { return Some(at) };
    let taken = first.choices.iter().find_map(|choice| choice.fits(tokens, at));
    if let Some(end) = taken.and_then(|taken| match_from(rest, tokens, at + taken)) {
        return Some(end);
    }
    if first.optional { match_from(rest, tokens, at) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn phrases_match_words_choices_numbers_and_edges() {
        let phrases = Patterns::new(&["< pas|aucun d|de? budg* >", "on est #"]);
        assert!(phrases.within(&tokens("Pas de budget, hélas")));
        assert!(phrases.within(&tokens("3 h, aucun budget")));
        assert!(!phrases.within(&tokens("pas de budget participatif")));
        assert_eq!(phrases.all(&tokens("enfin on est douze")).next(), Some(1..4));
    }
}
