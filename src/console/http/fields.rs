//! The fields of a posted form. A name may come several times.

use axum::body::{Body, to_bytes};

use super::frame::Refusal;

/// Bytes of a form.
const LIMIT: usize = 64 * 1024;

/// Characters of one field; longer ones are refused, not cut.
const LONGEST: usize = 10_000;

#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// # Errors
    /// When the body is too large.
    pub async fn read(body: Body) -> Result<Self, Refusal> {
        let bytes = to_bytes(body, LIMIT).await.map_err(|_| Refusal::TooLarge)?;
        let fields: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
        if fields.iter().any(|(_, value)| value.chars().count() > LONGEST) {
            return Err(Refusal::TooLarge);
        }
        Ok(Self(fields))
    }

    /// The first of this name, without the spaces around it; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// All of this name that are not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim()).filter(|text| !text.is_empty())
    }

    /// The rest of the names that begin so, each with its value.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.trim())))
    }

    /// # Errors
    /// When there is none of this name, or an empty one.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        Some(self.text(name)).filter(|text| !text.is_empty()).ok_or(Refusal::WrongField)
    }
}
