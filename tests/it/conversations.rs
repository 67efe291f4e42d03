//! Plays every golden dialogue of `conversations/transcripts/`. `UPDATE=1 cargo test golden` writes them anew.
//!
//! A dialogue is what its authors read: `> ` is the person, the rest the coach. `! modifie N : …` edits the person's
//! N-th message, `! retire N` deletes it, `! arrive` joins, `! relance` lets three weeks pass.

use std::path::{Path, PathBuf};

use declic::console::golden;
use declic::dialogue::Content;

use crate::support::shipped;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/conversations/transcripts");

#[test]
fn golden_dialogues_are_word_for_word() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut changed = Vec::new();
    let files = dialogues();
    assert!(files.len() >= 25, "only {} golden dialogues in {FOLDER}", files.len());
    for file in files {
        let written = std::fs::read_to_string(&file).unwrap();
        let played = play(shipped(), &written);
        if update {
            std::fs::write(&file, played).unwrap();
        } else if played != written {
            changed.push(format!("{}\n{}", file.display(), first_difference(&written, &played)));
        }
    }
    assert!(changed.is_empty(), "read the change, then UPDATE=1 cargo test golden\n{}", changed.join("\n"));
}

#[test]
fn replies_quote_every_placeholder_and_fit_a_chat() {
    for file in dialogues() {
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(!written.contains('{') && !written.contains('}'), "{} shows a placeholder", file.display());
    }
}

fn dialogues() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|name| name == "txt")).collect();
    files.sort();
    files
}

/// The dialogue as the coach would hold it now: titles and the person's lines are kept, replies are made anew.
fn play(content: &Content, written: &str) -> String {
    golden::play(content, written).unwrap().text
}

fn first_difference(written: &str, played: &str) -> String {
    let mut lines = written.lines().zip(played.lines()).enumerate();
    match lines.find(|(_, (before, after))| before != after) {
        Some((number, (before, after))) => format!("  line {}\n  - {before}\n  + {after}", number + 1),
        None => format!("  {} lines became {}", written.lines().count(), played.lines().count()),
    }
}

#[test]
fn a_file_that_is_no_dialogue_is_not_mistaken_for_one() {
    assert!(Path::new(FOLDER).is_dir());
    assert_eq!(play(shipped(), "# titre\n"), "# titre\n");
}
