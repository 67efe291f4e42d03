//! What is said on Discord beside the dialogue: names of commands, buttons, notices. The words stand in
//! `platforms/discord.yaml`, in both languages.

pub use crate::platform::phrases::Phrases;

const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/platforms/discord.yaml"));

/// Every name that the code says; a test compares them with the file.
pub const NAMES: [&str; 44] = [
    "choose",
    "choose-several",
    "cannot-open",
    "coach",
    "coach-about",
    "coach-project",
    "coach-project-about",
    "console",
    "console-about",
    "console-failed",
    "console-link",
    "console-not-listed",
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

/// The words that ship.
///
/// # Errors
/// When their file cannot be read.
pub fn shipped() -> anyhow::Result<Phrases> {
    Phrases::read("platforms/discord.yaml", SHIPPED)
}
