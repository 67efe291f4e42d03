//! What a coach says of a conversation: verdicts, the rubric, notes, tags. Each form posts, then shows the page again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::desk::Desk;
use super::fields::Fields;
use super::frame::Refusal;
use super::guard::SignedIn;
use crate::console::act::Act;
use crate::knowledge::MethodId;
use crate::store::{Number, Rubric, Verdict};

/// The field that judges a method begins so.
const METHOD: &str = "methode:";
/// The field that answers a question of the rubric begins so.
const QUESTION: &str = "question:";

/// Back to the page, at the place of the form.
fn back(number: Number, fields: &Fields, news: &str, place: &str) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("avis", news);
    if !fields.text("file").is_empty() {
        query.append_pair("file", fields.text("file"));
    }
    Redirect::to(&format!("/console/conversations/{number}?{}#{place}", query.finish())).into_response()
}

/// Verdicts on the methods of a turn; an empty one takes a verdict back.
pub async fn judge(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path((number, turn)): Path<(Number, i64)>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let held = desk.store().judgements(number).await?;
    let mine = |method: &MethodId| {
        let judgement = held.iter().find(|one| one.turn == turn && one.method == *method && one.coach == who.person);
        judgement.map(|one| one.verdict)
    };
    for (method, verdict) in desk.verdicts(&fields)? {
        if mine(&method) == verdict {
            continue;
        }
        if !desk.store().judge(number, turn, &method, verdict, &who.person, desk.now()).await? {
            return Err(Refusal::NotFound);
        }
        let said = format!("tour {turn}, {method} : {}", verdict.map_or("retiré", Verdict::as_str));
        desk.note(&who, Act::Judged, &number.to_string(), &said).await?;
    }
    Ok(back(number, &fields, "juge", &format!("tour-{turn}")))
}

impl Desk {
    /// The verdicts of a form, and the method that was missing.
    fn verdicts(&self, fields: &Fields) -> Result<Vec<(MethodId, Option<Verdict>)>, Refusal> {
        let known = |id: &str| {
            let method = self.parts.content.library.method(&MethodId::from(id)).map(|method| method.id.clone());
            method.ok_or(Refusal::WrongField)
        };
        let mut verdicts = Vec::new();
        for (id, verdict) in fields.with_prefix(METHOD) {
            let verdict =
                if verdict.is_empty() { None } else { Some(Verdict::parse(verdict).ok_or(Refusal::WrongField)?) };
            verdicts.push((known(id)?, verdict));
        }
        for id in fields.all("manquait") {
            verdicts.push((known(id)?, Some(Verdict::Missing)));
        }
        Ok(verdicts)
    }
}

pub async fn assess(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let held = desk.store().rubric(number).await?;
    for (name, answer) in fields.with_prefix(QUESTION) {
        let question = Rubric::parse(name).ok_or(Refusal::WrongField)?;
        let answer = match answer {
            "oui" => Some(true),
            "non" => Some(false),
            "" => None,
            _ => return Err(Refusal::WrongField),
        };
        let mine = held.iter().find(|(about, coach, _)| *about == question && *coach == who.person);
        if mine.map(|(.., yes)| *yes) == answer {
            continue;
        }
        if !desk.store().assess(number, question, answer, &who.person, desk.now()).await? {
            return Err(Refusal::NotFound);
        }
        desk.note(&who, Act::Judged, &number.to_string(), question.as_str()).await?;
    }
    Ok(back(number, &fields, "juge", "grille"))
}

/// A new note, or another text for one of one's own; an empty text removes it.
pub async fn write_note(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let turn = turn_of(&fields)?;
    let (text, now) = (fields.text("texte"), desk.now());
    let written = match fields.text("note") {
        "" if text.is_empty() => return Err(Refusal::WrongField),
        "" => desk.store().add_note(number, turn, text, &who.person, now).await?.is_some(),
        id => {
            let id = id.parse().map_err(|_| Refusal::WrongField)?;
            desk.store().edit_note(number, id, text, &who.person, now).await?
        }
    };
    if !written {
        return Err(Refusal::NotFound);
    }
    desk.note(&who, Act::Noted, &number.to_string(), &format!("tour {turn}")).await?;
    Ok(back(number, &fields, if text.is_empty() { "note-retiree" } else { "note" }, &place(turn)))
}

pub async fn tag(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (turn, name) = (turn_of(&fields)?, fields.required("etiquette")?);
    let on = fields.text("retirer").is_empty();
    if desk.store().overview(number).await?.is_none() {
        return Err(Refusal::NotFound);
    }
    if !desk.store().tag(number, turn, name, on, &who.person, desk.now()).await? {
        return Err(Refusal::WrongField);
    }
    let act = if on { Act::Tagged } else { Act::Untagged };
    desk.note(&who, act, &number.to_string(), name).await?;
    Ok(back(number, &fields, if on { "etiquete" } else { "etiquette-retiree" }, &place(turn)))
}

/// 0, or nothing: the whole conversation.
fn turn_of(fields: &Fields) -> Result<i64, Refusal> {
    match fields.text("tour") {
        "" => Ok(0),
        turn => turn.parse().map_err(|_| Refusal::WrongField),
    }
}

fn place(turn: i64) -> String {
    if turn == 0 { "notes".to_owned() } else { format!("tour-{turn}") }
}
