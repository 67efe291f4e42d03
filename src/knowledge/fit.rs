//! Whether the means at hand suffice for a method.

use super::sheet::{Counted, Method, Place};
use super::weights::Weights;
use super::{Budget, Means, Reason, Skill, Warning};

/// How a method fits stated means.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Multiplies the score of the text.
    pub factor: f32,
    pub impossible: bool,
    pub reasons: Vec<Reason>,
    pub warnings: Vec<Warning>,
}

/// Weighs every stated means; what was not said weighs nothing.
pub fn fit(method: &Method, means: &Means, weights: &Weights) -> Fit {
    let mut fit = Fit { factor: 1.0, impossible: false, reasons: Vec::new(), warnings: Vec::new() };
    if let Some(given) = means.hours {
        fit.weigh(hours(method, given, weights.late), Reason::FitsHours, weights);
    }
    if let Some(given) = means.people.filter(|_| method.people.counted == Counted::Participants) {
        fit.weigh(people(method, given, weights.crowd), Reason::FitsPeople, weights);
    }
    if let Some(given) = means.budget {
        fit.weigh(budget(method, given), Reason::FitsBudget, weights);
    }
    match means.skill {
        Some(Skill::Beginner) if method.skill == Skill::Intermediate => fit.factor *= weights.stretch,
        Some(given) => fit.weigh(skill(method, given), Reason::FitsSkill, weights),
        None => {}
    }
    if let Some(remote) = means.remote {
        fit.weigh(place(method, remote), Reason::FitsPlace, weights);
    }
    fit
}

impl Fit {
    fn weigh(&mut self, warning: Option<Warning>, reason: Reason, weights: &Weights) {
        match warning {
            None => self.reasons.push(reason),
            Some(warning) => {
                self.impossible |= warning.is_impossible();
                self.factor *= if warning.is_impossible() { weights.impossible } else { weights.tight };
                self.warnings.push(warning);
            }
        }
    }
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
