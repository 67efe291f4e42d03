//! What the coach says beside its dialogues: that it has come, how it is called, that a question has passed.
//!
//! These words follow from no turn. Each is kept as a checkpoint, in the transaction that writes what it follows from,
//! until it is said under a key that never changes: so it is said once, whatever happens.

use std::time::Duration;

use matrix_sdk::Client;
use serde::{Deserialize, Serialize};

use super::address::{Address, room_of};
use super::draw::Drawn;
use super::{invite, send};
use crate::dialogue::turn::Markup;
use crate::inbox::Inbox;
use crate::knowledge::Language;
use crate::message::{ConversationId, DeliveryKey, EventId};
use crate::platform::SendError;
use crate::platform::phrases::Phrases;

const PREFIX: &str = "matrix:notice:";
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The coach came into a team's room.
    Arrival,
    /// A room of two has become a team's.
    Company,
    /// The room is not one that the operator lists; the coach leaves it.
    Unlisted,
    Silenced,
    Speaks,
    /// Only those who administer the room may switch the coach off.
    NotAllowed,
    /// A vote or a reaction came for a question that has its answer.
    Past,
}

/// A word on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub word: Word,
    pub conversation: ConversationId,
    /// What it follows from.
    pub event: EventId,
}

impl Word {
    fn phrase(self) -> &'static str {
        match self {
            Self::Arrival => "arrival",
            Self::Company => "company",
            Self::Unlisted => "unlisted",
            Self::Silenced => "silenced",
            Self::Speaks => "speaks",
            Self::NotAllowed => "not-allowed",
            Self::Past => "past",
        }
    }
}

impl Notice {
    pub fn new(word: Word, address: &Address, event: &str) -> Self {
        Self { word, conversation: address.conversation(), event: EventId(event.to_owned()) }
    }

    fn key(&self) -> DeliveryKey {
        DeliveryKey::derive(&self.conversation, &EventId(format!("{}#{}", self.event, self.word.phrase())), 0)
    }

    /// The checkpoint that keeps it until it is said.
    pub fn checkpoint(&self) -> anyhow::Result<(String, String)> {
        Ok((format!("{PREFIX}{}", self.key().as_str()), serde_json::to_string(self)?))
    }
}

/// Says them, each in a task of its own.
#[derive(Clone)]
pub struct Herald {
    pub client: Client,
    pub inbox: Inbox,
    pub phrases: Phrases,
    /// How the coach is called: its name, and its command word.
    pub name: String,
    pub command: String,
}

impl Herald {
    /// What an earlier life did not come to say.
    pub async fn resume(&self) -> anyhow::Result<()> {
        for (_, value) in self.inbox.checkpoints(PREFIX).await? {
            // One that a later version left is none of ours.
            if let Ok(notice) = serde_json::from_str(&value) {
                self.say(notice, 1);
            }
        }
        Ok(())
    }

    /// `tries`: how often it may have been sent before.
    pub fn say(&self, notice: Notice, tries: u32) {
        let herald = self.clone();
        tokio::spawn(async move {
            if let Err(error) = herald.bring(&notice, tries).await {
                tracing::warn!(word = ?notice.word, error = format!("{error:#}"), "could not say a word beside the dialogue");
            }
        });
    }

    async fn bring(&self, notice: &Notice, mut tries: u32) -> anyhow::Result<()> {
        let (drawn, key) = (self.draw(notice.word), notice.key());
        let mut pause = Duration::from_secs(1);
        while let Err(error) = self.post(notice, &drawn, &key, tries).await {
            let SendError::Later { after, .. } = error else {
                tracing::warn!(word = ?notice.word, %error, "a room does not take a word beside the dialogue");
                break;
            };
            tokio::time::sleep(after.max(pause)).await;
            if self.inbox.checkpoint(&notice.checkpoint()?.0).await?.is_none() {
                return Ok(()); // A later session has said it.
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            tries += 1;
        }
        if notice.word == Word::Unlisted
            && let Some(room) = room_of(&self.client, &notice.conversation)
        {
            invite::quit(&room).await?;
            tracing::info!(room = %room.room_id(), "left a room that is not on the list");
        }
        self.inbox.drop_checkpoint(&notice.checkpoint()?.0).await
    }

    async fn post(&self, notice: &Notice, drawn: &Drawn, key: &DeliveryKey, tries: u32) -> Result<(), SendError> {
        let line = send::Line::of(&self.client, &notice.conversation, &notice.event, tries)?;
        line.say(drawn, key.as_str()).await.map(drop)
    }

    /// French, then a short line in English: nobody knows yet who reads there.
    fn draw(&self, word: Word) -> Drawn {
        let say = |language| {
            let words = self.phrases.say(word.phrase(), language);
            words.replace("{name}", &Markup::escape(&self.name)).replace("{command}", &self.command)
        };
        super::draw::text(&format!("{}\n\n*{}*", say(Language::French), say(Language::English)))
    }
}
