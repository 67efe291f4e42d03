//! A reply as Matrix shows it: plain text and the HTML of `org.matrix.custom.html`, in messages of a bearable size.
//!
//! The HTML keeps to what Element, Element X and Tchap draw: paragraphs, `strong`, `em`, `code`, lists, links, quotations.

use matrix_sdk::ruma::events::AnySyncTimelineEvent;
use matrix_sdk::ruma::serde::Raw;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use serde_json::{Value, json};

use crate::dialogue::turn::{Block, Card, Choice, Markup, Reply};
use crate::knowledge::Language;
use crate::platform::plain;

/// Bytes of one message, both forms together. Encrypted, an event grows by half, and a homeserver refuses 64 KiB.
const LIMIT: usize = 20_000;

/// Where a message carries its delivery key, so that whoever reads the room can tell whether it arrived.
pub const KEY: &str = "declic.delivery";

/// One message, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    pub body: String,
    pub html: String,
}

/// At least one message, unless the reply is empty.
pub fn draw(reply: &Reply) -> Vec<Drawn> {
    let blocks = reply.blocks.iter().flat_map(|block| draw_block(block, reply.language));
    let choices = (!reply.choices.is_empty()).then(|| draw_choices(&reply.choices));
    let mut messages: Vec<Drawn> = Vec::new();
    for part in blocks.chain(choices) {
        append(&mut messages, part);
    }
    messages
}

/// A short text that is no reply.
pub fn text(markup: &str) -> Drawn {
    Drawn { body: plain::markup(&Markup(markup.to_owned())), html: html_of(markup) }
}

/// Adds a remark at the end.
pub fn append(messages: &mut Vec<Drawn>, remark: Drawn) {
    match messages.last_mut() {
        Some(last) if last.size() + remark.size() <= LIMIT => last.append(&remark),
        _ => messages.push(remark),
    }
}

/// The content of an `m.room.message`. It mentions nobody: a coach does not ring bells.
pub fn content(drawn: &Drawn, key: &str) -> Value {
    json!({
        "msgtype": "m.text",
        "body": drawn.body,
        "format": "org.matrix.custom.html",
        "formatted_body": drawn.html,
        "m.mentions": {},
        KEY: key,
    })
}

/// Whether an event carries the key of a reply: some coach said it.
pub fn is_marked(event: &Raw<AnySyncTimelineEvent>) -> bool {
    let content = event.get_field::<Value>("content").ok().flatten();
    content.is_some_and(|content| content.get(KEY).is_some())
}

impl Drawn {
    fn size(&self) -> usize {
        self.body.len() + self.html.len()
    }

    fn append(&mut self, other: &Self) {
        self.body.push_str("\n\n");
        self.body.push_str(&other.body);
        self.html.push_str(&other.html);
    }
}

fn draw_block(block: &Block, language: Language) -> Vec<Drawn> {
    match block {
        Block::Text { markup } => {
            split(&markup.0, LIMIT / 2).into_iter().map(text).filter(|drawn| !drawn.body.is_empty()).collect()
        }
        Block::Method { card } => vec![Drawn { body: plain::block(block, language), html: draw_card(card, language) }],
    }
}

/// Pieces of at most `limit` bytes, cut where it hurts least: between paragraphs, lines, words.
fn split(text: &str, limit: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while rest.len() > limit {
        let head = &rest[..rest.floor_char_boundary(limit)];
        let cut = ["\n\n", "\n", " "].iter().find_map(|mark| head.rfind(mark)).filter(|cut| *cut > 0);
        let (piece, after) = rest.split_at(cut.unwrap_or(head.len()));
        pieces.push(piece.trim_end());
        rest = after.trim_start();
    }
    pieces.push(rest);
    pieces
}

fn draw_card(card: &Card, language: Language) -> String {
    let colon = match language {
        Language::French => "\u{a0}: ",
        Language::English => ": ",
    };
    let mut html = format!("<p><strong>{}</strong>", escape(&card.title));
    if !card.summary.is_empty() {
        html.push_str(&format!("<br>{}", escape(&card.summary)));
    }
    html.push_str("</p>");
    let facts =
        card.facts.iter().map(|fact| format!("<strong>{}</strong>{colon}{}", escape(&fact.label), escape(&fact.text)));
    let links = card.links.iter().map(|link| format!("<a href=\"{}\">{}</a>", escape(&link.url), escape(&link.title)));
    let items: String = facts.chain(links).map(|item| format!("<li>{item}</li>")).collect();
    if !items.is_empty() {
        html.push_str(&format!("<ul>{items}</ul>"));
    }
    html
}

fn draw_choices(choices: &[Choice]) -> Drawn {
    let items: String = choices.iter().map(|choice| format!("<li>{}</li>", escape(&choice.label))).collect();
    Drawn { body: plain::choices(choices), html: format!("<ol>{items}</ol>") }
}

fn html_of(markup: &str) -> String {
    let mut drawn = String::new();
    html::push_html(&mut drawn, Parser::new_ext(markup, Options::empty()).filter_map(drawable));
    drawn.trim_end().to_owned()
}

/// What clients do not draw becomes text: HTML as it was typed, images as their caption, titles in bold.
fn drawable(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(words) | Event::InlineHtml(words) => Some(Event::Text(words)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::HtmlBlock | Tag::Heading { .. }) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock | TagEnd::Heading(_)) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_web(&dest_url) { dest_url } else { CowStr::Borrowed("") };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::SoftBreak => Some(Event::Text(CowStr::Borrowed(" "))),
        other => Some(other),
    }
}

fn is_web(address: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
}

fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len() + 8);
    for character in words.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
