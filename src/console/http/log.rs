//! The log: who read or did what, newest first. For leads, who answer for it.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::dates::filters;
use super::desk::Desk;
use super::frame::{Frame, Refusal, Section};
use super::guard::SignedIn;
use crate::console::act::Act;
use crate::platform::web::show;
use crate::store::{Noted, NotedQuery};

/// Lines of one page.
const PAGE: usize = 100;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    personne: String,
    #[serde(default)]
    acte: String,
    #[serde(default)]
    objet: String,
    /// Where the page before ended.
    #[serde(default)]
    avant: String,
}

#[derive(Template)]
#[template(path = "console/log.html")]
struct LogPage {
    frame: Frame,
    asked: Asked,
    acts: [Act; Act::ALL.len()],
    lines: Vec<Line>,
    /// The address of the older lines.
    older: Option<String>,
}

struct Line {
    noted: Noted,
    name: String,
    act: &'static str,
}

pub async fn log(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let person = desk.people().find(&asked.personne).map_or(asked.personne.trim(), |person| person.id());
    let query = NotedQuery {
        person,
        act: &asked.acte,
        object: asked.objet.trim(),
        before: read_place(&asked.avant),
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    };
    let mut found = desk.store().acts(&query).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let older = found.last().filter(|_| more).map(|last| older(&asked, last));
    let line = |noted: Noted| Line {
        name: desk.people().name(&noted.person).to_owned(),
        act: Act::parse(&noted.act).map_or("", Act::label),
        noted,
    };
    let lines = found.into_iter().map(line).collect();
    Ok(show(&LogPage { frame: who.frame(Section::Log, None), asked, acts: Act::ALL, lines, older }))
}

/// `1736064300000.AbCd…`
fn read_place(written: &str) -> Option<(i64, String)> {
    let (at, id) = written.split_once('.')?;
    Some((at.parse().ok()?, id.to_owned()))
}

fn older(asked: &Asked, last: &Noted) -> String {
    let mut address = form_urlencoded::Serializer::new("/console/journal?".to_owned());
    for (name, value) in [("personne", &asked.personne), ("acte", &asked.acte), ("objet", &asked.objet)] {
        if !value.is_empty() {
            address.append_pair(name, value);
        }
    }
    address.append_pair("avant", &format!("{}.{}", last.at.as_millisecond(), last.id));
    address.finish().replacen("?&", "?", 1)
}
