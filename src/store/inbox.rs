//! What happened and waits for an answer: each event once, in the order of arrival.

use anyhow::Context as _;
use sqlx::AnyConnection;

use super::{Checkpoint, Pending, Received, Store, names};
use crate::clock::Timestamp;
use crate::dialogue::state::State;
use crate::dialogue::turn::Input;
use crate::message::{ConversationId, EventId, Incoming, PlatformKind};

impl Store {
    /// Writes what a platform read, and the places up to which it read, in one transaction. An event that is already
    /// known changes nothing, be it waiting, answered or erased.
    pub async fn receive_all(
        &self,
        incoming: &[Incoming],
        checkpoints: &[Checkpoint<'_>],
        now: Timestamp,
    ) -> anyhow::Result<Vec<Received>> {
        if let ([one], []) = (incoming, checkpoints) {
            let mut connection = self.database.write().await?;
            return Ok(vec![self.insert(&mut connection, one, now).await?]);
        }
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let mut received = Vec::with_capacity(incoming.len());
        for one in incoming {
            received.push(self.insert(&mut tx, one, now).await?);
        }
        for checkpoint in checkpoints {
            save(&mut tx, *checkpoint).await?;
        }
        tx.commit().await.context("cannot save what was received")?;
        Ok(received)
    }

    async fn insert(&self, db: &mut AnyConnection, incoming: &Incoming, now: Timestamp) -> anyhow::Result<Received> {
        let row = Row {
            conversation: &incoming.conversation,
            event: &incoming.event,
            ticket: self.next_ticket(now),
            due_at: 0,
            at: incoming.at,
            input: &incoming.input,
        };
        Ok(if row.insert(db).await? { Received::New } else { Received::AlreadySeen })
    }

    /// The place up to which a platform was read.
    pub async fn checkpoint(&self, name: &str) -> anyhow::Result<Option<String>> {
        let value: Option<(String,)> = sqlx::query_as("SELECT value FROM checkpoint WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot read a checkpoint")?;
        Ok(value.map(|(value,)| value))
    }

    /// The places whose names begin so, by name.
    pub async fn checkpoints(&self, prefix: &str) -> anyhow::Result<Vec<(String, String)>> {
        let named = format!("{prefix}%");
        let mut places: Vec<(String, String)> =
            sqlx::query_as("SELECT name, value FROM checkpoint WHERE name LIKE $1 ORDER BY name")
                .bind(named)
                .fetch_all(&mut *self.database.read().await?)
                .await
                .context("cannot list the checkpoints")?;
        places.retain(|(name, _)| name.starts_with(prefix));
        Ok(places)
    }

    pub async fn drop_checkpoint(&self, name: &str) -> anyhow::Result<()> {
        sqlx::query("DELETE FROM checkpoint WHERE name = $1")
            .bind(name)
            .execute(&mut *self.database.write().await?)
            .await
            .context("cannot drop a checkpoint")?;
        Ok(())
    }

    /// Whether this event was received, be it waiting, answered or erased.
    pub async fn knows(&self, conversation: &ConversationId, event: &EventId) -> anyhow::Result<bool> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT CAST(1 AS BIGINT) FROM inbox WHERE conversation = $1 AND event = $2")
                .bind(conversation.as_str())
                .bind(event.0.as_str())
                .fetch_optional(&mut *self.database.read().await?)
                .await
                .context("cannot read the inbox")?;
        Ok(row.is_some())
    }

    /// The conversations in which an event of this name was received.
    pub async fn conversations_with(&self, event: &EventId) -> anyhow::Result<Vec<ConversationId>> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT conversation FROM inbox WHERE event = $1")
            .bind(event.0.as_str())
            .fetch_all(&mut *self.database.read().await?)
            .await
            .context("cannot read the inbox")?;
        rows.into_iter().map(|(id,)| ConversationId::try_from(id).map_err(anyhow::Error::msg)).collect()
    }

    /// Writes a place that is written once: the first value stays. Gives whether this value is the one that stands.
    pub async fn keep_first(&self, name: &str, value: &str) -> anyhow::Result<bool> {
        sqlx::query("INSERT INTO checkpoint (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(&mut *self.database.write().await?)
            .await
            .context("cannot save a checkpoint")?;
        Ok(self.checkpoint(name).await?.as_deref() == Some(value))
    }

    /// The last events of a conversation, newest first.
    pub async fn last_events(&self, conversation: &ConversationId, count: u32) -> anyhow::Result<Vec<EventId>> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT event FROM inbox WHERE conversation = $1 ORDER BY ticket DESC LIMIT $2")
                .bind(conversation.as_str())
                .bind(i64::from(count))
                .fetch_all(&mut *self.database.read().await?)
                .await
                .context("cannot read the inbox")?;
        Ok(rows.into_iter().map(|(event,)| EventId(event)).collect())
    }

    /// The oldest waiting row on one of these platforms, hence the oldest of its conversation. Reminders that fell due
    /// come after all that people wrote.
    pub async fn next(&self, platforms: &[PlatformKind], now: Timestamp) -> anyhow::Result<Option<Pending>> {
        let [a, b, c, d] = names(platforms);
        let row: Option<(String, String, String, i64, Option<String>)> = sqlx::query_as(
            "SELECT inbox.conversation, inbox.event, inbox.input, inbox.ticket, conversation.state \
             FROM inbox LEFT JOIN conversation ON conversation.id = inbox.conversation \
             WHERE inbox.turn IS NULL AND inbox.due_at <= $1 AND inbox.platform IN ($2, $3, $4, $5) \
             ORDER BY inbox.due_at, inbox.ticket LIMIT 1",
        )
        .bind(now.as_millisecond())
        .bind(a)
        .bind(b)
        .bind(c)
        .bind(d)
        .fetch_optional(&mut *self.database.write().await?)
        .await
        .context("cannot read the inbox")?;
        let Some((conversation, event, input, ticket, state)) = row else { return Ok(None) };
        Ok(Some(Pending {
            conversation: ConversationId::try_from(conversation).map_err(anyhow::Error::msg)?,
            event: EventId(event),
            input: read_input(&input),
            state: read_state(state.as_deref().unwrap_or_default()),
            ticket,
        }))
    }
}

/// A new row of the inbox.
pub(super) struct Row<'a> {
    pub conversation: &'a ConversationId,
    pub event: &'a EventId,
    pub ticket: i64,
    pub due_at: i64,
    pub at: Timestamp,
    pub input: &'a Input,
}

impl Row<'_> {
    /// Gives whether the row is new.
    pub(super) async fn insert(&self, db: &mut AnyConnection) -> anyhow::Result<bool> {
        let about = match self.input {
            Input::Corrected { earlier, .. } | Input::Withdrawn { earlier } => Some(earlier.0.as_str()),
            _ => None,
        };
        let done = sqlx::query(
            "INSERT INTO inbox (conversation, event, platform, ticket, due_at, at, about, input) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(self.conversation.as_str())
        .bind(self.event.0.as_str())
        .bind(self.conversation.platform().as_str())
        .bind(self.ticket)
        .bind(self.due_at)
        .bind(self.at.as_millisecond())
        .bind(about)
        .bind(serde_json::to_string(self.input)?)
        .execute(db)
        .await
        .context("cannot write to the inbox")?;
        Ok(done.rows_affected() == 1)
    }
}

pub(super) async fn last_ticket(db: &mut AnyConnection) -> anyhow::Result<i64> {
    let (last,): (i64,) =
        sqlx::query_as("SELECT CAST(COALESCE(MAX(ticket), 0) AS BIGINT) FROM inbox").fetch_one(db).await?;
    Ok(last)
}

pub(super) async fn save(db: &mut AnyConnection, checkpoint: Checkpoint<'_>) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO checkpoint (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(checkpoint.name)
    .bind(checkpoint.value)
    .execute(db)
    .await
    .context("cannot save a checkpoint")?;
    Ok(())
}

/// A row that this version cannot read must not stop the conversation.
pub(super) fn read_input(json: &str) -> Input {
    serde_json::from_str(json).unwrap_or_else(|_| {
        tracing::error!("a row of the inbox cannot be read by this version");
        Input::Unreadable
    })
}

/// A conversation whose memory this version cannot read starts again. Empty: nothing is remembered.
pub(super) fn read_state(json: &str) -> State {
    if json.is_empty() {
        return State::default();
    }
    serde_json::from_str(json).unwrap_or_else(|_| {
        tracing::error!("the state of a conversation cannot be read by this version");
        State::default()
    })
}
