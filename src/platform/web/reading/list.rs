//! `/methodes`: all methods, filtered by phase, goal, time and people, or searched as the coach searches.
//!
//! A plain GET form; the script asks for the results alone while one types.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{HeaderMap, HeaderValue, VARY};
use axum::response::Response;
use serde::Deserialize;

use super::super::App;
use super::super::markup::spaced;
use super::super::pages::Trouble;
use super::super::pages::show;
use super::super::refusal::Refusal;
use super::super::talk::SCRIPT;
use crate::dialogue::render::{Voice, sentence};
use crate::knowledge::sheet::{Counted, Method};
use crate::knowledge::{Journey, Language, Library, Means, Recommendation};

/// Longer requests are for the coach.
const LONGEST: usize = 500;
/// How many methods a search gives.
const FOUND: usize = 12;

/// The form as it comes: an empty field is a field that says nothing.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    phase: String,
    #[serde(default)]
    objectif: String,
    /// Hours.
    #[serde(default)]
    duree: String,
    #[serde(default)]
    personnes: String,
}

impl Asked {
    fn hours(&self) -> Option<f32> {
        self.duree.trim().replace(',', ".").parse().ok().filter(|hours: &f32| hours.is_finite() && *hours > 0.0)
    }

    fn people(&self) -> Option<u32> {
        self.personnes.trim().parse().ok().filter(|people| *people > 0)
    }

    fn words(&self) -> String {
        self.q.trim().chars().take(LONGEST).collect()
    }

    fn keeps(&self, method: &Method) -> bool {
        let phase = self.phase.is_empty() || method.phase.as_str() == self.phase;
        let goal = self.objectif.is_empty() || method.goals.iter().any(|goal| goal.as_str() == self.objectif);
        let hours = self.hours().is_none_or(|hours| method.duration.min <= hours);
        phase && goal && hours && self.people().is_none_or(|people| suits(method, people))
    }
}

/// Whether so many people can do it; those who answer a survey are not at hand and do not count.
fn suits(method: &Method, people: u32) -> bool {
    match method.people.counted {
        Counted::Participants => (method.people.min..=method.people.max).contains(&people),
        Counted::Team => method.people.min <= people,
        Counted::Respondents => true,
    }
}

#[derive(Template)]
#[template(path = "web/reading/methods.html")]
struct MethodsPage<'a> {
    q: String,
    phases: Vec<Answer<'a>>,
    goals: Vec<Answer<'a>>,
    times: Vec<Answer<'a>>,
    people: &'a str,
    results: Results<'a>,
}

/// What the script puts in the place of the results.
#[derive(Template)]
#[template(path = "web/reading/found.html")]
struct Found<'a> {
    results: Results<'a>,
}

/// One answer of a list, and whether it is the chosen one.
struct Answer<'a> {
    value: &'a str,
    name: &'a str,
    chosen: bool,
}

struct Results<'a> {
    /// Nothing was searched for: methods by phase. Else one group without a name, best first.
    groups: Vec<Group<'a>>,
    count: usize,
    searched: bool,
    journey: Option<&'a Journey>,
}

struct Group<'a> {
    id: &'a str,
    name: &'a str,
    methods: Vec<Entry<'a>>,
}

struct Entry<'a> {
    id: &'a str,
    name: String,
    summary: String,
    duration: String,
    group: String,
    why: String,
}

pub async fn methods(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Trouble> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let results = results(&app, &asked);
    let mut response =
        if headers.contains_key(SCRIPT) { show(&Found { results }) } else { show(&page(&app, &asked, results)) };
    response.headers_mut().insert(VARY, HeaderValue::from_static(SCRIPT));
    Ok(response)
}

/// Times that people think in, in hours.
const TIMES: [(&str, &str); 6] = [
    ("1", "Une heure"),
    ("3.5", "Une demi-journée"),
    ("7", "Une journée"),
    ("21", "Trois jours"),
    ("70", "Deux semaines"),
    ("400", "Trois mois"),
];

fn page<'a>(app: &'a App, asked: &'a Asked, results: Results<'a>) -> MethodsPage<'a> {
    let library = app.library();
    let answer = |value: &'a str, name: &'a str, asked: &str| Answer { value, name, chosen: value == asked };
    let phases = library.phases().iter().map(|phase| answer(phase.id.as_str(), &phase.name, &asked.phase));
    let goals = library.goals().iter().map(|goal| answer(goal.id.as_str(), &goal.name, &asked.objectif));
    let times = TIMES.iter().map(|(hours, name)| answer(hours, name, &asked.duree));
    MethodsPage {
        q: asked.words(),
        phases: phases.collect(),
        goals: goals.collect(),
        times: times.collect(),
        people: &asked.personnes,
        results,
    }
}

fn results<'a>(app: &'a App, asked: &Asked) -> Results<'a> {
    let groups = if asked.words().is_empty() { by_phase(app, asked) } else { searched(app, asked) };
    Results {
        count: groups.iter().map(|group| group.methods.len()).sum(),
        searched: !asked.words().is_empty(),
        journey: app.library().journey_for(&asked.words()),
        groups,
    }
}

fn by_phase<'a>(app: &'a App, asked: &Asked) -> Vec<Group<'a>> {
    let library = app.library();
    let group = |phase: &'a crate::knowledge::Phase| {
        let methods = library.methods().iter().filter(|method| method.phase == phase.id && asked.keeps(method));
        let methods = methods.map(|method| entry(app.voice(), method, "")).collect();
        Group { id: phase.id.as_str(), name: &phase.name, methods }
    };
    library.phases().iter().map(group).filter(|group| !group.methods.is_empty()).collect()
}

/// As the coach searches: means weigh, then the filters decide.
fn searched<'a>(app: &'a App, asked: &Asked) -> Vec<Group<'a>> {
    let (library, voice) = (app.library(), app.voice());
    let advised = advised(library, asked);
    let known = advised.iter().filter_map(|advice| Some((library.method(&advice.method)?, advice)));
    let kept = known.filter(|(method, _)| asked.keeps(method)).take(FOUND);
    let entries =
        kept.map(|(method, advice)| entry(voice, method, &sentence(&voice.reasons(&advice.reasons), Language::French)));
    vec![Group { id: "trouvees", name: "", methods: entries.collect() }]
}

fn advised(library: &Library, asked: &Asked) -> Vec<Recommendation> {
    let text = library.read(&asked.words());
    let detected = library.detect(&text);
    let evidence = library.search(&text, &detected.sure_goals(), detected.sure_phase().as_ref());
    let means = Means { hours: asked.hours(), people: asked.people(), ..Means::default() };
    library.rank(&evidence, &means, library.methods().len())
}

fn entry<'a>(voice: Voice<'a>, method: &'a Method, why: &str) -> Entry<'a> {
    Entry {
        id: method.id.as_str(),
        name: spaced(&method.name),
        summary: spaced(&method.summary),
        duration: voice.duration(method.duration),
        group: voice.group(method.people),
        why: spaced(why),
    }
}
