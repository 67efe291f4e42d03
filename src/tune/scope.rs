//! The rule for « out of scope »: logistic regression on lines that the model has not seen.

use std::fmt;

use crate::knowledge::{Library, Scope, Signs, SourceFile, Weights};

const FOLDS: usize = 4;
/// Share of the needs that may be refused.
const REFUSED_AT_MOST: f64 = 0.03;
const STEPS: usize = 4_000;
const RATE: f64 = 0.5;

/// The rule that was found, and what it does to lines that the model has not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    pub scope: Scope,
    /// Strength below which nothing is advised.
    pub abstain: f32,
    /// Share of the lines in scope that are refused, and of those out of scope.
    pub refused_in: f64,
    pub refused_out: f64,
    pub lines: (usize, usize),
}

/// Learns the base four times, each time without a quarter of its lines, and fits the rule on these.
pub fn fit(files: &[SourceFile], weights: &Weights) -> Fit {
    let mut inside = Vec::new();
    let mut outside = Vec::new();
    for fold in 0..FOLDS {
        let (kept, held) = without(files, fold);
        let Some(library) = Library::build_with(&kept, *weights, None).0 else { continue };
        let signs = |line: &String| library.signs(line);
        inside.extend(held.needs.iter().filter_map(signs));
        outside.extend(held.outside.iter().filter_map(signs));
    }
    let scope = regression(&inside, &outside);
    let strengths = |lines: &[Signs]| {
        let mut strengths: Vec<f32> = lines.iter().map(|signs| signs.strength(&scope)).collect();
        strengths.sort_by(f32::total_cmp);
        strengths
    };
    let (strong, weak) = (strengths(&inside), strengths(&outside));
    let abstain = strong.get((strong.len() as f64 * REFUSED_AT_MOST) as usize).copied().unwrap_or(0.0);
    let below = |all: &[f32]| all.iter().filter(|one| **one < abstain).count() as f64 / all.len().max(1) as f64;
    Fit { scope, abstain, refused_in: below(&strong), refused_out: below(&weak), lines: (inside.len(), outside.len()) }
}

/// The lines of a fold.
#[derive(Default)]
struct Held {
    needs: Vec<String>,
    outside: Vec<String>,
}

/// The files less the lines of a fold.
fn without(files: &[SourceFile], fold: usize) -> (Vec<SourceFile>, Held) {
    let mut held = Held::default();
    let kept = files.iter().map(|file| {
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let taken = match name.as_str() {
            "outside.txt" => &mut held.outside,
            name if name.ends_with(".needs.txt") => &mut held.needs,
            _ => return file.clone(),
        };
        let mut text = String::new();
        for (number, line) in file.text.lines().enumerate() {
            let is_sample = !line.trim().is_empty() && !line.starts_with('#');
            if is_sample && number % FOLDS == fold {
                taken.push(line.to_owned());
            } else {
                text.push_str(line);
                text.push('\n');
            }
        }
        SourceFile { path: file.path.clone(), text }
    });
    (kept.collect(), held)
}

const SIGNS: usize = 5;

fn numbers(signs: &Signs) -> [f64; SIGNS] {
    [signs.inside, signs.clear, signs.known, signs.named, signs.length].map(f64::from)
}

/// Gradient descent on the cross-entropy, both sides weighing the same.
fn regression(inside: &[Signs], outside: &[Signs]) -> Scope {
    let sides = [(inside, 1.0), (outside, 0.0)];
    let samples: Vec<([f64; SIGNS], f64, f64)> = sides
        .into_iter()
        .flat_map(|(lines, truth)| lines.iter().map(move |signs| (numbers(signs), truth, 0.5 / lines.len() as f64)))
        .collect();
    let mut weights = [0.0; SIGNS];
    let mut doubt = 0.0;
    for _ in 0..STEPS {
        let mut slopes = [0.0; SIGNS];
        let mut slope = 0.0;
        for (signs, truth, share) in &samples {
            let sum: f64 = weights.iter().zip(signs).map(|(weight, sign)| weight * sign).sum::<f64>() - doubt;
            let error = (1.0 / (1.0 + (-sum).exp()) - truth) * share;
            slopes.iter_mut().zip(signs).for_each(|(slope, sign)| *slope += error * sign);
            slope -= error;
        }
        weights.iter_mut().zip(slopes).for_each(|(weight, slope)| *weight -= RATE * slope);
        doubt -= RATE * slope;
    }
    let [inside, clear, known, named, length] = weights.map(|weight| weight as f32);
    Scope { inside, clear, known, named, length, doubt: doubt as f32 }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scope, (inside, outside)) = (&self.scope, self.lines);
        writeln!(f, "out of scope, on {inside} needs and {outside} other lines that the model had not seen")?;
        writeln!(f, "  needs refused                {:.3}", self.refused_in)?;
        writeln!(f, "  other lines refused          {:.3}", self.refused_out)?;
        writeln!(
            f,
            "    scope: Scope {{ inside: {:.2}, clear: {:.2}, known: {:.2}, named: {:.2}, length: {:.2}, doubt: {:.2} }},",
            scope.inside, scope.clear, scope.known, scope.named, scope.length, scope.doubt
        )?;
        write!(f, "    abstain: {:.3},", self.abstain)
    }
}
