//! Requests without answer, grouped by what they are about: the meaningful word that most of them share.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::knowledge::french;
use crate::store::Number;

/// Requests that share a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// The word, as it is most often written; empty for those that share none.
    pub word: String,
    /// The requests, as they were written (mask before showing).
    pub requests: Vec<(Number, String)>,
}

/// Groups requests: the most shared word takes its requests, then the next; the rest come last, under no word.
pub fn themes(requests: Vec<(Number, String)>) -> Vec<Theme> {
    let mut left: Vec<Stemmed> = requests.into_iter().map(|request| (stems(&request.1), request)).collect();
    let mut themes = Vec::new();
    while let Some(stem) = most_shared(&left) {
        let (these, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(stems, _)| stems.contains_key(&stem));
        let word = usual_form(&stem, &these);
        themes.push(Theme { word, requests: these.into_iter().map(|(_, request)| request).collect() });
        left = others;
    }
    themes.sort_by_key(|theme| std::cmp::Reverse(theme.requests.len()));
    if !left.is_empty() {
        themes.push(Theme { word: String::new(), requests: left.into_iter().map(|(_, request)| request).collect() });
    }
    themes
}

/// Names a request by its meaningful words, whatever their order: what is ignored stays ignored when it comes again.
/// A hash: it holds no words.
pub fn request_key(text: &str) -> String {
    let mut hash = Sha256::new();
    for stem in stems(text).keys() {
        hash.update(stem.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The stems of a request, and the request.
type Stemmed = (BTreeMap<String, String>, (Number, String));

/// Stem → the word as it was written, folded.
fn stems(text: &str) -> BTreeMap<String, String> {
    let words = french::words(text).into_iter().filter(|word| french::carries_meaning(word) && word.len() > 2);
    words.map(|word| (french::stem(&word), word)).collect()
}

fn most_shared(left: &[Stemmed]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for stem in left.iter().flat_map(|(stems, _)| stems.keys()) {
        *counts.entry(stem).or_default() += 1;
    }
    // Of equals the longest word says most.
    let best = counts.into_iter().max_by_key(|(stem, count)| (*count, stem.len()))?;
    (best.1 >= 2).then(|| best.0.to_owned())
}

fn usual_form(stem: &str, these: &[Stemmed]) -> String {
    let forms: Vec<&String> = these.iter().filter_map(|(stems, _)| stems.get(stem)).collect();
    let unique: BTreeSet<&&String> = forms.iter().collect();
    let most = unique.into_iter().max_by_key(|form| forms.iter().filter(|other| other == form).count());
    most.map_or_else(|| stem.to_owned(), |form| (*form).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_meet_in_the_word_that_they_share() {
        let requests = ["refaire la cantine", "le menu des cantines", "cantine trop chère", "un parking", "rien"];
        let themes = themes((1..).zip(requests.map(str::to_owned)).collect());
        let found: Vec<_> = themes.iter().map(|theme| (theme.word.as_str(), theme.requests.len())).collect();
        assert_eq!(found, [("cantine", 3), ("", 2)]);
    }

    #[test]
    fn the_same_words_in_another_order_are_the_same_request() {
        assert_eq!(request_key("Refaire la cantine !"), request_key("la CANTINE à refaire"));
        assert_ne!(request_key("la cantine"), request_key("le parking"));
    }
}
