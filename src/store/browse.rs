//! The list of conversations: newest activity first, by any filters and words, page after page.
//!
//! Filters and words are marks of one inverted index. The rarest one is walked from the newest day on, the others are
//! looked up beside it. A word is looked for by its stem, and by those of its near misspellings: one walk each, merged.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use anyhow::Context as _;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::facts::{Ending, Rating};
use super::overview::{COLUMNS, Number, Overview, day, read};
use super::{Store, inbox, marks};
use crate::clock::Timestamp;
use crate::dialogue::turn::Input;
use crate::knowledge::{GoalId, Language, PhaseId, french};
use crate::message::PlatformKind;

/// What a list is narrowed to; all conditions hold together. The default lists every conversation in which the person
/// wrote or chose something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    pub platform: Option<PlatformKind>,
    pub language: Option<Language>,
    /// Last activity at this time or later.
    pub since: Option<Timestamp>,
    /// Last activity before this time.
    pub before: Option<Timestamp>,
    pub outcome: Option<Ending>,
    pub goal: Option<GoalId>,
    pub phase: Option<PhaseId>,
    pub rating: Option<Rating>,
    pub wants_person: bool,
    pub nothing_found: bool,
    /// No coach judged it yet.
    pub not_reviewed: bool,
    /// Of the control sample.
    pub sampled: bool,
    /// On the conversation or on one of its messages.
    pub tag: Option<String>,
    /// All these words, in any form, with a slip or two.
    pub words: String,
    /// Leave out what this coach judged.
    pub not_judged_by: Option<String>,
    /// Judged by exactly one coach, and drawn for a second opinion.
    pub second_opinion: bool,
}

/// Where a page ended. Written in addresses as `millis.number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub last_at: i64,
    pub number: Number,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.last_at, self.number)
    }
}

impl Cursor {
    /// Reads what `to_string` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (last_at, number) = text.split_once('.')?;
        Some(Self { last_at: last_at.parse().ok()?, number: number.parse().ok()? })
    }

    fn of(overview: &Overview) -> Self {
        Self { last_at: overview.last_at.as_millisecond(), number: overview.number }
    }
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub overview: Overview,
    /// The first words of the person, as they were written (mask before showing); `None` when there are none left.
    pub opening: Option<String>,
    /// Tags on the conversation.
    pub tags: Vec<String>,
}

/// Some conversations, newest activity first, and where the next page begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub conversations: Vec<Listed>,
    /// `None`: this was the last page.
    pub next: Option<Cursor>,
}

/// Up to how many bearers of a mark are counted, to find the rarest.
const COUNTED: i64 = 30_000;
/// How many stems a word stands for at most, its misspellings included.
const STEMS: usize = 4;

impl Store {
    /// A page of conversations.
    pub async fn browse(&self, filter: &Filter, after: Option<Cursor>, count: usize) -> anyhow::Result<Page> {
        let mut connection = self.database.read().await?;
        let mut found = find(&mut connection, filter, after, count + 1).await?;
        let next = if found.len() > count { found.get(count - 1).map(Cursor::of) } else { None };
        found.truncate(count);
        let mut openings = openings(&mut connection, &found).await?;
        let mut tags = super::opinion::tags_of(&mut connection, &found).await?;
        let conversations = found.into_iter().map(|overview| Listed {
            opening: openings.remove(overview.conversation.as_str()),
            tags: tags.remove(&overview.number).unwrap_or_default(),
            overview,
        });
        let conversations = conversations.collect();
        Ok(Page { conversations, next })
    }

    /// How many conversations a filter finds, up to `most`.
    pub async fn count(&self, filter: &Filter, most: usize) -> anyhow::Result<usize> {
        Ok(find(&mut *self.database.read().await?, filter, None, most).await?.len())
    }

    /// One conversation by its number; `None` when it is unknown or erased.
    pub async fn overview(&self, number: Number) -> anyhow::Result<Option<Overview>> {
        let statement = format!("SELECT {COLUMNS} FROM overview o WHERE o.number = $1");
        let row = sqlx::query(AssertSqlSafe(statement))
            .bind(number)
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot read an overview")?;
        row.as_ref().map(read).transpose()
    }

    /// The number of a conversation; `None` when it is unknown or erased.
    pub async fn number_of(&self, conversation: &crate::message::ConversationId) -> anyhow::Result<Option<Number>> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT number FROM overview WHERE conversation = $1")
            .bind(conversation.as_str())
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot read an overview")?;
        Ok(row.map(|(number,)| number))
    }
}

/// The overviews that a filter finds, newest activity first.
async fn find(
    db: &mut AnyConnection,
    filter: &Filter,
    after: Option<Cursor>,
    count: usize,
) -> anyhow::Result<Vec<Overview>> {
    let Some(mut conditions) = conditions(db, filter).await? else { return Ok(Vec::new()) };
    if conditions.is_empty() {
        return run(db, &walk_all(filter, after, count)).await;
    }
    rarest_first(db, &mut conditions).await?;
    let driving = conditions.remove(0);
    let mut found = Vec::new();
    for term in driving {
        found.extend(run(db, &walk(term, &conditions, filter, after, count)).await?);
    }
    found.sort_by_key(|overview| std::cmp::Reverse(Cursor::of(overview)));
    found.dedup_by_key(|overview| overview.number);
    found.truncate(count);
    Ok(found)
}

/// What must hold, each as the marks of which one must be there; `None` when a word is nowhere.
async fn conditions(db: &mut AnyConnection, filter: &Filter) -> anyhow::Result<Option<Vec<Vec<i64>>>> {
    let mut conditions: Vec<Vec<i64>> = filter.marks().iter().map(|mark| vec![marks::filter(mark)]).collect();
    let asked = marks::words_of(&filter.words);
    if asked.is_empty() && !filter.words.trim().is_empty() {
        return Ok(None);
    }
    for word in asked {
        let stems = stems(db, &word).await?;
        if stems.is_empty() {
            return Ok(None);
        }
        conditions.push(stems);
    }
    Ok(Some(conditions))
}

impl Filter {
    fn marks(&self) -> Vec<String> {
        let language = self.language.map(|language| if language == Language::English { "en" } else { "fr" });
        // The most telling first, for those that are too frequent to be counted.
        let named = [
            self.tag.as_ref().map(|tag| format!("tag:{tag}")),
            self.rating.map(|rating| format!("rating:{}", rating.as_str())),
            self.goal.as_ref().map(|goal| format!("goal:{goal}")),
            self.phase.as_ref().map(|phase| format!("phase:{phase}")),
            self.platform.map(|platform| format!("platform:{}", platform.as_str())),
            language.map(|language| format!("language:{language}")),
            self.outcome.map(|outcome| format!("outcome:{}", outcome.as_str())),
        ];
        let flags = [
            (self.second_opinion, "review:second"),
            (self.wants_person, "person"),
            (self.nothing_found, "nothing"),
            (self.sampled, "sample"),
            (self.not_reviewed, "review:none"),
        ];
        let flags = flags.into_iter().filter(|(wanted, _)| *wanted).map(|(_, mark)| mark.to_owned());
        flags.chain(named.into_iter().flatten()).collect()
    }

    /// The conditions on the row itself.
    fn on_the_row(&self, after: Option<Cursor>) -> String {
        let mut sql = "o.spoke = 1".to_owned();
        let bounds = [(self.since, ">="), (self.before, "<")];
        for (at, comparison) in bounds.into_iter().filter_map(|(at, comparison)| Some((at?, comparison))) {
            let _ = write!(sql, " AND o.last_at {comparison} {}", at.as_millisecond());
        }
        if let Some(Cursor { last_at, number }) = after {
            let _ = write!(sql, " AND (o.last_at, o.number) < ({last_at}, {number})");
        }
        if self.not_judged_by.is_some() {
            sql.push_str(
                " AND NOT EXISTS (SELECT 1 FROM opinion judged WHERE judged.number = o.number AND judged.coach = $1 \
                  AND (judged.about LIKE 'method:%' OR judged.about LIKE 'rubric:%'))",
            );
        }
        sql
    }

    /// The days between which the walk goes on.
    fn days(&self, after: Option<Cursor>) -> String {
        let mut sql = String::new();
        if let Some(since) = self.since {
            let _ = write!(sql, " AND m.day >= {}", day(since));
        }
        let last = after.map(|cursor| super::timestamp(cursor.last_at)).into_iter().chain(self.before).min();
        if let Some(last) = last {
            let _ = write!(sql, " AND m.day <= {}", day(last));
        }
        sql
    }
}

/// A statement of numbers, and the one parameter that it may have.
struct Statement {
    sql: String,
    coach: Option<String>,
}

fn walk_all(filter: &Filter, after: Option<Cursor>, count: usize) -> Statement {
    let row = filter.on_the_row(after);
    let sql =
        format!("SELECT {COLUMNS} FROM overview o WHERE {row} ORDER BY o.last_at DESC, o.number DESC LIMIT {count}");
    Statement { sql, coach: filter.not_judged_by.clone() }
}

fn walk(term: i64, others: &[Vec<i64>], filter: &Filter, after: Option<Cursor>, count: usize) -> Statement {
    let (days, row) = (filter.days(after), filter.on_the_row(after));
    let mut beside = String::new();
    for terms in others {
        let terms: Vec<String> = terms.iter().map(ToString::to_string).collect();
        let _ = write!(
            beside,
            " AND EXISTS (SELECT 1 FROM mark b WHERE b.term IN ({}) AND b.day = m.day AND b.number = m.number)",
            terms.join(", ")
        );
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM mark m CROSS JOIN overview o WHERE m.term = {term}{days}{beside} \
         AND o.number = m.number AND {row} ORDER BY m.day DESC, o.last_at DESC, o.number DESC LIMIT {count}"
    );
    Statement { sql, coach: filter.not_judged_by.clone() }
}

async fn run(db: &mut AnyConnection, statement: &Statement) -> anyhow::Result<Vec<Overview>> {
    let mut query = sqlx::query(AssertSqlSafe(statement.sql.clone())).persistent(false);
    if let Some(coach) = &statement.coach {
        query = query.bind(coach.as_str());
    }
    let rows = query.fetch_all(db).await.context("cannot list the conversations")?;
    rows.iter().map(read).collect()
}

/// Puts the conditions that the fewest conversations meet first, as far as counting goes.
async fn rarest_first(db: &mut AnyConnection, conditions: &mut Vec<Vec<i64>>) -> anyhow::Result<()> {
    if conditions.len() < 2 {
        return Ok(());
    }
    let mut counted = Vec::with_capacity(conditions.len());
    for terms in conditions.drain(..) {
        let statement = format!(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM mark WHERE term IN ({}) LIMIT {COUNTED}) AS counted",
            terms.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        );
        let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(statement)).persistent(false).fetch_one(&mut *db).await?;
        counted.push((count, terms));
    }
    counted.sort_by_key(|(count, _)| *count);
    conditions.extend(counted.into_iter().map(|(_, terms)| terms));
    Ok(())
}

/// The stems that a word stands for: its own, and those of near misspellings. A word that the index knows is corrected
/// only when it is long: `poste` is no slip for `porte`.
async fn stems(db: &mut AnyConnection, word: &str) -> anyhow::Result<Vec<i64>> {
    let own = marks::stem(word);
    let known: Option<(i64,)> = sqlx::query_as("SELECT term FROM word WHERE stem = $1 LIMIT 1")
        .bind(own)
        .fetch_optional(&mut *db)
        .await
        .context("cannot look a word up")?;
    let mut stems: Vec<i64> = known.map(|_| own).into_iter().collect();
    let least = if stems.is_empty() { 4 } else { 7 };
    if word.chars().count() >= least {
        for (_, near) in near(db, word).await? {
            let stem = marks::stem(&near);
            if !stems.contains(&stem) {
                stems.push(stem);
            }
        }
    }
    stems.truncate(STEMS);
    Ok(stems)
}

/// The known words within one slip, or two for nine letters and more; the nearest first.
async fn near(db: &mut AnyConnection, word: &str) -> anyhow::Result<Vec<(i64, String)>> {
    let pieces: Vec<String> = marks::pieces(word).iter().map(ToString::to_string).collect();
    let statement = format!(
        "SELECT DISTINCT word.term, word.word FROM misspelling JOIN word ON word.term = misspelling.term \
         WHERE misspelling.piece IN ({})",
        pieces.join(", ")
    );
    let rows: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(statement)).persistent(false).fetch_all(db).await?;
    let most = if word.chars().count() >= 9 { 2 } else { 1 };
    let slips = |text: &str| strsim::osa_distance(word, text);
    let mut near: Vec<_> = rows.into_iter().filter(|(_, text)| slips(text) <= most && text != word).collect();
    near.sort_by_key(|(_, text)| (slips(text), text.clone()));
    Ok(near)
}

/// The first words of each person, as far as they are kept, by conversation.
async fn openings(db: &mut AnyConnection, found: &[Overview]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut openings = BTreeMap::new();
    // As many parameters as a statement may have on SQLite of any age, with room to spare.
    for some in found.chunks(200) {
        let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let statement = format!(
            "SELECT conversation, input FROM inbox WHERE conversation IN ({}) AND turn BETWEEN 1 AND 6 \
             AND input <> '' ORDER BY conversation, turn",
            places.join(", ")
        );
        let mut query = sqlx::query_as(AssertSqlSafe(statement));
        for overview in some {
            query = query.bind(overview.conversation.as_str());
        }
        let rows: Vec<(String, String)> = query.fetch_all(&mut *db).await.context("cannot read the first words")?;
        for (conversation, input) in rows {
            if let Input::Said { text } = inbox::read_input(&input)
                && french::words(&text).len() > 1
            {
                openings.entry(conversation).or_insert(text);
            }
        }
    }
    Ok(openings)
}
