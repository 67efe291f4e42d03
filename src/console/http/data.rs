//! « Données »: how long what is kept, what the next purge would erase, and the register of requests of persons.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::dates::filters;
use super::desk::Desk;
use super::fields::Fields;
use super::frame::{Frame, News, NewsOf, Refusal, Section};
use super::guard::SignedIn;
use super::words;
use crate::clock::Timestamp;
use crate::console::act::Act;
use crate::platform::web::show;
use crate::purge::{self, Forecast};
use crate::store::{Number, PurgeRun, Right, RightsRequest};

/// Purges that are shown.
const RUNS: u32 = 30;

#[derive(Template)]
#[template(path = "console/data.html")]
struct DataPage {
    frame: Frame,
    next: Option<Timestamp>,
    rules: Vec<Rule>,
    runs: Vec<(Timestamp, &'static str, i64, i64)>,
    open: Vec<Entry>,
    closed: Vec<Entry>,
}

struct Rule {
    platform: &'static str,
    kept: String,
    due: usize,
}

impl From<Forecast> for Rule {
    fn from(forecast: Forecast) -> Self {
        let kept = match (forecast.rule.statistics_only, forecast.rule.days_kept()) {
            (true, _) => "aucun mot, une fois la réponse donnée".to_owned(),
            (false, None) => "jusqu’à ce qu’on les efface".to_owned(),
            (false, Some(1)) => "un jour après le dernier message".to_owned(),
            (false, Some(days)) => format!("{days} jours après le dernier message"),
        };
        Self { platform: words::platform(forecast.rule.platform), kept, due: forecast.conversations }
    }
}

/// A line of the register.
struct Entry {
    request: RightsRequest,
    right: &'static str,
    late: bool,
    by: String,
    closed_by: String,
}

fn right(right: Right) -> &'static str {
    match right {
        Right::Access => "Accès",
        Right::Erasure => "Effacement",
    }
}

pub async fn show_data(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    NewsOf(news): NewsOf,
) -> Result<Response, Refusal> {
    let (next, forecasts) = purge::forecast(desk.store(), desk.parts.inbox.clock(), &desk.parts.keeping).await?;
    let runs = desk.store().purge_runs(RUNS).await?;
    let (open, closed) = desk.register().await?;
    let run = |run: PurgeRun| (run.at, words::platform(run.platform), run.days, run.conversations);
    Ok(show(&DataPage {
        frame: who.frame(Section::Data, news),
        next,
        rules: forecasts.into_iter().map(Rule::from).collect(),
        runs: runs.into_iter().map(run).collect(),
        open,
        closed,
    }))
}

impl Desk {
    /// What waits for an answer, and what was answered.
    async fn register(&self) -> anyhow::Result<(Vec<Entry>, Vec<Entry>)> {
        let entry = |request: RightsRequest| Entry {
            right: right(request.right),
            late: request.done_at.is_none() && request.due_at < self.now(),
            by: self.people().name(&request.taken_by).to_owned(),
            closed_by: self.people().name(&request.done_by).to_owned(),
            request,
        };
        let requests = self.store().rights().await?.into_iter().map(entry);
        Ok(requests.partition(|entry| entry.request.done_at.is_none()))
    }
}

/// Erases now what is due.
pub async fn purge_now(State(desk): State<Arc<Desk>>, who: SignedIn) -> Result<Response, Refusal> {
    desk.note(&who, Act::Purged, "", "").await?;
    purge::purge(desk.store(), desk.parts.inbox.clock(), &desk.parts.keeping).await?;
    Ok(Redirect::to("/console/donnees?avis=purge").into_response())
}

pub async fn enter(State(desk): State<Arc<Desk>>, who: SignedIn, fields: Fields) -> Result<Response, Refusal> {
    let right = Right::parse(fields.text("droit")).ok_or(Refusal::WrongField)?;
    let number = match fields.text("numero") {
        "" => None,
        written => Some(written.parse::<Number>().map_err(|_| Refusal::WrongField)?),
    };
    if let Some(number) = number
        && desk.store().overview(number).await?.is_none()
    {
        return Err(Refusal::WrongField);
    }
    let id = desk.store().ask_right(right, number, fields.required("note")?, &who.person, desk.now()).await?;
    desk.note(&who, Act::Registered, &id.to_string(), right.as_str()).await?;
    Ok(Redirect::to("/console/donnees?avis=inscrite#registre").into_response())
}

pub async fn close(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let outcome = fields.required("suite")?;
    if !desk.store().close_right(id, outcome, &who.person, desk.now()).await? {
        return Err(Refusal::NotFound);
    }
    desk.note(&who, Act::Closed, &id.to_string(), "").await?;
    Ok(Redirect::to("/console/donnees?avis=close#registre").into_response())
}
