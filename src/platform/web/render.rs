//! Replies and transcripts as the page draws them, and as the download gives them.

use serde_json::{Value, json};

use super::markup::{is_web, spaced, to_html};
use crate::dialogue::turn::{Block, Card, CardLink, Choice, Fact, Input, Reply};
use crate::knowledge::Language;
use crate::platform::plain;
use crate::platform::view::ReplyView;
use crate::store::{Author, Line, Said};

/// One message of the exchange.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Person {
        text: String,
        /// The last one is where the page opens.
        last: bool,
    },
    Coach(Spoken),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    pub lang: &'static str,
    pub pieces: Vec<Piece>,
    pub choices: Vec<Choice>,
    /// The choices can still be pressed: nothing was said since.
    pub open: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Safe HTML.
    Text(String),
    /// Its facts are safe HTML, its links lead to the web.
    Card(Card),
}

impl Entry {
    /// Inputs that are not words have none.
    fn of(line: &Line, offered: &[Choice]) -> Option<Self> {
        match &line.said {
            Said::Input(input) => words(input, offered).map(|text| Self::Person { text, last: false }),
            Said::Reply(reply) => Some(Self::Coach(Spoken::from(reply))),
        }
    }

    fn is_person(&self) -> bool {
        matches!(self, Self::Person { .. })
    }
}

impl From<&Reply> for Spoken {
    fn from(reply: &Reply) -> Self {
        Self {
            lang: lang(reply.language),
            pieces: reply.blocks.iter().map(Piece::from).collect(),
            choices: reply.choices.iter().map(labelled).collect(),
            open: false,
        }
    }
}

impl From<&Block> for Piece {
    fn from(block: &Block) -> Self {
        match block {
            Block::Text { markup } => Self::Text(to_html(&markup.0)),
            Block::Method { card } => Self::Card(drawn(card)),
        }
    }
}

/// The whole exchange; choices that can still be pressed are marked.
pub fn exchange(lines: &[Line]) -> Vec<Entry> {
    let mut offered: &[Choice] = &[];
    let mut entries = Vec::new();
    for line in lines {
        entries.extend(Entry::of(line, offered));
        offered = after(line, offered);
    }
    let turn = entries.iter().rposition(Entry::is_person);
    if let Some(Entry::Person { last, .. }) = turn.and_then(|turn| entries.get_mut(turn)) {
        *last = true;
    }
    open_choices(&mut entries[turn.map_or(0, |turn| turn + 1)..]);
    entries
}

/// The replies of one turn, the last of the exchange.
pub fn replies(replies: &[Reply]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = replies.iter().map(|reply| Entry::Coach(Spoken::from(reply))).collect();
    open_choices(&mut entries);
    entries
}

fn open_choices(turn: &mut [Entry]) {
    let offering = |entry: &&mut Entry| matches!(entry, Entry::Coach(spoken) if !spoken.choices.is_empty());
    if let Some(Entry::Coach(spoken)) = turn.iter_mut().rev().find(offering) {
        spoken.open = true;
    }
}

/// What a person said, as they would read it again.
pub fn words(input: &Input, offered: &[Choice]) -> Option<String> {
    match input {
        Input::Said { text } | Input::Corrected { text, .. } => Some(text.clone()),
        Input::Chose { choice } => {
            let label = offered.iter().find(|one| one.id == *choice).map(|one| spaced(&one.label));
            Some(label.unwrap_or_else(|| choice.to_string()))
        }
        Input::Joined
        | Input::Reads { .. }
        | Input::Withdrawn { .. }
        | Input::Unreadable
        | Input::Woke { .. }
        | Input::Left => None,
    }
}

fn lang(language: Language) -> &'static str {
    match language {
        Language::French => "fr",
        Language::English => "en",
    }
}

fn labelled(choice: &Choice) -> Choice {
    Choice { id: choice.id.clone(), label: spaced(&choice.label) }
}

fn drawn(card: &Card) -> Card {
    let fact = |fact: &Fact| Fact { label: spaced(&fact.label), text: to_html(&fact.text) };
    let link = |link: &CardLink| CardLink { title: spaced(&link.title), url: link.url.clone() };
    Card {
        method: card.method.clone(),
        title: spaced(&card.title),
        summary: spaced(&card.summary),
        facts: card.facts.iter().map(fact).collect(),
        links: card.links.iter().filter(|link| is_web(&link.url)).map(link).collect(),
    }
}

/// The exchange for programs and for « Télécharger mes échanges ». Without the conversation's name: whoever has it may
/// read and erase.
pub fn exchange_json(lines: &[Line]) -> Value {
    let lines: Vec<Value> = lines.iter().filter_map(line_json).collect();
    json!({"lines": lines})
}

fn line_json(line: &Line) -> Option<Value> {
    let author = match line.author {
        Author::Person => "person",
        Author::Coach => "coach",
    };
    let mut json = json!({"at": line.at, "author": author});
    match &line.said {
        Said::Input(Input::Said { text }) => json["text"] = json!(text),
        Said::Input(Input::Chose { choice }) => json["choice"] = json!(choice),
        Said::Input(_) => return None,
        Said::Reply(reply) => json["reply"] = json!(ReplyView::from(reply)),
    }
    Some(json)
}

/// One message of the exchange as plain text.
pub struct Message {
    pub author: Author,
    pub text: String,
}

/// The exchange as a person reads it, oldest first.
pub fn exchange_text(lines: &[Line]) -> Vec<Message> {
    let mut offered: &[Choice] = &[];
    let mut messages = Vec::new();
    for line in lines {
        let text = match &line.said {
            Said::Input(input) => words(input, offered),
            Said::Reply(reply) => Some(plain::reply(reply)),
        };
        messages.extend(text.map(|text| Message { author: line.author, text }));
        offered = after(line, offered);
    }
    messages
}

/// The choices that stand after this line.
fn after<'a>(line: &'a Line, offered: &'a [Choice]) -> &'a [Choice] {
    match &line.said {
        Said::Reply(reply) if !reply.choices.is_empty() => &reply.choices,
        _ => offered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::dialogue::turn::ChoiceId;
    use crate::message::EventId;

    #[test]
    fn only_the_choices_of_the_last_turn_can_be_pressed() {
        let choice = Choice { id: ChoiceId("act:others".to_owned()), label: "D’autres".to_owned() };
        let reply = Reply { choices: vec![choice.clone()], ..Reply::default() };
        let line = |author, said| Line { at: Timestamp::UNIX_EPOCH, author, event: EventId("e".to_owned()), said };
        let lines = [
            line(Author::Person, Said::Input(Input::Joined)),
            line(Author::Coach, Said::Reply(reply.clone())),
            line(Author::Person, Said::Input(Input::Chose { choice: choice.id })),
            line(Author::Coach, Said::Reply(reply)),
            line(Author::Coach, Said::Reply(Reply::default())),
        ];
        let entries = exchange(&lines);
        let open: Vec<bool> =
            entries.iter().filter_map(|e| if let Entry::Coach(s) = e { Some(s.open) } else { None }).collect();
        assert_eq!(open, [false, true, false]);
        assert_eq!(entries[1], Entry::Person { text: "D’autres".to_owned(), last: true });
    }
}
