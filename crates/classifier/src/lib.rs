//! Which class a short, noisy text belongs to: softmax regression over words, pairs of words and pieces of words.
//!
//! Samples and their classes go in, a [`Model`] comes out that scores every class for a text. Deterministic, no
//! randomness: the same samples in the same order give the same model. Pieces of words (3 to 5 letters) carry texts
//! that are misspelt; pairs carry « prendre une décision ».
//!
//! A crate of its own, so that its loops are compiled with optimisation in development too: learning goes some
//! billions of times through them.

mod bytes;
mod features;
mod learn;

pub use features::Sample;
pub use learn::Recipe;

use features::{Vocabulary, features};

/// A learnt model. Classes are numbered as in training.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    vocabulary: Vocabulary,
    classes: usize,
    /// What one step of [`Model::steps`] is worth, feature by feature.
    scales: Vec<f32>,
    /// What each feature says for each class, feature after feature, in steps of its scale: a byte is precise enough,
    /// and four times smaller and faster than a float.
    steps: Vec<i8>,
}

impl Model {
    /// How much a text speaks for each class: logits, 0 where they share nothing.
    #[must_use]
    pub fn scores(&self, sample: &Sample) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        for (feature, weight) in self.vocabulary.vector(&features(sample)) {
            let start = feature as usize * self.classes;
            let weight = weight * self.scales[feature as usize];
            for (score, step) in scores.iter_mut().zip(&self.steps[start..start + self.classes]) {
                *score += weight * f32::from(*step);
            }
        }
        scores
    }

    /// How many classes it tells apart.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }
}

/// Scores as shares that sum to 1; `sharpness` above 1 favours the best.
#[must_use]
pub fn shares(scores: &[f32], sharpness: f32) -> Vec<f32> {
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f32> = scores.iter().map(|score| ((score - best) * sharpness).exp()).collect();
    let sum = shares.iter().sum::<f32>().max(f32::EPSILON);
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        Sample { concepts: words.clone(), words }
    }

    fn learnt() -> Model {
        let texts = [
            (0, "trouver idees nouvelles"),
            (0, "manque idees"),
            (1, "compter dossiers"),
            (1, "compter appels dossiers"),
        ];
        let mut samples = texts.iter().map(|(class, text)| (*class, sample(text)));
        Model::learn(&mut samples, 2, &Recipe { least: [2, 2, 2], ..Recipe::DEFAULT })
    }

    #[test]
    fn a_text_goes_to_the_class_that_it_resembles() {
        let model = learnt();
        let scores = model.scores(&sample("des idees"));
        assert!(scores[0] > scores[1], "{scores:?}");
        let misspelt = model.scores(&sample("conter les dosiers"));
        assert!(misspelt[1] > misspelt[0], "{misspelt:?}");
        assert_eq!(model.scores(&Sample::default()), [0.0, 0.0]);
    }

    #[test]
    fn a_model_is_read_back_as_it_was_written_and_nothing_else_is() {
        let model = learnt();
        let bytes = model.to_bytes();
        assert_eq!(Model::from_bytes(&bytes), Some(model));
        for end in 0..bytes.len() {
            assert_eq!(Model::from_bytes(&bytes[..end]), None, "cut at {end}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(Model::from_bytes(&longer), None);
    }

    #[test]
    fn shares_sum_to_one() {
        let shares = shares(&[3.0, 1.0, -2.0], 1.5);
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(shares[0] > shares[1] && shares[1] > shares[2]);
    }
}
