//! The pages of the console, under `/console`.
//!
//! `guard` stands before every page: it knows who comes, checks the token of each form, and lets only the role pass that
//! a page is for. So a handler that is reached has a person, and an act that is done has a line in the log.

mod dates;
mod desk;
mod fields;
mod frame;
mod guard;
mod log;
mod sessions;
mod sign_in;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};

pub use desk::{Desk, DeskParts};

/// The pages, for a router of any state.
pub fn router<S: Clone + Send + Sync + 'static>(desk: Arc<Desk>) -> Router<S> {
    let state = || Arc::clone(&desk);
    let inside = coaches()
        .merge(leads().route_layer(from_fn_with_state(state(), guard::leads)))
        .merge(administrators().route_layer(from_fn_with_state(state(), guard::administrators)))
        .route_layer(from_fn_with_state(state(), guard::signed_in));
    let router = Router::new().merge(sign_in::router()).merge(inside);
    Router::new().nest("/console", router.fallback(frame::not_found)).with_state(desk)
}

fn coaches() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(async || Redirect::to("/console/sessions")))
        .route("/deconnexion", post(sign_in::leave))
        .route("/sessions", get(sessions::mine))
        .route("/sessions/{id}/fermer", post(sessions::end))
        .route("/sessions/fermer-les-autres", post(sessions::end_others))
}

fn leads() -> Router<Arc<Desk>> {
    Router::new().route("/journal", get(log::log))
}

fn administrators() -> Router<Arc<Desk>> {
    Router::new().route("/comptes/detacher", post(sessions::release))
}
