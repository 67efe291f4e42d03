//! The list of conversations, newest activity first: filters, words, page after page. A plain GET form.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;

use super::asked::Asked;
use super::dates::filters;
use super::desk::Desk;
use super::frame::{Frame, News, NewsOf, Refusal, Section};
use super::guard::SignedIn;
use super::words;
use crate::clock::Timestamp;
use crate::console::act::Act;
use crate::console::mask::mask;
use crate::dialogue::render::shortened;
use crate::message::PlatformKind;
use crate::platform::web::show;
use crate::store::{Ending, Listed, Number, Rating};

/// Conversations of one page.
const PAGE: usize = 30;

/// Characters of the first words.
const OPENING: usize = 180;

#[derive(Template)]
#[template(path = "console/list.html")]
struct ListPage {
    frame: Frame,
    asked: Asked,
    choices: Choices,
    items: Vec<Item>,
    /// The filters as a query, for exports.
    query: String,
    next: Option<String>,
    paged: bool,
}

/// What the filters offer.
pub struct Choices {
    pub platforms: Vec<Choice>,
    pub endings: Vec<Choice>,
    pub goals: Vec<Choice>,
    pub phases: Vec<Choice>,
    pub ratings: Vec<Choice>,
    pub tags: Vec<Choice>,
}

pub struct Choice {
    pub value: String,
    pub name: String,
    pub chosen: bool,
}

/// A conversation at a glance.
pub struct Item {
    pub number: Number,
    pub opening: String,
    pub at: Timestamp,
    pub platform: &'static str,
    pub outcome: &'static str,
    pub goals: Vec<String>,
    /// What asks for attention, in words.
    pub signs: Vec<&'static str>,
    pub tags: Vec<String>,
    pub turns: i64,
    pub judges: i64,
}

pub async fn list(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    NewsOf(news): NewsOf,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let page = desk.store().browse(&asked.filter(), asked.after(), PAGE).await?;
    let act = if asked.q.trim().is_empty() { Act::Listed } else { Act::Searched };
    desk.note(&who, act, "", &asked.names()).await?;
    let query = asked.query();
    let next = page.next.map(|next| format!("/console/conversations?{query}&apres={next}").replace("?&", "?"));
    Ok(show(&ListPage {
        frame: who.frame(Section::Conversations, news),
        choices: desk.choices(&asked).await?,
        items: page.conversations.into_iter().map(|listed| desk.item(listed)).collect(),
        paged: asked.after().is_some(),
        query,
        next,
        asked,
    }))
}

impl Desk {
    pub async fn choices(&self, asked: &Asked) -> anyhow::Result<Choices> {
        let library = &self.parts.content.library;
        let choice = |value: &str, name: &str, asked: &str| Choice {
            value: value.to_owned(),
            name: name.to_owned(),
            chosen: value == asked,
        };
        let tags = self.store().all_tags().await?;
        let platforms = PlatformKind::ALL.into_iter();
        Ok(Choices {
            platforms: platforms.map(|one| choice(one.as_str(), words::platform(one), &asked.plateforme)).collect(),
            endings: Ending::ALL.map(|one| choice(one.as_str(), words::ending(one), &asked.issue)).into(),
            goals: library.goals().iter().map(|one| choice(one.id.as_str(), &one.name, &asked.objectif)).collect(),
            phases: library.phases().iter().map(|one| choice(one.id.as_str(), &one.name, &asked.phase)).collect(),
            ratings: Rating::ALL.map(|one| choice(one.as_str(), words::rating(one), &asked.avis_agent)).into(),
            tags: tags
                .iter()
                .map(|(name, count)| choice(name, &format!("{name} ({count})"), &asked.etiquette))
                .collect(),
        })
    }

    pub fn item(&self, listed: Listed) -> Item {
        let Listed { overview, opening, tags } = listed;
        let goal = |id| self.parts.content.library.goal(id).map(|goal| goal.name.clone());
        let signs = [
            (overview.wants_person, "Une personne demandée"),
            (overview.nothing_found, "Rien trouvé"),
            (overview.rating == Some(Rating::NotUseful), "Jugé inutile"),
            (overview.rating == Some(Rating::Useful), "Jugé utile"),
        ];
        let outcome = words::ending(overview.outcome);
        let signs = signs.into_iter().filter(|(holds, sign)| *holds && *sign != outcome).map(|(_, sign)| sign);
        Item {
            number: overview.number,
            opening: opening.map_or_else(String::new, |words| shortened(&mask(&words), OPENING)),
            at: overview.last_at,
            platform: words::platform(overview.platform),
            outcome,
            goals: overview.goals.iter().filter_map(goal).collect(),
            signs: signs.collect(),
            tags,
            turns: overview.turns,
            judges: overview.judges,
        }
    }
}
