//! Rooms of more than two: in which of them the coach may work, whether it has presented itself there, and whether those
//! who administer a room want it silent.

use matrix_sdk::Room;
use matrix_sdk::ruma::events::room::power_levels::UserPowerLevel;
use matrix_sdk::ruma::{RoomId, UserId, int};

use super::invite::matches;
use super::translate::Words;
use crate::inbox::Inbox;
use crate::knowledge::Language;
use crate::platform::phrases::Phrases;

/// Who is invited counts: a team's room is one before everybody has come.
pub fn is_crowded(room: &Room) -> bool {
    room.active_members_count() > 2
}

/// The team rooms that the operator lists. None at all: every room.
#[derive(Debug, Clone)]
pub struct Listed(pub Vec<String>);

impl Listed {
    /// Patterns such as `!id:example.org`, `#equipe-*:example.org`, or a server name: that of whoever made the room.
    pub fn admits(&self, room: &Room) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| names(room).iter().any(|name| matches(pattern, name)))
    }
}

fn names(room: &Room) -> Vec<String> {
    let id = room.room_id().to_string();
    let aliases = room.canonical_alias().into_iter().chain(room.alt_aliases()).map(|alias| alias.to_string());
    // Ids of newer rooms name no server.
    let servers = room.creators().into_iter().flatten().map(|creator| creator.server_name().to_string());
    [id].into_iter().chain(aliases).chain(servers).collect()
}

/// How the coach behaves in one room, as its events go by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manners {
    /// The operator lists this room, or it is a room of two.
    pub admitted: bool,
    /// It has said how it is called there: once for ever.
    pub met: bool,
    /// Switched off by those who administer the room.
    pub silent: bool,
}

impl Manners {
    /// In a room of two nothing of it matters.
    pub async fn of(room: &Room, listed: &Listed, inbox: &Inbox) -> anyhow::Result<Self> {
        if !is_crowded(room) {
            return Ok(Self { admitted: true, ..Self::default() });
        }
        let met = inbox.checkpoint(&met_name(room.room_id())).await?.is_some();
        let silent = inbox.checkpoint(&silent_name(room.room_id())).await?.is_some_and(|value| value == YES);
        let heir = inbox.checkpoint(&heir_name(room.room_id())).await?.is_some();
        Ok(Self { admitted: heir || listed.admits(room), met, silent })
    }
}

pub const YES: &str = "yes";
pub const NO: &str = "no";

pub fn met_name(room: &RoomId) -> String {
    format!("matrix:met:{room}")
}

pub fn silent_name(room: &RoomId) -> String {
    format!("matrix:silent:{room}")
}

/// A room that has replaced a listed one, whatever it is called.
pub fn heir_name(room: &RoomId) -> String {
    format!("matrix:heir:{room}")
}

/// What those who administer a room may ask of the coach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Silence,
    Speak,
}

impl Order {
    /// `!declic silence`, in either language.
    pub fn of(words: &Words, phrases: &Phrases) -> Option<Self> {
        let text = words.text.as_ref().filter(|_| words.called)?.trim_end_matches(['.', '!', ' ']).to_lowercase();
        let is =
            |name| [Language::French, Language::English].iter().any(|language| phrases.say(name, *language) == text);
        [(Self::Silence, "silence"), (Self::Speak, "speak")]
            .into_iter()
            .find(|(_, name)| is(name))
            .map(|(order, _)| order)
    }
}

/// As other tools of Matrix have it: a moderator may.
pub async fn administers(room: &Room, person: &UserId) -> bool {
    match room.get_user_power_level(person).await {
        Ok(UserPowerLevel::Infinite) => true,
        Ok(UserPowerLevel::Int(level)) => level >= int!(50),
        Ok(_) | Err(_) => false,
    }
}
