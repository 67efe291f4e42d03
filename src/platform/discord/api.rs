//! Discord's HTTP interface: one request at a time, its limits kept, its errors told apart.
//!
//! A limit is noted per route and for all, and those who come next wait for it; who would wait for long is sent away with
//! the time, so that a reply goes back to the outbox rather than hold a connection.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Certificate, Client, Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::sync::watch;

use crate::clock::{Clock, Timestamp};
use crate::config::DiscordSettings;

/// A request that takes longer has failed.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Who would have to wait longer for a limit is sent away.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a request waits so before it is sent away.
const MOST_WAITS: u32 = 3;
/// When Discord does not say.
const SOON: Duration = Duration::from_secs(2);
/// The name under which the limit that holds for all routes is kept.
const EVERYWHERE: &str = "*";
const VERSION: &str = "v10";

/// A cheap handle; clones share the limits.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    clock: Clock,
    /// Route → when it may be used again. A `watch` as in `health`: it is replaced, never held.
    limits: Arc<watch::Sender<BTreeMap<String, Timestamp>>>,
}

/// Why a request failed, and so what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("asked to wait {after:?}")]
    Limited { after: Duration },
    /// The token is wrong: the operator must change something.
    #[error("the token is refused")]
    Unauthorized,
    /// Refused for good: Discord's own number says why.
    #[error("refused: {status}, code {code}")]
    Refused { status: u16, code: u64 },
    /// A 5xx, or no answer.
    #[error("no answer: {source}")]
    Away { source: anyhow::Error },
}

/// Discord's numbers that we tell apart.
pub mod code {
    pub const UNKNOWN_CHANNEL: u64 = 10003;
    pub const UNKNOWN_MESSAGE: u64 = 10008;
    pub const UNKNOWN_WEBHOOK: u64 = 10015;
    pub const UNKNOWN_INTERACTION: u64 = 10062;
    pub const ALREADY_ACKNOWLEDGED: u64 = 40060;
    pub const INVALID_WEBHOOK_TOKEN: u64 = 50027;
    /// « Cannot execute action on this channel type ».
    pub const WRONG_CHANNEL_TYPE: u64 = 50024;
    pub const THREAD_EXISTS: u64 = 160_004;
}

impl Api {
    /// # Errors
    /// When the certificate cannot be read.
    pub fn new(settings: &DiscordSettings, clock: Clock) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::new();
        let mut token = HeaderValue::from_str(&format!("Bot {}", settings.token.expose_secret()))
            .map_err(|_| anyhow!("the Discord token has signs that a token cannot have"))?;
        token.set_sensitive(true);
        headers.insert(AUTHORIZATION, token);
        let agent = concat!("DiscordBot (declic, ", env!("CARGO_PKG_VERSION"), ")");
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        let mut builder = Client::builder().default_headers(headers).timeout(TIMEOUT);
        if let Some(path) = &settings.root_certificate {
            let pem = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let certificate =
                Certificate::from_pem(&pem).with_context(|| format!("{} is not a certificate", path.display()))?;
            builder = builder.add_root_certificate(certificate);
        }
        let client = builder.build().context("cannot prepare the connection to Discord")?;
        let base = format!("{}/api/{VERSION}", settings.api.trim_end_matches('/'));
        Ok(Self { client, base, clock, limits: Arc::new(watch::Sender::new(BTreeMap::new())) })
    }

    pub async fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, ApiError> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, ApiError> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Option<&Value>) -> Result<Value, ApiError> {
        self.call(Method::PUT, path, body).await
    }

    /// A limit that ends soon is waited for.
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, ApiError> {
        for _ in 0..MOST_WAITS {
            match self.attempt(&method, path, body).await {
                Err(ApiError::Limited { after }) if after <= PATIENCE => {}
                outcome => return outcome,
            }
        }
        self.attempt(&method, path, body).await
    }

    async fn attempt(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Value, ApiError> {
        let route = route(method, path);
        self.wait(&route).await?;
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        // The address holds the token of an interaction: it is not shown.
        let response = request.send().await.map_err(|error| away(error.without_url()))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.map_err(|error| away(error.without_url()))?;
        self.note(&route, status, &headers, &text);
        if status.is_success() {
            return Ok(serde_json::from_str(&text).unwrap_or_default());
        }
        Err(sort(status, &headers, &text))
    }

    /// Waits for a limit that ends soon.
    async fn wait(&self, route: &str) -> Result<(), ApiError> {
        let exempt = route.contains("/callback");
        loop {
            let now = self.clock.now();
            let until = {
                let limits = self.limits.borrow();
                let everywhere = limits.get(EVERYWHERE).filter(|_| !exempt);
                everywhere.into_iter().chain(limits.get(route)).max().copied()
            };
            let Some(until) = until.filter(|until| *until > now) else { return Ok(()) };
            let after = Duration::try_from(until.duration_since(now)).unwrap_or_default();
            if after > PATIENCE {
                return Err(ApiError::Limited { after });
            }
            tokio::time::sleep(after + Duration::from_millis(5)).await;
        }
    }

    /// Keeps what Discord said of its limits: this route is used up, or all are.
    fn note(&self, route: &str, status: StatusCode, headers: &HeaderMap, body: &str) {
        let used_up = header(headers, "x-ratelimit-remaining").is_some_and(|left| left == "0");
        let (name, after) = if status == StatusCode::TOO_MANY_REQUESTS {
            let everywhere = header(headers, "x-ratelimit-scope") == Some("global");
            tracing::warn!(route, everywhere, "Discord asks to wait");
            (if everywhere { EVERYWHERE } else { route }, retry_after(headers, body))
        } else if used_up && !route.contains("/callback") {
            (route, seconds(header(headers, "x-ratelimit-reset-after")).unwrap_or(SOON))
        } else {
            return;
        };
        let now = self.clock.now();
        let Ok(until) = now.checked_add(after) else { return };
        self.limits.send_modify(|limits| {
            limits.retain(|_, until| *until > now);
            limits.insert(name.to_owned(), until);
        });
    }
}

/// What limits are counted by: the method, the path, the ids of the channel, the server or the webhook in it.
fn route(method: &Method, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts: Vec<&str> = path.split('/').collect();
    for index in 3..parts.len() {
        let message = matches!(parts.get(index - 1), Some(&"messages" | &"thread-members" | &"members"));
        if message && parts[index].parse::<u64>().is_ok() {
            parts[index] = "{id}";
        }
    }
    if path.contains("/callback") {
        parts = vec!["", "interactions", "{id}", "callback"];
    }
    format!("{method} {}", parts.join("/"))
}

fn sort(status: StatusCode, headers: &HeaderMap, body: &str) -> ApiError {
    let code = serde_json::from_str::<Value>(body).ok().and_then(|body| body["code"].as_u64()).unwrap_or_default();
    match status {
        StatusCode::TOO_MANY_REQUESTS => ApiError::Limited { after: retry_after(headers, body) },
        StatusCode::UNAUTHORIZED if code != code::INVALID_WEBHOOK_TOKEN => ApiError::Unauthorized,
        _ if status.is_server_error() => away(anyhow!("status {status}")),
        _ => ApiError::Refused { status: status.as_u16(), code },
    }
}

fn away(source: impl Into<anyhow::Error>) -> ApiError {
    ApiError::Away { source: source.into() }
}

fn retry_after(headers: &HeaderMap, body: &str) -> Duration {
    let said = serde_json::from_str::<Value>(body).ok().and_then(|body| body["retry_after"].as_f64());
    let said = said.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 86_400.0)));
    said.or_else(|| seconds(header(headers, "retry-after"))).unwrap_or(SOON)
}

fn seconds(value: Option<&str>) -> Option<Duration> {
    let seconds: f64 = value?.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(86_400.0)))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_counted_by_channel_not_by_message() {
        let get = |path| route(&Method::GET, path);
        assert_eq!(get("/channels/12/messages/34?x=1"), "GET /channels/12/messages/{id}");
        assert_ne!(get("/channels/12/messages"), get("/channels/13/messages"));
        assert_eq!(get("/interactions/1/token/callback"), get("/interactions/2/other/callback"));
    }
}
