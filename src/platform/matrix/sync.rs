//! The loop that asks the homeserver what is new, and never asks for more before the last answer is in the inbox.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use matrix_sdk::config::SyncSettings;
use matrix_sdk::ruma::api::client::filter::{Filter as EventFilter, FilterDefinition, RoomEventFilter};
use matrix_sdk::ruma::api::client::receipt::create_receipt::v3::ReceiptType;
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter;
use matrix_sdk::ruma::events::receipt::ReceiptThread;
use matrix_sdk::ruma::presence::PresenceState;
use matrix_sdk::ruma::{EventId, OwnedRoomId, uint};
use matrix_sdk::sync::SyncResponse;
use matrix_sdk::{Client, RoomState};
use tokio_util::sync::CancellationToken;

use super::address::room_of;
use super::alarm::Cause;
use super::invite::{self, Guests};
use super::management::Management;
use super::reader::Reader;
use super::session::Trouble;
use super::upgrade;
use crate::clock::Timestamp;
use crate::dialogue::turn::Input;
use crate::message::Incoming;
use crate::platform::health::{Pulse, Standing};

/// How long the homeserver may wait for something to happen before it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same while messages wait for their keys: they are tried again between two answers.
const IMPATIENCE: Duration = Duration::from_secs(5);

/// An absence that operators hear of: a restart is shorter.
const LONG_ABSENCE_SECS: i64 = 60;

/// Only what we read. Presence, typing and receipts of others would move the token for nothing.
pub fn filter() -> Filter {
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
pub async fn catch_up(client: &Client, reader: &mut Reader, guests: &Guests, pulse: &Pulse) -> Result<(), Trouble> {
    let mut pause = Pause::default();
    while let Err(trouble) = once(client, reader, guests, pulse, Duration::ZERO).await {
        wait_unless_over(trouble, pulse)?;
        pause.wait().await;
    }
    look_around(client, guests);
    Ok(())
}

/// Answers those who wait at the door, and follows where rooms have gone.
fn look_around(client: &Client, guests: &Guests) {
    for room in client.invited_rooms() {
        tokio::spawn(invite::answer(room, guests.clone()));
    }
    for room in client.joined_rooms().into_iter().filter(|room| room.successor_room().is_some()) {
        tokio::spawn(upgrade::follow(room));
    }
}

/// Asks once, and writes down the answer however long the database takes. Fails when the homeserver does not answer, or
/// when the session is over.
async fn once(
    client: &Client,
    reader: &mut Reader,
    guests: &Guests,
    pulse: &Pulse,
    timeout: Duration,
) -> Result<(), Trouble> {
    let error = match client.sync_once(settings(timeout)).await {
        Ok(response) => {
            let new = write_down(reader, Some(&response), pulse).await?;
            attend(client, guests, &response);
            follow_up(client, &new);
            return Ok(());
        }
        Err(error) => error,
    };
    if !matches!(error, matrix_sdk::Error::SerdeJson(_)) || !reader.is_behind().await {
        return Err(Trouble::of(error));
    }
    tracing::error!("an event makes no sense to the SDK; the rooms are read once more");
    let new = write_down(reader, None, pulse).await?;
    look_around(client, guests);
    follow_up(client, &new);
    Ok(())
}

/// Reads a response, or the rooms themselves, until what people said is in the inbox: the SDK believes that we have seen it.
async fn write_down(
    reader: &mut Reader,
    response: Option<&SyncResponse>,
    pulse: &Pulse,
) -> Result<Vec<Incoming>, Trouble> {
    let mut pause = Pause::default();
    loop {
        let taken = match response {
            Some(response) => reader.take(response).await,
            None => reader.reread().await,
        };
        let error = match taken {
            Ok(new) => return Ok(new),
            Err(error) => error,
        };
        pulse.set(Standing::Away);
        tracing::error!(error = format!("{error:#}"), "failed to write down what people said; will try again");
        // The next session starts from our own token, so nothing is lost.
        if let Ok(error) = error.downcast::<matrix_sdk::Error>()
            && let over @ (Trouble::Ended(_) | Trouble::Blocked(..)) = Trouble::of(error)
        {
            return Err(over);
        }
        pause.wait().await;
    }
}

/// What a response asks for beside the reading: rooms to enter, to follow and to forget.
fn attend(client: &Client, guests: &Guests, response: &SyncResponse) {
    for room in response.rooms.invited.keys().filter_map(|id| client.get_room(id)) {
        tokio::spawn(invite::answer(room, guests.clone()));
    }
    let closed = response.rooms.joined.iter().filter(|(_, update)| upgrade::may_close(update));
    for room in closed.filter_map(|(id, _)| client.get_room(id)).filter(|room| room.successor_room().is_some()) {
        tokio::spawn(upgrade::follow(room));
    }
    for room in response.rooms.left.keys().filter_map(|id| client.get_room(id)) {
        tokio::spawn(invite::forget(room));
    }
}

/// What is in the inbox has been read; a room that everybody else has left is left too.
fn follow_up(client: &Client, new: &[Incoming]) {
    let left = new.iter().filter(|incoming| incoming.input == Input::Left);
    for room in left.filter_map(|left| room_of(client, &left.conversation)) {
        if room.state() == RoomState::Joined && room.joined_members_count() <= 1 {
            tokio::spawn(invite::depart(room));
        }
    }
    acknowledge(client, new);
}

/// A homeserver that is away is waited for.
fn wait_unless_over(trouble: Trouble, pulse: &Pulse) -> Result<(), Trouble> {
    match trouble {
        Trouble::Later(error) => {
            pulse.set(Standing::Away);
            tracing::warn!(error = format!("{error:#}"), "the homeserver does not answer; will try again");
            Ok(())
        }
        other => Err(other),
    }
}

/// Until stopped. Fails when the session has ended.
pub async fn run(
    client: &Client,
    mut reader: Reader,
    guests: &Guests,
    pulse: &Pulse,
    management: &Management,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let keys = client.encryption().room_keys_received_stream().await;
    let mut keys = std::pin::pin!(futures_util::stream::iter(keys).flatten());
    let mut pause = Pause::default();
    let mut absence = Absence::default();
    while !stop.is_cancelled() {
        let timeout = if reader.waits_for_keys() { IMPATIENCE } else { PATIENCE };
        // A stop in the middle is as good as a crash: what is not in the inbox is asked for again at the next start.
        let outcome = tokio::select! {
            outcome = once(client, &mut reader, guests, pulse, timeout) => outcome,
            () = stop.cancelled() => break,
        };
        match outcome {
            Ok(()) => {
                pulse.set(Standing::Ready);
                if absence.ends(management) {
                    look_around(client, guests); // Some may have given up on the homeserver.
                }
                pause = Pause::default();
            }
            Err(trouble) => {
                wait_unless_over(trouble, pulse)?;
                absence.goes_on(management, reader.now());
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
        // What has a name of its own is no event of the room.
        let event = EventId::parse(&incoming.event.0).ok().filter(|event| !event.as_str().contains('#'));
        if let (Some(room), Some(event)) = (room_of(client, &incoming.conversation), event) {
            tokio::spawn(tokio::time::timeout(Duration::from_secs(10), async move {
                let receipt = room.send_single_receipt(ReceiptType::Read, ReceiptThread::Unthreaded, event);
                let _ = tokio::join!(room.typing_notice(true), receipt);
            }));
        }
    }
}

/// Since when the homeserver has not answered. Operators hear of it when it lasts.
#[derive(Debug, Default)]
struct Absence {
    since: Option<Timestamp>,
}

impl Absence {
    fn goes_on(&mut self, management: &Management, now: Timestamp) {
        let since = *self.since.get_or_insert(now);
        if now.duration_since(since).as_secs() >= LONG_ABSENCE_SECS {
            management.raise(Cause::Away, "", since);
        }
    }

    /// Gives whether there was one.
    fn ends(&mut self, management: &Management) -> bool {
        let was_away = self.since.take().is_some();
        if was_away {
            management.over(Cause::Away);
        }
        was_away
    }
}

/// Longer and longer, up to a limit.
#[derive(Debug)]
pub struct Pause {
    doublings: u32,
    longest: Duration,
}

impl Default for Pause {
    fn default() -> Self {
        Self { doublings: 0, longest: Duration::from_secs(60) }
    }
}

impl Pause {
    /// For what a person must mend: asking each minute would only fill the logs of the homeserver.
    pub fn patient() -> Self {
        Self { doublings: 2, longest: Duration::from_secs(300) }
    }

    pub async fn wait(&mut self) {
        let wait = Duration::from_secs(1 << self.doublings.min(16));
        tokio::time::sleep(wait.min(self.longest)).await;
        self.doublings += 1;
    }
}
