//! What a platform holds to hand over what happened, and the bells that wake the two loops.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::message::{ConversationId, DeliveryKey, EventId, Incoming, PlatformKind};
use crate::store::{Checkpoint, Queues, Received, Shown, Store, Summary};

/// Rung after a commit, so that nobody waits for a poll.
#[derive(Debug, Clone, Default)]
pub struct Bells {
    /// An inbox row was written.
    pub inbox: Arc<Notify>,
    /// A turn was committed: outbox rows wait, and whoever waits for an answer may look.
    pub outbox: Arc<Notify>,
}

/// The door of the house: platforms write here and nowhere else.
#[derive(Clone)]
pub struct Inbox {
    store: Store,
    clock: Clock,
    bells: Bells,
}

impl Inbox {
    pub fn new(store: Store, clock: Clock, bells: Bells) -> Self {
        Self { store, clock, bells }
    }

    pub async fn receive(&self, incoming: Incoming) -> anyhow::Result<Received> {
        let received = self.receive_all(&[incoming], &[]).await?;
        Ok(received.into_iter().next().unwrap_or(Received::AlreadySeen))
    }

    /// Writes all rows, and the places up to which the platform was read, in one transaction.
    pub async fn receive_all(
        &self,
        incoming: &[Incoming],
        checkpoints: &[Checkpoint<'_>],
    ) -> anyhow::Result<Vec<Received>> {
        let received = self.store.receive_all(incoming, checkpoints, self.clock.now()).await?;
        self.bells.inbox.notify_one();
        Ok(received)
    }

    /// The place up to which a platform was read.
    pub async fn checkpoint(&self, name: &str) -> anyhow::Result<Option<String>> {
        self.store.checkpoint(name).await
    }

    /// The places whose names begin so.
    pub async fn checkpoints(&self, prefix: &str) -> anyhow::Result<Vec<(String, String)>> {
        self.store.checkpoints(prefix).await
    }

    pub async fn drop_checkpoint(&self, name: &str) -> anyhow::Result<()> {
        self.store.drop_checkpoint(name).await
    }

    /// Whether this event was received before.
    pub async fn knows(&self, conversation: &ConversationId, event: &EventId) -> anyhow::Result<bool> {
        self.store.knows(conversation, event).await
    }

    /// The conversations in which an event of this name was received.
    pub async fn conversations_with(&self, event: &EventId) -> anyhow::Result<Vec<ConversationId>> {
        self.store.conversations_with(event).await
    }

    /// Writes a place that is written once. Gives whether this value is the one that stands.
    pub async fn keep_first(&self, name: &str, value: &str) -> anyhow::Result<bool> {
        self.store.keep_first(name, value).await
    }

    /// A reply as its readers see it.
    pub async fn shown(&self, key: &DeliveryKey) -> anyhow::Result<Option<Shown>> {
        self.store.shown(key).await
    }

    /// The last events of a conversation, newest first.
    pub async fn last_events(&self, conversation: &ConversationId, count: u32) -> anyhow::Result<Vec<EventId>> {
        self.store.last_events(conversation, count).await
    }

    /// The key of the newest reply of a conversation: what people see last.
    pub async fn newest_reply(&self, conversation: &ConversationId) -> anyhow::Result<Option<DeliveryKey>> {
        self.store.newest_reply(conversation).await
    }

    /// A conversation goes on under another name: its place has moved. Gives whether there was one to move.
    pub async fn carry_over(&self, from: &ConversationId, to: &ConversationId) -> anyhow::Result<bool> {
        self.store.carry_over(from, to).await
    }

    /// How much of a platform waits.
    pub async fn queues(&self, platform: PlatformKind) -> anyhow::Result<Queues> {
        self.store.queues(platform).await
    }

    /// Every conversation, the most recent first.
    pub async fn conversations(&self) -> anyhow::Result<Vec<Summary>> {
        self.store.conversations().await
    }

    /// Erases a conversation whose place is gone.
    pub async fn forget(&self, conversation: &ConversationId) -> anyhow::Result<bool> {
        self.store.forget(conversation).await
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
