//! Files of conversations, for leads: CSV and JSON lines of what a filter finds, one conversation to print. Made while they
//! are sent; nothing is written on the disk.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use futures_util::stream;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

use super::asked::Asked;
use super::desk::Desk;
use super::download::{CSV, HTML, JSON_LINES, file};
use super::fields::Fields;
use super::frame::{Frame, Refusal, Section};
use super::guard::SignedIn;
use super::list::Choices;
use super::veil::Veil;
use crate::console::act::Act;
use crate::console::export::{Format, Order, Rows, export, printable};
use crate::platform::web::show;
use crate::store::{Filter, Number, Store};

/// Bytes that are gathered before they are sent.
const PIECE: usize = 64 * 1024;

/// How long to wait for a browser that reads slowly, between two looks.
const PAUSE: Duration = Duration::from_millis(5);

#[derive(Template)]
#[template(path = "console/exports.html")]
struct ExportsPage {
    frame: Frame,
    asked: Asked,
    choices: Choices,
}

pub async fn show_form(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let choices = desk.choices(&asked).await?;
    Ok(show(&ExportsPage { frame: who.frame(Section::Exports, None), asked, choices }))
}

pub async fn download(State(desk): State<Arc<Desk>>, who: SignedIn, fields: Fields) -> Result<Response, Refusal> {
    let asked = asked(&fields);
    let (rows, name) = match fields.text("lignes") {
        "conversations" => (Rows::Conversations, "conversations"),
        "tours" => (Rows::Turns, "tours"),
        _ => return Err(Refusal::WrongField),
    };
    let (format, ending, kind) = match fields.text("format") {
        "csv" => (Format::Csv, "csv", CSV),
        "jsonl" => (Format::JsonLines, "jsonl", JSON_LINES),
        _ => return Err(Refusal::WrongField),
    };
    let unmasked = !fields.text("sans_masque").is_empty();
    let reason = if unmasked { fields.required("motif")? } else { "" };
    let filters = asked.names();
    let said = [name, ending, &filters, reason].into_iter().filter(|part| !part.is_empty());
    let said = said.collect::<Vec<_>>().join(", ");
    desk.note(&who, if unmasked { Act::Unmasked } else { Act::Exported }, "export", &said).await?;
    let pieces = written(desk.store().clone(), asked.filter(), Order { rows, format, unmasked });
    Ok(file(&format!("declic-{name}.{ending}"), kind, Body::from_stream(stream::unfold(pieces, next))))
}

/// The same filters as in the list.
fn asked(fields: &Fields) -> Asked {
    let text = |name: &str| fields.text(name).to_owned();
    Asked {
        q: text("q"),
        plateforme: text("plateforme"),
        langue: text("langue"),
        du: text("du"),
        au: text("au"),
        issue: text("issue"),
        objectif: text("objectif"),
        phase: text("phase"),
        avis_agent: text("avis_agent"),
        etiquette: text("etiquette"),
        personne: text("personne"),
        rien: text("rien"),
        non_relue: text("non_relue"),
        echantillon: text("echantillon"),
        apres: String::new(),
    }
}

type Piece = anyhow::Result<Bytes>;

async fn next(mut pieces: Receiver<Piece>) -> Option<(Piece, Receiver<Piece>)> {
    let piece = pieces.recv().await?;
    Some((piece, pieces))
}

/// Writes the file in a thread of its own, no faster than it is read.
fn written(store: Store, filter: Filter, order: Order) -> Receiver<Piece> {
    let (sender, pieces) = channel(4);
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let written = runtime.block_on(write(&store, &filter, order, &sender));
        if let Err(error) = written {
            tracing::warn!(error = format!("{error:#}"), "an export was not finished");
            // The browser must not take half a file for a whole one.
            let _ = hand_over(&sender, Err(error));
        }
    });
    pieces
}

async fn write(store: &Store, filter: &Filter, order: Order, sender: &Sender<Piece>) -> anyhow::Result<()> {
    let mut gathered = String::with_capacity(2 * PIECE);
    export(store, filter, order, |line| {
        gathered.push_str(line);
        if gathered.len() < PIECE { Ok(()) } else { hand_over(sender, Ok(Bytes::from(std::mem::take(&mut gathered)))) }
    })
    .await?;
    hand_over(sender, Ok(Bytes::from(gathered)))
}

fn hand_over(sender: &Sender<Piece>, mut piece: Piece) -> anyhow::Result<()> {
    loop {
        match sender.try_send(piece) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(kept)) => piece = kept,
            Err(TrySendError::Closed(_)) => anyhow::bail!("the browser went away"),
        }
        std::thread::sleep(PAUSE);
    }
}

/// One conversation to print, or to answer a request for access: without its mask only with a reason.
pub async fn print(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let reading = desk.store().reading(number).await?.ok_or(Refusal::NotFound)?;
    let unmasked = !fields.text("sans_masque").is_empty();
    let reason = if unmasked { fields.required("motif")? } else { "" };
    desk.note(&who, if unmasked { Act::Unmasked } else { Act::Exported }, &number.to_string(), reason).await?;
    let veil = if unmasked { Veil::lifted() } else { Veil::over(&reading) };
    Ok(file(&format!("conversation-{number}.html"), HTML, printable(&reading, veil.masker())))
}

/// Erases a conversation, on a person's word.
pub async fn erase(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    if fields.text("sur") != "oui" {
        return Err(Refusal::WrongField);
    }
    let overview = desk.store().overview(number).await?.ok_or(Refusal::NotFound)?;
    desk.note(&who, Act::Erased, &number.to_string(), "").await?;
    let known = desk.store().forget(&overview.conversation).await.context("cannot erase")?;
    ensure_known(known)?;
    desk.store().sweep(desk.now()).await?;
    Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to("/console/conversations?avis=effacee")))
}

fn ensure_known(known: bool) -> anyhow::Result<()> {
    ensure!(known, "the conversation was gone before it was erased");
    Ok(())
}
