//! From an event of a room to what happened to a conversation. Pure: the tests feed it recorded events.

use matrix_sdk::ruma::events::room::member::{MembershipState, OriginalSyncRoomMemberEvent};
use matrix_sdk::ruma::events::room::message::sanitize::remove_plain_reply_fallback;
use matrix_sdk::ruma::events::room::message::{MessageType, OriginalSyncRoomMessageEvent, Relation};
use matrix_sdk::ruma::events::{
    AnySyncMessageLikeEvent, AnySyncStateEvent, AnySyncTimelineEvent, Mentions, SyncMessageLikeEvent, SyncStateEvent,
    room::redaction::SyncRoomRedactionEvent,
};
use matrix_sdk::ruma::{MilliSecondsSinceUnixEpoch, RoomId, UserId};

use crate::clock::Timestamp;
use crate::dialogue::turn::Input;
use crate::message::{ConversationId, EventId, Incoming, PlatformKind};

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
    pub fn conversation(&self) -> ConversationId {
        ConversationId::new(PlatformKind::Matrix, self.room.as_str())
    }
}

/// `None` for all that is not for the coach: its own words, notices of other robots, reactions, settings of the room.
pub fn translate(place: &Place<'_>, event: &AnySyncTimelineEvent) -> Option<Incoming> {
    let input = match event {
        AnySyncTimelineEvent::State(AnySyncStateEvent::RoomMember(SyncStateEvent::Original(member))) => {
            membership(place, member)?
        }
        AnySyncTimelineEvent::MessageLike(event) if event.sender() != place.me => spoken(place, event)?,
        _ => return None,
    };
    Some(Incoming {
        conversation: place.conversation(),
        event: EventId(event.event_id().to_string()),
        input,
        at: timestamp(event.origin_server_ts()),
    })
}

/// The coach is asked to come into the room.
pub fn invites(me: &UserId, event: &AnySyncTimelineEvent) -> bool {
    matches!(event, AnySyncTimelineEvent::State(AnySyncStateEvent::RoomMember(SyncStateEvent::Original(member)))
        if member.state_key == *me && member.content.membership == MembershipState::Invite)
}

fn spoken(place: &Place<'_>, event: &AnySyncMessageLikeEvent) -> Option<Input> {
    match event {
        AnySyncMessageLikeEvent::RoomMessage(SyncMessageLikeEvent::Original(message)) => said(place, message),
        AnySyncMessageLikeEvent::Sticker(SyncMessageLikeEvent::Original(_)) if !place.crowded => {
            Some(Input::Unreadable)
        }
        AnySyncMessageLikeEvent::RoomRedaction(SyncRoomRedactionEvent::Original(redaction)) => {
            // Where the id stands depends on the version of the room.
            let earlier = redaction.content.redacts.as_ref().or(redaction.redacts.as_ref())?;
            Some(Input::Withdrawn { earlier: EventId(earlier.to_string()) })
        }
        _ => None,
    }
}

fn said(place: &Place<'_>, message: &OriginalSyncRoomMessageEvent) -> Option<Input> {
    let content = &message.content;
    if let Some(Relation::Replacement(replacement)) = &content.relates_to {
        let new = &replacement.new_content;
        let concerns_me = concerns(place, content.mentions.as_ref()) || concerns(place, new.mentions.as_ref());
        let text = words(&new.msgtype).filter(|_| concerns_me)?;
        return Some(Input::Corrected { earlier: EventId(replacement.event_id.to_string()), text });
    }
    if !concerns(place, content.mentions.as_ref()) {
        return None;
    }
    match words(&content.msgtype) {
        Some(text) => Some(Input::Said { text }),
        None => is_unreadable(&content.msgtype).then_some(Input::Unreadable),
    }
}

/// In a room of two, everything; elsewhere only what mentions the coach by name.
fn concerns(place: &Place<'_>, mentions: Option<&Mentions>) -> bool {
    !place.crowded || mentions.is_some_and(|mentions| mentions.user_ids.contains(place.me))
}

/// The words, without the quotation that older clients put before a reply.
fn words(message: &MessageType) -> Option<String> {
    let body = match message {
        MessageType::Text(text) => &text.body,
        MessageType::Emote(emote) => &emote.body,
        _ => return None,
    };
    Some(remove_plain_reply_fallback(body).trim().to_owned())
}

/// A person sent something that holds no words; robots and the machinery of verification are not answered.
fn is_unreadable(message: &MessageType) -> bool {
    matches!(
        message,
        MessageType::Audio(_)
            | MessageType::File(_)
            | MessageType::Image(_)
            | MessageType::Location(_)
            | MessageType::Video(_)
    )
}

fn membership(place: &Place<'_>, member: &OriginalSyncRoomMemberEvent) -> Option<Input> {
    let me = member.state_key == *place.me;
    let before = member.unsigned.prev_content.as_ref().map(|before| &before.membership);
    match &member.content.membership {
        MembershipState::Join if me && before != Some(&MembershipState::Join) => Some(Input::Joined),
        MembershipState::Leave | MembershipState::Ban if before == Some(&MembershipState::Join) => {
            (me || !place.crowded).then_some(Input::Left)
        }
        _ => None,
    }
}

pub fn timestamp(at: MilliSecondsSinceUnixEpoch) -> Timestamp {
    Timestamp::from_millisecond(at.get().into()).unwrap_or(Timestamp::UNIX_EPOCH)
}
