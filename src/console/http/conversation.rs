//! The page of one conversation, and the acts that read it: unmasking and following.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::dates::filters;
use super::desk::Desk;
use super::fields::Fields;
use super::frame::{Frame, News, NewsOf, Refusal, Section};
use super::guard::SignedIn;
use super::improve::Together;
use super::reading::{Drawing, NoteRow, Said, Turn};
use super::veil::Veil;
use super::words;
use crate::clock::Timestamp;
use crate::console::act::Act;
use crate::console::agreement;
use crate::platform::web::markup::spaced;
use crate::platform::web::render::Piece;
use crate::platform::web::{SCRIPT, show};
use crate::store::{Number, Opinion, Overview, Reading, Rubric, Verdict};

#[derive(Template)]
#[template(path = "console/conversation.html")]
struct ConversationPage {
    frame: Frame,
    head: Head,
    turns: Vec<Turn>,
    masked: bool,
    tags: Vec<String>,
    notes: Vec<NoteRow>,
    known_tags: Vec<String>,
    rubric: Vec<Question>,
    methods: Vec<(String, String)>,
    history: Vec<HistoryLine>,
    agreement: Option<Together>,
    /// The review queue from which one came; it leads to the next.
    queue: String,
}

/// The turns alone, for the script that follows a conversation.
#[derive(Template)]
#[template(path = "console/turns.html")]
struct TurnsPart {
    frame: Frame,
    head: Head,
    turns: Vec<Turn>,
    methods: Vec<(String, String)>,
    queue: String,
}

/// The conversation in a few words.
pub struct Head {
    pub number: Number,
    pub platform: &'static str,
    pub language: &'static str,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub turns: i64,
    pub step: String,
    pub outcome: &'static str,
    pub rating: Option<&'static str>,
    pub goals: Vec<String>,
    pub judges: i64,
    pub sampled: bool,
}

/// One question of the rubric, with the answers so far.
pub struct Question {
    pub name: &'static str,
    pub label: &'static str,
    pub mine: Option<bool>,
    pub answers: Vec<(String, bool)>,
}

pub struct HistoryLine {
    pub at: Timestamp,
    pub who: String,
    pub what: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Only the turns after this one.
    #[serde(default)]
    depuis: i64,
    #[serde(default)]
    file: String,
}

pub async fn read(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    NewsOf(news): NewsOf,
    Path(number): Path<Number>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let reading = desk.store().reading(number).await?.ok_or(Refusal::NotFound)?;
    let follows = headers.contains_key(SCRIPT);
    desk.note(&who, if follows { Act::Followed } else { Act::Read }, &number.to_string(), "").await?;
    let page = desk.page(&who, news, &reading, Veil::over(&reading), asked.file).await?;
    if !follows {
        return Ok(show(&page));
    }
    let turns = page.turns.into_iter().filter(|turn| turn.number > asked.depuis).collect();
    Ok(show(&TurnsPart { frame: page.frame, head: page.head, turns, methods: page.methods, queue: page.queue }))
}

/// Shows the conversation once without its mask. The reason stands in the log.
pub async fn unmask(
    State(desk): State<Arc<Desk>>,
    who: SignedIn,
    Path(number): Path<Number>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let reason = fields.required("motif")?;
    let reading = desk.store().reading(number).await?.ok_or(Refusal::NotFound)?;
    desk.note(&who, Act::Unmasked, &number.to_string(), reason).await?;
    Ok(show(&desk.page(&who, None, &reading, Veil::lifted(), String::new()).await?))
}

impl Desk {
    async fn page(
        &self,
        who: &SignedIn,
        news: Option<News>,
        reading: &Reading,
        veil: Veil,
        queue: String,
    ) -> anyhow::Result<ConversationPage> {
        let number = reading.overview.number;
        let said = Said {
            judgements: self.store().judgements(number).await?,
            notes: self.store().notes(number).await?,
            tags: self.store().tags(number).await?,
        };
        let masked = veil.masker().is_some();
        let drawing = Drawing { desk: self, veil, said: &said, me: &who.person };
        let agreement = agreement::overall(&said.judgements);
        let opinions = self.store().opinions(number).await?;
        Ok(ConversationPage {
            frame: who.frame(Section::Conversations, news),
            head: self.head(&reading.overview),
            turns: drawing.turns(reading),
            masked,
            tags: said.tags_of(0),
            notes: said.notes_of(self, 0, &who.person),
            known_tags: self.store().all_tags().await?.into_iter().map(|(name, _)| name).collect(),
            rubric: self.rubric(number, &who.person).await?,
            methods: self.methods(),
            history: opinions.iter().rev().map(|opinion| self.history_line(opinion)).collect(),
            agreement: Some(Together::from(agreement)).filter(|agreement| agreement.judged > 0),
            queue,
        })
    }

    fn head(&self, overview: &Overview) -> Head {
        let goal = |id| self.parts.content.library.goal(id).map(|goal| goal.name.clone());
        Head {
            number: overview.number,
            platform: words::platform(overview.platform),
            language: words::language(overview.language),
            first_at: overview.first_at,
            last_at: overview.last_at,
            turns: overview.turns,
            step: overview.step.clone(),
            outcome: words::ending(overview.outcome),
            rating: overview.rating.map(words::rating),
            goals: overview.goals.iter().filter_map(goal).collect(),
            judges: overview.judges,
            sampled: overview.sampled,
        }
    }

    async fn rubric(&self, number: Number, me: &str) -> anyhow::Result<Vec<Question>> {
        let answers = self.store().rubric(number).await?;
        let question = |question: Rubric| {
            let of = answers.iter().filter(move |(about, ..)| *about == question);
            Question {
                name: question.as_str(),
                label: words::question(question),
                mine: of.clone().find(|(_, coach, _)| coach == me).map(|(.., yes)| *yes),
                answers: of.map(|(_, coach, yes)| (self.people().name(coach).to_owned(), *yes)).collect(),
            }
        };
        Ok(Rubric::ALL.map(question).into())
    }

    fn history_line(&self, opinion: &Opinion) -> HistoryLine {
        let place = if opinion.turn == 0 { String::new() } else { format!("tour {} : ", opinion.turn) };
        let (kind, of) = opinion.about.split_once(':').unwrap_or((&opinion.about, ""));
        let method = || self.parts.content.library.method(&of.into()).map_or(of, |method| &method.name);
        let back = opinion.value.is_empty();
        let what = match kind {
            "method" if back => format!("jugement retiré sur « {} »", method()),
            "method" => {
                let verdict = Verdict::parse(&opinion.value).map_or("", words::verdict).to_lowercase();
                format!("« {} » : {verdict}", method())
            }
            "rubric" => {
                let question = Rubric::parse(of).map_or_else(|| of.to_owned(), |one| words::question(one).to_owned());
                let answer = match opinion.value.as_str() {
                    "yes" => "oui",
                    "no" => "non",
                    _ => "réponse retirée",
                };
                format!("« {question} » : {answer}")
            }
            "note" if back => "note retirée".to_owned(),
            "note" => format!("note : {}", opinion.value),
            "tag" if back => format!("étiquette « {of} » retirée"),
            "tag" => format!("étiquette « {of} » posée"),
            _ => opinion.about.clone(),
        };
        HistoryLine {
            at: opinion.at,
            who: self.people().name(&opinion.coach).to_owned(),
            what: spaced(&format!("{place}{what}")),
        }
    }
}
