//! The one integration binary: it links once.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

#[macro_use]
mod house;

mod delivery;
mod erasure;
mod matrix;
mod store;
mod web;
