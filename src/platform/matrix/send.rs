//! Outgoing: one reply under its key, and what to do when it does not arrive.

use std::time::Duration;

use matrix_sdk::config::RequestConfig;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::ruma::{RoomId, TransactionId, uint};
use matrix_sdk::{Client, HttpError, Room};

use super::draw::{self, Drawn};
use super::session;
use crate::message::{Delivery, EventId};
use crate::platform::SendError;

/// A room that hangs must not hold up the others; the outbox tries again.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// While nobody is signed in.
pub const NOT_YET: Duration = Duration::from_secs(2);

/// When the homeserver does not say how long to wait. The outbox makes it longer each time.
const SOON: Duration = Duration::from_secs(1);

pub fn later(after: Duration, source: impl Into<anyhow::Error>) -> SendError {
    SendError::Later { after, source: source.into() }
}

pub fn never(source: impl Into<anyhow::Error>) -> SendError {
    SendError::Never { source: source.into() }
}

/// Sends all messages of a reply, each under its own key. Gives the name of the first.
pub async fn send(client: &Client, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
    let room_id = RoomId::parse(delivery.conversation.address()).map_err(never)?;
    let room = client.get_room(&room_id).ok_or_else(|| never(anyhow::anyhow!("the room is unknown")))?;
    tokio::time::timeout(TIME_LIMIT, send_parts(&room, delivery))
        .await
        .unwrap_or_else(|_| Err(later(SOON, anyhow::anyhow!("no answer within {TIME_LIMIT:?}"))))
}

async fn send_parts(room: &Room, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
    let mut first = None;
    for (index, drawn) in draw::draw(&delivery.reply).iter().enumerate() {
        let key = part_key(delivery.key.as_str(), index);
        let known = if delivery.tries > 0 { find(room, &key).await.map_err(sort)? } else { None };
        let event = match known {
            Some(event) => event,
            None => send_one(room, drawn, &key).await.map_err(sort)?,
        };
        first.get_or_insert(event);
    }
    Ok(first)
}

/// `key`, then `key.1`, `key.2` …
fn part_key(key: &str, index: usize) -> String {
    if index == 0 { key.to_owned() } else { format!("{key}.{index}") }
}

async fn send_one(room: &Room, drawn: &Drawn, key: &str) -> matrix_sdk::Result<EventId> {
    let sent = room
        .send_raw("m.room.message", draw::content(drawn, key))
        .with_transaction_id(<&TransactionId>::from(key))
        .with_request_config(RequestConfig::new().timeout(TIME_LIMIT).disable_retry())
        .await?;
    Ok(EventId(sent.response.event_id.to_string()))
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
fn sort(error: matrix_sdk::Error) -> SendError {
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
