//! The rights of persons: the register of what was asked, what the purge will do and what it did.

use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

use super::erase::older_than;
use super::overview::Number;
use super::{Checkpoint, Store, inbox, timestamp};
use crate::clock::Timestamp;
use crate::message::{ConversationId, PlatformKind};

/// The law gives a month.
const DUE: Duration = Duration::from_secs(30 * 24 * 3600);

/// The name of the note of when the purge last looked.
const LAST_PURGE: &str = "purge:last";

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    Access,
    Erasure,
}

impl Right {
    pub const ALL: [Self; 2] = [Self::Access, Self::Erasure];

    /// Its name in forms, exports and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Erasure => "erasure",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == name)
    }
}

/// A request of a person, as the register keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RightsRequest {
    pub id: i64,
    pub right: Right,
    /// The conversation, while the request is open and the conversation is known and not erased.
    pub number: Option<Number>,
    pub asked_at: Timestamp,
    pub due_at: Timestamp,
    pub taken_by: String,
    /// How the person can be answered, in the coach's words.
    pub note: String,
    pub done_at: Option<Timestamp>,
    pub done_by: String,
    /// What was done, in the coach's words.
    pub outcome: String,
}

/// A purge that erased something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PurgeRun {
    pub at: Timestamp,
    pub platform: PlatformKind,
    pub days: i64,
    pub conversations: i64,
}

impl Store {
    /// Enters a request in the register and gives its id. `number`: the conversation, when it is known.
    pub async fn ask_right(
        &self,
        right: Right,
        number: Option<Number>,
        note: &str,
        coach: &str,
        now: Timestamp,
    ) -> anyhow::Result<i64> {
        let conversation = match number {
            Some(number) => self.overview(number).await?.map(|overview| overview.conversation),
            None => None,
        };
        let id = self.next_ticket(now);
        sqlx::query(
            "INSERT INTO rights_request (id, kind, conversation, asked_at, due_at, taken_by, note) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(right.as_str())
        .bind(conversation.as_ref().map_or("", ConversationId::as_str))
        .bind(now.as_millisecond())
        .bind((now + DUE).as_millisecond())
        .bind(coach)
        .bind(note.trim())
        .execute(&mut *self.database.write().await?)
        .await
        .context("cannot enter a request")?;
        Ok(id)
    }

    /// Closes a request. Which conversation it was about and how to reach the person are not kept any longer. Gives false
    /// when it is unknown or closed.
    pub async fn close_right(&self, id: i64, outcome: &str, coach: &str, now: Timestamp) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "UPDATE rights_request SET done_at = $1, done_by = $2, outcome = $3, conversation = '', note = '' \
             WHERE id = $4 AND done_at IS NULL",
        )
        .bind(now.as_millisecond())
        .bind(coach)
        .bind(outcome.trim())
        .bind(id)
        .execute(&mut *self.database.write().await?)
        .await
        .context("cannot close a request")?;
        if done.rows_affected() == 1 {
            let mut connection = self.database.write().await?;
            super::erase::note(&mut connection).await?;
        }
        Ok(done.rows_affected() == 1)
    }

    /// The register: what is open by its date, then what is done, the newest first.
    pub async fn rights(&self) -> anyhow::Result<Vec<RightsRequest>> {
        type RightsRow = (i64, String, Option<i64>, i64, i64, String, String, Option<i64>, String, String);
        let rows: Vec<RightsRow> = sqlx::query_as(
            "SELECT id, kind, overview.number, asked_at, due_at, taken_by, note, done_at, done_by, \
                 rights_request.outcome FROM rights_request \
             LEFT JOIN overview ON overview.conversation = rights_request.conversation \
             ORDER BY CASE WHEN done_at IS NULL THEN 0 ELSE 1 END, CASE WHEN done_at IS NULL THEN due_at ELSE 0 END, \
                 done_at DESC, id",
        )
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot read the register")?;
        let request = |(id, kind, number, asked, due, taken_by, note, done, done_by, outcome): RightsRow| {
            Some(RightsRequest {
                id,
                right: Right::parse(&kind)?,
                number,
                asked_at: timestamp(asked),
                due_at: timestamp(due),
                taken_by,
                note,
                done_at: done.map(timestamp),
                done_by,
                outcome,
            })
        };
        Ok(rows.into_iter().filter_map(request).collect())
    }

    /// How many conversations a purge would erase now: the same question as the purge asks, with nothing erased.
    pub async fn purge_preview(&self, platform: PlatformKind, days: u32, now: Timestamp) -> anyhow::Result<usize> {
        Ok(older_than(&mut *self.database.read().await?, platform, days, now).await?.len())
    }

    /// Notes that the purge looked, and what it erased.
    pub async fn note_purge(&self, runs: &[PurgeRun], now: Timestamp) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        for run in runs {
            sqlx::query(
                "INSERT INTO purge_run (at, platform, days, conversations) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(run.at.as_millisecond())
            .bind(run.platform.as_str())
            .bind(run.days)
            .bind(run.conversations)
            .execute(&mut *tx)
            .await
            .context("cannot note a purge")?;
        }
        inbox::save(&mut tx, Checkpoint { name: LAST_PURGE, value: &now.as_millisecond().to_string() }).await?;
        tx.commit().await.context("cannot note a purge")
    }

    /// When the purge last looked.
    pub async fn last_purge(&self) -> anyhow::Result<Option<Timestamp>> {
        Ok(self.checkpoint(LAST_PURGE).await?.and_then(|millis| millis.parse().ok()).map(timestamp))
    }

    /// The purges that erased something, the newest first.
    pub async fn purge_runs(&self, most: u32) -> anyhow::Result<Vec<PurgeRun>> {
        let rows: Vec<(i64, String, i64, i64)> = sqlx::query_as(
            "SELECT at, platform, days, conversations FROM purge_run ORDER BY at DESC, platform LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot read what the purge did")?;
        let run = |(at, platform, days, conversations): (i64, String, i64, i64)| {
            Some(PurgeRun { at: timestamp(at), platform: PlatformKind::parse(&platform)?, days, conversations })
        };
        Ok(rows.into_iter().filter_map(run).collect())
    }
}
