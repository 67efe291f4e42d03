//! The room where operators get alarms and give orders, and who they are. Everybody here holds a cheap handle and drops
//! news into it; `clerk` works them off, one after the other.

use std::sync::Arc;

use anyhow::Context as _;
use matrix_sdk::Client;
use matrix_sdk::encryption::verification::SasVerification;
use matrix_sdk::ruma::events::room::message::sanitize::remove_plain_reply_fallback;
use matrix_sdk::ruma::events::room::message::{MessageType, Relation};
use matrix_sdk::ruma::events::{AnySyncMessageLikeEvent, AnySyncTimelineEvent, SyncMessageLikeEvent};
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};
use tokio::sync::{mpsc, oneshot, watch};

use super::alarm::Cause;
use super::translate::Place;
use crate::clock::Timestamp;
use crate::config::MatrixSettings;
use crate::message::EventId;

/// What the clerk is told.
pub enum News {
    /// The account is signed in; the answer comes when the management room is open.
    Connected(Client, oneshot::Sender<()>),
    /// The session is over: its client is of no use any more.
    Disconnected,
    Raised {
        cause: Cause,
        about: String,
        since: Timestamp,
    },
    Over(Cause),
    /// A message of this room was decrypted.
    Read(OwnedRoomId),
    Ordered(Asked),
    /// The emojis of an administrator's verification are there to be compared.
    Verifying(SasVerification),
    /// It has ended, well or not.
    Verified {
        well: bool,
    },
}

/// What an administrator wrote in the management room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub event: EventId,
    pub sender: OwnedUserId,
    pub words: String,
}

/// What an event of the management room is to us.
#[derive(Debug, PartialEq, Eq)]
pub enum Business {
    Order(Asked),
    /// Comings and goings, settings: nobody is greeted there.
    Nothing,
}

#[derive(Clone)]
pub struct Management {
    news: mpsc::UnboundedSender<News>,
    room: watch::Receiver<Option<OwnedRoomId>>,
    administrators: Arc<[OwnedUserId]>,
}

impl Management {
    pub fn new(
        settings: &MatrixSettings,
        news: mpsc::UnboundedSender<News>,
        room: watch::Receiver<Option<OwnedRoomId>>,
    ) -> anyhow::Result<Self> {
        let parse = |id: &String| UserId::parse(id).with_context(|| format!("matrix.administrators: {id}"));
        let administrators: anyhow::Result<Vec<OwnedUserId>> = settings.administrators.iter().map(parse).collect();
        Ok(Self { news, room, administrators: administrators?.into() })
    }

    pub fn administrators(&self) -> &[OwnedUserId] {
        &self.administrators
    }

    pub fn is_administrator(&self, person: &UserId) -> bool {
        self.administrators.iter().any(|one| one == person)
    }

    pub fn is_here(&self, room: &RoomId) -> bool {
        self.room.borrow().as_deref() == Some(room)
    }

    /// `None` in other rooms, and for what others say here: that is ordinary conversation.
    pub fn business(&self, place: &Place<'_>, event: &AnySyncTimelineEvent) -> Option<Business> {
        if !self.is_here(place.room) {
            return None;
        }
        let AnySyncTimelineEvent::MessageLike(event) = event else { return Some(Business::Nothing) };
        if event.sender() == place.me {
            return Some(Business::Nothing);
        }
        self.is_administrator(event.sender()).then(|| words(event).map_or(Business::Nothing, Business::Order))
    }

    pub fn raise(&self, cause: Cause, about: &str, since: Timestamp) {
        self.tell(News::Raised { cause, about: about.to_owned(), since });
    }

    pub fn over(&self, cause: Cause) {
        self.tell(News::Over(cause));
    }

    /// Opens the management room.
    pub async fn connected(&self, client: &Client) {
        let (open, opened) = oneshot::channel();
        self.tell(News::Connected(client.clone(), open));
        // An error means that the clerk has gone, so the program stops.
        let _ = opened.await;
    }

    /// The clerk lives as long as the platform; afterwards nobody reads.
    pub fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }
}

/// New words, not the correction of old ones.
fn words(event: &AnySyncMessageLikeEvent) -> Option<Asked> {
    let AnySyncMessageLikeEvent::RoomMessage(SyncMessageLikeEvent::Original(message)) = event else { return None };
    let MessageType::Text(text) = &message.content.msgtype else { return None };
    let corrects = matches!(message.content.relates_to, Some(Relation::Replacement(_)));
    (!corrects).then(|| Asked {
        event: EventId(message.event_id.to_string()),
        sender: message.sender.clone(),
        // Older clients quote what they reply to.
        words: remove_plain_reply_fallback(&text.body).to_owned(),
    })
}
