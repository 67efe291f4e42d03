//! What a sentence means: means stated in passing, and (against the open question) answers and commands.

pub mod means;
