//! Loop 1: answers what waits in the inbox, one row after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Timestamp};
use crate::dialogue::turn::{Concern, Effect, Input, Reply, Trace, Turn};
use crate::inbox::Bells;
use crate::knowledge::Language;
use crate::message::{DeliveryKey, PlatformKind};
use crate::store::{Committed, Pending, Store};

/// Reminders fall due without a bell, and other processes ring none here.
const POLL: Duration = Duration::from_secs(1);

/// What the loop works with.
#[derive(Debug)]
pub struct Turns<S, A> {
    pub store: Store,
    pub clock: Clock,
    pub bells: Bells,
    /// Whose conversations this process answers.
    pub platforms: Vec<PlatformKind>,
    /// [`crate::dialogue::step`] with its content; a test may have its own.
    pub step: S,
    /// What is said when `step` fails.
    pub apology: A,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    One,
    /// Nothing waits.
    None,
}

impl<S, A> Turns<S, A>
where
    S: Fn(&Pending, Timestamp) -> Turn,
    A: Fn(Language) -> Reply,
{
    /// Answers everything that comes, until told to stop; the row in hand is finished first.
    pub async fn run(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let mut woken = pin!(self.bells.inbox.notified());
            woken.as_mut().enable(); // Before looking, so that no bell is missed.
            match self.answer_next().await {
                Ok(Answered::One) => continue,
                Ok(Answered::None) => {}
                Err(error) => tracing::error!(error = format!("{error:#}"), "cannot answer; will try again"),
            }
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Public so that a test can drain the inbox by hand.
    pub async fn answer_next(&self) -> anyhow::Result<Answered> {
        let now = self.clock.now();
        let Some(pending) = self.store.next(&self.platforms, now).await? else { return Ok(Answered::None) };
        let turn = catch_unwind(AssertUnwindSafe(|| (self.step)(&pending, now)));
        let turn = turn.unwrap_or_else(|_| self.failed(&pending));
        // Names this turn in the logs as it does on the platform: the id of a conversation may open it.
        let key = DeliveryKey::derive(&pending.conversation, &pending.event, 0);
        let (platform, input) = (pending.conversation.platform().as_str(), format!("{:?}", pending.input));
        let committed = self.store.commit(pending, turn, now).await?;
        self.bells.outbox.notify_waiters();
        let took_ms = self.clock.now().as_millisecond() - now.as_millisecond();
        if committed == Committed::Done {
            tracing::info!(turn = key.as_str(), platform, input, took_ms, "answered");
        }
        Ok(Answered::One)
    }

    /// A bug must not leave a person without an answer, nor the loop on the same row for ever.
    fn failed(&self, pending: &Pending) -> Turn {
        let key = DeliveryKey::derive(&pending.conversation, &pending.event, 0);
        tracing::error!(turn = key.as_str(), input = format!("{:?}", pending.input), "the engine failed on this turn");
        let language = pending.state.language;
        let mut effects = vec![Effect::Flag(Concern::Failed)];
        if !matches!(pending.input, Input::Woke { .. } | Input::Withdrawn { .. } | Input::Left) {
            effects.push(Effect::Say((self.apology)(language)));
        }
        let trace = Trace { language, understood: vec!["failed".to_owned()], ..Trace::default() };
        Turn { state: pending.state.clone(), effects, trace }
    }
}
