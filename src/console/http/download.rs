//! Files that a page gives. Their names are ours: nothing of a request becomes part of one unchanged.

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// A file to keep, under this name: lower case, digits, hyphens and one dot, as all our names are.
pub fn file(name: &str, kind: &'static str, body: impl Into<Body>) -> Response {
    let plain: String = name.chars().filter(|sign| sign.is_ascii_alphanumeric() || "-.".contains(*sign)).collect();
    let disposition = format!("attachment; filename=\"{}\"", plain.trim_start_matches('.'));
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], body.into()).into_response()
}

pub const TEXT: &str = "text/plain; charset=utf-8";
pub const PATCH: &str = "text/x-patch; charset=utf-8";
pub const CSV: &str = "text/csv; charset=utf-8";
pub const JSON_LINES: &str = "application/x-ndjson; charset=utf-8";
pub const HTML: &str = "text/html; charset=utf-8";
