//! Where on Discord a conversation is, and what the coach may do there.

use super::event::Id;
use super::phrases::Phrases;
use crate::knowledge::Language;
use crate::message::{ConversationId, PlatformKind};

/// A conversation's place, written as its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A direct message or a thread: everybody there sees everything.
    Channel(Id),
    /// One person in a channel of others: replies that only this person sees.
    Aside { channel: Id, user: Id },
}

impl Place {
    pub fn conversation(self) -> ConversationId {
        let address = match self {
            Self::Channel(channel) => channel.to_string(),
            Self::Aside { channel, user } => format!("{channel}/{user}"),
        };
        ConversationId::new(PlatformKind::Discord, &address)
    }

    pub fn of(conversation: &ConversationId) -> Option<Self> {
        match conversation.address().split_once('/') {
            None => Some(Self::Channel(Id::parse(conversation.address())?)),
            Some((channel, user)) => Some(Self::Aside { channel: Id::parse(channel)?, user: Id::parse(user)? }),
        }
    }

    pub fn channel(self) -> Id {
        match self {
            Self::Channel(channel) | Self::Aside { channel, .. } => channel,
        }
    }
}

/// What the coach must be allowed, by Discord's bits and by the name of the phrase.
pub const PERMISSIONS: [(u64, &str); 7] = [
    (1 << 10, "view-channel"),
    (1 << 11, "send-messages"),
    (1 << 14, "embed-links"),
    (1 << 16, "read-history"),
    (1 << 35, "public-threads"),
    (1 << 36, "private-threads"),
    (1 << 38, "send-in-threads"),
];

const ADMINISTRATOR: u64 = 1 << 3;

/// What an invitation asks for.
pub fn wanted() -> u64 {
    PERMISSIONS.iter().map(|(bit, _)| bit).sum()
}

/// What is missing among these, in words; empty when nothing is.
pub fn missing(granted: u64, wanted: &[&str], phrases: &Phrases, language: Language) -> String {
    if granted & ADMINISTRATOR != 0 {
        return String::new();
    }
    let lacks = PERMISSIONS.iter().filter(|(bit, name)| granted & bit == 0 && wanted.contains(name));
    lacks.map(|(_, name)| phrases.say(name, language)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_from_its_conversation() {
        for place in [Place::Channel(Id(12)), Place::Aside { channel: Id(12), user: Id(34) }] {
            assert_eq!(Place::of(&place.conversation()), Some(place));
        }
    }

    #[test]
    fn the_readme_gives_this_integer() {
        assert_eq!(wanted(), 377_957_207_040);
    }
}
