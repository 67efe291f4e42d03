//! Coming and going: whose invitations are accepted, and when a room is left.

use std::time::Duration;

use anyhow::Context as _;
use matrix_sdk::Room;
use matrix_sdk::RoomState;
use matrix_sdk::ruma::{UserId, api::error::ErrorKind};

/// The people and servers that may invite the coach.
#[derive(Debug, Clone)]
pub struct Guests {
    patterns: Vec<String>,
}

impl Guests {
    /// Patterns such as `@*:agent.dinum.tchap.gouv.fr`, `@anna:example.org` or a bare server name. None at all: the
    /// people of the coach's own server.
    pub fn new(patterns: &[String], me: &UserId) -> Self {
        let own = || vec![me.server_name().to_string()];
        let patterns = if patterns.is_empty() { own() } else { patterns.to_vec() };
        Self { patterns }
    }

    pub fn welcome(&self, person: &UserId) -> bool {
        self.patterns.iter().any(|pattern| match pattern.strip_prefix('@') {
            Some(_) => matches(pattern, person.as_str()),
            None => matches(pattern, person.server_name().as_str()),
        })
    }
}

/// `*` stands for any run of characters; case does not count.
fn matches(pattern: &str, name: &str) -> bool {
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
    let outcome = match room.invite_details().await {
        Ok(invitation) if guests.welcome(&invitation.inviter_id) => accept(&room).await,
        Ok(_) => refuse(&room).await,
        Err(error) => Err(error).context("failed to read who invites"),
    };
    if let Err(error) = outcome {
        tracing::warn!(room = %room.room_id(), error = format!("{error:#}"), "failed to answer an invitation");
    }
}

/// A homeserver may need a moment before it lets an invited account in, above all between servers.
async fn accept(room: &Room) -> anyhow::Result<()> {
    let mut wait = Duration::from_secs(1);
    loop {
        match room.join().await {
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

async fn refuse(room: &Room) -> anyhow::Result<()> {
    room.leave().await.context("failed to refuse")?;
    room.forget().await.context("failed to forget a refused room")?;
    tracing::info!(room = %room.room_id(), "refused the invitation of somebody who is not on the list");
    Ok(())
}

/// Nobody is there any more: leaves too, so that an account does not carry the rooms of years.
pub async fn depart(room: Room) {
    let outcome = async {
        room.leave().await?;
        room.forget().await
    };
    match outcome.await {
        Ok(()) => tracing::info!(room = %room.room_id(), "left a room in which nobody was left"),
        Err(error) => {
            tracing::warn!(room = %room.room_id(), error = format!("{:#}", anyhow::Error::from(error)), "failed to leave");
        }
    }
}
