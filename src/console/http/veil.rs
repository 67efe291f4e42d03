//! What coaches do not need to know of a person: masked, unless somebody lifts the veil once.

use crate::console::mask::Masker;
use crate::console::texts_of;
use crate::dialogue::turn::{Block, Choice, Fact, Markup, Reply};
use crate::store::Reading;

/// Hides names, numbers and addresses, the same everywhere in one conversation.
pub struct Veil(Option<Masker>);

impl Veil {
    pub fn over(reading: &Reading) -> Self {
        Self(Some(Masker::new(&texts_of(reading))))
    }

    /// Everything is shown as it was written.
    pub fn lifted() -> Self {
        Self(None)
    }

    pub fn masker(&self) -> Option<&Masker> {
        self.0.as_ref()
    }

    pub fn text(&self, words: &str) -> String {
        self.masker().map_or_else(|| words.to_owned(), |masker| masker.mask(words))
    }

    /// The coach repeats what it understood, so its words are masked as well. Labels are put in the markup escaped.
    pub fn reply(&self, reply: &Reply) -> Reply {
        if self.0.is_none() {
            return reply.clone();
        }
        let mut reply = reply.clone();
        for block in &mut reply.blocks {
            match block {
                Block::Text { markup } => *markup = self.markup(markup),
                Block::Method { card } => card.facts.iter_mut().for_each(|fact| self.fact(fact)),
            }
        }
        reply.choices.iter_mut().for_each(|choice: &mut Choice| choice.label = self.text(&choice.label));
        reply
    }

    fn markup(&self, markup: &Markup) -> Markup {
        Markup(self.text(&markup.0))
    }

    fn fact(&self, fact: &mut Fact) {
        fact.text = self.text(&fact.text);
    }
}
