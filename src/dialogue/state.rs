//! What is remembered of a conversation. The position in the script is *replayed* from the answers, never stored.

use serde::{Deserialize, Serialize};

use super::turn::Choice;
use crate::knowledge::{Budget, GoalId, JourneyId, Language, MethodId, PhaseId, Skill};
use crate::message::EventId;

/// Everything the engine needs to go on; saved as JSON after each turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Layout of this struct, for later versions.
    pub version: u32,
    pub language: Language,
    /// The language was chosen by what the person wrote, not by default.
    pub language_known: bool,
    /// The person has read who speaks and what is kept.
    pub introduced: bool,
    /// In the order in which they were given; the last one for a step holds.
    pub answers: Vec<Answer>,
    pub aside: Aside,
    /// The numbered choices of the last reply: `2` means what the person saw, whatever the script says now.
    pub offered: Vec<Choice>,
    /// The methods recommended so far, oldest first, so that « d'autres » gives others.
    pub shown: Vec<MethodId>,
    /// The methods of the last list, in its order: « la 2 » means the second of these.
    pub listed: Vec<MethodId>,
    /// The journey that was told because the project's words announce it: once is enough.
    pub journey: Option<JourneyId>,
    /// How often in a row the coach did not understand.
    pub puzzled: u32,
    /// `stop` was said: silent until written to.
    pub paused: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            version: 1,
            language: Language::French,
            language_known: false,
            introduced: false,
            answers: Vec::new(),
            aside: Aside::None,
            offered: Vec::new(),
            shown: Vec::new(),
            listed: Vec::new(),
            journey: None,
            puzzled: 0,
            paused: false,
        }
    }
}

/// One answer, keyed by the step that asked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub step: String,
    pub value: Value,
    /// The message that gave it: editing or deleting that message corrects or withdraws the answer.
    pub event: EventId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Value {
    /// The project, in the person's own words.
    Text {
        text: String,
    },
    /// Words added to the project later.
    More {
        text: String,
    },
    Goals {
        goals: Vec<GoalId>,
    },
    Phase {
        phase: PhaseId,
    },
    Hours {
        hours: f32,
    },
    People {
        people: u32,
    },
    Budget {
        budget: Budget,
    },
    Skill {
        skill: Skill,
    },
    Remote {
        remote: bool,
    },
    /// A choice of the script's own, for a slot of its own.
    Choice {
        slot: String,
        choice: String,
    },
    /// « passer »: not known, do not ask again.
    Skipped,
}

/// Where the talk stands beside the open question of the script.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Aside {
    #[default]
    None,
    /// The person asked to correct this answer: ask that step, though it is answered.
    Correcting { step: String },
    /// « corriger » alone: which answer?
    ChoosingCorrection,
    /// One method is being looked at.
    Detail { method: MethodId },
    /// « effacer » waits for a yes.
    ConfirmErase,
    /// « recommencer » waits for a yes.
    ConfirmRestart,
    /// New words after the advice: part of this project, or another one?
    NewWords { text: String, event: EventId },
    /// A near miss waits for a yes: « vouliez-vous dire … ? ».
    ConfirmChoice { choice: Choice },
    /// « moins de moyens »: which one?
    ChoosingLess,
    /// The list of goals is shown because nothing fitted.
    ChoosingGoal,
    /// « pas utile » was said: what follows says why.
    Dissatisfied,
    /// Reminder sent: did it work?
    FollowUp,
}
