//! What coaches say of a conversation: judgements of recommendations, a short rubric, notes, tags.
//!
//! Nothing is overwritten: saying something again adds a row, and the last one counts. The others are the history.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::marks::{self, Spot};
use super::overview::{Number, Overview, day, sampled};
use super::{Store, timestamp};
use crate::clock::Timestamp;
use crate::knowledge::MethodId;

/// What a coach thinks of one method for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Good,
    Acceptable,
    Wrong,
    /// It was not recommended and should have been.
    Missing,
}

impl Verdict {
    pub const ALL: [Self; 4] = [Self::Good, Self::Acceptable, Self::Wrong, Self::Missing];

    /// Its name in forms, exports and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Acceptable => "acceptable",
            Self::Wrong => "wrong",
            Self::Missing => "missing",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == name)
    }
}

/// The four questions about a whole conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rubric {
    /// Was the goal understood?
    Understood,
    /// Was a method useful?
    Useful,
    /// Was the tone right?
    Tone,
    /// Should it be passed on to a person?
    PassOn,
}

impl Rubric {
    pub const ALL: [Self; 4] = [Self::Understood, Self::Useful, Self::Tone, Self::PassOn];

    /// Its name in forms, exports and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Understood => "understood",
            Self::Useful => "useful",
            Self::Tone => "tone",
            Self::PassOn => "pass-on",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.as_str() == name)
    }
}

/// Something that a coach said, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opinion {
    pub number: Number,
    /// 0: about the whole conversation.
    pub turn: i64,
    /// `method:persona`, `rubric:tone`, `note:17…`, `tag:urgent`.
    pub about: String,
    pub coach: String,
    pub at: Timestamp,
    /// Empty: taken back.
    pub value: String,
    #[serde(skip)]
    ticket: i64,
}

/// A judgement that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    pub number: Number,
    pub turn: i64,
    pub method: MethodId,
    pub coach: String,
    pub verdict: Verdict,
    pub at: Timestamp,
}

/// A note that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// To change it.
    pub id: i64,
    /// 0: about the whole conversation.
    pub turn: i64,
    pub coach: String,
    pub text: String,
    /// When it was last written.
    pub at: Timestamp,
    /// It was changed since it was first written.
    pub edited: bool,
}

/// A tag that holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Tag {
    /// 0: on the whole conversation.
    pub turn: i64,
    pub name: String,
}

/// The longest tag, in characters.
const LONGEST_TAG: usize = 40;

impl Store {
    /// Judges a method for the request of a turn; `None` takes the coach's judgement back. Gives false when the
    /// conversation is unknown or erased.
    pub async fn judge(
        &self,
        number: Number,
        turn: i64,
        method: &MethodId,
        verdict: Option<Verdict>,
        coach: &str,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        self.say(number, turn, &format!("method:{method}"), coach, verdict.map_or("", Verdict::as_str), now).await
    }

    /// Answers a question of the rubric; `None` takes the answer back.
    pub async fn assess(
        &self,
        number: Number,
        question: Rubric,
        answer: Option<bool>,
        coach: &str,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        let answer = answer.map_or("", |yes| if yes { "yes" } else { "no" });
        self.say(number, 0, &format!("rubric:{}", question.as_str()), coach, answer, now).await
    }

    /// Writes a note on a turn (0: on the conversation), and gives its id; `None` when the conversation is unknown.
    pub async fn add_note(
        &self,
        number: Number,
        turn: i64,
        text: &str,
        coach: &str,
        now: Timestamp,
    ) -> anyhow::Result<Option<i64>> {
        let id = self.next_ticket(now);
        Ok(self.say(number, turn, &format!("note:{id}"), coach, text.trim(), now).await?.then_some(id))
    }

    /// Changes a note of this coach; an empty text removes it. Gives false when it is not there, or another's.
    pub async fn edit_note(
        &self,
        number: Number,
        id: i64,
        text: &str,
        coach: &str,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        let note = self.notes(number).await?.into_iter().find(|note| note.id == id && note.coach == coach);
        let Some(note) = note else { return Ok(false) };
        self.say(number, note.turn, &format!("note:{id}"), coach, text.trim(), now).await
    }

    /// Puts a tag on a turn (0: on the conversation), or takes it off. Tags are lower case, one space between words.
    /// Gives false when the conversation is unknown, or the tag cannot be one.
    pub async fn tag(
        &self,
        number: Number,
        turn: i64,
        name: &str,
        on: bool,
        coach: &str,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        let Some(name) = tag_name(name) else { return Ok(false) };
        self.say(number, turn, &format!("tag:{name}"), coach, if on { "on" } else { "" }, now).await
    }

    /// All that was ever said of a conversation, oldest first.
    pub async fn opinions(&self, number: Number) -> anyhow::Result<Vec<Opinion>> {
        history(&mut *self.database.read().await?, number).await
    }

    /// The judgements that hold, by turn, method and coach.
    pub async fn judgements(&self, number: Number) -> anyhow::Result<Vec<Judgement>> {
        Ok(judgements(self.opinions(number).await?))
    }

    /// The judgements that hold in all conversations.
    pub async fn all_judgements(&self) -> anyhow::Result<Vec<Judgement>> {
        let rows: Vec<OpinionRow> = sqlx::query_as(
            "SELECT number, turn, about, coach, ticket, at, value FROM opinion WHERE about LIKE 'method:%' \
             ORDER BY number, ticket",
        )
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot read the judgements")?;
        Ok(judgements(rows.into_iter().map(opinion).collect()))
    }

    /// The answers to the rubric that hold: question, coach, answer.
    pub async fn rubric(&self, number: Number) -> anyhow::Result<Vec<(Rubric, String, bool)>> {
        let answer = |one: Opinion| {
            let question = Rubric::parse(one.about.strip_prefix("rubric:")?)?;
            Some((question, one.coach, one.value == "yes"))
        };
        Ok(holding(self.opinions(number).await?).into_iter().filter_map(answer).collect())
    }

    /// The notes that hold, oldest first.
    pub async fn notes(&self, number: Number) -> anyhow::Result<Vec<Note>> {
        let note = |one: Opinion| {
            let id = one.about.strip_prefix("note:")?.parse().ok()?;
            let edited = timestamp(one.ticket / 1000).as_millisecond() != timestamp(id / 1000).as_millisecond();
            Some(Note { id, turn: one.turn, coach: one.coach, text: one.value, at: one.at, edited })
        };
        let mut notes: Vec<Note> = holding(self.opinions(number).await?).into_iter().filter_map(note).collect();
        notes.sort_by_key(|note| note.id);
        Ok(notes)
    }

    /// The tags that hold, those on the whole conversation first.
    pub async fn tags(&self, number: Number) -> anyhow::Result<Vec<Tag>> {
        Ok(tags(self.opinions(number).await?))
    }

    /// Every tag in use, with how many conversations bear it, the most used first.
    pub async fn all_tags(&self) -> anyhow::Result<Vec<(String, usize)>> {
        let rows: Vec<OpinionRow> = sqlx::query_as(
            "SELECT number, turn, about, coach, ticket, at, value FROM opinion WHERE about LIKE 'tag:%' \
             ORDER BY number, ticket",
        )
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot read the tags")?;
        let mut by_conversation: BTreeMap<Number, Vec<Opinion>> = BTreeMap::new();
        for one in rows.into_iter().map(opinion) {
            by_conversation.entry(one.number).or_default().push(one);
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for opinions in by_conversation.into_values() {
            let names: std::collections::BTreeSet<String> = tags(opinions).into_iter().map(|tag| tag.name).collect();
            for name in names {
                *counts.entry(name).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), name.clone()));
        Ok(counts)
    }

    /// Adds an opinion, and brings the marks by which lists find the conversation in line with it.
    async fn say(
        &self,
        number: Number,
        turn: i64,
        about: &str,
        coach: &str,
        value: &str,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        let ticket = self.next_ticket(now);
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        let row: Option<(i64, i64)> = sqlx::query_as("SELECT last_at, turns FROM overview WHERE number = $1")
            .bind(number)
            .fetch_optional(&mut *tx)
            .await
            .context("cannot read an overview")?;
        let Some((last_at, turns)) = row.filter(|(_, turns)| (0..=*turns).contains(&turn)) else { return Ok(false) };
        debug_assert!(turn <= turns);
        sqlx::query(
            "INSERT INTO opinion (number, turn, about, coach, ticket, at, value) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(number)
        .bind(turn)
        .bind(about)
        .bind(coach)
        .bind(ticket)
        .bind(now.as_millisecond())
        .bind(value)
        .execute(&mut *tx)
        .await
        .context("cannot write an opinion")?;
        mark(&mut tx, Spot { number, day: day(timestamp(last_at)) }).await?;
        tx.commit().await.context("cannot save an opinion")?;
        Ok(true)
    }
}

/// Brings a conversation's marks of review and tags, and the count of its judges, in line with the opinions that hold.
async fn mark(db: &mut AnyConnection, spot: Spot) -> anyhow::Result<()> {
    let all = history(db, spot.number).await?;
    let names: Vec<String> = all.iter().filter_map(|one| one.about.strip_prefix("tag:")).map(str::to_owned).collect();
    let judges = judges(&all);
    let on = tags(all);
    let mut wanted: Vec<String> = on.iter().map(|tag| format!("tag:{}", tag.name)).collect();
    let mut unwanted: Vec<String> =
        names.iter().filter(|name| on.iter().all(|tag| tag.name != **name)).map(|name| format!("tag:{name}")).collect();
    let states = [("review:none", judges == 0), ("review:second", judges == 1 && sampled(spot.number))];
    for (mark, holds) in states {
        if holds { &mut wanted } else { &mut unwanted }.push(mark.to_owned());
    }
    marks::remove(db, spot.number, unwanted.iter().map(|mark| marks::filter(mark))).await?;
    marks::add(db, spot, wanted.iter().map(|mark| marks::filter(mark))).await?;
    sqlx::query("UPDATE overview SET judges = $1 WHERE number = $2")
        .bind(i64::try_from(judges)?)
        .bind(spot.number)
        .execute(db)
        .await
        .context("cannot count the judges of a conversation")?;
    Ok(())
}

fn judges(all: &[Opinion]) -> usize {
    let judging = |one: &Opinion| one.about.starts_with("method:") || one.about.starts_with("rubric:");
    let coaches = holding(all.to_vec()).into_iter().filter(judging).map(|one| one.coach);
    coaches.collect::<std::collections::BTreeSet<_>>().len()
}

/// Lower case, single spaces; `None` when nothing is left or it is too long.
fn tag_name(name: &str) -> Option<String> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    let name = words.join(" ");
    let plain = name.chars().all(|c| c.is_alphanumeric() || " '’-_.".contains(c));
    (plain && !name.is_empty() && name.chars().count() <= LONGEST_TAG).then_some(name)
}

/// The tags on each of these conversations as a whole.
pub(super) async fn tags_of(
    db: &mut AnyConnection,
    found: &[Overview],
) -> anyhow::Result<BTreeMap<Number, Vec<String>>> {
    let numbers: Vec<String> = found.iter().map(|overview| overview.number.to_string()).collect();
    if numbers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let statement = format!(
        "SELECT number, turn, about, coach, ticket, at, value FROM opinion \
         WHERE number IN ({}) AND turn = 0 AND about LIKE 'tag:%' ORDER BY ticket",
        numbers.join(", ")
    );
    let rows: Vec<OpinionRow> = sqlx::query_as(AssertSqlSafe(statement))
        .persistent(false)
        .fetch_all(db)
        .await
        .context("cannot read the tags of a page")?;
    let mut tags: BTreeMap<Number, Vec<String>> = BTreeMap::new();
    for one in holding(rows.into_iter().map(opinion).collect()) {
        tags.entry(one.number).or_default().extend(one.about.strip_prefix("tag:").map(str::to_owned));
    }
    Ok(tags)
}

type OpinionRow = (i64, i64, String, String, i64, i64, String);

fn opinion((number, turn, about, coach, ticket, at, value): OpinionRow) -> Opinion {
    Opinion { number, turn, about, coach, at: timestamp(at), value, ticket }
}

async fn history(db: &mut AnyConnection, number: Number) -> anyhow::Result<Vec<Opinion>> {
    let rows: Vec<OpinionRow> = sqlx::query_as(
        "SELECT number, turn, about, coach, ticket, at, value FROM opinion WHERE number = $1 ORDER BY ticket",
    )
    .bind(number)
    .fetch_all(db)
    .await
    .context("cannot read what was said of a conversation")?;
    Ok(rows.into_iter().map(opinion).collect())
}

/// The last word of each coach on each thing (on tags: of all of them), unless it was taken back.
fn holding(all: Vec<Opinion>) -> Vec<Opinion> {
    let mut last: BTreeMap<(Number, i64, String, String), Opinion> = BTreeMap::new();
    for one in all {
        let coach = if one.about.starts_with("tag:") { String::new() } else { one.coach.clone() };
        last.insert((one.number, one.turn, one.about.clone(), coach), one);
    }
    last.into_values().filter(|one| !one.value.is_empty()).collect()
}

fn judgements(all: Vec<Opinion>) -> Vec<Judgement> {
    let judgement = |one: Opinion| {
        let method = MethodId::from(one.about.strip_prefix("method:")?);
        let verdict = Verdict::parse(&one.value)?;
        Some(Judgement { number: one.number, turn: one.turn, method, coach: one.coach, verdict, at: one.at })
    };
    holding(all).into_iter().filter_map(judgement).collect()
}

fn tags(all: Vec<Opinion>) -> Vec<Tag> {
    let tag = |one: Opinion| Some(Tag { turn: one.turn, name: one.about.strip_prefix("tag:")?.to_owned() });
    let mut tags: Vec<Tag> = holding(all).into_iter().filter_map(tag).collect();
    tags.sort();
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_plain() {
        assert_eq!(tag_name("  À  Revoir "), Some("à revoir".to_owned()));
        for bad in ["", "  ", "<b>", &"a".repeat(41)] {
            assert_eq!(tag_name(bad), None, "{bad}");
        }
    }
}
