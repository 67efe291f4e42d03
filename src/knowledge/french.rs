//! French analysis: from what people type to the words that the search compares.
//!
//! Composed accents, lower case, elision, inclusive writing, hyphens, folding; then two stemmings beside the exact
//! form, because each meets pairs that the other misses (`usager`/`usagers`, `mobiliser`/`mobilisation`).

mod light;

use std::collections::HashSet;
use std::sync::LazyLock;

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer, TokenStream as _, WhitespaceTokenizer};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

pub use light::light;

/// Longer words are not words: an address, a pasted key.
const LONGEST: usize = 40;

/// Lower case, without accents or ligatures, apostrophes straight, spaces single. For comparing, not for showing.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => folded.push(c),
            '`' => folded.push('\''),
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            c => fold_letter(c, &mut folded),
        }
    }
    if folded.starts_with(' ') || folded.ends_with(' ') { folded.trim().to_owned() } else { folded }
}

/// The usual letters of French by table, because the whole base is folded at every start; others by Unicode's rules.
fn fold_letter(c: char, folded: &mut String) {
    match c {
        'à' | 'â' | 'ä' | 'À' | 'Â' => folded.push('a'),
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' => folded.push('e'),
        'î' | 'ï' | 'Î' => folded.push('i'),
        'ô' | 'ö' | 'Ô' => folded.push('o'),
        'ù' | 'û' | 'ü' => folded.push('u'),
        'ç' | 'Ç' => folded.push('c'),
        'œ' | 'Œ' => folded.push_str("oe"),
        'æ' | 'Æ' => folded.push_str("ae"),
        '’' | 'ʼ' | '‘' | '´' | '′' => folded.push('\''),
        c => folded.extend(c.nfd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c))),
    }
}

/// The words of a text, folded, without elided articles and inclusive endings; parts of hyphenated words one by one.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for chunk in fold(text).split(' ') {
        split_chunk(&without_inclusive_endings(chunk), &mut words);
    }
    words
}

/// Hyphenated words in one piece: `co-conception` gives `coconception`.
pub fn compounds(text: &str) -> Vec<String> {
    let folded = fold(text);
    let chunks = folded.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    chunks
        .map(|chunk| chunk.trim_matches('-'))
        .filter(|chunk| chunk.contains('-') && chunk.len() <= LONGEST)
        .map(|chunk| chunk.replace('-', ""))
        .collect()
}

/// What an apostrophe may cut off the word that follows.
const ELIDED: [&str; 17] = [
    "l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu", "presqu", "entr", "quelqu",
    "y",
];

fn split_chunk(chunk: &str, words: &mut Vec<String>) {
    let mut rest = chunk;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        if let Some(follower) = after.strip_prefix('\'') {
            if matches!(word, "aujourd" | "prud") {
                let end = follower.find(|c: char| !c.is_alphanumeric()).unwrap_or(follower.len());
                words.push(format!("{word}{}", &follower[..end]));
                rest = &follower[end..];
                continue;
            }
            if ELIDED.contains(&word) && follower.starts_with(char::is_alphanumeric) {
                continue;
            }
        }
        if word.len() <= LONGEST {
            words.push(word.to_owned());
        }
    }
}

/// Endings that inclusive writing adds after a point, a parenthesis or a hyphen.
const INCLUSIVE: [&str; 16] = [
    "e", "s", "es", "ne", "nes", "le", "les", "rice", "rices", "trice", "trices", "euse", "euses", "ere", "eres", "ve",
];

/// `agent·e·s`, `agent.e.s`, `agent(e)s`, `agent-e-s` become `agent`.
fn without_inclusive_endings(chunk: &str) -> String {
    let Some(cut) = chunk.find(['·', '•', '‧', '⋅', '.', '(', '-']) else { return chunk.to_owned() };
    let (head, tail) = chunk.split_at(cut);
    let marks = ['·', '•', '‧', '⋅', '.', '(', ')', '-', ',', ';', ':', '!', '?'];
    let mut pieces = tail.split(marks).filter(|piece| !piece.is_empty()).peekable();
    let long_enough = head.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    let inclusive = long_enough && pieces.peek().is_some() && pieces.all(|piece| ends_inclusively(head, piece));
    if inclusive { head.to_owned() } else { chunk.to_owned() }
}

/// « fin.Le » is the end of a sentence, « professionnel.le » is not.
fn ends_inclusively(head: &str, piece: &str) -> bool {
    let doubled = piece.starts_with('l') || piece.starts_with('n');
    INCLUSIVE.contains(&piece) && (!doubled || head.chars().next_back() == piece.chars().next())
}

/// A word in the forms that the search compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub exact: String,
    /// Savoy's light stem.
    pub light: String,
    /// Snowball's stem.
    pub snowball: String,
}

/// The words that carry meaning; all of them where none does (« qui fait quoi et quand »).
pub fn meaningful(words: &[String]) -> Vec<String> {
    let kept: Vec<String> = words.iter().filter(|word| carries_meaning(word)).cloned().collect();
    if kept.is_empty() { words.to_vec() } else { kept }
}

/// The stem under which the forms of a word are looked for in transcripts: both stemmers, one after the other, meet
/// more pairs than either.
pub fn stem(word: &str) -> String {
    snowball_stem(&light(word))
}

/// Whether a word says something by itself: neither a stop word, nor a bare number, nor a letter.
pub fn carries_meaning(word: &str) -> bool {
    !is_stop_word(word) && !word.chars().all(|c| c.is_ascii_digit()) && word.chars().count() > 1
}

/// Both stems of each word.
pub fn stemmed(words: Vec<String>) -> Vec<Word> {
    let snowball = snowball(&words);
    let forms = words.into_iter().zip(snowball);
    forms.map(|(exact, snowball)| Word { light: light(&exact), exact, snowball }).collect()
}

/// Snowball stems, in the order of the words. One pass over all of them: making a stemmer costs more than a word.
fn snowball(words: &[String]) -> Vec<String> {
    let mut analyzer =
        TextAnalyzer::builder(WhitespaceTokenizer::default()).filter(Stemmer::new(Language::French)).build();
    let text = words.join(" ");
    let mut stream = analyzer.token_stream(&text);
    let mut stems = Vec::with_capacity(words.len());
    while stream.advance() {
        stems.push(stream.token().text.clone());
    }
    stems
}

/// The Snowball stem of one word.
pub fn snowball_stem(word: &str) -> String {
    let mut analyzer = TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::French)).build();
    let mut stream = analyzer.token_stream(word);
    if stream.advance() { stream.token().text.clone() } else { word.to_owned() }
}

pub fn is_stop_word(word: &str) -> bool {
    FRENCH_STOP_WORDS.contains(word) || ENGLISH_STOP_WORDS.contains(word)
}

/// More English function words than French ones.
pub fn looks_english(words: &[String]) -> bool {
    let count = |set: &HashSet<&str>, other: &HashSet<&str>| {
        words.iter().filter(|word| set.contains(word.as_str()) && !other.contains(word.as_str())).count()
    };
    count(&ENGLISH_STOP_WORDS, &FRENCH_STOP_WORDS) > count(&FRENCH_STOP_WORDS, &ENGLISH_STOP_WORDS)
}

static FRENCH_STOP_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a ai aie ait ainsi alors apres as au aussi autre autres aux avait avec avez avoir avons ayant bien c ca car ce \
     ceci cela celle celles celui ces cet cette ceux chez ci comme comment d dans de deja depuis des doit doivent donc \
     dont du elle elles en encore entre es est et etaient etait etant ete etes etre eu eux faire fais fait faite font \
     faut ici il ils j je juste l la le les leur leurs lors lui m ma mais me meme memes mes mettre mien moi mon n ni \
     nos notre nous on ont ou par parce peu peut peuvent peux plus plutot pour pourquoi pouvoir puis qu quand que quel \
     quelle quelles quels qui quoi s sa se sera serait ses si soi soient soit sommes son sont sous suis sur t ta te \
     tel telle tes toi ton toujours tout toute toutes tous tres tu un une va vais veut veux voila voire vont vos votre \
     vous vraiment vers vu y voudrais voudrait aimerais aimerait oui chose choses truc trucs"
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect()
});

static ENGLISH_STOP_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a about after all am an and any are as at be because been but by can could did do does each for from get had has \
     have he her his how i if in into is it its just let like make many me more most much my of off on one or our out \
     over own s should so some such t than that the their them then there these they this those to too up us very was \
     way we were what when where which who why will with would you your"
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_however_they_are_typed() {
        for (text, expected) in [
            ("L'équipe d’accueil", "equipe accueil"),
            ("lʼatelier jusqu'à aujourd'hui", "atelier a aujourdhui"),
            ("AUJOURD’HUI", "aujourdhui"),
            ("e\u{301}quipe", "equipe"),
            ("cœur de l'œuvre", "coeur de oeuvre"),
            ("agent·e·s et agent(e)s", "agent et agent"),
            ("les agent.e.s, directeur·rice", "les agent directeur"),
            ("citoyen-ne-s", "citoyen"),
            ("co-conception", "co conception"),
            ("1-2-4-All", "1 2 4 all"),
            ("fin.Le début", "fin le debut"),
            ("professionnel.le.s", "professionnel"),
            ("qu'est-ce qu'on", "est ce on"),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
        assert_eq!(compounds("la co-conception, pré-mortem."), ["coconception", "premortem"]);
    }

    #[test]
    fn words_of_one_root_meet_in_one_of_the_two_stems() {
        for (one, other) in [
            ("usager", "usagers"),
            ("créatif", "créative"),
            ("former", "formation"),
            ("enjeu", "enjeux"),
            ("conflit", "conflits"),
            ("mobiliser", "mobilisation"),
            ("organiser", "organisation"),
            ("participer", "participants"),
            ("vote", "voter"),
            ("équipe", "equipes"),
        ] {
            let stems = stemmed(vec![fold(one), fold(other)]);
            let meet = stems[0].light == stems[1].light || stems[0].snowball == stems[1].snowball;
            assert!(meet, "{one} and {other}: {stems:?}");
        }
    }

    #[test]
    fn the_language_is_that_of_the_small_words() {
        assert!(looks_english(&words("How do we get people to take the stairs?")));
        assert!(!looks_english(&words("Comment faire pour que les gens prennent l'escalier ?")));
        assert!(!looks_english(&words("brainstorming")));
    }
}
