//! Names of methods and terms, found whatever the accents, plurals, hyphens and spaces: `premortem`, `Pré-mortem`.

use std::collections::HashMap;

use super::french;

/// Names and whose they are. `T` is an owner.
pub struct Names<T> {
    /// Stems of the name, glued → owner.
    owners: HashMap<String, T>,
    longest: usize,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { owners: HashMap::new(), longest: 0 }
    }
}

/// A name found in a text: its owner, and the words that name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<T> {
    pub owner: T,
    pub start: usize,
    pub length: usize,
}

impl<T: Copy> Names<T> {
    /// The first owner of a name keeps it.
    pub fn add(&mut self, name: &str, owner: T) {
        let words = french::words(name);
        self.longest = self.longest.max(words.len() + 1);
        let key = glue(&words);
        if key.len() >= 2 {
            self.owners.entry(key).or_insert(owner);
        }
    }

    /// The owner of exactly this name, without leading articles.
    pub fn exact(&self, words: &[String]) -> Option<T> {
        let bare = without_articles(words);
        self.owners.get(&glue(words)).or_else(|| self.owners.get(&glue(bare))).copied()
    }

    /// The owner of the nearest name within one slip.
    pub fn near(&self, words: &[String]) -> Option<T> {
        let wanted = glue(without_articles(words));
        if wanted.len() < 5 {
            return None;
        }
        let close = self
            .owners
            .keys()
            .filter(|name| may_be_near(name.as_bytes(), wanted.as_bytes()))
            .filter(|name| strsim::damerau_levenshtein(name, &wanted) <= 1);
        // The smallest name of all, so that the answer does not hang on the order of a hash map.
        close.min().and_then(|name| self.owners.get(name)).copied()
    }

    /// The names that stand in a text, longest first.
    pub fn within(&self, words: &[String]) -> Vec<Found<T>> {
        let stems: Vec<String> = words.iter().map(|word| french::light(word)).collect();
        let mut found = Vec::new();
        for start in 0..stems.len() {
            let mut glued = String::new();
            for (length, stem) in (1..=self.longest).zip(&stems[start..]) {
                glued.push_str(stem);
                if let Some(owner) = self.owners.get(&glued) {
                    found.push(Found { owner: *owner, start, length });
                }
            }
        }
        found.sort_by_key(|found| std::cmp::Reverse(found.length));
        found
    }
}

/// One slip leaves the beginning or the end as it was: a look at both spares most of the long comparisons.
fn may_be_near(name: &[u8], wanted: &[u8]) -> bool {
    let kept = (wanted.len().min(name.len()) / 2).saturating_sub(2);
    let (name_end, wanted_end) = (name.len() - kept, wanted.len() - kept);
    name.len().abs_diff(wanted.len()) <= 1
        && (name[..kept] == wanted[..kept] || name[name_end..] == wanted[wanted_end..])
}

fn glue(words: &[String]) -> String {
    words.iter().map(|word| french::light(word)).collect()
}

fn without_articles(words: &[String]) -> &[String] {
    let articles = ["le", "la", "les", "un", "une", "des", "du", "de", "the", "a", "an", "l", "d"];
    let start = words.iter().position(|word| !articles.contains(&word.as_str())).unwrap_or(0);
    &words[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names<u8> {
        let mut names = Names::default();
        names.add("Pré-mortem", 1);
        names.add("Carte d'empathie", 2);
        names.add("1-2-4-Tous", 3);
        names
    }

    fn look(text: &str) -> Option<u8> {
        let words = french::words(text);
        names().exact(&words).or_else(|| names().near(&words))
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (text, owner) in [
            ("premortem", Some(1)),
            ("PRE MORTEM", Some(1)),
            ("les cartes d’empathie", Some(2)),
            ("une carte d'enpathie", Some(2)),
            ("124tous", Some(3)),
            ("cantine", None),
            ("", None),
        ] {
            assert_eq!(look(text), owner, "{text}");
        }
    }

    #[test]
    fn names_are_found_inside_sentences() {
        let words = french::words("faire une carte d'empathie lundi");
        assert_eq!(names().within(&words), [Found { owner: 2, start: 2, length: 2 }]);
    }
}
