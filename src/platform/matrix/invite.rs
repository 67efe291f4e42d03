//! Coming and going: whose invitations are accepted, and when a room is left.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use matrix_sdk::ruma::api::client::membership::leave_room;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::room::member::MembershipState;
use matrix_sdk::ruma::{OwnedRoomId, RoomId, RoomOrAliasId, UserId};
use matrix_sdk::{Client, Room, RoomState};
use tokio::sync::Semaphore;

use super::management::Management;
use super::upgrade;
use crate::config::MatrixSettings;

/// Rooms entered at the same time. A flood of invitations must not keep the homeserver from all else.
const DOORS: usize = 4;

/// The people and servers that may invite the coach.
#[derive(Clone)]
pub struct Guests {
    welcome: Arc<[String]>,
    refused: Arc<[String]>,
    /// Ids or aliases of spaces whose members are welcome.
    spaces: Arc<[String]>,
    management: Option<Management>,
    doors: Arc<Semaphore>,
}

impl Guests {
    /// Patterns such as `@*:agent.dinum.tchap.gouv.fr`, `@anna:example.org` or a bare server name; a room is a space
    /// whose members are welcome. None at all: the people of the coach's own server.
    pub fn new(welcome: &[String], refused: &[String], me: &UserId) -> Self {
        let own = || vec![me.server_name().to_string()];
        let (spaces, people): (Vec<_>, Vec<_>) = welcome.iter().cloned().partition(|name| name.starts_with(['!', '#']));
        let people = if welcome.is_empty() { own() } else { people };
        let doors = Arc::new(Semaphore::new(DOORS));
        Self { welcome: people.into(), refused: refused.into(), spaces: spaces.into(), management: None, doors }
    }

    pub fn of(settings: &MatrixSettings, me: &UserId, management: Management) -> Self {
        Self { management: Some(management), ..Self::new(&settings.allow, &settings.refuse, me) }
    }

    /// Whether somebody is welcome by name. Administrators always are.
    pub fn welcome(&self, person: &UserId) -> bool {
        let is_in = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, person));
        let administrator = self.management.as_ref().is_some_and(|management| management.is_administrator(person));
        administrator || is_in(&self.welcome) && !is_in(&self.refused)
    }

    /// Fails when the homeserver does not tell: whoever may be welcome is not refused for that.
    async fn admits(&self, person: &UserId, room: &Room) -> anyhow::Result<bool> {
        if self.welcome(person) || upgrade::is_announced(room, person).await {
            return Ok(true);
        }
        let refused = self.refused.iter().any(|pattern| fits(pattern, person));
        Ok(!refused && self.knows_by_space(person, room).await?)
    }

    /// A member of a listed space; and whoever brings us into that space.
    async fn knows_by_space(&self, person: &UserId, room: &Room) -> anyhow::Result<bool> {
        let client = room.client();
        for named in self.spaces.iter() {
            let Some(space) = space(&client, named).await? else { continue };
            if room.room_id() == space || is_member(&client, &space, person).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn fits(pattern: &str, person: &UserId) -> bool {
    match pattern.strip_prefix('@') {
        Some(_) => matches(pattern, person.as_str()),
        None => matches(pattern, person.server_name().as_str()),
    }
}

async fn space(client: &Client, named: &str) -> anyhow::Result<Option<OwnedRoomId>> {
    let Ok(named) = RoomOrAliasId::parse(named) else { return Ok(None) };
    let alias = match <&RoomId>::try_from(&*named) {
        Ok(id) => return Ok(Some(id.to_owned())),
        Err(alias) => alias,
    };
    match client.resolve_room_alias(alias).await {
        Ok(found) => Ok(Some(found.room_id)),
        Err(error) if matches!(error.client_api_error_kind(), Some(ErrorKind::NotFound)) => Ok(None),
        Err(error) => Err(error).context("failed to find a space whose members are welcome"),
    }
}

/// Needs our own membership of the space: its list of members is for members.
async fn is_member(client: &Client, space: &RoomId, person: &UserId) -> anyhow::Result<bool> {
    let Some(space) = client.get_room(space).filter(|space| space.state() == RoomState::Joined) else {
        tracing::warn!(%space, "not in a space whose members are welcome: invite the coach there");
        return Ok(false);
    };
    let member = space.get_member(person).await.context("failed to read who is in a space")?;
    Ok(member.is_some_and(|member| *member.membership() == MembershipState::Join))
}

/// `*` stands for any run of characters; case does not count.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| name.strip_prefix(start)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(end) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(end)
}

/// Accepts or refuses one invitation. Runs beside the sync loop: joining may take its time.
pub async fn answer(room: Room, guests: Guests) {
    if let Err(error) = decide(&room, &guests).await {
        tracing::warn!(room = %room.room_id(), error = format!("{error:#}"), "failed to answer an invitation");
    }
}

async fn decide(room: &Room, guests: &Guests) -> anyhow::Result<()> {
    let invitation = room.invite_details().await.context("failed to read who invites")?;
    if guests.admits(&invitation.inviter_id, room).await? {
        accept(room, guests).await
    } else {
        refuse(room, guests).await
    }
}

/// A homeserver may need a moment before it lets an invited account in, above all between servers.
async fn accept(room: &Room, guests: &Guests) -> anyhow::Result<()> {
    let mut wait = Duration::from_secs(1);
    loop {
        let door = guests.doors.acquire().await?;
        if room.state() != RoomState::Invited {
            return Ok(()); // Withdrawn meanwhile, or accepted on another way.
        }
        let outcome = room.join().await;
        drop(door); // Others may go while this one waits.
        match outcome {
            Ok(()) => break,
            Err(_) if room.state() != RoomState::Invited => break,
            Err(error) if wait > Duration::from_secs(600) || is_final(&error) => return Err(error.into()),
            Err(_) => tokio::time::sleep(wait).await,
        }
        wait *= 2;
    }
    tracing::info!(room = %room.room_id(), "accepted an invitation");
    Ok(())
}

fn is_final(error: &matrix_sdk::Error) -> bool {
    matches!(error.client_api_error_kind(), Some(ErrorKind::NotFound | ErrorKind::IncompatibleRoomVersion(_)))
}

/// Out of this room, and of no other: the SDK's own way also leaves all that a room names as its predecessors, and whoever
/// makes a room may name any. The next sync says that we are out; then the room is forgotten.
pub async fn quit(room: &Room) -> matrix_sdk::Result<()> {
    match room.state() {
        RoomState::Left | RoomState::Banned => room.forget().await,
        RoomState::Joined | RoomState::Invited | RoomState::Knocked => {
            room.client().send(leave_room::v3::Request::new(room.room_id().to_owned())).await?;
            Ok(())
        }
    }
}

async fn refuse(room: &Room, guests: &Guests) -> anyhow::Result<()> {
    let _door = guests.doors.acquire().await?;
    quit(room).await.context("failed to refuse")?;
    tracing::info!(room = %room.room_id(), "refused the invitation of somebody who is not on the list");
    Ok(())
}

/// We were made to leave, or left by another device: what is kept of the room goes. Best effort.
pub async fn forget(room: Room) {
    if room.state() == RoomState::Left && !upgrade::is_waiting_for_heir(&room).await {
        match room.forget().await {
            Ok(()) => tracing::info!(room = %room.room_id(), "forgot a room that is closed to us"),
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                tracing::warn!(room = %room.room_id(), error, "failed to forget a room");
            }
        }
    }
}

/// Nobody is there any more: leaves too, so that an account does not carry the rooms of years.
pub async fn depart(room: Room) {
    match quit(&room).await {
        Ok(()) => tracing::info!(room = %room.room_id(), "left a room in which nobody was left"),
        Err(error) => {
            tracing::warn!(room = %room.room_id(), error = format!("{:#}", anyhow::Error::from(error)), "failed to leave");
        }
    }
}
