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
    /// Somebody must do something; it tries again from time to time.
    Blocked,
}

/// How a platform stands, and why, for whoever must do something.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    standing: Standing,
    reason: Option<String>,
}

/// A cheap handle; clones share what was set.
#[derive(Debug, Clone)]
pub struct Health {
    platforms: watch::Sender<BTreeMap<PlatformKind, Report>>,
}

impl Health {
    /// Every platform that is configured, each starting.
    pub fn expecting(platforms: impl IntoIterator<Item = PlatformKind>) -> Self {
        let starting = Report { standing: Standing::Starting, reason: None };
        let all = platforms.into_iter().map(|platform| (platform, starting.clone())).collect();
        Self { platforms: watch::Sender::new(all) }
    }

    pub fn set(&self, platform: PlatformKind, standing: Standing) {
        self.report(platform, Report { standing, reason: None });
    }

    /// It does not work until somebody does something, and this says what, in a French sentence.
    pub fn block(&self, platform: PlatformKind, reason: &str) {
        self.report(platform, Report { standing: Standing::Blocked, reason: Some(reason.to_owned()) });
    }

    fn report(&self, platform: PlatformKind, report: Report) {
        self.platforms.send_if_modified(|platforms| {
            let changed = platforms.get(&platform) != Some(&report);
            platforms.insert(platform, report);
            changed
        });
    }

    /// Why a platform is blocked, if it is.
    pub fn reason(&self, platform: PlatformKind) -> Option<String> {
        self.platforms.borrow().get(&platform)?.reason.clone()
    }

    /// In the order of [`PlatformKind::ALL`].
    pub fn platforms(&self) -> Vec<(PlatformKind, Standing)> {
        self.platforms.borrow().iter().map(|(platform, report)| (*platform, report.standing)).collect()
    }

    /// Those that work now.
    pub fn working(&self) -> Vec<PlatformKind> {
        let ready = |(platform, standing)| (standing == Standing::Ready).then_some(platform);
        self.platforms().into_iter().filter_map(ready).collect()
    }

    /// Waits until every expected platform is ready at the same time.
    pub async fn ready(&self) {
        let mut changes = self.platforms.subscribe();
        let all_ready =
            |platforms: &BTreeMap<_, Report>| platforms.values().all(|report| report.standing == Standing::Ready);
        // The sender lives in `self`, so the wait cannot end for want of one.
        let _ = changes.wait_for(all_ready).await;
    }
}

/// The line between one platform and the health of the house.
#[derive(Debug, Clone)]
pub struct Pulse {
    health: Health,
    platform: PlatformKind,
}

impl Pulse {
    pub fn of(platform: PlatformKind, health: &Health) -> Self {
        Self { health: health.clone(), platform }
    }

    pub fn set(&self, standing: Standing) {
        self.health.set(self.platform, standing);
    }

    /// As [`Health::block`].
    pub fn block(&self, reason: &str) {
        self.health.block(self.platform, reason);
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

    #[test]
    fn a_reason_is_given_as_long_as_it_holds() {
        let health = Health::expecting([PlatformKind::Matrix]);
        health.block(PlatformKind::Matrix, "Le compte a expiré.");
        assert_eq!(health.platforms(), [(PlatformKind::Matrix, Standing::Blocked)]);
        assert_eq!(health.reason(PlatformKind::Matrix).as_deref(), Some("Le compte a expiré."));
        health.set(PlatformKind::Matrix, Standing::Ready);
        assert_eq!(health.reason(PlatformKind::Matrix), None);
    }
}
