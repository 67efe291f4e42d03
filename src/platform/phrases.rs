//! What a platform says beside the dialogue. The words stand in `platforms/*.yaml`, in both languages.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;

use crate::knowledge::Language;
use crate::yaml::{self, Node, Tree};

/// The words by name, French then English.
#[derive(Debug, Clone)]
pub struct Phrases {
    words: BTreeMap<String, [String; 2]>,
}

impl Phrases {
    /// # Errors
    /// When this text, of the file `path`, cannot be read.
    pub fn read(path: &str, text: &str) -> anyhow::Result<Self> {
        let root = yaml::read(Path::new(path), text).map_err(|problem| anyhow!("{problem}"))?;
        let Tree::Map(entries) = root.tree else { anyhow::bail!("{path} is not a map") };
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
        self.fill_all(name, language, &[(placeholder, words)])
    }

    pub fn fill_all(&self, name: &str, language: Language, words: &[(&str, &str)]) -> String {
        words.iter().fold(self.say(name, language).to_owned(), |text, (placeholder, words)| {
            text.replace(&format!("{{{placeholder}}}"), words)
        })
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
