//! Erases what has been kept long enough.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::store::Store;

/// Often enough for the short-lived replies, and for what was erased to be overwritten soon. A look that finds nothing
/// costs nothing.
const EVERY: Duration = Duration::from_secs(600);

/// Looks now and then until told to stop. `retention_days` of 0: conversations are kept until someone erases them.
pub async fn run(store: &Store, clock: &Clock, retention_days: u32, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = purge(store, clock, retention_days).await {
            tracing::error!(error = format!("{error:#}"), "cannot erase what is too old; will try again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn purge(store: &Store, clock: &Clock, retention_days: u32) -> anyhow::Result<()> {
    if retention_days > 0 {
        let conversations = store.purge_older_than(retention_days, clock.now()).await?;
        if conversations > 0 {
            tracing::info!(conversations, retention_days, "erased conversations that were kept long enough");
        }
    }
    store.sweep(clock.now()).await
}
