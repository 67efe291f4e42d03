//! The coach's markup as Discord's: what a person wrote stays as it was written, and no address is unfurled.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Discord's own marks. Others have no sense there and need no backslash.
const MARKS: &str = "\\*_~|`<>[]#";

pub fn discord(markup: &str) -> String {
    let mut writer = Writer::default();
    for event in Parser::new_ext(markup, Options::empty()) {
        writer.take(event);
    }
    writer.text.trim_end().to_owned()
}

/// Words that are no markup.
pub fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len() + 8);
    for character in words.chars() {
        if MARKS.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A link that is not shown a second time as a picture; only the web is linked to.
pub fn link(title: &str, address: &str) -> String {
    if ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme)) && !address.contains(['<', '>', ' ']) {
        format!("[{}](<{address}>)", escape(title))
    } else {
        escape(title)
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    lists: Vec<Option<u64>>,
    /// The address of the open link, and where its words begin.
    link: Option<(String, usize)>,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                self.text.push_str(&escape(&words));
            }
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => self.text.push_str("**"),
            Event::Start(Tag::Emphasis) | Event::End(TagEnd::Emphasis) => self.text.push('*'),
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

    /// The words of the link are already escaped in `text`.
    fn close_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        let words = self.text.split_off(start);
        if ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme))
            && !address.contains(['<', '>', ' '])
        {
            self.text.push_str(&format!("[{words}](<{address}>)"));
        } else {
            self.text.push_str(&words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::turn::Markup;

    #[test]
    fn marks_are_kept_and_a_persons_words_are_harmless() {
        assert_eq!(discord("Bonjour **à vous**.\n\n- *un*\n- deux"), "Bonjour **à vous**.\n\n- *un*\n- deux");
        assert_eq!(discord("[le guide](https://a.example/x_y)"), "[le guide](<https://a.example/x_y>)");
        let said = Markup::escape("<@1> *x* [clic](http://mal.example) @everyone");
        assert_eq!(discord(&said), "\\<@1\\> \\*x\\* \\[clic\\](http://mal.example) @everyone");
    }

    #[test]
    fn links_lead_to_the_web_only() {
        assert_eq!(discord("[x](javascript:alert)"), "x");
        assert_eq!(link("x", "file:///etc"), "x");
    }
}
