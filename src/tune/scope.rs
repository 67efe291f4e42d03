//! The rule for « out of scope »: logistic regression on lines that the model has not seen, and a threshold from requests.

use std::fmt;

use crate::eval::Request;
use crate::knowledge::{Library, Scope, Signs, SourceFile, Weights};

const FOLDS: usize = 4;
/// Share of the requests in scope that may be refused.
const REFUSED_AT_MOST: f64 = 0.005;
const STEPS: usize = 4_000;
const RATE: f64 = 0.5;

/// The rule that was found, and what it does to what the model has not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    pub scope: Scope,
    /// Strength below which nothing is advised.
    pub abstain: f32,
    /// Needs and lines of `outside.txt`, each held back from the model that read it.
    pub lines: Refused,
    /// Requests, each judged with a threshold from the others.
    pub requests: Refused,
}

/// How many lines in scope and out of it are refused, among how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refused {
    pub inside: (usize, usize),
    pub outside: (usize, usize),
}

/// Learns the base four times, each time without a quarter of its lines, and fits the rule on these. The threshold is what
/// refuses few of the graded requests, which no model has learnt; of the needs where there are none.
pub fn fit(files: &[SourceFile], library: &Library, requests: &[Request], weights: &Weights) -> Fit {
    let (inside, outside) = held_out(files, weights);
    let scope = regression(&inside, &outside);
    let lines = [strengths(&inside, &scope), strengths(&outside, &scope)];
    let signs = |inside: bool| -> Vec<Signs> {
        let wanted = requests.iter().filter(|request| request.relevant.is_empty() != inside);
        wanted.filter_map(|request| library.signs(&request.text)).collect()
    };
    let judged = [strengths(&signs(true), &scope), strengths(&signs(false), &scope)];
    let abstain = threshold(if judged[0].is_empty() { &lines[0] } else { &judged[0] });
    Fit { scope, abstain, lines: refused(&lines, abstain), requests: cross_validated(&judged) }
}

/// The signs of every need and of every line out of scope, as a model without them sees it.
fn held_out(files: &[SourceFile], weights: &Weights) -> (Vec<Signs>, Vec<Signs>) {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for fold in 0..FOLDS {
        let (kept, held) = without(files, fold);
        let Some(library) = Library::build_with(&kept, *weights, None).0 else { continue };
        let signs = |line: &String| library.signs(line);
        inside.extend(held.needs.iter().filter_map(signs));
        outside.extend(held.outside.iter().filter_map(signs));
    }
    (inside, outside)
}

fn strengths(lines: &[Signs], scope: &Scope) -> Vec<f32> {
    lines.iter().map(|signs| signs.strength(scope)).collect()
}

/// What refuses as many of these as may be.
fn threshold(inside: &[f32]) -> f32 {
    let mut sorted = inside.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get((sorted.len() as f64 * REFUSED_AT_MOST) as usize).copied().unwrap_or(0.0)
}

fn refused([inside, outside]: &[Vec<f32>; 2], abstain: f32) -> Refused {
    let below = |all: &[f32]| (all.iter().filter(|one| **one < abstain).count(), all.len());
    Refused { inside: below(inside), outside: below(outside) }
}

/// What is refused when each fold's threshold comes from the others.
fn cross_validated(judged: &[Vec<f32>; 2]) -> Refused {
    let part = |all: &[f32], kept: &dyn Fn(usize) -> bool| -> Vec<f32> {
        all.iter().enumerate().filter(|(place, _)| kept(*place)).map(|(_, one)| *one).collect()
    };
    let folds = (0..FOLDS).map(|fold| {
        let abstain = threshold(&part(&judged[0], &|place| place % FOLDS != fold));
        refused(&judged.each_ref().map(|all| part(all, &|place| place % FOLDS == fold)), abstain)
    });
    let add = |(a, b): (usize, usize), (c, d): (usize, usize)| (a + c, b + d);
    folds.fold(Refused::default(), |sum, fold| Refused {
        inside: add(sum.inside, fold.inside),
        outside: add(sum.outside, fold.outside),
    })
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
        let scope = &self.scope;
        let share = |(some, all): (usize, usize)| format!("{some} of {all} ({:.3})", some as f64 / all.max(1) as f64);
        writeln!(f, "out of scope, on what the model had not seen")?;
        writeln!(f, "  needs refused                {}", share(self.lines.inside))?;
        writeln!(f, "  other lines refused          {}", share(self.lines.outside))?;
        writeln!(f, "  requests in scope refused    {}", share(self.requests.inside))?;
        writeln!(f, "  requests out of it refused   {}", share(self.requests.outside))?;
        writeln!(
            f,
            "    scope: Scope {{ inside: {:.2}, clear: {:.2}, known: {:.2}, named: {:.2}, length: {:.2}, doubt: {:.2} }},",
            scope.inside, scope.clear, scope.known, scope.named, scope.length, scope.doubt
        )?;
        write!(f, "    abstain: {:.3},", self.abstain)
    }
}
