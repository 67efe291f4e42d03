//! Discord, by the real program against a double of it: what is not tried here is not known to work.

#![expect(clippy::disallowed_methods, reason = "a double lives in the time of the system, as Discord does")]
#![expect(clippy::needless_pass_by_value, reason = "bodies are made where they are given")]

mod accidents;
pub mod bot;
mod dialogue;
pub mod double;
mod judge;
mod measure;
mod pieces;
mod places;
