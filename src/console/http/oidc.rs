//! Coming in by an OpenID provider: the way there, and the return.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::desk::Desk;
use super::frame::Refusal;
use super::guard::Jar;
use crate::console::act::Act;
use crate::console::doorkeeper::LIFE;
use crate::console::oidc::Provider;
use crate::console::token::Token;
use crate::store::Attempt;

pub fn router() -> Router<Arc<Desk>> {
    Router::new().route("/oidc/depart", get(depart)).route("/oidc/retour", get(arrive))
}

impl Desk {
    fn provider(&self) -> Result<&Provider, Refusal> {
        self.parts.oidc.as_ref().ok_or(Refusal::NotFound)
    }
}

async fn depart(State(desk): State<Arc<Desk>>, parts: Parts) -> Result<Response, Refusal> {
    let provider = desk.provider()?;
    desk.admit(&parts)?;
    let browser = Token::random()?;
    let state = Token::random()?;
    let (nonce, verifier) = (Token::random()?, Token::random()?);
    let attempt = Attempt { nonce: nonce.reveal().to_owned(), verifier: verifier.reveal().to_owned() };
    desk.store().begin_attempt(&state.hash(), &browser.hash(), &attempt, desk.now() + LIFE).await?;
    let away = provider.departure(state.reveal(), &attempt).await.map_err(untold)?;
    let cookie = desk.set_cookie(Jar::Door, Some(&browser))?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(&away)).into_response())
}

#[derive(Deserialize)]
struct Return {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

async fn arrive(
    State(desk): State<Arc<Desk>>,
    parts: Parts,
    back: Result<Query<Return>, QueryRejection>,
) -> Result<Response, Refusal> {
    let provider = desk.provider()?;
    desk.admit(&parts)?;
    let Query(back) = back.map_err(|_| Refusal::AttemptOver)?;
    let state = Token::parse(&back.state).ok_or(Refusal::AttemptOver)?;
    let browser = desk.shown(Jar::Door, &parts.headers).ok_or(Refusal::AttemptOver)?;
    let attempt = desk.store().end_attempt(&state.hash(), &browser.hash(), desk.now()).await?;
    let attempt = attempt.ok_or(Refusal::AttemptOver)?;
    if back.code.is_empty() {
        return Err(Refusal::Provider);
    }
    let visitor = provider.arrival(&back.code, &attempt, desk.now()).await.map_err(untold)?;
    let Some(person) = desk.people().find(&visitor.email) else {
        desk.note_of(&visitor.email, Act::Refused, "", "oidc").await?;
        return Err(Refusal::NotListed);
    };
    let owner = desk.store().account_owner(&visitor.account, person.id(), desk.now()).await?;
    if owner.as_deref() != Some(person.id()) {
        desk.note_of(person.id(), Act::Refused, "", "oidc, autre compte").await?;
        return Err(Refusal::OtherAccount);
    }
    desk.let_in(person.id(), "oidc", &visitor.id_token, &parts.headers).await
}

/// For the operator; whoever signs in is told only that it did not work.
#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn untold(error: anyhow::Error) -> Refusal {
    tracing::warn!(error = format!("{error:#}"), "cannot sign somebody in at the OpenID provider");
    Refusal::Provider
}
