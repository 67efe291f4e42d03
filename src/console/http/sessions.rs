//! « Mes sessions »: where one is signed in, and how to end it; an administrator sees and ends all.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::dates::filters;
use super::desk::Desk;
use super::fields::Fields;
use super::frame::{Frame, News, NewsOf, Refusal, Section};
use super::guard::SignedIn;
use crate::console::act::Act;
use crate::console::people::Role;
use crate::platform::web::show;
use crate::store::Session;

#[derive(Template)]
#[template(path = "console/sessions.html")]
struct SessionsPage {
    frame: Frame,
    mine: Vec<Row>,
    others: Vec<Row>,
}

struct Row {
    session: Session,
    name: String,
    current: bool,
}

pub async fn mine(State(desk): State<Arc<Desk>>, who: SignedIn, NewsOf(news): NewsOf) -> Result<Response, Refusal> {
    let all = who.role >= Role::Administrator;
    let sessions = desk.store().sessions((!all).then_some(&*who.person)).await?;
    let row = |session: Session| Row {
        name: desk.people().name(&session.person).to_owned(),
        current: session.id == who.session,
        session,
    };
    let (mine, others) = sessions.into_iter().map(row).partition(|row| row.session.person == who.person);
    Ok(show(&SessionsPage { frame: who.frame(Section::Sessions, news), mine, others }))
}

/// One's own, or anybody's for an administrator; those of others do not exist for a coach.
pub async fn end(State(desk): State<Arc<Desk>>, who: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let all = who.role >= Role::Administrator;
    let whose = desk.store().end_session(&id, (!all).then_some(&*who.person), desk.now()).await?;
    let Some(whose) = whose else { return Err(Refusal::NotFound) };
    desk.note(&who, Act::EndedSession, &id, &whose).await?;
    Ok(Redirect::to("/console/sessions?avis=session-fermee").into_response())
}

pub async fn end_others(State(desk): State<Arc<Desk>>, who: SignedIn) -> Result<Response, Refusal> {
    let ended = desk.store().end_sessions_but(&who.session, &who.person, desk.now()).await?;
    desk.note(&who, Act::EndedSession, "", &ended.to_string()).await?;
    Ok(Redirect::to("/console/sessions?avis=sessions-fermees").into_response())
}

/// Lets a listed person come with another account of the provider.
pub async fn release(State(desk): State<Arc<Desk>>, who: SignedIn, fields: Fields) -> Result<Response, Refusal> {
    let written = fields.required("personne")?;
    let person = desk.people().find(written).ok_or(Refusal::WrongField)?;
    let news = if desk.store().release_account(person.id()).await? { "compte-detache" } else { "rien-a-faire" };
    desk.note(&who, Act::ReleasedAccount, person.id(), "").await?;
    Ok(Redirect::to(&format!("/console/sessions?avis={news}")).into_response())
}
