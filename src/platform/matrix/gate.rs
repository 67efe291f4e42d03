//! Holds back what one person writes too fast, and asks them once to slow down.

use matrix_sdk::Client;
use matrix_sdk::deserialized_responses::TimelineEvent;

use super::send;
use super::throttle::{Throttle, Verdict};
use crate::clock::Timestamp;
use crate::dialogue::turn::{Block, Input, Markup, Reply};
use crate::knowledge::Language;
use crate::message::{Delivery, DeliveryKey, EventId, Incoming};
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

    /// Whether this is heard. `events` are those that it was read from: they know who wrote it.
    pub fn admits(&mut self, said: &Incoming, events: &[TimelineEvent], now: Timestamp) -> bool {
        if !matches!(said.input, Input::Said { .. } | Input::Corrected { .. } | Input::Unreadable) {
            return true;
        }
        let wrote = events.iter().find(|event| event.event_id().is_some_and(|id| id.as_str() == said.event.0));
        let Some(sender) = wrote.and_then(TimelineEvent::sender) else { return true };
        match self.throttle.admit(sender.as_str(), said.at, now) {
            Verdict::Heard => true,
            Verdict::Ignored => false,
            Verdict::Told => {
                tracing::warn!(%sender, "somebody writes faster than the limit");
                self.ask_to_slow_down(said);
                false
            }
        }
    }

    /// In a task of its own, and not through the outbox: it answers nothing.
    fn ask_to_slow_down(&self, said: &Incoming) {
        let event = EventId(format!("{}#slow-down", said.event));
        let words = Markup(self.phrases.say("slow-down", Language::French).to_owned());
        let delivery = Delivery {
            key: DeliveryKey::derive(&said.conversation, &event, 0),
            conversation: said.conversation.clone(),
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
