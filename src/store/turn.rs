//! One turn, one transaction: the row is answered, the state moves, the replies wait to be sent.

use anyhow::Context as _;
use sqlx::AnyConnection;

use super::inbox::Row;
use super::{Committed, Pending, Store, disclosure, erase, millis, outbox, overview, timestamp, transcript};
use crate::clock::Timestamp;
use crate::dialogue::turn::{Concern, Effect, Input, Reply, Trace, Turn};
use crate::message::{ConversationId, EventId};

impl Store {
    /// One transaction: mark the row done, write state, transcript and trace, one outbox row per reply, one dated
    /// inbox row per reminder; erase on `Effect::Forget`.
    pub async fn commit(&self, pending: Pending, turn: Turn, now: Timestamp) -> anyhow::Result<Committed> {
        let Pending { conversation, event, ticket, .. } = &pending;
        let forgets = turn.effects.contains(&Effect::Forget);
        let state = if forgets { String::new() } else { serde_json::to_string(&turn.state)? };

        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let number = number_turn(&mut tx, conversation, &state, now).await?;
        if !mark_answered(&mut tx, &pending, number, &turn.trace).await? {
            tx.rollback().await?;
            return Ok(Committed::TakenByAnother);
        }
        amend(&mut tx, &pending).await?;
        let replies = replies(&mut tx, conversation, number, &turn).await?;
        if forgets {
            erase::words(&mut tx, conversation, *ticket).await?;
        } else {
            let new = self.next_ticket(now);
            overview::commit(&mut tx, conversation, number, &pending.input, &turn, new, now).await?;
            self.remember(&mut tx, conversation, number, &turn.effects, now).await?;
        }
        for (position, (reply, kept)) in replies.iter().enumerate() {
            let kept = *kept && !forgets;
            outbox::insert(&mut tx, conversation, event, outbox::Place { turn: number, position }, reply, kept, now)
                .await?;
        }
        tx.commit().await.context("cannot save a turn")?;
        drop(connection); // Before standing in line again.
        if forgets && let Err(error) = self.overwrite(false).await {
            // The turn is saved, and the next sweep tries again.
            tracing::warn!(error = format!("{error:#}"), "what was erased is not overwritten yet");
        }
        Ok(Committed::Done)
    }

    /// Writes the flags and the reminders of a turn.
    async fn remember(
        &self,
        db: &mut AnyConnection,
        conversation: &ConversationId,
        turn: i64,
        effects: &[Effect],
        now: Timestamp,
    ) -> anyhow::Result<()> {
        for (index, effect) in effects.iter().enumerate() {
            match effect {
                Effect::Flag(concern) => flag(db, conversation, turn, *concern, now).await?,
                Effect::Wake { after, reminder } => {
                    let due_at = now.as_millisecond().saturating_add(millis(*after));
                    let row = Row {
                        conversation,
                        event: &EventId(format!("reminder-{turn}-{index}")),
                        ticket: self.next_ticket(now),
                        due_at,
                        at: timestamp(due_at),
                        input: &Input::Woke { reminder: *reminder },
                    };
                    row.insert(db).await?;
                }
                Effect::Say(_) | Effect::Disclose(_) | Effect::Forget => {}
            }
        }
        Ok(())
    }
}

/// Writes the state and gives the turn its number: one more than the last of this conversation.
async fn number_turn(
    db: &mut AnyConnection,
    conversation: &ConversationId,
    state: &str,
    now: Timestamp,
) -> anyhow::Result<i64> {
    let (number,): (i64,) = sqlx::query_as(
        "INSERT INTO conversation (id, state, turns, first_at, last_at) VALUES ($1, $2, 1, $3, $3) \
         ON CONFLICT (id) DO UPDATE \
         SET state = excluded.state, turns = conversation.turns + 1, last_at = excluded.last_at RETURNING turns",
    )
    .bind(conversation.as_str())
    .bind(state)
    .bind(now.as_millisecond())
    .fetch_one(db)
    .await
    .context("cannot write a state")?;
    Ok(number)
}

/// False when the row was answered (or erased) meanwhile.
async fn mark_answered(db: &mut AnyConnection, pending: &Pending, turn: i64, trace: &Trace) -> anyhow::Result<bool> {
    let done =
        sqlx::query("UPDATE inbox SET turn = $1, trace = $2 WHERE conversation = $3 AND event = $4 AND turn IS NULL")
            .bind(turn)
            .bind(serde_json::to_string(trace)?)
            .bind(pending.conversation.as_str())
            .bind(pending.event.0.as_str())
            .execute(db)
            .await
            .context("cannot mark a row as answered")?;
    Ok(done.rows_affected() == 1)
}

/// A correction replaces the earlier words, a withdrawal removes them: in their own line and in all later corrections.
async fn amend(db: &mut AnyConnection, pending: &Pending) -> anyhow::Result<()> {
    let (earlier, now_said, correction) = match &pending.input {
        Input::Corrected { earlier, text } => (
            earlier,
            Input::Said { text: text.clone() },
            Input::Corrected { earlier: earlier.clone(), text: String::new() },
        ),
        Input::Withdrawn { earlier } => (earlier, pending.input.clone(), pending.input.clone()),
        _ => return Ok(()),
    };
    let correction = serde_json::to_string(&correction)?;
    let amended: Vec<(String,)> = sqlx::query_as(
        "UPDATE inbox SET input = CASE WHEN event = $1 THEN $2 ELSE $3 END, trace = '' \
         WHERE conversation = $4 AND (event = $1 OR about = $1) AND event <> $5 AND turn > 0 AND input <> '' \
         RETURNING event",
    )
    .bind(earlier.0.as_str())
    .bind(serde_json::to_string(&now_said)?)
    .bind(&correction)
    .bind(pending.conversation.as_str())
    .bind(pending.event.0.as_str())
    .fetch_all(&mut *db)
    .await
    .context("cannot amend the transcript")?;
    erase::note(db).await?;
    if amended.iter().any(|(event,)| *event == earlier.0) {
        // The new words now stand in the earlier line, and nowhere else.
        sqlx::query("UPDATE inbox SET input = $1 WHERE conversation = $2 AND event = $3")
            .bind(&correction)
            .bind(pending.conversation.as_str())
            .bind(pending.event.0.as_str())
            .execute(db)
            .await?;
    }
    Ok(())
}

/// What this turn says, in order, each with whether the transcript keeps it: a disclosure is a copy of the transcript,
/// and comes last.
async fn replies(
    db: &mut AnyConnection,
    conversation: &ConversationId,
    number: i64,
    turn: &Turn,
) -> anyhow::Result<Vec<(Reply, bool)>> {
    let mut replies: Vec<_> = turn
        .effects
        .iter()
        .filter_map(|effect| if let Effect::Say(reply) = effect { Some((reply.clone(), true)) } else { None })
        .collect();
    for effect in &turn.effects {
        if let Effect::Disclose(words) = effect {
            let lines = transcript::before(db, conversation, number).await?;
            let language = turn.state.language;
            replies.extend(disclosure::replies(words, &lines, language).into_iter().map(|reply| (reply, false)));
        }
    }
    Ok(replies)
}

pub(super) async fn flag(
    db: &mut AnyConnection,
    conversation: &ConversationId,
    turn: i64,
    concern: Concern,
    now: Timestamp,
) -> anyhow::Result<()> {
    sqlx::query("INSERT INTO flag (conversation, turn, concern, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(conversation.as_str())
        .bind(turn)
        .bind(concern_name(concern)?)
        .bind(now.as_millisecond())
        .execute(db)
        .await
        .context("cannot write a flag")?;
    Ok(())
}

/// As it is written in JSON everywhere else.
fn concern_name(concern: Concern) -> anyhow::Result<String> {
    match serde_json::to_value(concern)? {
        serde_json::Value::String(name) => Ok(name),
        _ => anyhow::bail!("a concern is not a name"),
    }
}
