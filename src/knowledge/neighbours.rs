//! Which methods answer the same requests: what sheets say of one another.

use std::collections::BTreeMap;

use super::MethodId;
use super::sheet::Method;
use super::weights::Nearness;

/// A method beside another, and how they are bound. Holds both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Neighbour {
    pub number: usize,
    bonds: Bonds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Bonds {
    related: bool,
    /// One sheet says « take the other instead ».
    alternative: bool,
    /// One comes before the other in a project.
    sequence: bool,
    /// Both serve the same goal first. Alone it binds nobody: a goal has a dozen methods.
    same_goal: bool,
}

impl Neighbour {
    /// How good an answer the one is where the other is the best: every bond adds to it.
    pub fn closeness(&self, weights: &Nearness) -> f32 {
        let worth = |bond: bool, weight: f32| if bond { weight } else { 0.0 };
        worth(self.bonds.related, weights.related)
            + worth(self.bonds.alternative, weights.alternative)
            + worth(self.bonds.sequence, weights.sequence)
            + worth(self.bonds.same_goal, weights.same_goal)
    }
}

/// The neighbours of each method, in the order of the methods.
pub fn neighbours(methods: &[Method]) -> Vec<Vec<Neighbour>> {
    let mut bonds = vec![BTreeMap::<usize, Bonds>::new(); methods.len()];
    let number = |id: &str| methods.binary_search_by(|method| method.id.as_str().cmp(id)).ok();
    for (one, method) in methods.iter().enumerate() {
        let mut bind = |id: &str, set: fn(&mut Bonds)| {
            let Some(other) = number(id).filter(|other| *other != one) else { return };
            set(bonds[one].entry(other).or_default());
            set(bonds[other].entry(one).or_default());
        };
        method.related.iter().for_each(|id| bind(id.as_str(), |bonds| bonds.related = true));
        alternatives(method).for_each(|id| bind(id, |bonds| bonds.alternative = true));
        let sequence = method.before.iter().chain(&method.after).map(MethodId::as_str);
        sequence.for_each(|id| bind(id, |bonds| bonds.sequence = true));
    }
    let same_goal = |one: usize, other: usize| {
        let first = methods[one].goals.first();
        first.is_some() && first == methods[other].goals.first()
    };
    let list = |(one, bonds): (usize, BTreeMap<usize, Bonds>)| {
        let neighbour =
            |(number, bonds)| Neighbour { number, bonds: Bonds { same_goal: same_goal(one, number), ..bonds } };
        bonds.into_iter().map(neighbour).collect()
    };
    bonds.into_iter().enumerate().map(list).collect()
}

/// The sheets that « Quand choisir autre chose » leads to.
fn alternatives(method: &Method) -> impl Iterator<Item = &str> {
    let links = method.sections.otherwise.split("](methode:").skip(1);
    links.filter_map(|rest| rest.split_once(')').map(|(id, _)| id))
}
