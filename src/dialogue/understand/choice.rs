//! Which of the offered choices a text means: by number, label, part of a label, with slips.

use super::numbers;
use super::text::{alike, fold, words};
use crate::dialogue::turn::Choice;

/// How sure we are of what was meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// By number, or by the whole label.
    Sure(Choice),
    /// By a part of one label that no other label has.
    Part(Choice),
    /// A slip was overlooked on a whole label: worth a confirmation.
    Near(Choice),
    /// A number that no choice bears.
    OutOfRange,
    None,
}

pub fn choose(text: &str, offered: &[Choice]) -> Match {
    if offered.is_empty() {
        return Match::None;
    }
    if let Some(number) = numbers::ordinal_or_number(text) {
        return by_number(number, offered);
    }
    let said = fold(text);
    by_label(&said, offered)
}

/// The choices that a list of numbers means: `1 et 3`. Empty unless all exist.
pub fn choose_several(text: &str, offered: &[Choice]) -> Vec<Choice> {
    let numbers = numbers::numbers_in(text);
    let chosen: Vec<Choice> = numbers.iter().filter_map(|number| nth(*number, offered).cloned()).collect();
    if chosen.len() == numbers.len() && chosen.len() > 1 { chosen } else { Vec::new() }
}

fn by_number(number: u32, offered: &[Choice]) -> Match {
    nth(number, offered).cloned().map_or(Match::OutOfRange, Match::Sure)
}

fn nth(number: u32, offered: &[Choice]) -> Option<&Choice> {
    offered.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

fn by_label(said: &str, offered: &[Choice]) -> Match {
    let said_words = words(said);
    if said_words.is_empty() {
        return Match::None;
    }
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut fitting = offered.iter().filter(|choice| fits(&fold(&choice.label)));
        fitting.next().filter(|_| fitting.next().is_none()).cloned()
    };
    if let Some(choice) = only(&|label| label == said) {
        return Match::Sure(choice);
    }
    let weighty = said_words.iter().any(|word| word.chars().count() >= 4);
    if weighty && let Some(choice) = only(&|label| part_of(&said_words, label, |said, of| of.starts_with(said))) {
        return Match::Part(choice);
    }
    if weighty && let Some(choice) = only(&|label| part_of(&said_words, label, alike)) {
        return Match::Near(choice);
    }
    Match::None
}

/// Every word said finds, in order, its word of the label.
fn part_of(said: &[&str], label: &str, same: impl Fn(&str, &str) -> bool) -> bool {
    let mut rest = label.split_whitespace();
    said.iter().all(|word| rest.any(|of| same(word, of)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::turn::ChoiceId;

    fn offered() -> Vec<Choice> {
        ["Une demi-journée", "Une journée", "Plusieurs jours", "Trouver des idées"]
            .iter()
            .map(|label| Choice { id: ChoiceId(fold(label)), label: (*label).to_owned() })
            .collect()
    }

    fn label(text: &str) -> String {
        match choose(text, &offered()) {
            Match::Sure(choice) | Match::Part(choice) => choice.label,
            Match::Near(choice) => format!("~{}", choice.label),
            Match::OutOfRange => "out".to_owned(),
            Match::None => "none".to_owned(),
        }
    }

    #[test]
    fn numbers_labels_parts_and_slips() {
        assert_eq!(label("2"), "Une journée");
        assert_eq!(label("9"), "out");
        assert_eq!(label("plusieurs JOURS"), "Plusieurs jours");
        assert_eq!(label("idées"), "Trouver des idées");
        assert_eq!(label("trouver des idees"), "Trouver des idées");
        assert_eq!(label("plusieur jour"), "Plusieurs jours");
        assert_eq!(label("pluiseurs jours"), "~Plusieurs jours");
        assert_eq!(label("de"), "none");
        assert_eq!(label("rien à voir"), "none");
    }

    #[test]
    fn several_numbers() {
        assert_eq!(choose_several("1 et 3", &offered()).len(), 2);
        assert!(choose_several("1 et 9", &offered()).is_empty());
        assert!(choose_several("2", &offered()).is_empty());
    }
}
