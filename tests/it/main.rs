//! The one integration binary: it links once.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

#[macro_use]
mod house;

mod architecture;
mod base;
mod coaching;
mod console;
mod content;
mod conversations;
mod delivery;
mod discord;
mod engine;
mod erasure;
mod knowledge;
mod matrix;
mod program;
mod review;
mod robustness;
mod store;
mod support;
mod web;
