//! What is said on Discord beside the dialogue: names of commands, buttons, notices. The words stand in
//! `platforms/discord.yaml`, in both languages.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;

use crate::knowledge::Language;
use crate::yaml::{self, Node, Tree};

const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/platforms/discord.yaml"));

/// Every name that the code says; a test compares them with the file.
pub const NAMES: [&str; 39] = [
    "choose",
    "choose-several",
    "cannot-open",
    "coach",
    "coach-about",
    "coach-project",
    "coach-project-about",
    "define",
    "embed-links",
    "erase",
    "erase-about",
    "glossary",
    "glossary-about",
    "glossary-term",
    "glossary-term-about",
    "help",
    "help-about",
    "method",
    "method-about",
    "method-name",
    "method-name-about",
    "missing-permissions",
    "my-data",
    "my-data-about",
    "notice",
    "past-step",
    "private-threads",
    "public-threads",
    "read-history",
    "send-in-threads",
    "send-messages",
    "thread-name",
    "thread-opened",
    "unknown-button",
    "use-command",
    "view-channel",
    "write",
    "write-label",
    "write-title",
];

/// The words by name, French then English.
#[derive(Debug, Clone)]
pub struct Phrases {
    words: BTreeMap<String, [String; 2]>,
}

impl Phrases {
    /// # Errors
    /// When the file that ships cannot be read.
    pub fn shipped() -> anyhow::Result<Self> {
        let root = yaml::read(Path::new("platforms/discord.yaml"), SHIPPED).map_err(|problem| anyhow!("{problem}"))?;
        let Tree::Map(entries) = root.tree else { anyhow::bail!("platforms/discord.yaml is not a map") };
        let words = entries.iter().filter_map(|(key, node)| Some((key.name.clone(), both(node)?))).collect();
        Ok(Self { words })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }

    /// The words of that name; nothing when there are none, which a test excludes.
    pub fn say(&self, name: &str, language: Language) -> &str {
        self.words.get(name).map_or("", |[french, english]| match language {
            Language::French => french,
            Language::English => english,
        })
    }

    /// The same, with `{placeholder}` replaced.
    pub fn fill(&self, name: &str, language: Language, placeholder: &str, words: &str) -> String {
        self.say(name, language).replace(&format!("{{{placeholder}}}"), words)
    }
}

fn both(node: &Node) -> Option<[String; 2]> {
    let Tree::Map(entries) = &node.tree else { return None };
    let text = |language: &str| {
        entries.iter().find(|(key, _)| key.name == language).and_then(|(_, node)| match &node.tree {
            Tree::Scalar(text) => Some(text.clone()),
            _ => None,
        })
    };
    Some([text("fr")?, text("en")?])
}
