//! The weights of the ranking: coordinate ascent, cross-validated.

use std::collections::HashMap;
use std::fmt;

use crate::eval::{self, Request};
use crate::knowledge::{Library, Means, Weights};

/// A number that may be tuned.
struct Knob {
    name: &'static str,
    of: fn(&mut Weights) -> &mut f32,
}

const KNOBS: [Knob; 12] = [
    Knob { name: "model", of: |weights| &mut weights.model },
    Knob { name: "sharpness", of: |weights| &mut weights.sharpness },
    Knob { name: "needs", of: |weights| &mut weights.needs },
    Knob { name: "sheet", of: |weights| &mut weights.sheet },
    Knob { name: "named", of: |weights| &mut weights.named },
    Knob { name: "shared", of: |weights| &mut weights.shared },
    Knob { name: "related", of: |weights| &mut weights.nearness.related },
    Knob { name: "alternative", of: |weights| &mut weights.nearness.alternative },
    Knob { name: "sequence", of: |weights| &mut weights.nearness.sequence },
    Knob { name: "same_goal", of: |weights| &mut weights.nearness.same_goal },
    Knob { name: "tight", of: |weights| &mut weights.tight },
    Knob { name: "stretch", of: |weights| &mut weights.stretch },
];
/// What each number is tried at, times what it is.
const TRIES: [f32; 4] = [0.6, 0.8, 1.25, 1.6];
const ROUNDS: usize = 2;
const FOLDS: usize = 5;
/// A smaller gain is noise: the number stays what it was.
const GAIN: f64 = 0.002;

/// What a climb found: values by name, and the mean worth of a request before and after, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Climb {
    pub chosen: Vec<(&'static str, f32)>,
    /// With the weights that ship.
    pub before: f64,
    /// On the requests that the numbers were chosen on.
    pub seen: f64,
    /// On requests that were not looked at, mean of the folds: what to believe.
    pub unseen: f64,
}

/// Climbs on all requests for the values, and on each four fifths for what they are worth.
pub fn climb(library: &mut Library, requests: &[Request], read_means: fn(&str) -> Means) -> Climb {
    let mut trials = Trials { library, requests, read_means, known: HashMap::new() };
    let start = Weights::DEFAULT;
    let unseen: Vec<f64> = (0..FOLDS)
        .map(|fold| {
            let best = trials.ascend(&start, |place| place % FOLDS != fold);
            trials.worth(&best, |place| place % FOLDS == fold)
        })
        .collect();
    let mut best = trials.ascend(&start, |_| true);
    Climb {
        before: trials.worth(&start, |_| true),
        seen: trials.worth(&best, |_| true),
        unseen: unseen.iter().sum::<f64>() / FOLDS as f64,
        chosen: KNOBS.iter().map(|knob| (knob.name, *(knob.of)(&mut best))).collect(),
    }
}

struct Trials<'a> {
    library: &'a mut Library,
    requests: &'a [Request],
    read_means: fn(&str) -> Means,
    /// What every request was worth under weights that were tried before.
    known: HashMap<[u32; KNOBS.len()], Vec<f64>>,
}

impl Trials<'_> {
    fn ascend(&mut self, start: &Weights, among: impl Fn(usize) -> bool + Copy) -> Weights {
        let mut best = *start;
        let mut worth = self.worth(&best, among);
        for knob in KNOBS.iter().cycle().take(KNOBS.len() * ROUNDS) {
            let from = best;
            for factor in TRIES {
                let mut tried = from;
                *(knob.of)(&mut tried) *= factor;
                let reached = self.worth(&tried, among);
                if reached > worth + GAIN {
                    (best, worth) = (tried, reached);
                }
            }
        }
        best
    }

    /// The mean worth of the chosen requests.
    fn worth(&mut self, weights: &Weights, among: impl Fn(usize) -> bool) -> f64 {
        let mut weights = *weights;
        let name = KNOBS.each_ref().map(|knob| (knob.of)(&mut weights).to_bits());
        let (library, requests, read_means) = (&mut *self.library, self.requests, self.read_means);
        let each = self.known.entry(name).or_insert_with(|| {
            library.reweigh(weights);
            requests.iter().map(|request| eval::worth(library, request, read_means)).collect()
        });
        let chosen: Vec<f64> =
            each.iter().enumerate().filter(|(place, _)| among(*place)).map(|(_, one)| *one).collect();
        chosen.iter().sum::<f64>() / chosen.len().max(1) as f64
    }
}

impl fmt::Display for Climb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "worth of a request (half nDCG@5, half success@3)")?;
        writeln!(f, "  with the weights that ship   {:.3}", self.before)?;
        writeln!(f, "  chosen, on what was seen     {:.3}", self.seen)?;
        writeln!(f, "  chosen, on what was not      {:.3}", self.unseen)?;
        self.chosen.iter().try_for_each(|(name, value)| writeln!(f, "    {name}: {value:.3},"))
    }
}
