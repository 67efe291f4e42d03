//! Markup as safe HTML, with the spaces of French typography.

use askama::Template;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Below the title of the page and the name of the speaker.
const HEADING: HeadingLevel = HeadingLevel::H3;

/// Whether a link leads to a page.
pub fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

/// Where a link may lead: to the web, or to another sheet (`methode:persona`).
fn destination(url: &str) -> Option<String> {
    let sheet = url.strip_prefix("methode:").filter(|id| id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    sheet.map(|id| format!("/methodes/{id}")).or_else(|| is_web(url).then(|| url.to_owned()))
}

/// Markup as safe HTML: no HTML of its own, no image, links to the web and to other sheets only.
pub fn to_html(markup: &str) -> String {
    let mut linked = Vec::new();
    let events = Parser::new_ext(markup, Options::empty()).filter_map(|event| safe(event, &mut linked));
    let mut out = String::with_capacity(markup.len() * 3 / 2);
    html::push_html(&mut out, with_headings(&events.collect::<Vec<_>>()).into_iter());
    out
}

/// `linked` remembers of each open link whether it was drawn.
fn safe<'a>(event: Event<'a>, linked: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        Event::Text(text) => Some(Event::Text(spaced(&text).into())),
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::HtmlBlock | Tag::Image { .. }) | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
        Event::Start(Tag::Heading { .. }) => Some(opening_heading()),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(HEADING))),
        Event::Start(Tag::Link { dest_url, .. }) => {
            let leads_to = destination(&dest_url);
            linked.push(leads_to.is_some());
            leads_to.map(|url| Event::InlineHtml(opening_link(&url)))
        }
        Event::End(TagEnd::Link) => linked.pop()?.then_some(Event::InlineHtml("</a>".into())),
        other => Some(other),
    }
}

/// A paragraph that is bold from end to end is a heading to the eye; it should be one to a screen reader too.
fn with_headings<'a>(events: &[Event<'a>]) -> Vec<Event<'a>> {
    let mut headed = Vec::with_capacity(events.len());
    let mut rest = events;
    while let [first, others @ ..] = rest {
        if let Some(length) = bold_paragraph(rest) {
            headed.push(opening_heading());
            headed.extend_from_slice(&rest[2..2 + length]);
            headed.push(Event::End(TagEnd::Heading(HEADING)));
            rest = &rest[length + 4..];
        } else {
            headed.push(first.clone());
            rest = others;
        }
    }
    headed
}

/// How many events stand inside the bold, if these events begin with a paragraph that is nothing else.
fn bold_paragraph(events: &[Event<'_>]) -> Option<usize> {
    let [Event::Start(Tag::Paragraph), Event::Start(Tag::Strong), inner @ ..] = events else { return None };
    let length = inner.iter().position(|event| *event == Event::End(TagEnd::Strong))?;
    (inner.get(length + 1) == Some(&Event::End(TagEnd::Paragraph))).then_some(length)
}

fn opening_heading() -> Event<'static> {
    Event::Start(Tag::Heading { level: HEADING, id: None, classes: Vec::new(), attrs: Vec::new() })
}

/// The text with spaces that do not break where French typography sets one: inside « » and before : ; ! ?
pub fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let binds = letter == ' '
            && (spaced.ends_with('«')
                || letters.peek().is_some_and(|next| matches!(next, ':' | ';' | '!' | '?' | '»')));
        spaced.push(if binds { '\u{a0}' } else { letter });
    }
    spaced
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::turn::Markup;

    #[test]
    fn markup_becomes_safe_html() {
        assert_eq!(to_html("**a** *b*"), "<p><strong>a</strong> <em>b</em></p>\n");
        assert_eq!(to_html("# Titre"), "<h3>Titre</h3>\n");
        assert_eq!(to_html("un <script>alert(1)</script>"), "<p>un &lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
        assert!(!to_html("<div onclick=x>\nbloc\n</div>").contains("<div"));
        assert!(!to_html("![x](https://example.org/pixel.png)").contains("<img"));
    }

    #[test]
    fn bold_paragraphs_are_headings() {
        let sheet = "**Quand *l’utiliser***\n\n- **un** mot\n\n**Attention** au reste\n\n**Et ensuite**";
        let html = to_html(sheet);
        assert!(html.starts_with("<h3>Quand <em>l’utiliser</em></h3>\n<ul>"), "{html}");
        assert!(html.contains("<p><strong>Attention</strong> au reste</p>\n<h3>Et ensuite</h3>"), "{html}");
        assert_eq!(html.matches("<h3>").count(), html.matches("</h3>").count());
    }

    #[test]
    fn french_signs_never_begin_a_line() {
        assert_eq!(spaced("Quoi ? « oui » : non ; a b"), "Quoi\u{a0}? «\u{a0}oui\u{a0}»\u{a0}: non\u{a0}; a b");
    }

    #[test]
    fn links_lead_to_the_web_only() {
        let link = "<p><a href=\"https://example.org/?a=1&#38;b=2\" rel=\"noopener\">g</a></p>\n";
        assert_eq!(to_html("[g](https://example.org/?a=1&b=2)"), link);
        assert_eq!(to_html("[g](javascript:alert(1))"), "<p>g</p>\n");
        assert_eq!(to_html("[g](data:text/html,x) [h](//evil.example)"), "<p>g h</p>\n");
        assert!(to_html("[g](methode:plan-action)").contains("<a href=\"/methodes/plan-action\""));
        assert_eq!(to_html("[g](methode:a/../b)"), "<p>g</p>\n");
        assert!(!to_html("[g](<https://example.org/\"onmouseover=\"x>)").contains("\"onmouseover"));
    }

    #[test]
    fn what_people_wrote_stays_what_they_wrote() {
        let words = "<img src=x> [a](https://evil.example) *b*";
        let shown = to_html(&Markup::escape(words));
        assert!(!shown.contains("<a") && !shown.contains("<img") && !shown.contains("<em>"), "{shown}");
    }
}
