//! Déclic: a coaching assistant for French public servants.

#![recursion_limit = "256"]

pub mod clock;
pub mod config;
pub mod dialogue;
pub mod inbox;
pub mod knowledge;
pub mod lock;
pub mod message;
pub mod outbox;
pub mod platform;
pub mod problem;
pub mod purge;
pub mod store;
pub mod turns;
pub mod yaml;
