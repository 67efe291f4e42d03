//! Learning: stochastic gradient descent on the cross-entropy, sample by sample.

use crate::features::{Counted, Feature, GROUPS, Sample, Vocabulary, features, group};
use crate::{Model, shares};

/// How a model is learnt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Shares of words, pairs of words, pieces of words.
    pub groups: [f32; GROUPS],
    /// Features of each group that occur in fewer samples are forgotten.
    pub least: [usize; GROUPS],
    /// How often all samples are gone over.
    pub rounds: usize,
    /// How far one sample moves the weights in the first round.
    pub rate: f32,
    /// What remains of the rate from round to round.
    pub fade: f32,
    /// Whether every class weighs the same in all, however few its samples: the more a class has, the less each moves.
    pub balanced: bool,
}

impl Recipe {
    /// What cross-validation on needs of public-innovation methods chose.
    pub const DEFAULT: Self =
        Self { groups: [1.0, 0.5, 1.0], least: [2, 2, 3], rounds: 6, rate: 0.6, fade: 0.8, balanced: false };
}

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

    fn of_sample(&self, place: usize) -> Vec<Counted> {
        let start = place.checked_sub(1).map_or(0, |before| self.samples[before].1);
        (start..self.samples[place].1).map(|at| (self.features[at], f32::from(self.times[at]))).collect()
    }
}

impl Model {
    /// Learns to tell `classes` apart from samples with their classes.
    pub fn learn(samples: &mut dyn Iterator<Item = (usize, Sample)>, classes: usize, recipe: &Recipe) -> Self {
        let mut counts = Counts::default();
        for (class, sample) in samples {
            counts.add(class, &sample);
        }
        let vocabulary = vocabulary(&counts, recipe);
        let weights = descend(&counts, &vocabulary, classes, recipe);
        let (scales, steps) = in_steps(&weights, classes);
        Self { vocabulary, classes, scales, steps }
    }
}

/// Numbers the features that occur often enough, and weighs each by its rarity.
fn vocabulary(counts: &Counts, recipe: &Recipe) -> Vocabulary {
    let total = counts.samples.len() as f32;
    let mut known = Vocabulary { unseen: (1.0 + total).ln() + 1.0, groups: recipe.groups, ..Vocabulary::default() };
    let mut all = counts.features.clone();
    all.sort_unstable();
    for same in all.chunk_by(Feature::eq).filter(|same| same.len() >= recipe.least[group(same[0])]) {
        known.numbers.insert(same[0], known.rarity.len() as u32);
        known.rarity.push(((1.0 + total) / (1.0 + same.len() as f32)).ln() + 1.0);
    }
    known
}

/// The weights of each feature for each class, feature after feature.
fn descend(counts: &Counts, vocabulary: &Vocabulary, classes: usize, recipe: &Recipe) -> Vec<f32> {
    let mut weights = vec![0.0_f32; vocabulary.rarity.len() * classes];
    let weighs = if recipe.balanced { balance(counts, classes) } else { vec![1.0; classes] };
    let mut rate = recipe.rate;
    for round in 0..recipe.rounds {
        for batch in order(counts.samples.len(), round).chunks(BATCH) {
            for (vector, wrong, rate) in side_by_side(batch, |place| {
                let vector = vocabulary.vector(&counts.of_sample(place));
                let class = counts.samples[place].0;
                let wrong = mistake(&weights, &vector, classes, class);
                (vector, wrong, rate * weighs[class])
            }) {
                correct(&mut weights, &vector, classes, &wrong, rate);
            }
        }
        rate *= recipe.fade;
    }
    weights
}

/// What a sample of each class weighs: 1 for the class that has the fewest.
fn balance(counts: &Counts, classes: usize) -> Vec<f32> {
    let mut sizes = vec![0_usize; classes];
    counts.samples.iter().for_each(|(class, _)| sizes[*class] += 1);
    let least = sizes.iter().copied().filter(|size| *size > 0).min().unwrap_or(1);
    sizes.into_iter().map(|size| least as f32 / size.max(1) as f32).collect()
}

/// Samples whose mistakes are found before any is corrected, so that several cores can look for them.
const BATCH: usize = 32;

/// The results in the order of the places, whatever the number of cores.
fn side_by_side<T: Send>(places: &[usize], look: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let part = places.len().div_ceil(cores).max(1);
    std::thread::scope(|threads| {
        let look = &look;
        let mut parts = places.chunks(part);
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts
            .map(|part| threads.spawn(move || part.iter().map(|place| look(*place)).collect::<Vec<T>>()))
            .collect();
        let mut found: Vec<T> = own.iter().map(|place| look(*place)).collect();
        for other in others {
            found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    })
}

/// How much too likely each class is held to be; classes that are nearly right are left out.
fn mistake(weights: &[f32], vector: &[(u32, f32)], classes: usize, class: usize) -> Vec<(usize, f32)> {
    let mut scores = vec![0.0_f32; classes];
    for (feature, weight) in vector {
        let row = &weights[*feature as usize * classes..][..classes];
        scores.iter_mut().zip(row).for_each(|(score, share)| *score += weight * share);
    }
    let mut wrong = shares(&scores, 1.0);
    wrong[class] -= 1.0;
    wrong.into_iter().enumerate().filter(|(_, much)| much.abs() > NEGLIGIBLE).collect()
}

/// A mistake too small to be worth a correction.
const NEGLIGIBLE: f32 = 5e-4;

fn correct(weights: &mut [f32], vector: &[(u32, f32)], classes: usize, wrong: &[(usize, f32)], rate: f32) {
    for (feature, weight) in vector {
        let row = &mut weights[*feature as usize * classes..][..classes];
        for (class, much) in wrong {
            row[*class] -= rate * weight * much;
        }
    }
}

/// A walk that visits every sample, seldom the same class twice in a row, another way each round; no randomness.
fn order(count: usize, round: usize) -> Vec<usize> {
    const PRIMES: [usize; 8] = [7_919, 6_133, 9_377, 5_273, 8_641, 4_793, 9_931, 7_043];
    let usable = |prime: &&usize| count > 0 && !count.is_multiple_of(**prime);
    let stride = PRIMES.iter().cycle().skip(round).take(PRIMES.len()).find(usable).copied().unwrap_or(1);
    (0..count).map(|step| step * stride % count).collect()
}

/// Each row as bytes of a scale of its own.
fn in_steps(weights: &[f32], classes: usize) -> (Vec<f32>, Vec<i8>) {
    let mut scales = Vec::with_capacity(weights.len() / classes.max(1));
    let mut steps = Vec::with_capacity(weights.len());
    for row in weights.chunks(classes.max(1)) {
        let scale = row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / f32::from(i8::MAX);
        scales.push(scale);
        steps.extend(row.iter().map(|weight| if scale > 0.0 { (weight / scale).round() as i8 } else { 0 }));
    }
    (scales, steps)
}
