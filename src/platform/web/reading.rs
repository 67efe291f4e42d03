//! The method base, read without the bot: pages for people, JSON for programs. Nothing here depends on who asks.

mod list;
mod open_data;
mod sheet;
mod shelves;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::Response;
use axum::routing::get;

use super::App;
use super::markup::spaced;
use super::pages::show;
use crate::dialogue::render::Voice;
use crate::knowledge::sheet::{LinkKind, Method};
use crate::knowledge::{Language, Library, MethodId, french};

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/methodes", get(list::methods))
        .route("/methodes/{id}", get(sheet::method))
        .route("/parcours", get(shelves::journeys))
        .route("/parcours/{id}", get(shelves::journey))
        .route("/cas", get(shelves::cases))
        .route("/formations", get(shelves::trainings))
        .route("/glossaire", get(shelves::glossary))
}

/// Under `/api`.
pub fn data_router() -> Router<Arc<App>> {
    Router::new().route("/methodes", get(open_data::everything))
}

impl App {
    fn library(&self) -> &Library {
        &self.house.content.library
    }

    /// The pages are French, with the words of the script.
    fn voice(&self) -> Voice<'_> {
        Voice { content: &self.house.content, language: Language::French }
    }
}

/// A page that is the same for everybody, so browsers may keep it a while.
fn show_public(page: &impl Template) -> Response {
    let mut response = show(page);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// Names of methods, as links.
struct Named<'a> {
    id: &'a str,
    name: String,
}

impl<'a> From<&'a Method> for Named<'a> {
    fn from(method: &'a Method) -> Self {
        Self { id: method.id.as_str(), name: spaced(&method.name) }
    }
}

fn named<'a>(library: &'a Library, ids: &[MethodId]) -> Vec<Named<'a>> {
    ids.iter().filter_map(|id| library.method(id)).map(Named::from).collect()
}

/// The place of a term on the page of the glossary.
fn anchor(term: &str) -> String {
    french::words(term).join("-")
}

/// What kind of page a link leads to, as its files name it; unknown ones say nothing.
fn kind_name(kind: &str) -> &'static str {
    match kind {
        "official" => "source officielle",
        "wikipedia" => "Wikipédia",
        "mirror" => "copie du document",
        "archive" => "ancien site, peut-être hors ligne",
        _ => "autre site",
    }
}

fn link_kind(kind: LinkKind) -> &'static str {
    kind_name(match kind {
        LinkKind::Official => "official",
        LinkKind::ThirdParty => "third-party",
        LinkKind::Wikipedia => "wikipedia",
        LinkKind::Mirror => "mirror",
        LinkKind::Archive => "archive",
    })
}

fn language_name(lang: &str) -> &str {
    match lang {
        "fr" => "en français",
        "en" => "en anglais",
        other => other,
    }
}

/// What templates do to the texts of the base.
mod filters {
    #[askama::filter_fn]
    pub fn markup(text: &str, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(crate::platform::web::markup::to_html(text))
    }

    #[askama::filter_fn]
    pub fn spaced(text: &str, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(crate::platform::web::markup::spaced(text))
    }
}
