//! One connection to the gateway: what it brings is acknowledged at once and handed on in its order.
//!
//! Two tasks. The first listens: it must never wait for the database, for a person is told within three seconds that the
//! coach has heard, and Discord closes connections that do not answer. The second writes. The place up to which a shard
//! was read is saved with the rows read there, so that another process goes on from it: Discord repeats what came after.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use twilight_gateway::{CloseFrame, ConfigBuilder, Message as Frame, Session, Shard, ShardId};

use super::api::{Api, ApiError, code};
use super::console;
use super::event::{Deleted, Dispatch, Gone, Id, Interaction, Message, Ready};
use super::reader::{Job, Read, Reader};
use super::translate::{Ears, Then, deleted};

/// Discord waits three seconds for an acknowledgement; no try begins later.
const LAST_TRY: Duration = Duration::from_millis(2500);
const BETWEEN_TRIES: Duration = Duration::from_millis(150);

/// Up to where a shard was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    pub session: String,
    pub sequence: u64,
    pub resume_url: String,
}

impl Bookmark {
    /// One bookmark per shard and number of shards: with another number, other servers are read.
    pub fn name(id: ShardId) -> String {
        format!("discord:shard:{}/{}", id.number(), id.total())
    }

    fn of(shard: &Shard) -> Option<Self> {
        let session = shard.session()?;
        Some(Self {
            session: session.id().to_owned(),
            sequence: session.sequence(),
            resume_url: shard.resume_url()?.to_owned(),
        })
    }
}

/// What the listener works with.
pub struct Listener {
    pub api: Api,
    pub ears: Arc<Ears>,
    pub reader: Reader,
    /// Told whenever the connection comes or goes.
    pub connected: Box<dyn Fn(bool) + Send + Sync>,
}

impl Listener {
    /// Listens until stopped. Fails when the operator must change something.
    pub async fn run(self, config: ConfigBuilder, id: ShardId, stop: CancellationToken) -> anyhow::Result<()> {
        let kept = self.reader.bookmark(id).await?;
        let config = match kept {
            Some(kept) => config.session(Session::new(kept.sequence, kept.session)).resume_url(kept.resume_url),
            None => config,
        };
        let mut shard = Shard::with_config(id, config.build());
        let (jobs, waiting) = unbounded_channel();
        let writer = tokio::spawn(self.reader.clone().write(id, waiting, stop.clone()));
        // A stop leaves the connection as a crash would: Discord keeps the session, and the next start goes on from it.
        let outcome = tokio::select! {
            outcome = self.listen(&mut shard, &jobs) => outcome,
            () = stop.cancelled() => Ok(()),
        };
        (self.connected)(false);
        drop(jobs);
        writer.await.context("the writer of a shard panicked")?;
        outcome
    }

    async fn listen(&self, shard: &mut Shard, jobs: &UnboundedSender<Job>) -> anyhow::Result<()> {
        while let Some(frame) = shard.next().await {
            match frame {
                Ok(Frame::Text(text)) => self.take(&text, Bookmark::of(shard), jobs),
                Ok(Frame::Close(frame)) => {
                    (self.connected)(false);
                    if let Some(error) = frame.as_ref().and_then(fatal) {
                        return Err(error);
                    }
                    let code = frame.map(|frame| frame.code).unwrap_or_default();
                    tracing::info!(
                        shard = shard.id().number(),
                        code,
                        "the gateway closed the connection; connecting again"
                    );
                }
                Err(error) => {
                    (self.connected)(false);
                    tracing::warn!(
                        shard = shard.id().number(),
                        error = kind(&error),
                        "the gateway does not answer; will try again"
                    );
                }
            }
        }
        Err(anyhow!("the gateway closed the connection for good"))
    }

    fn take(&self, text: &str, bookmark: Option<Bookmark>, jobs: &UnboundedSender<Job>) {
        let Ok(Dispatch { name: Some(name), data }) = serde_json::from_str::<Dispatch>(text) else { return };
        if name == "READY" || name == "RESUMED" {
            (self.connected)(true);
            tracing::info!(event = name, "connected to the gateway");
        }
        if let Some(read) = self.read(&name, data) {
            // The writer ends only after the listener.
            let _ = jobs.send(Job { read, bookmark });
        }
    }

    fn read(&self, name: &str, data: serde_json::Value) -> Option<Read> {
        match name {
            "READY" => parse::<Ready>(name, data).map(|_| Read::Ready),
            "INTERACTION_CREATE" => self.interact(&parse(name, data)?),
            "MESSAGE_CREATE" => self.ears.message(&parse::<Message>(name, data)?, false).map(heard),
            "MESSAGE_UPDATE" => self.ears.message(&parse::<Message>(name, data)?, true).map(heard),
            "MESSAGE_DELETE" => Some(heard(deleted(&parse::<Deleted>(name, data)?))),
            "THREAD_DELETE" | "CHANNEL_DELETE" => Some(Read::ChannelGone(parse::<Gone>(name, data)?.id)),
            "GUILD_DELETE" => {
                let gone: Gone = parse(name, data)?;
                (!gone.unavailable).then_some(Read::GuildGone(gone.id))
            }
            _ => None,
        }
    }

    fn interact(&self, interaction: &Interaction) -> Option<Read> {
        let reaction = self.ears.interaction(interaction)?;
        let (api, id) = (self.api.clone(), interaction.id);
        let path = format!("/interactions/{id}/{}/callback", interaction.token);
        let asks = if let Then::Console(handle) = &reaction.then { Some(handle.clone()) } else { None };
        let (acknowledgement, reader) = (reaction.acknowledgement, self.reader.clone());
        tokio::spawn(async move {
            acknowledge(&api, id, &path, &acknowledgement).await;
            if let Some(handle) = asks {
                console::answer(&reader, &handle).await;
            }
        });
        match reaction.then {
            Then::Nothing | Then::Console(_) => None,
            Then::Hear(heard) => Some(Read::Heard(heard)),
            Then::Open(opening) => Some(Read::Open(opening)),
        }
    }
}

fn heard(heard: super::translate::Heard) -> Read {
    Read::Heard(Box::new(heard))
}

/// Says that an interaction was heard. A failure is not the end: the reply then comes as a message.
async fn acknowledge(api: &Api, id: Id, path: &str, body: &serde_json::Value) {
    let tries = async {
        loop {
            match api.post(path, body).await {
                Err(ApiError::Limited { .. } | ApiError::Away { .. }) => tokio::time::sleep(BETWEEN_TRIES).await,
                outcome => return outcome,
            }
        }
    };
    match tokio::time::timeout(LAST_TRY, tries).await {
        Ok(Ok(_)) => tracing::debug!(%id, "acknowledged"),
        // Repeated after a new start, or by a second connection: it was heard before.
        Ok(Err(ApiError::Refused { code: code::ALREADY_ACKNOWLEDGED | code::UNKNOWN_INTERACTION, .. })) => {
            tracing::info!(%id, "this interaction was acknowledged before, or is too old");
        }
        Ok(Err(error)) => tracing::warn!(%id, %error, "cannot acknowledge an interaction"),
        Err(_) => tracing::warn!(%id, "could not acknowledge an interaction in time"),
    }
}

/// An event that cannot be read is told by its name; its words are not.
fn parse<T: DeserializeOwned>(name: &str, data: serde_json::Value) -> Option<T> {
    serde_json::from_value(data).map_err(|_| tracing::warn!(event = name, "an event of Discord cannot be read")).ok()
}

/// What only the operator can mend.
fn fatal(frame: &CloseFrame<'_>) -> Option<anyhow::Error> {
    let why = match frame.code {
        4004 => "the Discord token is refused: give a new one in discord.token",
        4010 | 4011 => "the shards are not as Discord expects them: look at discord.shards",
        4013 => "Discord does not know the intents that were asked for",
        4014 => {
            "Discord refuses « Message Content »: switch that intent on in the application's page under Bot, or set \
             discord.free_text = false"
        }
        _ => return None,
    };
    Some(anyhow!(why))
}

/// The message of such an error may quote an event.
fn kind(error: &twilight_gateway::error::ReceiveMessageError) -> String {
    use twilight_gateway::error::ReceiveMessageErrorType as Kind;
    match error.kind() {
        Kind::Reconnect => "no connection".to_owned(),
        Kind::Deserializing { .. } => "an unreadable event".to_owned(),
        _ => "another error".to_owned(),
    }
}
