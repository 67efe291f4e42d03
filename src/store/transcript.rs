//! Reading back: what was said, what is remembered, and everything for whoever has a right to it.

use anyhow::Context as _;
use futures_util::TryStreamExt as _;
use serde::Serialize;
use sqlx::AnyConnection;

use super::inbox::read_state;
use super::outbox::read_reply;
use super::{Author, Line, Said, Store, timestamp};
use crate::clock::Timestamp;
use crate::dialogue::state::State;
use crate::dialogue::turn::{Concern, Input, Reply};
use crate::message::{ConversationId, EventId};

/// A conversation at a glance. Holds no words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub conversation: ConversationId,
    /// How many inputs were answered, erased ones included.
    pub turns: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub erased: bool,
    /// Oldest first; a concern may come more than once.
    pub concerns: Vec<Concern>,
}

/// One line of an export, ready to be written as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exported {
    pub conversation: ConversationId,
    /// Numbers the turns of a conversation from 1.
    pub turn: i64,
    pub at: Timestamp,
    pub author: Author,
    pub event: EventId,
    /// An [`Input`] or a [`Reply`].
    pub said: serde_json::Value,
    /// The [`crate::dialogue::turn::Trace`] of the turn, on its first line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<serde_json::Value>,
}

impl Store {
    /// What was said, oldest first, with the short-lived replies that may still be read.
    pub async fn transcript(&self, conversation: &ConversationId) -> anyhow::Result<Vec<Line>> {
        let rows: Vec<LineRow> = sqlx::query_as(
            "SELECT at, author, event, body FROM transcript WHERE conversation = $1 ORDER BY turn, position",
        )
        .bind(conversation.as_str())
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot read a transcript")?;
        Ok(rows.into_iter().map(line).collect())
    }

    /// The replies to an event, in order; `None` while it is unanswered, or unknown.
    pub async fn answer(&self, conversation: &ConversationId, event: &EventId) -> anyhow::Result<Option<Vec<Reply>>> {
        let rows: Vec<(Option<String>,)> = sqlx::query_as(
            "SELECT outbox.body FROM inbox LEFT JOIN outbox \
                 ON outbox.conversation = inbox.conversation AND outbox.turn = inbox.turn \
             WHERE inbox.conversation = $1 AND inbox.event = $2 AND inbox.turn IS NOT NULL ORDER BY outbox.position",
        )
        .bind(conversation.as_str())
        .bind(event.0.as_str())
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot read an answer")?;
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(rows.into_iter().filter_map(|(body,)| body).map(|body| read_reply(&body)).collect()))
    }

    /// `None` when the conversation is unknown or erased.
    pub async fn state(&self, conversation: &ConversationId) -> anyhow::Result<Option<State>> {
        let row: Option<(String,)> = sqlx::query_as("SELECT state FROM conversation WHERE id = $1 AND state <> ''")
            .bind(conversation.as_str())
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot read a state")?;
        Ok(row.map(|(state,)| read_state(&state)))
    }

    /// Every conversation, the most recent first.
    pub async fn conversations(&self) -> anyhow::Result<Vec<Summary>> {
        let rows: Vec<(String, i64, i64, i64, String)> =
            sqlx::query_as("SELECT id, turns, first_at, last_at, state FROM conversation ORDER BY last_at DESC, id")
                .fetch_all(&mut *self.database.read().await?)
                .await
                .context("cannot list the conversations")?;
        let flags: Vec<(String, String)> = sqlx::query_as("SELECT conversation, concern FROM flag ORDER BY at, turn")
            .fetch_all(&mut *self.database.read().await?)
            .await
            .context("cannot list the flags")?;
        let concerns_of = concerns(flags);
        rows.into_iter()
            .map(|(id, turns, first_at, last_at, state)| {
                Ok(Summary {
                    concerns: concerns_of.get(&id).cloned().unwrap_or_default(),
                    conversation: ConversationId::try_from(id).map_err(anyhow::Error::msg)?,
                    turns,
                    first_at: timestamp(first_at),
                    last_at: timestamp(last_at),
                    erased: state.is_empty(),
                })
            })
            .collect()
    }

    /// Whether there is a conversation whose address does not begin so.
    pub async fn holds_others_than(&self, beginning: &str) -> anyhow::Result<bool> {
        let row: Option<(String,)> = sqlx::query_as("SELECT id FROM conversation WHERE id NOT LIKE $1 LIMIT 1")
            .bind(format!("%:{beginning}%"))
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot list the conversations")?;
        Ok(row.is_some())
    }

    /// Gives all that is kept of all conversations to `each`, one conversation after the other, without holding it in
    /// memory. Stops at the first error.
    pub async fn export(&self, mut each: impl FnMut(Exported) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut connection = self.database.read().await?;
        let mut rows = sqlx::query_as(
            "SELECT conversation, turn, at, author, event, body, trace FROM transcript WHERE kept = 1 \
             ORDER BY conversation, turn, position",
        )
        .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await.context("cannot read the transcripts")? {
            each(exported(row)?)?;
        }
        Ok(())
    }
}

type LineRow = (i64, String, String, String);

/// What was kept before this turn.
pub(super) async fn before(
    db: &mut AnyConnection,
    conversation: &ConversationId,
    turn: i64,
) -> anyhow::Result<Vec<Line>> {
    let rows: Vec<LineRow> = sqlx::query_as(
        "SELECT at, author, event, body FROM transcript WHERE conversation = $1 AND turn < $2 AND kept = 1 \
         ORDER BY turn, position",
    )
    .bind(conversation.as_str())
    .bind(turn)
    .fetch_all(db)
    .await
    .context("cannot read a transcript")?;
    Ok(rows.into_iter().map(line).collect())
}

fn line((at, author, event, body): LineRow) -> Line {
    let author = author_from(&author);
    let said = match author {
        Author::Person => Said::Input(serde_json::from_str(&body).unwrap_or(Input::Unreadable)),
        Author::Coach => Said::Reply(read_reply(&body)),
    };
    Line { at: timestamp(at), author, event: EventId(event), said }
}

type ExportRow = (String, i64, i64, String, String, String, String);

fn exported((conversation, turn, at, author, event, body, trace): ExportRow) -> anyhow::Result<Exported> {
    let trace = if trace.is_empty() { None } else { Some(serde_json::from_str(&trace)?) };
    Ok(Exported {
        conversation: ConversationId::try_from(conversation).map_err(anyhow::Error::msg)?,
        turn,
        at: timestamp(at),
        author: author_from(&author),
        event: EventId(event),
        said: serde_json::from_str(&body)?,
        trace,
    })
}

fn author_from(name: &str) -> Author {
    if name == "coach" { Author::Coach } else { Author::Person }
}

fn concerns(flags: Vec<(String, String)>) -> std::collections::HashMap<String, Vec<Concern>> {
    let mut all = std::collections::HashMap::<_, Vec<_>>::new();
    for (conversation, concern) in flags {
        all.entry(conversation).or_default().extend(serde_json::from_value::<Concern>(concern.into()).ok());
    }
    all
}
