//! Coming in by a link, and going out.
//!
//! Messengers open the links that people send, to show a preview. So opening one only shows a page that asks; and the
//! link is bound to the first browser that gives back the cookie which it was given, which previews do not.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::desk::Desk;
use super::fields::Fields;
use super::frame::Refusal;
use super::guard::{FIELD, FORM, Jar, SignedIn};
use crate::console::act::Act;
use crate::console::token::{Token, random_id, same};
use crate::platform::web::show;
use crate::store::{NewSession, Opened};

pub fn router() -> Router<Arc<Desk>> {
    Router::new().route("/connexion", get(door)).route("/lien/{token}", get(open).post(enter))
}

#[derive(Template)]
#[template(path = "console/sign-in.html")]
struct DoorPage {
    /// How the provider is called, when there is one.
    provider: Option<String>,
    left: bool,
    /// Where one leaves the provider too.
    farewell: Option<String>,
}

#[derive(Template)]
#[template(path = "console/accessibility.html")]
struct AccessibilityPage {}

#[derive(Deserialize)]
struct Arrival {
    avis: Option<String>,
    essai: Option<String>,
}

async fn door(State(desk): State<Arc<Desk>>, Query(arrival): Query<Arrival>, headers: HeaderMap) -> Response {
    match desk.recognise(&headers).await {
        Ok(Some(_)) => Redirect::to("/console/conversations").into_response(),
        Ok(None) => {
            let provider = desk.parts.oidc.as_ref().map(|oidc| oidc.name().to_owned());
            show(&DoorPage { provider, left: arrival.avis.as_deref() == Some("deconnexion"), farewell: None })
        }
        Err(error) => Refusal::from(error).into_response(),
    }
}

#[derive(Template)]
#[template(path = "console/link.html")]
struct LinkPage {
    name: String,
    role: &'static str,
    csrf: String,
}

/// Shows who would come in; nothing is used up.
async fn open(
    State(desk): State<Arc<Desk>>,
    Path(link): Path<String>,
    Query(arrival): Query<Arrival>,
    parts: Parts,
) -> Result<Response, Refusal> {
    desk.admit(&parts)?;
    let link = Token::parse(&link).ok_or(Refusal::LinkUnknown)?;
    let Some(browser) = desk.shown(Jar::Door, &parts.headers) else {
        return if arrival.essai.is_some() { Err(Refusal::NoCookie) } else { mark(&desk, &link) };
    };
    let person = yours(desk.store().open_link(&link.hash(), &browser.hash(), desk.now()).await?)?;
    let person = desk.people().find(&person).ok_or(Refusal::NotListed)?;
    Ok(show(&LinkPage { name: person.name.clone(), role: person.role.label(), csrf: browser.derive(FORM) }))
}

/// Gives the browser a cookie, and sends it back to the same address.
fn mark(desk: &Desk, link: &Token) -> Result<Response, Refusal> {
    let cookie = desk.set_cookie(Jar::Door, Some(&Token::random()?))?;
    let back = Redirect::to(&format!("/console/lien/{}?essai=1", link.reveal()));
    Ok(([(SET_COOKIE, cookie)], back).into_response())
}

async fn enter(
    State(desk): State<Arc<Desk>>,
    Path(link): Path<String>,
    parts: Parts,
    body: Body,
) -> Result<Response, Refusal> {
    desk.admit(&parts)?;
    let link = Token::parse(&link).ok_or(Refusal::LinkUnknown)?;
    let browser = desk.shown(Jar::Door, &parts.headers).ok_or(Refusal::LinkElsewhere)?;
    let fields = Fields::read(body).await?;
    if !same(fields.text(FIELD), &browser.derive(FORM)) {
        return Err(Refusal::Token);
    }
    let person = yours(desk.store().use_link(&link.hash(), &browser.hash(), desk.now()).await?)?;
    desk.let_in(&person, "link", "", &parts.headers).await
}

fn yours(opened: Opened) -> Result<String, Refusal> {
    match opened {
        Opened::Yours { person } => Ok(person),
        Opened::Unknown => Err(Refusal::LinkUnknown),
        Opened::Expired => Err(Refusal::LinkExpired),
        Opened::Used => Err(Refusal::LinkUsed),
        Opened::Elsewhere => Err(Refusal::LinkElsewhere),
    }
}

impl Desk {
    /// Opens a session under a token that nobody knew before, and ends the one that this browser had.
    pub async fn let_in(
        &self,
        person: &str,
        via: &str,
        id_token: &str,
        headers: &HeaderMap,
    ) -> Result<Response, Refusal> {
        if self.people().find(person).is_none() {
            self.note_of(person, Act::Refused, "", via).await?;
            return Err(Refusal::NotListed);
        }
        if let Some(before) = self.recognise(headers).await? {
            self.store().end_session(&before.session, None, self.now()).await?;
        }
        let (token, id) = (Token::random()?, random_id()?);
        let device = device(headers);
        let session = NewSession { token: &token.hash(), id: &id, person, via, device: &device, id_token };
        self.store().open_session(&session, self.now()).await?;
        self.note_of(person, Act::SignedIn, "", via).await?;
        let mut response = Redirect::to("/console/conversations?avis=bienvenue").into_response();
        response.headers_mut().append(SET_COOKIE, self.set_cookie(Jar::Session, Some(&token))?);
        response.headers_mut().append(SET_COOKIE, self.set_cookie(Jar::Door, None)?);
        Ok(response)
    }
}

pub async fn leave(State(desk): State<Arc<Desk>>, who: SignedIn) -> Result<Response, Refusal> {
    let id_token = desk.store().sessions(Some(&who.person)).await?;
    let id_token = id_token.into_iter().find(|one| one.id == who.session).map(|one| one.id_token).unwrap_or_default();
    desk.store().end_session(&who.session, Some(&who.person), desk.now()).await?;
    desk.note(&who, Act::SignedOut, "", "").await?;
    let cookie = [(SET_COOKIE, desk.set_cookie(Jar::Session, None)?)];
    match desk.farewell(&id_token).await? {
        // A form may not lead to another site, so a link does.
        Some((provider, farewell)) => {
            let page = DoorPage { provider: Some(provider), left: true, farewell: Some(farewell) };
            Ok((cookie, show(&page)).into_response())
        }
        None => Ok((cookie, Redirect::to("/console/connexion?avis=deconnexion")).into_response()),
    }
}

impl Desk {
    /// The name of the provider, and where one leaves it; `None` when one did not come from there, or it is away.
    async fn farewell(&self, id_token: &str) -> anyhow::Result<Option<(String, String)>> {
        let Some(provider) = self.parts.oidc.as_ref().filter(|_| !id_token.is_empty()) else { return Ok(None) };
        let state = Token::random()?;
        let farewell = provider.farewell(id_token, state.reveal()).await.unwrap_or_else(|error| {
            tracing::warn!(error = format!("{error:#}"), "cannot ask where one leaves the OpenID provider");
            None
        });
        Ok(farewell.map(|farewell| (provider.name().to_owned(), farewell)))
    }
}

/// « Firefox, Linux »: enough to know one's own browser again.
fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = known(&[("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = known(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    [browser.unwrap_or("Navigateur"), system.unwrap_or("système inconnu")].join(", ")
}
