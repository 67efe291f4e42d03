//! The other shelves of the base: journeys, cases, trainings, the glossary. Each leads back to its methods.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::App;
use super::super::markup::{is_web, spaced};
use super::super::pages::Trouble;
use super::super::refusal::Refusal;
use super::{Named, anchor, kind_name, named, show_public};
use crate::dialogue::render::Voice;
use crate::knowledge::{Case, Journey, Leg, Library, Term, Training};

#[derive(Template)]
#[template(path = "web/reading/journeys.html")]
struct JourneysPage<'a> {
    journeys: Vec<JourneyView<'a>>,
}

#[derive(Template)]
#[template(path = "web/reading/journey.html")]
struct JourneyPage<'a> {
    journey: JourneyView<'a>,
}

struct JourneyView<'a> {
    id: &'a str,
    name: String,
    summary: String,
    /// Work from end to end, and the largest group.
    hours: String,
    people: String,
    legs: Vec<LegView<'a>>,
}

struct LegView<'a> {
    method: Named<'a>,
    hours: String,
    people: String,
    why: String,
}

pub async fn journeys(State(app): State<Arc<App>>) -> Response {
    let journeys = app.library().journeys().iter().map(|journey| journey_view(&app, journey));
    show_public(&JourneysPage { journeys: journeys.collect() })
}

pub async fn journey(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Trouble> {
    let journey = app.library().journey(&id.as_str().into()).ok_or(Refusal::NotFound)?;
    Ok(show_public(&JourneyPage { journey: journey_view(&app, journey) }))
}

fn journey_view<'a>(app: &'a App, journey: &'a Journey) -> JourneyView<'a> {
    let (library, voice) = (app.library(), app.voice());
    JourneyView {
        id: journey.id.as_str(),
        name: spaced(&journey.name),
        summary: spaced(&journey.summary),
        hours: voice.hours(journey.hours()),
        people: voice.people(journey.people()),
        legs: journey.stages.iter().filter_map(|leg| leg_view(library, voice, leg)).collect(),
    }
}

fn leg_view<'a>(library: &'a Library, voice: Voice<'a>, leg: &'a Leg) -> Option<LegView<'a>> {
    Some(LegView {
        method: library.method(&leg.method)?.into(),
        hours: voice.hours(leg.hours),
        people: voice.people(leg.people),
        why: spaced(&leg.why),
    })
}

#[derive(Template)]
#[template(path = "web/reading/cases.html")]
struct CasesPage<'a> {
    cases: Vec<CaseView<'a>>,
}

struct CaseView<'a> {
    id: &'a str,
    title: String,
    what: String,
    organisation: String,
    year: Option<String>,
    url: Option<&'a str>,
    kind: &'static str,
    methods: Vec<Named<'a>>,
}

pub async fn cases(State(app): State<Arc<App>>) -> Response {
    let mut cases: Vec<CaseView<'_>> =
        app.library().cases().iter().map(|case| case_view(app.library(), case)).collect();
    cases.sort_by_cached_key(|case| crate::knowledge::french::fold(&case.title));
    show_public(&CasesPage { cases })
}

fn case_view<'a>(library: &'a Library, case: &'a Case) -> CaseView<'a> {
    let year = case.year.map(|year| if case.year_certain { year.to_string() } else { format!("vers {year}") });
    CaseView {
        id: &case.id,
        title: spaced(&case.title),
        what: spaced(&case.what),
        organisation: spaced(&case.organisation),
        year,
        url: case.url.as_deref().filter(|url| is_web(url)),
        kind: kind_name(&case.kind),
        methods: named(library, &case.methods),
    }
}

#[derive(Template)]
#[template(path = "web/reading/trainings.html")]
struct TrainingsPage<'a> {
    trainings: Vec<TrainingView<'a>>,
}

struct TrainingView<'a> {
    id: &'a str,
    title: String,
    provider: String,
    summary: String,
    url: Option<&'a str>,
    kind: &'static str,
    methods: Vec<Named<'a>>,
}

pub async fn trainings(State(app): State<Arc<App>>) -> Response {
    let trainings = app.library().trainings().iter().map(|training| training_view(app.library(), training));
    show_public(&TrainingsPage { trainings: trainings.collect() })
}

fn training_view<'a>(library: &'a Library, training: &'a Training) -> TrainingView<'a> {
    TrainingView {
        id: &training.id,
        title: spaced(&training.title),
        provider: spaced(&training.provider),
        summary: spaced(&training.summary),
        url: training.url.as_deref().filter(|url| is_web(url)),
        kind: kind_name(&training.kind),
        methods: named(library, &training.methods),
    }
}

#[derive(Template)]
#[template(path = "web/reading/glossary.html")]
struct GlossaryPage<'a> {
    terms: Vec<TermView<'a>>,
}

struct TermView<'a> {
    anchor: String,
    term: &'a Term,
    aliases: String,
    definition: String,
    example: String,
    methods: Vec<Named<'a>>,
}

pub async fn glossary(State(app): State<Arc<App>>) -> Response {
    let mut terms: Vec<TermView<'_>> =
        app.library().terms().iter().map(|term| term_view(app.library(), term)).collect();
    terms.sort_by_cached_key(|view| crate::knowledge::french::fold(&view.term.term));
    show_public(&GlossaryPage { terms })
}

fn term_view<'a>(library: &'a Library, term: &'a Term) -> TermView<'a> {
    TermView {
        anchor: anchor(&term.term),
        term,
        aliases: term.aliases.join(", "),
        definition: spaced(&term.definition),
        example: spaced(&term.example),
        methods: named(library, &term.methods),
    }
}
