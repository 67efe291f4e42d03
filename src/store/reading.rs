//! One conversation as a coach reads it: each turn with what was understood and why, and what coaches said of it.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::inbox::read_input;
use super::outbox::read_reply;
use super::overview::{Number, Overview};
use super::{Store, timestamp};
use crate::clock::Timestamp;
use crate::dialogue::turn::{Concern, Input, Reply, Trace};
use crate::message::EventId;

/// A whole conversation, oldest turn first.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub overview: Overview,
    pub exchanges: Vec<Exchange>,
}

/// One turn: what happened, what was understood, what was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// Numbers the turns of the conversation from 1.
    pub turn: i64,
    pub at: Timestamp,
    pub event: EventId,
    /// `None` when the words are not kept any more.
    pub input: Option<Input>,
    /// `None` when it was amended since, or made by a version that wrote none.
    pub trace: Option<Trace>,
    pub concerns: Vec<Concern>,
    pub replies: Vec<Spoken>,
}

/// A reply that the transcript keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    pub at: Timestamp,
    pub reply: Reply,
    /// It reached the platform.
    pub sent: bool,
}

impl Store {
    /// A conversation to be read; `None` when it is unknown or erased.
    pub async fn reading(&self, number: Number) -> anyhow::Result<Option<Reading>> {
        let Some(overview) = self.overview(number).await? else { return Ok(None) };
        let id = overview.conversation.as_str().to_owned();
        let mut connection = self.database.read().await?;
        let inputs: Vec<(i64, i64, String, String, String)> = sqlx::query_as(
            "SELECT turn, at, event, input, trace FROM inbox WHERE conversation = $1 AND turn > 0 ORDER BY turn",
        )
        .bind(&id)
        .fetch_all(&mut *connection)
        .await
        .context("cannot read a conversation")?;
        let replies: Vec<(i64, i64, String, Option<i64>)> = sqlx::query_as(
            "SELECT turn, at, body, sent_at FROM outbox WHERE conversation = $1 AND kept = 1 ORDER BY turn, position",
        )
        .bind(&id)
        .fetch_all(&mut *connection)
        .await
        .context("cannot read the replies of a conversation")?;
        let flags: Vec<(i64, String)> =
            sqlx::query_as("SELECT turn, concern FROM flag WHERE conversation = $1 ORDER BY turn, concern")
                .bind(&id)
                .fetch_all(&mut *connection)
                .await
                .context("cannot read the flags of a conversation")?;
        Ok(Some(Reading { overview, exchanges: exchanges(inputs, replies, flags) }))
    }

    /// The conversations that changed after this time, newest first: for a page that follows an open conversation.
    pub async fn turns_of(&self, number: Number) -> anyhow::Result<Option<i64>> {
        Ok(self.overview(number).await?.map(|overview| overview.turns))
    }
}

fn exchanges(
    inputs: Vec<(i64, i64, String, String, String)>,
    replies: Vec<(i64, i64, String, Option<i64>)>,
    flags: Vec<(i64, String)>,
) -> Vec<Exchange> {
    let mut spoken: BTreeMap<i64, Vec<Spoken>> = BTreeMap::new();
    for (turn, at, body, sent_at) in replies {
        let reply = Spoken { at: timestamp(at), reply: read_reply(&body), sent: sent_at.is_some() };
        spoken.entry(turn).or_default().push(reply);
    }
    let mut concerns: BTreeMap<i64, Vec<Concern>> = BTreeMap::new();
    for (turn, name) in flags {
        concerns.entry(turn).or_default().extend(serde_json::from_value::<Concern>(name.into()).ok());
    }
    let exchange = |(turn, at, event, input, trace): (i64, i64, String, String, String)| Exchange {
        turn,
        at: timestamp(at),
        event: EventId(event),
        input: (!input.is_empty()).then(|| read_input(&input)),
        trace: serde_json::from_str(&trace).ok(),
        concerns: concerns.remove(&turn).unwrap_or_default(),
        replies: spoken.remove(&turn).unwrap_or_default(),
    };
    inputs.into_iter().map(exchange).collect()
}
