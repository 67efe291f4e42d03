//! Other ways to answer a numbered question: a poll, and reactions. The numbered text always comes first and is enough.
//!
//! Polls have the unstable types of MSC3381, which clients send and understand today. Pure.

use serde_json::{Value, json};

use super::draw;
use crate::dialogue::turn::{Block, Choice, Reply};
use crate::platform::plain;

pub const POLL: &str = "org.matrix.msc3381.poll.start";
pub const POLL_END: &str = "org.matrix.msc3381.poll.end";
const TEXT: &str = "org.matrix.msc1767.text";

/// What clients let people write; a longer label ends in « … ».
const LONGEST: usize = 340;
/// MSC3381 allows no more answers.
const MOST_ANSWERS: usize = 20;

const NUMBERS: [&str; 10] = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟"];
const YES: [&str; 2] = ["✅", "👍"];
const NO: [&str; 2] = ["❌", "👎"];

/// Some clients leave out the sign that asks for a coloured picture, and some people choose a colour for their hand.
fn bare(sign: &str) -> String {
    sign.chars().filter(|sign| !matches!(sign, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')).collect()
}

/// Whether a reaction can answer a question at all.
pub fn answers(sign: &str) -> bool {
    let sign = bare(sign);
    NUMBERS.iter().chain(&YES).chain(&NO).any(|known| bare(known) == sign)
}

/// The choice that a reaction to its question means.
pub fn meant<'a>(choices: &'a [Choice], sign: &str) -> Option<&'a Choice> {
    let sign = bare(sign);
    let named = |id: &str| choices.iter().find(|choice| choice.id.0 == id);
    if let Some(place) = NUMBERS.iter().position(|number| bare(number) == sign) {
        return choices.get(place);
    }
    if YES.contains(&sign.as_str()) {
        return named("act:yes").or(if let [only] = choices { Some(only) } else { None });
    }
    NO.contains(&sign.as_str()).then(|| named("act:no")).flatten()
}

/// The choice that an answer of the poll stands for.
pub fn voted<'a>(choices: &'a [Choice], answer: &str) -> Option<&'a Choice> {
    choices.iter().find(|choice| choice.id.0 == answer)
}

/// The reactions that the coach puts below its question, to be pressed.
pub fn seeds(reply: &Reply) -> &'static [&'static str] {
    NUMBERS.get(..reply.choices.len()).unwrap_or_default()
}

/// The poll for a question with one answer. Several goals may be chosen at once, so they are no poll.
pub fn poll(reply: &Reply) -> Option<Value> {
    let goals = reply.choices.iter().filter(|choice| choice.id.0.starts_with("goal:")).count();
    if goals > 1 || !(2..=MOST_ANSWERS).contains(&reply.choices.len()) {
        return None;
    }
    let question = shortened(&question(reply)?);
    let answers: Vec<Value> =
        reply.choices.iter().map(|choice| json!({ "id": choice.id.0, TEXT: shortened(&choice.label) })).collect();
    Some(json!({
        POLL: {
            "question": { TEXT: question, "body": question, "msgtype": "m.text" },
            "kind": "org.matrix.msc3381.poll.disclosed",
            "max_selections": 1,
            "answers": answers,
        },
        TEXT: format!("{question}\n{}", plain::choices(&reply.choices)),
        "m.mentions": {},
    }))
}

/// Ends a poll: its question has its answer.
pub fn poll_end(poll: &str, words: &str) -> Value {
    json!({
        "m.relates_to": { "rel_type": "m.reference", "event_id": poll },
        POLL_END: {},
        TEXT: words,
        "m.mentions": {},
    })
}

/// The last paragraph that a reply says before its choices.
fn question(reply: &Reply) -> Option<String> {
    let text = reply.blocks.iter().rev().find_map(|block| match block {
        Block::Text { markup } => Some(plain::markup(markup)),
        Block::Method { .. } => None,
    })?;
    text.rsplit("\n\n").map(str::trim).find(|paragraph| !paragraph.is_empty()).map(str::to_owned)
}

fn shortened(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST - 1) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// A reaction to a message.
pub fn reaction(to: &str, sign: &str) -> Value {
    json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": to, "key": sign } })
}

/// The key of a reply as one of its messages carries it: `key`, `key.1`, `key.poll` …
pub fn key_in(content: &Value) -> Option<&str> {
    content.get(draw::KEY)?.as_str()?.split('.').next()
}
