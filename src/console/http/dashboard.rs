//! The dashboard: charts drawn on the server, each with its table. No figure of a person, no group of fewer than five.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::{Date, date};
use serde::Deserialize;

use super::desk::Desk;
use super::frame::{Frame, Refusal, Section};
use super::guard::SignedIn;
use super::list::Choice;
use super::words;
use crate::console::chart::{Chart, Shown, Table};
use crate::console::stats::dashboard;
use crate::message::PlatformKind;
use crate::platform::web::show;
use crate::store::{Span, day};

/// Days that are shown when nothing else is asked.
const USUAL: i64 = 30;

/// The longest span, in days.
const LONGEST: i64 = 3660;

#[derive(Template)]
#[template(path = "console/dashboard.html")]
struct DashboardPage {
    frame: Frame,
    from: String,
    to: String,
    platforms: Vec<Choice>,
    figures: Vec<Figure>,
    charts: Vec<(&'static str, &'static str, Chart)>,
    methods: Table,
}

struct Figure {
    label: &'static str,
    value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    du: String,
    au: String,
    plateforme: String,
}

pub async fn show_dashboard(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let span = span(&asked, day(desk.now()));
    let seen = dashboard(desk.store(), &desk.parts.content, span).await?;
    let satisfied = seen.satisfied.map(|share| format!("{:.0}\u{a0}%", share * 100.0));
    let platform = |one: PlatformKind| Choice {
        value: one.as_str().to_owned(),
        name: words::platform(one).to_owned(),
        chosen: span.platform == Some(one),
    };
    let figure = |label, value| Figure { label, value };
    Ok(show(&DashboardPage {
        frame: who.frame(Section::Dashboard, None),
        from: written(span.first),
        to: written(span.last),
        platforms: PlatformKind::ALL.map(platform).into(),
        figures: vec![
            figure("Conversations commencées", shown(&seen.conversations)),
            figure("Conseils jugés utiles", satisfied.unwrap_or_else(|| "trop peu d’avis".to_owned())),
            figure("Une personne demandée", shown(&seen.wants_person)),
            figure("Rien trouvé", shown(&seen.nothing_found)),
        ],
        charts: vec![
            ("activite", "Conversations par jour et par plateforme", seen.activity),
            ("parcours", "Parcours dans le script", seen.funnel),
            ("objectifs", "Objectifs", seen.goals),
            ("phases", "Moments du projet", seen.phases),
            ("satisfaction", "Avis des agents", seen.satisfaction),
            ("attente", "Temps jusqu’au premier conseil", seen.waits),
            ("questions", "Questions posées avant le premier conseil", seen.questions),
        ],
        methods: seen.methods,
    }))
}

fn shown(count: &Shown) -> String {
    count.to_string()
}

/// The last thirty days, unless other days are given that make sense.
fn span(asked: &Asked, today: i64) -> Span {
    let last = asked.au.parse().ok().map_or(today, number).min(today);
    let first = asked.du.parse().ok().map_or(last - USUAL + 1, number).clamp(last - LONGEST, last);
    Span { first, last, platform: PlatformKind::parse(&asked.plateforme) }
}

/// Days since 1970.
fn number(of: Date) -> i64 {
    (of - date(1970, 1, 1)).get_days().into()
}

fn written(day: i64) -> String {
    date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).map(|date| date.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_the_last_month_or_what_is_asked() {
        let asked = |du: &str, au: &str| Asked { du: du.to_owned(), au: au.to_owned(), ..Asked::default() };
        let of = |span: Span| (written(span.first), written(span.last));
        let pair = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        let today = number(date(2026, 1, 31));
        assert_eq!(of(span(&asked("", ""), today)), pair("2026-01-02", "2026-01-31"));
        assert_eq!(of(span(&asked("2025-12-01", "2025-12-31"), today)), pair("2025-12-01", "2025-12-31"));
        assert_eq!(of(span(&asked("2027-01-01", "2028-01-01"), today)), pair("2026-01-31", "2026-01-31"));
        assert_eq!(of(span(&asked("hier", "demain"), today)), pair("2026-01-02", "2026-01-31"));
    }
}
