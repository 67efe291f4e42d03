//! Golden dialogues: what their authors read, played by the engine. A logged conversation becomes one once its personal
//! data are replaced, and it is said whether it still takes the same path.
//!
//! `> ` is the person, the rest the coach. `! modifie N : …` edits the person's N-th message, `! retire N` deletes it,
//! `! arrive` joins, `! relance` lets three weeks pass.

use std::fmt::Write as _;

use super::mask::{INVENTED, Masker};
use crate::clock::Timestamp;
use crate::dialogue::state::State;
use crate::dialogue::turn::{Choice, Effect, Input, Reminder, Trace};
use crate::dialogue::{Content, step};
use crate::message::EventId;
use crate::platform::plain;
use crate::store::{Exchange, Reading};

/// A dialogue made from a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Golden {
    /// For `conversations/transcripts/`, e.g. `guichet-sature.txt`.
    pub file_name: String,
    pub text: String,
    /// Where the engine now goes another way than it did, one sentence each, for the coach. Empty: the same path.
    pub differences: Vec<String>,
}

/// A dialogue as the coach holds it now, and the traces of its turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    pub text: String,
    pub traces: Vec<Trace>,
}

/// Plays a dialogue: titles and the person's lines are kept, replies are made anew.
///
/// # Errors
/// A line that begins with `! ` and is no action, with its number.
pub fn play(content: &Content, written: &str) -> Result<Played, String> {
    let mut player = Player { content, state: State::default(), said: 0, text: String::new(), traces: Vec::new() };
    for (number, line) in (1..).zip(written.lines()) {
        if line.starts_with('#') {
            let _ = writeln!(player.text, "{line}");
        } else if let Some(text) = line.strip_prefix("> ") {
            player.say(text);
        } else if let Some(action) = line.strip_prefix("! ") {
            player.act(action).ok_or_else(|| format!("ligne {number} : « {action} » n’est pas une action"))?;
        }
    }
    Ok(Played { text: player.text, traces: player.traces })
}

struct Player<'a> {
    content: &'a Content,
    state: State,
    said: u32,
    text: String,
    traces: Vec<Trace>,
}

impl Player<'_> {
    fn say(&mut self, text: &str) {
        self.said += 1;
        let _ = writeln!(self.text, "\n> {text}");
        self.happens(&format!("m{}", self.said), Input::Said { text: text.replace("\\n", "\n") });
    }

    fn act(&mut self, action: &str) -> Option<()> {
        let earlier = |number: &str| EventId(format!("m{}", number.trim()));
        let input = match action.split_once(' ') {
            _ if action == "arrive" => Input::Joined,
            _ if action == "relance" => Input::Woke { reminder: Reminder::FollowUp },
            Some(("modifie", rest)) => {
                let (number, text) = rest.split_once(" : ")?;
                Input::Corrected { earlier: earlier(number), text: text.to_owned() }
            }
            Some(("retire", number)) => Input::Withdrawn { earlier: earlier(number) },
            _ => return None,
        };
        let _ = writeln!(self.text, "\n! {action}");
        self.happens(&format!("a{}", self.said), input);
        Some(())
    }

    fn happens(&mut self, event: &str, input: Input) {
        let state = std::mem::take(&mut self.state);
        let turn = step(self.content, state, &EventId(event.to_owned()), input, Timestamp::UNIX_EPOCH);
        self.state = turn.state;
        self.traces.push(turn.trace);
        for effect in turn.effects {
            let shown = match effect {
                Effect::Say(reply) => plain::reply(&reply).trim_end().to_owned(),
                Effect::Disclose(disclosure) => format!("[{} …]", disclosure.heading),
                Effect::Flag(concern) => format!("[signalé aux coachs : {concern:?}]"),
                Effect::Forget => "[tout est effacé]".to_owned(),
                Effect::Wake { after, .. } => format!("[relance dans {} jours]", after.as_secs() / 86_400),
            };
            let _ = writeln!(self.text, "\n{shown}");
        }
    }
}

/// Makes a golden dialogue of a conversation: personal data become invented ones, the engine answers anew, and each turn
/// is compared with what it was. Of the invented names those are taken that change the path least.
///
/// # Errors
/// When the words are not kept any more, so that there is nothing to play; for the coach to read.
pub fn from_reading(content: &Content, title: &str, reading: &Reading) -> Result<Golden, String> {
    let texts = super::texts_of(reading);
    let personal = !Masker::new(&texts).is_empty();
    let mut best: Option<Golden> = None;
    for first in 0..INVENTED.len() {
        let golden = with_names(content, title, reading, &Masker::inventing(&texts, first))?;
        let same = golden.differences.is_empty();
        if best.as_ref().is_none_or(|best| golden.differences.len() < best.differences.len()) {
            best = Some(golden);
        }
        if same || !personal {
            break;
        }
    }
    best.ok_or_else(|| NOTHING_KEPT.to_owned())
}

const NOTHING_KEPT: &str = "Les messages de cette conversation ne sont plus gardés : il n’y a rien à rejouer.";

fn with_names(content: &Content, title: &str, reading: &Reading, masker: &Masker) -> Result<Golden, String> {
    let title = masker.mask(title.lines().next().unwrap_or_default().trim_start_matches('#').trim());
    let lines = lines(reading, masker);
    if !lines.iter().any(|(line, _)| line.starts_with("> ")) {
        return Err(NOTHING_KEPT.to_owned());
    }
    let written: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    let played = play(content, &format!("# {title}\n{written}"))?;
    let logged = lines.iter().map(|(_, exchange)| *exchange);
    let differences = logged.zip(&played.traces).filter_map(|(exchange, now)| difference(exchange, now)).collect();
    Ok(Golden { file_name: format!("{}.txt", super::slug(&title)), text: played.text, differences })
}

/// What the person did, as a golden dialogue writes it, each with the turn that it comes from.
fn lines<'a>(reading: &'a Reading, masker: &Masker) -> Vec<(String, &'a Exchange)> {
    let mut offered: &[Choice] = &[];
    let mut lines = Vec::new();
    for exchange in &reading.exchanges {
        let line = match &exchange.input {
            Some(Input::Said { text }) => Some(format!("> {}", masker.mask(text).replace('\n', "\\n"))),
            Some(Input::Chose { choice }) => Some(format!("> {}", numbers(&choice.0, offered))),
            Some(Input::Joined) => Some("! arrive".to_owned()),
            Some(Input::Woke { .. }) => Some("! relance".to_owned()),
            // The corrected words stand in the earlier line; what was withdrawn, left or not readable says nothing.
            _ => None,
        };
        lines.extend(line.map(|line| (line, exchange)));
        if let Some(last) = exchange.replies.last() {
            offered = &last.reply.choices;
        }
    }
    lines
}

/// The numbers of the choices that were pressed (`kind:a+b` is several), as the person would type them; their name when
/// they are not offered any more.
fn numbers(chosen: &str, offered: &[Choice]) -> String {
    let (kind, ids) = chosen.split_once(':').unwrap_or(("", chosen));
    let place = |id: &str| offered.iter().position(|choice| choice.id.0 == format!("{kind}:{id}"));
    let each = ids.split('+').map(|id| place(id).map_or_else(|| id.to_owned(), |place| (place + 1).to_string()));
    each.collect::<Vec<_>>().join(" et ")
}

/// How a message was read. A pressed choice is typed as its number here, which says the same.
fn sense(trace: &Trace) -> Vec<&str> {
    trace.understood.iter().map(String::as_str).filter(|what| *what != "choice").collect()
}

fn difference(logged: &Exchange, now: &Trace) -> Option<String> {
    let then = logged.trace.as_ref()?;
    let turn = logged.turn;
    let methods = |trace: &Trace| trace.ranking.iter().map(|one| one.method.to_string()).collect::<Vec<_>>().join(", ");
    let (was, is) = (sense(then), sense(now));
    if was != is {
        let (then, now) = (was.join(", "), is.join(", "));
        return Some(format!("Tour {turn} : le message était compris comme « {then} », il l’est comme « {now} »."));
    }
    if then.to != now.to {
        return Some(format!("Tour {turn} : il menait à « {} », il mène à « {} ».", then.to, now.to));
    }
    if methods(then) != methods(now) {
        let (then, now) = (methods(then), methods(now));
        return Some(format!("Tour {turn} : les méthodes étaient « {then} », elles sont « {now} »."));
    }
    None
}
