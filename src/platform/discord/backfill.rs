//! After a new session: the messages that Discord does not repeat, read from the channels of living conversations.

use std::time::Duration;

use twilight_gateway::ShardId;

use super::api::ApiError;
use super::event::{Id, Message};
use super::place::Place;
use super::reader::{PLACE, Reader};
use crate::message::PlatformKind;

/// Conversations that were silent for longer are not asked for.
const LIVING: Duration = Duration::from_secs(30 * 24 * 3600);
/// Messages of one request: Discord's most.
const PAGE: usize = 100;

pub async fn run(reader: &Reader, shard: ShardId) -> anyhow::Result<()> {
    let since = reader.inbox.clock().now() - LIVING;
    for summary in reader.inbox.conversations().await? {
        let id = &summary.conversation;
        if id.platform() != PlatformKind::Discord || summary.last_at < since {
            continue;
        }
        if let Some(Place::Channel(channel)) = Place::of(id)
            && is_read_by(reader, shard, channel).await?
        {
            catch_up(reader, channel).await?;
        }
    }
    Ok(())
}

/// Direct messages come to the first shard, those of a server to the shard that its id says.
async fn is_read_by(reader: &Reader, shard: ShardId, channel: Id) -> anyhow::Result<bool> {
    let guild = reader.inbox.checkpoint(&format!("{PLACE}{channel}")).await?;
    let guild = guild.and_then(|guild| Id::parse(&guild));
    let number = guild.map_or(0, |guild| (guild.0 >> 22) % u64::from(shard.total()));
    Ok(number == u64::from(shard.number()))
}

async fn catch_up(reader: &Reader, channel: Id) -> anyhow::Result<()> {
    let conversation = Place::Channel(channel).conversation();
    let events = reader.inbox.last_events(&conversation, 50).await?;
    let Some(mut last) = events.iter().filter_map(|event| Id::parse(&event.0)).max() else { return Ok(()) };
    loop {
        let path = format!("/channels/{channel}/messages?after={last}&limit={PAGE}");
        let page = match patiently(reader, &path).await {
            Ok(page) => page,
            // Gone, or closed to us: nothing can be read there.
            Err(ApiError::Refused { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let mut messages: Vec<Message> = serde_json::from_value(page).unwrap_or_default();
        messages.sort_by_key(|message| message.id);
        let guild = reader.inbox.checkpoint(&format!("{PLACE}{channel}")).await?.and_then(|guild| Id::parse(&guild));
        for message in &mut messages {
            // A message that is asked for does not say its server.
            message.guild_id = guild;
            if let Some(heard) = reader.ears.message(message, false) {
                reader.hear(&heard, None).await?;
            }
        }
        match messages.last() {
            Some(newest) if messages.len() == PAGE => last = newest.id,
            _ => return Ok(()),
        }
    }
}

async fn patiently(reader: &Reader, path: &str) -> Result<serde_json::Value, ApiError> {
    for _ in 0..10 {
        match reader.api.get(path).await {
            Err(ApiError::Limited { after }) => tokio::time::sleep(after).await,
            Err(ApiError::Away { .. }) => tokio::time::sleep(Duration::from_secs(2)).await,
            outcome => return outcome,
        }
    }
    reader.api.get(path).await
}
