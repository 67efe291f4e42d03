//! `/api/methodes`: the whole base as JSON, so that others can reuse it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::App;
use super::super::refusal::Refusal;
use crate::knowledge::Library;

/// The same base has the same tag: whoever has it already is told so, and anyone's page may read it.
pub async fn everything(State(app): State<Arc<App>>, asked: HeaderMap) -> Result<Response, Refusal> {
    let tag = format!("\"{}\"", app.library().fingerprint());
    let known = asked.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { body(&app)?.into_response() };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(ETAG, HeaderValue::try_from(tag).map_err(anyhow::Error::from)?);
    Ok(response)
}

fn body(app: &App) -> Result<Bytes, Refusal> {
    if let Some(made) = app.open_data.get() {
        return Ok(made.clone());
    }
    let made = Bytes::from(written(app.library()).map_err(anyhow::Error::from)?);
    Ok(app.open_data.get_or_init(|| made).clone())
}

fn written(library: &Library) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&json!({
        "licence": "etalab-2.0",
        "fingerprint": library.fingerprint(),
        "phases": library.phases(),
        "goals": library.goals(),
        "methods": library.methods(),
        "journeys": library.journeys(),
        "cases": library.cases(),
        "trainings": library.trainings(),
        "terms": library.terms(),
    }))
}
