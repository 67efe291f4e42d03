//! A conversation as its page draws it: the exchange, and beside each turn why the coach answered as it did.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::veil::Veil;
use super::words;
use crate::clock::Timestamp;
use crate::dialogue::render::{Voice, sentence};
use crate::dialogue::turn::{Choice, Input, Trace};
use crate::knowledge::{Language, Means, MethodId, Recommendation};
use crate::platform::web::markup::spaced;
use crate::platform::web::render::{self, Spoken};
use crate::store::{Exchange, Judgement, Note, Reading, Tag, Verdict};

/// Methods of a ranking that are shown, beside those that were on the table.
const RANKED: usize = 6;

/// What can be said of a method that was ranked.
const OFFERED: [Verdict; 3] = [Verdict::Good, Verdict::Acceptable, Verdict::Wrong];

/// One turn of the page.
pub struct Turn {
    pub number: i64,
    pub at: Timestamp,
    /// What the person wrote or chose; `None` when nothing was, or nothing is kept.
    pub person: Option<String>,
    /// The words were there and are no longer kept.
    pub gone: bool,
    pub replies: Vec<Spoken>,
    pub why: Option<Why>,
    pub concerns: Vec<&'static str>,
    pub tags: Vec<String>,
    pub notes: Vec<NoteRow>,
    pub ranking: Vec<Ranked>,
    /// Methods that coaches found missing: name, who said so.
    pub missing: Vec<Missing>,
}

/// Why the coach answered so.
pub struct Why {
    pub understood: Vec<String>,
    pub from: String,
    pub to: String,
    /// Label and words: goals, phase, means.
    pub need: Vec<(String, String)>,
    pub percent: u32,
    pub script: String,
    pub base: String,
}

/// One method of a ranking.
pub struct Ranked {
    pub id: String,
    pub name: String,
    pub percent: u32,
    pub reasons: String,
    pub warnings: String,
    /// It was shown to the person.
    pub shown: bool,
    pub mine: Option<Verdict>,
    /// Value, label, and whether it is this coach's.
    pub offered: Vec<(&'static str, &'static str, bool)>,
    /// Who judged it how.
    pub judged: Vec<(String, &'static str)>,
}

pub struct Missing {
    pub id: String,
    pub name: String,
    pub who: String,
    pub mine: bool,
}

pub struct NoteRow {
    pub id: i64,
    pub who: String,
    pub at: Timestamp,
    pub text: String,
    pub edited: bool,
    pub mine: bool,
}

/// What coaches said of it, by turn.
pub struct Said {
    pub judgements: Vec<Judgement>,
    pub notes: Vec<Note>,
    pub tags: Vec<Tag>,
}

impl Said {
    pub fn tags_of(&self, turn: i64) -> Vec<String> {
        self.tags.iter().filter(|tag| tag.turn == turn).map(|tag| tag.name.clone()).collect()
    }

    pub fn notes_of(&self, desk: &Desk, turn: i64, me: &str) -> Vec<NoteRow> {
        let row = |note: &Note| NoteRow {
            id: note.id,
            who: desk.people().name(&note.coach).to_owned(),
            at: note.at,
            text: note.text.clone(),
            edited: note.edited,
            mine: note.coach == me,
        };
        self.notes.iter().filter(|note| note.turn == turn).map(row).collect()
    }
}

/// Draws turns for one coach.
pub struct Drawing<'a> {
    pub desk: &'a Desk,
    pub veil: Veil,
    pub said: &'a Said,
    pub me: &'a str,
}

impl Drawing<'_> {
    /// All turns, oldest first; those without anything to read are left out.
    pub fn turns(&self, reading: &Reading) -> Vec<Turn> {
        let mut offered: Vec<Choice> = Vec::new();
        let mut turns = Vec::new();
        for exchange in &reading.exchanges {
            let turn = self.turn(exchange, &offered);
            if turn.person.is_some() || turn.gone || !turn.replies.is_empty() {
                turns.push(turn);
            }
            if let Some(last) = exchange.replies.iter().rfind(|spoken| !spoken.reply.choices.is_empty()) {
                offered.clone_from(&last.reply.choices);
            }
        }
        turns
    }

    fn turn(&self, exchange: &Exchange, offered: &[Choice]) -> Turn {
        let person = exchange.input.as_ref().and_then(|input| render::words(input, offered));
        let trace = exchange.trace.as_ref();
        Turn {
            number: exchange.turn,
            at: exchange.at,
            person: person.map(|words| self.veil.text(&words)),
            gone: matches!(exchange.input, None | Some(Input::Withdrawn { .. })),
            replies: exchange.replies.iter().map(|spoken| Spoken::from(&self.veil.reply(&spoken.reply))).collect(),
            why: trace.map(|trace| self.why(trace)),
            concerns: exchange.concerns.iter().map(|concern| words::concern(*concern)).collect(),
            tags: self.said.tags_of(exchange.turn),
            notes: self.said.notes_of(self.desk, exchange.turn, self.me),
            ranking: trace.map(|trace| self.ranking(exchange.turn, trace)).unwrap_or_default(),
            missing: self.missing(exchange.turn),
        }
    }

    fn voice(&self) -> Voice<'_> {
        Voice { content: &self.desk.parts.content, language: Language::French }
    }

    fn why(&self, trace: &Trace) -> Why {
        let voice = self.voice();
        let goals: Vec<&str> = trace.goals.iter().map(|goal| voice.goal(goal)).collect();
        let phase = trace.phase.as_ref().map(|phase| voice.phase(phase).to_owned());
        let means: Means = serde_json::from_value(trace.need["means"].clone()).unwrap_or_default();
        let means = voice.means(&means).into_iter().map(|(label, words)| (voice.say(label).to_owned(), words));
        let named = [("Objectif", Some(goals.join(", ")).filter(|text| !text.is_empty())), ("Moment du projet", phase)];
        let named = named.into_iter().filter_map(|(label, words)| Some((label.to_owned(), words?)));
        Why {
            understood: trace.understood.iter().map(|what| self.understood(what)).collect(),
            from: trace.from.clone(),
            to: trace.to.clone(),
            need: named.chain(means).map(|(label, words)| (label, spaced(&words))).collect(),
            percent: percent(trace.strength),
            script: trace.script.clone(),
            base: trace.base.clone(),
        }
    }

    /// `answer:temps` in words; what is not known stays as it is written in traces.
    fn understood(&self, what: &str) -> String {
        let (kind, of) = what.split_once(':').unwrap_or((what, ""));
        let name = || self.method_name(of);
        match kind {
            "answer" => format!("réponse à l’étape « {of} »"),
            "command" => format!("commande « {of} »"),
            "details" => format!("fiche demandée : {}", name()),
            "digression" if of == "unknown" => "mot à expliquer, inconnu de la base".to_owned(),
            "digression" => format!("mot à expliquer : {}", name()),
            "journey" => format!("parcours annoncé : {of}"),
            "rating" | "follow-up" if of == "useful" => "conseil jugé utile".to_owned(),
            "rating" | "follow-up" => "conseil jugé inutile".to_owned(),
            "means" => "moyens cités en passant".to_owned(),
            "edited" => "message corrigé".to_owned(),
            "withdrawn" => "message supprimé".to_owned(),
            "nothing-fits" => "rien ne convient".to_owned(),
            "choice" => "choix d’une réponse proposée".to_owned(),
            "near-choice" => "réponse proche d’un choix, à confirmer".to_owned(),
            "more-words" => "précisions sur le projet".to_owned(),
            "new-words" => "nouvelle description du projet".to_owned(),
            "not-understood" => "pas compris".to_owned(),
            "wordless" => "message sans mot lisible".to_owned(),
            "too-early" => "demande trop tôt".to_owned(),
            "other-language" => "autre langue".to_owned(),
            "joined" => "arrivée".to_owned(),
            "left" => "départ".to_owned(),
            "reminder" => "relance".to_owned(),
            "erased" => "effacement".to_owned(),
            _ => what.to_owned(),
        }
    }

    fn method_name(&self, id: &str) -> String {
        let method = self.desk.parts.content.library.method(&MethodId::from(id));
        method.map_or_else(|| id.to_owned(), |method| spaced(&method.name))
    }

    fn ranking(&self, turn: i64, trace: &Trace) -> Vec<Ranked> {
        let shown = |one: &Recommendation| trace.table.contains(&one.method);
        let kept = trace.ranking.iter().enumerate().filter(|(place, one)| *place < RANKED || shown(one));
        kept.map(|(_, one)| self.ranked(turn, one, shown(one))).collect()
    }

    fn ranked(&self, turn: i64, one: &Recommendation, shown: bool) -> Ranked {
        let (voice, french) = (self.voice(), Language::French);
        let judged = |one: &&Judgement, id: &MethodId| one.turn == turn && one.method == *id;
        let verdicts = self.said.judgements.iter().filter(|judgement| judged(judgement, &one.method));
        let mine = verdicts.clone().find(|judgement| judgement.coach == self.me).map(|judgement| judgement.verdict);
        let name = |judgement: &Judgement| self.desk.people().name(&judgement.coach).to_owned();
        Ranked {
            id: one.method.as_str().to_owned(),
            name: self.method_name(one.method.as_str()),
            percent: percent(one.score),
            reasons: spaced(&sentence(&voice.reasons(&one.reasons), french)),
            warnings: spaced(&sentence(&voice.warnings(&one.warnings), french)),
            shown,
            mine,
            offered: OFFERED.map(|one| (one.as_str(), words::verdict(one), mine == Some(one))).into(),
            judged: verdicts.map(|judgement| (name(judgement), words::verdict(judgement.verdict))).collect(),
        }
    }

    fn missing(&self, turn: i64) -> Vec<Missing> {
        let missing = self.said.judgements.iter().filter(|one| one.turn == turn && one.verdict == Verdict::Missing);
        let mut by_method: BTreeMap<&MethodId, Missing> = BTreeMap::new();
        for one in missing {
            let who = self.desk.people().name(&one.coach);
            let entry = by_method.entry(&one.method).or_insert_with(|| Missing {
                id: one.method.as_str().to_owned(),
                name: self.method_name(one.method.as_str()),
                who: String::new(),
                mine: false,
            });
            entry.who.push_str(if entry.who.is_empty() { "" } else { ", " });
            entry.who.push_str(who);
            entry.mine |= one.coach == self.me;
        }
        by_method.into_values().collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept between 0 and 100")]
fn percent(share: f32) -> u32 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u32
}
