//! The database: inbox, outbox, conversations, transcript. The only place that writes SQL; no transaction leaves it.

use crate::clock::Timestamp;
use crate::dialogue::state::State;
use crate::dialogue::turn::{Input, Reply, Turn};
use crate::message::{ConversationId, Delivery, DeliveryKey, EventId, Incoming, PlatformKind};

/// A cheap handle; clones share the pool.
#[derive(Debug, Clone)]
pub struct Store {}

/// A named place in a platform's stream (e.g. a sync token), saved with the rows read up to it.
#[derive(Debug, Clone, Copy)]
pub struct Checkpoint<'a> {
    pub name: &'a str,
    pub value: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    New,
    AlreadySeen,
}

/// The oldest unanswered row of a conversation, with the conversation's state.
#[derive(Debug)]
pub struct Pending {
    pub conversation: ConversationId,
    pub event: EventId,
    pub input: Input,
    pub state: State,
    ticket: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    Done,
    /// Another process answered this row first; nothing was written.
    TakenByAnother,
}

/// How a delivery ended.
#[derive(Debug)]
pub enum Outcome {
    /// The platform's own name for what was sent, when it has one.
    Sent {
        platform_event: Option<EventId>,
    },
    Later {
        after: std::time::Duration,
    },
    GaveUp,
}

/// One line of a transcript, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub at: Timestamp,
    pub author: Author,
    pub event: EventId,
    pub said: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    Person,
    Coach,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Input(Input),
    Reply(Reply),
}

impl Store {
    /// `sqlite:PATH` (created when missing), `sqlite::memory:`, or `postgres://…`.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        todo!("{url}")
    }

    pub async fn receive_all(
        &self,
        incoming: &[Incoming],
        checkpoint: Option<Checkpoint<'_>>,
        now: Timestamp,
    ) -> anyhow::Result<Vec<Received>> {
        todo!("{incoming:?} {checkpoint:?} {now}")
    }

    pub async fn checkpoint(&self, name: &str) -> anyhow::Result<Option<String>> {
        todo!("{name}")
    }

    /// The oldest due row whose conversation has no older unanswered row, on one of these platforms.
    pub async fn next(&self, platforms: &[PlatformKind], now: Timestamp) -> anyhow::Result<Option<Pending>> {
        todo!("{platforms:?} {now}")
    }

    /// One transaction: mark the row done, write state, transcript and trace, one outbox row per reply, one dated
    /// inbox row per reminder; erase on `Effect::Forget`.
    pub async fn commit(&self, pending: Pending, turn: Turn, now: Timestamp) -> anyhow::Result<Committed> {
        todo!("{pending:?} {turn:?} {now}")
    }

    /// Takes the next due reply and hides it from others for a minute.
    pub async fn claim(&self, platforms: &[PlatformKind], now: Timestamp) -> anyhow::Result<Option<Delivery>> {
        todo!("{platforms:?} {now}")
    }

    pub async fn settle(&self, delivery: Delivery, outcome: Outcome, now: Timestamp) -> anyhow::Result<()> {
        todo!("{delivery:?} {outcome:?} {now}")
    }

    /// The replies to an event, in order; `None` while it is unanswered.
    pub async fn answer(&self, conversation: &ConversationId, event: &EventId) -> anyhow::Result<Option<Vec<Reply>>> {
        todo!("{conversation} {event}")
    }

    /// `None` when the conversation is unknown.
    pub async fn state(&self, conversation: &ConversationId) -> anyhow::Result<Option<State>> {
        todo!("{conversation}")
    }

    pub async fn transcript(&self, conversation: &ConversationId) -> anyhow::Result<Vec<Line>> {
        todo!("{conversation}")
    }

    /// The address that this reply was sent as, if it was (`settle` with `Sent`).
    pub async fn sent_as(&self, key: &DeliveryKey) -> anyhow::Result<Option<EventId>> {
        todo!("{key:?}")
    }
}
