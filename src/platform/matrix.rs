//! An end-to-end encrypted Matrix account: Tchap, Element and all clients of the open network.
//!
//! `session` signs in and `folder` keeps what belongs to it, `identity` has the device signed by its owner, `sync` asks what is new, `reader` and `translate`
//! bring it to the inbox, `invite` answers invitations, `console` gives coaches a link, `draw` and `send` bring the replies back.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::anyhow;
use matrix_sdk::Client;
use tokio_util::sync::CancellationToken;

use self::console::Concierge;
use self::folder::Folder;
use self::invite::Guests;
use self::reader::Reader;
use self::session::{OpenError, Session};
use self::sync::Pause;
use super::SendError;
use crate::config::MatrixSettings;
use crate::console::doorkeeper::Doorkeeper;
use crate::inbox::Inbox;
use crate::message::{Delivery, EventId};

pub mod bookmark;
pub mod console;
pub mod draw;
pub mod folder;
pub mod identity;
pub mod invite;
pub mod reader;
pub mod send;
pub mod session;
pub mod sync;
pub mod translate;

/// A cheap handle: one clone listens, another sends.
#[derive(Clone, Default)]
pub struct Matrix {
    /// Set once the account is signed in and has caught up with its rooms.
    client: Arc<OnceLock<Client>>,
    /// Gives listed coaches a link into the console.
    doorkeeper: Option<Doorkeeper>,
}

impl Matrix {
    pub fn with(doorkeeper: Option<Doorkeeper>) -> Self {
        Self { doorkeeper, ..Self::default() }
    }

    /// Signs in and hands everything that people say to the inbox, until stopped. A homeserver that is away is waited
    /// for; `answered` is told each time whether it is there. Fails when the operator must change something: a wrong
    /// password, token or passphrase.
    pub async fn listen(
        &self,
        settings: &MatrixSettings,
        data: &Path,
        inbox: &Inbox,
        answered: impl Fn(bool) + Sync,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        tokio::select! {
            outcome = self.connect_and_run(settings, data, inbox, &answered, stop) => outcome,
            () = stop.cancelled() => Ok(()),
        }
    }

    /// Sends one reply under its key; the same key twice is one message.
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        match self.client.get() {
            Some(client) => send::send(client, delivery).await,
            None => Err(send::later(Duration::from_secs(2), anyhow!("not signed in to the homeserver yet"))),
        }
    }
}

impl Matrix {
    async fn connect_and_run(
        &self,
        settings: &MatrixSettings,
        data: &Path,
        inbox: &Inbox,
        answered: &(impl Fn(bool) + Sync),
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let folder = Folder::new(data);
        let mut pause = Pause::default();
        let session = loop {
            let attempt = session::open(settings, &folder, inbox).await;
            if let Some(session) = patiently(attempt, answered, &mut pause).await? {
                break session;
            }
        };
        let Session { client, me, fresh } = session;
        let guests = Guests::new(&settings.allow, &me);
        let bookmark = reader::bookmark(inbox, &me).await?;
        let concierge =
            self.doorkeeper.clone().map(|doorkeeper| Concierge::new(client.clone(), doorkeeper)).transpose()?;
        let mut reader = Reader::new(client.clone(), inbox.clone(), me, bookmark, fresh, concierge);
        sync::catch_up(&client, &mut reader, &guests, answered).await?;
        let passphrase = settings.recovery_passphrase.as_ref();
        let mut pause = Pause::default();
        while patiently(identity::establish(&client, passphrase).await, answered, &mut pause).await?.is_none() {}
        // A second listener would be a second process on one store, which `serve` refuses.
        let _ = self.client.set(client.clone());
        answered(true);
        sync::run(&client, reader, &guests, answered, stop).await
    }
}

/// What an attempt gave; `None`, after a pause, when the homeserver did not answer. Fails when the operator must change
/// something.
async fn patiently<T>(
    attempt: Result<T, OpenError>,
    answered: &impl Fn(bool),
    pause: &mut Pause,
) -> anyhow::Result<Option<T>> {
    match attempt {
        Ok(value) => Ok(Some(value)),
        Err(OpenError::Never(error)) => Err(error),
        Err(OpenError::Later(error)) => {
            answered(false);
            tracing::warn!(error = format!("{error:#}"), "the homeserver does not answer; will try again");
            pause.wait().await;
            Ok(None)
        }
    }
}
