//! From a conversation to the base: a need, a new sheet or a synonym as a patch file.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::desk::Desk;
use super::download::{PATCH, file};
use super::fields::Fields;
use super::frame::{Frame, Refusal, Section};
use super::guard::SignedIn;
use super::veil::Veil;
use crate::console::act::Act;
use crate::console::patch::{self, Patch};
use crate::console::texts_of;
use crate::content;
use crate::knowledge::MethodId;
use crate::platform::web::markup::spaced;
use crate::platform::web::show;
use crate::store::{Number, Reading};

#[derive(Template)]
#[template(path = "console/propose.html")]
struct ProposePage {
    frame: Frame,
    number: Number,
    /// The request as it could be proposed; the coach may change it.
    request: String,
    methods: Vec<(String, String)>,
    alert: Option<String>,
    written: Written,
}

/// What was typed and could not be taken.
#[derive(Default)]
struct Written {
    method: String,
    id: String,
    name: String,
    word: String,
    same_as: String,
}

impl Written {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self { method: text("methode"), id: text("id"), name: text("nom"), word: text("mot"), same_as: text("comme") }
    }
}

pub async fn show_forms(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
) -> Result<Response, Refusal> {
    let reading = desk.store().reading(number).await?.ok_or(Refusal::NotFound)?;
    desk.note(&who, Act::Read, &number.to_string(), "ajout à la base").await?;
    Ok(show(&desk.proposal(&who, &reading)))
}

pub async fn propose(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let reading = desk.store().reading(number).await?.ok_or(Refusal::NotFound)?;
    match desk.patch(&fields)? {
        Ok(patch) => {
            desk.note(&who, Act::MadePatch, &number.to_string(), &patch.file_name).await?;
            Ok(file(&patch.file_name, PATCH, patch.text))
        }
        Err(sentence) => {
            let request = fields.text("demande").to_owned();
            let page = desk.proposal(&who, &reading);
            let request = if request.is_empty() { page.request } else { request };
            let page = ProposePage { alert: Some(spaced(&sentence)), written: Written::of(&fields), request, ..page };
            let mut response = show(&page);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

impl Desk {
    fn proposal(&self, who: &SignedIn, reading: &Reading) -> ProposePage {
        let veil = Veil::over(reading);
        let request = texts_of(reading).first().map(|text| veil.text(text)).unwrap_or_default();
        ProposePage {
            frame: who.frame(Section::Conversations, None),
            number: reading.overview.number,
            request,
            methods: self.methods(),
            alert: None,
            written: Written::default(),
        }
    }

    /// Id and name of all methods, by name.
    pub fn methods(&self) -> Vec<(String, String)> {
        let methods = self.parts.content.library.methods().iter();
        let mut methods: Vec<_> = methods.map(|one| (one.id.as_str().to_owned(), spaced(&one.name))).collect();
        methods.sort_by_key(|(_, name)| name.to_lowercase());
        methods
    }

    /// The patch that a form asks for, or why there is none, for the coach.
    fn patch(&self, fields: &Fields) -> Result<Result<Patch, String>, Refusal> {
        let files = content::knowledge_files(&self.parts.sources)?;
        let text = |name: &str| fields.text(name);
        Ok(match text("genre") {
            "besoin" => patch::need(&files, &MethodId::from(text("methode")), text("demande")),
            "fiche" => patch::sheet(&files, text("id"), text("nom"), text("demande")),
            "synonyme" => patch::synonym(&files, text("mot"), text("comme")),
            _ => return Err(Refusal::WrongField),
        })
    }
}
