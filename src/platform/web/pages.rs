//! The pages beside the talk: its end, the download, what people have a right to read, and refusals.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};

use super::refusal::Refusal;
use super::visitor::Visitor;
use super::{App, render};
use crate::message::ConversationId;
use crate::store::Author;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/effacer", get(confirm_erasure).post(erase))
        .route("/nouvelle-conversation", get(confirm_renewal).post(renew))
        .route("/mes-echanges.json", get(download_json))
        .route("/mes-echanges.txt", get(download_text))
        .route("/mentions", get(notices))
        .route("/accessibilite", get(accessibility))
}

#[derive(Template)]
#[template(path = "web/erase.html")]
struct ErasePage {
    /// There is something to erase.
    known: bool,
}

async fn confirm_erasure(State(app): State<Arc<App>>, Visitor(visitor): Visitor) -> Result<Response, Trouble> {
    let known = app.continued(visitor.as_ref()).await?.is_some();
    Ok(show(&ErasePage { known }))
}

async fn erase(State(app): State<Arc<App>>, Visitor(visitor): Visitor) -> Result<Response, Trouble> {
    if let Some(conversation) = visitor {
        app.house.store.forget(&conversation).await?;
    }
    Ok(app.leave("/?avis=effacee"))
}

#[derive(Template)]
#[template(path = "web/renew.html")]
struct RenewPage {
    days: u32,
}

async fn confirm_renewal(State(app): State<Arc<App>>, Visitor(visitor): Visitor) -> Result<Response, Trouble> {
    Ok(match app.continued(visitor.as_ref()).await? {
        Some(_) => show(&RenewPage { days: app.house.settings.retention_days }),
        None => Redirect::to("/").into_response(),
    })
}

async fn renew(State(app): State<Arc<App>>) -> Response {
    app.leave("/?avis=nouvelle")
}

impl App {
    /// The visitor's conversation, unless it was erased.
    pub async fn continued<'a>(
        &self,
        visitor: Option<&'a ConversationId>,
    ) -> anyhow::Result<Option<&'a ConversationId>> {
        let Some(conversation) = visitor else { return Ok(None) };
        let state = self.house.store.state(conversation).await?;
        Ok(state.map(|_| conversation))
    }

    /// Takes the cookie away: the browser is a newcomer again.
    fn leave(&self, to: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        if let Some(cookie) = self.remember(None) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }
}

async fn download_json(State(app): State<Arc<App>>, Visitor(visitor): Visitor) -> Result<Response, Trouble> {
    let Some(conversation) = app.continued(visitor.as_ref()).await? else { return Err(Refusal::NotFound.into()) };
    let lines = app.house.store.transcript(conversation).await?;
    let body = Json(render::exchange_json(&lines));
    Ok(([(CONTENT_DISPOSITION, "attachment; filename=\"mes-echanges.json\"")], body).into_response())
}

#[derive(Template)]
#[template(path = "web/exchange.txt")]
struct ExchangeText {
    messages: Vec<render::Message>,
}

async fn download_text(State(app): State<Arc<App>>, Visitor(visitor): Visitor) -> Result<Response, Trouble> {
    let Some(conversation) = app.continued(visitor.as_ref()).await? else { return Err(Refusal::NotFound.into()) };
    let messages = render::exchange_text(&app.house.store.transcript(conversation).await?);
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"mes-echanges.txt\""),
    ];
    let text = ExchangeText { messages }.render().map_err(anyhow::Error::from)?;
    Ok((headers, text).into_response())
}

#[derive(Template)]
#[template(path = "web/notices.html")]
struct NoticesPage {
    days: u32,
    contact: Option<String>,
}

async fn notices(State(app): State<Arc<App>>) -> Response {
    let (days, contact) = (app.house.settings.retention_days, app.house.coach.contact.clone());
    show(&NoticesPage { days, contact })
}

#[derive(Template)]
#[template(path = "web/accessibility.html")]
struct AccessibilityPage {
    contact: Option<String>,
}

async fn accessibility(State(app): State<Arc<App>>) -> Response {
    show(&AccessibilityPage { contact: app.house.coach.contact.clone() })
}

#[derive(Template)]
#[template(path = "web/refusal.html")]
struct RefusalPage {
    message: String,
}

pub async fn not_found(uri: Uri) -> Response {
    refuse(uri.path(), Refusal::NotFound)
}

pub async fn method_not_allowed(uri: Uri) -> Response {
    refuse(uri.path(), Refusal::MethodNotAllowed)
}

/// As a page, or as JSON to programs.
pub fn refuse(path: &str, refusal: Refusal) -> Response {
    if path.starts_with("/api/") { refusal.into_response() } else { Trouble(refusal).into_response() }
}

/// A refusal drawn as a page.
pub struct Trouble(Refusal);

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        with_status(self.0, show(&RefusalPage { message: self.0.message() }))
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self(error.into())
    }
}

/// The page, under the status of the refusal.
pub fn with_status(refusal: Refusal, mut page: Response) -> Response {
    *page.status_mut() = refusal.status();
    if let Some(seconds) = refusal.retry_after() {
        page.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    page
}

/// Draws a template; one that cannot be drawn is a bug, told in the log.
pub fn show(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "failed to draw a page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
