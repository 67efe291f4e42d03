//! Which conversation an event belongs to: the room, a thread of it, or none.
//!
//! In a room of two, everything is for the coach. In a team's room only what calls it, what stands in a thread of its own
//! and what answers one of its messages. A call opens a thread below itself, so that several dialogues go on in one room.

use std::collections::HashMap;

use anyhow::Context as _;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::{EventId as MatrixEventId, OwnedEventId, OwnedUserId};
use matrix_sdk::{HttpError, Room};
use serde_json::Value;

use super::address::Address;
use super::choice;
use super::herald::{Notice, Word};
use super::sync::Pause;
use super::team::is_crowded;
use super::translate::{Heard, Words, is_sound};
use crate::clock::Timestamp;
use crate::dialogue::turn::Input;
use crate::inbox::Inbox;
use crate::message::{ConversationId, DeliveryKey, EventId, Incoming};
use crate::store::Shown;

/// Threads of others that are remembered as such.
const MOST_THREADS: usize = 1000;
/// A vote is looked for among so many of the last events of its conversation.
const RECENT: u32 = 100;

/// With the pauses between them, two minutes.
const MOST_FAILURES: u32 = 7;

/// Where and when something was heard.
#[derive(Clone)]
pub struct At<'a> {
    pub room: &'a Room,
    pub event: OwnedEventId,
    pub sender: OwnedUserId,
    pub time: Timestamp,
}

#[derive(Debug)]
pub enum Routed {
    Said(Incoming),
    Told(Notice),
}

pub struct Router {
    inbox: Inbox,
    /// What was read and is not written yet.
    pending: Vec<(ConversationId, EventId)>,
    /// Whether the root of a thread is ours, as the homeserver said.
    roots: HashMap<OwnedEventId, bool>,
}

impl At<'_> {
    fn main(&self) -> Address {
        Address::main(self.room.room_id())
    }

    fn thread(&self, root: &MatrixEventId) -> Address {
        Address::thread(self.room.room_id(), root)
    }

    pub fn incoming(&self, address: &Address, input: Input) -> Incoming {
        Incoming { conversation: address.conversation(), event: EventId(self.event.to_string()), input, at: self.time }
    }

    /// In a conversation that is known, under a name of its own.
    fn in_conversation(&self, conversation: ConversationId, event: EventId, input: Input) -> Routed {
        Routed::Said(Incoming { conversation, event, input, at: self.time })
    }

    fn here(&self) -> EventId {
        EventId(self.event.to_string())
    }
}

impl Router {
    pub fn new(inbox: Inbox) -> Self {
        Self { inbox, pending: Vec::new(), roots: HashMap::new() }
    }

    /// Forgets what was read and never written.
    pub fn begin(&mut self) {
        self.pending.clear();
    }

    /// What somebody did, as something for the inbox. `None` when it is not for the coach.
    pub async fn route(&mut self, at: &At<'_>, heard: Heard) -> anyhow::Result<Option<Routed>> {
        let routed = match heard {
            Heard::Words(words) => {
                let address = self.address_of(at, &words).await?;
                address.map(|address| Routed::Said(at.incoming(&address, input(words))))
            }
            Heard::Edited { earlier, words } => self.edited(at, &earlier, words).await?,
            Heard::Withdrawn { earlier } => {
                let conversation = self.conversation_of(at, &earlier).await?;
                let input = Input::Withdrawn { earlier: EventId(earlier.to_string()) };
                conversation.map(|conversation| at.in_conversation(conversation, at.here(), input))
            }
            Heard::Reacted { to, sign } => self.reacted(at, &to, &sign).await?,
            Heard::Voted { poll, answer } => self.voted(at, &poll, answer.as_deref()).await?,
            Heard::Left => Some(Routed::Said(at.incoming(&at.main(), Input::Left))),
            Heard::Came | Heard::Company => None,
        };
        if let Some(Routed::Said(incoming)) = &routed {
            self.pending.push((incoming.conversation.clone(), incoming.event.clone()));
        }
        Ok(routed)
    }

    async fn address_of(&mut self, at: &At<'_>, words: &Words) -> anyhow::Result<Option<Address>> {
        let for_us = words.called || !is_crowded(at.room);
        if let Some(root) = &words.thread {
            let ours = for_us || self.is_ours(at, root).await? || self.answers_us(at, words).await?;
            return Ok(ours.then(|| at.thread(root)));
        }
        if let Some(earlier) = &words.answers
            && let Some(event) = fetch(at.room, earlier).await?
            && is_from_us(at.room, &event)
        {
            let shown = self.shown(&event).await?.and_then(|shown| Address::of(&shown.conversation));
            // A word beside the dialogue is answered by a call.
            let otherwise = if is_crowded(at.room) { at.thread(&at.event) } else { at.main() };
            return Ok(Some(shown.unwrap_or(otherwise)));
        }
        Ok(match (is_crowded(at.room), words.called) {
            (false, _) => Some(at.main()),
            (true, called) => called.then(|| at.thread(&at.event)),
        })
    }

    async fn answers_us(&self, at: &At<'_>, words: &Words) -> anyhow::Result<bool> {
        let Some(earlier) = &words.answers else { return Ok(false) };
        Ok(fetch(at.room, earlier).await?.is_some_and(|event| is_from_us(at.room, &event)))
    }

    /// A thread below a message that was for the coach, or below one of the coach's own.
    async fn is_ours(&mut self, at: &At<'_>, root: &OwnedEventId) -> anyhow::Result<bool> {
        if self.conversation_of(at, root).await?.is_some() {
            return Ok(true);
        }
        if let Some(known) = self.roots.get(root) {
            return Ok(*known);
        }
        let ours = fetch(at.room, root).await?.is_some_and(|event| is_from_us(at.room, &event));
        if self.roots.len() >= MOST_THREADS {
            self.roots.clear();
        }
        self.roots.insert(root.clone(), ours);
        Ok(ours)
    }

    /// An edit corrects what was heard; one that only now calls the coach is a call.
    async fn edited(&mut self, at: &At<'_>, earlier: &OwnedEventId, words: Words) -> anyhow::Result<Option<Routed>> {
        let Some(text) = words.text.clone() else { return Ok(None) };
        // Homeservers do not look who changes whose words; clients do.
        let original = fetch(at.room, earlier).await?;
        if original.as_ref().and_then(TimelineEvent::sender).is_some_and(|author| author != at.sender) {
            return Ok(None);
        }
        let corrected = Input::Corrected { earlier: EventId(earlier.to_string()), text };
        if let Some(conversation) = self.conversation_of(at, earlier).await? {
            return Ok(Some(at.in_conversation(conversation, at.here(), corrected)));
        }
        if !is_crowded(at.room) {
            return Ok(Some(Routed::Said(at.incoming(&at.main(), corrected))));
        }
        if !words.called {
            return Ok(None);
        }
        // As if it had called from the beginning: a later edit or deletion finds it by its own name.
        let root = original.as_ref().and_then(thread_of).unwrap_or_else(|| earlier.clone());
        let at = At { event: earlier.clone(), ..at.clone() };
        Ok(Some(Routed::Said(at.incoming(&at.thread(&root), input(words)))))
    }

    async fn reacted(&self, at: &At<'_>, to: &MatrixEventId, sign: &str) -> anyhow::Result<Option<Routed>> {
        if !choice::answers(sign) {
            return Ok(None);
        }
        let Some(shown) = self.ours(at.room, to).await? else { return Ok(None) };
        let Some(choice) = choice::meant(&shown.reply.choices, sign) else { return Ok(None) };
        if !shown.newest {
            return Ok(past(&shown, &at.event));
        }
        let input = Input::Chose { choice: choice.id.clone() };
        Ok(Some(at.in_conversation(shown.conversation, at.here(), input)))
    }

    /// The first vote of a person answers, the next ones correct it. A person who did not vote while the question was
    /// open is told that it has passed.
    async fn voted(&self, at: &At<'_>, poll: &MatrixEventId, answer: Option<&str>) -> anyhow::Result<Option<Routed>> {
        let Some(shown) = self.ours(at.room, poll).await? else { return Ok(None) };
        let voter = voter(&shown.conversation, poll, &at.sender);
        let name = EventId(format!("{}{voter}", at.event));
        let first = self.first_vote(&shown.conversation, &voter).await?.filter(|first| *first != name);
        let choice = answer.and_then(|answer| choice::voted(&shown.reply.choices, answer));
        let (event, input) = match (choice, first) {
            (Some(choice), None) if shown.newest => (name, Input::Chose { choice: choice.id.clone() }),
            (Some(_), None) => return Ok(past(&shown, &at.event)),
            (Some(choice), Some(earlier)) => (at.here(), Input::Corrected { earlier, text: choice.label.clone() }),
            (None, Some(earlier)) => (at.here(), Input::Withdrawn { earlier }),
            (None, None) => return Ok(None),
        };
        Ok(Some(at.in_conversation(shown.conversation, event, input)))
    }

    async fn first_vote(&self, conversation: &ConversationId, voter: &str) -> anyhow::Result<Option<EventId>> {
        let pending = self.pending.iter().filter(|(of, _)| of == conversation).map(|(_, event)| event.clone());
        let written = self.inbox.last_events(conversation, RECENT).await?;
        Ok(pending.chain(written).find(|event| event.0.ends_with(voter)))
    }

    /// The conversation of this room in which an event was heard.
    async fn conversation_of(&self, at: &At<'_>, event: &MatrixEventId) -> anyhow::Result<Option<ConversationId>> {
        let event = EventId(event.to_string());
        let pending = self.pending.iter().filter(|(_, known)| *known == event).map(|(of, _)| of.clone());
        let written = self.inbox.conversations_with(&event).await?;
        let here = |of: &ConversationId| Address::of(of).is_some_and(|address| address.room == at.room.room_id());
        Ok(pending.chain(written).find(here))
    }

    /// The reply that one of our messages is part of.
    async fn ours(&self, room: &Room, event: &MatrixEventId) -> anyhow::Result<Option<Shown>> {
        match fetch(room, event).await? {
            Some(event) if is_from_us(room, &event) => self.shown(&event).await,
            _ => Ok(None),
        }
    }

    async fn shown(&self, event: &TimelineEvent) -> anyhow::Result<Option<Shown>> {
        let content = event.raw().get_field::<Value>("content").ok().flatten();
        let Some(key) = content.as_ref().and_then(choice::key_in) else { return Ok(None) };
        self.inbox.shown(&DeliveryKey::from_stored(key.to_owned())).await
    }
}

/// Nothing but the name of the coach is a greeting.
fn input(words: Words) -> Input {
    match words.text {
        Some(text) if text.is_empty() && words.called => Input::Joined,
        Some(text) => Input::Said { text },
        None => Input::Unreadable,
    }
}

/// What the votes of one person in one poll have in common, without saying who it is.
fn voter(conversation: &ConversationId, poll: &MatrixEventId, person: &OwnedUserId) -> String {
    format!("#{}", DeliveryKey::derive(conversation, &EventId(format!("{poll} {person}")), 0).as_str())
}

fn past(shown: &Shown, event: &MatrixEventId) -> Option<Routed> {
    let address = Address::of(&shown.conversation)?;
    Some(Routed::Told(Notice::new(Word::Past, &address, event.as_str())))
}

/// An event as the homeserver has it. `None` when it is not for our eyes, or gone, or never was: anybody can name any id,
/// and must not hold up the others with it.
async fn fetch(room: &Room, event: &MatrixEventId) -> anyhow::Result<Option<TimelineEvent>> {
    let found = given(|| room.event(event, None)).await;
    found.context("failed to read the message that another one is about")
}

/// What the homeserver gives; `None` when it will not. One that fails is asked again for a while: when it fails on this
/// alone, what others say must not wait for it for ever.
pub async fn given<T, F>(ask: impl Fn() -> F) -> matrix_sdk::Result<Option<T>>
where
    F: Future<Output = matrix_sdk::Result<T>>,
{
    let mut pause = Pause::default();
    for _ in 0..MOST_FAILURES {
        match ask().await {
            Err(error) if status(&error) == Some(500) => pause.wait().await,
            Err(error) if !is_away(&error) => return Ok(None),
            outcome => return outcome.map(Some),
        }
    }
    Ok(None)
}

fn status(error: &matrix_sdk::Error) -> Option<u16> {
    let matrix_sdk::Error::Http(http) = error else { return None };
    http.as_client_api_error().map(|answer| answer.status_code.as_u16())
}

/// The homeserver may answer better later. To a request that cannot even be made it will not.
pub fn is_away(error: &matrix_sdk::Error) -> bool {
    let matrix_sdk::Error::Http(http) = error else { return false };
    let refused = |status: u16| (400..500).contains(&status) && ![401, 429].contains(&status);
    match **http {
        HttpError::Reqwest(_) | HttpError::RefreshToken(_) => true,
        _ => status(error).is_some_and(|status| !refused(status)),
    }
}

fn is_from_us(room: &Room, event: &TimelineEvent) -> bool {
    event.sender().is_some_and(|sender| sender == room.own_user_id())
}

fn thread_of(event: &TimelineEvent) -> Option<OwnedEventId> {
    let content = event.raw().get_field::<Value>("content").ok()??;
    let relation = content.get("m.relates_to").filter(|relation| relation["rel_type"] == "m.thread")?;
    OwnedEventId::try_from(relation["event_id"].as_str()?).ok().filter(|root| is_sound(root))
}
