//! A person at a terminal, or a program on standard input.

mod human;
mod json;

use std::sync::Arc;

use crate::clock::Clock;
use crate::dialogue::turn::Input;
use crate::dialogue::{self, Content};
use crate::inbox::{Bells, Inbox};
use crate::message::{ConversationId, Delivery, EventId, Incoming, PlatformKind};
use crate::store::{Outcome, Store};
use crate::turns::{Answered, Turns};

pub use human::chat;
pub use json::converse;

/// One terminal: it takes what is typed through the same inbox, turn and outbox as every other platform.
pub struct Terminal {
    store: Store,
    inbox: Inbox,
    clock: Clock,
    bells: Bells,
    content: Arc<Content>,
    typed: u64,
}

impl Terminal {
    pub fn new(store: Store, content: Arc<Content>, clock: Clock) -> Self {
        let bells = Bells::default();
        let inbox = Inbox::new(store.clone(), clock.clone(), bells.clone());
        Self { store, inbox, clock, bells, content, typed: 0 }
    }

    /// Takes one input through the house and gives the replies, in order. The same event twice gives none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn exchange(
        &mut self,
        conversation: &ConversationId,
        event: Option<EventId>,
        input: Input,
    ) -> anyhow::Result<Vec<Delivery>> {
        let event = event.unwrap_or_else(|| self.next_event());
        let at = self.clock.now();
        self.inbox.receive(Incoming { conversation: conversation.clone(), event, input, at }).await?;
        let content = Arc::clone(&self.content);
        let turns = Turns {
            store: self.store.clone(),
            clock: self.clock.clone(),
            bells: self.bells.clone(),
            platforms: vec![PlatformKind::Terminal],
            step: |pending: &crate::store::Pending, now| {
                dialogue::step(&content, pending.state.clone(), &pending.event, pending.input.clone(), now)
            },
            apology: |language| content.apology(language),
        };
        while turns.answer_next().await? == Answered::One {}
        self.collect().await
    }

    /// What was typed has no name of its own: the time and a count make one.
    fn next_event(&mut self) -> EventId {
        self.typed += 1;
        EventId(format!("{}-{}", self.clock.now().as_microsecond(), self.typed))
    }

    async fn collect(&self) -> anyhow::Result<Vec<Delivery>> {
        let mut deliveries = Vec::new();
        while let Some(delivery) = self.store.claim(&[PlatformKind::Terminal], self.clock.now()).await? {
            deliveries.push(delivery.clone());
            self.store.settle(delivery, Outcome::Sent { platform_event: None }, self.clock.now()).await?;
        }
        Ok(deliveries)
    }
}
