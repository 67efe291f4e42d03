//! New turns of an open conversation, as server-sent events: only the number of the last turn is told; the page then asks
//! for the turns themselves, as any reading, which the log sees.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::time::sleep;

use super::desk::Desk;
use super::frame::Refusal;
use crate::store::Number;

/// Another process may have answered: its bell does not ring here.
const POLL: Duration = Duration::from_secs(2);

/// Told now and then, so that proxies keep the connection.
const ALIVE: Duration = Duration::from_secs(15);

/// A follower: what it shows, and what it was told last.
struct Follower {
    desk: Arc<Desk>,
    headers: HeaderMap,
    number: Number,
    told: i64,
}

pub async fn follow(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<Number>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let overview = desk.store().overview(number).await?.ok_or(Refusal::NotFound)?;
    let follower = Follower { desk, headers, number, told: overview.turns };
    let events = stream::unfold(follower, |mut follower| async move {
        let turns = follower.next().await?;
        let event = Event::default().event("tours").data(turns.to_string());
        Some((Ok::<_, Infallible>(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response())
}

impl Follower {
    /// Waits for a new turn; `None` when the session, the conversation or the program has ended.
    async fn next(&mut self) -> Option<i64> {
        loop {
            let outbox = Arc::clone(&self.desk.parts.bells.outbox);
            let mut bell = pin!(outbox.notified());
            bell.as_mut().enable();
            let stop = self.desk.parts.stop.clone();
            self.desk.recognise(&self.headers).await.ok().flatten()?;
            let turns = self.desk.store().turns_of(self.number).await.ok().flatten()?;
            if turns > self.told {
                self.told = turns;
                return Some(turns);
            }
            tokio::select! {
                () = bell => {}
                () = sleep(POLL) => {}
                () = stop.cancelled() => return None,
            }
        }
    }
}
