//! A thread for one conversation. Made once: a second try finds what the first has made.

use std::time::Duration;

use serde_json::{Value, json};

use super::api::{Api, ApiError, code};
use super::draw::cut;
use super::event::Id;
use super::reader::{OPENED, OPENING, PLACE, Reader};
use super::translate::Opening;
use crate::config::DiscordPlace;
use crate::store::Checkpoint;

const NAME: usize = 100;
const PERSON: usize = 60;
/// Minutes of silence after which Discord folds the thread away; a message unfolds it.
const FOLD_AFTER: u32 = 10_080;
const PUBLIC: u8 = 11;
const PRIVATE: u8 = 12;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Makes the thread and begins the conversation there; tries again until Discord answers.
pub async fn open(reader: Reader, opening: Opening) {
    let mut pause = Duration::from_secs(1);
    loop {
        match attempt(&reader, &opening).await {
            Ok(()) => return,
            Err(Failure::Never(error)) => {
                tracing::warn!(%error, "cannot open a thread");
                return give_up(&reader, &opening, "cannot-open").await;
            }
            Err(Failure::Later(error)) => {
                tracing::warn!(error = format!("{error:#}"), "cannot open a thread yet; will try again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

enum Failure {
    Later(anyhow::Error),
    Never(ApiError),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused { .. } => Self::Never(error),
            other => Self::Later(other.into()),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Later(error)
    }
}

async fn attempt(reader: &Reader, opening: &Opening) -> Result<(), Failure> {
    if opening.handle.is_none() && reader.ears.place == DiscordPlace::Ephemeral {
        // What only one person sees cannot answer a message.
        give_up(reader, opening, "use-command").await;
        return Ok(());
    }
    let thread = match find(reader, opening).await? {
        Some(thread) => thread,
        None => make(reader, opening).await?,
    };
    if opening.handle.is_none() || reader.ears.place == DiscordPlace::PrivateThread {
        // Being named in a private thread lets a person in, but the coach names nobody.
        reader.api.put(&format!("/channels/{thread}/thread-members/{}", opening.user), None).await?;
    }
    tell(&reader.api, reader, opening, thread).await?;
    let place = (format!("{PLACE}{thread}"), opening.guild.to_string());
    let opened = (format!("{OPENED}{}", opening.event), thread.to_string());
    let checkpoints = [&place, &opened].map(|(name, value)| Checkpoint { name, value });
    reader.inbox.receive_all(&opening.incoming(thread), &checkpoints).await?;
    reader.inbox.drop_checkpoint(&format!("{OPENING}{}", opening.event)).await?;
    Ok(())
}

/// The thread of an earlier try: by the coach, of this name, in this channel, made after it was asked for.
async fn find(reader: &Reader, opening: &Opening) -> Result<Option<Id>, ApiError> {
    let active = reader.api.get(&format!("/guilds/{}/threads/active", opening.guild)).await?;
    let name = name(reader, opening);
    let is_it = |thread: &&Value| {
        thread["name"] == name.as_str()
            && thread["parent_id"] == opening.channel.to_string().as_str()
            && thread["owner_id"] == reader.ears.me.to_string().as_str()
            && id_of(thread).is_some_and(|id| id > opening.event)
    };
    Ok(active["threads"].as_array().into_iter().flatten().find(is_it).and_then(id_of))
}

async fn make(reader: &Reader, opening: &Opening) -> Result<Id, Failure> {
    let private = reader.ears.place == DiscordPlace::PrivateThread;
    let mut body = json!({ "name": name(reader, opening), "auto_archive_duration": FOLD_AFTER });
    // A message can have one public thread; its id is that of the message.
    if opening.handle.is_none() && !private {
        let path = format!("/channels/{}/messages/{}/threads", opening.channel, opening.event);
        return match reader.api.post(&path, &body).await {
            Ok(_) | Err(ApiError::Refused { code: code::THREAD_EXISTS, .. }) => Ok(opening.event),
            // The channel is a thread itself.
            Err(ApiError::Refused { code: code::WRONG_CHANNEL_TYPE, .. }) => Ok(opening.channel),
            Err(error) => Err(error.into()),
        };
    }
    body["type"] = json!(if private { PRIVATE } else { PUBLIC });
    if private {
        body["invitable"] = json!(true);
    }
    let made = reader.api.post(&format!("/channels/{}/threads", opening.channel), &body).await?;
    id_of(&made).ok_or_else(|| Failure::Later(anyhow::anyhow!("Discord did not say which thread it made")))
}

/// Where the conversation goes on, to the one who asked for it. When it is too late for that, the thread is there anyway.
async fn tell(api: &Api, reader: &Reader, opening: &Opening, thread: Id) -> Result<(), ApiError> {
    let words = reader.ears.phrases.fill("thread-opened", opening.language, "thread", &format!("<#{thread}>"));
    complete(api, opening, &words).await
}

async fn complete(api: &Api, opening: &Opening, words: &str) -> Result<(), ApiError> {
    let Some(handle) = &opening.handle else { return Ok(()) };
    let path = format!("/webhooks/{}/{}/messages/@original", handle.application, handle.token);
    match api.patch(&path, &json!({ "content": words, "allowed_mentions": { "parse": [] } })).await {
        Err(ApiError::Limited { after }) => Err(ApiError::Limited { after }),
        Err(error) => {
            tracing::info!(%error, "could not say where the thread is");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

async fn give_up(reader: &Reader, opening: &Opening, phrase: &str) {
    let words = reader.ears.phrases.say(phrase, opening.language);
    let told = match &opening.handle {
        Some(_) => complete(&reader.api, opening, words).await,
        None => answer_message(&reader.api, opening, words).await,
    };
    if let Err(error) = told {
        tracing::warn!(%error, "could not say that there is no thread");
    }
    if let Err(error) = reader.inbox.drop_checkpoint(&format!("{OPENING}{}", opening.event)).await {
        tracing::error!(error = format!("{error:#}"), "cannot forget a thread that cannot be opened");
    }
}

/// Below the message that named the coach; done twice, it is one message.
async fn answer_message(api: &Api, opening: &Opening, words: &str) -> Result<(), ApiError> {
    let body = json!({
        "content": words,
        "message_reference": { "message_id": opening.event.to_string(), "fail_if_not_exists": false },
        "allowed_mentions": { "parse": [] },
        "nonce": format!("n{}", opening.event),
        "enforce_nonce": true,
    });
    api.post(&format!("/channels/{}/messages", opening.channel), &body).await.map(drop)
}

/// The tag tells the threads of one person apart, for people and for a second try.
fn name(reader: &Reader, opening: &Opening) -> String {
    let phrases = &reader.ears.phrases;
    let named = phrases.fill("thread-name", opening.language, "name", &cut(&opening.name, PERSON));
    cut(&named.replace("{tag}", &tag(opening.event)), NAME)
}

fn tag(event: Id) -> String {
    let digits = std::iter::successors(Some(event.0), |rest| Some(rest / 36)).take(4);
    digits.filter_map(|rest| char::from_digit(u32::try_from(rest % 36).unwrap_or_default(), 36)).collect()
}

fn id_of(value: &Value) -> Option<Id> {
    Id::parse(value["id"].as_str()?)
}
