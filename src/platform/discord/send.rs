//! One reply on its way out: in the place of « is thinking » where that was promised, else as a message under its key.

use std::time::Duration;

use anyhow::anyhow;
use serde_json::{Value, json};

use super::api::{Api, ApiError, code};
use super::draw::{Drawn, Frame, draw};
use super::event::Id;
use super::phrases::Phrases;
use super::place::Place;
use super::reader::{PLACE, Reader, handle_name};
use super::translate::{EPHEMERAL, Handle};
use crate::clock::Timestamp;
use crate::inbox::Inbox;
use crate::message::{Delivery, DeliveryKey, EventId};
use crate::platform::SendError;

/// Discord keeps the token of an interaction for fifteen minutes.
const TOKEN_LIFE: Duration = Duration::from_secs(14 * 60);
const SOON: Duration = Duration::from_secs(2);

/// What sending works with.
pub struct Sender<'a> {
    pub api: &'a Api,
    pub inbox: &'a Inbox,
    pub phrases: &'a Phrases,
    pub me: Id,
    pub free_text: bool,
}

impl<'a> From<&'a Reader> for Sender<'a> {
    fn from(reader: &'a Reader) -> Self {
        Self {
            api: &reader.api,
            inbox: &reader.inbox,
            phrases: &reader.ears.phrases,
            me: reader.ears.me,
            free_text: reader.ears.free_text,
        }
    }
}

impl Sender<'_> {
    /// Gives Discord's name of the last message.
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        let place = Place::of(&delivery.conversation)
            .ok_or_else(|| SendError::Never { source: anyhow!("no place of Discord has this name") })?;
        let later = |source| SendError::Later { after: SOON, source };
        let frame = Frame { notice: delivery.first, window: self.needs_window(delivery, place).await.map_err(later)? };
        let messages = draw(&delivery.reply, &delivery.key, self.phrases, frame);
        let handle = self.handle(delivery).await.map_err(later)?;
        let sent = match handle {
            Some(handle) => match self.in_promised_place(delivery, &handle, &messages).await {
                Err(error) if token_is_dead(&error) => self.as_messages(delivery, place, &messages).await,
                outcome => outcome,
            },
            None => self.as_messages(delivery, place, &messages).await,
        };
        sent.map_err(sort)
    }

    /// Where words reach the coach only when they name it, or not at all.
    async fn needs_window(&self, delivery: &Delivery, place: Place) -> anyhow::Result<bool> {
        let in_server = self.inbox.checkpoint(&format!("{PLACE}{}", delivery.conversation.address())).await?.is_some();
        Ok(matches!(place, Place::Aside { .. }) || (in_server && !self.free_text))
    }

    /// What is needed to answer the interaction, while it is good.
    async fn handle(&self, delivery: &Delivery) -> anyhow::Result<Option<Handle>> {
        let Some(interaction) = Id::parse(&delivery.event.0) else { return Ok(None) };
        let kept = self.inbox.checkpoint(&handle_name(interaction)).await?;
        let handle: Option<Handle> = kept.and_then(|kept| serde_json::from_str(&kept).ok());
        Ok(handle.filter(|handle| is_good(handle.interaction, self.inbox.clock().now())))
    }

    /// The first message takes the promised place: done twice, it is the same. What follows is seen by the same people.
    async fn in_promised_place(
        &self,
        delivery: &Delivery,
        handle: &Handle,
        messages: &[Drawn],
    ) -> Result<Option<EventId>, ApiError> {
        let path = format!("/webhooks/{}/{}", handle.application, handle.token);
        let opens = delivery.key == DeliveryKey::derive(&delivery.conversation, &delivery.event, 0);
        let mut last = None;
        for (index, message) in messages.iter().enumerate() {
            let mut body = message.body();
            let sent = if opens && index == 0 {
                self.api.patch(&format!("{path}/messages/@original"), &body).await?
            } else if handle.ephemeral {
                body["flags"] = json!(EPHEMERAL);
                self.api.post(&format!("{path}?wait=true"), &body).await?
            } else {
                self.message(delivery, place_channel(delivery), message, index).await?
            };
            last = id_of(&sent).or(last);
        }
        Ok(last)
    }

    async fn as_messages(
        &self,
        delivery: &Delivery,
        place: Place,
        messages: &[Drawn],
    ) -> Result<Option<EventId>, ApiError> {
        let channel = match place {
            Place::Channel(channel) => Some(channel),
            // What only one person may read goes to that person.
            Place::Aside { user, .. } => Some(self.direct_channel(user).await?),
        };
        let mut last = None;
        for (index, message) in messages.iter().enumerate() {
            let sent = self.message(delivery, channel, message, index).await?;
            last = id_of(&sent).or(last);
        }
        Ok(last)
    }

    async fn direct_channel(&self, user: Id) -> Result<Id, ApiError> {
        let channel = self.api.post("/users/@me/channels", &json!({ "recipient_id": user.to_string() })).await?;
        let id = channel["id"].as_str().and_then(Id::parse);
        id.ok_or_else(|| ApiError::Away { source: anyhow!("Discord did not say which channel it opened") })
    }

    /// Discord drops a repeat of a nonce for some minutes; for a later one we look whether it arrived.
    async fn message(
        &self,
        delivery: &Delivery,
        channel: Option<Id>,
        message: &Drawn,
        index: usize,
    ) -> Result<Value, ApiError> {
        let channel = channel.ok_or(ApiError::Refused { status: 404, code: code::UNKNOWN_CHANNEL })?;
        if delivery.tries > 0
            && let Some(sent) = self.find(delivery, channel, message).await?
        {
            return Ok(sent);
        }
        let mut body = message.body();
        body["nonce"] = json!(nonce(&delivery.key, index));
        body["enforce_nonce"] = json!(true);
        self.api.post(&format!("/channels/{channel}/messages"), &body).await
    }

    /// A message of ours with these words after the event that it answers.
    async fn find(&self, delivery: &Delivery, channel: Id, message: &Drawn) -> Result<Option<Value>, ApiError> {
        let Some(event) = delivery.event.0.split(':').next().and_then(Id::parse) else { return Ok(None) };
        let path = format!("/channels/{channel}/messages?after={event}&limit=50");
        let recent = match self.api.get(&path).await {
            // Not allowed to read what was said: the nonce alone must do.
            Err(ApiError::Refused { .. }) => return Ok(None),
            outcome => outcome?,
        };
        let titles = |embeds: &Value| -> Vec<String> {
            embeds.as_array().into_iter().flatten().map(|embed| embed["title"].to_string()).collect()
        };
        let drawn = titles(&json!(message.embeds));
        let first_button = |components: &Value| components[0]["components"][0]["custom_id"].clone();
        let button = first_button(&json!(message.components));
        let is_it = |sent: &&Value| {
            sent["author"]["id"] == self.me.to_string().as_str()
                && sent["content"] == message.content.as_str()
                && titles(&sent["embeds"]) == drawn
                && (button.is_null() || first_button(&sent["components"]) == button)
        };
        Ok(recent.as_array().into_iter().flatten().find(is_it).cloned())
    }
}

fn place_channel(delivery: &Delivery) -> Option<Id> {
    Place::of(&delivery.conversation).map(Place::channel)
}

/// A key has 24 signs, a nonce at most 25.
fn nonce(key: &DeliveryKey, index: usize) -> String {
    let part = u32::try_from(index).ok().and_then(|index| char::from_digit(index, 36)).unwrap_or('z');
    format!("{}{part}", key.as_str())
}

/// Whether Discord still knows the token of this interaction.
pub fn is_good(interaction: Id, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(interaction.at())).unwrap_or_default() < TOKEN_LIFE
}

fn token_is_dead(error: &ApiError) -> bool {
    const DEAD: [u64; 4] =
        [code::UNKNOWN_WEBHOOK, code::INVALID_WEBHOOK_TOKEN, code::UNKNOWN_INTERACTION, code::UNKNOWN_MESSAGE];
    matches!(error, ApiError::Refused { code, .. } if DEAD.contains(code))
}

fn id_of(sent: &Value) -> Option<EventId> {
    sent["id"].as_str().map(|id| EventId(id.to_owned()))
}

/// The error carries the decision.
fn sort(error: ApiError) -> SendError {
    match error {
        ApiError::Limited { after } => SendError::Later { after, source: error.into() },
        ApiError::Away { .. } => SendError::Later { after: SOON, source: error.into() },
        // The operator must mend the token; the replies wait.
        ApiError::Unauthorized => SendError::Later { after: Duration::from_secs(60), source: error.into() },
        ApiError::Refused { .. } => SendError::Never { source: error.into() },
    }
}
