//! The pages of the console, under `/console`.
//!
//! `guard` stands before every page: it knows who comes, checks the token of each form, and lets only the role pass that
//! a page is for. So a handler that is reached has a person, and an act that is done has a line in the log.

mod asked;
mod conversation;
mod dashboard;
mod data;
mod dates;
mod desk;
mod download;
mod exports;
mod fields;
mod frame;
mod golden;
mod guard;
mod improve;
mod judging;
mod list;
mod live;
mod log;
mod oidc;
mod propose;
mod queue;
mod reading;
mod sessions;
mod sign_in;
mod veil;
mod words;

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
    let router = Router::new().merge(sign_in::router()).merge(oidc::router()).merge(inside);
    Router::new().nest("/console", router.fallback(frame::not_found)).with_state(desk)
}

fn coaches() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(async || Redirect::to("/console/conversations")))
        .route("/conversations", get(list::list))
        .route("/conversations/{number}", get(conversation::read))
        .route("/conversations/{number}/direct", get(live::follow))
        .route("/conversations/{number}/tours/{turn}/juger", post(judging::judge))
        .route("/conversations/{number}/grille", post(judging::assess))
        .route("/conversations/{number}/noter", post(judging::write_note))
        .route("/conversations/{number}/etiqueter", post(judging::tag))
        .route("/conversations/{number}/jeu-d-essai", get(golden::show_golden).post(golden::download))
        .route("/conversations/{number}/ajout", get(propose::show_forms).post(propose::propose))
        .route("/ameliorer", get(improve::improve))
        .route("/ameliorer/ecarter", post(improve::ignore))
        .route("/tableau-de-bord", get(dashboard::show_dashboard))
        .route("/a-relire", get(queue::queues))
        .route("/a-relire/suivante", get(queue::next))
        .route("/deconnexion", post(sign_in::leave))
        .route("/sessions", get(sessions::mine))
        .route("/sessions/{id}/fermer", post(sessions::end))
        .route("/sessions/fermer-les-autres", post(sessions::end_others))
}

fn leads() -> Router<Arc<Desk>> {
    Router::new()
        .route("/journal", get(log::log))
        .route("/conversations/{number}/demasquer", post(conversation::unmask))
        .route("/conversations/{number}/imprimer", post(exports::print))
        .route("/conversations/{number}/effacer", post(exports::erase))
        .route("/exports", get(exports::show_form))
        .route("/exports/fichier", post(exports::download))
        .route("/exports/jugements.jsonl", get(improve::graded))
        .route("/donnees", get(data::show_data))
        .route("/donnees/purger", post(data::purge_now))
        .route("/donnees/registre", post(data::enter))
        .route("/donnees/registre/{id}/clore", post(data::close))
}

fn administrators() -> Router<Arc<Desk>> {
    Router::new().route("/comptes/detacher", post(sessions::release))
}
