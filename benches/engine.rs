//! One step of the engine alone, over every golden dialogue: median, p99 and the slowest.
//!
//! `cargo bench --bench engine`.
#![expect(clippy::unwrap_used, reason = "a measurement stops at the first surprise")]

use std::time::{Duration, Instant};

use declic::clock::Timestamp;
use declic::content::{self, Sources};
use declic::dialogue::state::State;
use declic::dialogue::turn::Input;
use declic::dialogue::{Content, House, step};
use declic::message::EventId;

/// The one that the program uses.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const ROUNDS: usize = 20;

fn main() {
    let begun = clock();
    let content = content::load_or_explain(&Sources::default(), House::default()).unwrap();
    println!("content loaded and indexed in {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    let dialogues = dialogues();
    let mut took: Vec<Duration> =
        (0..ROUNDS).flat_map(|_| &dialogues).flat_map(|dialogue| play(&content, dialogue)).collect();
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    println!("{} steps: median {:.0} µs, p99 {:.0} µs, slowest {:.0} µs", took.len(), at(0.5), at(0.99), at(1.0));
}

/// What people say in each golden dialogue.
fn dialogues() -> Vec<Vec<String>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/conversations/transcripts");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    files.map(|text| text.lines().filter_map(|line| line.strip_prefix("> ")).map(str::to_owned).collect()).collect()
}

fn play(content: &Content, dialogue: &[String]) -> Vec<Duration> {
    let mut state = State::default();
    let mut took = Vec::new();
    for (number, text) in dialogue.iter().enumerate() {
        let (event, input) = (EventId(format!("m{number}")), Input::Said { text: text.clone() });
        let begun = clock();
        let turn = step(content, state, &event, input, Timestamp::UNIX_EPOCH);
        took.push(begun.elapsed());
        state = turn.state;
    }
    took
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs the time")]
fn clock() -> Instant {
    Instant::now()
}
