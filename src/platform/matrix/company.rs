//! How the coach behaves among several people: it presents itself once, listens to what is addressed to it, and is silent
//! where those who administer the room want it so.

use matrix_sdk::RoomState;
use matrix_sdk::ruma::RoomId;
use matrix_sdk::ruma::events::AnySyncTimelineEvent;

use super::address::Address;
use super::called::Called;
use super::herald::{Herald, Notice, Word};
use super::reader::Read;
use super::route::{At, Routed, Router};
use super::team::{self, Listed, Manners, NO, Order, YES, administers, is_crowded};
use super::translate::{Heard, Place, timestamp, translate};
use crate::dialogue::turn::Input;

/// What it needs for that.
pub struct Company {
    called: Called,
    listed: Listed,
    herald: Herald,
    router: Router,
}

impl Company {
    pub fn new(called: Called, listed: Listed, herald: Herald) -> Self {
        let router = Router::new(herald.inbox.clone());
        Self { called, listed, herald, router }
    }

    /// Before a response is read: what was read of an earlier one and never written is forgotten.
    pub fn begin(&mut self) {
        self.router.begin();
    }

    pub fn called(&self) -> &Called {
        &self.called
    }

    pub async fn manners(&self, room: &matrix_sdk::Room) -> anyhow::Result<Manners> {
        Manners::of(room, &self.listed, &self.herald.inbox).await
    }

    /// What was read is written: what follows from it can be said.
    pub fn say(&self, notice: Notice) {
        self.herald.say(notice, 0);
    }

    /// What an event means for the conversations of its room.
    pub async fn hear(
        &mut self,
        room: &matrix_sdk::Room,
        manners: &mut Manners,
        event: &AnySyncTimelineEvent,
    ) -> anyhow::Result<Vec<Read>> {
        let place = Place { me: room.own_user_id(), room: room.room_id(), crowded: is_crowded(room) };
        let Some(heard) = translate(&place, &self.called, event) else { return Ok(Vec::new()) };
        let time = timestamp(event.origin_server_ts());
        let at = At { room, event: event.event_id().to_owned(), sender: event.sender().to_owned(), time };
        match &heard {
            Heard::Came => return Ok(vec![Read::Arrived(arrive(&at, manners))]),
            Heard::Company => return self.meet(&at, manners).await,
            // Somebody else is still there to talk to.
            Heard::Left if room.state() == RoomState::Joined && room.joined_members_count() > 1 => {
                return Ok(Vec::new());
            }
            // Words that are to go do so wherever they were heard.
            Heard::Left | Heard::Withdrawn { .. } => return self.pass_on(&at, heard).await,
            _ if !manners.admitted => return Ok(Vec::new()),
            Heard::Words(words) if place.crowded => {
                if let Some(order) = Order::of(words, &self.herald.phrases) {
                    return Ok(obey(&at, manners, order).await);
                }
            }
            _ => {}
        }
        if manners.silent { Ok(Vec::new()) } else { self.pass_on(&at, heard).await }
    }

    async fn pass_on(&mut self, at: &At<'_>, heard: Heard) -> anyhow::Result<Vec<Read>> {
        Ok(self.router.route(at, heard).await?.into_iter().map(Read::from).collect())
    }

    /// What held in a room that was replaced holds in the new one.
    pub async fn inherit(&self, old: &matrix_sdk::Room, new: &matrix_sdk::Room) -> anyhow::Result<Vec<Read>> {
        let names: [fn(&RoomId) -> String; 3] = [team::met_name, team::silent_name, team::heir_name];
        let mut inherited = Vec::new();
        for name in names {
            if self.herald.inbox.checkpoint(&name(old.room_id())).await?.as_deref() == Some(YES) {
                inherited.push(name(new.room_id()));
            }
        }
        let heir = team::heir_name(new.room_id());
        if !self.listed.0.is_empty() && self.listed.admits(old) && !inherited.contains(&heir) {
            inherited.push(heir);
        }
        Ok(inherited.into_iter().map(|name| Read::Note(name, YES)).collect())
    }

    /// Somebody joins the coach and one other person in the middle of their dialogue.
    async fn meet(&self, at: &At<'_>, manners: &mut Manners) -> anyhow::Result<Vec<Read>> {
        let main = Address::main(at.room.room_id());
        let grown = is_crowded(at.room) && !manners.met && manners.admitted;
        if !grown || self.herald.inbox.last_events(&main.conversation(), 1).await?.is_empty() {
            return Ok(Vec::new());
        }
        Ok(present(at, manners, Word::Company))
    }
}

impl From<Routed> for Read {
    fn from(routed: Routed) -> Self {
        match routed {
            Routed::Said(incoming) => Self::Clear(incoming),
            Routed::Told(notice) => Self::Notice(notice),
        }
    }
}

/// What the coach says when it comes in.
fn arrive(at: &At<'_>, manners: &mut Manners) -> Vec<Read> {
    let main = Address::main(at.room.room_id());
    if !is_crowded(at.room) {
        return vec![Read::Clear(at.incoming(&main, Input::Joined))];
    }
    if !manners.admitted {
        return vec![Read::Notice(Notice::new(Word::Unlisted, &main, at.event.as_str()))];
    }
    if manners.met { Vec::new() } else { present(at, manners, Word::Arrival) }
}

/// Once per room, for ever.
fn present(at: &At<'_>, manners: &mut Manners, word: Word) -> Vec<Read> {
    manners.met = true;
    let room = at.room.room_id();
    let notice = Notice::new(word, &Address::main(room), room.as_str());
    vec![Read::Notice(notice), Read::Note(team::met_name(room), YES)]
}

/// Switches the coach off or on, when the one who asks may.
async fn obey(at: &At<'_>, manners: &mut Manners, order: Order) -> Vec<Read> {
    let room = at.room.room_id();
    let told = |word| Read::Notice(Notice::new(word, &Address::main(room), at.event.as_str()));
    if !administers(at.room, &at.sender).await {
        return vec![told(Word::NotAllowed)];
    }
    manners.silent = order == Order::Silence;
    let (value, word) = if manners.silent { (YES, Word::Silenced) } else { (NO, Word::Speaks) };
    vec![Read::Note(team::silent_name(room), value), told(word)]
}
