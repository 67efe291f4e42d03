//! One row a conversation for the console, with its marks and its part in the statistics, written with each turn.

use std::collections::BTreeSet;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::facts::{Ending, Facts, Happened, Rating, Tally};
use super::marks::{self, Spot};
use super::outbox::read_reply;
use super::{Store, inbox, timestamp};
use crate::clock::Timestamp;
use crate::dialogue::turn::{Concern, Effect, Input, Trace, Turn};
use crate::knowledge::{GoalId, Language, PhaseId};
use crate::message::{ConversationId, PlatformKind};

/// The name of the note that conversations of an earlier version have no overview yet.
const MISSING: &str = "store:overviews";

/// A conversation's name in the console. Its id may open it (the address of a page on the web), so it is never shown.
pub type Number = i64;

/// A conversation as the lists show it. Holds no words.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Overview {
    pub number: Number,
    #[serde(skip)]
    pub conversation: ConversationId,
    pub platform: PlatformKind,
    pub language: Language,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// How many inputs were answered.
    pub turns: i64,
    /// The step of the script where it stands.
    pub step: String,
    pub outcome: Ending,
    /// Of the last search.
    pub goals: Vec<GoalId>,
    pub phase: Option<PhaseId>,
    pub rating: Option<Rating>,
    pub wants_person: bool,
    pub nothing_found: bool,
    /// Steps asked before the first advice.
    pub questions: i64,
    /// Milliseconds from the first turn to the first advice.
    pub advised_ms: Option<i64>,
    /// How many coaches judged it.
    pub judges: i64,
    /// Drawn for the control sample: one in five, always the same ones.
    pub sampled: bool,
}

/// The columns of [`read`], in its order.
pub(super) const COLUMNS: &str = "o.number, o.conversation, o.platform, o.language, o.first_at, o.last_at, o.turns, \
                                  o.step, o.outcome, o.goals, o.phase, o.rating, o.wants_person, o.nothing_found, o.questions, \
                                  o.advised_ms, o.judges";

/// One in five, by the number alone: the same conversations whoever asks, and when.
pub fn sampled(number: Number) -> bool {
    (marks::filter(&format!("sample:{number}")).unsigned_abs() / 2).is_multiple_of(5)
}

/// The day of an instant in Paris, since 1970: lists and statistics have days as their readers do.
pub fn day(at: Timestamp) -> i64 {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let date = at.to_zoned(zone).date();
    let epoch = jiff::civil::date(1970, 1, 1);
    i64::from((date - epoch).get_days())
}

pub(super) fn read(row: &AnyRow) -> anyhow::Result<Overview> {
    let number = row.try_get(0)?;
    let (language, outcome, rating): (String, String, String) = (row.try_get(3)?, row.try_get(8)?, row.try_get(11)?);
    let (goals, phase): (String, String) = (row.try_get(9)?, row.try_get(10)?);
    let conversation = ConversationId::try_from(row.try_get::<String, _>(1)?).map_err(anyhow::Error::msg)?;
    Ok(Overview {
        number,
        platform: conversation.platform(),
        conversation,
        language: language_named(&language),
        first_at: timestamp(row.try_get(4)?),
        last_at: timestamp(row.try_get(5)?),
        turns: row.try_get(6)?,
        step: row.try_get(7)?,
        outcome: Ending::parse(&outcome).unwrap_or_default(),
        goals: goals.split_whitespace().map(GoalId::from).collect(),
        phase: (!phase.is_empty()).then_some(PhaseId(phase)),
        rating: Rating::parse(&rating),
        wants_person: row.try_get::<i64, _>(12)? == 1,
        nothing_found: row.try_get::<i64, _>(13)? == 1,
        questions: row.try_get(14)?,
        advised_ms: row.try_get(15)?,
        judges: row.try_get(16)?,
        sampled: sampled(number),
    })
}

fn language_named(name: &str) -> Language {
    if name == "en" { Language::English } else { Language::French }
}

fn language_name(language: Language) -> &'static str {
    if language == Language::English { "en" } else { "fr" }
}

impl Store {
    /// Makes the overviews that are missing: those of conversations which an earlier version answered.
    pub(super) async fn make_overviews(&self) -> anyhow::Result<()> {
        if self.checkpoint(MISSING).await?.is_none() {
            return Ok(());
        }
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT id FROM conversation WHERE state <> '' AND NOT EXISTS ( \
                 SELECT 1 FROM overview WHERE overview.conversation = id) ORDER BY first_at",
        )
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot list the conversations without an overview")?;
        for (id,) in rows {
            self.make_overview(&ConversationId::try_from(id).map_err(anyhow::Error::msg)?).await?;
        }
        self.drop_checkpoint(MISSING).await
    }

    async fn make_overview(&self, conversation: &ConversationId) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(
            "SELECT turn, at, input, trace FROM inbox WHERE conversation = $1 AND turn > 0 ORDER BY turn",
        )
        .bind(conversation.as_str())
        .fetch_all(&mut *tx)
        .await?;
        for (turn, at, input, trace) in rows {
            let concerns = concerns(&mut tx, conversation, turn).await?;
            let input: Input = serde_json::from_str(&input).unwrap_or(Input::Unreadable);
            let trace: Trace = serde_json::from_str(&trace).unwrap_or_default();
            let new = self.next_ticket(timestamp(at));
            let happened = Told { conversation, turn, input: &input, trace: &trace, concerns: &concerns };
            record(&mut tx, &happened, new, timestamp(at)).await?;
        }
        index_words(&mut tx, conversation).await?;
        tx.commit().await.context("cannot save an overview")
    }
}

/// One turn as the overview takes it.
pub(super) struct Told<'a> {
    pub conversation: &'a ConversationId,
    pub turn: i64,
    pub input: &'a Input,
    pub trace: &'a Trace,
    pub concerns: &'a [Concern],
}

/// Takes a committed turn into the overview, the index and the statistics. `new` names a new conversation.
pub(super) async fn commit(
    db: &mut AnyConnection,
    conversation: &ConversationId,
    number: i64,
    input: &Input,
    turn: &Turn,
    new: Number,
    now: Timestamp,
) -> anyhow::Result<()> {
    let concerns: Vec<Concern> = turn
        .effects
        .iter()
        .filter_map(|effect| if let Effect::Flag(concern) = effect { Some(*concern) } else { None })
        .collect();
    let told = Told { conversation, turn: number, input, trace: &turn.trace, concerns: &concerns };
    let spot = record(db, &told, new, now).await?;
    if matches!(input, Input::Corrected { .. } | Input::Withdrawn { .. }) {
        marks::erase(db, spot.number, false).await?;
        index_words(db, conversation).await?;
    }
    marks::add_words(db, spot, &marks::words_of_turn(input, &turn.effects)).await
}

async fn record(db: &mut AnyConnection, told: &Told<'_>, new: Number, now: Timestamp) -> anyhow::Result<Spot> {
    let known = facts_of(db, told.conversation).await?;
    let is_new = known.is_none();
    let Known { number, first_at, day: old_day, mut facts } =
        known.unwrap_or(Known { number: new, first_at: now.as_millisecond(), day: day(now), facts: Facts::default() });
    let old_marks = if is_new { BTreeSet::new() } else { facts.marks() };
    let elapsed = now.as_millisecond() - first_at;
    let tallies = facts.advance(&Happened { input: told.input, trace: told.trace, concerns: told.concerns, elapsed });
    let spot = Spot { number, day: day(now) };
    save(db, told, &facts, spot, (first_at, now.as_millisecond())).await?;
    if spot.day != old_day {
        marks::move_to(db, spot).await?;
    }
    let new_marks = facts.marks();
    marks::remove(db, number, old_marks.difference(&new_marks).map(|mark| marks::filter(mark))).await?;
    let mut added: Vec<String> = new_marks.difference(&old_marks).cloned().collect();
    if is_new {
        added.extend(marks_for_good(told.conversation.platform(), number));
    }
    marks::add(db, spot, added.iter().map(|mark| marks::filter(mark))).await?;
    count(db, told.conversation.platform(), spot.day, &tallies).await?;
    Ok(spot)
}

/// The marks that a conversation is born with; coaches take `review:none` away.
fn marks_for_good(platform: PlatformKind, number: Number) -> Vec<String> {
    let mut marks = vec![format!("platform:{}", platform.as_str()), "review:none".to_owned()];
    marks.extend(sampled(number).then(|| "sample".to_owned()));
    marks
}

struct Known {
    number: Number,
    first_at: i64,
    day: i64,
    facts: Facts,
}

async fn facts_of(db: &mut AnyConnection, conversation: &ConversationId) -> anyhow::Result<Option<Known>> {
    let statement = format!("SELECT {COLUMNS}, o.spoke, o.counted FROM overview o WHERE o.conversation = $1");
    let row = sqlx::query(AssertSqlSafe(statement))
        .bind(conversation.as_str())
        .fetch_optional(db)
        .await
        .context("cannot read an overview")?;
    let Some(row) = row else { return Ok(None) };
    let overview = read(&row)?;
    let counted: String = row.try_get(18)?;
    let facts = Facts {
        spoke: row.try_get::<i64, _>(17)? == 1,
        language: overview.language,
        step: overview.step,
        goals: overview.goals,
        phase: overview.phase,
        rating: overview.rating,
        wants_person: overview.wants_person,
        nothing_found: overview.nothing_found,
        questions: usize::try_from(overview.questions).unwrap_or_default(),
        advised_ms: overview.advised_ms,
        counted: counted.split_whitespace().map(str::to_owned).collect(),
    };
    let first_at = overview.first_at.as_millisecond();
    Ok(Some(Known { number: overview.number, first_at, day: day(overview.last_at), facts }))
}

async fn save(
    db: &mut AnyConnection,
    told: &Told<'_>,
    facts: &Facts,
    spot: Spot,
    (first_at, last_at): (i64, i64),
) -> anyhow::Result<()> {
    let goals: Vec<&str> = facts.goals.iter().map(GoalId::as_str).collect();
    let counted: Vec<&str> = facts.counted.iter().map(String::as_str).collect();
    sqlx::query(
        "INSERT INTO overview (number, conversation, platform, language, first_at, last_at, turns, spoke, step, \
             outcome, goals, phase, rating, wants_person, nothing_found, questions, advised_ms, counted) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
         ON CONFLICT (number) DO UPDATE SET language = excluded.language, last_at = excluded.last_at, \
             turns = excluded.turns, spoke = excluded.spoke, step = excluded.step, outcome = excluded.outcome, \
             goals = excluded.goals, phase = excluded.phase, rating = excluded.rating, wants_person = excluded.wants_person, \
             nothing_found = excluded.nothing_found, questions = excluded.questions, advised_ms = excluded.advised_ms, \
             counted = excluded.counted",
    )
    .bind(spot.number)
    .bind(told.conversation.as_str())
    .bind(told.conversation.platform().as_str())
    .bind(language_name(facts.language))
    .bind(first_at)
    .bind(last_at)
    .bind(told.turn)
    .bind(i64::from(facts.spoke))
    .bind(facts.step.as_str())
    .bind(facts.ending().as_str())
    .bind(goals.join(" "))
    .bind(facts.phase.as_ref().map_or("", PhaseId::as_str))
    .bind(facts.rating.map_or("", Rating::as_str))
    .bind(i64::from(facts.wants_person))
    .bind(i64::from(facts.nothing_found))
    .bind(i64::try_from(facts.questions)?)
    .bind(facts.advised_ms)
    .bind(counted.join(" "))
    .execute(db)
    .await
    .context("cannot write an overview")?;
    Ok(())
}

/// Raises the counts of a day. In their order, so that two processes never wait for each other in a circle.
pub(super) async fn count(
    db: &mut AnyConnection,
    platform: PlatformKind,
    day: i64,
    tallies: &[Tally],
) -> anyhow::Result<()> {
    let tallies: BTreeSet<&Tally> = tallies.iter().collect();
    if tallies.is_empty() {
        return Ok(());
    }
    let rows = (0..tallies.len()).map(|place| format!("($1, $2, ${}, ${}, 1)", 3 + 2 * place, 4 + 2 * place));
    let statement = format!(
        "INSERT INTO tally (day, platform, kind, name, count) VALUES {} \
         ON CONFLICT (kind, day, platform, name) DO UPDATE SET count = tally.count + 1",
        rows.collect::<Vec<_>>().join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(statement)).bind(day).bind(platform.as_str());
    for tally in &tallies {
        query = query.bind(tally.kind.as_str()).bind(tally.name.as_str());
    }
    query.execute(db).await.context("cannot count a turn")?;
    Ok(())
}

async fn concerns(db: &mut AnyConnection, conversation: &ConversationId, turn: i64) -> anyhow::Result<Vec<Concern>> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT concern FROM flag WHERE conversation = $1 AND turn = $2")
        .bind(conversation.as_str())
        .bind(turn)
        .fetch_all(db)
        .await
        .context("cannot read the flags")?;
    Ok(rows.into_iter().filter_map(|(name,)| serde_json::from_value(name.into()).ok()).collect())
}

/// Writes all the words of a conversation that are kept into the index.
pub(super) async fn index_words(db: &mut AnyConnection, conversation: &ConversationId) -> anyhow::Result<()> {
    let Some(known) = facts_of(db, conversation).await? else { return Ok(()) };
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT author, body FROM transcript WHERE conversation = $1 AND kept = 1")
            .bind(conversation.as_str())
            .fetch_all(&mut *db)
            .await
            .context("cannot read a transcript")?;
    let words = rows.iter().flat_map(|(author, body)| match author.as_str() {
        "person" => marks::words_of_input(&inbox::read_input(body)),
        _ => marks::words_of_reply(&read_reply(body)),
    });
    marks::add_words(db, Spot { number: known.number, day: known.day }, &words.collect()).await
}

/// Erases what the console knows of a conversation: its row, its marks, its words in the index, what coaches said of it.
/// The statistics keep their counts.
pub(super) async fn erase(db: &mut AnyConnection, conversation: &ConversationId) -> anyhow::Result<()> {
    let Some(known) = facts_of(db, conversation).await? else { return Ok(()) };
    marks::erase(db, known.number, true).await?;
    for statement in ["DELETE FROM opinion WHERE number = $1", "DELETE FROM overview WHERE number = $1"] {
        sqlx::query(statement).bind(known.number).execute(&mut *db).await.context("cannot erase an overview")?;
    }
    Ok(())
}

/// Takes the words of these conversations out of the index, save those that are still kept.
pub(super) async fn forget_words(db: &mut AnyConnection, conversations: &BTreeSet<String>) -> anyhow::Result<()> {
    for id in conversations {
        let conversation = ConversationId::try_from(id.clone()).map_err(anyhow::Error::msg)?;
        let Some(known) = facts_of(db, &conversation).await? else { continue };
        marks::erase(db, known.number, false).await?;
        index_words(db, &conversation).await?;
    }
    Ok(())
}
