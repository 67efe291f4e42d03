//! Judgements as graded requests, in the format of `declic eval`.

use std::collections::{BTreeMap, BTreeSet};

use super::mask::Masker;
use crate::dialogue::script::{Script, Slot, StepKind};
use crate::dialogue::turn::Input;
use crate::dialogue::understand::means::means_in;
use crate::eval::Request;
use crate::knowledge::MethodId;
use crate::store::{Exchange, Judgement, Reading, Store, Verdict};

/// Every judged request that is still kept.
///
/// # Errors
/// When the store cannot be read.
pub async fn requests(store: &Store, script: &Script) -> anyhow::Result<Vec<Request>> {
    let mut by_conversation: BTreeMap<i64, Vec<Judgement>> = BTreeMap::new();
    for judgement in store.all_judgements().await? {
        by_conversation.entry(judgement.number).or_default().push(judgement);
    }
    let mut requests = Vec::new();
    for (number, judgements) in by_conversation {
        if let Some(reading) = store.reading(number).await? {
            requests.extend(of_reading(script, &reading, &judgements));
        }
    }
    Ok(requests)
}

/// The judged requests of one conversation, its personal data masked. A turn whose request was not made in words, or whose
/// words are not kept, gives none.
pub fn of_reading(script: &Script, reading: &Reading, judgements: &[Judgement]) -> Vec<Request> {
    let masker = Masker::new(&super::texts_of(reading));
    let turns: BTreeSet<i64> = judgements.iter().map(|judgement| judgement.turn).collect();
    let request = |turn: i64| {
        let text = masker.mask(&words_until(script, reading, turn));
        if text.is_empty() {
            return None;
        }
        let here: Vec<&Judgement> = judgements.iter().filter(|judgement| judgement.turn == turn).collect();
        let coaches: BTreeSet<&str> = here.iter().map(|judgement| judgement.coach.as_str()).collect();
        Some(Request {
            id: format!("r{}-{turn}", reading.overview.number),
            kind: "review".to_owned(),
            lang: reading.overview.language,
            needs: means_in(&text),
            text,
            relevant: grades(&here),
            forbidden: Vec::new(),
            note: format!("Jugée par {} coach(s)", coaches.len()),
        })
    };
    turns.into_iter().filter_map(request).collect()
}

/// What the person said of the project up to this turn.
fn words_until(script: &Script, reading: &Reading, turn: i64) -> String {
    let said = reading.exchanges.iter().filter(|exchange| exchange.turn <= turn && is_about_project(script, exchange));
    let words = said.filter_map(|exchange| match &exchange.input {
        Some(Input::Said { text } | Input::Corrected { text, .. }) => Some(text.trim()),
        _ => None,
    });
    words.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn is_about_project(script: &Script, exchange: &Exchange) -> bool {
    let describes = |step: &str| {
        let kind = script.steps.get(step).map(|step| &step.kind);
        matches!(kind, Some(StepKind::Ask(question)) if question.fills == Slot::Project)
    };
    let understood = exchange.trace.iter().flat_map(|trace| &trace.understood);
    understood.into_iter().any(|what| what == "more-words" || what.strip_prefix("answer:").is_some_and(describes))
}

/// The mean of what the coaches gave each method, rounded down; 0 is left out.
fn grades(judgements: &[&Judgement]) -> BTreeMap<MethodId, u8> {
    let mut given: BTreeMap<MethodId, Vec<u8>> = BTreeMap::new();
    for judgement in judgements {
        given.entry(judgement.method.clone()).or_default().push(grade(judgement.verdict));
    }
    let mean = |grades: Vec<u8>| grades.iter().sum::<u8>() / u8::try_from(grades.len()).unwrap_or(u8::MAX);
    given.into_iter().map(|(method, grades)| (method, mean(grades))).filter(|(_, grade)| *grade > 0).collect()
}

fn grade(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Good | Verdict::Missing => 3,
        Verdict::Acceptable => 1,
        Verdict::Wrong => 0,
    }
}
