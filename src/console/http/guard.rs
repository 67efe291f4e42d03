//! Who comes: cookies, the session behind them, the token of each form, the role that a page asks for.

use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::desk::Desk;
use super::fields::Fields;
use super::frame::Refusal;
use crate::console::act::Act;
use crate::console::doorkeeper::LIMITS;
use crate::console::people::Role;
use crate::console::token::{Token, same};
use crate::platform::web::cookie;

/// The purpose of the token that forms carry.
pub const FORM: &str = "form";

/// The field in which they carry it.
pub const FIELD: &str = "jeton";

/// Somebody who is signed in; every handler behind the guard may ask for it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// As the log and the judgements name them.
    pub person: String,
    pub name: String,
    pub role: Role,
    pub session: String,
    pub csrf: String,
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or(Refusal::SignedOut)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or(Refusal::WrongField)
    }
}

/// The two cookies of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar {
    /// Whoever shows it is signed in.
    Session,
    /// Knows a browser again while somebody signs in.
    Door,
}

impl Jar {
    /// `__Host-` makes browsers refuse the cookie of another path or domain, and of a plain connection; the loopback is
    /// as good as HTTPS to them (not to Safari).
    fn name(self) -> &'static str {
        match self {
            Self::Session => "__Host-declic-console",
            Self::Door => "__Host-declic-porte",
        }
    }
}

impl Desk {
    pub fn shown(&self, jar: Jar, headers: &HeaderMap) -> Option<Token> {
        cookie(headers, jar.name()).and_then(Token::parse)
    }

    /// `Set-Cookie` that gives the browser this token, or takes its own away.
    pub fn set_cookie(&self, jar: Jar, token: Option<&Token>) -> anyhow::Result<HeaderValue> {
        let age = match (jar, token) {
            (_, None) => 0,
            (Jar::Session, _) => LIMITS.absolute.as_secs(),
            (Jar::Door, _) => 900,
        };
        let (name, value) = (jar.name(), token.map_or("", Token::reveal));
        let line = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax; Secure");
        HeaderValue::try_from(line).context("a cookie is not a header")
    }

    /// Whose session the browser shows. The list is asked each time: who is taken off it is out at once.
    pub async fn recognise(&self, headers: &HeaderMap) -> anyhow::Result<Option<SignedIn>> {
        let Some(token) = self.shown(Jar::Session, headers) else { return Ok(None) };
        let Some(session) = self.store().session(&token.hash(), self.now(), LIMITS).await? else { return Ok(None) };
        Ok(self.people().find(&session.person).map(|person| SignedIn {
            person: session.person.clone(),
            name: person.name.clone(),
            role: person.role,
            session: session.id,
            csrf: token.derive(FORM),
        }))
    }
}

/// Lets only those in who are signed in, and only forms that carry the token of their session.
pub async fn signed_in(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    match admit(&desk, request).await {
        Ok(request) => next.run(request).await,
        Err(response) => response,
    }
}

async fn admit(desk: &Desk, request: Request) -> Result<Request, Response> {
    let refuse = |refusal: Refusal| refusal.into_response();
    let (mut parts, body) = request.into_parts();
    let who = desk.recognise(&parts.headers).await.map_err(|error| refuse(error.into()))?;
    let Some(who) = who else {
        let reading = parts.method.is_safe();
        let away =
            if reading { Redirect::to("/console/connexion").into_response() } else { refuse(Refusal::SignedOut) };
        return Err(away);
    };
    if parts.method.is_safe() {
        parts.extensions.insert(who);
        return Ok(Request::from_parts(parts, body));
    }
    let fields = Fields::read(body).await.map_err(refuse)?;
    if !same(fields.text(FIELD), &who.csrf) {
        let noted = desk.note(&who, Act::Forbidden, parts.uri.path(), "jeton").await;
        return Err(refuse(noted.map_or_else(Refusal::from, |()| Refusal::Token)));
    }
    parts.extensions.insert(who);
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, axum::body::Body::empty()))
}

pub async fn leads(State(desk): State<Arc<Desk>>, who: SignedIn, request: Request, next: Next) -> Response {
    at_least(Role::Lead, &desk, &who, request, next).await
}

pub async fn administrators(State(desk): State<Arc<Desk>>, who: SignedIn, request: Request, next: Next) -> Response {
    at_least(Role::Administrator, &desk, &who, request, next).await
}

async fn at_least(role: Role, desk: &Desk, who: &SignedIn, request: Request, next: Next) -> Response {
    if who.role >= role {
        return next.run(request).await;
    }
    match desk.note(who, Act::Forbidden, request.uri().path(), "rôle").await {
        Ok(()) => Refusal::Role.into_response(),
        Err(error) => Refusal::from(error).into_response(),
    }
}
