//! How far the account was read: the sync token, and the messages whose keys have not come yet. One value, so that it
//! is saved in the same transaction as the inbox rows.

use std::time::Duration;

use matrix_sdk::ruma::{EventId, OwnedEventId, OwnedRoomId, RoomId};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// A person who waits longer is told, once.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keys that have not come by then will not come.
const GIVE_UP: Duration = Duration::from_secs(7 * 24 * 3600);

/// A room of gibberish must not fill the database.
const MOST: usize = 500;

/// Nor drive out what waits elsewhere.
const MOST_IN_ROOM: usize = 50;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The `next_batch` of the last response that is in the inbox.
    pub since: String,
    /// Oldest first.
    #[serde(default)]
    pub sealed: Vec<Sealed>,
}

/// A message that we cannot decrypt, yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub room: OwnedRoomId,
    pub event: OwnedEventId,
    /// When we met it.
    pub met: Timestamp,
    pub tries: u32,
    /// The room was told.
    pub told: bool,
}

impl Sealed {
    pub fn new(room: OwnedRoomId, event: OwnedEventId, met: Timestamp) -> Self {
        Self { room, event, met, tries: 0, told: false }
    }

    /// Tried again 1, 2, 4, 8 … seconds after we met it.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.age(now) >= Duration::from_secs(1 << self.tries.min(20))
    }

    fn age(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.met)).unwrap_or_default()
    }
}

impl Bookmark {
    pub fn add(&mut self, new: Sealed) {
        if self.sealed.iter().any(|kept| kept.event == new.event) {
            return;
        }
        let here = |kept: &Sealed| kept.room == new.room;
        if self.sealed.iter().filter(|kept| here(kept)).count() >= MOST_IN_ROOM
            && let Some(oldest) = self.sealed.iter().position(here)
        {
            self.sealed.remove(oldest);
        }
        self.sealed.push(new);
        let surplus = self.sealed.len().saturating_sub(MOST);
        self.sealed.drain(..surplus);
    }

    pub fn tried(&mut self, event: &EventId) {
        for sealed in self.sealed.iter_mut().filter(|sealed| sealed.event == *event) {
            sealed.tries += 1;
        }
    }

    pub fn remove(&mut self, event: &EventId) {
        self.sealed.retain(|sealed| sealed.event != *event);
    }

    pub fn give_up(&mut self, now: Timestamp) {
        self.sealed.retain(|sealed| sealed.age(now) < GIVE_UP);
    }

    /// The next room that waits for too long and was not told, with the message that it waits for.
    pub fn overdue(&self, now: Timestamp) -> Option<&Sealed> {
        let told = |room: &RoomId| self.sealed.iter().any(|sealed| sealed.told && sealed.room == room);
        self.sealed.iter().find(|sealed| sealed.age(now) >= PATIENCE && !told(&sealed.room))
    }

    pub fn mark_told(&mut self, room: &RoomId) {
        for sealed in self.sealed.iter_mut().filter(|sealed| sealed.room == room) {
            sealed.told = true;
        }
    }
}
