//! The platforms: each translates events into [`crate::message::Incoming`] and draws [`crate::dialogue::turn::Reply`].

use std::time::Duration;

use crate::message::{Delivery, EventId, PlatformKind};

pub mod discord;
pub mod health;
pub mod matrix;
pub mod phrases;
pub mod plain;
pub mod terminal;
pub mod view;
pub mod web;

/// The platforms that the outbox sends through: a closed set, nothing is registered. The terminal is not one of them:
/// it takes its replies from the outbox itself, since it waits for them.
pub enum Platform {
    Matrix(matrix::Matrix),
    Discord(discord::Discord),
    Web(web::Web),
}

/// Why a reply could not be sent, and so what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Try again after this time.
    #[error("not now: {source}")]
    Later { after: Duration, source: anyhow::Error },
    /// It will never work: the room is gone, the message is refused.
    #[error("never: {source}")]
    Never { source: anyhow::Error },
}

impl Platform {
    pub fn kind(&self) -> PlatformKind {
        match self {
            Self::Matrix(_) => PlatformKind::Matrix,
            Self::Discord(_) => PlatformKind::Discord,
            Self::Web(_) => PlatformKind::Web,
        }
    }

    /// Sends one reply under its key; the same key twice is one message. Gives the platform's name for it, if any.
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        match self {
            Self::Matrix(matrix) => matrix.send(delivery).await,
            Self::Discord(discord) => discord.send(delivery).await,
            Self::Web(web) => web.send(delivery).await,
        }
    }
}
