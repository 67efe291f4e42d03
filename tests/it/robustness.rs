//! The same request, typed another way, gets the same advice: nearly always, kind by kind of difference.

use declic::dialogue::understand::means::means_in;
use declic::eval::{self, Request};
use declic::knowledge::{Library, MethodId, Need};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::support::shipped;

type Variant = fn(&str) -> String;

/// What people do to a text without meaning anything by it, and the least share of requests that it must not change.
const VARIANTS: [(&str, Variant, f64); 7] = [
    ("without accents", without_accents, 0.95),
    ("decomposed accents", |text| text.nfd().collect(), 1.0),
    ("capitals", |text| text.to_uppercase(), 0.95),
    ("typographic apostrophes", |text| text.replace('\'', "’"), 1.0),
    ("a typo", with_a_typo, 0.95),
    ("another number", in_another_number, 0.9),
    ("a polite opening", |text| format!("Bonjour, {text}"), 0.95),
];

fn without_accents(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// The first longest word of six letters or more with two neighbouring letters exchanged.
fn with_a_typo(text: &str) -> String {
    let long = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 6);
    let Some(word) = long.max_by_key(|word| word.chars().count()) else { return text.to_owned() };
    let mut letters: Vec<char> = word.chars().collect();
    letters.swap(2, 3);
    text.replacen(word, &letters.into_iter().collect::<String>(), 1)
}

/// The longest word in the plural when it was in the singular, and the other way round.
fn in_another_number(text: &str) -> String {
    let long = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 5);
    let Some(word) = long.filter(|word| !word.ends_with('x')).max_by_key(|word| word.chars().count()) else {
        return text.to_owned();
    };
    let other = word.strip_suffix('s').map_or_else(|| format!("{word}s"), str::to_owned);
    text.replacen(word, &other, 1)
}

/// The first three, whatever their order.
fn advice(library: &Library, text: &str) -> Vec<MethodId> {
    let need = Need { text: text.to_owned(), means: means_in(text), ..Need::default() };
    let mut ids: Vec<MethodId> = library.recommend(&need, 3).into_iter().map(|advice| advice.method).collect();
    ids.sort();
    ids
}

fn requests() -> Vec<Request> {
    let files = ["tests/eval/dev.jsonl"];
    files.iter().flat_map(|file| eval::parse(&std::fs::read_to_string(file).unwrap()).0).collect()
}

#[test]
fn the_way_of_typing_seldom_changes_the_advice() {
    let (library, requests) = (&shipped().library, requests());
    let plain: Vec<Vec<MethodId>> = requests.iter().map(|request| advice(library, &request.text)).collect();
    let mut wrong = Vec::new();
    for (name, variant, least) in VARIANTS {
        let changed: Vec<&str> = requests
            .iter()
            .zip(&plain)
            .filter(|(request, plain)| advice(library, &variant(&request.text)) != **plain)
            .map(|(request, _)| request.id.as_str())
            .collect();
        let same = 1.0 - changed.len() as f64 / requests.len() as f64;
        eprintln!("{name}: {same:.3} unchanged; changed: {}", changed.join(" "));
        if same < least {
            wrong.push(format!("{name}: {same:.3} < {least}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
