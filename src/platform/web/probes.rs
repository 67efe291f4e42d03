//! `/livez` and `/readyz`: for supervisors and load balancers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::time::timeout;

use super::App;
use crate::platform::health::Standing;

/// A store that does not answer within this time is away.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Report {
    ready: bool,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    name: &'static str,
    state: Standing,
    /// What somebody must do, when it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Part {
    fn new(name: &'static str, state: Standing) -> Self {
        Self { name, state, reason: None }
    }
}

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/livez", get(|| async { "ok\n" })).route("/readyz", get(readyz))
}

async fn readyz(State(app): State<Arc<App>>) -> impl IntoResponse {
    let content = Part::new("content", Standing::Ready);
    let store = Part::new("store", store_standing(&app).await);
    let health = &app.house.health;
    let platforms = health.platforms().into_iter();
    let platforms =
        platforms.map(|(kind, state)| Part { reason: health.reason(kind), ..Part::new(kind.as_str(), state) });
    let parts: Vec<Part> = [content, store].into_iter().chain(platforms).collect();
    let ready = parts.iter().all(|part| part.state == Standing::Ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Report { ready, parts }))
}

/// Reads a checkpoint that nobody writes: the cheapest question that goes through to the database.
async fn store_standing(app: &App) -> Standing {
    match timeout(PATIENCE, app.house.store.checkpoint("readyz")).await {
        Ok(Ok(_)) => Standing::Ready,
        Ok(Err(_)) | Err(_) => Standing::Away,
    }
}
