//! « Jeu d’essai »: a conversation as a golden dialogue, anonymised and played again, to be read and then downloaded.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::download::{TEXT, file};
use super::fields::Fields;
use super::frame::{Frame, Refusal, Section};
use super::guard::SignedIn;
use super::veil::Veil;
use crate::console::act::Act;
use crate::console::golden::{Golden, from_reading};
use crate::console::texts_of;
use crate::dialogue::render::shortened;
use crate::platform::web::show;
use crate::store::{Number, Reading};

/// Characters of a title.
const TITLE: usize = 80;
/// Characters of the first words.
const OPENING: usize = 50;

#[derive(Template)]
#[template(path = "console/golden.html")]
struct GoldenPage {
    frame: Frame,
    number: Number,
    title: String,
    made: Result<Golden, String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    titre: String,
}

pub async fn show_golden(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let reading = desk.store().reading(number).await?.ok_or(Refusal::NotFound)?;
    desk.note(&who, Act::Read, &number.to_string(), "jeu d’essai").await?;
    let title = titled(&asked.titre, &reading);
    let made = desk.golden(&title, reading).await?;
    Ok(show(&GoldenPage { frame: who.frame(Section::Conversations, None), number, title, made }))
}

pub async fn download(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let reading = desk.store().reading(number).await?.ok_or(Refusal::NotFound)?;
    let made = desk.golden(&titled(fields.text("titre"), &reading), reading).await?;
    let golden = made.map_err(|_| Refusal::NothingKept)?;
    desk.note(&who, Act::MadeGolden, &number.to_string(), &golden.file_name).await?;
    Ok(file(&golden.file_name, TEXT, golden.text))
}

/// The title that was given, else the first words of the person.
fn titled(title: &str, reading: &Reading) -> String {
    let title: String = title.trim().chars().take(TITLE).collect();
    let opening = texts_of(reading).first().map(|text| shortened(&Veil::over(reading).text(text), OPENING));
    let given = Some(title).filter(|title| !title.is_empty()).or(opening);
    given.unwrap_or_else(|| format!("Conversation {}", reading.overview.number))
}

impl Desk {
    /// The engine plays a whole conversation: not among the requests of others.
    async fn golden(&self, title: &str, reading: Reading) -> anyhow::Result<Result<Golden, String>> {
        let (content, title) = (Arc::clone(&self.parts.content), title.to_owned());
        let made = tokio::task::spawn_blocking(move || from_reading(&content, &title, &reading)).await?;
        Ok(made)
    }
}
