//! The loop that asks the homeserver what is new, and never asks for more before the last answer is in the inbox.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use matrix_sdk::config::SyncSettings;
use matrix_sdk::ruma::api::client::filter::{Filter as EventFilter, FilterDefinition, RoomEventFilter};
use matrix_sdk::ruma::api::client::receipt::create_receipt::v3::ReceiptType;
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::receipt::ReceiptThread;
use matrix_sdk::ruma::presence::PresenceState;
use matrix_sdk::ruma::{EventId, OwnedRoomId, RoomId, uint};
use matrix_sdk::{Client, Room, RoomState};
use tokio_util::sync::CancellationToken;

use super::invite::{self, Guests};
use super::reader::Reader;
use crate::dialogue::turn::Input;
use crate::message::Incoming;

/// How long the homeserver may wait for something to happen before it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same while messages wait for their keys: they are tried again between two answers.
const IMPATIENCE: Duration = Duration::from_secs(5);

/// Only what we read. Presence, typing and receipts of others would move the token for nothing.
fn filter() -> Filter {
    let mut filter = FilterDefinition::with_lazy_loading();
    filter.presence = EventFilter::ignore_all();
    filter.room.ephemeral = RoomEventFilter::ignore_all();
    filter.room.timeline.limit = Some(uint!(20));
    filter.into()
}

fn settings(timeout: Duration) -> SyncSettings {
    SyncSettings::new().timeout(timeout).set_presence(PresenceState::Offline).filter(filter())
}

/// The first answer, at once: what was said while we were away.
pub async fn catch_up(
    client: &Client,
    reader: &mut Reader,
    guests: &Guests,
    answered: &impl Fn(bool),
) -> anyhow::Result<()> {
    let mut pause = Pause::default();
    while let Err(error) = once(client, reader, guests, Duration::ZERO).await {
        answered(false);
        fail_unless_away(error)?;
        pause.wait().await;
    }
    for room in client.invited_rooms() {
        tokio::spawn(invite::answer(room, guests.clone()));
    }
    Ok(())
}

/// Asks once, and writes down the answer however long the database takes. Fails when the homeserver does not answer.
async fn once(client: &Client, reader: &mut Reader, guests: &Guests, timeout: Duration) -> matrix_sdk::Result<()> {
    let response = client.sync_once(settings(timeout)).await?;
    let mut pause = Pause::default();
    let new = loop {
        match reader.take(&response).await {
            Ok(new) => break new,
            // The SDK believes that we have seen this response, so we keep it until it is written.
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "failed to write down what people said; will try again");
            }
        }
        pause.wait().await;
    };
    for room in response.rooms.invited.keys().filter_map(|id| client.get_room(id)) {
        tokio::spawn(invite::answer(room, guests.clone()));
    }
    for room in new.iter().filter(|incoming| incoming.input == Input::Left).filter_map(|left| room_of(client, left)) {
        if room.state() == RoomState::Joined && room.joined_members_count() <= 1 {
            tokio::spawn(invite::depart(room));
        }
    }
    acknowledge(client, &new);
    Ok(())
}

/// A homeserver that is away is waited for. An ended session is for the operator; and when the SDK fails to keep what it
/// was given, only a new start, with our own token, is sure to miss nothing.
fn fail_unless_away(error: matrix_sdk::Error) -> anyhow::Result<()> {
    let ended = matches!(error.client_api_error_kind(), Some(ErrorKind::UnknownToken(_)));
    let away = matches!(error, matrix_sdk::Error::Http(_));
    let error = anyhow::Error::from(error);
    match (ended, away) {
        (true, _) => Err(error.context("the homeserver has ended the session")),
        (false, false) => Err(error.context("failed to keep what the homeserver sent")),
        (false, true) => {
            tracing::warn!(error = format!("{error:#}"), "the homeserver does not answer; will try again");
            Ok(())
        }
    }
}

/// Until stopped. Fails when the session has ended.
pub async fn run(
    client: &Client,
    mut reader: Reader,
    guests: &Guests,
    answered: &(impl Fn(bool) + Sync),
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let keys = client.encryption().room_keys_received_stream().await;
    let mut keys = std::pin::pin!(futures_util::stream::iter(keys).flatten());
    let mut pause = Pause::default();
    while !stop.is_cancelled() {
        let timeout = if reader.waits_for_keys() { IMPATIENCE } else { PATIENCE };
        // A stop in the middle is as good as a crash: what is not in the inbox is asked for again at the next start.
        let outcome = tokio::select! {
            outcome = once(client, &mut reader, guests, timeout) => outcome,
            () = stop.cancelled() => break,
        };
        answered(outcome.is_ok());
        match outcome {
            Ok(()) => pause = Pause::default(),
            Err(error) => {
                fail_unless_away(error)?;
                tokio::select! { () = pause.wait() => {}, () = stop.cancelled() => break }
            }
        }
        let mut arrived: BTreeSet<OwnedRoomId> = BTreeSet::new();
        while let Some(Some(news)) = keys.next().now_or_never() {
            arrived.extend(news.into_iter().flatten().map(|key| key.room_id));
        }
        match reader.unseal(&arrived).await {
            Ok(new) => acknowledge(client, &new),
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "failed to write down a late message; will try again");
            }
        }
    }
    Ok(())
}

/// Signs of life, once the words are safe: read, and an answer is on its way. Best effort, and nobody waits for it.
fn acknowledge(client: &Client, new: &[Incoming]) {
    let spoken = new.iter().filter(|incoming| incoming.input != Input::Left);
    // The last of each room stands for those before it.
    let last: BTreeMap<&str, &Incoming> = spoken.map(|incoming| (incoming.conversation.address(), incoming)).collect();
    for incoming in last.into_values() {
        if let (Some(room), Ok(event)) = (room_of(client, incoming), EventId::parse(&incoming.event.0)) {
            tokio::spawn(tokio::time::timeout(Duration::from_secs(10), async move {
                let receipt = room.send_single_receipt(ReceiptType::Read, ReceiptThread::Unthreaded, event);
                let _ = tokio::join!(room.typing_notice(true), receipt);
            }));
        }
    }
}

fn room_of(client: &Client, incoming: &Incoming) -> Option<Room> {
    client.get_room(&RoomId::parse(incoming.conversation.address()).ok()?)
}

/// Longer and longer, up to a minute.
#[derive(Debug, Default)]
pub struct Pause {
    doublings: u32,
}

impl Pause {
    pub async fn wait(&mut self) {
        tokio::time::sleep(Duration::from_secs(1 << self.doublings.min(6)).min(Duration::from_secs(60))).await;
        self.doublings += 1;
    }
}
