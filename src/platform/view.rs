//! A reply as programs read it: the JSON of the web interface and of the terminal's `--json`.

use serde::Serialize;

use super::plain;
use crate::dialogue::turn::{Block, ChoiceId, Reply};
use crate::knowledge::{Language, MethodId};

/// What a program needs without drawing anything: the text, and the ids of what it talks about.
#[derive(Debug, Clone, Serialize)]
pub struct ReplyView<'a> {
    /// The whole reply as plain text, cards and numbered choices included.
    pub text: String,
    pub language: Language,
    pub blocks: &'a [Block],
    /// The methods shown as cards, in order.
    pub methods: Vec<&'a MethodId>,
    pub choices: Vec<ChoiceView<'a>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChoiceView<'a> {
    /// From 1: what a person may type instead of the label.
    pub number: usize,
    pub id: &'a ChoiceId,
    pub label: &'a str,
}

impl<'a> From<&'a Reply> for ReplyView<'a> {
    fn from(reply: &'a Reply) -> Self {
        let choices = reply.choices.iter().enumerate();
        Self {
            text: plain::reply(reply),
            language: reply.language,
            blocks: &reply.blocks,
            methods: reply.blocks.iter().filter_map(shown_method).collect(),
            choices: choices
                .map(|(i, choice)| ChoiceView { number: i + 1, id: &choice.id, label: &choice.label })
                .collect(),
        }
    }
}

pub fn replies(replies: &[Reply]) -> Vec<ReplyView<'_>> {
    replies.iter().map(ReplyView::from).collect()
}

fn shown_method(block: &Block) -> Option<&MethodId> {
    match block {
        Block::Method { card } => Some(&card.method),
        Block::Text { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::turn::{Card, Choice, Markup};

    #[test]
    fn programs_see_text_methods_and_choices() {
        let card = Card {
            method: "persona".into(),
            title: "Persona".to_owned(),
            summary: String::new(),
            facts: Vec::new(),
            links: Vec::new(),
        };
        let reply = Reply {
            language: Language::English,
            blocks: vec![Block::Text { markup: Markup("*Hello*".to_owned()) }, Block::Method { card }],
            choices: vec![Choice { id: ChoiceId("act:others".to_owned()), label: "Others".to_owned() }],
        };
        let json = serde_json::to_value(ReplyView::from(&reply)).unwrap();
        assert_eq!(json["text"], "Hello\n\nPersona\n\n1. Others");
        assert_eq!(json["language"], "en");
        assert_eq!(json["methods"], serde_json::json!(["persona"]));
        assert_eq!(json["choices"], serde_json::json!([{"number": 1, "id": "act:others", "label": "Others"}]));
        assert_eq!(json["blocks"][0], serde_json::json!({"kind": "text", "markup": "*Hello*"}));
    }
}
