//! French and English numbers, in figures and in words.

mod spelled;

use super::tokens::{Token, text_at, tokens, value_at};
use spelled::spelled;

/// The number that a text essentially is: `12`, `douze`, `une vingtaine`, `8 à 10` (9), `about thirty`.
pub fn number_in(text: &str) -> Option<f64> {
    only(
        &tokens(text),
        &[
            "environ", "a", "peu", "pres", "about", "around", "euh", "bah", "ben", "disons", "peut", "etre", "de", "n",
            "°", "numero", "number",
        ],
    )
}

/// A choice by its place or number: « le deuxième », « la 2 », « n° 3 », « quatre », "the third one".
pub fn ordinal_or_number(text: &str) -> Option<u32> {
    let tokens = tokens(text);
    let telling: Vec<&Token> = tokens.iter().filter(|token| tells(token)).collect();
    match telling[..] {
        [only] if ordinal(&only.text).is_some() => ordinal(&only.text),
        _ => only(&tokens, CHOICE_FILLERS).and_then(count),
    }
}

fn tells(token: &Token) -> bool {
    !token.is_mark() && !CHOICE_FILLERS.contains(&token.text.as_str())
}

/// Several choices: « 1 et 3 », « 1,3 », « un et trois ». Empty unless the text holds nothing else.
pub fn numbers_in(text: &str) -> Vec<u32> {
    let parted = text.replace([',', ';', '/', '&', '+', '-', '.'], " , ");
    let tokens = tokens(&parted);
    let mut numbers = Vec::new();
    for token in tokens.iter().filter(|token| !token.is_mark()) {
        match (token.value(), ordinal(&token.text)) {
            (Some(value), _) => numbers.extend(count(value)),
            (None, Some(place)) => numbers.push(place),
            (None, None) if JOINERS.contains(&token.text.as_str()) => {}
            (None, None) => return Vec::new(),
        }
    }
    numbers
}

/// Words around a chosen number that say nothing more.
const CHOICE_FILLERS: &[&str] = &[
    "le", "la", "l", "les", "n", "no", "°", "numero", "num", "nr", "option", "choix", "choice", "reponse", "answer",
    "the", "number", "plutot", "alors", "donc", "je", "prends", "choisis", "veux", "dirais", "pour", "moi", "c", "est",
    "va", "i", "ll", "take", "it", "s", "please", "svp", "stp", "merci", "oui", "yes", "ok", "one",
];

const JOINERS: &[&str] = &[
    "et", "and", "puis", "ou", "le", "la", "les", "the", "n", "no", "°", "numero", "numeros", "number", "numbers",
    "plus",
];

/// The value of the only number of a text in which all other words are fillers.
fn only(tokens: &[Token], fillers: &[&str]) -> Option<f64> {
    let mut value = None;
    for token in tokens.iter().filter(|token| !token.is_mark()) {
        // "one" and « un » are fillers beside another number: "the third one" was read before.
        match token.value() {
            Some(number) if value.is_none() => value = Some(number),
            Some(_) => return None,
            None if fillers.contains(&token.text.as_str()) => {}
            None => return None,
        }
    }
    value
}

fn count(value: f64) -> Option<u32> {
    let whole = value.fract() == 0.0 && (0.0..1e9).contains(&value);
    // Lossless: checked just above.
    whole.then_some(value as u32)
}

pub fn is_ordinal_ending(suffix: &str) -> bool {
    matches!(suffix, "er" | "ere" | "re" | "e" | "eme" | "ieme" | "nd" | "nde" | "st" | "rd" | "th")
}

fn ordinal(word: &str) -> Option<u32> {
    let figures = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    if !figures.is_empty() && is_ordinal_ending(&word[figures.len()..]) {
        return figures.parse().ok();
    }
    Some(match word {
        "premier" | "premiere" | "first" => 1,
        "deuxieme" | "second" | "seconde" => 2,
        "troisieme" | "third" => 3,
        "quatrieme" | "fourth" => 4,
        "cinquieme" | "fifth" => 5,
        "sixieme" | "sixth" => 6,
        "septieme" | "seventh" => 7,
        "huitieme" | "eighth" => 8,
        "neuvieme" | "ninth" => 9,
        "dixieme" | "tenth" => 10,
        _ => return None,
    })
}

/// Makes numbers whole: words into values, « une quinzaine de » into 15, « 8 à 10 » into a range.
pub fn join(tokens: &[Token]) -> Vec<Token> {
    join_ranges(&join_collectives(&join_words(tokens)))
}

fn join_words(tokens: &[Token]) -> Vec<Token> {
    let mut joined = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let (token, next) = match spelled(tokens, at) {
            Some((value, end)) => (Token::number(written(&tokens[at..end]), value), end),
            None => (tokens[at].clone(), at + 1),
        };
        joined.push(token);
        at = next;
    }
    joined
}

fn written(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// « une (petite) quinzaine de », « deux douzaines », "a couple of", "a hundred": one number each.
fn join_collectives(tokens: &[Token]) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let Some(size) = collective(tokens, at) else {
            joined.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let (start, times) = collective_count(&joined);
        joined.truncate(start);
        let followed = matches!(text_at(tokens, at + 1), "de" | "d" | "of");
        joined.push(Token::number(format!("une {}", tokens[at].text), times * size));
        at += 1 + usize::from(followed);
    }
    joined
}

/// Where the count before a collective begins, and the count: « deux douzaines », « une bonne vingtaine », "half a dozen".
fn collective_count(before: &[Token]) -> (usize, f64) {
    let mut start = before.len();
    let mut times = 1.0;
    let word = |start: usize| start.checked_sub(1).map_or("", |at| text_at(before, at));
    if matches!(word(start), "petite" | "bonne" | "grosse" | "demi" | "demie") {
        times = if word(start).starts_with("demi") { 0.5 } else { 1.0 };
        start -= 1;
    }
    match start.checked_sub(1).and_then(|at| before[at].value()) {
        Some(count) => (start - 1, times * count),
        None if word(start) == "a" && word(start - 1) == "half" => (start - 2, 0.5),
        None if matches!(word(start), "a" | "la" | "cette") => (start - 1, times),
        None => (start, times),
    }
}

fn collective(tokens: &[Token], at: usize) -> Option<f64> {
    Some(match text_at(tokens, at) {
        "couple" if text_at(tokens, at + 1) == "of" => 2.0,
        "huitaine" => 8.0,
        "dizaine" => 10.0,
        "douzaine" | "douzaines" | "dozen" => 12.0,
        "quinzaine" => 15.0,
        "vingtaine" => 20.0,
        "trentaine" => 30.0,
        "quarantaine" => 40.0,
        "cinquantaine" => 50.0,
        "soixantaine" => 60.0,
        "centaine" => 100.0,
        "millier" => 1000.0,
        _ => return None,
    })
}

/// « 8 à 10 », « entre 10 et 15 », « 2 ou 3 », `10-15`: one token with two ends.
fn join_ranges(tokens: &[Token]) -> Vec<Token> {
    let mut joined = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let (token, end) = range(tokens, at).unwrap_or_else(|| (tokens[at].clone(), at + 1));
        joined.push(token);
        at = end;
    }
    joined
}

fn range(tokens: &[Token], at: usize) -> Option<(Token, usize)> {
    let between = matches!(text_at(tokens, at), "entre" | "between");
    let first = at + usize::from(between);
    let low = value_at(tokens, first)?;
    let joins = match text_at(tokens, first + 1) {
        "et" | "and" => between,
        "a" | "ou" | "to" | "or" | "-" => true,
        _ => false,
    };
    // « deux trois jours » is said for two or three.
    let last = if joins { first + 2 } else { first + 1 };
    let high = value_at(tokens, last)?;
    let loose = high - low == 1.0 && !tokens[first].in_figures() && !tokens[last].in_figures();
    // `1-2-4` is the name of a method.
    let chained =
        text_at(tokens, last + 1) == "-" || first.checked_sub(1).is_some_and(|before| text_at(tokens, before) == "-");
    let fits = low < high && (joins || loose) && !chained;
    fits.then(|| (Token::range(written(&tokens[first..=last]), low, high), last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_make_numbers() {
        for (words, value) in [
            ("douze", 12.0),
            ("vingt et un", 21.0),
            ("soixante-dix-sept", 77.0),
            ("soixante et onze", 71.0),
            ("quatre-vingts", 80.0),
            ("quatre-vingt-dix-neuf", 99.0),
            ("deux cent quatre vingt trois", 283.0),
            ("mille deux cents", 1200.0),
            ("trois mille", 3000.0),
            ("2 millions", 2e6),
            ("dix-huit", 18.0),
            ("septante-deux", 72.0),
            ("twenty-five", 25.0),
            ("a hundred", 100.0),
            ("one hundred and five", 105.0),
            ("two dozen", 24.0),
            ("une bonne vingtaine", 20.0),
            ("une demi-douzaine", 6.0),
            ("half a dozen", 6.0),
            ("environ 30", 30.0),
            ("8 à 10", 9.0),
            ("entre dix et quinze", 12.5),
            ("10-15", 12.5),
            ("1 200", 1200.0),
            ("1,5", 1.5),
        ] {
            assert_eq!(number_in(words), Some(value), "{words}");
        }
        assert_eq!(number_in("deux jours"), None);
        assert_eq!(number_in("bonjour"), None);
    }

    #[test]
    fn choices_are_read_by_place_or_number() {
        for (text, number) in [
            ("2", 2),
            ("le deuxième", 2),
            ("la 2", 2),
            ("n° 3", 3),
            ("N°3 !", 3),
            ("quatre", 4),
            ("the third one", 3),
            ("le 2e", 2),
            ("la première", 1),
            ("number one", 1),
            ("je prends la 3", 3),
            ("option 2 svp", 2),
        ] {
            assert_eq!(ordinal_or_number(text), Some(number), "{text}");
        }
        for text in ["deux jours", "1 et 3", "le persona", "1,5", "la première fois", "-", ""] {
            assert_eq!(ordinal_or_number(text), None, "{text}");
        }
    }

    #[test]
    fn lists_of_numbers() {
        assert_eq!(numbers_in("1 et 3"), [1, 3]);
        assert_eq!(numbers_in("1,3"), [1, 3]);
        assert_eq!(numbers_in("un et trois"), [1, 3]);
        assert_eq!(numbers_in("la 2, la 4 et la 5"), [2, 4, 5]);
        assert_eq!(numbers_in("le premier et le 3e"), [1, 3]);
        assert!(numbers_in("1 heure et 3 personnes").is_empty());
    }
}
