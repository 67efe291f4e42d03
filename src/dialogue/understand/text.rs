//! Words as they are compared: without accents, case or punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, no accents, apostrophes and punctuation as single spaces: `C’est  QUOI ?` → `c est quoi`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.nfd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase) {
        match character {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            _ if character.is_alphanumeric() => folded.push(character),
            _ if !folded.ends_with(' ') => folded.push(' '),
            _ => {}
        }
    }
    folded.trim().to_owned()
}

pub fn words(folded: &str) -> Vec<&str> {
    folded.split_whitespace().collect()
}

/// Whether two folded words are the same but for a slip of the keyboard, in proportion to their length.
pub fn alike(left: &str, right: &str) -> bool {
    let longest = left.chars().count().max(right.chars().count());
    let allowed = match longest {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    };
    left == right || strsim::damerau_levenshtein(left, right) <= allowed
}

/// Nothing to read in it: emoji or punctuation alone.
pub fn is_wordless(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_accents_case_and_signs() {
        assert_eq!(fold("  C’est QUOI, un « persona » ?"), "c est quoi un persona");
        assert_eq!(fold("e\u{301}quipe"), "equipe");
        assert_eq!(fold("cœur"), "coeur");
    }

    #[test]
    fn short_words_allow_no_slip() {
        assert!(alike("recommencer", "recomencer"));
        assert!(!alike("aide", "aise"));
        assert!(is_wordless("👍 !"));
    }
}
