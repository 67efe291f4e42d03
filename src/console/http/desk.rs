//! What every page of the console works with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use tokio_util::sync::CancellationToken;

use super::frame::Refusal;
use super::guard::SignedIn;
use crate::clock::Timestamp;
use crate::console::act::Act;
use crate::console::doorkeeper::Doorkeeper;
use crate::console::oidc::Provider;
use crate::console::people::People;
use crate::console::token::random_id;
use crate::content::Sources;
use crate::dialogue::Content;
use crate::inbox::{Bells, Inbox};
use crate::platform::web::{Throttle, client};
use crate::purge::Keeping;
use crate::store::{Noted, Store};

/// Attempts to sign in, per minute and address: a whole office may share one, and nobody guesses a token.
const ATTEMPTS: u32 = 60;

/// What the house gives to the console.
#[derive(Clone)]
pub struct DeskParts {
    pub doorkeeper: Doorkeeper,
    pub oidc: Option<Provider>,
    pub public_url: Option<String>,
    pub behind_proxy: bool,
    pub content: Arc<Content>,
    /// Where the base is read from, to propose changes to it.
    pub sources: Sources,
    pub store: Store,
    pub inbox: Inbox,
    pub bells: Bells,
    pub keeping: Vec<Keeping>,
    pub stop: CancellationToken,
}

/// The state of all handlers.
pub struct Desk {
    pub parts: DeskParts,
    throttle: Throttle,
}

impl Desk {
    pub fn new(parts: DeskParts) -> Arc<Self> {
        Arc::new(Self { parts, throttle: Throttle::new(ATTEMPTS) })
    }

    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    pub fn now(&self) -> Timestamp {
        self.parts.inbox.clock().now()
    }

    pub fn people(&self) -> &People {
        self.parts.doorkeeper.people()
    }

    /// Counts one attempt to sign in from this address.
    ///
    /// # Errors
    /// When there were too many.
    pub fn admit(&self, parts: &Parts) -> Result<(), Refusal> {
        let client = self.client(parts.extensions.get(), &parts.headers);
        self.throttle.admit(client, self.now()).map_err(|wait| Refusal::TooMany { wait })
    }

    fn client(&self, peer: Option<&ConnectInfo<SocketAddr>>, headers: &HeaderMap) -> IpAddr {
        let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip());
        client(peer, headers, self.parts.behind_proxy)
    }

    /// Writes a line of the log. What cannot be written there is not done.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn note(&self, who: &SignedIn, act: Act, object: &str, detail: &str) -> anyhow::Result<()> {
        self.note_of(&who.person, act, object, detail).await
    }

    /// The same, of somebody who did not come in.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn note_of(&self, person: &str, act: Act, object: &str, detail: &str) -> anyhow::Result<()> {
        let line = Noted {
            at: self.now(),
            id: random_id()?,
            person: person.to_owned(),
            act: act.name().to_owned(),
            object: object.to_owned(),
            detail: detail.to_owned(),
        };
        self.store().note_act(&line).await
    }
}
