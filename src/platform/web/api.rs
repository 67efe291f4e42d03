//! The JSON interface under `/api`: for programs, and for people who bring their own page.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::guard::Client;
use super::refusal::Refusal;
use super::render::exchange_json;
use super::{App, exchange, visitor};
use crate::message::ConversationId;
use crate::platform::view;

#[derive(Deserialize)]
struct Message {
    text: Option<String>,
    choice: Option<String>,
    event: Option<String>,
}

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/conversations", post(open))
        .route("/conversations/{id}", get(read).delete(erase))
        .route("/conversations/{id}/messages", post(say))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::MethodNotAllowed)
}

async fn open(State(app): State<Arc<App>>, Client(client): Client) -> Result<(StatusCode, Json<Value>), Refusal> {
    app.admit(client)?;
    let (conversation, replies) = app.open().await?;
    let body = json!({"id": conversation.address(), "replies": view::replies(&replies)});
    Ok((StatusCode::CREATED, Json(body)))
}

async fn say(
    State(app): State<Arc<App>>,
    Client(client): Client,
    Path(id): Path<String>,
    message: Result<Json<Message>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    app.admit(client)?;
    let Json(message) = message?;
    let (event, input) = (exchange::event(message.event)?, exchange::input(message.text, message.choice)?);
    let conversation = visitor::conversation(&id).ok_or(Refusal::NotFound)?;
    // A repeat has the same answer, even when it was the word that erased the conversation.
    let replies = match app.house.store.answer(&conversation, &event).await? {
        Some(replies) if !replies.is_empty() => replies,
        _ => {
            known(&app, &id).await?;
            app.say(&conversation, &event, input).await?;
            app.answer(&conversation, &event).await?
        }
    };
    Ok(Json(json!({"replies": view::replies(&replies)})))
}

async fn read(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let conversation = known(&app, &id).await?;
    let lines = app.house.store.transcript(&conversation).await?;
    Ok(Json(exchange_json(&lines)))
}

async fn erase(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let conversation = known(&app, &id).await?;
    app.house.store.forget(&conversation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The conversation of this name, if it is one of ours.
async fn known(app: &App, id: &str) -> Result<ConversationId, Refusal> {
    let conversation = visitor::conversation(id).ok_or(Refusal::NotFound)?;
    let state = app.house.store.state(&conversation).await?;
    state.map(|_| conversation).ok_or(Refusal::NotFound)
}
