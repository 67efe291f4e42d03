//! The coaches' console: reading conversations, judging them, and turning judgements into a better coach.
//!
//! `http` draws the pages; everything else here knows nothing of the web.
//!
//! What is read and written stands in [`crate::store`], one verb each:
//!
//! | for | verbs | types |
//! | --- | --- | --- |
//! | the list | `browse(filter, after, count)`, `count(filter, most)` | `Filter`, `Cursor`, `Page`, `Listed`, `Overview` |
//! | one conversation | `reading(number)`, `overview(number)`, `number_of(conversation)` | `Reading`, `Exchange`, `Spoken` |
//! | judging | `judge`, `judgements`, `assess`, `rubric`, `opinions` (the history), `all_judgements` | `Verdict`, `Judgement`, `Rubric`, `Opinion` |
//! | notes and tags | `add_note`, `edit_note`, `notes`, `tag`, `tags`, `all_tags` | `Note`, `Tag` |
//! | statistics | `totals(span)`, `conversations_by_day(span)`, `first_day` | `Span`, `Total` |
//! | without answer | `unanswered(most)`, `ignored`, `ignore(key, on, coach, now)` | |
//! | rights | `ask_right`, `close_right`, `rights`, `purge_preview`, `purge_runs`, `last_purge` | `Right`, `RightsRequest`, `PurgeRun` |
//!
//! and the modules beside this one make something of it, without knowing who asks:
//!
//! | module | gives |
//! | --- | --- |
//! | [`mask`] | `Masker::new(&texts_of(&reading)).mask(text)`: `[nom 1]` in place of a name, the same throughout |
//! | [`agreement`] | `overall`, `by_pair`: percent and Cohen's kappa |
//! | [`graded`] | `requests(store, script)`: judgements in the format of `declic eval` |
//! | [`golden`] | `from_reading(content, title, reading)`: a dialogue for `conversations/transcripts/`, and where its path differs |
//! | [`patch`] | `need`, `synonym`, `sheet`: proposals for `knowledge/` that `git apply` takes |
//! | [`themes`] | `themes(requests)`, `request_key(text)`: requests without answer by what they are about |
//! | [`stats`] | `dashboard(store, content, span)`: charts ([`chart::Chart`]: SVG and table), no group under five |
//! | [`export`] | `export(store, filter, order, write)`, `printable(reading, masker)` |
//! | [`crate::purge`] | `forecast(store, clock, rules)`: the next look and what it would erase |
//!
//! A conversation is named by its **number**, never by its id: the id of a conversation on the web opens it. The review
//! queue is a `Filter`: `not_reviewed` for what nobody judged, with `sampled` for the control sample (one in five, always
//! the same), `second_opinion` with `not_judged_by` for what one other coach judged. Words in a `Listed` or a `Reading`
//! are as they were written: mask them before showing.

pub mod act;
pub mod agreement;
pub mod chart;
pub mod doorkeeper;
pub mod export;
pub mod golden;
pub mod graded;
pub mod http;
pub mod mask;
pub mod oidc;
pub mod patch;
pub mod people;
pub mod stats;
pub mod themes;
pub mod token;

use crate::dialogue::turn::Input;
use crate::knowledge::french;
use crate::store::Reading;

/// What the person wrote in a conversation, oldest first: what a [`mask::Masker`] learns from.
pub fn texts_of(reading: &Reading) -> Vec<&str> {
    let texts = reading.exchanges.iter().filter_map(|exchange| match &exchange.input {
        Some(Input::Said { text } | Input::Corrected { text, .. }) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// A name for a file: lower case, no accent, hyphens; never empty, never a path.
pub fn slug(title: &str) -> String {
    let words = french::words(title).join("-");
    let slug: String = words.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "conversation".to_owned() } else { slug.to_owned() }
}
