//! Command line -> command -> exit code.

#![recursion_limit = "256"]

fn main() {}
