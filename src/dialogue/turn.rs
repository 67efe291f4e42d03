//! The whole surface of the engine: what can happen to a conversation, and what it answers.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::state::State;
use crate::knowledge::{GoalId, Language, MethodId, PhaseId};
use crate::message::EventId;

/// Something that happened to a conversation.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Input {
    /// The coach was invited, or the page was opened.
    Joined,
    /// The platform knows which language the person reads. Nothing is answered; words may change it later.
    Reads { language: Language },
    /// A person wrote this.
    Said { text: String },
    /// A person pressed a choice of the last reply.
    Chose { choice: ChoiceId },
    /// A person edited an earlier message.
    Corrected { earlier: EventId, text: String },
    /// A person deleted an earlier message.
    Withdrawn { earlier: EventId },
    /// A message came that could not be read (not text, or not decryptable): said once, politely.
    Unreadable,
    /// A reminder asked for by [`Effect::Wake`] fell due.
    Woke { reminder: Reminder },
    /// The person or the coach left the room.
    Left,
}

/// Lengths, never words: what people wrote must not reach a log line.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined => f.write_str("Joined"),
            Self::Reads { language } => write!(f, "Reads({language:?})"),
            Self::Said { text } => write!(f, "Said({} characters)", text.chars().count()),
            Self::Chose { choice } => write!(f, "Chose({choice})"),
            Self::Corrected { text, .. } => write!(f, "Corrected({} characters)", text.chars().count()),
            Self::Withdrawn { .. } => f.write_str("Withdrawn"),
            Self::Unreadable => f.write_str("Unreadable"),
            Self::Woke { reminder } => write!(f, "Woke({reminder:?})"),
            Self::Left => f.write_str("Left"),
        }
    }
}

/// Something to be done about it. The engine only describes; see `turns` and `outbox`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Say(Reply),
    /// Come back with [`Input::Woke`] after this time.
    Wake {
        after: Duration,
        reminder: Reminder,
    },
    /// Tell the humans.
    Flag(Concern),
    /// Show the person everything that is kept about the conversation, after the replies of this turn.
    /// The headings are authored; the store adds the lines.
    Disclose(Disclosure),
    /// Erase all that was written in this conversation, then deliver this turn's replies.
    Forget,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reminder {
    /// Three weeks after a recommendation that was found useful: did it work?
    FollowUp,
}

/// Why a human should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    WantsPerson,
    NothingFits,
    NotUseful,
    /// The engine failed on this turn and an apology was sent.
    Failed,
    /// A reply never arrived: the platform refused it, or was away for a day.
    Undelivered,
}

/// The authored words around a disclosure of stored data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Before the lines of the transcript.
    pub heading: String,
    /// When there are none.
    pub nothing: String,
    /// Who wrote a line.
    pub person: String,
    pub coach: String,
}

/// What one input led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub state: State,
    pub effects: Vec<Effect>,
    pub trace: Trace,
}

/// Why the coach answered as it did, for the humans who review. Holds no sentence that a person wrote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    /// `coach 3` : id and version of the script.
    pub script: String,
    /// Hash of the method base.
    pub base: String,
    pub language: Language,
    /// The open question before and after.
    pub from: String,
    pub to: String,
    /// How the input was read: `command:retour`, `answer:temps`, `digression:persona` …
    pub understood: Vec<String>,
    /// The means and goals in force after the turn, by name.
    pub need: serde_json::Value,
    /// The goals and the phase that were sought: chosen by the person, else surely announced by the words.
    pub goals: Vec<GoalId>,
    pub phase: Option<PhaseId>,
    /// How far the words could be trusted to be about what the base knows, 0 to 1.
    pub strength: f32,
    /// The methods on the table: the one being looked at, else the last list.
    pub table: Vec<MethodId>,
    /// The ranking that was shown or considered, best first.
    pub ranking: Vec<crate::knowledge::Recommendation>,
}

/// What a person should read; every platform draws it in its own way.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reply {
    pub language: Language,
    pub blocks: Vec<Block>,
    /// Numbered from 1 in this order.
    pub choices: Vec<Choice>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} blocks, {} choices)", self.blocks.len(), self.choices.len())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    Text { markup: Markup },
    Method { card: Card },
}

/// A small Markdown: paragraphs, `**strong**`, `*emphasis*`, lists, `[text](https://…)`. No HTML, no images, no tables.
/// What a person wrote enters it only through [`Markup::escape`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Markup(pub String);

impl Markup {
    /// Words of a person, made harmless for inclusion in a markup.
    pub fn escape(words: &str) -> String {
        let mut escaped = String::with_capacity(words.len() + 8);
        for character in words.chars() {
            if "\\`*_{}[]()#+-.!<>|~&".contains(character) && character.is_ascii_punctuation() {
                escaped.push('\\');
            }
            escaped.push(if character == '\n' { ' ' } else { character });
        }
        escaped
    }
}

/// One recommended method, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub method: MethodId,
    pub title: String,
    pub summary: String,
    /// Labelled lines, in reading order: why, caution, duration, group, first step …
    pub facts: Vec<Fact>,
    pub links: Vec<CardLink>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub label: String,
    /// One paragraph, written as in [`Markup`].
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardLink {
    pub title: String,
    pub url: String,
}

/// A choice offered by a reply. People answer by number, label, part of the label, or press it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub id: ChoiceId,
    pub label: String,
}

/// Stable name of a choice, e.g. `goal:prioritise`, `method:persona`, `act:others`. At most 80 ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChoiceId(pub String);

impl fmt::Display for ChoiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
