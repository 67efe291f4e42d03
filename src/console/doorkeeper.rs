//! Gives links that open the console once, to listed people only.

use std::time::Duration;

use super::people::People;
use super::token::Token;
use crate::clock::{Clock, Timestamp};
use crate::store::{SessionLimits, Store};

/// How long a link opens the console.
pub const LIFE: Duration = Duration::from_secs(600);

/// How long a session lasts.
pub const LIMITS: SessionLimits =
    SessionLimits { idle: Duration::from_secs(3600), absolute: Duration::from_secs(10 * 3600) };

/// How long the log is kept: a year.
pub const LOG_LIFE: Duration = Duration::from_secs(365 * 24 * 3600);

/// A cheap handle, for the platforms that are asked for a link.
#[derive(Clone)]
pub struct Doorkeeper {
    store: Store,
    clock: Clock,
    people: People,
    /// `https://coach.example.org`, without a slash at the end.
    address: String,
}

impl Doorkeeper {
    pub fn new(store: Store, clock: Clock, people: People, address: String) -> Self {
        Self { store, clock, people, address }
    }

    /// A new link for whoever bears this name, if they are listed. Their earlier ones no longer open anything.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn link(&self, id: &str) -> anyhow::Result<Option<String>> {
        let Some(person) = self.people.find(id) else { return Ok(None) };
        let token = Token::random()?;
        self.store.keep_link(&token.hash(), person.id(), self.clock.now(), LIFE).await?;
        Ok(Some(format!("{}/console/lien/{}", self.address, token.reveal())))
    }

    /// Of the house, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn people(&self) -> &People {
        &self.people
    }
}
