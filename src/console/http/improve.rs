//! « Améliorer »: what was asked without an answer, by theme; how far coaches agree; their judgements as graded requests.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::desk::Desk;
use super::download::{JSON_LINES, file};
use super::fields::Fields;
use super::frame::{Frame, News, NewsOf, Refusal, Section};
use super::guard::SignedIn;
use crate::console::act::Act;
use crate::console::agreement::{self, Agreement};
use crate::console::graded;
use crate::console::mask::mask;
use crate::console::themes::{request_key, themes};
use crate::dialogue::render::shortened;
use crate::platform::web::show;
use crate::store::Number;

/// Requests that are looked at.
const MOST: usize = 500;
/// Characters of a request.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "console/improve.html")]
struct ImprovePage {
    frame: Frame,
    groups: Vec<Group>,
    /// Requests that coaches do not want to see again.
    ignored: Vec<Unanswered>,
    together: Together,
    pairs: Vec<(String, String, Together)>,
}

struct Group {
    word: String,
    requests: Vec<Unanswered>,
}

struct Unanswered {
    number: Number,
    words: String,
    key: String,
}

/// Agreement, in words.
pub struct Together {
    pub judged: usize,
    pub same: String,
    pub kappa: String,
}

impl From<Agreement> for Together {
    fn from(agreement: Agreement) -> Self {
        let kappa = |kappa: f64| format!("{kappa:.2}").replace('.', ",");
        Self {
            judged: agreement.judged,
            same: agreement.same.map_or_else(String::new, |same| format!("{:.0}\u{a0}%", same * 100.0)),
            kappa: agreement.kappa.map_or_else(|| "sans objet".to_owned(), kappa),
        }
    }
}

pub async fn improve(State(desk): State<Arc<Desk>>, who: SignedIn, NewsOf(news): NewsOf) -> Result<Response, Refusal> {
    let known = desk.store().ignored().await?;
    let asked = desk.store().unanswered(MOST).await?;
    let (ignored, open) = asked.into_iter().partition(|(_, text)| known.contains(&request_key(text)));
    let judgements = desk.store().all_judgements().await?;
    desk.note(&who, Act::Listed, "", "demandes sans réponse").await?;
    let groups = themes(open).into_iter().map(|theme| Group { word: theme.word, requests: drawn(theme.requests) });
    let name = |id: &str| desk.people().name(id).to_owned();
    let pairs = agreement::by_pair(&judgements).into_iter().filter(|(_, one)| one.judged > 0);
    Ok(show(&ImprovePage {
        frame: who.frame(Section::Improve, news),
        groups: groups.collect(),
        ignored: drawn(ignored),
        together: agreement::overall(&judgements).into(),
        pairs: pairs.map(|((one, other), agreement)| (name(&one), name(&other), agreement.into())).collect(),
    }))
}

/// Each request once, masked.
fn drawn(requests: Vec<(Number, String)>) -> Vec<Unanswered> {
    let mut seen = std::collections::BTreeSet::new();
    let requests = requests.into_iter().map(|(number, text)| (number, request_key(&text), text));
    let once = requests.filter(|(_, key, _)| seen.insert(key.clone()));
    once.map(|(number, key, text)| Unanswered { number, words: shortened(&mask(&text), LONGEST), key }).collect()
}

/// Takes a request away for good, or brings it back.
pub async fn ignore(State(desk): State<Arc<Desk>>, who: SignedIn, fields: Fields) -> Result<Response, Refusal> {
    let key = fields.required("cle")?;
    let away = fields.text("remettre").is_empty();
    let known = desk.store().unanswered(MOST).await?.iter().any(|(_, text)| request_key(text) == key);
    if !known {
        return Err(Refusal::NotFound);
    }
    desk.store().ignore(key, away, &who.person, desk.now()).await?;
    desk.note(&who, if away { Act::Ignored } else { Act::Restored }, key, "").await?;
    let news = if away { "ecartee" } else { "remise" };
    Ok(Redirect::to(&format!("/console/ameliorer?avis={news}")).into_response())
}

/// The judgements in the format of `declic eval`, personal data masked.
pub async fn graded(State(desk): State<Arc<Desk>>, who: SignedIn) -> Result<Response, Refusal> {
    let requests = graded::requests(desk.store(), &desk.parts.content.script).await?;
    desk.note(&who, Act::Exported, "", "jugements").await?;
    let lines = requests.iter().map(|request| serde_json::to_string(request).map(|line| line + "\n"));
    let text: Result<String, serde_json::Error> = lines.collect();
    Ok(file("jugements.jsonl", JSON_LINES, text.map_err(anyhow::Error::from)?))
}
