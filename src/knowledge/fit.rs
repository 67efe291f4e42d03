//! Whether the means at hand suffice for a method.

use super::sheet::{Counted, Method, Place};
use super::weights::Weights;
use super::{Budget, Means, Reason, Skill, Warning};

/// What the means at hand do to a method, without the words for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Multiplies the score of the text.
    pub factor: f32,
    pub impossible: bool,
}

/// What one of the means says of a method; `None` where it was not stated.
type Verdict = Option<Result<Reason, Warning>>;

/// Weighs every stated means; what was not said weighs nothing.
pub fn fit(method: &Method, means: &Means, weights: &Weights) -> Fit {
    let stretched = means.skill == Some(Skill::Beginner) && method.skill == Skill::Intermediate;
    let mut fit = Fit { factor: if stretched { weights.stretch } else { 1.0 }, impossible: false };
    for warning in verdicts(method, means, weights).into_iter().flatten().filter_map(Result::err) {
        fit.impossible |= warning.is_impossible();
        fit.factor *= if warning.is_impossible() { weights.impossible } else { weights.tight };
    }
    fit
}

/// The same in words.
pub fn explained(method: &Method, means: &Means, weights: &Weights) -> (Vec<Reason>, Vec<Warning>) {
    let (mut reasons, mut warnings) = (Vec::new(), Vec::new());
    for verdict in verdicts(method, means, weights).into_iter().flatten() {
        match verdict {
            Ok(reason) => reasons.push(reason),
            Err(warning) => warnings.push(warning),
        }
    }
    (reasons, warnings)
}

fn verdicts(method: &Method, means: &Means, weights: &Weights) -> [Verdict; 5] {
    let counted = means.people.filter(|_| method.people.counted == Counted::Participants);
    [
        means.hours.map(|given| verdict(hours(method, given, weights.late), Reason::FitsHours)),
        counted.map(|given| verdict(people(method, given, weights.crowd), Reason::FitsPeople)),
        means.budget.map(|given| verdict(budget(method, given), Reason::FitsBudget)),
        // A beginner can meet an intermediate method: more effort, neither praise nor warning.
        means
            .skill
            .filter(|given| (*given, method.skill) != (Skill::Beginner, Skill::Intermediate))
            .map(|given| verdict(skill(method, given), Reason::FitsSkill)),
        means.remote.map(|remote| verdict(place(method, remote), Reason::FitsPlace)),
    ]
}

fn verdict(warning: Option<Warning>, reason: Reason) -> Result<Reason, Warning> {
    warning.map_or(Ok(reason), Err)
}

impl Warning {
    /// Whether the method cannot be done at all with the stated means.
    pub fn is_impossible(&self) -> bool {
        match self {
            Self::Hours { impossible, .. }
            | Self::TooFewPeople { impossible, .. }
            | Self::TooManyPeople { impossible, .. }
            | Self::Budget { impossible, .. }
            | Self::Skill { impossible, .. } => *impossible,
            Self::OnSiteOnly | Self::RemoteOnly => true,
        }
    }
}

fn hours(method: &Method, given: f32, late: f32) -> Option<Warning> {
    let needs = method.duration.min;
    (needs > given).then_some(Warning::Hours { needs, given, impossible: needs > given * late })
}

fn people(method: &Method, given: u32, crowd: f32) -> Option<Warning> {
    let (least, most) = (method.people.min, method.people.max);
    if given < least {
        let impossible = given as f32 * crowd < least as f32;
        Some(Warning::TooFewPeople { needs: least, given, impossible })
    } else if given > most {
        Some(Warning::TooManyPeople { most, given, impossible: given as f32 > most as f32 * crowd })
    } else {
        None
    }
}

fn budget(method: &Method, given: Budget) -> Option<Warning> {
    let missing = (method.budget as u8).saturating_sub(given as u8);
    (missing > 0).then_some(Warning::Budget { needs: method.budget, impossible: missing > 1 })
}

fn skill(method: &Method, given: Skill) -> Option<Warning> {
    let impossible = (given, method.skill) == (Skill::Beginner, Skill::Expert);
    (method.skill > given).then_some(Warning::Skill { needs: method.skill, impossible })
}

fn place(method: &Method, remote: bool) -> Option<Warning> {
    match (method.place, remote) {
        (Place::OnSite, true) => Some(Warning::OnSiteOnly),
        (Place::Remote, false) => Some(Warning::RemoteOnly),
        _ => None,
    }
}
