//! Loop 2: sends what waits in the outbox. Conversations go side by side, the replies of one go in order.
//!
//! A reply is sent at least once, each time under the same key, so that the platform can drop a repeat. A platform that
//! is away is not tried: its replies wait, and go as soon as it is back.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use futures_util::future::BoxFuture;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Timestamp};
use crate::inbox::Bells;
use crate::message::{Delivery, EventId, PlatformKind};
use crate::platform::health::Health;
use crate::platform::{Platform, SendError};
use crate::store::{Outcome, Store};

/// Looks without a bell: replies that were put off fall due.
const POLL: Duration = Duration::from_secs(1);
/// Replies under way at the same time, each of another conversation.
const MOST_FLIGHTS: usize = 16;
/// A send that takes longer counts as failed. Shorter than the lease of a claim, so that nobody else takes it meanwhile.
pub const DEADLINE: Duration = Duration::from_secs(45);
/// How long the replies under way may take once we are told to stop. What is cut is sent again at the next start.
const GRACE: Duration = Duration::from_secs(4);
/// The wait doubles from a second to this.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// With the waits above, about 24 hours.
const MOST_TRIES: u32 = 295;

/// What the loop works with.
#[derive(Debug)]
pub struct Outbox<S> {
    pub store: Store,
    pub clock: Clock,
    pub bells: Bells,
    /// Whose replies this process sends, and which of them work now.
    pub health: Health,
    /// Sends one reply: [`through`] the platforms; a test may have its own.
    pub send: S,
    /// How long one send may take: [`DEADLINE`].
    pub deadline: Duration,
}

/// What was so when the loop last looked. When a platform is back, or works for the first time in the life of this
/// process, the replies that were put off or that a former life held are due; a clock that jumped back hides replies too.
#[derive(Debug, Default)]
struct Look {
    at: Option<Timestamp>,
    working: Vec<PlatformKind>,
}

impl<S, F> Outbox<S>
where
    S: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Sent> + Send + 'static,
{
    /// Sends everything that comes, until told to stop; what is under way is finished first.
    pub async fn run(self: Arc<Self>, stop: &CancellationToken) {
        let mut flights = JoinSet::new();
        let mut last = Look::default();
        while !stop.is_cancelled() {
            let mut woken = pin!(self.bells.outbox.notified());
            woken.as_mut().enable(); // Before looking, so that no bell is missed.
            if let Err(error) = self.take_off(&mut flights, &mut last).await {
                tracing::error!(error = format!("{error:#}"), "cannot look for replies to send; will try again");
            }
            tokio::select! {
                () = woken => {}
                Some(_) = flights.join_next() => {}
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => {}
            }
        }
        let landed = async { while flights.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, landed).await.is_err() {
            tracing::warn!("some replies were still under way; they will be sent again at the next start");
        }
    }

    /// Starts as many sends as may be under way.
    async fn take_off(self: &Arc<Self>, flights: &mut JoinSet<()>, last: &mut Look) -> anyhow::Result<()> {
        let (now, working) = (self.clock.now(), self.health.working());
        last.working.retain(|platform| working.contains(platform));
        if last.at.is_some_and(|at| now < at) {
            last.working.clear(); // Remembered until the replies under way have landed.
        }
        let back = last.working.len() < working.len();
        if back && flights.is_empty() {
            self.store.release(&working).await?;
            last.working.clone_from(&working);
        }
        last.at = Some(now);
        while flights.len() < MOST_FLIGHTS
            && let Some(delivery) = self.store.claim(&working, self.clock.now()).await?
        {
            let outbox = Arc::clone(self);
            flights.spawn(async move { outbox.deliver(delivery).await });
        }
        Ok(())
    }

    /// Sends the next reply that is due, if there is one. Public so that a test can drain the outbox by hand.
    pub async fn deliver_next(&self) -> anyhow::Result<bool> {
        let working = self.health.working();
        let Some(delivery) = self.store.claim(&working, self.clock.now()).await? else { return Ok(false) };
        self.deliver(delivery).await;
        Ok(true)
    }

    async fn deliver(&self, delivery: Delivery) {
        let key = delivery.key.clone();
        let sent = tokio::time::timeout(self.deadline, (self.send)(delivery.clone())).await;
        let sent = sent.unwrap_or_else(|_| {
            Err(SendError::Later { after: Duration::ZERO, source: anyhow!("no answer in {:?}", self.deadline) })
        });
        let outcome = decide(&delivery, sent);
        if let Err(error) = self.store.settle(delivery, outcome, self.clock.now()).await {
            // Its lease ends, and it is sent again under the same key.
            tracing::error!(reply = key.as_str(), error = format!("{error:#}"), "cannot note how a send ended");
        }
    }
}

/// What is to become of a reply after a try.
fn decide(delivery: &Delivery, sent: Sent) -> Outcome {
    let (reply, tries) = (delivery.key.as_str(), delivery.tries + 1);
    let platform = delivery.conversation.platform().as_str();
    match sent {
        Ok(platform_event) => {
            tracing::info!(reply, platform, tries, "sent");
            Outcome::Sent { platform_event }
        }
        Err(SendError::Later { after, source }) if tries < MOST_TRIES => {
            let after = after.max(wait(tries));
            tracing::warn!(reply, platform, tries, after_s = after.as_secs(), error = format!("{source:#}"), "put off");
            Outcome::Later { after }
        }
        Err(SendError::Later { source, .. } | SendError::Never { source }) => {
            tracing::error!(reply, platform, tries, error = format!("{source:#}"), "gave up a reply");
            Outcome::GaveUp
        }
    }
}

/// How long to wait after so many tries: 1, 2, 4 … seconds.
fn wait(tries: u32) -> Duration {
    let doublings = tries.saturating_sub(1).min(16);
    Duration::from_secs(1 << doublings).min(LONGEST_WAIT)
}

/// What a send gives: the platform's name for what was sent, if it has one.
type Sent = Result<Option<EventId>, SendError>;

/// Sends each reply by the platform of its conversation.
pub fn through(platforms: Arc<[Platform]>) -> impl Fn(Delivery) -> BoxFuture<'static, Sent> + Send + Sync + 'static {
    move |delivery| {
        let platforms = Arc::clone(&platforms);
        Box::pin(async move {
            let kind = delivery.conversation.platform();
            match platforms.iter().find(|platform| platform.kind() == kind) {
                Some(platform) => platform.send(&delivery).await,
                None => Err(SendError::Later {
                    after: LONGEST_WAIT,
                    source: anyhow!("{} is not configured in this process", kind.as_str()),
                }),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_all_tries_take_about_a_day() {
        assert_eq!([1, 2, 3, 9, 10, 4_000_000].map(|tries| wait(tries).as_secs()), [1, 2, 4, 256, 300, 300]);
        let day: Duration = (1..MOST_TRIES).map(wait).sum();
        assert!((23..=25).contains(&(day.as_secs() / 3600)), "{day:?}");
    }
}
