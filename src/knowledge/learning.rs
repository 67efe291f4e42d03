//! What is learnt from the lines of the base: which method a text calls for, and whether the base knows its matter.

use declic_classifier::{Model, Recipe, Sample};

use super::french;
use super::load::Parts;
use super::query::{Query, Wording};
use super::sheet::Method;

/// Two models over the same features.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learnt {
    /// One class a method.
    pub methods: Model,
    /// Two classes: [`OUTSIDE`] and [`INSIDE`].
    pub scope: Model,
}

pub const OUTSIDE: usize = 0;
pub const INSIDE: usize = 1;

/// A model knows every feature for every class: beyond this many methods it would fill the memory and take hours to
/// learn. Larger bases are searched by their needs and sheets alone.
const MOST: usize = 1_000;

impl Learnt {
    /// Nothing is learnt from a base that is too large, and no scope where nothing is known to lie outside.
    pub fn from(parts: &Parts, wording: &Wording, recipe: &Recipe) -> Self {
        let (methods, scopes) = classes(parts);
        let learn = |samples: &mut dyn Iterator<Item = (usize, Sample)>, classes: usize, balanced: bool| {
            if classes == 0 {
                Model::default()
            } else {
                Model::learn(samples, classes, &Recipe { balanced, ..*recipe })
            }
        };
        let sampled = |(class, text): (usize, &str)| (class, sample(text, wording));
        let inside = own_words(&parts.methods).map(|(_, text)| (INSIDE, text));
        let outside = parts.outside.iter().map(|line| (OUTSIDE, line.as_str()));
        Self {
            methods: learn(&mut own_words(&parts.methods).map(sampled), methods, false),
            scope: learn(&mut inside.chain(outside).map(sampled), scopes, true),
        }
    }

    /// The models as bytes for [`Learnt::kept`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let methods = self.methods.to_bytes();
        let mut bytes = (methods.len() as u64).to_le_bytes().to_vec();
        bytes.extend(methods);
        bytes.extend(self.scope.to_bytes());
        bytes
    }

    /// What [`Learnt::to_bytes`] gave for the same parts; none when the bytes are anything else.
    pub fn kept(bytes: &[u8], parts: &Parts) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (methods, scope) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let learnt = Self { methods: Model::from_bytes(methods)?, scope: Model::from_bytes(scope)? };
        ((learnt.methods.classes(), learnt.scope.classes()) == classes(parts)).then_some(learnt)
    }
}

/// How many classes each model has.
fn classes(parts: &Parts) -> (usize, usize) {
    match parts.methods.len() {
        too_many if too_many > MOST => (0, 0),
        methods if parts.outside.is_empty() => (methods, 0),
        methods => (methods, 2),
    }
}

/// What the models see of a request.
pub fn sample_of(query: &Query) -> Sample {
    Sample { words: singular(&query.plain), concepts: query.concepts.clone() }
}

/// … and of a line of the base.
fn sample(text: &str, wording: &Wording) -> Sample {
    let words = french::words(text);
    let concepts = french::meaningful(&words).iter().map(|word| wording.concept(word)).collect();
    Sample { words: singular(&words), concepts }
}

/// Words without the mark of the plural, in French and in English, so that their pieces are the same.
fn singular(words: &[String]) -> Vec<String> {
    let bare = |word: &String| word.strip_suffix(['s', 'x']).filter(|bare| bare.len() >= 3).unwrap_or(word).to_owned();
    words.iter().map(bare).collect()
}

/// Needs, and what the sheet says of itself, as examples of requests.
fn own_words(methods: &[Method]) -> impl Iterator<Item = (usize, &str)> {
    methods.iter().enumerate().flat_map(|(number, method)| {
        let names = [&method.name, &method.english_name, &method.summary, &method.english_summary];
        let situations = method.sections.when.lines().map(|line| line.trim_start_matches(['-', ' ']));
        let texts = names.into_iter().chain(&method.aliases).chain(&method.needs).map(String::as_str);
        texts.chain(situations).map(move |text| (number, text))
    })
}
