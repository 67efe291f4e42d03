//! A small model learnt at start from the needs: one centroid a method over words, word pairs and pieces of words.
//!
//! Deterministic, no randomness: the same files give the same model. Pieces of words (2 to 5 letters) carry requests
//! that are misspelt; pairs carry « prendre une décision ».

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::weights::Weights;

/// What the model sees of a text.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// All its words, folded: small words too tell how people speak.
    pub words: Vec<String>,
    /// The concepts of its meaningful words, in order.
    pub concepts: Vec<String>,
}

/// A learnt model. Classes are numbered as in training.
#[derive(Default)]
pub struct Model {
    features: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    rarity: Vec<f32>,
    /// Where the shares of each feature begin in `shares`, and, last, where all end.
    starts: Vec<u32>,
    /// A class and what the feature weighs in its centroid, feature by feature.
    shares: Vec<(u32, f32)>,
    classes: usize,
    groups: [f32; 3],
    /// The rarity of a feature that was never seen.
    unseen: f32,
}

/// One feature of a text: its hash, the group it belongs to, and how often it occurs.
type Counted = (u64, usize, f32);

/// The group of the words, first of [`Weights::groups`].
const WORDS: usize = 0;

impl Model {
    /// Learns one centroid for each class from its samples.
    pub fn learn(samples: &[(usize, Sample)], classes: usize, weights: &Weights) -> Self {
        let counted: Vec<Vec<Counted>> = samples.iter().map(|(_, sample)| features(sample)).collect();
        let mut model = Self { classes, groups: weights.groups, ..Self::default() };
        model.number_features(&counted);
        let mut of_class: Vec<Vec<&[Counted]>> = vec![Vec::new(); classes];
        for ((class, _), counted) in samples.iter().zip(&counted) {
            of_class[*class].push(counted);
        }
        let centroids: Vec<Vec<(u32, f32)>> = of_class.iter().map(|samples| model.centroid(samples)).collect();
        model.keep(&centroids);
        model
    }

    /// The sum of the samples of a class, brought to length 1.
    fn centroid(&self, samples: &[&[Counted]]) -> Vec<(u32, f32)> {
        let mut all: Vec<(u32, f32)> = samples.iter().flat_map(|counted| self.vector(counted)).collect();
        // The order of equal features stays that of the samples, so that sums never differ.
        all.sort_by_key(|(feature, _)| *feature);
        let mut centroid: Vec<(u32, f32)> = Vec::new();
        for (feature, weight) in all {
            match centroid.last_mut() {
                Some((last, sum)) if *last == feature => *sum += weight,
                _ => centroid.push((feature, weight)),
            }
        }
        let length = centroid.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(f32::EPSILON);
        centroid.iter_mut().for_each(|(_, weight)| *weight /= length);
        centroid
    }

    /// Turns centroids, by class, into shares, by feature.
    fn keep(&mut self, centroids: &[Vec<(u32, f32)>]) {
        let mut ends = vec![0_u32; self.rarity.len() + 1];
        for (feature, _) in centroids.iter().flatten() {
            ends[*feature as usize + 1] += 1;
        }
        for feature in 1..ends.len() {
            ends[feature] += ends[feature - 1];
        }
        self.starts = ends.clone();
        self.shares = vec![(0, 0.0); self.starts.last().map_or(0, |end| *end as usize)];
        for (class, centroid) in (0..).zip(centroids) {
            for (feature, weight) in centroid {
                let place = &mut ends[*feature as usize];
                self.shares[*place as usize] = (class, *weight);
                *place += 1;
            }
        }
    }

    /// Numbers the features that occur at least twice, and weighs each by its rarity.
    fn number_features(&mut self, counted: &[Vec<Counted>]) {
        let mut frequency: HashMap<u64, u32, BuildHasherDefault<Hashed>> = HashMap::default();
        for (feature, ..) in counted.iter().flatten() {
            *frequency.entry(*feature).or_default() += 1;
        }
        let total = counted.len() as f32;
        self.unseen = (1.0 + total).ln() + 1.0;
        for (feature, ..) in counted.iter().flatten() {
            let count = frequency.get(feature).copied().unwrap_or(0);
            if count >= 2 && !self.features.contains_key(feature) {
                self.features.insert(*feature, u32::try_from(self.rarity.len()).unwrap_or(u32::MAX));
                self.rarity.push(((1.0 + total) / (1.0 + count as f32)).ln() + 1.0);
            }
        }
    }

    /// The weighted features of a text: each group brought to length 1, then to its share.
    fn vector(&self, counted: &[Counted]) -> Vec<(u32, f32)> {
        let mut norms = [0.0_f32; 3];
        let mut vector: Vec<(u32, usize, f32)> = Vec::with_capacity(counted.len());
        for (feature, group, count) in counted {
            let number = self.features.get(feature);
            let rarity = number.map_or(self.unseen, |number| self.rarity[*number as usize]);
            let weight = (1.0 + count.ln()) * rarity;
            if number.is_some() || *group == WORDS {
                norms[*group] += weight * weight;
            }
            vector.extend(number.map(|number| (*number, *group, weight)));
        }
        let scale: Vec<f32> =
            norms.iter().zip(self.groups).map(|(norm, share)| share / norm.sqrt().max(f32::EPSILON)).collect();
        vector.into_iter().map(|(feature, group, weight)| (feature, weight * scale[group])).collect()
    }

    /// How much a text resembles each class; 0 where they share nothing.
    pub fn scores(&self, sample: &Sample) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        for (feature, weight) in self.vector(&features(sample)) {
            let place = feature as usize;
            let (start, end) = (self.starts[place] as usize, self.starts[place + 1] as usize);
            for (class, share) in &self.shares[start..end] {
                scores[*class as usize] += weight * share;
            }
        }
        scores
    }
}

/// The features of a text, each once, with their counts.
fn features(sample: &Sample) -> Vec<Counted> {
    let mut all: Vec<(u64, usize)> = Vec::new();
    all.extend(sample.concepts.iter().map(|concept| (hash(0, &[concept.as_bytes()]), WORDS)));
    all.extend(sample.concepts.windows(2).map(|pair| (hash(1, &[pair[0].as_bytes(), pair[1].as_bytes()]), 1)));
    for word in &sample.words {
        grams(word, &mut all);
    }
    all.sort_unstable();
    let mut counted: Vec<Counted> = Vec::with_capacity(all.len());
    for (feature, group) in all {
        match counted.last_mut() {
            Some((last, _, count)) if *last == feature => *count += 1.0,
            _ => counted.push((feature, group, 1.0)),
        }
    }
    counted
}

/// Pieces of 2 to 5 letters of a word between two spaces.
fn grams(word: &str, all: &mut Vec<(u64, usize)>) {
    let padded: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    let mut buffer = [0; 4];
    for length in 2..=5 {
        for piece in padded.windows(length) {
            let mut state = start(2);
            for c in piece {
                state = feed(state, c.encode_utf8(&mut buffer).as_bytes());
            }
            all.push((state, 2));
        }
    }
}

/// FNV-1a, with the group in front so that groups never meet.
fn hash(group: u8, parts: &[&[u8]]) -> u64 {
    parts.iter().fold(start(group), |state, part| feed(feed(state, part), &[0]))
}

fn start(group: u8) -> u64 {
    feed(0xcbf2_9ce4_8422_2325, &[group])
}

fn feed(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The features are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = feed(self.0, bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        Sample { concepts: words.clone(), words }
    }

    #[test]
    fn a_text_goes_to_the_class_that_it_resembles() {
        let samples = [
            (0, "trouver idees nouvelles"),
            (0, "manque idees"),
            (1, "compter dossiers"),
            (1, "compter appels dossiers"),
        ]
        .map(|(class, text)| (class, sample(text)));
        let model = Model::learn(&samples, 2, &Weights::DEFAULT);
        let scores = model.scores(&sample("des idees"));
        assert!(scores[0] > scores[1], "{scores:?}");
        let misspelt = model.scores(&sample("conter les dosiers"));
        assert!(misspelt[1] > misspelt[0], "{misspelt:?}");
        assert_eq!(model.scores(&Sample::default()), [0.0, 0.0]);
    }
}
