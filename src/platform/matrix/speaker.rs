//! A reply on its way to a room, with what Matrix adds to it: a warning where others may read, a poll or reactions to
//! choose with. The text is enough without them, so a room that refuses them loses nothing.

use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::room::history_visibility::HistoryVisibility;
use matrix_sdk::{Client, Room};

use super::choice;
use super::draw::{self, Drawn};
use super::send::{self, Line, SOON, later};
use super::team::is_crowded;
use crate::config::MatrixChoices;
use crate::inbox::Inbox;
use crate::message::{ConversationId, Delivery, EventId};
use crate::platform::SendError;
use crate::platform::phrases::Phrases;
use crate::store::Checkpoint;

/// A slow homeserver may never take all reactions in time; the text is there, and newer replies wait behind it.
const MOST_TRIES: u32 = 2;

/// Brings the replies of the outbox.
pub struct Speaker {
    pub client: Client,
    pub inbox: Inbox,
    pub choices: MatrixChoices,
    pub phrases: Phrases,
}

impl Speaker {
    /// Gives the name of the first message.
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        let line = Line::to(&self.client, delivery)?;
        send::in_time(self.say(&line, delivery)).await
    }

    async fn say(&self, line: &Line, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        self.end_poll(line, delivery).await?;
        let mut messages = draw::draw(&delivery.reply);
        if delivery.first && !messages.is_empty() {
            for remark in self.remarks(&line.room, delivery).await? {
                draw::append(&mut messages, remark);
            }
        }
        let Some(said) = line.say_all(&messages, delivery.key.as_str()).await? else { return Ok(None) };
        match self.choices {
            MatrixChoices::Text => {}
            MatrixChoices::Polls => self.open_poll(line, delivery).await?,
            MatrixChoices::Reactions => seed(line, delivery, &said.last).await?,
        }
        Ok(Some(said.first))
    }

    /// Who may read along, once per room.
    async fn remarks(&self, room: &Room, delivery: &Delivery) -> Result<Vec<Drawn>, SendError> {
        let open = !room.latest_encryption_state().await.map_err(send::sort)?.is_encrypted();
        let readers = match room.history_visibility_or_default() {
            HistoryVisibility::WorldReadable => Some("world-readable"),
            HistoryVisibility::Shared if is_crowded(room) => Some("shared-history"),
            _ => None,
        };
        let names: Vec<&str> = open.then_some("unencrypted").into_iter().chain(readers).collect();
        if names.is_empty() || !self.is_first_in(room, delivery).await.map_err(|error| later(SOON, error))? {
            return Ok(Vec::new());
        }
        Ok(names.iter().map(|name| draw::text(self.phrases.say(name, delivery.reply.language))).collect())
    }

    /// Whether this reply is the one that carries the remarks of its room.
    async fn is_first_in(&self, room: &Room, delivery: &Delivery) -> anyhow::Result<bool> {
        self.inbox.keep_first(&format!("matrix:warned:{}", room.room_id()), delivery.key.as_str()).await
    }

    async fn open_poll(&self, line: &Line, delivery: &Delivery) -> Result<(), SendError> {
        let Some(content) = choice::poll(&delivery.reply) else { return Ok(()) };
        let key = delivery.key.as_str();
        let Some(poll) = tolerant(line.post(choice::POLL, content, &format!("{key}.poll")).await)? else {
            return Ok(());
        };
        let place = Checkpoint { name: &poll_name(&delivery.conversation), value: &format!("{poll} {key}") };
        self.inbox.receive_all(&[], &[place]).await.map_err(|error| later(SOON, error))?;
        Ok(())
    }

    /// A new reply means that the last question has its answer.
    async fn end_poll(&self, line: &Line, delivery: &Delivery) -> Result<(), SendError> {
        let name = poll_name(&delivery.conversation);
        let open = self.inbox.checkpoint(&name).await.map_err(|error| later(SOON, error))?;
        let Some((poll, key)) = open.as_deref().and_then(|open| open.split_once(' ')) else { return Ok(()) };
        if key == delivery.key.as_str() {
            return Ok(());
        }
        let content = choice::poll_end(poll, self.phrases.say("poll-ended", delivery.reply.language));
        tolerant(line.post(choice::POLL_END, content, &format!("{key}.end")).await)?;
        self.inbox.drop_checkpoint(&name).await.map_err(|error| later(SOON, error))
    }
}

/// What keeps the open poll of a conversation.
pub fn poll_name(conversation: &ConversationId) -> String {
    format!("matrix:poll:{conversation}")
}

/// The numbers below the question. A reaction that is there already is refused as a duplicate, which is as good.
async fn seed(line: &Line, delivery: &Delivery, question: &EventId) -> Result<(), SendError> {
    if delivery.tries > MOST_TRIES {
        return Ok(());
    }
    for (index, sign) in choice::seeds(&delivery.reply).iter().enumerate() {
        let key = format!("{}.r{index}", delivery.key.as_str());
        match line.put("m.reaction", choice::reaction(&question.0, sign), &key).await {
            Err(error) if matches!(error.client_api_error_kind(), Some(ErrorKind::DuplicateAnnotation)) => {}
            outcome => {
                tolerant(outcome.map_err(send::sort))?;
            }
        }
    }
    Ok(())
}

/// A room may refuse what the text does without.
fn tolerant<T>(outcome: Result<T, SendError>) -> Result<Option<T>, SendError> {
    match outcome {
        Err(SendError::Never { source }) => {
            tracing::warn!(error = format!("{source:#}"), "a room does not take a poll or a reaction");
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}
