//! Holds back what one person writes too fast, and asks them once to slow down.

use matrix_sdk::Client;
use matrix_sdk::ruma::EventId as MatrixEventId;
use matrix_sdk::ruma::events::AnySyncTimelineEvent;

use super::send;
use super::throttle::{Throttle, Verdict};
use super::translate::timestamp;
use crate::clock::Timestamp;
use crate::dialogue::turn::{Block, Markup, Reply};
use crate::knowledge::Language;
use crate::message::{ConversationId, Delivery, DeliveryKey, EventId};
use crate::platform::phrases::Phrases;

pub struct Gate {
    client: Client,
    throttle: Throttle,
    phrases: Phrases,
}

impl Gate {
    pub fn new(client: Client, per_minute: u32, phrases: Phrases) -> Self {
        Self { client, throttle: Throttle::new(per_minute), phrases }
    }

    /// The response in hand is written: its events are not met again.
    pub fn settle(&mut self) {
        self.throttle.settle();
    }

    /// Whether what follows from this event is heard. What we did ourselves is.
    pub fn admits(&mut self, conversation: &ConversationId, event: &AnySyncTimelineEvent, now: Timestamp) -> bool {
        let (id, sender) = (event.event_id(), event.sender());
        if self.client.user_id() == Some(sender) {
            return true;
        }
        match self.throttle.admit(id.as_str(), sender.as_str(), timestamp(event.origin_server_ts()), now) {
            Verdict::Heard => true,
            Verdict::Ignored => false,
            Verdict::Told => {
                tracing::warn!(%sender, "somebody writes faster than the limit");
                self.ask_to_slow_down(conversation, id);
                false
            }
        }
    }

    /// In a task of its own, and not through the outbox: it answers nothing.
    fn ask_to_slow_down(&self, conversation: &ConversationId, event: &MatrixEventId) {
        let event = EventId(format!("{event}#slow-down"));
        let words = Markup(self.phrases.say("slow-down", Language::French).to_owned());
        let delivery = Delivery {
            key: DeliveryKey::derive(conversation, &event, 0),
            conversation: conversation.clone(),
            event,
            reply: Reply { blocks: vec![Block::Text { markup: words }], ..Reply::default() },
            first: false,
            tries: 0,
        };
        let client = self.client.clone();
        tokio::spawn(async move {
            if let Err(error) = send::send(&client, &delivery).await {
                tracing::warn!(error = format!("{error:#}"), "could not ask somebody to slow down");
            }
        });
    }
}
