//! The log of the console: who read or did what. Lines are added, never changed.

use anyhow::Context as _;

use super::{Store, timestamp};
use crate::clock::Timestamp;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    pub at: Timestamp,
    /// Tells lines of one moment apart.
    pub id: String,
    pub person: String,
    /// A stable name, e.g. `read`.
    pub act: String,
    /// What it was done to: a conversation, a session; empty when nothing is named.
    pub object: String,
    pub detail: String,
}

/// What to look for; an empty field says nothing.
#[derive(Debug, Clone, Default)]
pub struct NotedQuery<'a> {
    pub person: &'a str,
    pub act: &'a str,
    pub object: &'a str,
    /// Only what stands before this line.
    pub before: Option<(i64, String)>,
    pub limit: i64,
}

impl Store {
    pub async fn note_act(&self, line: &Noted) -> anyhow::Result<()> {
        sqlx::query("INSERT INTO audit (at, id, person, act, object, detail) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(line.at.as_millisecond())
            .bind(&line.id)
            .bind(&line.person)
            .bind(&line.act)
            .bind(&line.object)
            .bind(&line.detail)
            .execute(&mut *self.database.write().await?)
            .await
            .context("cannot write to the log of the console")?;
        Ok(())
    }

    /// The lines that were looked for, the newest first.
    pub async fn acts(&self, query: &NotedQuery<'_>) -> anyhow::Result<Vec<Noted>> {
        let (at, id) = query.before.clone().unwrap_or((i64::MAX, String::new()));
        let rows: Vec<(i64, String, String, String, String, String)> = sqlx::query_as(
            "SELECT at, id, person, act, object, detail FROM audit \
             WHERE (person = $1 OR $1 = '') AND (act = $2 OR $2 = '') AND (object = $3 OR $3 = '') \
               AND (at < $4 OR (at = $4 AND id < $5)) ORDER BY at DESC, id DESC LIMIT $6",
        )
        .bind(query.person)
        .bind(query.act)
        .bind(query.object)
        .bind(at)
        .bind(id)
        .bind(query.limit)
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot read the log of the console")?;
        let line = |(at, id, person, act, object, detail)| Noted { at: timestamp(at), id, person, act, object, detail };
        Ok(rows.into_iter().map(line).collect())
    }
}
