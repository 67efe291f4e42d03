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
//!
//! A conversation is named by its **number**, never by its id: the id of a conversation on the web opens it. The review
//! queue is a `Filter`: `not_reviewed` for what nobody judged, with `sampled` for the control sample (one in five, always
//! the same), `second_opinion` with `not_judged_by` for what one other coach judged. Words in a `Listed` or a `Reading`
//! are as they were written: mask them before showing.

pub mod act;
pub mod doorkeeper;
pub mod http;
pub mod oidc;
pub mod people;
pub mod token;
