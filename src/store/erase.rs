//! Erasing: on a person's word, on the operator's, or because the time is over.
//!
//! What remains are names without words: the ids of the events, so that a platform that repeats an old event is not
//! answered again, and one row that counts the turns.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::AnyConnection;

use super::{Checkpoint, Store, inbox, millis, overview};
use crate::clock::Timestamp;
use crate::message::{ConversationId, PlatformKind};

/// The name of the note that something was erased and is not overwritten yet.
const ERASED: &str = "store:erased";

/// How long a reply that the transcript does not keep may still be read after it was sent, for the page that shows it.
const SHORT_LIFE: Duration = Duration::from_secs(600);

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Store {
    /// Erases all that was written in this conversation, waiting messages and replies included. Gives whether it was
    /// known.
    pub async fn forget(&self, conversation: &ConversationId) -> anyhow::Result<bool> {
        let known = self.erase(conversation).await?;
        self.overwrite(false).await?;
        Ok(known)
    }

    async fn erase(&self, conversation: &ConversationId) -> anyhow::Result<bool> {
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let known = words(&mut tx, conversation, i64::MAX).await?;
        tx.commit().await.context("cannot erase a conversation")?;
        Ok(known)
    }

    /// Erases the conversations of a platform whose last turn is older than this. Gives how many.
    pub async fn purge_older_than(&self, platform: PlatformKind, days: u32, now: Timestamp) -> anyhow::Result<usize> {
        let old = older_than(&mut *self.database.read().await?, platform, days, now).await?;
        for id in &old {
            self.erase(id).await?;
        }
        if !old.is_empty() {
            self.overwrite(false).await?;
        }
        Ok(old.len())
    }

    /// Empties what people of a platform wrote, once it was answered a while ago, and marks the replies as not kept.
    /// What remains: who asked when, what was understood and recommended, the ratings.
    pub async fn drop_words(&self, platform: PlatformKind, now: Timestamp) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let emptied: Vec<(String,)> = sqlx::query_as(
            "UPDATE inbox SET input = '' WHERE platform = $1 AND turn > 0 AND at < $2 AND input <> '' \
             RETURNING conversation",
        )
        .bind(platform.as_str())
        .bind(now.as_millisecond() - millis(SHORT_LIFE))
        .fetch_all(&mut *tx)
        .await
        .context("cannot empty the inbox")?;
        sqlx::query("UPDATE outbox SET kept = 0 WHERE platform = $1 AND kept = 1")
            .bind(platform.as_str())
            .execute(&mut *tx)
            .await
            .context("cannot mark the replies")?;
        if !emptied.is_empty() {
            overview::forget_words(&mut tx, &emptied.into_iter().map(|(id,)| id).collect()).await?;
            note(&mut tx).await?;
        }
        tx.commit().await.context("cannot drop words")
    }

    /// Erases the replies that the transcript does not keep, once they have been read, then overwrites on the disk all
    /// that was erased since it was last done.
    pub async fn sweep(&self, now: Timestamp) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        let swept = sqlx::query("DELETE FROM outbox WHERE kept = 0 AND waiting = 0 AND COALESCE(sent_at, at) < $1")
            .bind(now.as_millisecond() - millis(SHORT_LIFE))
            .execute(&mut *connection)
            .await
            .context("cannot erase the short-lived replies")?;
        drop(connection); // Before standing in line again.
        if swept.rows_affected() > 0 || self.checkpoint(ERASED).await?.is_some() {
            self.overwrite(true).await?;
        }
        Ok(())
    }

    /// Overwrites what was erased. When that is not possible now, the note stays, and the next sweep does it.
    pub(super) async fn overwrite(&self, at_any_size: bool) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        if connection.overwrite(at_any_size).await? {
            sqlx::query("DELETE FROM checkpoint WHERE name = $1")
                .bind(ERASED)
                .execute(&mut *connection)
                .await
                .context("cannot note that an erasure is complete")?;
        }
        Ok(())
    }
}

/// The conversations of a platform whose last turn is older than this.
pub(super) async fn older_than(
    db: &mut AnyConnection,
    platform: PlatformKind,
    days: u32,
    now: Timestamp,
) -> anyhow::Result<Vec<ConversationId>> {
    // A message that just arrived in an old conversation makes it a live one.
    let old: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM conversation WHERE last_at < $1 AND state <> '' AND id LIKE $2 AND NOT EXISTS ( \
             SELECT 1 FROM inbox WHERE conversation = id AND turn IS NULL AND due_at = 0)",
    )
    .bind(now.as_millisecond().saturating_sub(millis(DAY * days)))
    .bind(format!("{}:%", platform.as_str()))
    .fetch_all(db)
    .await
    .context("cannot list the old conversations")?;
    old.into_iter().map(|(id,)| ConversationId::try_from(id).map_err(anyhow::Error::msg)).collect()
}

/// Notes, with the erasure, that the disk still holds what was erased.
pub(super) async fn note(db: &mut AnyConnection) -> anyhow::Result<()> {
    inbox::save(db, Checkpoint { name: ERASED, value: "to be overwritten" }).await
}

/// Erases a conversation up to this ticket: what a person wrote *after* asking for erasure still waits for an answer.
pub(super) async fn words(db: &mut AnyConnection, conversation: &ConversationId, ticket: i64) -> anyhow::Result<bool> {
    let done = sqlx::query(
        "UPDATE inbox SET input = '', trace = '', about = NULL, turn = COALESCE(turn, 0) \
         WHERE conversation = $1 AND (turn IS NOT NULL OR due_at > 0 OR ticket <= $2)",
    )
    .bind(conversation.as_str())
    .bind(ticket)
    .execute(&mut *db)
    .await
    .context("cannot erase the inbox")?;
    for statement in [
        "DELETE FROM outbox WHERE conversation = $1",
        "DELETE FROM flag WHERE conversation = $1",
        "UPDATE conversation SET state = '' WHERE id = $1",
    ] {
        sqlx::query(statement)
            .bind(conversation.as_str())
            .execute(&mut *db)
            .await
            .context("cannot erase a conversation")?;
    }
    overview::erase(db, conversation).await?;
    note(db).await?;
    Ok(done.rows_affected() > 0)
}
