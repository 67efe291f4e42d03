//! What a button or a menu carries: enough to be understood by any later process, at most 100 characters.
//!
//! `1.<mark>.<what>`: the version of this layout, the reply that it stood under, and a choice of that reply, `?menu` for
//! a menu (the choices are its values) or `?write` for the window in which an answer is typed.

use crate::dialogue::turn::ChoiceId;
use crate::message::DeliveryKey;

const VERSION: &str = "1";

/// Characters of a delivery key: enough to tell the replies of one conversation apart.
const MARK: std::ops::Range<usize> = 2..10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub mark: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Choice(ChoiceId),
    Menu,
    Write,
}

impl Button {
    pub fn new(key: &DeliveryKey, what: What) -> Self {
        Self { mark: mark(key).to_owned(), what }
    }

    pub fn write(&self) -> String {
        let what = match &self.what {
            What::Choice(choice) => choice.0.as_str(),
            What::Menu => "?menu",
            What::Write => "?write",
        };
        format!("{VERSION}.{}.{what}", self.mark)
    }

    /// `None`: made by another version, or by somebody else.
    pub fn read(custom_id: &str) -> Option<Self> {
        let (version, rest) = custom_id.split_once('.')?;
        let (mark, what) = rest.split_once('.')?;
        let what = match what {
            "?menu" => What::Menu,
            "?write" => What::Write,
            choice if !choice.is_empty() && !choice.starts_with('?') => What::Choice(ChoiceId(choice.to_owned())),
            _ => return None,
        };
        (version == VERSION).then(|| Self { mark: mark.to_owned(), what })
    }

    /// Whether it stood under this reply.
    pub fn is_under(&self, key: &DeliveryKey) -> bool {
        self.mark == mark(key)
    }
}

/// Choices whose sense depends on the question just asked; all others say by themselves what they mean.
pub fn needs_its_question(choice: &ChoiceId) -> bool {
    let (kind, id) = choice.0.split_once(':').unwrap_or((&choice.0, ""));
    kind == "new" || (kind == "act" && (id == "yes" || id == "no"))
}

fn mark(key: &DeliveryKey) -> &str {
    key.as_str().get(MARK).unwrap_or_default()
}
