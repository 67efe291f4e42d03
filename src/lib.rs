//! Déclic: a coaching assistant for French public servants.

#![recursion_limit = "256"]

pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod content;
pub mod demo;
pub mod dialogue;
pub mod eval;
pub mod inbox;
pub mod knowledge;
pub mod learnt;
pub mod links;
pub mod lock;
pub mod message;
pub mod new_method;
pub mod outbox;
pub mod platform;
pub mod problem;
pub mod purge;
pub mod serve;
pub mod store;
pub mod suggest;
pub mod telemetry;
pub mod tune;
pub mod turns;
pub mod yaml;
