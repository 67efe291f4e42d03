//! From an agent's sentence to the words that are searched: framing stripped, shorthand spelt out, acronyms and
//! English explained, unknown words corrected. Nothing that an agent types is ever read as query syntax.

use std::collections::HashMap;

use super::french::{self, Word};
use super::lexicon::Lexicon;
use super::spelling::Spelling;
use super::weights::Weights;

/// The lexicon, made ready for look-ups by folded words.
#[derive(Default)]
pub struct Wording {
    /// Light stem → light stem of the head of its family.
    heads: HashMap<String, String>,
    /// Concepts of a word or phrase → those of its near-equivalents.
    synonyms: HashMap<String, Vec<Vec<String>>>,
    acronyms: HashMap<String, Vec<String>>,
    shorthand: HashMap<String, Vec<String>>,
    english: HashMap<String, Vec<String>>,
    /// First word → openings, longest first.
    framing: HashMap<String, Vec<Vec<String>>>,
    longest_english: usize,
}

/// One meaningful word of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryWord {
    pub word: Word,
    /// Stem, or head of the family.
    pub concept: String,
    pub weight: f32,
    /// Concepts of near-equivalents: each a word or a phrase.
    pub synonyms: Vec<Vec<String>>,
    /// Whether the base knows this word.
    pub known: bool,
}

/// A request, understood word by word.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// All words after spelling out, stop words included: names are found in them.
    pub plain: Vec<String>,
    pub words: Vec<QueryWord>,
    /// Concepts of the meaningful words in order, corrected ones in the place of misspelt ones, then what was explained.
    pub concepts: Vec<String>,
}

impl Wording {
    pub fn new(lexicon: &Lexicon) -> Self {
        let mut wording = Self::default();
        for family in &lexicon.families {
            let Some(head) = family.first().map(|head| stem(head)) else { continue };
            for word in family {
                wording.heads.entry(stem(word)).or_insert_with(|| head.clone());
            }
        }
        wording.acronyms = words_by_word(&lexicon.acronyms);
        wording.shorthand = words_by_word(&lexicon.shorthand);
        wording.english = words_by_word(&lexicon.english);
        wording.longest_english = wording.english.keys().map(|key| key.split(' ').count()).max().unwrap_or(0);
        wording.add_framing(&lexicon.framing);
        wording.add_synonyms(&lexicon.synonyms);
        wording
    }

    fn add_framing(&mut self, openings: &[String]) {
        for opening in openings {
            let words = french::words(opening);
            let Some(first) = words.first() else { continue };
            self.framing.entry(first.clone()).or_default().push(words);
        }
        for openings in self.framing.values_mut() {
            openings.sort_by_key(|words| std::cmp::Reverse(words.len()));
        }
    }

    fn add_synonyms(&mut self, groups: &[Vec<String>]) {
        for group in groups {
            let phrases: Vec<Vec<String>> = group.iter().map(|phrase| self.concepts(phrase)).collect();
            for phrase in phrases.iter().filter(|phrase| !phrase.is_empty()) {
                let others = phrases.iter().filter(|other| *other != phrase && !other.is_empty()).cloned();
                self.synonyms.entry(phrase.join(" ")).or_default().extend(others);
            }
        }
    }

    /// The stem of a folded word, or the head of its family.
    pub fn concept(&self, folded: &str) -> String {
        self.concept_of_stem(french::light(folded))
    }

    pub fn concept_of_stem(&self, stem: String) -> String {
        self.heads.get(&stem).cloned().unwrap_or(stem)
    }

    /// The concepts of the meaningful words of a text.
    pub fn concepts(&self, text: &str) -> Vec<String> {
        french::meaningful(&french::words(text)).iter().map(|word| self.concept(word)).collect()
    }

    /// Understands a request. `spelling` knows the words of the base.
    pub fn read(&self, text: &str, spelling: &Spelling, weights: &Weights) -> Query {
        let typed = self.spelt_out(&french::words(text));
        let english = french::looks_english(&typed);
        let stripped = self.without_framing(&typed);
        let mut words: Vec<(String, f32)> = Vec::new();
        let mut plain = Vec::with_capacity(stripped.len());
        let mut known = HashMap::new();
        let nothing_else = !stripped.iter().any(|word| french::carries_meaning(word));
        for word in &stripped {
            let corrected = self.corrected(word, english, spelling);
            plain.push(corrected.clone().unwrap_or_else(|| word.clone()));
            if french::carries_meaning(word) || nothing_else {
                known.insert(word.clone(), spelling.knows(word) || corrected.is_some());
                words.push((word.clone(), 1.0));
                words.extend(corrected.map(|word| (word, weights.guessed)));
            }
        }
        let explained = self.explained(&plain, english, spelling);
        let read = french::meaningful(&plain);
        let concepts = read.iter().chain(&explained).map(|word| self.concept(word)).collect();
        words.extend(explained.into_iter().map(|word| (word, weights.added)));
        let words = self.query_words(words, &known);
        Query { plain, words, concepts }
    }

    fn spelt_out(&self, words: &[String]) -> Vec<String> {
        let mut typed = Vec::with_capacity(words.len());
        for word in words {
            match self.shorthand.get(word) {
                Some(meaning) => typed.extend(meaning.iter().cloned()),
                None => typed.push(word.clone()),
            }
        }
        typed
    }

    fn without_framing(&self, words: &[String]) -> Vec<String> {
        let mut kept = Vec::with_capacity(words.len());
        let mut rest = words;
        while let Some(first) = rest.first() {
            let openings = self.framing.get(first).map(Vec::as_slice).unwrap_or_default();
            match openings.iter().find(|opening| rest.starts_with(opening)) {
                Some(opening) => rest = &rest[opening.len()..],
                None => {
                    kept.push(first.clone());
                    rest = &rest[1..];
                }
            }
        }
        kept
    }

    /// The known word nearest to an unknown one.
    fn corrected(&self, word: &str, english: bool, spelling: &Spelling) -> Option<String> {
        let explained = self.acronyms.contains_key(word) || self.english.contains_key(word);
        if english || explained || !french::carries_meaning(word) || spelling.knows(word) {
            return None;
        }
        spelling.nearest(word).map(str::to_owned)
    }

    /// What acronyms and English phrases stand for. In a French sentence only phrases and unknown words are read as
    /// English: `on`, `test`, `place` are French there.
    fn explained(&self, words: &[String], english: bool, spelling: &Spelling) -> Vec<String> {
        let mut added = Vec::new();
        for start in 0..words.len() {
            added.extend(self.acronyms.get(&words[start]).into_iter().flatten().cloned());
            let longest = self.longest_english.min(words.len() - start);
            let phrase = (1..=longest).rev().find_map(|length| {
                let french = self.english.get(&words[start..start + length].join(" "))?;
                (english || length > 1 || !spelling.knows(&words[start])).then_some(french)
            });
            added.extend(phrase.into_iter().flatten().cloned());
        }
        added.retain(|word| french::carries_meaning(word));
        added
    }

    fn query_words(&self, words: Vec<(String, f32)>, known: &HashMap<String, bool>) -> Vec<QueryWord> {
        let (exact, word_weights): (Vec<_>, Vec<_>) = words.into_iter().unzip();
        let mut read: Vec<QueryWord> = Vec::with_capacity(exact.len());
        for (word, weight) in french::stemmed(exact).into_iter().zip(word_weights) {
            let concept = self.concept_of_stem(word.light.clone());
            if read.iter().any(|other| other.concept == concept && other.word.exact == word.exact) {
                continue;
            }
            let known = known.get(&word.exact).copied().unwrap_or(true);
            let synonyms = self.synonyms.get(&concept).cloned().unwrap_or_default();
            read.push(QueryWord { word, concept, weight, synonyms, known });
        }
        read
    }
}

fn stem(word: &str) -> String {
    french::light(&french::words(word).concat())
}

fn words_by_word(pairs: &[(String, String)]) -> HashMap<String, Vec<String>> {
    pairs.iter().map(|(key, meaning)| (french::words(key).join(" "), french::words(meaning))).collect()
}
