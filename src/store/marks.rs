//! The inverted index: which conversations bear a filter or hold a word. One table serves the list, its filters and the
//! search, so that any combination is a walk along one key with look-ups in the same.
//!
//! Only what a person wrote and the names of the methods shown are indexed: the rest of what the coach says is the same
//! in every conversation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::dialogue::turn::{Block, Effect, Input, Reply};
use crate::knowledge::french;

/// A conversation's name in the index, and the day under which it stands there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub number: i64,
    pub day: i64,
}

/// The hash of a filter: even.
pub(super) fn filter(mark: &str) -> i64 {
    hash(&["filter", mark]) & !1
}

/// The hash of a word: odd.
pub(super) fn word(word: &str) -> i64 {
    hash(&["word", word]) | 1
}

/// The hash of what the forms of a word have in common: odd, a mark of its own.
pub(super) fn stem(word: &str) -> i64 {
    hash(&["stem", &french::stem(word)]) | 1
}

fn hash(parts: &[&str]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    i64::from_be_bytes(first)
}

/// The words of a text that can be searched for.
pub(super) fn words_of(text: &str) -> BTreeSet<String> {
    french::words(text).into_iter().filter(|word| french::carries_meaning(word)).collect()
}

/// The words of a turn: the person's, and the names of the methods shown.
pub(super) fn words_of_turn(input: &Input, effects: &[Effect]) -> BTreeSet<String> {
    let mut words = words_of_input(input);
    for effect in effects {
        if let Effect::Say(reply) = effect {
            words.extend(words_of_reply(reply));
        }
    }
    words
}

pub(super) fn words_of_input(input: &Input) -> BTreeSet<String> {
    match input {
        Input::Said { text } | Input::Corrected { text, .. } => words_of(text),
        _ => BTreeSet::new(),
    }
}

pub(super) fn words_of_reply(reply: &Reply) -> BTreeSet<String> {
    let titles = reply.blocks.iter().filter_map(|block| match block {
        Block::Method { card } => Some(words_of(&card.title)),
        Block::Text { .. } => None,
    });
    titles.flatten().collect()
}

/// A word with one letter left out in turn, and whole.
pub(super) fn pieces(word: &str) -> BTreeSet<i64> {
    let letters: Vec<char> = word.chars().collect();
    let mut pieces = BTreeSet::from([hash(&["piece", word])]);
    if letters.len() >= 4 {
        pieces.extend((0..letters.len()).map(|left_out| {
            let piece: String = letters[..left_out].iter().chain(&letters[left_out + 1..]).collect();
            hash(&["piece", &piece])
        }));
    }
    pieces
}

/// Writes words into the index; those that no conversation held before become findable by their misspellings.
pub(super) async fn add_words(db: &mut AnyConnection, spot: Spot, words: &BTreeSet<String>) -> anyhow::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    let terms: BTreeMap<i64, &String> = words.iter().map(|text| (word(text), text)).collect();
    // The stem is what a search walks; the word itself says when nobody holds it any more.
    let stems: BTreeSet<i64> = words.iter().map(|text| stem(text)).collect();
    add(db, spot, terms.keys().copied().chain(stems)).await?;
    let entries = terms.iter().map(|(term, text)| (*term, text.as_str())).collect::<Vec<_>>();
    // As many parameters as a statement may have on SQLite of any age, with room to spare.
    for some in entries.chunks(200) {
        for (text, term) in new_words(db, some).await? {
            insert(
                db,
                "misspelling (piece, term)",
                pieces(&text).into_iter().map(|piece| format!("({piece}, {term})")),
            )
            .await?;
        }
    }
    Ok(())
}

/// Those of these words that were not known.
async fn new_words(db: &mut AnyConnection, entries: &[(i64, &str)]) -> anyhow::Result<Vec<(String, i64)>> {
    let mut statement = "INSERT INTO word (term, word, stem) VALUES ".to_owned();
    for (index, (term, text)) in entries.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(statement, "{comma}({term}, ${}, {})", index + 1, stem(text))?;
    }
    statement.push_str(" ON CONFLICT DO NOTHING RETURNING word, term");
    let mut query = sqlx::query_as(AssertSqlSafe(statement)).persistent(false);
    for (_, text) in entries {
        query = query.bind(*text);
    }
    query.fetch_all(db).await.context("cannot write the words of a conversation")
}

/// Writes marks; those that are there already stay.
pub(super) async fn add(db: &mut AnyConnection, spot: Spot, terms: impl Iterator<Item = i64>) -> anyhow::Result<()> {
    let Spot { number, day } = spot;
    insert(db, "mark (term, day, number)", terms.map(|term| format!("({term}, {day}, {number})"))).await
}

/// Rows of numbers only: nothing in them needs to be quoted, and one statement costs less than twenty.
async fn insert(db: &mut AnyConnection, table: &str, rows: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let rows: Vec<String> = rows.collect();
    for some in rows.chunks(500) {
        let statement = format!("INSERT INTO {table} VALUES {} ON CONFLICT DO NOTHING", some.join(", "));
        sqlx::query(AssertSqlSafe(statement))
            .persistent(false)
            .execute(&mut *db)
            .await
            .context("cannot write to the index of conversations")?;
    }
    Ok(())
}

pub(super) async fn remove(
    db: &mut AnyConnection,
    number: i64,
    terms: impl Iterator<Item = i64>,
) -> anyhow::Result<()> {
    let terms: Vec<String> = terms.map(|term| term.to_string()).collect();
    if terms.is_empty() {
        return Ok(());
    }
    let statement = format!("DELETE FROM mark WHERE number = {number} AND term IN ({})", terms.join(", "));
    sqlx::query(AssertSqlSafe(statement)).persistent(false).execute(db).await.context("cannot drop marks")?;
    Ok(())
}

/// Puts all marks of a conversation under another day.
pub(super) async fn move_to(db: &mut AnyConnection, spot: Spot) -> anyhow::Result<()> {
    sqlx::query("UPDATE mark SET day = $1 WHERE number = $2 AND day <> $1")
        .bind(spot.day)
        .bind(spot.number)
        .execute(db)
        .await
        .context("cannot move marks")?;
    Ok(())
}

/// Erases the words of a conversation from the index, and the words that no other conversation holds; its filters too
/// when `filters` is set.
pub(super) async fn erase(db: &mut AnyConnection, number: i64, filters: bool) -> anyhow::Result<()> {
    const ALONE: &str = "SELECT term FROM mark WHERE number = $1 AND term % 2 <> 0 AND NOT EXISTS ( \
                             SELECT 1 FROM mark AS other WHERE other.term = mark.term AND other.number <> $1)";
    let marks = if filters {
        "DELETE FROM mark WHERE number = $1"
    } else {
        "DELETE FROM mark WHERE number = $1 AND term % 2 <> 0"
    };
    for statement in [
        format!("DELETE FROM misspelling WHERE term IN ({ALONE})"),
        format!("DELETE FROM word WHERE term IN ({ALONE})"),
        marks.to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(statement))
            .bind(number)
            .execute(&mut *db)
            .await
            .context("cannot erase the words of a conversation from the index")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_even_and_words_odd() {
        for text in ["goal:prioritise", "usager", "x", ""] {
            assert_eq!((filter(text) & 1, word(text) & 1), (0, 1));
        }
    }

    #[test]
    fn two_words_within_one_slip_share_a_piece() {
        for (one, other) in
            [("reclamation", "reclamtion"), ("atelier", "ateleir"), ("budget", "buget"), ("vote", "votre")]
        {
            assert!(pieces(one).intersection(&pieces(other)).next().is_some(), "{one} {other}");
        }
        assert!(pieces("atelier").is_disjoint(&pieces("guichet")));
    }
}
