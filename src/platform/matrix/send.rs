//! Outgoing: one reply under its key, and what to do when it does not arrive.

use std::time::Duration;

use matrix_sdk::config::RequestConfig;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::ruma::{OwnedEventId, TransactionId, uint};
use matrix_sdk::{Client, HttpError, Room};
use serde_json::{Value, json};

use super::address::Address;
use super::draw::{self, Drawn};
use super::session;
use crate::message::{ConversationId, Delivery, EventId};
use crate::platform::SendError;

/// A room that hangs must not hold up the others; the outbox tries again.
pub const TIME_LIMIT: Duration = Duration::from_secs(20);

/// While nobody is signed in.
pub const NOT_YET: Duration = Duration::from_secs(2);

/// When the homeserver does not say how long to wait. The outbox makes it longer each time.
pub const SOON: Duration = Duration::from_secs(1);

pub fn later(after: Duration, source: impl Into<anyhow::Error>) -> SendError {
    SendError::Later { after, source: source.into() }
}

pub fn never(source: impl Into<anyhow::Error>) -> SendError {
    SendError::Never { source: source.into() }
}

/// Sends all messages of a reply, each under its own key. Gives the name of the first.
pub async fn send(client: &Client, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
    let line = Line::to(client, delivery)?;
    in_time(async {
        Ok(line.say_all(&draw::draw(&delivery.reply), delivery.key.as_str()).await?.map(|said| said.first))
    })
    .await
}

pub async fn in_time<T>(sending: impl Future<Output = Result<T, SendError>>) -> Result<T, SendError> {
    tokio::time::timeout(TIME_LIMIT, sending)
        .await
        .unwrap_or_else(|_| Err(later(SOON, anyhow::anyhow!("no answer within {TIME_LIMIT:?}"))))
}

/// The way to one conversation: its room, and its thread if it has one.
pub struct Line {
    pub room: Room,
    thread: Option<OwnedEventId>,
    /// The event that is answered: where clients without threads show the message.
    answered: Option<OwnedEventId>,
    /// It may have arrived before.
    again: bool,
}

/// The messages of a reply, as the homeserver names them.
pub struct SaidAs {
    pub first: EventId,
    pub last: EventId,
}

impl Line {
    pub fn to(client: &Client, delivery: &Delivery) -> Result<Self, SendError> {
        Self::of(client, &delivery.conversation, &delivery.event, delivery.tries)
    }

    /// # Errors
    /// When there is no such room (any more).
    pub fn of(client: &Client, conversation: &ConversationId, event: &EventId, tries: u32) -> Result<Self, SendError> {
        let unknown = || never(anyhow::anyhow!("the room is unknown"));
        let address = Address::of(conversation).ok_or_else(unknown)?;
        let room = client.get_room(&address.room).ok_or_else(unknown)?;
        // What has a name of its own is no event of the room.
        let answered = OwnedEventId::try_from(event.0.as_str()).ok().filter(|_| !event.0.contains('#'));
        Ok(Self { room, thread: address.thread, answered, again: tries > 0 })
    }

    pub async fn say_all(&self, messages: &[Drawn], key: &str) -> Result<Option<SaidAs>, SendError> {
        let mut said: Option<SaidAs> = None;
        for (index, drawn) in messages.iter().enumerate() {
            let last = self.say(drawn, &part_key(key, index)).await?;
            let first = said.map_or_else(|| last.clone(), |said| said.first);
            said = Some(SaidAs { first, last });
        }
        Ok(said)
    }

    pub async fn say(&self, drawn: &Drawn, key: &str) -> Result<EventId, SendError> {
        self.post("m.room.message", draw::content(drawn, key), key).await
    }

    /// Anything else that belongs to the conversation; carries its key as well.
    pub async fn post(&self, kind: &str, mut content: Value, key: &str) -> Result<EventId, SendError> {
        if self.again
            && let Some(event) = find(&self.room, key).await.map_err(sort)?
        {
            return Ok(event);
        }
        content[draw::KEY] = json!(key);
        if content.get("m.relates_to").is_none()
            && let Some(relation) = self.relation()
        {
            content["m.relates_to"] = relation;
        }
        self.put(kind, content, key).await.map_err(sort)
    }

    /// As it is: the same key twice is one event.
    pub async fn put(&self, kind: &str, content: Value, key: &str) -> matrix_sdk::Result<EventId> {
        let sent = self
            .room
            .send_raw(kind, content)
            .with_transaction_id(<&TransactionId>::from(key))
            .with_request_config(RequestConfig::new().timeout(TIME_LIMIT).disable_retry())
            .await?;
        Ok(EventId(sent.response.event_id.to_string()))
    }

    fn relation(&self) -> Option<Value> {
        let root = self.thread.as_ref()?;
        let shown_below = self.answered.as_ref().unwrap_or(root);
        Some(json!({
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": true,
            "m.in_reply_to": { "event_id": shown_below },
        }))
    }
}

/// `key`, then `key.1`, `key.2` …
fn part_key(key: &str, index: usize) -> String {
    if index == 0 { key.to_owned() } else { format!("{key}.{index}") }
}

/// Whether an earlier try arrived. The homeserver honours a transaction id for a day and for one device only; the
/// key inside the message holds beyond both. An answer is among the last messages of its room, if it is there at all.
async fn find(room: &Room, key: &str) -> matrix_sdk::Result<Option<EventId>> {
    let mut options = MessagesOptions::backward();
    options.limit = uint!(100);
    let recent = room.messages(options).await?;
    let me = room.own_user_id();
    let found = recent.chunk.iter().find(|event| {
        let content = event.raw().get_field::<serde_json::Value>("content").ok().flatten();
        let carried = content.as_ref().and_then(|content| content.get(draw::KEY)?.as_str());
        carried == Some(key) && event.sender().is_some_and(|sender| sender == me)
    });
    Ok(found.and_then(|event| event.event_id()).map(|id| EventId(id.to_string())))
}

/// The error carries the decision.
pub fn sort(error: matrix_sdk::Error) -> SendError {
    match &error {
        matrix_sdk::Error::WrongRoomState(_) => never(error),
        matrix_sdk::Error::Http(http) => match decide(http) {
            Some(after) => later(after, error),
            None => never(error),
        },
        _ => later(SOON, error),
    }
}
/// How long to wait, or `None` when waiting is of no use.
fn decide(error: &HttpError) -> Option<Duration> {
    let Some(answer) = error.as_client_api_error() else { return Some(SOON) };
    match answer.error_kind() {
        Some(ErrorKind::LimitExceeded(limit)) => match limit.retry_after {
            Some(RetryAfter::Delay(delay)) => Some(delay),
            _ => Some(SOON),
        },
        // The operator must mend the account; the replies wait.
        Some(ErrorKind::UnknownToken(_) | ErrorKind::MissingToken | ErrorKind::UserDeactivated) => {
            Some(Duration::from_secs(60))
        }
        Some(kind) if session::is_expired_account(kind) => Some(Duration::from_secs(60)),
        // A proxy whose homeserver is away does not know the address.
        Some(ErrorKind::Unrecognized) => Some(SOON),
        _ => (!answer.status_code.is_client_error() || answer.status_code.as_u16() == 429).then_some(SOON),
    }
}
