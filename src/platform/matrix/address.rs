//! Where on Matrix a conversation is: a room, or a thread in it, so that several go on in one room. Written as the
//! address of the conversation.

use matrix_sdk::ruma::{EventId as MatrixEventId, OwnedEventId, OwnedRoomId, RoomId};
use matrix_sdk::{Client, Room};

use crate::message::{ConversationId, PlatformKind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub room: OwnedRoomId,
    /// The message that the thread hangs on.
    pub thread: Option<OwnedEventId>,
}

impl Address {
    /// The room itself, outside of all threads.
    pub fn main(room: &RoomId) -> Self {
        Self { room: room.to_owned(), thread: None }
    }

    pub fn thread(room: &RoomId, root: &MatrixEventId) -> Self {
        Self { room: room.to_owned(), thread: Some(root.to_owned()) }
    }

    pub fn conversation(&self) -> ConversationId {
        let address = match &self.thread {
            Some(root) => format!("{}/{root}", self.room),
            None => self.room.to_string(),
        };
        ConversationId::new(PlatformKind::Matrix, &address)
    }

    /// The ids of some room versions hold a `/`, but only after their `$`.
    pub fn of(conversation: &ConversationId) -> Option<Self> {
        let (room, root) = match conversation.address().split_once("/$") {
            Some((room, root)) => (room, Some(format!("${root}"))),
            None => (conversation.address(), None),
        };
        let thread = root.map(MatrixEventId::parse).transpose().ok()?;
        Some(Self { room: RoomId::parse(room).ok()?, thread })
    }
}

/// Whether somebody talks to us there. A space is a list of rooms; and an id that reads like a thread of another room would
/// bring our answers there: some room versions let a homeserver choose it.
pub fn is_for_talks(room: &Room) -> bool {
    !room.is_space() && !room.room_id().as_str().contains('/')
}

/// The room that a conversation is in.
pub fn room_of(client: &Client, conversation: &ConversationId) -> Option<Room> {
    client.get_room(&Address::of(conversation)?.room)
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{event_id, room_id};

    use super::*;

    #[test]
    fn an_address_is_read_back_from_its_conversation() {
        let room = room_id!("!abc:example.org");
        for root in [event_id!("$1234:example.org"), event_id!("$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk")] {
            let thread = Address::thread(room, root);
            assert_eq!(Address::of(&thread.conversation()), Some(thread));
        }
        let main = Address::main(room_id!("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"));
        assert_eq!(Address::of(&main.conversation()), Some(main));
    }
}
