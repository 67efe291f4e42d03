//! The words that the base knows, and the one nearest to a misspelt word.

use std::collections::HashMap;

/// Every word of the base, with how often it occurs.
#[derive(Default)]
pub struct Spelling {
    counts: HashMap<String, u32>,
    /// In alphabetical order, with the set of their letters.
    words: Vec<(String, u32)>,
}

impl Spelling {
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        let mut counts: HashMap<String, u32> = HashMap::new();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
        let mut words: Vec<_> = counts.keys().map(|word| (word.clone(), letters(word))).collect();
        words.sort();
        Self { counts, words }
    }

    pub fn knows(&self, word: &str) -> bool {
        self.counts.contains_key(word)
    }

    /// The known word within one slip (five letters and more) or two (nine and more), the most usual of the nearest.
    pub fn nearest(&self, word: &str) -> Option<&str> {
        let allowed = match word.len() {
            0..5 => return None,
            5..9 => 1,
            _ => 2,
        };
        let own = letters(word);
        let mut best: Option<(usize, u32, &str)> = None;
        for (candidate, set) in &self.words {
            let plausible = candidate.len().abs_diff(word.len()) <= allowed
                && (own ^ set).count_ones() as usize <= 2 * allowed
                && (allowed == 1 || candidate.as_bytes()[0] == word.as_bytes()[0]);
            let Some(distance) = plausible.then(|| slips(word, candidate, allowed)).flatten() else { continue };
            let count = self.counts[candidate];
            if best.is_none_or(|(least, most, _)| distance < least || distance == least && count > most) {
                best = Some((distance, count, candidate));
            }
        }
        best.map(|(_, _, word)| word)
    }
}

/// Which letters occur, one bit each; other characters share the last bits.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |set, byte| match byte {
        b'a'..=b'z' => set | 1 << (byte - b'a'),
        b'0'..=b'9' => set | 1 << 26,
        _ => set | 1 << 27,
    })
}

/// Damerau–Levenshtein distance (adjacent letters swapped count once), when it is at most `allowed`.
fn slips(one: &str, other: &str, allowed: usize) -> Option<usize> {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut before = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i; other.len() + 1];
        for j in 1..=other.len() {
            let substituted = last[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            row[j] = substituted.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|distance| *distance > allowed) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_once_each() {
        assert_eq!(slips("atelier", "atelier", 1), Some(0));
        assert_eq!(slips("ateleir", "atelier", 1), Some(1));
        assert_eq!(slips("atellier", "atelier", 1), Some(1));
        assert_eq!(slips("atlir", "atelier", 1), None);
    }

    #[test]
    fn only_words_that_are_long_enough_are_corrected() {
        let spelling = Spelling::new(["atelier", "questionnaire", "vote"].map(str::to_owned));
        assert_eq!(spelling.nearest("atellier"), Some("atelier"));
        assert_eq!(spelling.nearest("questionaires"), Some("questionnaire"));
        assert_eq!(spelling.nearest("votr"), None);
        assert_eq!(spelling.nearest("cantine"), None);
    }
}
