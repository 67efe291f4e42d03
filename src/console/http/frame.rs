//! What all pages share: who is there, what was just done, and how a refusal is drawn.

use std::time::Duration;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::guard::SignedIn;
use crate::console::people::Role;
use crate::platform::web::show;

/// The part of the console in which a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Conversations,
    Queue,
    Improve,
    Dashboard,
    Exports,
    Data,
    Sessions,
    Log,
}

/// Around every page.
pub struct Frame {
    pub name: String,
    pub role: Role,
    /// The token of its forms.
    pub csrf: String,
    pub here: Section,
    pub news: Option<News>,
}

impl Frame {
    pub fn is_lead(&self) -> bool {
        self.role >= Role::Lead
    }

    pub fn is_administrator(&self) -> bool {
        self.role >= Role::Administrator
    }
}

/// What was just done, said once at the top of the page; in the address as `avis`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    Bienvenue,
    SessionFermee,
    SessionsFermees,
    CompteDetache,
    RienAFaire,
    Juge,
    Note,
    NoteRetiree,
    Etiquete,
    EtiquetteRetiree,
    Ecartee,
    Remise,
    Inscrite,
    Close,
    Effacee,
    Purge,
}

impl<S: Send + Sync> FromRequestParts<S> for NewsOf {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let said = Query::<Said>::from_request_parts(parts, state).await.ok();
        Ok(Self(said.and_then(|Query(said)| said.avis)))
    }
}

/// The news of an address; one that is not known says nothing.
pub struct NewsOf(pub Option<News>);

#[derive(Deserialize)]
struct Said {
    avis: Option<News>,
}

impl SignedIn {
    pub fn frame(&self, here: Section, news: Option<News>) -> Frame {
        Frame { name: self.name.clone(), role: self.role, csrf: self.csrf.clone(), here, news }
    }
}

/// Why a page of the console is not shown. The sentences stand in `templates/console/refusal.html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NotFound,
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// Another role is needed.
    Role,
    /// The form does not carry the token of this session.
    Token,
    WrongField,
    TooLarge,
    TooMany {
        wait: Duration,
    },
    LinkUnknown,
    LinkExpired,
    LinkUsed,
    LinkElsewhere,
    /// The browser keeps no cookies.
    NoCookie,
    /// The person is not, or no longer, on the list.
    NotListed,
    /// The words of the conversation are not kept any more.
    NothingKept,
    /// The provider did not answer, or not as it should.
    Provider,
    /// The sign-in took too long, or began in another browser.
    AttemptOver,
    /// Another account came first with this address.
    OtherAccount,
    Failed,
}

impl Refusal {
    pub fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::LinkUnknown => StatusCode::NOT_FOUND,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Role | Self::Token | Self::LinkElsewhere | Self::NotListed | Self::OtherAccount => {
                StatusCode::FORBIDDEN
            }
            Self::WrongField => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::LinkExpired | Self::LinkUsed | Self::NothingKept => StatusCode::GONE,
            Self::NoCookie | Self::AttemptOver => StatusCode::BAD_REQUEST,
            Self::Provider => StatusCode::BAD_GATEWAY,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn seconds(self) -> u64 {
        match self {
            Self::TooMany { wait } => wait.as_secs() + 1,
            _ => 0,
        }
    }
}

#[derive(Template)]
#[template(path = "console/refusal.html")]
struct RefusalPage {
    refusal: Refusal,
    seconds: u64,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = show(&RefusalPage { refusal: self, seconds: self.seconds() });
        *response.status_mut() = self.status();
        if let Self::TooMany { .. } = self {
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, self.seconds().into());
        }
        response
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(?error, "failed to serve a page of the console");
        Self::Failed
    }
}

pub async fn not_found() -> Refusal {
    Refusal::NotFound
}
