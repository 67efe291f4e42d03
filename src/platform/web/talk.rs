//! The page where one talks with the coach.
//!
//! It works without JavaScript: the form is posted, the browser is sent back to the whole exchange. The script posts
//! the same form and asks for the new replies only, drawn by the same template.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::header::{HeaderMap, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::guard::Client;
use super::pages::{Trouble, show, with_status};
use super::refusal::{Refusal, TEXT_LIMIT};
use super::render::{self, Entry, Piece};
use super::visitor::{Visitor, random_name};
use super::{App, exchange};
use crate::message::{ConversationId, EventId};

/// What the script sends with the form.
pub const SCRIPT: &str = "x-declic-script";

pub fn router() -> Router<Arc<App>> {
    // Whoever reloads the address of the form finds the exchange.
    Router::new().route("/", get(talk)).route("/messages", get(async || Redirect::to("/")).post(say))
}

/// What was just done, said once at the top of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum News {
    #[serde(rename = "effacee")]
    Erased,
    #[serde(rename = "nouvelle")]
    Renewed,
    #[serde(rename = "en-attente")]
    Late,
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(rename = "avis")]
    news: Option<News>,
}

#[derive(Template)]
#[template(path = "web/talk.html")]
struct TalkPage {
    entries: Vec<Entry>,
    news: Option<News>,
    /// Why the message was not taken, beside the field.
    alert: Option<String>,
    /// What was typed and not taken.
    draft: String,
    /// Names the next message, so that a form posted twice is one message.
    event: String,
    limit: usize,
    days: u32,
}

#[derive(Template)]
#[template(path = "web/replies.html")]
struct RepliesPart {
    entries: Vec<Entry>,
    event: String,
}

async fn talk(
    State(app): State<Arc<App>>,
    Visitor(visitor): Visitor,
    arrival: Result<Query<Arrival>, QueryRejection>,
) -> Result<Response, Trouble> {
    let news = arrival.ok().and_then(|Query(arrival)| arrival.news);
    Ok(show(&TalkPage { news, ..app.talk_page(visitor.as_ref()).await? }))
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    text: String,
    choice: Option<String>,
    event: Option<String>,
}

async fn say(
    State(app): State<Arc<App>>,
    Client(client): Client,
    Visitor(visitor): Visitor,
    headers: HeaderMap,
    form: Result<Form<Message>, FormRejection>,
) -> Result<Response, Trouble> {
    let scripted = headers.contains_key(SCRIPT);
    let (draft, taken) = match form {
        Ok(Form(message)) => (message.text.clone(), app.take(client, visitor.as_ref(), message).await),
        Err(rejection) => (String::new(), Err(Refusal::from(rejection))),
    };
    match taken {
        Ok(taken) => taken.respond(&app, scripted).await,
        Err(refusal) if scripted => Ok(refusal.into_response()),
        Err(refusal) => {
            let page = TalkPage { alert: Some(refusal.message()), draft, ..app.talk_page(visitor.as_ref()).await? };
            Ok(with_status(refusal, show(&page)))
        }
    }
}

/// A message that is kept, whatever happens next.
struct Taken {
    conversation: ConversationId,
    event: EventId,
}

impl Taken {
    /// The new replies for the script; for a browser alone, the way back to the page.
    async fn respond(&self, app: &App, scripted: bool) -> Result<Response, Trouble> {
        let mut response = match app.answer(&self.conversation, &self.event).await {
            Ok(replies) if scripted => show(&RepliesPart { entries: render::replies(&replies), event: random_name()? }),
            Ok(_) => Redirect::to("/#dernier").into_response(),
            Err(Refusal::Late) if !scripted => Redirect::to("/?avis=en-attente#dernier").into_response(),
            Err(refusal) => refusal.into_response(),
        };
        if let Some(cookie) = app.remember(Some(&self.conversation)) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

impl App {
    /// Hands the message over, in the visitor's conversation or in a new one.
    async fn take(&self, client: IpAddr, visitor: Option<&ConversationId>, message: Message) -> Result<Taken, Refusal> {
        self.admit(client)?;
        let mut event = exchange::event(message.event)?;
        let input = exchange::input(Some(message.text), message.choice)?;
        let Some(conversation) = self.continued(visitor).await? else {
            let conversation = self.open_with(&event, input).await?;
            return Ok(Taken { conversation, event });
        };
        if self.is_taken(conversation, &event, &input).await? {
            event = exchange::event(None)?;
        }
        self.say(conversation, &event, input).await?;
        Ok(Taken { conversation: conversation.clone(), event })
    }

    /// The exchange of this browser, or the greeting of a newcomer: nothing is kept before a person writes.
    async fn talk_page(&self, visitor: Option<&ConversationId>) -> anyhow::Result<TalkPage> {
        let lines = match visitor {
            Some(conversation) => self.house.store.transcript(conversation).await?,
            None => Vec::new(),
        };
        let entries = if lines.is_empty() { render::replies(&self.house.greeting) } else { render::exchange(&lines) };
        Ok(TalkPage {
            entries,
            news: None,
            alert: None,
            draft: String::new(),
            event: random_name()?,
            limit: TEXT_LIMIT,
            days: self.house.settings.retention_days,
        })
    }
}
