//! Erases what has been kept long enough.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Timestamp};
use crate::console::doorkeeper::{LIMITS, LOG_LIFE};
use crate::message::PlatformKind;
use crate::store::{PurgeRun, Store};

/// Often enough for the short-lived replies, and for what was erased to be overwritten soon. A look that finds nothing
/// costs nothing.
const EVERY: Duration = Duration::from_secs(600);

/// Where only statistics are kept, a conversation that goes on remembers what it was about for this long.
const MEMORY_DAYS: u32 = 1;

/// How long the conversations of a platform are kept. 0 days: until someone erases them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    pub platform: PlatformKind,
    pub days: u32,
    pub statistics_only: bool,
}

/// Looks now and then until told to stop.
pub async fn run(store: &Store, clock: &Clock, rules: &[Keeping], stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = purge(store, clock, rules).await {
            tracing::error!(error = format!("{error:#}"), "cannot erase what is too old; will try again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Public so that a test need not wait.
pub async fn purge(store: &Store, clock: &Clock, rules: &[Keeping]) -> anyhow::Result<()> {
    let mut runs = Vec::new();
    for rule in rules {
        let Keeping { platform, .. } = *rule;
        if rule.statistics_only {
            store.drop_words(platform, clock.now()).await?;
        }
        let Some(days) = rule.days_kept() else { continue };
        let conversations = store.purge_older_than(platform, days, clock.now()).await?;
        if conversations > 0 {
            let name = platform.as_str();
            tracing::info!(platform = name, conversations, days, "erased conversations that were kept long enough");
            let conversations = i64::try_from(conversations)?;
            runs.push(PurgeRun { at: clock.now(), platform, days: days.into(), conversations });
        }
    }
    store.sweep_access(clock.now(), LIMITS, LOG_LIFE).await?;
    store.note_purge(&runs, clock.now()).await?;
    store.sweep(clock.now()).await
}

impl Keeping {
    /// The days after which a conversation is erased; `None`: never.
    pub fn days_kept(&self) -> Option<u32> {
        let days = if self.statistics_only { MEMORY_DAYS } else { self.days };
        (days > 0).then_some(days)
    }
}

/// What the next look will do for one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    pub rule: Keeping,
    /// Conversations that would be erased, were it now.
    pub conversations: usize,
}

/// When the next look is, and what it would erase: nothing is erased by asking.
pub async fn forecast(
    store: &Store,
    clock: &Clock,
    rules: &[Keeping],
) -> anyhow::Result<(Option<Timestamp>, Vec<Forecast>)> {
    let mut forecasts = Vec::with_capacity(rules.len());
    for rule in rules {
        let conversations = match rule.days_kept() {
            Some(days) => store.purge_preview(rule.platform, days, clock.now()).await?,
            None => 0,
        };
        forecasts.push(Forecast { rule: *rule, conversations });
    }
    Ok((store.last_purge().await?.map(|last| last + EVERY), forecasts))
}
