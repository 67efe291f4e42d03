//! Discord, by the real program against a double of it: what is not tried here is not known to work.

mod accidents;
pub mod bot;
mod dialogue;
pub mod double;
mod judge;
mod measure;
mod pieces;
mod places;
