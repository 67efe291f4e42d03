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
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId, uint};
use matrix_sdk::sync::{SyncResponse, Timeline};
use matrix_sdk::{Client, Room};

use super::alarm::Cause;
use super::bookmark::{Bookmark, Sealed};
use super::console::{Asked, Concierge};
use super::gate::Gate;
use super::management::{self, Business, Management, News};
use super::translate::{Place, invites, translate};
use super::upgrade::{self, Arrival};
use crate::clock::Timestamp;
use crate::dialogue::turn::Input;
use crate::inbox::Inbox;
use crate::message::{ConversationId, EventId, Incoming, PlatformKind};
use crate::store::Checkpoint;

/// Reads for one account.
pub struct Reader {
    client: Client,
    inbox: Inbox,
    me: OwnedUserId,
    bookmark: Option<Bookmark>,
    /// The device is new and its first response shows all rooms as they are now, not what happened since the bookmark.
    fresh: bool,
    /// Answers coaches who ask for the console.
    concierge: Option<Concierge>,
    /// Is told what administrators ask for, and what operators must know.
    management: Management,
    gate: Gate,
}

/// Who helps the reader with what is no conversation.
pub struct Aides {
    pub concierge: Option<Concierge>,
    pub management: Management,
    pub gate: Gate,
}

/// What one event of a timeline is to us.
enum Read {
    Clear(Incoming),
    Sealed(Sealed),
    /// Somebody asked the coach to come. What is said from then on is said to it.
    Invited,
    /// A listed coach asks for a link into the console.
    Console(Asked),
    /// An administrator gives an order in the management room.
    Order(management::Asked),
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
        Aides { concierge, management, gate }: Aides,
    ) -> Self {
        Self { client, inbox, me, bookmark, fresh, concierge, management, gate }
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
        for (id, update) in &response.rooms.joined {
            // A space is a list of rooms: nobody talks there.
            if let Some(room) = self.client.get_room(id).filter(|room| !room.is_space()) {
                let news = self.read_room(&room, &update.timeline).await?;
                read.extend(self.settle_in(&room, news).await?);
            }
        }
        for (id, update) in &response.rooms.left {
            let farewells = self.interpret(id, false, &update.timeline.events);
            read.extend(
                farewells.into_iter().filter(|read| matches!(read, Read::Clear(said) if said.input == Input::Left)),
            );
        }
        let mut bookmark = self.bookmark.clone().unwrap_or_default();
        bookmark.since.clone_from(&response.next_batch);
        let rows = self.save(bookmark, read).await?;
        self.fresh = false;
        Ok(rows)
    }

    /// In a room that replaces another one nobody is greeted: the dialogue goes on.
    async fn settle_in(&self, room: &Room, mut read: Vec<Read>) -> anyhow::Result<Vec<Read>> {
        let came_in = |read: &Read| matches!(read, Read::Clear(said) if said.input == Input::Joined);
        if !read.iter().any(came_in) {
            return Ok(read);
        }
        match upgrade::arrival(room).await {
            Arrival::Plain => Ok(read),
            Arrival::Heir(old) => {
                let [from, to] =
                    [&old, room].map(|room| ConversationId::new(PlatformKind::Matrix, room.room_id().as_str()));
                self.inbox.carry_over(&from, &to).await?;
                tokio::spawn(upgrade::leave(old));
                read.retain(|read| !came_in(read));
                Ok(read)
            }
            Arrival::Misled => {
                tokio::spawn(upgrade::leave(room.clone()));
                Ok(Vec::new())
            }
        }
    }

    async fn read_room(&mut self, room: &Room, timeline: &Timeline) -> anyhow::Result<Vec<Read>> {
        let crowded = room.joined_members_count() > 2;
        let Some(bookmark) = &self.bookmark else {
            // Nothing was ever read. What we once answered on another machine is not answered again.
            let last_word = timeline.events.iter().rposition(|event| event.sender().as_ref() == Some(&self.me));
            return Ok(self.interpret(room.room_id(), crowded, &timeline.events[last_word.unwrap_or(0)..]));
        };
        let mut events = Vec::new();
        if self.fresh || timeline.limited {
            let until = timeline.events.first().filter(|_| !self.fresh);
            events = page(room, &bookmark.since, until).await?;
        }
        if !self.fresh {
            events.extend(timeline.events.iter().cloned());
        }
        let mut read = self.interpret(room.room_id(), crowded, &events);
        let now = self.now();
        read.retain(|read| match read {
            Read::Clear(said) => self.gate.admits(said, &events, now),
            _ => true,
        });
        Ok(read)
    }

    /// In the order of the room. What was said before the coach was asked to come does not concern it; what was said
    /// while it was on its way is answered, after the greeting: many clients make a room with its first message.
    fn interpret(&self, room: &RoomId, crowded: bool, events: &[TimelineEvent]) -> Vec<Read> {
        let place = Place { me: &self.me, room, crowded };
        let mut read: Vec<Read> = events.iter().filter_map(|event| self.interpret_one(&place, event)).collect();
        let came_in = |read: &Read| matches!(read, Read::Clear(said) if said.input == Input::Joined);
        if let Some(arrival) = read.iter().rposition(came_in) {
            let invited = read[..arrival].iter().rposition(|read| matches!(read, Read::Invited));
            let greeting = read.remove(arrival);
            read.drain(..invited.unwrap_or(arrival));
            read.insert(0, greeting);
        }
        read
    }

    fn interpret_one(&self, place: &Place<'_>, event: &TimelineEvent) -> Option<Read> {
        if let TimelineEventKind::UnableToDecrypt { utd_info, .. } = &event.kind {
            let foreign = event.sender().is_some_and(|sender| sender != self.me);
            let sealed = Sealed::new(place.room.to_owned(), event.event_id()?, self.inbox.clock().now());
            report_sealed(&sealed, utd_info);
            self.report_withheld(place.room, utd_info);
            return foreign.then_some(Read::Sealed(sealed));
        }
        if let TimelineEventKind::Decrypted(_) = &event.kind {
            self.management.tell(News::Read(place.room.to_owned()));
        }
        match event.raw().deserialize() {
            Ok(event) if let Some(business) = self.management.business(place, &event) => match business {
                Business::Order(asked) => Some(Read::Order(asked)),
                Business::Nothing => None,
            },
            Ok(event) if invites(place.me, &event) => Some(Read::Invited),
            Ok(event) => {
                let asked = self.concierge.as_ref().and_then(|concierge| concierge.asked(place, &event));
                asked.map(Read::Console).or_else(|| translate(place, &event).map(Read::Clear))
            }
            Err(error) => {
                // serde names the field that is wrong, not what stands in it.
                tracing::warn!(room = %place.room, event = ?event.event_id(), kind = ?error.classify(), "an event makes no sense");
                None
            }
        }
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
        for sealed in self.bookmark.iter().flat_map(|bookmark| &bookmark.sealed) {
            if !arrived.contains(&sealed.room) && !sealed.is_due(now) {
                continue;
            }
            match self.try_again(sealed).await {
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

    async fn try_again(&self, sealed: &Sealed) -> Retried {
        let Some(room) = self.client.get_room(&sealed.room) else { return Retried::Gone };
        match room.event(&sealed.event, None).await {
            Ok(TimelineEvent { kind: TimelineEventKind::UnableToDecrypt { utd_info, .. }, .. }) => {
                self.report_withheld(&sealed.room, &utd_info);
                Retried::StillSealed
            }
            Ok(event) => {
                let place = Place { me: &self.me, room: &sealed.room, crowded: room.joined_members_count() > 2 };
                Retried::Open(self.interpret_one(&place, &event))
            }
            Err(error) => match error.client_api_error_kind() {
                Some(ErrorKind::NotFound | ErrorKind::Forbidden) => Retried::Gone,
                _ => Retried::StillSealed,
            },
        }
    }

    /// Said once in a room of two. It has a name of its own, so that the message can still be answered when its keys come.
    fn excuse(&self, overdue: &Sealed, now: Timestamp) -> Option<Read> {
        let room = self.client.get_room(&overdue.room)?;
        let place = Place { me: &self.me, room: &overdue.room, crowded: room.joined_members_count() > 2 };
        let event = EventId(format!("{}#sealed", overdue.event));
        let excuse = Incoming { conversation: place.conversation(), event, input: Input::Unreadable, at: now };
        (!place.crowded && !self.management.is_here(place.room)).then_some(Read::Clear(excuse))
    }

    /// One transaction: the rows and the place up to which they were read.
    async fn save(&mut self, mut bookmark: Bookmark, read: Vec<Read>) -> anyhow::Result<Vec<Incoming>> {
        let mut rows = Vec::new();
        for read in read {
            match read {
                Read::Clear(incoming) => rows.push(incoming),
                Read::Sealed(sealed) => bookmark.add(sealed),
                Read::Invited => {}
                Read::Order(asked) => self.management.tell(News::Ordered(asked)),
                Read::Console(asked) => self.concierge.iter().for_each(|concierge| concierge.answer(asked.clone())),
            }
        }
        if rows.is_empty() && self.bookmark.as_ref() == Some(&bookmark) {
            return Ok(rows);
        }
        let name = checkpoint_name(&self.me);
        let value = serde_json::to_string(&bookmark)?;
        self.inbox.receive_all(&rows, &[Checkpoint { name: &name, value: &value }]).await?;
        self.bookmark = Some(bookmark);
        Ok(rows)
    }
}

enum Retried {
    Open(Option<Read>),
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
        let mut options = MessagesOptions::forward().from(token.as_str());
        options.limit = uint!(100);
        let page = match room.messages(options).await {
            Err(error) if matches!(error.client_api_error_kind(), Some(ErrorKind::Forbidden | ErrorKind::NotFound)) => {
                break;
            }
            page => page.context("failed to read the messages between two syncs")?,
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

fn report_sealed(sealed: &Sealed, info: &UnableToDecryptInfo) {
    let (room, event) = (&sealed.room, &sealed.event);
    if let UnableToDecryptReason::MissingMegolmSession { withheld_code: Some(WithheldCode::Unverified) } = info.reason {
        tracing::error!(%room, %event, "a person's client keeps its keys from us because it does not trust our device");
    } else {
        tracing::warn!(%room, %event, reason = ?info.reason, "a message cannot be decrypted yet");
    }
}
