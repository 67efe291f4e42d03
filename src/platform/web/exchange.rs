//! From a message to its answer: one inbox row, then the wait for the turn that answers it.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;

use super::App;
use super::refusal::{Refusal, TEXT_LIMIT};
use super::visitor::random_name;
use crate::dialogue::turn::{ChoiceId, Input, Reply};
use crate::message::{ConversationId, EventId, Incoming, PlatformKind};
use crate::store::Said;

/// How long a person waits before being told that the answer is late.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the turn in hand may take when the process stops; what is not answered then is after the next start.
const LAST_CALL: Duration = Duration::from_secs(1);

/// Another process may have answered: its bell does not ring here.
const POLL: Duration = Duration::from_millis(200);

/// Characters of a client's own event name, and of a choice's id.
const NAME_LIMIT: usize = 200;

/// The event that opens a conversation.
pub const OPENING: &str = "joined";

/// What a person sent: words, or the choice that was pressed.
///
/// # Errors
/// Neither of both, or words that are empty or too long.
pub fn input(text: Option<String>, choice: Option<String>) -> Result<Input, Refusal> {
    match (text, choice) {
        (_, Some(choice)) if choice.is_empty() || choice.len() > NAME_LIMIT => Err(Refusal::WrongField),
        (_, Some(choice)) => Ok(Input::Chose { choice: ChoiceId(choice) }),
        (None, None) => Err(Refusal::WrongField),
        (Some(text), None) if text.trim().is_empty() => Err(Refusal::EmptyText),
        (Some(text), None) if text.chars().count() > TEXT_LIMIT => Err(Refusal::TooLong),
        (Some(text), None) => Ok(Input::Said { text: text.replace("\r\n", "\n") }),
    }
}

/// The client's own name for the event, so that sending it twice is one turn; or a new one.
///
/// # Errors
/// A name that is empty or too long.
pub fn event(name: Option<String>) -> Result<EventId, Refusal> {
    match name {
        Some(name) if name.is_empty() || name.len() > NAME_LIMIT => Err(Refusal::WrongField),
        // The prefix keeps clients away from our own names.
        Some(name) => Ok(EventId(format!("client:{name}"))),
        None => Ok(EventId(format!("web:{}", random_name()?))),
    }
}

impl App {
    /// Counts one message of this client.
    pub fn admit(&self, client: IpAddr) -> Result<(), Refusal> {
        let now = self.house.inbox.clock().now();
        self.throttle.admit(client, now).map_err(|wait| Refusal::TooMany { wait })
    }

    /// A new conversation and its greeting.
    pub async fn open(&self) -> Result<(ConversationId, Vec<Reply>), Refusal> {
        let conversation = ConversationId::new(PlatformKind::Web, &random_name()?);
        let opening = EventId(OPENING.to_owned());
        self.receive(&conversation, vec![(opening.clone(), Input::Joined)]).await?;
        let replies = self.answer(&conversation, &opening).await?;
        Ok((conversation, replies))
    }

    /// A new conversation in which the greeting was already seen: it and the first message are kept together.
    pub async fn open_with(&self, event: &EventId, input: Input) -> Result<ConversationId, Refusal> {
        let conversation = ConversationId::new(PlatformKind::Web, &random_name()?);
        let opening = (EventId(OPENING.to_owned()), Input::Joined);
        self.receive(&conversation, vec![opening, (event.clone(), input)]).await?;
        Ok(conversation)
    }

    pub async fn say(&self, conversation: &ConversationId, event: &EventId, input: Input) -> Result<(), Refusal> {
        self.receive(conversation, vec![(event.clone(), input)]).await
    }

    /// Whether this event was already used for something else: a page that a browser brought back from its memory
    /// names a new message like an old one.
    pub async fn is_taken(
        &self,
        conversation: &ConversationId,
        event: &EventId,
        input: &Input,
    ) -> Result<bool, Refusal> {
        let lines = self.house.store.transcript(conversation).await?;
        let mut earlier = lines.iter().filter(|line| line.event == *event).map(|line| &line.said);
        Ok(earlier.any(|said| matches!(said, Said::Input(earlier) if earlier != input)))
    }

    async fn receive(&self, conversation: &ConversationId, events: Vec<(EventId, Input)>) -> Result<(), Refusal> {
        let at = self.house.inbox.clock().now();
        let incoming = |(event, input)| Incoming { conversation: conversation.clone(), event, input, at };
        let incoming: Vec<Incoming> = events.into_iter().map(incoming).collect();
        self.house.inbox.receive_all(&incoming, &[]).await?;
        Ok(())
    }

    /// The replies to this event, as soon as its turn is committed.
    pub async fn answer(&self, conversation: &ConversationId, event: &EventId) -> Result<Vec<Reply>, Refusal> {
        tokio::select! {
            replies = self.replies(conversation, event) => Ok(replies?),
            () = sleep(PATIENCE) => Err(Refusal::Late),
            () = async { self.stop.cancelled().await; sleep(LAST_CALL).await } => Err(Refusal::Late),
        }
    }

    async fn replies(&self, conversation: &ConversationId, event: &EventId) -> anyhow::Result<Vec<Reply>> {
        loop {
            // Asked for before looking, so that no ring is lost.
            let mut bell = pin!(self.house.bells.outbox.notified());
            bell.as_mut().enable();
            if let Some(replies) = self.house.store.answer(conversation, event).await? {
                return Ok(replies);
            }
            tokio::select! {
                () = bell => {}
                () = sleep(POLL) => {}
            }
        }
    }
}
