//! An end-to-end encrypted Matrix account: Tchap, Element and all clients of the open network.
//!
//! `session` signs in and `folder` keeps what belongs to it, `identity` has the device signed by its owner, `sync` asks what is new, `reader` and `translate`
//! bring it to the inbox, each to the conversation that `route` finds (`address`), among several people as `company` says
//! (`called`, `team`, `herald`). `invite` answers invitations, `console` gives coaches a link; `draw`, `choice`, `speaker` and
//! `send` bring the replies back.
//! Operators are served by `management` (the room, who they are), `clerk` and `duty` (what is done there), `order`, `alarm`, `verify`.

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use matrix_sdk::Client;
use matrix_sdk::ruma::UserId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::alarm::Cause;
use self::called::Called;
use self::clerk::Clerk;
use self::company::Company;
use self::console::Concierge;
use self::folder::Folder;
use self::gate::Gate;
use self::herald::Herald;
use self::identity::Signed;
use self::invite::Guests;
use self::management::{Management, News};
use self::reader::{Aides, Reader};
use self::session::{Obstacle, Session, Trouble};
use self::speaker::Speaker;
use self::sync::Pause;
use self::team::Listed;
use super::SendError;
use super::health::{Pulse, Standing};
use super::phrases::Phrases;
use crate::config::MatrixSettings;
use crate::console::doorkeeper::Doorkeeper;
use crate::content::Shelf;
use crate::inbox::Inbox;
use crate::knowledge::Language;
use crate::message::{Delivery, EventId};

pub mod address;
pub mod alarm;
pub mod bookmark;
pub mod called;
pub mod choice;
mod clerk;
pub mod company;
pub mod console;
pub mod draw;
mod duty;
pub mod folder;
mod gate;
pub mod herald;
pub mod identity;
pub mod invite;
pub mod management;
pub mod order;
pub mod reader;
pub mod route;
pub mod send;
pub mod session;
pub mod speaker;
pub mod sync;
pub mod team;
pub mod throttle;
pub mod translate;
mod upgrade;
mod verify;

const WORDS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/platforms/matrix.yaml"));

/// What Matrix says beside the dialogue.
///
/// # Errors
/// When the words that ship cannot be read.
pub fn shipped_phrases() -> anyhow::Result<Phrases> {
    Phrases::read("platforms/matrix.yaml", WORDS)
}

/// What the house lends to the platform.
#[derive(Clone)]
pub struct Means {
    /// Gives listed coaches a link into the console.
    pub doorkeeper: Option<Doorkeeper>,
    /// Reads the content again when an operator asks for it.
    pub shelf: Shelf,
    pub phrases: Phrases,
}

/// A cheap handle: one clone listens, another sends.
#[derive(Clone)]
pub struct Matrix {
    /// Set once the account is signed in and has caught up with its rooms.
    speaker: watch::Sender<Option<Arc<Speaker>>>,
    means: Means,
}

/// What one life of the platform works with.
struct Life<'a> {
    settings: &'a MatrixSettings,
    folder: Folder,
    inbox: &'a Inbox,
    pulse: &'a Pulse,
    management: Management,
    stop: &'a CancellationToken,
}

impl Matrix {
    /// # Errors
    /// When the words that ship cannot be read.
    pub fn with(doorkeeper: Option<Doorkeeper>, shelf: Shelf) -> anyhow::Result<Self> {
        let means = Means { doorkeeper, shelf, phrases: shipped_phrases()? };
        Ok(Self { speaker: watch::Sender::new(None), means })
    }

    /// Signs in and hands everything that people say to the inbox, until stopped. A homeserver that is away is waited
    /// for; an account that somebody must mend is tried again from time to time. Fails when the configuration must be
    /// changed: a wrong password, token or passphrase.
    pub async fn listen(
        &self,
        settings: &MatrixSettings,
        data: &Path,
        inbox: &Inbox,
        pulse: &Pulse,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let clerk = Clerk::hire(settings, inbox, self.means.clone()).await?;
        let management = clerk.management();
        let life = Life { settings, folder: Folder::new(data), inbox, pulse, management, stop };
        tokio::select! {
            outcome = self.live(&life) => outcome,
            () = clerk.work() => Ok(()),
            () = stop.cancelled() => Ok(()),
        }
    }

    /// Sends one reply under its key; the same key twice is one message.
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        let speaker = self.speaker.borrow().clone();
        match speaker {
            Some(speaker) => speaker.send(delivery).await,
            None => Err(send::later(send::NOT_YET, anyhow!("not signed in to the homeserver"))),
        }
    }
}

impl Matrix {
    /// One session after another.
    async fn live(&self, life: &Life<'_>) -> anyhow::Result<()> {
        let mut pause = Pause::patient();
        loop {
            let ended = self.connect_and_run(life, &mut pause).await;
            self.speaker.send_replace(None);
            life.management.tell(News::Disconnected);
            match ended {
                Ok(()) => return Ok(()),
                Err(Trouble::Never(error)) => return Err(error),
                Err(Trouble::Blocked(obstacle, error)) => self.block(life, obstacle, &error),
                Err(Trouble::Later(error) | Trouble::Ended(error)) => {
                    life.pulse.set(Standing::Away);
                    tracing::warn!(error = format!("{error:#}"), "the session is interrupted; will come back");
                }
            }
            pause.wait().await;
        }
    }

    fn block(&self, life: &Life<'_>, obstacle: Obstacle, error: &anyhow::Error) {
        let reason = self.means.phrases.say(obstacle.name(), Language::French);
        life.pulse.block(reason);
        life.management.raise(Cause::Blocked, reason, life.inbox.clock().now());
        tracing::error!(reason = obstacle.name(), error = format!("{error:#}"), "the account is of no use for now");
    }

    async fn connect_and_run(&self, life: &Life<'_>, patience: &mut Pause) -> Result<(), Trouble> {
        let mut pause = Pause::default();
        let session = loop {
            let attempt = session::open(life.settings, &life.folder, life.inbox).await;
            if let Some(session) = patiently(attempt, life.pulse, &mut pause).await? {
                break session;
            }
        };
        let guests = Guests::of(life.settings, &session.me, life.management.clone());
        name_itself(&session.client, life.settings).await;
        let mut reader = self.reader(life, &session).await.map_err(Trouble::Never)?;
        let client = session.client;
        verify::attend(&client, &life.management);
        sync::catch_up(&client, &mut reader, &guests, life.pulse).await?;
        self.sign(life, &client).await?;
        life.management.connected(&client).await;
        self.speaker.send_replace(Some(Arc::new(self.speaker(life, &client))));
        self.herald(life, &client).await.resume().await.map_err(Trouble::Never)?;
        life.pulse.set(Standing::Ready);
        life.management.over(Cause::Blocked);
        *patience = Pause::patient();
        sync::run(&client, reader, &guests, life.pulse, &life.management, life.stop).await
    }

    async fn reader(&self, life: &Life<'_>, session: &Session) -> anyhow::Result<Reader> {
        let Session { client, me, fresh } = session;
        let bookmark = reader::bookmark(life.inbox, me).await?;
        let doorkeeper = self.means.doorkeeper.clone();
        let aides = Aides {
            concierge: doorkeeper.map(|keeper| Concierge::new(client.clone(), keeper, self.means.phrases.clone())),
            management: life.management.clone(),
            gate: Gate::new(client.clone(), life.settings.messages_per_minute, self.means.phrases.clone()),
            company: self.company(life, client, me).await,
        };
        Ok(Reader::new(client.clone(), life.inbox.clone(), me.clone(), bookmark, *fresh, aides))
    }

    async fn company(&self, life: &Life<'_>, client: &Client, me: &UserId) -> Company {
        let herald = self.herald(life, client).await;
        let called = Called::new(me, &herald.name, &herald.command);
        Company::new(called, Listed(life.settings.rooms.clone()), herald)
    }

    /// Under the name that people see; an account without one is called as it signs in.
    async fn herald(&self, life: &Life<'_>, client: &Client) -> Herald {
        let shown = client.account().get_display_name().await.ok().flatten();
        Herald {
            client: client.clone(),
            inbox: life.inbox.clone(),
            phrases: self.means.phrases.clone(),
            name: shown.or_else(|| client.user_id().map(|me| me.localpart().to_owned())).unwrap_or_default(),
            command: life.settings.command.clone(),
        }
    }

    fn speaker(&self, life: &Life<'_>, client: &Client) -> Speaker {
        Speaker {
            client: client.clone(),
            inbox: life.inbox.clone(),
            choices: life.settings.choices,
            phrases: self.means.phrases.clone(),
        }
    }

    async fn sign(&self, life: &Life<'_>, client: &Client) -> Result<(), Trouble> {
        let passphrase = life.settings.recovery_passphrase.as_ref();
        let mut pause = Pause::default();
        let signed = loop {
            if let Some(signed) =
                patiently(identity::establish(client, passphrase).await, life.pulse, &mut pause).await?
            {
                break signed;
            }
        };
        match signed {
            Signed::Yes => life.management.over(Cause::Unsigned),
            Signed::No => life.management.raise(Cause::Unsigned, "", life.inbox.clock().now()),
        }
        Ok(())
    }
}

/// Best effort: Tchap imposes the names of its accounts.
async fn name_itself(client: &Client, settings: &MatrixSettings) {
    let Some(wanted) = &settings.display_name else { return };
    if let Err(error) = rename(client, wanted).await {
        let error = format!("{:#}", anyhow::Error::from(error));
        tracing::info!(error, "the homeserver keeps the name of the account as it is");
    }
}

async fn rename(client: &Client, wanted: &str) -> matrix_sdk::Result<()> {
    if client.account().get_display_name().await?.as_deref() != Some(wanted) {
        client.account().set_display_name(Some(wanted)).await?;
    }
    Ok(())
}

/// What an attempt gave; `None`, after a pause, when the homeserver did not answer.
async fn patiently<T>(attempt: Result<T, Trouble>, pulse: &Pulse, pause: &mut Pause) -> Result<Option<T>, Trouble> {
    match attempt {
        Ok(value) => Ok(Some(value)),
        Err(Trouble::Later(error)) => {
            pulse.set(Standing::Away);
            tracing::warn!(error = format!("{error:#}"), "the homeserver does not answer; will try again");
            pause.wait().await;
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
