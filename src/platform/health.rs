//! Whether each configured platform works now: set by the platforms, read by `/readyz` and by whoever waits for them.

use std::collections::BTreeMap;

use serde::Serialize;
use tokio::sync::watch;

use crate::message::PlatformKind;

/// How a platform stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Not connected yet.
    Starting,
    Ready,
    /// It was connected and is not any more; it keeps trying.
    Away,
}

/// A cheap handle; clones share what was set.
#[derive(Debug, Clone)]
pub struct Health {
    platforms: watch::Sender<BTreeMap<PlatformKind, Standing>>,
}

impl Health {
    /// Every platform that is configured, each starting.
    pub fn expecting(platforms: impl IntoIterator<Item = PlatformKind>) -> Self {
        let starting = platforms.into_iter().map(|platform| (platform, Standing::Starting)).collect();
        Self { platforms: watch::Sender::new(starting) }
    }

    pub fn set(&self, platform: PlatformKind, standing: Standing) {
        self.platforms.send_if_modified(|platforms| platforms.insert(platform, standing) != Some(standing));
    }

    /// In the order of [`PlatformKind::ALL`].
    pub fn platforms(&self) -> Vec<(PlatformKind, Standing)> {
        self.platforms.borrow().iter().map(|(platform, standing)| (*platform, *standing)).collect()
    }

    /// Those that work now.
    pub fn working(&self) -> Vec<PlatformKind> {
        let ready = |(platform, standing)| (standing == Standing::Ready).then_some(platform);
        self.platforms().into_iter().filter_map(ready).collect()
    }

    /// Waits until every expected platform is ready at the same time.
    pub async fn ready(&self) {
        let mut changes = self.platforms.subscribe();
        let all_ready = |platforms: &BTreeMap<_, _>| platforms.values().all(|standing| *standing == Standing::Ready);
        // The sender lives in `self`, so the wait cannot end for want of one.
        let _ = changes.wait_for(all_ready).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_ready_when_all_parts_are() {
        let health = Health::expecting([PlatformKind::Web, PlatformKind::Matrix]);
        health.set(PlatformKind::Web, Standing::Ready);
        let waiting = tokio::spawn({
            let health = health.clone();
            async move { health.ready().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        health.set(PlatformKind::Matrix, Standing::Ready);
        waiting.await.unwrap();
        health.set(PlatformKind::Matrix, Standing::Away);
        let expected = vec![(PlatformKind::Matrix, Standing::Away), (PlatformKind::Web, Standing::Ready)];
        assert_eq!(health.platforms(), expected);
    }
}
