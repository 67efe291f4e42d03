//! Replies and transcripts as the page draws them, and as the download gives them.

use askama::Template;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use serde_json::{Value, json};

use crate::dialogue::turn::{Block, Card, Choice, Fact, Input, Reply};
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
            choices: reply.choices.clone(),
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
fn words(input: &Input, offered: &[Choice]) -> Option<String> {
    match input {
        Input::Said { text } | Input::Corrected { text, .. } => Some(text.clone()),
        Input::Chose { choice } => {
            let label = offered.iter().find(|one| one.id == *choice).map(|one| one.label.clone());
            Some(label.unwrap_or_else(|| choice.to_string()))
        }
        Input::Joined | Input::Withdrawn { .. } | Input::Unreadable | Input::Woke { .. } | Input::Left => None,
    }
}

fn lang(language: Language) -> &'static str {
    match language {
        Language::French => "fr",
        Language::English => "en",
    }
}

fn drawn(card: &Card) -> Card {
    let fact = |fact: &Fact| Fact { label: fact.label.clone(), text: to_html(&fact.text) };
    Card {
        facts: card.facts.iter().map(fact).collect(),
        links: card.links.iter().filter(|link| is_web(&link.url)).cloned().collect(),
        ..card.clone()
    }
}

fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

/// Markup as safe HTML: no HTML of its own, no image, no heading (the page has its own), links to the web only.
pub fn to_html(markup: &str) -> String {
    let mut linked = Vec::new();
    let events = Parser::new_ext(markup, Options::empty()).filter_map(|event| safe(event, &mut linked));
    let mut out = String::with_capacity(markup.len() * 3 / 2);
    html::push_html(&mut out, events);
    out
}

/// `linked` remembers of each open link whether it was drawn.
fn safe<'a>(event: Event<'a>, linked: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::HtmlBlock | Tag::Image { .. }) | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
        Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Link { dest_url, .. }) => {
            linked.push(is_web(&dest_url));
            is_web(&dest_url).then(|| Event::InlineHtml(opening_link(&dest_url)))
        }
        Event::End(TagEnd::Link) => linked.pop()?.then_some(Event::InlineHtml("</a>".into())),
        other => Some(other),
    }
}

fn opening_link(url: &str) -> CowStr<'static> {
    let link = OpeningLink { url };
    link.render().unwrap_or_default().into()
}

#[derive(Template)]
#[template(source = "<a href=\"{{ url }}\" rel=\"noopener\">", ext = "html")]
struct OpeningLink<'a> {
    url: &'a str,
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
    use crate::dialogue::turn::{ChoiceId, Markup};
    use crate::message::EventId;

    #[test]
    fn markup_becomes_safe_html() {
        assert_eq!(to_html("**a** *b*"), "<p><strong>a</strong> <em>b</em></p>\n");
        assert_eq!(to_html("# Titre"), "<p>Titre</p>\n");
        assert_eq!(to_html("un <script>alert(1)</script>"), "<p>un &lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
        assert!(!to_html("<div onclick=x>\nbloc\n</div>").contains("<div"));
        assert!(!to_html("![x](https://example.org/pixel.png)").contains("<img"));
    }

    #[test]
    fn links_lead_to_the_web_only() {
        let link = "<p><a href=\"https://example.org/?a=1&#38;b=2\" rel=\"noopener\">g</a></p>\n";
        assert_eq!(to_html("[g](https://example.org/?a=1&b=2)"), link);
        assert_eq!(to_html("[g](javascript:alert(1))"), "<p>g</p>\n");
        assert_eq!(to_html("[g](data:text/html,x) [h](//evil.example)"), "<p>g h</p>\n");
        assert!(!to_html("[g](<https://example.org/\"onmouseover=\"x>)").contains("\"onmouseover"));
    }

    #[test]
    fn what_people_wrote_stays_what_they_wrote() {
        let words = "<img src=x> [a](https://evil.example) *b*";
        let shown = to_html(&Markup::escape(words));
        assert!(!shown.contains("<a") && !shown.contains("<img") && !shown.contains("<em>"), "{shown}");
    }

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
