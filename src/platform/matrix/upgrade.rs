//! Rooms that were replaced by newer ones. The coach follows when whoever closed the old room may invite people into the
//! new one, and the dialogue goes on there.

use std::time::Duration;

use matrix_sdk::deserialized_responses::{SyncOrStrippedState, TimelineEvent};
use matrix_sdk::ruma::events::room::tombstone::RoomTombstoneEventContent;
use matrix_sdk::ruma::{OwnedUserId, RoomOrAliasId, UserId};
use matrix_sdk::sync::JoinedRoomUpdate;
use matrix_sdk::{Room, RoomState};

use super::invite;

/// Many clients close the old room first and only then open the new one, or invite.
const TRIES: u32 = 5;

/// What it means that we came into a room.
pub enum Arrival {
    Plain,
    /// It replaces this one, whose dialogue goes on here.
    Heir(Room),
    /// Somebody who may not even invite people here has sent us.
    Misled,
}

/// The homeserver has just told us all that counts of the room.
pub async fn arrival(room: &Room) -> Arrival {
    let Some(old) = predecessor(room) else { return Arrival::Plain };
    let Some(closed_by) = closed_by(&old).await else { return Arrival::Plain };
    let may_invite = room.power_levels_or_default().await.user_can_invite(&closed_by);
    let says_so_too = room.predecessor_room().is_some_and(|named| named.room_id == old.room_id());
    match (may_invite, says_so_too) {
        (true, true) => Arrival::Heir(old),
        // A dialogue is only carried into a room that was made for it.
        (true, false) => Arrival::Plain,
        (false, _) => Arrival::Misled,
    }
}

/// The room of ours that was closed in favour of this one: rather the one that the new room names, since anybody may close
/// a room of their own in favour of any.
fn predecessor(new: &Room) -> Option<Room> {
    let client = new.client();
    let replaced = |old: &Room| old.successor_room().is_some_and(|successor| successor.room_id == new.room_id());
    let named = new.predecessor_room().and_then(|named| client.get_room(&named.room_id)).filter(replaced);
    named.or_else(|| client.rooms().into_iter().find(replaced))
}

/// As a room that we were in has it. What comes with an invitation, a homeserver may have made up.
async fn closed_by(old: &Room) -> Option<OwnedUserId> {
    let tombstone = old.get_state_event_static::<RoomTombstoneEventContent>().await.ok()??;
    match tombstone.deserialize().ok()? {
        SyncOrStrippedState::Sync(event) => Some(event.sender().to_owned()),
        SyncOrStrippedState::Stripped(_) => None,
    }
}

/// Whoever closed one of our rooms invites us into the one that replaces it: expected, whoever it is.
pub async fn is_announced(room: &Room, inviter: &UserId) -> bool {
    let Some(old) = predecessor(room) else { return false };
    closed_by(&old).await.is_some_and(|closed_by| closed_by == inviter)
}

/// Whether these news may hold the closing of the room; what a gap holds is not known.
pub fn may_close(update: &JoinedRoomUpdate) -> bool {
    let closes = |event: &TimelineEvent| {
        event.raw().get_field::<String>("type").ok().flatten().as_deref() == Some("m.room.tombstone")
    };
    update.timeline.limited || update.timeline.events.iter().any(closes)
}

/// The old room is still needed: it proves that the new one is its heir.
pub async fn is_waiting_for_heir(old: &Room) -> bool {
    let Some(successor) = old.successor_room() else { return false };
    let closed = closed_by(old).await.is_some();
    closed && old.client().get_room(&successor.room_id).is_none_or(|new| new.state() != RoomState::Joined)
}

/// Goes where the closed room points. Where an invitation is needed, it will come, and `invite` accepts it.
pub async fn follow(old: Room) {
    let (client, Some(successor)) = (old.client(), old.successor_room()) else { return };
    let servers = closed_by(&old).await.map(|user| user.server_name().to_owned());
    let mut wait = Duration::from_secs(1);
    for _ in 0..TRIES {
        if client.get_room(&successor.room_id).is_some_and(|new| new.state() == RoomState::Joined) {
            return;
        }
        let via: Vec<_> = servers.iter().cloned().collect();
        match client.join_room_by_id_or_alias(<&RoomOrAliasId>::from(&*successor.room_id), &via).await {
            Ok(_) => return tracing::info!(room = %old.room_id(), "followed an upgraded room"),
            Err(_) => tokio::time::sleep(wait).await,
        }
        wait *= 2;
    }
    tracing::info!(room = %old.room_id(), "an upgraded room waits for an invitation into its successor");
}

/// Once the dialogue has moved, or should not.
pub async fn leave(room: Room) {
    invite::depart(room).await;
}
