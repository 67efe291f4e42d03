//! The talk, the pages of the method base, and the JSON interface.
//!
//! Both hand what a person wrote to the inbox and read the answer from the store, so a reply is delivered as soon as
//! its turn is committed. The health addresses live here too, and stay when the chat is switched off.

mod api;
pub(crate) mod assets;
mod exchange;
mod guard;
pub(crate) mod markup;
mod pages;
mod probes;
mod reading;
mod refusal;
pub(crate) mod render;
mod talk;
mod throttle;
mod visitor;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::SendError;
use crate::clock::Timestamp;
use crate::config::{CoachSettings, WebSettings};
use crate::console::http::{self as console, Desk, DeskParts};
use crate::dialogue::state;
use crate::dialogue::turn::{Effect, Input, Reply};
use crate::dialogue::{self, Content};
use crate::inbox::{Bells, Inbox};
use crate::message::{Delivery, EventId};
use crate::platform::health::Health;
use crate::store::Store;

pub(crate) use guard::client;
pub(crate) use pages::show;
pub(crate) use talk::SCRIPT;
pub(crate) use throttle::Throttle;
pub(crate) use visitor::cookie;

/// Bytes of a request's body.
const BODY_LIMIT: usize = 64 * 1024;

/// How long a request in hand may keep the process from stopping.
const GRACE: Duration = Duration::from_secs(8);

/// The outgoing half of the platform. Pages read the store, so there is nothing to send.
#[derive(Debug, Clone, Copy, Default)]
pub struct Web {}

impl Web {
    /// Always succeeds: a committed reply is already where readers look.
    #[expect(clippy::unused_async, reason = "the shape that every platform has")]
    pub async fn send(&self, _delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        Ok(None)
    }
}

/// What the web platform uses of the house.
#[derive(Clone)]
pub struct WebState {
    pub settings: WebSettings,
    pub coach: CoachSettings,
    /// The base, to be read as pages.
    pub content: Arc<Content>,
    /// What a newcomer reads before anything is stored: see [`greeting`].
    pub greeting: Vec<Reply>,
    pub store: Store,
    pub inbox: Inbox,
    pub bells: Bells,
    pub health: Health,
    /// The coaches' console, when there is one.
    pub console: Option<Arc<Desk>>,
}

impl WebState {
    /// The same house with other content.
    fn with_content(&self, content: &Content) -> Self {
        let console = self.console.as_ref().map(|desk| {
            let content = Arc::new(content.within(desk.parts.content.house.clone()));
            Desk::new(DeskParts { content, ..desk.parts.clone() })
        });
        let content = Arc::new(content.within(self.content.house.clone()));
        let greeting = greeting(&content, self.inbox.clock().now());
        Self { content, greeting, console, ..self.clone() }
    }
}

/// The replies with which every conversation begins.
pub fn greeting(content: &Content, now: Timestamp) -> Vec<Reply> {
    let opening = EventId(exchange::OPENING.to_owned());
    let turn = dialogue::step(content, state::State::default(), &opening, Input::Joined, now);
    let said = |effect| if let Effect::Say(reply) = effect { Some(reply) } else { None };
    turn.effects.into_iter().filter_map(said).collect()
}

/// What every handler sees.
struct App {
    house: WebState,
    throttle: Throttle,
    stop: CancellationToken,
    /// The whole base as JSON, made when it is first asked for.
    open_data: OnceLock<axum::body::Bytes>,
}

/// Answers requests until `stop`, then lets those in hand finish.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(listener: TcpListener, state: WebState, stop: CancellationToken) -> anyhow::Result<()> {
    answer(listener, router(state, stop.clone()), stop).await
}

/// The same, with the content of the moment: when it changes, the next request is answered from the new one.
///
/// # Errors
/// As [`serve`].
pub async fn serve_current(
    listener: TcpListener,
    state: WebState,
    mut contents: watch::Receiver<Arc<Content>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let current = watch::Sender::new(router(state.clone(), stop.clone()));
    let front = Router::new().fallback(pass_on).with_state(current.subscribe());
    let renew = async {
        while contents.changed().await.is_ok() {
            let content = Arc::clone(&contents.borrow_and_update());
            current.send_modify(|pages| *pages = router(state.with_content(&content), stop.clone()));
        }
        std::future::pending::<anyhow::Result<()>>().await
    };
    tokio::select! {
        ended = answer(listener, front, stop.clone()) => ended,
        never = renew => never,
    }
}

async fn pass_on(State(current): State<watch::Receiver<Router>>, request: Request) -> Response {
    let router = current.borrow().clone();
    let Ok(response) = router.oneshot(request).await;
    response
}

async fn answer(listener: TcpListener, router: Router, stop: CancellationToken) -> anyhow::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        ended = serving.into_future() => ended?,
        () = async { stop.cancelled().await; sleep(GRACE).await } => {}
    }
    Ok(())
}

fn router(house: WebState, stop: CancellationToken) -> Router {
    let (chat, desk) = (house.settings.chat, house.console.clone());
    let app = Arc::new(App {
        throttle: Throttle::new(house.settings.messages_per_minute),
        house,
        stop,
        open_data: OnceLock::new(),
    });
    let mut router = Router::new().merge(probes::router());
    if chat {
        router = router
            .merge(talk::router())
            .merge(pages::router())
            .nest("/api", api::router().merge(reading::data_router()));
        router = router.merge(reading::router());
    }
    if chat || desk.is_some() {
        router = router.merge(assets::router());
    }
    if let Some(desk) = desk {
        router = router.merge(console::router(desk));
    }
    router
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(app.clone(), guard::same_origin))
        .layer(from_fn(guard::in_time))
        .layer(from_fn(guard::headers))
        .with_state(app)
}
