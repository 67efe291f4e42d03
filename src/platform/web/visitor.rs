//! Names of web conversations, and the cookie by which a browser keeps its own.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::App;
use crate::message::{ConversationId, PlatformKind};

/// Bytes of chance in a conversation's name: nobody guesses one.
const BYTES: usize = 24;

/// Days that browsers keep a cookie at most: for conversations that are kept for ever.
const LONGEST: u32 = 400;

/// A new name that nobody can guess, safe in an address and in a cookie.
///
/// # Errors
/// When the system gives no random bytes.
pub fn random_name() -> anyhow::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes from the system: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The conversation of this name, if it has the shape of one that we gave.
pub fn conversation(name: &str) -> Option<ConversationId> {
    let bytes = URL_SAFE_NO_PAD.decode(name).ok()?;
    (bytes.len() == BYTES).then(|| ConversationId::new(PlatformKind::Web, name))
}

/// The conversation that the browser's cookie names.
pub struct Visitor(pub Option<ConversationId>);

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(cookie(&parts.headers, app.cookie_name()).and_then(conversation)))
    }
}

impl App {
    /// `__Host-` makes browsers refuse the cookie of another path or domain; it asks for HTTPS.
    fn cookie_name(&self) -> &'static str {
        if self.is_https() { "__Host-declic" } else { "declic" }
    }

    fn is_https(&self) -> bool {
        self.house.settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// `Set-Cookie` that gives the browser this conversation, or takes its own away.
    pub fn remember(&self, conversation: Option<&ConversationId>) -> Option<HeaderValue> {
        let (value, days) = match (conversation, self.house.settings.retention_days) {
            (None, _) => ("", 0),
            (Some(conversation), 0) => (conversation.address(), LONGEST),
            (Some(conversation), days) => (conversation.address(), days),
        };
        let (name, age) = (self.cookie_name(), u64::from(days) * 24 * 3600);
        let secure = if self.is_https() { "; Secure" } else { "" };
        HeaderValue::try_from(format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")).ok()
    }
}

pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unguessable_and_recognised() {
        let (one, other) = (random_name().unwrap(), random_name().unwrap());
        assert_ne!(one, other);
        assert_eq!(conversation(&one).unwrap().address(), one);
        for wrong in ["", "abc", "../../etc/passwd", &one[1..], &format!("{one}A"), "é"] {
            assert!(conversation(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; declic=xyz"));
        headers.append(COOKIE, HeaderValue::from_static("xdeclic=no"));
        assert_eq!(cookie(&headers, "declic"), Some("xyz"));
        assert_eq!(cookie(&headers, "other"), None);
    }
}
