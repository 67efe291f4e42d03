//! The coaches' console: reading conversations, judging them, and turning judgements into a better coach.
//!
//! `http` draws the pages; everything else here knows nothing of the web.

pub mod act;
pub mod doorkeeper;
pub mod http;
pub mod people;
pub mod token;
