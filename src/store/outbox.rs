//! What should be said and waits to be sent: in order within a conversation, each under a key that never changes.

use anyhow::Context as _;
use sqlx::AnyConnection;

use super::{Outcome, Queues, Shown, Store, millis, names, turn};
use crate::clock::Timestamp;
use crate::dialogue::turn::{Concern, Reply};
use crate::message::{ConversationId, Delivery, DeliveryKey, EventId, PlatformKind};

/// How long a claimed reply is hidden from others, in milliseconds.
const LEASE: i64 = 60_000;

impl Store {
    /// Takes the next due reply and hides it from others for a minute. A reply waits for the older ones of its
    /// conversation, never for those of another.
    pub async fn claim(&self, platforms: &[PlatformKind], now: Timestamp) -> anyhow::Result<Option<Delivery>> {
        let [a, b, c, d] = names(platforms);
        let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
            "UPDATE outbox SET due_at = $1, tries = tries + 1 WHERE key = ( \
                 SELECT key FROM outbox AS next \
                 WHERE waiting = 1 AND due_at <= $2 AND platform IN ($3, $4, $5, $6) AND NOT EXISTS ( \
                     SELECT 1 FROM outbox AS older \
                     WHERE older.conversation = next.conversation AND older.waiting = 1 \
                       AND (older.turn, older.position) < (next.turn, next.position)) \
                 ORDER BY due_at, at LIMIT 1) \
             AND waiting = 1 AND due_at <= $2 RETURNING key, conversation, event, body, tries, \
             CASE WHEN EXISTS (SELECT 1 FROM outbox AS before WHERE before.conversation = outbox.conversation \
             AND (before.turn, before.position) < (outbox.turn, outbox.position)) THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END",
        )
        .bind(now.as_millisecond() + LEASE)
        .bind(now.as_millisecond())
        .bind(a)
        .bind(b)
        .bind(c)
        .bind(d)
        .fetch_all(&mut *self.database.write().await?)
        .await
        .context("cannot claim a reply")?;
        let Some((key, conversation, event, body, tries, first)) = rows.into_iter().next() else { return Ok(None) };
        Ok(Some(Delivery {
            key: DeliveryKey::from_stored(key),
            conversation: ConversationId::try_from(conversation).map_err(anyhow::Error::msg)?,
            event: EventId(event),
            reply: read_reply(&body),
            first: first == 1,
            tries: u32::try_from(tries - 1).unwrap_or(u32::MAX),
        }))
    }

    /// Writes how a delivery ended.
    pub async fn settle(&self, delivery: Delivery, outcome: Outcome, now: Timestamp) -> anyhow::Result<()> {
        match outcome {
            Outcome::Sent { platform_event } => {
                sqlx::query("UPDATE outbox SET waiting = 0, sent_at = $1, sent_as = $2 WHERE key = $3")
                    .bind(now.as_millisecond())
                    .bind(platform_event.map(|event| event.0))
                    .bind(delivery.key.as_str())
                    .execute(&mut *self.database.write().await?)
                    .await
                    .context("cannot mark a reply as sent")?;
            }
            Outcome::Later { after } => {
                sqlx::query("UPDATE outbox SET due_at = $1 WHERE key = $2 AND waiting = 1")
                    .bind(now.as_millisecond().saturating_add(millis(after)))
                    .bind(delivery.key.as_str())
                    .execute(&mut *self.database.write().await?)
                    .await
                    .context("cannot put a reply off")?;
            }
            Outcome::GaveUp => self.give_up(&delivery, now).await?,
        }
        Ok(())
    }

    /// The reply stays in the transcript, and the humans are told that it never arrived.
    async fn give_up(&self, delivery: &Delivery, now: Timestamp) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let rows: Vec<(i64,)> =
            sqlx::query_as("UPDATE outbox SET waiting = 0 WHERE key = $1 AND waiting = 1 RETURNING turn")
                .bind(delivery.key.as_str())
                .fetch_all(&mut *tx)
                .await
                .context("cannot give a reply up")?;
        if let Some((number,)) = rows.first() {
            turn::flag(&mut tx, &delivery.conversation, *number, Concern::Undelivered, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Makes every waiting reply due: for the start, when an earlier life of this process may have died with some in
    /// hand, and for a clock that jumped back.
    pub async fn release(&self, platforms: &[PlatformKind]) -> anyhow::Result<()> {
        let [a, b, c, d] = names(platforms);
        sqlx::query("UPDATE outbox SET due_at = 0 WHERE waiting = 1 AND due_at > 0 AND platform IN ($1, $2, $3, $4)")
            .bind(a)
            .bind(b)
            .bind(c)
            .bind(d)
            .execute(&mut *self.database.write().await?)
            .await
            .context("cannot release the outbox")?;
        Ok(())
    }

    /// How much waits on a platform: to be answered, and to be sent.
    pub async fn queues(&self, platform: PlatformKind) -> anyhow::Result<Queues> {
        let mut connection = self.database.read().await?;
        let (inbox,): (i64,) = sqlx::query_as(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM inbox WHERE turn IS NULL AND due_at = 0 AND platform = $1",
        )
        .bind(platform.as_str())
        .fetch_one(&mut *connection)
        .await
        .context("cannot count the inbox")?;
        let (outbox,): (i64,) =
            sqlx::query_as("SELECT CAST(COUNT(*) AS BIGINT) FROM outbox WHERE waiting = 1 AND platform = $1")
                .bind(platform.as_str())
                .fetch_one(&mut *connection)
                .await
                .context("cannot count the outbox")?;
        Ok(Queues { inbox, outbox })
    }

    /// The key of the newest reply of a conversation.
    pub async fn newest_reply(&self, conversation: &ConversationId) -> anyhow::Result<Option<DeliveryKey>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT key FROM outbox WHERE conversation = $1 ORDER BY turn DESC, position DESC LIMIT 1")
                .bind(conversation.as_str())
                .fetch_optional(&mut *self.database.read().await?)
                .await
                .context("cannot read the outbox")?;
        Ok(row.map(|(key,)| DeliveryKey::from_stored(key)))
    }

    /// A reply as its readers see it.
    pub async fn shown(&self, key: &DeliveryKey) -> anyhow::Result<Option<Shown>> {
        let row: Option<(String, String)> = sqlx::query_as("SELECT conversation, body FROM outbox WHERE key = $1")
            .bind(key.as_str())
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot read the outbox")?;
        let Some((conversation, body)) = row else { return Ok(None) };
        let conversation = ConversationId::try_from(conversation).map_err(anyhow::Error::msg)?;
        let newest = self.newest_reply(&conversation).await?.as_ref() == Some(key);
        Ok(Some(Shown { conversation, reply: read_reply(&body), newest }))
    }

    /// The address that this reply was sent as, if it was (`settle` with `Sent`).
    pub async fn sent_as(&self, key: &DeliveryKey) -> anyhow::Result<Option<EventId>> {
        let row: Option<(Option<String>,)> = sqlx::query_as("SELECT sent_as FROM outbox WHERE key = $1")
            .bind(key.as_str())
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot read the outbox")?;
        Ok(row.and_then(|(name,)| name).map(EventId))
    }
}

/// Where a reply stands in its conversation.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub turn: i64,
    pub position: usize,
}

pub(super) async fn insert(
    db: &mut AnyConnection,
    conversation: &ConversationId,
    event: &EventId,
    place: Place,
    reply: &Reply,
    kept: bool,
    now: Timestamp,
) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO outbox (key, conversation, event, platform, turn, position, at, body, kept, waiting, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0)",
    )
    .bind(DeliveryKey::derive(conversation, event, place.position).as_str())
    .bind(conversation.as_str())
    .bind(event.0.as_str())
    .bind(conversation.platform().as_str())
    .bind(place.turn)
    .bind(i64::try_from(place.position)?)
    .bind(now.as_millisecond())
    .bind(serde_json::to_string(reply)?)
    .bind(i64::from(kept))
    .execute(db)
    .await
    .context("cannot write to the outbox")?;
    Ok(())
}

/// A reply that this version cannot read must not stop the conversation: it is sent empty, and the log says so.
pub(super) fn read_reply(json: &str) -> Reply {
    serde_json::from_str(json).unwrap_or_else(|_| {
        tracing::error!("a row of the outbox cannot be read by this version");
        Reply::default()
    })
}
