//! What a sentence means: means stated in passing, and (against the open question) answers and commands.

mod cues;
mod duration;
pub mod choice;
pub mod intent;
pub mod language;
pub mod means;
pub mod text;
mod money;
pub mod numbers;
mod patterns;
mod people;
mod place;
mod skill;
mod tokens;
