//! `/methodes/<id>`: one sheet, with what leads to it and what follows. It prints on one A4 page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::App;
use super::super::markup::{is_web, spaced, to_html};
use super::super::pages::Trouble;
use super::super::refusal::Refusal;
use super::{Named, anchor, filters, language_name, link_kind, named, show_public};
use crate::dialogue::render::Voice;
use crate::knowledge::sheet::{Method, Place};
use crate::knowledge::{Case, Journey, Training};

#[derive(Template)]
#[template(path = "web/reading/sheet.html")]
struct SheetPage<'a> {
    method: &'a Method,
    phase: &'a str,
    goals: Vec<(&'a str, &'a str)>,
    facts: Vec<(&'static str, String)>,
    stages: Vec<StageView>,
    before: Vec<Named<'a>>,
    after: Vec<Named<'a>>,
    related: Vec<Named<'a>>,
    links: Vec<LinkView<'a>>,
    cases: Vec<&'a Case>,
    trainings: Vec<&'a Training>,
    journeys: Vec<&'a Journey>,
    /// Terms and their anchors.
    terms: Vec<(&'a str, String)>,
}

struct StageView {
    title: String,
    time: String,
    html: String,
}

struct LinkView<'a> {
    title: String,
    url: &'a str,
    lang: &'a str,
    language: &'a str,
    kind: &'static str,
}

pub async fn method(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Trouble> {
    let method = app.library().method(&id.as_str().into()).ok_or(Refusal::NotFound)?;
    Ok(show_public(&page(&app, method)))
}

fn page<'a>(app: &'a App, method: &'a Method) -> SheetPage<'a> {
    let (library, voice) = (app.library(), app.voice());
    let goals = method.goals.iter().filter_map(|id| library.goal(id));
    let terms = library.terms_of(&method.id).into_iter();
    SheetPage {
        method,
        phase: library.phase(&method.phase).map_or("", |phase| phase.name.as_str()),
        goals: goals.map(|goal| (goal.id.as_str(), goal.name.as_str())).collect(),
        facts: facts(voice, method),
        stages: stages(voice, method),
        before: named(library, &method.before),
        after: named(library, &method.after),
        related: named(library, &method.related),
        links: method.links.iter().filter(|link| is_web(&link.url)).map(link_view).collect(),
        cases: library.cases_of(&method.id),
        trainings: library.trainings_of(&method.id),
        journeys: library.journeys_of(&method.id),
        terms: terms.map(|term| (term.term.as_str(), anchor(&term.term))).collect(),
    }
}

fn facts(voice: Voice<'_>, method: &Method) -> Vec<(&'static str, String)> {
    let place = match method.place {
        Place::OnSite => "sur place",
        Place::Remote => "à distance",
        Place::Either => "sur place ou à distance",
    };
    vec![
        ("Durée", voice.duration(method.duration)),
        ("Groupe", voice.group(method.people)),
        ("Budget", voice.budget(method.budget).to_owned()),
        ("Expérience", voice.skill(method.skill).to_owned()),
        ("Lieu", place.to_owned()),
    ]
}

fn stages(voice: Voice<'_>, method: &Method) -> Vec<StageView> {
    #[expect(clippy::cast_precision_loss, reason = "minutes of a workshop")]
    let hours = |minutes: u32| minutes as f32 / 60.0;
    let view = |stage: &crate::knowledge::sheet::Stage| StageView {
        title: spaced(&stage.title),
        time: voice.hours(hours(stage.minutes)),
        html: to_html(&begun(&stage.text)),
    };
    method.sections.stages.iter().map(view).collect()
}

/// On a line of its own the text begins a sentence.
fn begun(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn link_view(link: &crate::knowledge::sheet::Link) -> LinkView<'_> {
    LinkView {
        title: spaced(&link.title),
        url: &link.url,
        lang: &link.lang,
        language: language_name(&link.lang),
        kind: link_kind(link.kind),
    }
}
