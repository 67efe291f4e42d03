//! Incoming, at least once: what a response of the homeserver brought, into the inbox.
//!
//! The SDK stores its own sync token before anybody has seen the messages that came with it. So the token that counts
//! is ours, saved in one transaction with the messages; `session` puts it back at start. What a response leaves out
//! (`limited`) is paged from our token on. The inbox drops what it has seen before.

use std::collections::BTreeSet;

use anyhow::Context as _;
use matrix_sdk::deserialized_responses::{
    TimelineEvent, TimelineEventKind, UnableToDecryptInfo, UnableToDecryptReason, WithheldCode,
};
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::api::client::sync::sync_events;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::{AnySyncMessageLikeEvent, AnySyncTimelineEvent};
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId, uint};
use matrix_sdk::store::{StateStoreDataKey, StateStoreDataValue};
use matrix_sdk::sync::{SyncResponse, Timeline};
use matrix_sdk::{Client, Room};

use super::address::{Address, is_for_talks};
use super::alarm::Cause;
use super::bookmark::{Bookmark, Sealed};
use super::company::Company;
use super::console::{Asked, Concierge};
use super::draw;
use super::gate::Gate;
use super::herald::Notice;
use super::management::{self, Business, Management, News};
use super::route::given;
use super::speaker::poll_name;
use super::sync::filter;
use super::team::{self, Manners, is_crowded};
use super::translate::{Heard, Place, invites, timestamp, translate};
use super::upgrade::{self, Arrival};
use crate::clock::Timestamp;
use crate::dialogue::turn::Input;
use crate::inbox::Inbox;
use crate::message::{EventId, Incoming};
use crate::store::Checkpoint;

/// Reads for one account.
pub struct Reader {
    client: Client,
    inbox: Inbox,
    me: OwnedUserId,
    bookmark: Option<Bookmark>,
    /// The device is new and its first response shows all rooms as they are now, not what happened since the bookmark.
    fresh: bool,
    /// Rooms to be left once what they have to do with is written.
    leaving: Vec<Room>,
    /// Answers coaches who ask for the console.
    concierge: Option<Concierge>,
    /// Is told what administrators ask for, and what operators must know.
    management: Management,
    gate: Gate,
    company: Company,
}

/// Who helps the reader with what is no conversation.
pub struct Aides {
    pub concierge: Option<Concierge>,
    pub management: Management,
    pub gate: Gate,
    pub company: Company,
}

/// What one event of a timeline is to us.
pub enum Read {
    Clear(Incoming),
    Sealed(Sealed),
    /// Somebody asked the coach to come. What is said from then on is said to it.
    Invited,
    /// A listed coach asks for a link into the console.
    Console(Asked),
    /// An administrator gives an order in the management room.
    Order(management::Asked),
    /// The coach came in, and what it says then.
    Arrived(Vec<Read>),
    /// Something to be said beside the dialogues.
    Notice(Notice),
    /// Something to be remembered, by its name.
    Note(String, &'static str),
}

/// The name under which the inbox keeps the bookmark of an account.
fn checkpoint_name(me: &UserId) -> String {
    format!("matrix:{me}")
}

/// The place up to which the inbox has read this account, if it ever has.
pub async fn bookmark(inbox: &Inbox, me: &UserId) -> anyhow::Result<Option<Bookmark>> {
    let kept = inbox.checkpoint(&checkpoint_name(me)).await?;
    kept.map(|kept| serde_json::from_str(&kept).context("failed to read the Matrix checkpoint")).transpose()
}

impl Reader {
    pub fn new(
        client: Client,
        inbox: Inbox,
        me: OwnedUserId,
        bookmark: Option<Bookmark>,
        fresh: bool,
        Aides { concierge, management, gate, company }: Aides,
    ) -> Self {
        Self { client, inbox, me, bookmark, fresh, leaving: Vec::new(), concierge, management, gate, company }
    }

    pub fn now(&self) -> Timestamp {
        self.inbox.clock().now()
    }

    /// Messages wait for their keys.
    pub fn waits_for_keys(&self) -> bool {
        self.bookmark.as_ref().is_some_and(|bookmark| !bookmark.sealed.is_empty())
    }

    /// Writes all that a response brought. May be called again with the same response when it fails. Gives what is new.
    pub async fn take(&mut self, response: &SyncResponse) -> anyhow::Result<Vec<Incoming>> {
        let mut read = Vec::new();
        self.begin();
        for (id, update) in &response.rooms.joined {
            if let Some(room) = self.client.get_room(id).filter(is_for_talks) {
                let news = self.read_room(&room, &update.timeline).await?;
                read.extend(self.settle_in(&room, news).await?);
            }
        }
        for (id, update) in &response.rooms.left {
            if let Some(room) = self.client.get_room(id) {
                read.extend(update.timeline.events.iter().filter_map(|event| self.farewell(&room, event)));
            }
        }
        self.finish(response.next_batch.clone(), read).await
    }

    /// What was read before and never written is forgotten.
    fn begin(&mut self) {
        self.company.begin();
        self.leaving.clear();
    }

    /// Writes what was read up to a token.
    async fn finish(&mut self, token: String, read: Vec<Read>) -> anyhow::Result<Vec<Incoming>> {
        let bookmark = Bookmark { since: token, ..self.bookmark.clone().unwrap_or_default() };
        let rows = self.save(bookmark, read).await?;
        self.fresh = false;
        for room in self.leaving.drain(..) {
            tokio::spawn(upgrade::leave(room));
        }
        Ok(rows)
    }

    /// The same, when the SDK has kept a response and cannot hand it over: one event in it makes no sense. Encrypted, such a
    /// one passes every homeserver. What the response brought is read from the rooms; the inbox drops what it has seen.
    pub async fn reread(&mut self) -> anyhow::Result<Vec<Incoming>> {
        let Some(token) = self.kept_token().await? else { return Ok(Vec::new()) };
        let mut read = Vec::new();
        self.begin();
        if let Some(since) = self.bookmark.as_ref().map(|bookmark| bookmark.since.clone()) {
            for room in self.rooms_with_news(&since).await? {
                let events = page(&room, &since, None).await?;
                let news = self.interpret(&room, &events).await?;
                read.extend(self.settle_in(&room, news).await?);
            }
        }
        self.finish(token, read).await
    }

    /// The SDK has kept a response that we have not read.
    pub async fn is_behind(&self) -> bool {
        let since = self.bookmark.as_ref().map(|bookmark| bookmark.since.clone());
        self.kept_token().await.is_ok_and(|kept| kept.is_some() && kept != since)
    }

    async fn kept_token(&self) -> anyhow::Result<Option<String>> {
        let kept = self.client.state_store().get_kv_data(StateStoreDataKey::SyncToken).await?;
        Ok(kept.and_then(StateStoreDataValue::into_sync_token))
    }

    /// Asks what a response would hold, past the SDK.
    async fn rooms_with_news(&self, since: &str) -> anyhow::Result<Vec<Room>> {
        let mut request = sync_events::v3::Request::new();
        (request.since, request.filter) = (Some(since.to_owned()), Some(filter()));
        let response = self.client.send(request).await.map_err(matrix_sdk::Error::from)?;
        let rooms = response.rooms.join.keys().filter_map(|id| self.client.get_room(id));
        Ok(rooms.filter(is_for_talks).collect())
    }

    /// In a room that replaces another one nobody is greeted: the dialogue goes on.
    async fn settle_in(&mut self, room: &Room, read: Vec<Read>) -> anyhow::Result<Vec<Read>> {
        if !read.iter().any(|read| matches!(read, Read::Arrived(_))) {
            return Ok(read);
        }
        // Whoever was asked to come was not led astray.
        let asked = read.iter().any(|read| matches!(read, Read::Invited));
        match upgrade::arrival(room).await {
            Arrival::Heir(old) => self.succeed(old, room, read).await,
            Arrival::Misled if !asked => {
                self.leaving.push(room.clone());
                Ok(Vec::new())
            }
            Arrival::Plain | Arrival::Misled => Ok(read),
        }
    }

    /// What belonged to the old room belongs to the new one.
    async fn succeed(&mut self, old: Room, new: &Room, mut read: Vec<Read>) -> anyhow::Result<Vec<Read>> {
        let [from, to] = [&old, new].map(|room| Address::main(room.room_id()).conversation());
        self.inbox.carry_over(&from, &to).await?;
        self.inbox.drop_checkpoint(&poll_name(&from)).await?;
        let inherited = self.company.inherit(&old, new).await?;
        let silent = team::silent_name(new.room_id());
        let silent = inherited.iter().any(|read| matches!(read, Read::Note(name, _) if *name == silent));
        read.retain(|read| match read {
            Read::Arrived(_) => false,
            Read::Clear(_) => !silent,
            _ => true,
        });
        read.extend(inherited);
        self.leaving.push(old);
        Ok(read)
    }

    async fn read_room(&mut self, room: &Room, timeline: &Timeline) -> anyhow::Result<Vec<Read>> {
        let Some(bookmark) = &self.bookmark else {
            // Nothing was ever read. What we once answered on another machine is not answered again.
            let last_word = timeline.events.iter().rposition(|event| event.sender().as_ref() == Some(&self.me));
            return self.interpret(room, &timeline.events[last_word.unwrap_or(0)..]).await;
        };
        let mut events = Vec::new();
        if self.fresh || timeline.limited {
            let until = timeline.events.first().filter(|_| !self.fresh);
            events = page(room, &bookmark.since, until).await?;
        }
        if !self.fresh {
            // A room that was just entered is shown whole, older than the token that we paged from.
            let shown: BTreeSet<_> = timeline.events.iter().filter_map(TimelineEvent::event_id).collect();
            events.retain(|event| event.event_id().is_none_or(|id| !shown.contains(&id)));
            events.extend(timeline.events.iter().cloned());
        }
        self.interpret(room, &events).await
    }

    /// In the order of the room. What was said before the coach was asked to come does not concern it; what was said
    /// while it was on its way is answered, after the greeting: many clients make a room with its first message.
    async fn interpret(&mut self, room: &Room, events: &[TimelineEvent]) -> anyhow::Result<Vec<Read>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let mut manners = self.company.manners(room).await?;
        let mut read: Vec<Read> = Vec::new();
        for event in events {
            read.extend(self.interpret_one(room, &mut manners, event).await?);
        }
        if let Some(arrival) = read.iter().rposition(|read| matches!(read, Read::Arrived(_))) {
            let invited = read[..arrival].iter().rposition(|read| matches!(read, Read::Invited));
            let greeting = read.remove(arrival);
            read.drain(..invited.unwrap_or(arrival));
            read.insert(0, greeting);
        }
        Ok(read)
    }

    async fn interpret_one(
        &mut self,
        room: &Room,
        manners: &mut Manners,
        event: &TimelineEvent,
    ) -> anyhow::Result<Vec<Read>> {
        if let TimelineEventKind::UnableToDecrypt { utd_info, .. } = &event.kind {
            self.report_withheld(room.room_id(), utd_info);
            return Ok(self.sealed(room, event, utd_info).into_iter().collect());
        }
        if let TimelineEventKind::Decrypted(_) = &event.kind {
            self.management.tell(News::Read(room.room_id().to_owned()));
        }
        let Some(clear) = readable(room, event) else { return Ok(Vec::new()) };
        let place = Place { me: &self.me, room: room.room_id(), crowded: is_crowded(room) };
        if let Some(business) = self.management.business(&place, &clear) {
            return Ok(match business {
                Business::Order(asked) => vec![Read::Order(asked)],
                Business::Nothing => Vec::new(),
            });
        }
        if invites(place.me, &clear) {
            return Ok(vec![Read::Invited]);
        }
        let asked = self.concierge.as_ref().and_then(|concierge| concierge.asked(&place, &clear));
        match asked {
            Some(asked) => Ok(vec![Read::Console(asked)]),
            None => {
                let read = self.company.hear(room, manners, &clear).await?;
                Ok(self.without_flood(read, &clear))
            }
        }
    }

    /// What the gate lets in of that which follows from an event.
    fn without_flood(&mut self, mut read: Vec<Read>, event: &AnySyncTimelineEvent) -> Vec<Read> {
        let now = self.now();
        read.retain(|read| match read {
            // Words that are to go do so in any case.
            Read::Clear(said) if matches!(said.input, Input::Withdrawn { .. } | Input::Left) => true,
            Read::Clear(said) => self.gate.admits(&said.conversation, event, now),
            Read::Notice(notice) => self.gate.admits(&notice.conversation, event, now),
            _ => true,
        });
        read
    }

    fn sealed(&self, room: &Room, event: &TimelineEvent, info: &UnableToDecryptInfo) -> Option<Read> {
        let sealed = Sealed::new(room.room_id().to_owned(), event.event_id()?, self.inbox.clock().now());
        report_sealed(&sealed, info);
        event.sender().is_some_and(|sender| sender != self.me).then_some(Read::Sealed(sealed))
    }

    /// Of a room that was left, only that matters; of one that was replaced nothing: its dialogue has moved.
    fn farewell(&self, room: &Room, event: &TimelineEvent) -> Option<Read> {
        let clear = readable(room, event).filter(|_| room.successor_room().is_none())?;
        let place = Place { me: &self.me, room: room.room_id(), crowded: false };
        (translate(&place, self.company.called(), &clear)? == Heard::Left).then(|| {
            Read::Clear(Incoming {
                conversation: place.conversation(),
                event: EventId(clear.event_id().to_string()),
                input: Input::Left,
                at: timestamp(clear.origin_server_ts()),
            })
        })
    }

    /// The operator can do something about a client that does not trust our device.
    fn report_withheld(&self, room: &RoomId, info: &UnableToDecryptInfo) {
        if let UnableToDecryptReason::MissingMegolmSession { withheld_code: Some(WithheldCode::Unverified) } =
            info.reason
        {
            self.management.raise(Cause::Withheld, room.as_str(), self.now());
        }
    }

    /// Tries again what could not be decrypted: all of a room whose keys have just arrived, the rest when it is due.
    pub async fn unseal(&mut self, arrived: &BTreeSet<OwnedRoomId>) -> anyhow::Result<Vec<Incoming>> {
        let now = self.inbox.clock().now();
        let Some(mut bookmark) = self.bookmark.clone() else { return Ok(Vec::new()) };
        let mut read = Vec::new();
        self.begin();
        for sealed in bookmark.sealed.clone() {
            if !arrived.contains(&sealed.room) && !sealed.is_due(now) {
                continue;
            }
            match self.try_again(&sealed).await? {
                Retried::Open(opened) => {
                    bookmark.remove(&sealed.event);
                    read.extend(opened);
                }
                Retried::Gone => bookmark.remove(&sealed.event),
                Retried::StillSealed => bookmark.tried(&sealed.event),
            }
        }
        bookmark.give_up(now);
        while let Some(overdue) = bookmark.overdue(now).cloned() {
            bookmark.mark_told(&overdue.room);
            read.extend(self.excuse(&overdue, now));
        }
        if self.bookmark.as_ref() == Some(&bookmark) {
            return Ok(Vec::new());
        }
        self.save(bookmark, read).await
    }

    async fn try_again(&mut self, sealed: &Sealed) -> anyhow::Result<Retried> {
        let Some(room) = self.client.get_room(&sealed.room) else { return Ok(Retried::Gone) };
        Ok(match room.event(&sealed.event, None).await {
            Ok(TimelineEvent { kind: TimelineEventKind::UnableToDecrypt { utd_info, .. }, .. }) => {
                self.report_withheld(&sealed.room, &utd_info);
                Retried::StillSealed
            }
            Ok(event) => {
                let mut manners = self.company.manners(&room).await?;
                Retried::Open(self.interpret_one(&room, &mut manners, &event).await?)
            }
            Err(error) => match error.client_api_error_kind() {
                Some(ErrorKind::NotFound | ErrorKind::Forbidden) => Retried::Gone,
                _ => Retried::StillSealed,
            },
        })
    }

    /// Said once in a room of two. It has a name of its own, so that the message can still be answered when its keys come.
    fn excuse(&self, overdue: &Sealed, now: Timestamp) -> Option<Read> {
        let room = self.client.get_room(&overdue.room)?;
        let place = Place { me: &self.me, room: &overdue.room, crowded: is_crowded(&room) };
        let event = EventId(format!("{}#sealed", overdue.event));
        let excuse = Incoming { conversation: place.conversation(), event, input: Input::Unreadable, at: now };
        (!place.crowded && !self.management.is_here(place.room)).then_some(Read::Clear(excuse))
    }

    /// One transaction: the rows, the place up to which they were read, and what is to be remembered and said. What is to be
    /// done follows when it is written, so that a failed write does not have it done twice.
    async fn save(&mut self, mut bookmark: Bookmark, read: Vec<Read>) -> anyhow::Result<Vec<Incoming>> {
        let (mut rows, mut notes, mut notices) = (Vec::new(), Vec::new(), Vec::new());
        let (mut orders, mut links) = (Vec::new(), Vec::new());
        for read in read.into_iter().flat_map(Read::flat) {
            match read {
                Read::Clear(incoming) => rows.push(incoming),
                Read::Sealed(sealed) => bookmark.add(sealed),
                Read::Order(asked) => orders.push(asked),
                Read::Console(asked) => links.push(asked),
                Read::Note(name, value) => notes.push((name, value.to_owned())),
                Read::Notice(notice) => {
                    notes.push(notice.checkpoint()?);
                    notices.push(notice);
                }
                Read::Invited | Read::Arrived(_) => {}
            }
        }
        let nothing = rows.is_empty() && notes.is_empty() && orders.is_empty() && links.is_empty();
        if nothing && self.bookmark.as_ref() == Some(&bookmark) {
            return Ok(rows);
        }
        notes.push((checkpoint_name(&self.me), serde_json::to_string(&bookmark)?));
        let places: Vec<Checkpoint<'_>> = notes.iter().map(|(name, value)| Checkpoint { name, value }).collect();
        self.inbox.receive_all(&rows, &places).await?;
        self.bookmark = Some(bookmark);
        self.gate.settle();
        orders.into_iter().for_each(|asked| self.management.tell(News::Ordered(asked)));
        if let Some(concierge) = &self.concierge {
            links.into_iter().for_each(|asked| concierge.answer(asked));
        }
        notices.into_iter().for_each(|notice| self.company.say(notice));
        Ok(rows)
    }
}

impl Read {
    /// An arrival is what is said then.
    fn flat(self) -> Vec<Self> {
        if let Self::Arrived(read) = self { read } else { vec![self] }
    }
}

enum Retried {
    Open(Vec<Read>),
    StillSealed,
    /// Deleted, or the room was left.
    Gone,
}

/// Everything of a room from a sync token on, up to an event that is already at hand.
async fn page(room: &Room, since: &str, until: Option<&TimelineEvent>) -> anyhow::Result<Vec<TimelineEvent>> {
    let until = until.and_then(TimelineEvent::event_id);
    let mut events = Vec::new();
    let mut from = Some(since.to_owned());
    while let Some(token) = from {
        let options = || {
            let mut options = MessagesOptions::forward().from(token.as_str());
            options.limit = uint!(100);
            options
        };
        let page = given(|| room.messages(options())).await;
        let Some(page) = page.context("failed to read the messages between two syncs")? else {
            tracing::error!(room = %room.room_id(), "what was said meanwhile cannot be read");
            break;
        };
        for event in page.chunk {
            if until.is_some() && event.event_id() == until {
                return Ok(events);
            }
            events.push(event);
        }
        from = page.end.filter(|end| *end != token);
    }
    Ok(events)
}

/// `None` for what makes no sense, and for what another Déclic says: two of them must not talk to each other.
fn readable(room: &Room, event: &TimelineEvent) -> Option<AnySyncTimelineEvent> {
    if event.sender().as_deref() != Some(room.own_user_id()) && draw::is_marked(event.raw()) {
        return None;
    }
    let sealed = matches!(event.kind, TimelineEventKind::Decrypted(_));
    match event.raw().deserialize() {
        // Settings and deletions are never encrypted, and the homeserver checks who may. Whoever encrypts one pretends.
        Ok(
            AnySyncTimelineEvent::State(_)
            | AnySyncTimelineEvent::MessageLike(AnySyncMessageLikeEvent::RoomRedaction(_)),
        ) if sealed => None,
        Ok(clear) => Some(clear),
        Err(error) => {
            // serde names the field that is wrong, not what stands in it.
            tracing::warn!(room = %room.room_id(), event = ?event.event_id(), kind = ?error.classify(), "an event makes no sense");
            None
        }
    }
}

fn report_sealed(sealed: &Sealed, info: &UnableToDecryptInfo) {
    let (room, event) = (&sealed.room, &sealed.event);
    if let UnableToDecryptReason::MissingMegolmSession { withheld_code: Some(WithheldCode::Unverified) } = info.reason {
        tracing::error!(%room, %event, "a person's client keeps its keys from us because it does not trust our device");
    } else {
        tracing::warn!(%room, %event, reason = ?info.reason, "a message cannot be decrypted yet");
    }
}
