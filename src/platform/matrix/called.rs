//! How people call the coach among others: by its account, by its name, by its command word. Pure.

use matrix_sdk::ruma::events::Mentions;
use matrix_sdk::ruma::events::room::message::{FormattedBody, MessageType};
use matrix_sdk::ruma::{OwnedUserId, UserId};

/// A shorter name is found in too many sentences.
const SHORTEST_NAME: usize = 3;

/// What the coach answers to.
#[derive(Debug, Clone)]
pub struct Called {
    me: OwnedUserId,
    /// As it is shown.
    name: String,
    /// `!declic`
    command: String,
}

impl Called {
    pub fn new(me: &UserId, name: &str, command: &str) -> Self {
        Self { me: me.to_owned(), name: name.trim().to_owned(), command: command.trim().to_owned() }
    }

    /// Whether a message calls the coach. Clients say so in `m.mentions`; where an older one says nothing, a pill or the
    /// name in its text counts.
    pub fn by(&self, message: &MessageType, mentions: Option<&Mentions>) -> bool {
        let (body, formatted) = match message {
            MessageType::Text(text) => (text.body.as_str(), text.formatted.as_ref()),
            MessageType::Emote(emote) => (emote.body.as_str(), emote.formatted.as_ref()),
            _ => ("", None),
        };
        self.commanded(body)
            || match mentions {
                Some(mentions) => mentions.user_ids.contains(&self.me),
                None => self.has_pill(formatted) || self.is_named_in(body),
            }
    }

    /// `!declic …`, and `@declic …` as people write it without the help of their client.
    fn commanded(&self, body: &str) -> bool {
        let body = body.trim_start();
        self.command_words().iter().any(|word| strip_word(body, word).is_some())
    }

    fn command_words(&self) -> [String; 2] {
        [self.command.clone(), format!("@{}", self.command.trim_start_matches(|sign: char| !sign.is_alphanumeric()))]
    }

    fn has_pill(&self, formatted: Option<&FormattedBody>) -> bool {
        let encoded = self.me.as_str().replace('@', "%40").replace(':', "%3A");
        let pills = [format!("matrix.to/#/{}\"", self.me), format!("matrix.to/#/{encoded}\"")];
        formatted.is_some_and(|formatted| pills.iter().any(|pill| formatted.body.contains(pill)))
    }

    fn is_named_in(&self, body: &str) -> bool {
        let name = self.name.to_lowercase();
        body.contains(self.me.as_str())
            || (name.chars().count() >= SHORTEST_NAME && is_whole_word(&body.to_lowercase(), &name))
    }

    /// What is said besides the call: empty when there is nothing but the name.
    pub fn without(&self, body: &str) -> String {
        let words = self.without_links(body).replace(self.me.as_str(), " ");
        let mut rest = words.trim();
        let [command, at_command] = self.command_words();
        let at_name = format!("@{}", self.name);
        let names = [&command, &at_command, &at_name, &self.name];
        while let Some(after) = names.iter().find_map(|name| strip_word(rest, name)) {
            rest = after.trim_start_matches([':', ',', ';', ' ', '\u{a0}', '\n']);
        }
        rest.trim_start_matches([':', ',', ';', ' ', '\u{a0}']).trim().to_owned()
    }

    /// Some clients write a pill in the plain text as `[Déclic](https://matrix.to/#/@declic:example.org)`.
    fn without_links(&self, body: &str) -> String {
        let target = format!("](https://matrix.to/#/{})", self.me);
        let mut words = body.to_owned();
        while let Some(at) = words.find(&target) {
            let start = words[..at].rfind('[').unwrap_or(at);
            words.replace_range(start..at + target.len(), " ");
        }
        words
    }
}

/// What follows a word that a text begins with, whatever its case.
fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for expected in word.chars() {
        let found = rest.next()?;
        if !found.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    let after = rest.as_str();
    (!word.is_empty() && !after.starts_with(char::is_alphanumeric)).then_some(after)
}

fn is_whole_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        [before, after].into_iter().flatten().all(|sign| !sign.is_alphanumeric())
    })
}
