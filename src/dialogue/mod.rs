//! The engine: one pure function from what happened to what should be said.
//!
//! `turn` is its surface, `state` what is remembered, `replay` where the conversation stands, `listen` and `answer` how
//! words are taken, `advise` what is recommended and said afterwards, `render` how it is put into words.

mod advise;
mod answer;
pub mod check;
mod journeys;
mod listen;
pub mod overview;
pub mod parse;
pub mod phrases;
mod reader;
pub mod render;
mod replay;
pub mod script;
pub mod state;
mod talk;
pub mod translate;
pub mod turn;
pub mod understand;

use std::path::Path;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::knowledge::{Language, Library, SourceFile};
use crate::message::EventId;
use crate::problem::{Problem, Severity};
use phrases::Phrase;
use script::Script;
use state::State;
use talk::Talk;
use turn::{Block, Input, Markup, Reply, Turn};

/// All that is authored: read once at start, checked, never changed afterwards.
#[derive(Clone)]
pub struct Content {
    pub script: Arc<Script>,
    pub library: Arc<Library>,
    pub house: House,
}

/// What the operator says of the house that runs the coach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House {
    /// How to reach a person.
    pub contact: Option<String>,
    /// Days after which a silent conversation is erased; 0 keeps it.
    pub retention_days: u32,
    /// Where the pages of the base can be read from outside, without a slash at the end.
    pub public_url: Option<String>,
}

impl Content {
    /// The same words in another house.
    #[must_use]
    pub fn within(&self, house: House) -> Self {
        Self { house, ..self.clone() }
    }

    /// What is said when the engine itself failed on a turn.
    pub fn apology(&self, language: Language) -> Reply {
        let markup = Markup(self.script.phrases.say(Phrase::Failed, language).to_owned());
        Reply { language, blocks: vec![Block::Text { markup }], choices: Vec::new() }
    }
}

/// One turn of conversation. Total: every input in every state has an answer; same arguments, same turn.
pub fn step(content: &Content, state: State, event: &EventId, input: Input, _now: Timestamp) -> Turn {
    let mut talk = Talk::new(content, state, event);
    match input {
        Input::Joined => talk.join(),
        Input::Reads { language } => talk.read(language),
        Input::Said { text } => talk.hear(&text),
        Input::Chose { choice } => talk.press(&choice),
        Input::Corrected { earlier, text } => talk.correct_message(&earlier, &text),
        Input::Withdrawn { earlier } => talk.withdraw_message(&earlier),
        Input::Unreadable => talk.say(Phrase::Unreadable),
        Input::Woke { reminder } => talk.wake(reminder),
        Input::Left => talk.note("left"),
    }
    talk.finish()
}

/// Reads a script and its translation (`<name>.yaml`, `<name>.en.yaml`) and checks them together.
/// Gives every problem; no script when one of them is an error.
pub fn load_script(files: &[SourceFile]) -> (Option<Script>, Vec<Problem>) {
    let is_translation = |file: &SourceFile| file.path.to_string_lossy().ends_with(".en.yaml");
    let Some(french) = files.iter().find(|file| has_yaml_name(&file.path) && !is_translation(file)) else {
        let missing = Problem::error("conversations", 0, 0, "aucun script « .yaml » dans ce dossier");
        return (None, vec![missing.with_help("le script fourni s'appelle coach.yaml")]);
    };
    let (parsed, mut problems) = parse::parse(&french.path, &french.text);
    let Some(mut parsed) = parsed else { return (None, problems) };
    let english = french.path.with_extension("en.yaml");
    match files.iter().find(|file| file.path == english) {
        Some(file) => problems.extend(translate::translate(&mut parsed.script, &file.path, &file.text)),
        None => problems.push(no_translation(&french.path, &english)),
    }
    problems.extend(check::check(&parsed.script, &parsed.places, &french.path));
    let sound = problems.iter().all(|problem| problem.severity < Severity::Error);
    (sound.then_some(parsed.script), problems)
}

fn has_yaml_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml")
}

fn no_translation(french: &Path, english: &Path) -> Problem {
    let help = format!("écrivez {} ; en attendant, tout est dit en français", english.display());
    Problem::warning(french, 0, 0, "ce script n'a pas de traduction anglaise").with_help(help)
}
