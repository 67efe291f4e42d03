//! A reply as Discord shows it: text, embeds for methods, buttons or a menu for choices, in messages within its limits.
//!
//! Everything can be typed as well: what a button says is understood when it is written.

use serde_json::{Value, json};

use super::button::{Button, What};
use super::markdown;
use super::phrases::Phrases;
use crate::dialogue::turn::{Block, Card, Choice, Reply};
use crate::knowledge::Language;
use crate::message::DeliveryKey;

/// 2,000 for Discord; whether it counts as we do is not told, so a little less.
const CONTENT: usize = 1900;
const TITLE: usize = 256;
const DESCRIPTION: usize = 4000;
const FIELD_NAME: usize = 256;
const FIELD: usize = 1024;
const FIELDS: usize = 25;
/// All embeds of a message together: 6,000 for Discord.
const EMBEDS: usize = 5800;
const MOST_EMBEDS: usize = 10;
const BUTTON_LABEL: usize = 80;
const OPTION_LABEL: usize = 100;
/// More are a menu.
const MOST_BUTTONS: usize = 5;
const MOST_OPTIONS: usize = 25;
const MOST_ROWS: usize = 5;
/// The colour of the stripe beside a method.
const BLUE: u32 = 0x0000_0091;

/// One message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    size_of_embeds: usize,
}

impl Drawn {
    pub fn of_text(words: &str) -> Self {
        Self { content: words.to_owned(), ..Self::default() }
    }

    /// The body of a message or of a reply to an interaction. It mentions nobody.
    pub fn body(&self) -> Value {
        json!({
            "content": self.content,
            "embeds": self.embeds,
            "components": self.components,
            "allowed_mentions": { "parse": [] },
        })
    }
}

/// What a reply is drawn with, beside its words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frame {
    /// Discord's own notice is said below.
    pub notice: bool,
    /// People cannot simply type there: a button opens a window for it.
    pub window: bool,
}

/// At least one message, unless the reply is empty.
pub fn draw(reply: &Reply, key: &DeliveryKey, phrases: &Phrases, frame: Frame) -> Vec<Drawn> {
    let mut page = Page::default();
    for block in &reply.blocks {
        match block {
            Block::Text { markup } => split(&markdown::discord(&markup.0)).iter().for_each(|piece| page.text(piece)),
            Block::Method { card } => page.embed(embed(card)),
        }
    }
    if frame.notice {
        let words = format!("-# {}", phrases.say("notice", reply.language));
        split(&words).iter().for_each(|piece| page.text(piece));
    }
    page.finish(components(reply, key, phrases, frame.window))
}

#[derive(Default)]
struct Page {
    messages: Vec<Drawn>,
}

impl Page {
    /// Text stands above the embeds of its message, so what follows an embed begins another one.
    fn text(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        match self.messages.last_mut() {
            Some(last) if last.embeds.is_empty() && length(&last.content) + length(piece) + 2 <= CONTENT => {
                last.content.push_str("\n\n");
                last.content.push_str(piece);
            }
            _ => self.messages.push(Drawn::of_text(piece)),
        }
    }

    fn embed(&mut self, (embed, size): (Value, usize)) {
        let fits = |last: &Drawn| last.embeds.len() < MOST_EMBEDS && last.size_of_embeds + size <= EMBEDS;
        if !self.messages.last().is_some_and(fits) {
            self.messages.push(Drawn::default());
        }
        if let Some(last) = self.messages.last_mut() {
            last.embeds.push(embed);
            last.size_of_embeds += size;
        }
    }

    fn finish(mut self, components: Vec<Value>) -> Vec<Drawn> {
        if let Some(last) = self.messages.last_mut() {
            last.components = components;
        }
        self.messages
    }
}

fn embed(card: &Card) -> (Value, usize) {
    let links: Vec<String> = card.links.iter().map(|link| markdown::link(&link.title, &link.url)).collect();
    let mut description = cut(&markdown::escape(&card.summary), DESCRIPTION / 2);
    for link in links.iter().filter(|link| length(link) < 1000) {
        if length(&description) + length(link) + 2 <= DESCRIPTION {
            description.push_str(if description.is_empty() { "" } else { "\n\n" });
            description.push_str(link);
        }
    }
    let title = cut(&markdown::escape(&card.title), TITLE);
    let mut size = length(&title) + length(&description);
    let mut fields = Vec::new();
    for fact in card.facts.iter().take(FIELDS) {
        let (name, value) = (cut(&fact.label, FIELD_NAME), cut(&markdown::discord(&fact.text), FIELD));
        if value.is_empty() || size + length(&name) + length(&value) > EMBEDS {
            continue;
        }
        size += length(&name) + length(&value);
        // Short facts side by side, as Discord does.
        fields.push(json!({ "name": name, "value": value, "inline": length(&value) <= 40 }));
    }
    (json!({ "title": title, "description": description, "fields": fields, "color": BLUE }), size)
}

/// Buttons for a few choices, a menu for goals and other long lists, and a way to write where it is needed.
fn components(reply: &Reply, key: &DeliveryKey, phrases: &Phrases, window: bool) -> Vec<Value> {
    let choices = &reply.choices[..reply.choices.len().min(MOST_OPTIONS)];
    let short = choices.len() <= MOST_BUTTONS;
    let commands = choices.iter().filter(|choice| is_command(choice)).count();
    let mut rows: Vec<Value> = if choices.is_empty() {
        Vec::new()
    } else if short || commands * 2 >= choices.len() {
        choices
            .chunks(MOST_BUTTONS)
            .map(|row| row_of(&row.iter().map(|choice| button(choice, key)).collect::<Vec<_>>()))
            .collect()
    } else {
        vec![row_of(&[menu(choices, key, phrases, reply.language)])]
    };
    if (choices.is_empty() || window) && !reply.blocks.is_empty() && rows.len() < MOST_ROWS {
        rows.push(row_of(&[write_button(key, phrases, reply.language)]));
    }
    rows
}

/// What can be asked of the coach, or a method to look at: buttons, however many.
fn is_command(choice: &Choice) -> bool {
    choice.id.0.starts_with("act:") || choice.id.0.starts_with("method:")
}

fn row_of(components: &[Value]) -> Value {
    json!({ "type": 1, "components": components })
}

fn button(choice: &Choice, key: &DeliveryKey) -> Value {
    let id = Button::new(key, What::Choice(choice.id.clone())).write();
    json!({ "type": 2, "style": 2, "label": cut(&choice.label, BUTTON_LABEL), "custom_id": id })
}

fn write_button(key: &DeliveryKey, phrases: &Phrases, language: Language) -> Value {
    let id = Button::new(key, What::Write).write();
    json!({ "type": 2, "style": 1, "label": cut(phrases.say("write", language), BUTTON_LABEL), "custom_id": id })
}

fn menu(choices: &[Choice], key: &DeliveryKey, phrases: &Phrases, language: Language) -> Value {
    let several = choices.iter().filter(|choice| choice.id.0.starts_with("goal:")).count();
    let name = if several > 1 { "choose-several" } else { "choose" };
    let options: Vec<Value> = choices
        .iter()
        .map(|choice| json!({ "label": cut(&choice.label, OPTION_LABEL), "value": choice.id.0 }))
        .collect();
    json!({
        "type": 3,
        "custom_id": Button::new(key, What::Menu).write(),
        "options": options,
        "placeholder": phrases.say(name, language),
        "min_values": 1,
        "max_values": several.max(1),
    })
}

/// Pieces that fit a message, cut where it hurts least: between paragraphs, lines, words.
fn split(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while length(rest) > CONTENT {
        let head = first(rest, CONTENT);
        let cut = ["\n\n", "\n", " "].iter().find_map(|mark| head.rfind(mark)).filter(|cut| *cut > 0);
        let (piece, after) = rest.split_at(cut.unwrap_or(head.len()));
        pieces.push(piece.trim_end().to_owned());
        rest = after.trim_start();
    }
    pieces.push(rest.to_owned());
    pieces
}

/// UTF-16 units: never less than what Discord may count.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn first(text: &str, most: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > most
    });
    &text[..end.map_or(text.len(), |(index, _)| index)]
}

/// Shortened with an ellipsis when it is too long; a cut never leaves half a mark at the end.
pub fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    format!("{}…", first(text, most - 1).trim_end_matches('\\').trim_end())
}
