//! A model as bytes, to be kept between starts: little-endian, length-checked, never trusted.

use crate::Model;
use crate::features::{GROUPS, Vocabulary};

/// Changes whenever the bytes or the meaning of a feature do.
const SIGN: &[u8; 8] = b"declicM1";

impl Model {
    /// The model as bytes for [`Model::from_bytes`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let known = &self.vocabulary;
        let mut features = vec![0_u32; known.rarity.len()];
        for (feature, number) in &known.numbers {
            features[*number as usize] = *feature;
        }
        let mut bytes = SIGN.to_vec();
        bytes.extend((self.classes as u32).to_le_bytes());
        bytes.extend((features.len() as u32).to_le_bytes());
        bytes.extend(features.iter().flat_map(|feature| feature.to_le_bytes()));
        let floats = known.groups.iter().chain([&known.unseen]).chain(&known.rarity).chain(&self.scales);
        bytes.extend(floats.flat_map(|float| float.to_le_bytes()));
        bytes.extend(self.steps.iter().map(|step| step.to_le_bytes()[0]));
        bytes
    }

    /// The model of [`Model::to_bytes`]; none when the bytes are anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = &mut bytes.strip_prefix(SIGN.as_slice())?;
        let (classes, count) = (u32s(rest, 1)?[0] as usize, u32s(rest, 1)?[0] as usize);
        let features = u32s(rest, count)?;
        let mut floats = |count| Some(u32s(rest, count)?.into_iter().map(f32::from_bits).collect::<Vec<f32>>());
        let groups: [f32; GROUPS] = floats(GROUPS)?.try_into().ok()?;
        let (unseen, rarity, scales) = (floats(1)?[0], floats(count)?, floats(count)?);
        let steps: Vec<i8> = rest.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        let numbers = features.into_iter().zip(0..).collect();
        let vocabulary = Vocabulary { numbers, rarity, unseen, groups };
        (steps.len() == count.checked_mul(classes)?).then_some(Self { vocabulary, classes, scales, steps })
    }
}

fn u32s(rest: &mut &[u8], count: usize) -> Option<Vec<u32>> {
    let (taken, left) = rest.split_at_checked(count.checked_mul(4)?)?;
    *rest = left;
    let (words, _) = taken.as_chunks::<4>();
    Some(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
}
