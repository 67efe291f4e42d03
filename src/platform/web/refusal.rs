//! Why a request is not served. The sentences stand in `templates/web/refusal.txt`.

use std::time::Duration;

use askama::Template;
use axum::Json;
use axum::extract::rejection::{FormRejection, JsonRejection};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Characters of one message.
pub const TEXT_LIMIT: usize = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Unknown address or conversation, without a hint which.
    NotFound,
    MethodNotAllowed,
    /// The body is not announced as JSON (or as a form, on the page).
    WrongType,
    /// The body cannot be read.
    Unreadable,
    /// A field is missing or has the wrong type.
    WrongField,
    EmptyText,
    TooLong,
    /// The body has more bytes than are read.
    TooLarge,
    /// Too many messages from one address.
    TooMany {
        wait: Duration,
    },
    /// Another site made the browser send this.
    OtherSite,
    /// The message is kept; its answer is not there yet.
    Late,
    Failed,
}

impl Refusal {
    pub fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::WrongField | Self::EmptyText => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLong | Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::OtherSite => StatusCode::FORBIDDEN,
            Self::Late => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Stable name, for programs.
    fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::WrongType => "wrong-content-type",
            Self::Unreadable => "unreadable-body",
            Self::WrongField => "wrong-field",
            Self::EmptyText => "empty-text",
            Self::TooLong => "text-too-long",
            Self::TooLarge => "body-too-large",
            Self::TooMany { .. } => "too-many-messages",
            Self::OtherSite => "other-site",
            Self::Late => "answer-late",
            Self::Failed => "failed",
        }
    }

    /// Seconds after which trying again makes sense, rounded up.
    pub fn retry_after(self) -> Option<u64> {
        match self {
            Self::TooMany { wait } => Some(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)),
            Self::Late => Some(2),
            _ => None,
        }
    }

    /// The sentence for a person.
    pub fn message(self) -> String {
        let sentence = Sentence { refusal: self, limit: TEXT_LIMIT, wait: self.retry_after().unwrap_or_default() };
        sentence.render().map(|text| text.trim().to_owned()).unwrap_or_default()
    }

    fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::WrongType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::WrongField,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            _ => Self::Unreadable,
        }
    }
}

#[derive(Template)]
#[template(path = "web/refusal.txt")]
struct Sentence {
    refusal: Refusal,
    limit: usize,
    wait: u64,
}

/// As JSON; the pages draw their own.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({"error": {"code": self.code(), "message": self.message()}});
        let mut response = (self.status(), Json(body)).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::from_status(rejection.status())
    }
}

impl From<FormRejection> for Refusal {
    fn from(rejection: FormRejection) -> Self {
        Self::from_status(rejection.status())
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(?error, "failed to serve a web request");
        Self::Failed
    }
}
