//! What a sentence means: means stated in passing, and (against the open question) answers and commands.

pub mod choice;
mod cues;
mod duration;
mod hours;
pub mod intent;
pub mod language;
pub mod means;
mod money;
pub mod numbers;
mod patterns;
mod people;
mod persons;
mod place;
mod skill;
pub mod text;
mod tokens;
