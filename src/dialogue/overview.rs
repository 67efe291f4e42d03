//! The state of a conversation as programs and reviewers read it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Content;
use super::replay::{self, Position};
use super::state::State;
use crate::knowledge::{GoalId, Language, Means, MethodId, PhaseId};

/// Where a conversation stands and what was understood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// The step of the script whose question is open, or where the advice was given.
    pub step: String,
    /// A question is open; otherwise methods were recommended.
    pub asking: bool,
    pub language: Language,
    pub understood: Understood,
    /// The methods of the last list, best first.
    pub recommended: Vec<MethodId>,
    pub paused: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Understood {
    /// The person's own words.
    pub project: String,
    /// Chosen, or detected with some certainty.
    pub goals: Vec<GoalId>,
    pub phase: Option<PhaseId>,
    #[serde(flatten)]
    pub means: Means,
    /// Answers to the script's own questions.
    pub other: BTreeMap<String, String>,
}

pub fn overview(content: &Content, state: &State) -> Overview {
    let progress = replay::replay(content, &state.answers);
    let goals = progress.goals();
    let slots = progress.slots;
    Overview {
        step: progress.position.step().to_owned(),
        asking: matches!(progress.position, Position::Asking(_)),
        language: state.language,
        understood: Understood {
            project: slots.project,
            goals,
            phase: slots.phase,
            means: slots.means,
            other: slots.own,
        },
        recommended: state.listed.clone(),
        paused: state.paused,
    }
}
