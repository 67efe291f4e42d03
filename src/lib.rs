//! Déclic: a coaching assistant for French public servants.

#![recursion_limit = "256"]

pub mod clock;
pub mod config;
pub mod dialogue;
pub mod inbox;
pub mod knowledge;
pub mod message;
pub mod platform;
pub mod problem;
pub mod store;
pub mod yaml;
