//! From a text to numbers: words, pairs of words and pieces of words, counted, weighed by rarity.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What the model sees of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// All its words, folded: small words too tell how people speak.
    pub words: Vec<String>,
    /// The concepts of its meaningful words, in order.
    pub concepts: Vec<String>,
}

/// The hash of a feature, whose first bits are its group. Short, since a base has millions of occurrences; the few
/// features that share a hash do no harm.
pub type Feature = u32;

/// One feature of a text, and how often it occurs.
pub type Counted = (Feature, f32);

/// Words, pairs of words, pieces of words.
pub const GROUPS: usize = 3;
const WORDS: Feature = 0;
const PAIRS: Feature = 1;
const PIECES: Feature = 2;
const GROUP_BITS: u32 = 2;

/// The group of a feature.
pub fn group(feature: Feature) -> usize {
    (feature >> (Feature::BITS - GROUP_BITS)) as usize
}

/// The features that the model knows, and what each weighs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vocabulary {
    pub numbers: HashMap<Feature, u32, BuildHasherDefault<Hashed>>,
    pub rarity: Vec<f32>,
    /// The rarity of a feature that was never seen.
    pub unseen: f32,
    /// Shares of the groups.
    pub groups: [f32; GROUPS],
}

impl Vocabulary {
    /// The weighted features of a text: each group brought to length 1, then to its share.
    pub fn vector(&self, counted: &[Counted]) -> Vec<(u32, f32)> {
        let mut norms = [0.0_f32; GROUPS];
        let mut vector: Vec<(u32, usize, f32)> = Vec::with_capacity(counted.len());
        for (feature, times) in counted {
            let (group, number) = (group(*feature), self.numbers.get(feature));
            let rarity = number.map_or(self.unseen, |number| self.rarity[*number as usize]);
            let weight = (1.0 + times.ln()) * rarity;
            if number.is_some() || group == WORDS as usize {
                norms[group] += weight * weight;
            }
            vector.extend(number.map(|number| (*number, group, weight)));
        }
        let scale: Vec<f32> =
            norms.iter().zip(self.groups).map(|(norm, share)| share / norm.sqrt().max(f32::EPSILON)).collect();
        vector.into_iter().map(|(feature, group, weight)| (feature, weight * scale[group])).collect()
    }
}

/// The features of a text, each once, with their counts.
pub fn features(sample: &Sample) -> Vec<Counted> {
    let mut all: Vec<Feature> = Vec::new();
    all.extend(sample.concepts.iter().map(|concept| hash(WORDS, &[concept.as_bytes()])));
    all.extend(sample.concepts.windows(2).map(|pair| hash(PAIRS, &[pair[0].as_bytes(), pair[1].as_bytes()])));
    for word in &sample.words {
        pieces(word, &mut all);
    }
    all.sort_unstable();
    all.chunk_by(Feature::eq).map(|same| (same[0], same.len().min(MANY) as f32)).collect()
}

/// More often than this in one text says no more.
const MANY: usize = u8::MAX as usize;

/// Pieces of 3 to 5 letters of a word between two spaces.
fn pieces(word: &str, all: &mut Vec<Feature>) {
    let padded: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    let mut buffer = [0; 4];
    for length in 3..=5 {
        for piece in padded.windows(length) {
            let letters = piece.iter().fold(START, |state, c| feed(state, c.encode_utf8(&mut buffer).as_bytes()));
            all.push(in_group(PIECES, letters));
        }
    }
}

/// FNV-1a, with the group in its first bits so that groups never meet.
fn hash(group: Feature, parts: &[&[u8]]) -> Feature {
    in_group(group, parts.iter().fold(START, |state, part| feed(feed(state, part), &[0])))
}

fn in_group(group: Feature, hash: u64) -> Feature {
    let folded = (hash >> Feature::BITS) as Feature ^ hash as Feature;
    (group << (Feature::BITS - GROUP_BITS)) | (folded >> GROUP_BITS)
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

fn feed(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The features are hashes already: their bits only have to reach both ends of the word.
#[derive(Default)]
pub struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = feed(self.0, bytes);
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = u64::from(value) << Feature::BITS | u64::from(value);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
