//! « À relire »: what waits for this coach, in a few queues, and the way to the next one of a queue.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::dates::filters;
use super::desk::Desk;
use super::frame::{Frame, News, NewsOf, Refusal, Section};
use super::guard::SignedIn;
use super::list::Item;
use crate::console::act::Act;
use crate::platform::web::show;
use crate::store::{Filter, Number, Rating};

/// Counted up to this.
const MOST: usize = 200;

/// Conversations of a queue that are shown.
const SHOWN: usize = 10;

/// What a coach may take from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// One in five, always the same ones: the control sample.
    Sample,
    /// Judged by one other coach, and drawn for a second.
    Second,
    BadRating,
    NothingFound,
    WantsPerson,
}

impl Queue {
    const ALL: [Self; 5] = [Self::Sample, Self::Second, Self::BadRating, Self::NothingFound, Self::WantsPerson];

    fn name(self) -> &'static str {
        match self {
            Self::Sample => "echantillon",
            Self::Second => "second-avis",
            Self::BadRating => "inutile",
            Self::NothingFound => "rien",
            Self::WantsPerson => "personne",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Sample => "Échantillon au hasard (une sur cinq)",
            Self::Second => "Second avis",
            Self::BadRating => "Conseil jugé inutile",
            Self::NothingFound => "Rien trouvé",
            Self::WantsPerson => "Une personne demandée",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Sample => {
                "Des conversations tirées au hasard, que personne n’a encore relues : elles disent comment va le coach en général."
            }
            Self::Second => "Un autre coach les a relues ; votre avis dira si vous jugez de même.",
            Self::BadRating => "L’agent a dit que le conseil ne l’aidait pas.",
            Self::NothingFound => "Le coach n’avait rien à proposer.",
            Self::WantsPerson => "L’agent a demandé à parler à quelqu’un.",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }

    /// What nobody judged yet; for a second opinion, what one other coach judged.
    fn filter(self, me: &str) -> Filter {
        let mine = Filter { not_judged_by: Some(me.to_owned()), ..Filter::default() };
        let unseen = Filter { not_reviewed: true, ..Filter::default() };
        match self {
            Self::Sample => Filter { sampled: true, ..unseen },
            Self::Second => Filter { second_opinion: true, ..mine },
            Self::BadRating => Filter { rating: Some(Rating::NotUseful), ..unseen },
            Self::NothingFound => Filter { nothing_found: true, ..unseen },
            Self::WantsPerson => Filter { wants_person: true, ..unseen },
        }
    }
}

#[derive(Template)]
#[template(path = "console/queue.html")]
struct QueuePage {
    frame: Frame,
    queues: Vec<Waiting>,
    open: Waiting,
    items: Vec<Item>,
    suffix: String,
}

#[derive(Clone)]
struct Waiting {
    name: &'static str,
    label: &'static str,
    about: &'static str,
    count: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    file: String,
    /// The conversation that was just judged.
    #[serde(default)]
    sauf: Number,
}

pub async fn queues(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    NewsOf(news): NewsOf,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let open = Queue::parse(&asked.file).unwrap_or(Queue::Sample);
    let mut queues = Vec::new();
    for queue in Queue::ALL {
        let count = desk.store().count(&queue.filter(&who.person), MOST).await?;
        let count = if count < MOST { count.to_string() } else { format!("{MOST} ou plus") };
        queues.push(Waiting { name: queue.name(), label: queue.label(), about: queue.about(), count });
    }
    let page = desk.store().browse(&open.filter(&who.person), None, SHOWN).await?;
    desk.note(&who, Act::Listed, "", &format!("file={}", open.name())).await?;
    let open = queues.iter().find(|queue| queue.name == open.name()).cloned().ok_or(Refusal::NotFound)?;
    Ok(show(&QueuePage {
        frame: who.frame(Section::Queue, news),
        items: page.conversations.into_iter().map(|listed| desk.item(listed)).collect(),
        suffix: format!("?file={}", open.name),
        queues,
        open,
    }))
}

/// Leads to the first of a queue that is not the one just judged.
pub async fn next(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let queue = Queue::parse(&asked.file).ok_or(Refusal::NotFound)?;
    let page = desk.store().browse(&queue.filter(&who.person), None, 2).await?;
    let next = page.conversations.iter().map(|listed| listed.overview.number).find(|number| *number != asked.sauf);
    Ok(match next {
        Some(number) => Redirect::to(&format!("/console/conversations/{number}?file={}", queue.name())),
        None => Redirect::to(&format!("/console/a-relire?file={}&avis=rien-a-faire", queue.name())),
    }
    .into_response())
}
