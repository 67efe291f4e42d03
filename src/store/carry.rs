//! A conversation whose place has moved, e.g. a room that was upgraded: the same under another name.

use anyhow::Context as _;

use super::Store;
use crate::message::ConversationId;

impl Store {
    /// Gives the conversation another name, with all that waits in it. Changes nothing when there is none, or when the new
    /// name already has a conversation. Gives whether it moved.
    pub async fn carry_over(&self, from: &ConversationId, to: &ConversationId) -> anyhow::Result<bool> {
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let moved = sqlx::query(
            "UPDATE conversation SET id = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM conversation WHERE id = $2)",
        )
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(&mut *tx)
        .await
        .context("cannot move a conversation")?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        for statement in [
            "UPDATE inbox SET conversation = $2 WHERE conversation = $1",
            "UPDATE outbox SET conversation = $2 WHERE conversation = $1",
            "UPDATE flag SET conversation = $2 WHERE conversation = $1",
            "UPDATE overview SET conversation = $2 WHERE conversation = $1",
            // An erasure that was asked for is about the same words under their new name.
            "UPDATE rights_request SET conversation = $2 WHERE conversation = $1",
            // The old name goes on counting, so that no reminder is ever named twice; as after an erasure.
            "INSERT INTO conversation (id, state, turns, first_at, last_at) \
             SELECT CAST($1 AS TEXT), '', turns, first_at, last_at FROM conversation WHERE id = $2",
        ] {
            let moving = sqlx::query(statement).bind(from.as_str()).bind(to.as_str());
            moving.execute(&mut *tx).await.context("cannot move what belongs to a conversation")?;
        }
        tx.commit().await.context("cannot move a conversation")?;
        Ok(true)
    }
}
