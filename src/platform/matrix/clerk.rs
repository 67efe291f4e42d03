//! Works off what the management room is about: opens it, brings alarms there, carries out orders.
//!
//! What it says goes straight out under a key of its own, like links into the console: it belongs to no dialogue.

use std::time::Duration;

use anyhow::Context as _;
use matrix_sdk::encryption::verification::SasVerification;
use matrix_sdk::ruma::events::room::member::MembershipState;
use matrix_sdk::ruma::{OwnedRoomId, RoomId, RoomOrAliasId, UserId};
use matrix_sdk::{Client, RoomState};
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::Means;
use super::alarm::{Alarm, Cause, Due, Ledger};
use super::management::{Asked, Management, News};
use super::order::Order;
use super::send;
use crate::config::MatrixSettings;
use crate::dialogue::turn::{Block, Markup, Reply};
use crate::inbox::Inbox;
use crate::knowledge::Language;
use crate::message::{ConversationId, Delivery, DeliveryKey, EventId, PlatformKind};
use crate::platform::SendError;
use crate::platform::phrases::Phrases;
use crate::store::Checkpoint;

/// An alarm that could not be told is tried again after this time.
const AGAIN: Duration = Duration::from_secs(15);

/// A room that could not be opened is tried again after this time.
const REOPEN: Duration = Duration::from_secs(300);

/// The checkpoint that keeps the room of an account begins so.
const ROOM: &str = "matrix-management:";

/// An answer to an order is tried so often; then the administrator asks again.
const TRIES: u32 = 5;

pub struct Clerk {
    pub(super) management: Management,
    news: mpsc::UnboundedReceiver<News>,
    room: watch::Sender<Option<OwnedRoomId>>,
    /// As the operator wrote it: an id or an alias.
    named: Option<String>,
    pub(super) ledger: Ledger,
    pub(super) inbox: Inbox,
    pub(super) means: Means,
    pub(super) phrases: Phrases,
    pub(super) client: Option<Client>,
    /// The room was opened in this session.
    opened: bool,
    pub(super) verifying: Option<SasVerification>,
    /// Orders that were read before anybody was signed in.
    early: Vec<Asked>,
}

impl Clerk {
    pub async fn hire(settings: &MatrixSettings, inbox: &Inbox, means: Means) -> anyhow::Result<Self> {
        let (tell, news) = mpsc::unbounded_channel();
        let room = watch::Sender::new(known_room(settings, inbox).await?);
        Ok(Self {
            management: Management::new(settings, tell, room.subscribe())?,
            news,
            room,
            named: settings.management_room.clone(),
            ledger: Ledger::open(inbox.clone()).await?,
            inbox: inbox.clone(),
            phrases: means.phrases.clone(),
            means,
            client: None,
            opened: false,
            verifying: None,
            early: Vec::new(),
        })
    }

    pub fn management(&self) -> Management {
        self.management.clone()
    }

    /// For ever: whoever hired it decides when to stop.
    pub async fn work(mut self) {
        let [mut again, mut reopen] = [AGAIN, REOPEN].map(tokio::time::interval);
        for interval in [&mut again, &mut reopen] {
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            let outcome = tokio::select! {
                Some(news) = self.news.recv() => self.serve(news).await,
                _ = again.tick() => self.tell_alarms().await,
                _ = reopen.tick() => self.reopen().await,
            };
            if let Err(error) = outcome {
                tracing::warn!(error = format!("{error:#}"), "the management room could not be served");
            }
        }
    }

    async fn serve(&mut self, news: News) -> anyhow::Result<()> {
        // That a message was read is no reason to try the alarms once more: there are many.
        let matters = !matches!(&news, News::Read(room) if !self.waits_for(room));
        let heard = self.hear(news).await;
        let told = if matters { self.tell_alarms().await } else { Ok(()) };
        heard.and(told)
    }

    /// The keys of this room are what the alarm is about.
    fn waits_for(&self, room: &RoomId) -> bool {
        let withheld = self.ledger.get(Cause::Withheld).filter(|alarm| alarm.over.is_none());
        withheld.is_some_and(|alarm| alarm.about == room.as_str())
    }

    /// A room that could not be opened, e.g. because the homeserver was too busy.
    async fn reopen(&mut self) -> anyhow::Result<()> {
        match self.client.clone().filter(|_| !self.opened) {
            Some(client) => self.open(client).await,
            None => Ok(()),
        }
    }

    async fn hear(&mut self, news: News) -> anyhow::Result<()> {
        let now = self.inbox.clock().now();
        match news {
            News::Connected(client, open) => {
                let opened = self.open(client).await;
                let _ = open.send(());
                for asked in std::mem::take(&mut self.early) {
                    self.answer(asked).await?;
                }
                opened
            }
            News::Raised { cause, about, since } => {
                tracing::error!(alarm = cause.name(), "an alarm for the operator");
                self.ledger.raise(cause, about, since).await
            }
            News::Over(cause) => self.ledger.end(cause, now).await,
            News::Disconnected => {
                (self.client, self.verifying) = (None, None);
                Ok(())
            }
            News::Read(room) if self.waits_for(&room) => self.ledger.end(Cause::Withheld, now).await,
            News::Read(_) => Ok(()),
            News::Ordered(asked) if self.client.is_none() => {
                self.early.push(asked);
                Ok(())
            }
            News::Ordered(asked) => self.answer(asked).await,
            News::Verifying(sas) => self.compare(sas).await,
            News::Verified { well } => self.conclude(well).await,
        }
    }

    async fn answer(&mut self, asked: Asked) -> anyhow::Result<()> {
        let (order, language) = Order::read(&self.phrases, &asked.words);
        let words = self.carry_out(order, &asked, language).await.unwrap_or_else(|error| {
            tracing::warn!(error = format!("{error:#}"), "an order could not be carried out");
            self.phrases.say("management-failed", language).to_owned()
        });
        let Some(client) = self.client.clone() else { return Ok(()) };
        for _ in 0..TRIES {
            match self.say(&client, &asked.event, words.clone()).await {
                Err(SendError::Later { after, .. }) => tokio::time::sleep(after).await,
                outcome => return Ok(outcome?),
            }
        }
        Ok(())
    }

    /// Brings what is due, as long as the homeserver takes it.
    async fn tell_alarms(&mut self) -> anyhow::Result<()> {
        let Some(client) = self.client.clone().filter(|_| self.room.borrow().is_some()) else { return Ok(()) };
        while let Some(due) = self.ledger.due() {
            let (Due::Raised(cause) | Due::Over(cause)) = due;
            let Some(alarm) = self.ledger.get(cause).cloned() else { return Ok(()) };
            let event = EventId(format!("alarm:{}:{}:{}", cause.name(), alarm.since, alarm.over.is_some()));
            let words = self.words_of(&due, &alarm);
            self.say(&client, &event, words).await?;
            self.ledger.told(&due).await?;
        }
        Ok(())
    }

    fn words_of(&self, due: &Due, alarm: &Alarm) -> String {
        let name = match due {
            Due::Raised(cause) => format!("alarm-{}", cause.name()),
            Due::Over(cause) => format!("alarm-{}-over", cause.name()),
        };
        let minutes = alarm.minutes(self.inbox.clock().now()).to_string();
        self.phrases.fill_all(&name, Language::French, &[("about", &alarm.about), ("minutes", &minutes)])
    }

    /// In the management room, under a key that follows from what it is about.
    pub(super) async fn say(&self, client: &Client, event: &EventId, words: String) -> Result<(), SendError> {
        let Some(room) = self.room.borrow().clone() else { return Ok(()) };
        let conversation = ConversationId::new(PlatformKind::Matrix, room.as_str());
        let delivery = Delivery {
            key: DeliveryKey::derive(&conversation, event, 0),
            conversation,
            event: event.clone(),
            reply: Reply { blocks: vec![Block::Text { markup: Markup(words) }], ..Reply::default() },
            first: false,
            tries: 0,
        };
        send::send(client, &delivery).await.map(drop)
    }
}

/// Opening the room.
impl Clerk {
    async fn open(&mut self, client: Client) -> anyhow::Result<()> {
        (self.client, self.opened) = (Some(client.clone()), false);
        let room = match (&self.named, self.management.administrators().first()) {
            (Some(named), _) => Some(enter(&client, named).await?),
            (None, Some(first)) => Some(self.own_room(&client, &first.clone()).await?),
            (None, None) => None,
        };
        self.room.send_replace(room);
        self.opened = true;
        Ok(())
    }

    /// A direct room with the first administrator: the one that we made before, as long as they are in it.
    async fn own_room(&self, client: &Client, first: &UserId) -> anyhow::Result<OwnedRoomId> {
        let me = client.user_id().context("not signed in")?;
        let name = format!("{ROOM}{me}");
        if let Some(kept) = self.inbox.checkpoint(&name).await?.and_then(|id| RoomId::parse(id).ok())
            && is_shared_with(client, &kept, first).await
        {
            return Ok(kept);
        }
        let room = client.create_dm(first).await.context("failed to make the management room")?;
        let id = room.room_id().to_owned();
        self.inbox.receive_all(&[], &[Checkpoint { name: &name, value: id.as_str() }]).await?;
        self.room.send_replace(Some(id.clone()));
        let welcome = self.phrases.say("management-welcome", Language::French).to_owned();
        self.say(client, &EventId("welcome".to_owned()), welcome).await?;
        Ok(id)
    }
}

/// The room of before: what was written there while we were away is business too. An alias is no id; whether it is still
/// the right one, `open` finds out.
async fn known_room(settings: &MatrixSettings, inbox: &Inbox) -> anyhow::Result<Option<OwnedRoomId>> {
    let kept = match &settings.management_room {
        Some(named) => vec![named.clone()],
        None if settings.administrators.is_empty() => Vec::new(),
        None => inbox.checkpoints(ROOM).await?.into_iter().map(|(_, id)| id).collect(),
    };
    Ok(kept.into_iter().find_map(|id| RoomId::parse(id).ok()))
}

async fn is_shared_with(client: &Client, room: &RoomId, person: &UserId) -> bool {
    let Some(room) = client.get_room(room).filter(|room| room.state() == RoomState::Joined) else { return false };
    let member = room.get_member(person).await.ok().flatten();
    member.is_some_and(|member| matches!(member.membership(), MembershipState::Join | MembershipState::Invite))
}

/// The room that the operator named. When we are not in it yet, an administrator's invitation will bring us there.
async fn enter(client: &Client, named: &str) -> anyhow::Result<OwnedRoomId> {
    let named = RoomOrAliasId::parse(named).context("matrix.management_room is no room")?;
    let id = match <&RoomId>::try_from(&*named) {
        Ok(id) => id.to_owned(),
        Err(alias) => client.resolve_room_alias(alias).await.context("matrix.management_room is unknown")?.room_id,
    };
    if client.get_room(&id).is_none_or(|room| room.state() != RoomState::Joined)
        && let Err(error) = client.join_room_by_id(&id).await
    {
        let error = format!("{:#}", anyhow::Error::from(error));
        tracing::warn!(error, "not in the management room yet: invite the coach there");
    }
    Ok(id)
}
