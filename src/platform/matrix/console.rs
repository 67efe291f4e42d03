//! « console », written by a listed coach in a room of two: answered with a link into the coaches' console.
//!
//! It does not go through the inbox and the outbox: what opens a door is not kept. A link that gets lost is asked for
//! again. The same word of anybody else is a word like any other.

use std::time::Duration;

use matrix_sdk::Client;
use matrix_sdk::ruma::events::room::message::MessageType;
use matrix_sdk::ruma::events::room::message::sanitize::remove_plain_reply_fallback;
use matrix_sdk::ruma::events::{AnySyncMessageLikeEvent, AnySyncTimelineEvent, SyncMessageLikeEvent};

use super::send;
use super::translate::{Place, timestamp};
use crate::console::doorkeeper::Doorkeeper;
use crate::dialogue::turn::{Block, Markup, Reply};
use crate::knowledge::Language;
use crate::message::{ConversationId, Delivery, DeliveryKey, EventId};
use crate::platform::phrases::Phrases;

/// A question that was read later than this is not answered any more: nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(600);

/// Somebody who asked for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    conversation: ConversationId,
    event: EventId,
    sender: String,
    at: crate::clock::Timestamp,
}

/// Knows who may have a link, and brings it.
#[derive(Clone)]
pub struct Concierge {
    client: Client,
    doorkeeper: Doorkeeper,
    phrases: Phrases,
}

impl Concierge {
    pub fn new(client: Client, doorkeeper: Doorkeeper, phrases: Phrases) -> Self {
        Self { client, doorkeeper, phrases }
    }

    /// Whether this event is a listed coach who asks, where nobody else reads.
    pub fn asked(&self, place: &Place<'_>, event: &AnySyncTimelineEvent) -> Option<Asked> {
        let AnySyncTimelineEvent::MessageLike(AnySyncMessageLikeEvent::RoomMessage(SyncMessageLikeEvent::Original(
            message,
        ))) = event
        else {
            return None;
        };
        let MessageType::Text(text) = &message.content.msgtype else { return None };
        let word = self.phrases.say("console", Language::French);
        let words = remove_plain_reply_fallback(&text.body).trim();
        let asks = words.trim_start_matches('/').eq_ignore_ascii_case(word);
        let known = self.doorkeeper.people().find(message.sender.as_str()).is_some();
        (asks && known && !place.crowded && message.sender != *place.me).then(|| Asked {
            conversation: place.conversation(),
            event: EventId(message.event_id.to_string()),
            sender: message.sender.to_string(),
            at: timestamp(message.origin_server_ts),
        })
    }

    /// In a task of its own: reading goes on.
    pub fn answer(&self, asked: Asked) {
        let concierge = self.clone();
        tokio::spawn(async move {
            if let Err(error) = concierge.bring(asked).await {
                tracing::warn!(error = format!("{error:#}"), "could not bring a link into the console");
            }
        });
    }

    async fn bring(&self, asked: Asked) -> anyhow::Result<()> {
        if self.doorkeeper.now() - PATIENCE > asked.at {
            return Ok(());
        }
        let Some(link) = self.doorkeeper.link(&asked.sender).await? else { return Ok(()) };
        let words = self.phrases.fill("console-link", Language::French, "link", &link);
        let delivery = Delivery {
            key: DeliveryKey::derive(&asked.conversation, &asked.event, 0),
            conversation: asked.conversation,
            event: asked.event,
            reply: Reply { blocks: vec![Block::Text { markup: Markup(words) }], ..Reply::default() },
            first: false,
            tries: 0,
        };
        send::send(&self.client, &delivery).await?;
        Ok(())
    }
}
