//! Conversations as files: a row a conversation or a row a turn, CSV or JSON lines, and a page to print. Personal data are
//! masked unless a lead asks otherwise.
//!
//! Nothing is written on the disk here: a file is made when it is asked for, so that there is no folder of exports to erase.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::chart::escape;
use super::mask::Masker;
use crate::dialogue::turn::{Choice, Input, Trace};
use crate::platform::plain;
use crate::store::{Cursor, Exchange, Filter, Judgement, Overview, Reading, Store};

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Conversations,
    Turns,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Separated by semicolons, with a byte order mark: what French spreadsheets open.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// A file to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub rows: Rows,
    pub format: Format,
    /// Personal data as they were written: an act of a lead, to be logged by whoever asks for it.
    pub unmasked: bool,
}

/// How many conversations are read at a time.
const PAGE: usize = 200;

/// Gives the file of all conversations that a filter finds, newest activity first, piece by piece to `write`.
///
/// # Errors
/// When the store cannot be read, or `write` fails.
pub async fn export(
    store: &Store,
    filter: &Filter,
    order: Order,
    mut write: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if order.format == Format::Csv {
        let names: Vec<String> = columns(order.rows).iter().map(|name| (*name).to_owned()).collect();
        write(&format!("\u{feff}{}", csv_line(&names)))?;
    }
    let mut cursor: Option<Cursor> = None;
    loop {
        let page = store.browse(filter, cursor, PAGE).await?;
        for listed in page.conversations {
            let number = listed.overview.number;
            // Erased since the page was read: then it is not in the file either.
            let Some(reading) = store.reading(number).await? else { continue };
            let masker = if order.unmasked { None } else { Some(Masker::new(&super::texts_of(&reading))) };
            let rows = match order.rows {
                Rows::Conversations => vec![conversation(&listed.overview, &reading, &listed.tags, masker.as_ref())],
                Rows::Turns => turns(&reading, &store.judgements(number).await?, masker.as_ref()),
            };
            for row in rows {
                write(&line(&row, order))?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

const CONVERSATION: [&str; 17] = [
    "number",
    "platform",
    "language",
    "first_at",
    "last_at",
    "turns",
    "step",
    "outcome",
    "goals",
    "phase",
    "rating",
    "wants_person",
    "nothing_found",
    "questions",
    "advised_seconds",
    "judges",
    "tags",
];
const TURN: [&str; 16] = [
    "number",
    "turn",
    "at",
    "person",
    "coach",
    "understood",
    "from",
    "to",
    "goals",
    "phase",
    "methods",
    "concerns",
    "script",
    "base",
    "strength",
    "judgements",
];

fn columns(rows: Rows) -> Vec<&'static str> {
    match rows {
        Rows::Conversations => CONVERSATION.iter().copied().chain(["opening"]).collect(),
        Rows::Turns => TURN.to_vec(),
    }
}

type Row = Map<String, Value>;

fn conversation(overview: &Overview, reading: &Reading, tags: &[String], masker: Option<&Masker>) -> Row {
    let opening = super::texts_of(reading).first().map(|text| masked(text, masker));
    let seconds = overview.advised_ms.map(|ms| ms / 1000);
    row(json!({
        "number": overview.number,
        "platform": overview.platform,
        "language": overview.language,
        "first_at": overview.first_at,
        "last_at": overview.last_at,
        "turns": overview.turns,
        "step": overview.step,
        "outcome": overview.outcome,
        "goals": overview.goals,
        "phase": overview.phase,
        "rating": overview.rating,
        "wants_person": overview.wants_person,
        "nothing_found": overview.nothing_found,
        "questions": overview.questions,
        "advised_seconds": seconds,
        "judges": overview.judges,
        "tags": tags,
        "opening": opening,
    }))
}

fn turns(reading: &Reading, judgements: &[Judgement], masker: Option<&Masker>) -> Vec<Row> {
    let mut offered: &[Choice] = &[];
    let mut rows = Vec::with_capacity(reading.exchanges.len());
    for exchange in &reading.exchanges {
        rows.push(turn(reading.overview.number, exchange, offered, judgements, masker));
        if let Some(last) = exchange.replies.last() {
            offered = &last.reply.choices;
        }
    }
    rows
}

fn turn(
    number: i64,
    exchange: &Exchange,
    offered: &[Choice],
    judgements: &[Judgement],
    masker: Option<&Masker>,
) -> Row {
    let trace = exchange.trace.clone().unwrap_or_default();
    let Trace { script, base, from, to, understood, goals, phase, strength, ranking, .. } = trace;
    let coach: Vec<String> =
        exchange.replies.iter().map(|spoken| masked(&plain::reply(&spoken.reply), masker)).collect();
    let judged = judgements.iter().filter(|judgement| judgement.turn == exchange.turn);
    let judged: Vec<String> =
        judged.map(|one| format!("{}={} ({})", one.method, one.verdict.as_str(), one.coach)).collect();
    row(json!({
        "number": number,
        "turn": exchange.turn,
        "at": exchange.at,
        "person": said(exchange, offered).map(|text| masked(&text, masker)),
        "coach": coach.join("\n\n"),
        "understood": understood,
        "from": from,
        "to": to,
        "goals": goals,
        "phase": phase,
        "methods": ranking.iter().map(|one| &one.method).collect::<Vec<_>>(),
        "concerns": exchange.concerns,
        "script": script,
        "base": base,
        "strength": strength,
        "judgements": judged,
    }))
}

/// What the person did, in words: what was written, or the labels of what was pressed.
pub fn said(exchange: &Exchange, offered: &[Choice]) -> Option<String> {
    match exchange.input.as_ref()? {
        Input::Said { text } | Input::Corrected { text, .. } => Some(text.clone()).filter(|text| !text.is_empty()),
        Input::Chose { choice } => {
            let (kind, ids) = choice.0.split_once(':').unwrap_or(("", &choice.0));
            let label = |id: &str| {
                let offered = offered.iter().find(|choice| choice.id.0 == format!("{kind}:{id}"));
                offered.map_or_else(|| id.to_owned(), |choice| choice.label.clone())
            };
            Some(ids.split('+').map(label).collect::<Vec<_>>().join(" ; "))
        }
        _ => None,
    }
}

fn masked(text: &str, masker: Option<&Masker>) -> String {
    masker.map_or_else(|| text.to_owned(), |masker| masker.mask(text))
}

fn row(value: Value) -> Row {
    if let Value::Object(row) = value { row } else { Row::new() }
}

fn line(row: &Row, order: Order) -> String {
    match order.format {
        Format::JsonLines => format!("{}\n", Value::Object(row.clone())),
        Format::Csv => {
            let cells: Vec<String> = columns(order.rows).iter().map(|name| cell(row.get(*name))).collect();
            csv_line(&cells)
        }
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(yes)) => if *yes { "oui" } else { "non" }.to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    }
}

/// Quoted where need be; a spreadsheet must not take what people wrote for a formula.
fn csv_line(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        let cell = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.clone() };
        let plain = !cell.contains([';', '"', '\n', '\r']);
        if plain { cell } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
    });
    format!("{}\r\n", quoted.collect::<Vec<_>>().join(";"))
}

/// One conversation as a page of its own, to be printed.
pub fn printable(reading: &Reading, masker: Option<&Masker>) -> String {
    let title = format!("Conversation {}", reading.overview.number);
    let mut html = format!(
        "<!DOCTYPE html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>{title}</title><style>\
         body{{font:12pt/1.4 serif;max-width:42rem;margin:2rem auto}}section{{break-inside:avoid}}pre{{font:inherit;white-space:pre-wrap;\
         margin:.3rem 0 1rem}}h2{{font-size:1rem;margin:1rem 0 0}}</style></head><body><h1>{title}</h1><p>{} · {} · {} tours</p>",
        reading.overview.platform.as_str(),
        reading.overview.last_at.strftime("%d/%m/%Y"),
        reading.overview.turns,
    );
    let mut offered: &[Choice] = &[];
    for exchange in &reading.exchanges {
        let _ = write!(html, "<section><h2>{} · {}</h2>", exchange.turn, exchange.at.strftime("%d/%m/%Y %H:%M UTC"));
        if let Some(text) = said(exchange, offered) {
            let _ = write!(html, "<p><strong>Personne</strong></p><pre>{}</pre>", escape(&masked(&text, masker)));
        }
        for spoken in &exchange.replies {
            let text = masked(&plain::reply(&spoken.reply), masker);
            let _ = write!(html, "<p><strong>Déclic</strong></p><pre>{}</pre>", escape(&text));
            offered = &spoken.reply.choices;
        }
        html.push_str("</section>");
    }
    html + "</body></html>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_no_formula() {
        let cells = ["=1+1", "a;b", "il dit \"oui\"", "deux\nlignes", "simple"].map(str::to_owned);
        assert_eq!(csv_line(&cells), "'=1+1;\"a;b\";\"il dit \"\"oui\"\"\";\"deux\nlignes\";simple\r\n");
    }

    #[test]
    fn columns_are_those_of_the_rows() {
        assert_eq!((columns(Rows::Conversations).len(), columns(Rows::Turns).len()), (18, 16));
    }
}
