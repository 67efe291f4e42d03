//! Plays every golden dialogue of `conversations/transcripts/`. `UPDATE=1 cargo test golden` writes them anew.
//!
//! A dialogue is what its authors read: `> ` is the person, the rest the coach. `! modifie N : …` edits the person's
//! N-th message, `! retire N` deletes it, `! arrive` joins, `! relance` lets three weeks pass.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use declic::clock::Timestamp;
use declic::dialogue::state::State;
use declic::dialogue::turn::{Effect, Input, Reminder};
use declic::dialogue::{Content, step};
use declic::message::EventId;
use declic::platform::plain;

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
    let mut player = Player { content, state: State::default(), said: 0, played: String::new() };
    for line in written.lines() {
        if line.starts_with('#') {
            writeln!(player.played, "{line}").unwrap();
        } else if let Some(text) = line.strip_prefix("> ") {
            player.say(text);
        } else if let Some(action) = line.strip_prefix("! ") {
            player.act(action);
        }
    }
    player.played
}

struct Player<'a> {
    content: &'a Content,
    state: State,
    said: u32,
    played: String,
}

impl Player<'_> {
    fn say(&mut self, text: &str) {
        self.said += 1;
        writeln!(self.played, "\n> {text}").unwrap();
        self.happens(&format!("m{}", self.said), Input::Said { text: text.replace("\\n", "\n") });
    }

    fn act(&mut self, action: &str) {
        writeln!(self.played, "\n! {action}").unwrap();
        let earlier = |number: &str| EventId(format!("m{}", number.trim()));
        let input = match action.split_once(' ') {
            _ if action == "arrive" => Input::Joined,
            _ if action == "relance" => Input::Woke { reminder: Reminder::FollowUp },
            Some(("modifie", rest)) => {
                let (number, text) = rest.split_once(" : ").expect("« ! modifie N : texte »");
                Input::Corrected { earlier: earlier(number), text: text.to_owned() }
            }
            Some(("retire", number)) => Input::Withdrawn { earlier: earlier(number) },
            _ => panic!("unknown action « {action} »"),
        };
        self.happens(&format!("a{}", self.said), input);
    }

    fn happens(&mut self, event: &str, input: Input) {
        let state = std::mem::take(&mut self.state);
        let turn = step(self.content, state, &EventId(event.to_owned()), input, Timestamp::UNIX_EPOCH);
        self.state = turn.state;
        for effect in turn.effects {
            match effect {
                Effect::Say(reply) => writeln!(self.played, "\n{}", plain::reply(&reply).trim_end()).unwrap(),
                Effect::Disclose(disclosure) => writeln!(self.played, "\n[{} …]", disclosure.heading).unwrap(),
                Effect::Flag(concern) => writeln!(self.played, "\n[signalé aux coachs : {concern:?}]").unwrap(),
                Effect::Forget => writeln!(self.played, "\n[tout est effacé]").unwrap(),
                Effect::Wake { after, .. } => {
                    writeln!(self.played, "\n[relance dans {} jours]", after.as_secs() / 86_400).unwrap();
                }
            }
        }
    }
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
