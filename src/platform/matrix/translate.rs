//! From an event of a room to what it is to the coach. Pure: the tests feed it recorded events. Which conversation it
//! belongs to is for `route` to find out.

use matrix_sdk::ruma::events::room::member::{MembershipState, OriginalSyncRoomMemberEvent};
use matrix_sdk::ruma::events::room::message::sanitize::remove_plain_reply_fallback;
use matrix_sdk::ruma::events::room::message::{MessageType, OriginalSyncRoomMessageEvent, Relation};
use matrix_sdk::ruma::events::room::redaction::SyncRoomRedactionEvent;
use matrix_sdk::ruma::events::{
    AnySyncMessageLikeEvent, AnySyncStateEvent, AnySyncTimelineEvent, SyncMessageLikeEvent, SyncStateEvent,
};
use matrix_sdk::ruma::{EventId as MatrixEventId, MilliSecondsSinceUnixEpoch, OwnedEventId, RoomId, UserId};

use super::address::Address;
use super::called::Called;
use crate::clock::Timestamp;
use crate::message::ConversationId;

/// Where an event was read.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The account of the coach.
    pub me: &'a UserId,
    pub room: &'a RoomId,
    /// More than two people are there: only what is said to the coach concerns it.
    pub crowded: bool,
}

impl Place<'_> {
    /// That of the room itself, outside of all threads.
    pub fn conversation(&self) -> ConversationId {
        Address::main(self.room).conversation()
    }
}

/// What an event is to the coach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The coach came in.
    Came,
    /// Somebody else came in, or is asked to.
    Company,
    /// The coach is out, or somebody has left a room that is not a team's.
    Left,
    Words(Words),
    /// A person edited an earlier message.
    Edited {
        earlier: OwnedEventId,
        words: Words,
    },
    /// A person deleted something.
    Withdrawn {
        earlier: OwnedEventId,
    },
    Reacted {
        to: OwnedEventId,
        sign: String,
    },
    /// No answer: the vote is taken back.
    Voted {
        poll: OwnedEventId,
        answer: Option<String>,
    },
}

/// A message of a person, and to whom and where it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// `None` when there are none: a picture, a voice message. Empty: nothing but the name of the coach.
    pub text: Option<String>,
    /// The coach is called.
    pub called: bool,
    /// The root of the thread that it stands in.
    pub thread: Option<OwnedEventId>,
    /// The message that it answers expressly.
    pub answers: Option<OwnedEventId>,
}

/// `None` for all that is nothing to the coach: its own words, notices of other robots, settings of the room.
pub fn translate(place: &Place<'_>, called: &Called, event: &AnySyncTimelineEvent) -> Option<Heard> {
    match event {
        AnySyncTimelineEvent::State(AnySyncStateEvent::RoomMember(SyncStateEvent::Original(member))) => {
            membership(place, member)
        }
        AnySyncTimelineEvent::MessageLike(event) if event.sender() != place.me => {
            spoken(called, event).filter(names_sound_ids)
        }
        _ => None,
    }
}

/// The specification's limit, in bytes.
const LONGEST_ID: usize = 255;

/// Whether an event can have this id. People may name any, and encrypted words pass no homeserver's eyes: to ask for one
/// that cannot be, or to keep it, would fail for ever.
pub fn is_sound(id: &MatrixEventId) -> bool {
    id.as_str().len() <= LONGEST_ID && !id.as_str().contains(char::is_control)
}

fn names_sound_ids(heard: &Heard) -> bool {
    let named = match heard {
        Heard::Words(words) => [words.thread.as_ref(), words.answers.as_ref()],
        Heard::Edited { earlier: id, .. }
        | Heard::Withdrawn { earlier: id }
        | Heard::Reacted { to: id, .. }
        | Heard::Voted { poll: id, .. } => [Some(id), None],
        Heard::Came | Heard::Company | Heard::Left => [None, None],
    };
    named.into_iter().flatten().all(|id| is_sound(id))
}

/// The coach is asked to come into the room.
pub fn invites(me: &UserId, event: &AnySyncTimelineEvent) -> bool {
    matches!(event, AnySyncTimelineEvent::State(AnySyncStateEvent::RoomMember(SyncStateEvent::Original(member)))
        if member.state_key == *me && member.content.membership == MembershipState::Invite)
}

fn spoken(called: &Called, event: &AnySyncMessageLikeEvent) -> Option<Heard> {
    use AnySyncMessageLikeEvent::{Reaction, RoomMessage, RoomRedaction, Sticker, UnstablePollResponse};
    match event {
        RoomMessage(SyncMessageLikeEvent::Original(message)) => said(called, message),
        Sticker(SyncMessageLikeEvent::Original(_)) => Some(Heard::Words(Words::default())),
        RoomRedaction(SyncRoomRedactionEvent::Original(redaction)) => {
            // Where the id stands depends on the version of the room.
            let earlier = redaction.content.redacts.clone().or_else(|| redaction.redacts.clone())?;
            Some(Heard::Withdrawn { earlier })
        }
        Reaction(SyncMessageLikeEvent::Original(reaction)) => {
            let annotation = &reaction.content.relates_to;
            Some(Heard::Reacted { to: annotation.event_id.clone(), sign: annotation.key.clone() })
        }
        UnstablePollResponse(SyncMessageLikeEvent::Original(vote)) => {
            let answer = vote.content.poll_response.answers.first().cloned();
            Some(Heard::Voted { poll: vote.content.relates_to.event_id.clone(), answer })
        }
        _ => None,
    }
}

fn said(called: &Called, message: &OriginalSyncRoomMessageEvent) -> Option<Heard> {
    let content = &message.content;
    if let Some(Relation::Replacement(replacement)) = &content.relates_to {
        let new = &replacement.new_content;
        let is_called = called.by(&new.msgtype, new.mentions.as_ref().or(content.mentions.as_ref()));
        let words = Words::of(&new.msgtype, is_called.then_some(called))?;
        return Some(Heard::Edited { earlier: replacement.event_id.clone(), words });
    }
    let (thread, answers) = match &content.relates_to {
        Some(Relation::Reply(reply)) => (None, Some(reply.in_reply_to.event_id.clone())),
        Some(Relation::Thread(thread)) => {
            let expressly = thread.in_reply_to.as_ref().filter(|_| !thread.is_falling_back);
            (Some(thread.event_id.clone()), expressly.map(|earlier| earlier.event_id.clone()))
        }
        _ => (None, None),
    };
    let is_called = called.by(&content.msgtype, content.mentions.as_ref());
    Some(Heard::Words(Words { thread, answers, ..Words::of(&content.msgtype, is_called.then_some(called))? }))
}

impl Default for Words {
    /// A sign of life without words.
    fn default() -> Self {
        Self { text: None, called: false, thread: None, answers: None }
    }
}

impl Words {
    /// The words, without the quotation that older clients put before a reply and without the name that the coach was
    /// called by. `None` for robots and the machinery of verification, which are not answered.
    fn of(message: &MessageType, called: Option<&Called>) -> Option<Self> {
        let text = match message {
            MessageType::Text(text) => Some(&text.body),
            MessageType::Emote(emote) => Some(&emote.body),
            MessageType::Audio(_)
            | MessageType::File(_)
            | MessageType::Image(_)
            | MessageType::Location(_)
            | MessageType::Video(_) => None,
            _ => return None,
        };
        let text = text.map(|body| remove_plain_reply_fallback(body).trim());
        let text = text.map(|text| called.map_or_else(|| text.to_owned(), |called| called.without(text)));
        Some(Self { text, called: called.is_some(), ..Self::default() })
    }
}

fn membership(place: &Place<'_>, member: &OriginalSyncRoomMemberEvent) -> Option<Heard> {
    let me = member.state_key == *place.me;
    let before = member.unsigned.prev_content.as_ref().map(|before| &before.membership);
    match &member.content.membership {
        MembershipState::Join if me && before != Some(&MembershipState::Join) => Some(Heard::Came),
        MembershipState::Join | MembershipState::Invite if !me => Some(Heard::Company),
        MembershipState::Leave | MembershipState::Ban if before == Some(&MembershipState::Join) => {
            (me || !place.crowded).then_some(Heard::Left)
        }
        _ => None,
    }
}

pub fn timestamp(at: MilliSecondsSinceUnixEpoch) -> Timestamp {
    Timestamp::from_millisecond(at.get().into()).unwrap_or(Timestamp::UNIX_EPOCH)
}
