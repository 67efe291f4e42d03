//! The database: inbox, outbox, conversations, transcript. The only place that writes SQL; no transaction leaves it.
//!
//! Every word is kept once. A row of the inbox is the queue entry *and* the person's line of the transcript; a row of
//! the outbox is the queue entry *and* the coach's line. Erasing is emptying those two tables.

mod access;
mod audit;
mod browse;
mod carry;
mod database;
mod disclosure;
mod erase;
mod facts;
mod inbox;
mod marks;
mod opinion;
mod outbox;
mod overview;
mod reading;
mod rights;
mod tally;
mod transcript;
mod turn;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::Timestamp;
use crate::dialogue::state::State;
use crate::dialogue::turn::{Input, Reply};
use crate::message::{ConversationId, EventId, PlatformKind};
use database::Database;

pub use access::{Attempt, NewSession, Opened, Session, SessionLimits};
pub use audit::{Noted, NotedQuery};
pub use browse::{Cursor, Filter, Listed, Page};
pub use facts::{Ending, Rating, WAITS};
pub use opinion::{Judgement, Note, Opinion, Rubric, Tag, Verdict};
pub use overview::{Number, Overview, day, sampled};
pub use reading::{Exchange, Reading, Spoken};
pub use rights::{PurgeRun, Right, RightsRequest};
pub use tally::{Span, Total};
pub use transcript::{Exported, Summary};

/// A cheap handle; clones share the pool.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    /// The last number given to an arrival.
    ticket: Arc<AtomicI64>,
}

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

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queues {
    pub inbox: i64,
    pub outbox: i64,
}

/// A reply that people see, and whether it is the last of its conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub conversation: ConversationId,
    pub reply: Reply,
    pub newest: bool,
}

/// One line of a transcript, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub at: Timestamp,
    pub author: Author,
    pub event: EventId,
    pub said: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
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
        let database = Database::open(url).await?;
        let last = inbox::last_ticket(&mut *database.read().await?).await?;
        let store = Self { database, ticket: Arc::new(AtomicI64::new(last)) };
        store.make_overviews().await?;
        Ok(store)
    }

    /// Waits until every connection is given back. Dropping the store is safe too: each verb is one transaction.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Numbers an arrival: the time in microseconds, but always later than the last, so that a clock that jumps back
    /// does not change the order.
    fn next_ticket(&self, now: Timestamp) -> i64 {
        let next = |last: i64| now.as_microsecond().max(last + 1);
        let last = self.ticket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_default())
    }
}

fn millis(after: std::time::Duration) -> i64 {
    i64::try_from(after.as_millis()).unwrap_or(i64::MAX / 2)
}

fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The names of the platforms for a fixed `IN ($2, $3, $4, $5)`; a short list repeats its first.
fn names(platforms: &[PlatformKind]) -> [&'static str; PlatformKind::ALL.len()] {
    let first = platforms.first().map_or("", |kind| kind.as_str());
    std::array::from_fn(|index| platforms.get(index).map_or(first, |kind| kind.as_str()))
}
