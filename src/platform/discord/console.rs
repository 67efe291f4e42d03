//! `/console`: a link into the coaches' console, for listed people, seen by nobody else.
//!
//! It does not go through the inbox and the outbox: what opens a door is not kept. A link that gets lost is asked for
//! again.

use serde_json::json;

use super::reader::Reader;
use super::translate::Handle;

/// Puts the link in the promised place, or says why there is none.
pub async fn answer(reader: &Reader, handle: &Handle) {
    let words = words(reader, handle).await;
    // The preview of a link would be made by Discord's servers: 4 leaves it out.
    let body = json!({ "content": words, "flags": 4, "allowed_mentions": { "parse": [] } });
    let path = format!("/webhooks/{}/{}/messages/@original", handle.application, handle.token);
    if let Err(error) = reader.api.patch(&path, &body).await {
        tracing::warn!(%error, "could not answer who asked for the console");
    }
}

async fn words(reader: &Reader, handle: &Handle) -> String {
    let phrases = &reader.ears.phrases;
    let Some(doorkeeper) = &reader.doorkeeper else {
        return phrases.say("console-not-listed", handle.language).to_owned();
    };
    match doorkeeper.link(&format!("discord:{}", handle.user)).await {
        Ok(Some(link)) => phrases.fill("console-link", handle.language, "link", &link),
        Ok(None) => phrases.say("console-not-listed", handle.language).to_owned(),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "cannot make a link into the console");
            phrases.say("console-failed", handle.language).to_owned()
        }
    }
}
