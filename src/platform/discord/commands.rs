//! The slash commands, in both languages, and what each of them says to the coach.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::phrases::Phrases;
use crate::dialogue::turn::{ChoiceId, Input};
use crate::knowledge::Language;

/// The names are English in the code; people see those of `platforms/discord.yaml`.
const COMMANDS: [Command; 7] = [
    Command { name: "coach", option: Some(Parameter { name: "coach-project", required: false, completed: false }) },
    Command { name: "method", option: Some(Parameter { name: "method-name", required: true, completed: true }) },
    Command { name: "glossary", option: Some(Parameter { name: "glossary-term", required: true, completed: true }) },
    Command { name: "help", option: None },
    Command { name: "my-data", option: None },
    Command { name: "erase", option: None },
    Command { name: CONSOLE, option: None },
];

/// The command that is there only where there is a console.
pub const CONSOLE: &str = "console";

/// Discord's name for text options.
const STRING: u8 = 3;
const PROJECT_LENGTH: u16 = 2000;

struct Command {
    name: &'static str,
    option: Option<Parameter>,
}

struct Parameter {
    name: &'static str,
    required: bool,
    completed: bool,
}

/// The whole set, as it is registered at once. The default names are French; English readers see English ones.
pub fn all(phrases: &Phrases, console: bool) -> Value {
    let there = COMMANDS.iter().filter(|command| console || command.name != CONSOLE);
    there.map(|command| command.written(phrases)).collect()
}

/// Changes when, and only when, the set does.
pub fn fingerprint(commands: &Value) -> String {
    let hash = Sha256::digest(commands.to_string().as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Which command bears this name, in either language.
pub fn named(phrases: &Phrases, name: &str) -> Option<&'static str> {
    let bears = |command: &&Command| {
        [Language::French, Language::English].iter().any(|language| phrases.say(command.name, *language) == name)
    };
    COMMANDS.iter().find(bears).map(|command| command.name)
}

/// What a command says to the coach.
pub fn input(phrases: &Phrases, command: &str, value: Option<&str>, language: Language) -> Input {
    let act = |intent: &str| Input::Chose { choice: ChoiceId(format!("act:{intent}")) };
    match (command, value) {
        ("coach", Some(project)) => Input::Said { text: project.to_owned() },
        ("method", Some(method)) => Input::Chose { choice: ChoiceId(format!("method:{method}")) },
        ("glossary", Some(term)) => Input::Said { text: phrases.fill("define", language, "term", term) },
        ("help", _) => act("help"),
        ("my-data", _) => act("my-data"),
        ("erase", _) => act("erase"),
        _ => Input::Joined,
    }
}

impl Command {
    fn written(&self, phrases: &Phrases) -> Value {
        let mut command = named_and_about(phrases, self.name);
        command["type"] = json!(1);
        // In servers and in direct messages.
        command["contexts"] = json!([0, 1]);
        command["integration_types"] = json!([0]);
        if let Some(option) = &self.option {
            command["options"] = json!([option.written(phrases)]);
        }
        command
    }
}

impl Parameter {
    fn written(&self, phrases: &Phrases) -> Value {
        let mut option = named_and_about(phrases, self.name);
        option["type"] = json!(STRING);
        option["required"] = json!(self.required);
        if self.completed {
            option["autocomplete"] = json!(true);
        } else {
            option["max_length"] = json!(PROJECT_LENGTH);
        }
        option
    }
}

fn named_and_about(phrases: &Phrases, name: &str) -> Value {
    let about = format!("{name}-about");
    let [french, english] = [Language::French, Language::English].map(|language| phrases.say(name, language));
    let [french_about, english_about] =
        [Language::French, Language::English].map(|language| phrases.say(&about, language));
    json!({
        "name": french,
        "name_localizations": { "fr": french, "en-GB": english, "en-US": english },
        "description": french_about,
        "description_localizations": { "fr": french_about, "en-GB": english_about, "en-US": english_about },
    })
}
