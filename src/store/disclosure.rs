//! « Mes données »: the transcript as replies, nothing left out.

use jiff::tz::TimeZone;

use super::{Author, Line, Said};
use crate::clock::Timestamp;
use crate::dialogue::turn::{Block, Card, ChoiceId, Disclosure, Input, Markup, Reply};
use crate::knowledge::Language;

/// Characters of one reply: under the limit of every platform (Matrix: about 60,000 bytes, twice in one event).
const LONGEST: usize = 15_000;

/// As many replies as it takes.
pub(super) fn replies(words: &Disclosure, lines: &[Line], language: Language) -> Vec<Reply> {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let mut pages = vec![words.heading.clone()];
    let mut empty = true;
    for (index, line) in lines.iter().enumerate() {
        let Some(said) = said(line, &lines[..index]) else { continue };
        empty = false;
        let who = if line.author == Author::Person { &words.person } else { &words.coach };
        add(&mut pages, &format!("- {} — {who} : {said}", date(line.at, &zone)));
    }
    if empty {
        pages = vec![words.nothing.clone()];
    }
    pages.into_iter().map(|page| reply(page, language)).collect()
}

/// What a line says, as markup; `None` for what holds no words (someone joined, a reminder fell due).
fn said(line: &Line, earlier: &[Line]) -> Option<String> {
    match &line.said {
        Said::Input(Input::Said { text } | Input::Corrected { text, .. }) if !text.is_empty() => {
            Some(Markup::escape(text))
        }
        Said::Input(Input::Chose { choice }) => Some(Markup::escape(&labels(choice, earlier))),
        Said::Input(_) => None,
        Said::Reply(reply) => Some(reply_words(reply)),
    }
}

/// Several choices at once are written `kind:a+b`.
fn labels(chosen: &ChoiceId, earlier: &[Line]) -> String {
    let (kind, ids) = chosen.0.split_once(':').unwrap_or(("", &chosen.0));
    let each = ids.split('+').map(|id| label(&ChoiceId(format!("{kind}:{id}")), earlier));
    each.collect::<Vec<_>>().join(" ; ")
}

/// The words that the person saw on the choice that was pressed.
fn label(choice: &ChoiceId, earlier: &[Line]) -> String {
    let offered = earlier.iter().rev().filter_map(|line| match &line.said {
        Said::Reply(reply) => reply.choices.iter().find(|offered| offered.id == *choice),
        Said::Input(_) => None,
    });
    offered.map(|offered| offered.label.clone()).next().unwrap_or_else(|| choice.0.clone())
}

/// One line of markup: what the coach said is already harmless.
fn reply_words(reply: &Reply) -> String {
    let blocks = reply.blocks.iter().map(|block| match block {
        Block::Text { markup } => markup.0.clone(),
        Block::Method { card } => card_words(card),
    });
    let choices =
        (1..).zip(&reply.choices).map(|(number, choice)| format!("{number}: {}", Markup::escape(&choice.label)));
    let words: Vec<_> = blocks.chain(choices).collect();
    words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn card_words(card: &Card) -> String {
    let head = [&card.title, &card.summary].map(|text| Markup::escape(text));
    let facts =
        card.facts.iter().map(|fact| format!("{}: {}", Markup::escape(&fact.label), Markup::escape(&fact.text)));
    let links = card.links.iter().map(|link| format!("[{}]({})", Markup::escape(&link.title), link.url));
    head.into_iter().chain(facts).chain(links).collect::<Vec<_>>().join(" · ")
}

/// As the French write it; another zone than theirs is named.
fn date(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    let utc = if *zone == TimeZone::UTC { " UTC" } else { "" };
    format!("{:02}/{:02}/{} {:02}:{:02}{utc}", at.day(), at.month(), at.year(), at.hour(), at.minute())
}

/// Adds a line to the last page, or to new ones when it is full. A line longer than a page is cut between two words.
fn add(pages: &mut Vec<String>, line: &str) {
    let mut room = LONGEST.saturating_sub(pages.last().map_or(LONGEST, |page| page.chars().count()));
    let mut separator = "\n";
    for word in line.split_inclusive(' ') {
        let length = word.chars().count() + 1;
        if length > room || pages.is_empty() {
            pages.push(String::new());
            (room, separator) = (LONGEST, "");
        }
        if let Some(page) = pages.last_mut() {
            page.push_str(separator);
            page.push_str(word);
        }
        separator = "";
        room = room.saturating_sub(length);
    }
}

fn reply(page: String, language: Language) -> Reply {
    Reply { language, blocks: vec![Block::Text { markup: Markup(page) }], choices: Vec::new() }
}
