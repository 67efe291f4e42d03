//! What a platform holds to hand over what happened, and the bells that wake the two loops.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::message::Incoming;
use crate::store::{Checkpoint, Received, Store};

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
        let received = self.receive_all(&[incoming], None).await?;
        Ok(received.into_iter().next().unwrap_or(Received::AlreadySeen))
    }

    /// Writes all rows, and the place up to which the platform was read, in one transaction.
    pub async fn receive_all(
        &self,
        incoming: &[Incoming],
        checkpoint: Option<Checkpoint<'_>>,
    ) -> anyhow::Result<Vec<Received>> {
        let received = self.store.receive_all(incoming, checkpoint, self.clock.now()).await?;
        self.bells.inbox.notify_one();
        Ok(received)
    }

    /// The place up to which a platform was read.
    pub async fn checkpoint(&self, name: &str) -> anyhow::Result<Option<String>> {
        self.store.checkpoint(name).await
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
