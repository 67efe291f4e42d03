//! A bot of Discord: slash commands, buttons, menus, threads, direct messages.
//!
//! `shard` listens to the gateway and acknowledges, `translate` says what an event means, `reader` writes it to the
//! inbox, `thread` makes a place for a conversation, `backfill` reads what was missed, `draw` and `send` bring the
//! replies back; `commands` registers, `console` gives coaches a link, `doctor` tells what is missing. `api` is the HTTP interface.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use twilight_gateway::{ConfigBuilder, Intents, ShardId};

use self::api::{Api, ApiError};
use self::event::Id;
use self::reader::{HANDLE, OPENED, Reader};
use self::send::Sender;
use self::shard::Listener;
use self::translate::{Catalogue, Ears};
use super::SendError;
use crate::config::{DiscordSettings, Shards};
use crate::console::doorkeeper::Doorkeeper;
use crate::inbox::Inbox;
use crate::knowledge::Library;
use crate::message::{Delivery, EventId};
use crate::store::Checkpoint;

pub mod api;
pub mod backfill;
pub mod button;
pub mod commands;
pub mod console;
pub mod doctor;
pub mod draw;
pub mod event;
pub mod markdown;
pub mod phrases;
pub mod place;
pub mod reader;
pub mod send;
pub mod shard;
pub mod thread;
pub mod translate;

/// How often handles whose time is over are thrown away.
const SWEEP: Duration = Duration::from_secs(900);

/// Discord repeats an event within minutes, if at all.
const REPEATED_FOR: Duration = Duration::from_secs(24 * 3600);

/// A cheap handle: one clone listens, another sends.
#[derive(Clone, Default)]
pub struct Discord {
    /// Set once Discord knows us.
    reader: Arc<OnceLock<Reader>>,
    /// Gives listed coaches a link into the console.
    doorkeeper: Option<Doorkeeper>,
}

/// What Discord says of the application and of its gateway.
struct Door {
    me: Id,
    application: Id,
    gateway: String,
    shards: u32,
    starts_left: u32,
}

impl Discord {
    pub fn with(doorkeeper: Option<Doorkeeper>) -> Self {
        Self { doorkeeper, ..Self::default() }
    }

    /// Hands everything that people say to the inbox, until stopped. Discord is waited for while it is away; `answered`
    /// is told each time whether it is there. Fails when the operator must change something.
    pub async fn listen(
        &self,
        settings: &DiscordSettings,
        library: &Library,
        inbox: &Inbox,
        answered: impl Fn(bool) + Send + Sync + 'static,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        tokio::select! {
            outcome = self.connect_and_run(settings, library, inbox, Arc::new(answered), stop) => outcome,
            // The shards are told as well, and leave their connections open on purpose.
            () = async { stop.cancelled().await; tokio::time::sleep(Duration::from_secs(4)).await } => Ok(()),
        }
    }

    /// Sends one reply under its key; the same key twice is one message.
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        match self.reader.get() {
            Some(reader) => Sender::from(reader).send(delivery).await,
            None => Err(SendError::Later { after: Duration::from_secs(2), source: anyhow!("not connected yet") }),
        }
    }

    async fn connect_and_run(
        &self,
        settings: &DiscordSettings,
        library: &Library,
        inbox: &Inbox,
        answered: Arc<dyn Fn(bool) + Send + Sync>,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let api = Api::new(settings, inbox.clock().clone())?;
        let door = patiently("Discord", || knock(&api)).await?;
        let ears = Arc::new(Ears {
            me: door.me,
            phrases: phrases::shipped()?,
            place: settings.place,
            free_text: settings.free_text,
            catalogue: catalogue(library),
        });
        let doorkeeper = self.doorkeeper.clone();
        let reader = Reader { api: api.clone(), ears, inbox: inbox.clone(), doorkeeper };
        patiently("the commands", || register(&reader, settings, door.application)).await?;
        // A second listener would be a second process on one store, which `serve` refuses.
        let _ = self.reader.set(reader.clone());
        let Shards { first, end, total } =
            settings.shards.unwrap_or(Shards { first: 0, end: door.shards, total: door.shards });
        anyhow::ensure!(
            door.starts_left >= end - first,
            "Discord allows only {} more connections today: wait, or look for what restarts so often",
            door.starts_left
        );
        let config =
            ConfigBuilder::new(settings.token.expose_secret().to_owned(), intents(settings)).proxy_url(door.gateway);
        let config = config.build();
        let connected = Arc::new(AtomicU32::new(0));
        let mut shards = JoinSet::new();
        for number in first..end {
            let id = ShardId::new(number, total);
            let listener = listener(&reader, &connected, &answered);
            shards.spawn(listener.run(ConfigBuilder::from(config.clone()), id, stop.clone()));
        }
        shards.spawn(sweep(inbox.clone(), stop.clone()));
        while let Some(ended) = shards.join_next().await {
            ended.context("a shard panicked").flatten()?;
        }
        Ok(())
    }
}

fn listener(reader: &Reader, connected: &Arc<AtomicU32>, answered: &Arc<dyn Fn(bool) + Send + Sync>) -> Listener {
    let (count, answered) = (Arc::clone(connected), Arc::clone(answered));
    let was = std::sync::atomic::AtomicBool::new(false);
    let connected = move |now: bool| {
        if was.swap(now, Ordering::Relaxed) == now {
            return;
        }
        let before = if now { count.fetch_add(1, Ordering::Relaxed) } else { count.fetch_sub(1, Ordering::Relaxed) };
        // Replies can be sent as long as one shard is there.
        answered(now || before > 1);
    };
    Listener {
        api: reader.api.clone(),
        ears: Arc::clone(&reader.ears),
        reader: reader.clone(),
        connected: Box::new(connected),
    }
}

/// Only what is needed: threads and deletions, messages that name the coach, direct messages; the words of others only
/// when the operator wants them.
fn intents(settings: &DiscordSettings) -> Intents {
    let needed = Intents::GUILDS | Intents::GUILD_MESSAGES | Intents::DIRECT_MESSAGES;
    if settings.free_text { needed | Intents::MESSAGE_CONTENT } else { needed }
}

async fn knock(api: &Api) -> Result<Door, ApiError> {
    let (me, application) = tokio::try_join!(api.get("/users/@me"), api.get("/applications/@me"))?;
    let gateway = api.get("/gateway/bot").await?;
    let number =
        |value: &Value, default| value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(default);
    Ok(Door {
        me: id(&me)?,
        application: id(&application)?,
        gateway: gateway["url"].as_str().unwrap_or("wss://gateway.discord.gg").trim_end_matches('/').to_owned(),
        shards: number(&gateway["shards"], 1).max(1),
        starts_left: number(&gateway["session_start_limit"]["remaining"], 1000),
    })
}

fn id(value: &Value) -> Result<Id, ApiError> {
    let id = value["id"].as_str().and_then(Id::parse);
    id.ok_or_else(|| ApiError::Away { source: anyhow!("Discord did not say who we are") })
}

/// One request, and only when the set of commands has changed. In development a server has it at once.
async fn register(reader: &Reader, settings: &DiscordSettings, application: Id) -> Result<(), ApiError> {
    let commands = commands::all(&reader.ears.phrases, reader.doorkeeper.is_some());
    let (name, path) = match settings.guild {
        Some(guild) => {
            (format!("discord:commands:{guild}"), format!("/applications/{application}/guilds/{guild}/commands"))
        }
        None => ("discord:commands".to_owned(), format!("/applications/{application}/commands")),
    };
    let fingerprint = format!("{application}:{}", commands::fingerprint(&commands));
    let away = |source| ApiError::Away { source };
    if reader.inbox.checkpoint(&name).await.map_err(away)?.as_deref() == Some(fingerprint.as_str()) {
        return Ok(());
    }
    reader.api.put(&path, Some(&commands)).await?;
    let checkpoint = Checkpoint { name: &name, value: &fingerprint };
    reader.inbox.receive_all(&[], &[checkpoint]).await.map_err(away)?;
    tracing::info!("registered the commands");
    Ok(())
}

fn catalogue(library: &Library) -> Catalogue {
    let methods = library.methods().iter();
    Catalogue {
        methods: methods.map(|one| (one.id.0.clone(), one.name.clone(), one.english_name.clone())).collect(),
        terms: library.terms().iter().map(|term| term.term.clone()).collect(),
    }
}

/// Tries until Discord answers. Fails when it refuses, for then the operator must change something.
async fn patiently<T, F>(what: &str, attempt: impl Fn() -> F) -> anyhow::Result<T>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let mut pause = Duration::from_secs(1);
    loop {
        let after = match attempt().await {
            Ok(value) => return Ok(value),
            Err(ApiError::Unauthorized) => {
                anyhow::bail!("the Discord token is refused: give a new one in discord.token")
            }
            Err(error @ ApiError::Refused { .. }) => return Err(anyhow!(error).context(format!("{what} refused us"))),
            Err(ApiError::Limited { after }) => after,
            Err(ApiError::Away { source }) => {
                tracing::warn!(error = format!("{source:#}"), "{what} does not answer; will try again");
                pause
            }
        };
        tokio::time::sleep(after).await;
        pause = (pause * 2).min(Duration::from_secs(60));
    }
}

/// Throws handles away that Discord does not take any more.
async fn sweep(inbox: Inbox, stop: CancellationToken) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        if let Err(error) = drop_old_handles(&inbox).await {
            tracing::warn!(error = format!("{error:#}"), "cannot throw old handles away; will try again");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            () = stop.cancelled() => {}
        }
    }
    Ok(())
}

async fn drop_old_handles(inbox: &Inbox) -> anyhow::Result<()> {
    let now = inbox.clock().now();
    for (name, _) in inbox.checkpoints(HANDLE).await? {
        let interaction = Id::parse(&name[HANDLE.len()..]).unwrap_or_default();
        if !send::is_good(interaction, now) {
            inbox.drop_checkpoint(&name).await?;
        }
    }
    for (name, _) in inbox.checkpoints(OPENED).await? {
        let asked = Id::parse(&name[OPENED.len()..]).unwrap_or_default().at();
        if now - REPEATED_FOR > asked {
            inbox.drop_checkpoint(&name).await?;
        }
    }
    Ok(())
}
