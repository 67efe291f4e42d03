//! What a shard read, into the inbox, in its order; nothing is given up while the database is away.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use twilight_gateway::ShardId;

use super::api::Api;
use super::button::{What, needs_its_question};
use super::event::Id;
use super::place::Place;
use super::shard::Bookmark;
use super::thread;
use super::translate::{EPHEMERAL, Ears, Given, Handle, Heard, Opening};
use crate::console::doorkeeper::Doorkeeper;
use crate::inbox::Inbox;
use crate::store::Checkpoint;

/// Names of the places that are kept beside the inbox.
pub const HANDLE: &str = "discord:handle:";
pub const OPENING: &str = "discord:opening:";
/// Told again by Discord, a wish for a thread is known by this.
pub const OPENED: &str = "discord:opened:";
pub const PLACE: &str = "discord:place:";
pub const BEHIND: &str = "discord:behind:";

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Something read, and the bookmark that may be saved once it is written.
pub struct Job {
    pub read: Read,
    pub bookmark: Option<Bookmark>,
}

pub enum Read {
    /// A new session: what was said before it is not repeated by Discord.
    Ready,
    Heard(Box<Heard>),
    Open(Box<Opening>),
    ChannelGone(Id),
    GuildGone(Id),
}

/// A cheap handle.
#[derive(Clone)]
pub struct Reader {
    pub api: Api,
    pub ears: Arc<Ears>,
    pub inbox: Inbox,
    /// Gives listed coaches a link into the console.
    pub doorkeeper: Option<Doorkeeper>,
}

impl Reader {
    pub async fn bookmark(&self, id: ShardId) -> anyhow::Result<Option<Bookmark>> {
        let kept = self.inbox.checkpoint(&Bookmark::name(id)).await?;
        // One that cannot be read is as good as none.
        Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
    }

    /// Writes what comes until the listener ends. What is not written at a stop is read again at the next start.
    pub async fn write(self, id: ShardId, mut jobs: UnboundedReceiver<Job>, stop: CancellationToken) {
        self.resume_unfinished(id).await;
        while let Some(job) = jobs.recv().await {
            let mut pause = Duration::from_millis(100);
            while let Err(error) = self.take(id, &job).await {
                tracing::error!(error = format!("{error:#}"), "cannot write down what people said; will try again");
                tokio::select! {
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                    () = stop.cancelled() => return,
                }
            }
        }
    }

    /// Threads that were to be opened and conversations that were to be caught up with when the last process ended.
    async fn resume_unfinished(&self, id: ShardId) {
        if id.number() == 0 {
            match self.inbox.checkpoints(OPENING).await {
                Ok(kept) => kept.iter().for_each(|(_, value)| self.open(value)),
                Err(error) => tracing::error!(error = format!("{error:#}"), "cannot look for unfinished threads"),
            }
        }
        if let Ok(Some(_)) = self.inbox.checkpoint(&behind(id)).await {
            self.catch_up(id);
        }
    }

    fn open(&self, kept: &str) {
        if let Ok(opening) = serde_json::from_str::<Opening>(kept) {
            tokio::spawn(thread::open(self.clone(), opening));
        }
    }

    fn catch_up(&self, id: ShardId) {
        let reader = self.clone();
        tokio::spawn(async move {
            let name = behind(id);
            match super::backfill::run(&reader, id).await {
                Ok(()) => drop(reader.inbox.drop_checkpoint(&name).await),
                Err(error) => tracing::warn!(error = format!("{error:#}"), "could not read all that was missed"),
            }
        });
    }

    async fn take(&self, id: ShardId, job: &Job) -> anyhow::Result<()> {
        let bookmark = job.bookmark.as_ref().map(serde_json::to_string).transpose()?;
        let name = Bookmark::name(id);
        let bookmark = bookmark.as_deref().map(|value| Checkpoint { name: &name, value });
        match &job.read {
            Read::Ready => {
                let behind = behind(id);
                let checkpoints: Vec<_> =
                    bookmark.into_iter().chain([Checkpoint { name: &behind, value: "1" }]).collect();
                self.inbox.receive_all(&[], &checkpoints).await?;
                self.catch_up(id);
                Ok(())
            }
            Read::Heard(heard) => self.hear(heard, bookmark).await,
            Read::Open(opening) => self.begin(opening, bookmark).await,
            Read::ChannelGone(channel) => self.forget_channel(*channel).await,
            Read::GuildGone(guild) => self.forget_guild(*guild).await,
        }
    }

    /// Also for what is read later: see `backfill`.
    pub async fn hear(&self, heard: &Heard, bookmark: Option<Checkpoint<'_>>) -> anyhow::Result<()> {
        let conversation = heard.place.conversation();
        match &heard.given {
            Given::Nothing => {}
            Given::Known(earlier) if self.inbox.knows(&conversation, earlier).await? => {}
            Given::Known(_) => return Ok(()),
            Given::Latest(button) => {
                let What::Choice(choice) = &button.what else { return Ok(()) };
                let newest = self.inbox.newest_reply(&conversation).await?;
                let past = newest.is_none_or(|newest| !button.is_under(&newest));
                if past && needs_its_question(choice) {
                    self.say_past(heard.handle.as_ref());
                    return Ok(());
                }
            }
            Given::Ours(opening) => {
                if self.inbox.checkpoint(&format!("{PLACE}{}", heard.place.channel())).await?.is_none() {
                    return match opening {
                        Some(opening) => self.begin(opening, bookmark).await,
                        None => Ok(()),
                    };
                }
            }
        }
        let handle = heard.handle.as_ref().filter(|handle| handle.promised);
        let handle = handle.map(|handle| anyhow::Ok((handle_name(handle.interaction), serde_json::to_string(handle)?)));
        let handle = handle.transpose()?;
        let place = heard.guild.map(|guild| (format!("{PLACE}{}", conversation.address()), guild.to_string()));
        let kept = handle.iter().chain(&place).map(|(name, value)| Checkpoint { name, value });
        let checkpoints: Vec<_> = bookmark.into_iter().chain(kept).collect();
        self.inbox.receive_all(&heard.incoming, &checkpoints).await?;
        Ok(())
    }

    /// Keeps the wish, then makes the thread: a process that ends in between leaves it to the next.
    async fn begin(&self, opening: &Opening, bookmark: Option<Checkpoint<'_>>) -> anyhow::Result<()> {
        for known in [OPENING, OPENED] {
            if self.inbox.checkpoint(&format!("{known}{}", opening.event)).await?.is_some() {
                return Ok(());
            }
        }
        let (name, value) = (format!("{OPENING}{}", opening.event), serde_json::to_string(opening)?);
        let checkpoints: Vec<_> = bookmark.into_iter().chain([Checkpoint { name: &name, value: &value }]).collect();
        self.inbox.receive_all(&[], &checkpoints).await?;
        self.open(&value);
        Ok(())
    }

    /// An outdated button explains itself, to the one who pressed it.
    fn say_past(&self, handle: Option<&Handle>) {
        let Some(handle) = handle.cloned() else { return };
        let words = self.ears.phrases.say("past-step", handle.language).to_owned();
        let api = self.api.clone();
        tokio::spawn(async move {
            let body = json!({ "content": words, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } });
            let path = format!("/webhooks/{}/{}", handle.application, handle.token);
            let said = if handle.promised {
                api.patch(&format!("{path}/messages/@original"), &json!({ "content": words })).await
            } else {
                api.post(&path, &body).await
            };
            if let Err(error) = said {
                tracing::info!(%error, "could not explain an outdated button");
            }
        });
    }

    async fn forget_channel(&self, channel: Id) -> anyhow::Result<()> {
        self.forget_where(|place, _| place.channel() == channel).await?;
        let conversation = Place::Channel(channel).conversation();
        self.inbox.forget(&conversation).await?;
        Ok(())
    }

    async fn forget_guild(&self, guild: Id) -> anyhow::Result<()> {
        self.forget_where(|_, of| of == guild.to_string()).await
    }

    async fn forget_where(&self, gone: impl Fn(Place, &str) -> bool) -> anyhow::Result<()> {
        for (name, guild) in self.inbox.checkpoints(PLACE).await? {
            let address = &name[PLACE.len()..];
            let conversation = crate::message::ConversationId::new(crate::message::PlatformKind::Discord, address);
            if Place::of(&conversation).is_some_and(|place| gone(place, &guild)) {
                self.inbox.forget(&conversation).await?;
                self.inbox.drop_checkpoint(&name).await?;
                tracing::info!("erased a conversation whose place is gone");
            }
        }
        Ok(())
    }
}

pub fn handle_name(interaction: Id) -> String {
    format!("{HANDLE}{interaction}")
}

fn behind(id: ShardId) -> String {
    format!("{BEHIND}{}/{}", id.number(), id.total())
}
