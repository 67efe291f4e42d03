//! What holds for every request: security headers, no form posted from another site, the client's address.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::refusal::Refusal;
use super::{App, pages};

/// From the head of a request to that of its answer.
const LONGEST: Duration = Duration::from_secs(30);

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `same-origin` rather than `no-referrer`: the latter makes browsers send `Origin: null` with our own forms.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Adds the security headers. What does not say otherwise is a conversation, and is kept by nobody.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A client that sends its request too slowly does not hold it open for ever.
pub async fn in_time(request: Request, next: Next) -> Response {
    timeout(LONGEST, next.run(request)).await.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// Refuses what another site makes a browser send.
pub async fn same_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let public = app.house.settings.public_url.as_deref();
    if request.method().is_safe() || is_ours(request.headers(), public) {
        return next.run(request).await;
    }
    pages::refuse(request.uri().path(), Refusal::OtherSite)
}

/// Browsers always send one of the two headers with a POST; a program that sends none has no cookie to abuse.
fn is_ours(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some(authority) = origin.to_str().ok().and_then(authority) else { return false };
    text(header::HOST) == Some(authority) || public_url.and_then(self::authority) == Some(authority)
}

/// `example.org:8443` of `https://example.org:8443/path`.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split('/').next()
}

/// Who is asking, for the throttle.
pub struct Client(pub IpAddr);

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip());
        Ok(Self(client(peer, &parts.headers, app.house.settings.behind_proxy)))
    }
}

/// The address that our own proxy added last; anything before it was written by the client.
pub fn client(peer: IpAddr, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    if !behind_proxy || !peer.to_canonical().is_loopback() {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()).and_then(|list| list.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        let public = Some("https://coach.example.org");
        let cases = [
            (with(&[]), true),
            (with(&[("sec-fetch-site", "same-origin")]), true),
            (with(&[("sec-fetch-site", "none")]), true),
            (with(&[("sec-fetch-site", "cross-site")]), false),
            (with(&[("sec-fetch-site", "same-site")]), false),
            (with(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]), true),
            (with(&[("host", "127.0.0.1:8080"), ("origin", "https://coach.example.org")]), true),
            (with(&[("host", "127.0.0.1:8080"), ("origin", "https://evil.example")]), false),
            (with(&[("host", "127.0.0.1:8080"), ("origin", "null")]), false),
        ];
        for (headers, ours) in cases {
            assert_eq!(is_ours(&headers, public), ours, "{headers:?}");
        }
    }

    #[test]
    fn only_a_local_proxy_is_believed() {
        let (local, far) = ("127.0.0.1".parse().unwrap(), "192.0.2.9".parse().unwrap());
        let headers = with(&[("x-forwarded-for", "10.0.0.1, 198.51.100.7")]);
        assert_eq!(client(local, &headers, true), "198.51.100.7".parse::<IpAddr>().unwrap());
        assert_eq!(client(local, &headers, false), local);
        assert_eq!(client(far, &headers, true), far);
        assert_eq!(client(local, &with(&[("x-forwarded-for", "nonsense")]), true), local);
    }
}
