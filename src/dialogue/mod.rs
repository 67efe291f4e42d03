//! The engine: one pure function from what happened to what should be said.

pub mod state;
pub mod turn;
pub mod understand;

use crate::clock::Timestamp;
use crate::knowledge::Library;
use crate::message::EventId;
use state::State;
use turn::{Input, Turn};

/// All that is authored: read once at start, checked, never changed afterwards.
pub struct Content {
    pub library: Library,
}

/// One turn of conversation. Total: every input in every state has an answer; same arguments, same turn.
pub fn step(content: &Content, state: State, event: &EventId, input: Input, now: Timestamp) -> Turn {
    let _ = (content, state, event, input, now);
    todo!()
}
