//! A small model learnt at start from the needs: one centroid a method over words, word pairs and pieces of words, then
//! corrected where it takes one method for another.
//!
//! Deterministic, no randomness: the same files give the same model. Pieces of words (2 to 5 letters) carry requests
//! that are misspelt; pairs carry « prendre une décision ».

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::weights::{Lessons, Weights};

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
    features: HashMap<Feature, u32, BuildHasherDefault<Hashed>>,
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

/// The hash of a feature, whose first bits are its group. Short, since a base has millions of occurrences; the few
/// features that share a hash do no harm.
type Feature = u32;

/// One feature of a text, and how often it occurs.
type Counted = (Feature, f32);

/// The group of the words, first of [`Weights::groups`].
const WORDS: Feature = 0;
const PAIRS: Feature = 1;
const PIECES: Feature = 2;
const GROUP_BITS: u32 = 2;

/// The features of all samples, one sample after the other: some millions of numbers, so they lie close.
#[derive(Default)]
struct Counts {
    features: Vec<Feature>,
    times: Vec<u8>,
    /// The class of each sample, and where its features end.
    samples: Vec<(usize, usize)>,
}

impl Counts {
    fn add(&mut self, class: usize, sample: &Sample) {
        for (feature, times) in features(sample) {
            self.features.push(feature);
            self.times.push(times as u8);
        }
        self.samples.push((class, self.features.len()));
    }

    /// The features of the samples of one class.
    fn of_class(&self, wanted: usize) -> impl Iterator<Item = Vec<Counted>> + '_ {
        let places = (0..self.samples.len()).filter(move |place| self.samples[*place].0 == wanted);
        places.map(|place| self.of_sample(place))
    }

    fn of_sample(&self, place: usize) -> Vec<Counted> {
        let start = place.checked_sub(1).map_or(0, |before| self.samples[before].1);
        (start..self.samples[place].1).map(|at| (self.features[at], f32::from(self.times[at]))).collect()
    }
}

impl Model {
    /// Learns one centroid for each class from its samples, and corrects the first `rivals` among themselves.
    pub fn learn(
        samples: impl Iterator<Item = (usize, Sample)>,
        classes: usize,
        rivals: usize,
        weights: &Weights,
    ) -> Self {
        let mut counts = Counts::default();
        samples.for_each(|(class, sample)| counts.add(class, &sample));
        let mut model = Self { classes, groups: weights.groups, ..Self::default() };
        model.number_features(&counts);
        let centroids: Vec<Vec<(u32, f32)>> =
            (0..classes).map(|class| model.centroid(counts.of_class(class))).collect();
        model.keep(&centroids);
        for _ in 0..weights.lessons.passes {
            model.correct(&counts, rivals, &weights.lessons);
        }
        model
    }

    /// Goes over the samples once. Where another class comes before the sample's own, or close behind, both are moved
    /// a little: what sets neighbours apart counts more than what they share.
    fn correct(&mut self, counts: &Counts, rivals: usize, lessons: &Lessons) {
        // A stride that visits every sample, and never the same class twice in a row; no randomness.
        let (samples, stride) = (counts.samples.len(), stride(counts.samples.len()));
        let mut scores = vec![0.0; self.classes];
        for place in (0..samples).map(|step| step * stride % samples) {
            let class = counts.samples[place].0;
            if class >= rivals {
                continue;
            }
            let vector = self.vector(&counts.of_sample(place));
            self.score_into(&vector, &mut scores);
            let others = (0..rivals).filter(|other| *other != class);
            let Some(rival) = others.max_by(|a, b| scores[*a].total_cmp(&scores[*b])) else { return };
            if scores[class] - scores[rival] < lessons.margin {
                self.move_apart(&vector, class, rival, lessons.rate);
            }
        }
    }

    fn move_apart(&mut self, vector: &[(u32, f32)], class: usize, rival: usize, rate: f32) {
        for (feature, weight) in vector {
            let (start, end) = self.span(*feature);
            for (of, share) in &mut self.shares[start..end] {
                if *of as usize == class {
                    *share += rate * weight;
                } else if *of as usize == rival {
                    *share -= rate * weight;
                }
            }
        }
    }

    /// The sum of the samples of a class, brought to length 1.
    fn centroid(&self, samples: impl Iterator<Item = Vec<Counted>>) -> Vec<(u32, f32)> {
        let mut all: Vec<(u32, f32)> = samples.flat_map(|counted| self.vector(&counted)).collect();
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

    /// Numbers the features that occur in at least two samples, and weighs each by its rarity.
    fn number_features(&mut self, counts: &Counts) {
        let total = counts.samples.len() as f32;
        self.unseen = (1.0 + total).ln() + 1.0;
        let mut all = counts.features.clone();
        all.sort_unstable();
        for same in all.chunk_by(Feature::eq).filter(|same| same.len() >= 2) {
            self.features.insert(same[0], u32::try_from(self.rarity.len()).unwrap_or(u32::MAX));
            self.rarity.push(((1.0 + total) / (1.0 + same.len() as f32)).ln() + 1.0);
        }
    }

    /// The weighted features of a text: each group brought to length 1, then to its share.
    fn vector(&self, counted: &[Counted]) -> Vec<(u32, f32)> {
        let mut norms = [0.0_f32; 3];
        let mut vector: Vec<(u32, usize, f32)> = Vec::with_capacity(counted.len());
        for (feature, times) in counted {
            let group = feature >> (Feature::BITS - GROUP_BITS);
            let number = self.features.get(feature);
            let rarity = number.map_or(self.unseen, |number| self.rarity[*number as usize]);
            let weight = (1.0 + times.ln()) * rarity;
            if number.is_some() || group == WORDS {
                norms[group as usize] += weight * weight;
            }
            vector.extend(number.map(|number| (*number, group as usize, weight)));
        }
        let scale: Vec<f32> =
            norms.iter().zip(self.groups).map(|(norm, share)| share / norm.sqrt().max(f32::EPSILON)).collect();
        vector.into_iter().map(|(feature, group, weight)| (feature, weight * scale[group])).collect()
    }

    /// How much a text resembles each class; 0 where they share nothing.
    pub fn scores(&self, sample: &Sample) -> Vec<f32> {
        self.scores_of(&self.vector(&features(sample)))
    }

    fn scores_of(&self, vector: &[(u32, f32)]) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        self.score_into(vector, &mut scores);
        scores
    }

    fn score_into(&self, vector: &[(u32, f32)], scores: &mut [f32]) {
        scores.fill(0.0);
        for (feature, weight) in vector {
            let (start, end) = self.span(*feature);
            for (class, share) in &self.shares[start..end] {
                scores[*class as usize] += weight * share;
            }
        }
    }

    /// Where the shares of a feature lie.
    fn span(&self, feature: u32) -> (usize, usize) {
        let place = feature as usize;
        (self.starts[place] as usize, self.starts[place + 1] as usize)
    }
}

/// A step that has no divisor in common with the count, so that it visits everything.
fn stride(count: usize) -> usize {
    const PRIMES: [usize; 3] = [7_919, 7_927, 7_933];
    PRIMES.into_iter().find(|prime| !count.is_multiple_of(*prime)).unwrap_or(1)
}

/// The features of a text, each once, with their counts.
fn features(sample: &Sample) -> Vec<Counted> {
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

/// Pieces of 2 to 5 letters of a word between two spaces.
fn pieces(word: &str, all: &mut Vec<Feature>) {
    let padded: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    let mut buffer = [0; 4];
    for length in 2..=5 {
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
struct Hashed(u64);

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
        let model = Model::learn(samples.into_iter(), 2, 2, &Weights::DEFAULT);
        let scores = model.scores(&sample("des idees"));
        assert!(scores[0] > scores[1], "{scores:?}");
        let misspelt = model.scores(&sample("conter les dosiers"));
        assert!(misspelt[1] > misspelt[0], "{misspelt:?}");
        assert_eq!(model.scores(&Sample::default()), [0.0, 0.0]);
    }
}
