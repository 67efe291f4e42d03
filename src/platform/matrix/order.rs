//! What an administrator types in the management room, as what it asks for. Pure.

use crate::knowledge::{Language, french};
use crate::platform::phrases::Phrases;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    Status,
    Rooms,
    Leave(String),
    Block(String),
    Unblock(String),
    /// Encrypt the next messages of a room with a new key.
    Renew(String),
    Reload,
    Console,
    /// What the emojis of a verification are: the same, or not.
    Same(bool),
    Help,
    Unknown,
}

impl Order {
    /// In French or in English, with or without accents, capitals or a leading sign. Gives the language too.
    pub fn read(phrases: &Phrases, text: &str) -> (Self, Language) {
        let text = text.trim().trim_start_matches(['/', '!']);
        let (verb, about) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let verb = french::fold(verb.trim_end_matches(['.', '!', ',']));
        let about = about.trim().trim_matches('`').to_owned();
        for language in [Language::French, Language::English] {
            let is = |name: &str| french::fold(phrases.say(name, language)) == verb;
            if let Some(make) = VERBS.iter().find(|(name, _)| is(name)).map(|(_, make)| make) {
                return (make(about), language);
            }
        }
        (Self::Unknown, Language::French)
    }
}

/// A name in `platforms/matrix.yaml`, and what the rest of the line makes of it.
type Verb = (&'static str, fn(String) -> Order);

const VERBS: [Verb; 11] = [
    ("order-status", |_| Order::Status),
    ("order-rooms", |_| Order::Rooms),
    ("order-leave", Order::Leave),
    ("order-block", Order::Block),
    ("order-unblock", Order::Unblock),
    ("order-renew", Order::Renew),
    ("order-reload", |_| Order::Reload),
    ("console", |_| Order::Console),
    ("order-help", |_| Order::Help),
    ("order-yes", |_| Order::Same(true)),
    ("order-no", |_| Order::Same(false)),
];
