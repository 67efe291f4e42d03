//! A reply as plain text: what the terminal prints, what Matrix shows where HTML is not drawn, and what programs read.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::dialogue::turn::{Block, Card, Choice, Markup, Reply};
use crate::knowledge::Language;

/// The whole reply: paragraphs, method cards, then the choices, numbered so that they can be typed.
pub fn reply(reply: &Reply) -> String {
    let mut parts: Vec<String> = reply.blocks.iter().map(|block| self::block(block, reply.language)).collect();
    parts.push(choices(&reply.choices));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

pub fn block(block: &Block, language: Language) -> String {
    match block {
        Block::Text { markup: text } => markup(text),
        Block::Method { card } => self::card(card, language),
    }
}

/// One line per choice: `1. label`.
pub fn choices(choices: &[Choice]) -> String {
    let lines: Vec<String> =
        choices.iter().enumerate().map(|(index, choice)| format!("{}. {}", index + 1, choice.label)).collect();
    lines.join("\n")
}

fn card(card: &Card, language: Language) -> String {
    // French sets a space, which must not break, before the colon.
    let colon = match language {
        Language::French => "\u{a0}: ",
        Language::English => ": ",
    };
    let mut lines = vec![card.title.clone(), card.summary.clone()];
    lines.extend(card.facts.iter().map(|fact| format!("{}{colon}{}", fact.label, text(&fact.text))));
    lines.extend(card.links.iter().map(|link| format!("{}{colon}{}", link.title, link.url)));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// Markup without its marks: lists keep their dashes or numbers, a link keeps its address.
pub fn markup(markup: &Markup) -> String {
    text(&markup.0)
}

fn text(markup: &str) -> String {
    let mut writer = Writer::default();
    for event in Parser::new_ext(markup, Options::empty()) {
        writer.take(event);
    }
    writer.text.trim_end().to_owned()
}

#[derive(Default)]
struct Writer {
    text: String,
    /// One entry per open list: its next number, or none for dashes.
    lists: Vec<Option<u64>>,
    /// The address of the open link, and where its words begin in `text`.
    link: Option<(String, usize)>,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                self.text.push_str(&words);
            }
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::Start(Tag::List(first)) => self.open_list(first),
            Event::End(TagEnd::List(_)) => self.close_list(),
            Event::Start(Tag::Item) => self.open_item(),
            Event::End(TagEnd::Item) => self.end_line(),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock) => self.end_paragraph(),
            Event::Start(Tag::Link { dest_url, .. }) => self.link = Some((dest_url.into_string(), self.text.len())),
            Event::End(TagEnd::Link) => self.close_link(),
            _ => {}
        }
    }

    fn open_list(&mut self, first: Option<u64>) {
        self.end_line();
        self.lists.push(first);
    }

    fn close_list(&mut self) {
        self.lists.pop();
        if self.lists.is_empty() {
            self.end_paragraph();
        }
    }

    fn open_item(&mut self) {
        let depth = self.lists.len().saturating_sub(1);
        self.text.push_str(&"  ".repeat(depth));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.text.push_str(&format!("{number}. "));
                *number += 1;
            }
            _ => self.text.push_str("- "),
        }
    }

    /// Inside a list, paragraphs follow each other without an empty line.
    fn end_paragraph(&mut self) {
        self.end_line();
        if self.lists.is_empty() && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn close_link(&mut self) {
        if let Some((address, start)) = self.link.take()
            && self.text.get(start..) != Some(address.as_str())
        {
            self.text.push_str(&format!(" ({address})"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::turn::{CardLink, ChoiceId, Fact};

    fn plain(text: &str) -> String {
        markup(&Markup(text.to_owned()))
    }

    #[test]
    fn marks_are_dropped_and_structure_is_kept() {
        let text = "Bonjour **à vous**.\n\nJe propose :\n\n- *un* atelier\n- deux\n  1. a\n  2. b\n\nVoir [le guide](https://example.org/g).";
        let expected = "Bonjour à vous.\n\nJe propose :\n\n- un atelier\n- deux\n  1. a\n  2. b\n\nVoir le guide (https://example.org/g).";
        assert_eq!(plain(text), expected);
    }

    #[test]
    fn escaped_words_of_a_person_come_out_as_they_were_written() {
        for words in ["a*b_c [x](http://y) <b>1. 2) # & \\", "- liste", "prix > 3 ~ 4 | 5", "1. premier"] {
            assert_eq!(plain(&format!("« {} »", Markup::escape(words))), format!("« {words} »"));
        }
    }

    #[test]
    fn html_is_text() {
        assert_eq!(plain("un <b>gras</b> <script>x</script>"), "un <b>gras</b> <script>x</script>");
    }

    #[test]
    fn a_reply_has_its_cards_and_numbered_choices() {
        let card = Card {
            method: "persona".into(),
            title: "Persona".to_owned(),
            summary: "Donner un visage.".to_owned(),
            facts: vec![Fact { label: "Durée".to_owned(), text: "**3 h**".to_owned() }],
            links: vec![CardLink { title: "Guide".to_owned(), url: "https://example.org".to_owned() }],
        };
        let choice = |label: &str| Choice { id: ChoiceId(label.to_owned()), label: label.to_owned() };
        let whole = Reply {
            language: Language::French,
            blocks: vec![Block::Text { markup: Markup("Voici :".to_owned()) }, Block::Method { card }],
            choices: vec![choice("D'autres"), choice("Un exemple")],
        };
        let expected = "Voici :\n\nPersona\nDonner un visage.\nDurée\u{a0}: 3 h\nGuide\u{a0}: https://example.org\n\n1. D'autres\n2. Un exemple";
        assert_eq!(reply(&whole), expected);
    }
}
