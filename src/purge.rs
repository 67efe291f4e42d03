//! Erases what has been kept long enough.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::console::doorkeeper::{LIMITS, LOG_LIFE};
use crate::message::PlatformKind;
use crate::store::Store;

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
    for rule in rules {
        if rule.statistics_only {
            store.drop_words(rule.platform, clock.now()).await?;
        }
        let days = if rule.statistics_only { MEMORY_DAYS } else { rule.days };
        if days > 0 {
            let conversations = store.purge_older_than(rule.platform, days, clock.now()).await?;
            if conversations > 0 {
                let platform = rule.platform.as_str();
                tracing::info!(platform, conversations, days, "erased conversations that were kept long enough");
            }
        }
    }
    store.sweep_access(clock.now(), LIMITS, LOG_LIFE).await?;
    store.sweep(clock.now()).await
}
