//! One JSON object a line in, one a line out: for programs.

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::Terminal;
use crate::dialogue::overview::{Overview, overview};
use crate::dialogue::turn::{ChoiceId, Input, Reply};
use crate::message::{ConversationId, EventId, PlatformKind};
use crate::platform::view::{self, ReplyView};

/// What a line may say. `text`, `choice`, `join` or `withdraws`; with `edits`, the text replaces an earlier event's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    conversation: String,
    text: Option<String>,
    choice: Option<String>,
    #[serde(default)]
    join: bool,
    edits: Option<String>,
    withdraws: Option<String>,
    /// A name for this input, so that a repeat is recognised and a later line may edit it.
    event: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    conversation: &'a str,
    replies: Vec<ReplyView<'a>>,
    state: Overview,
}

#[derive(Serialize)]
struct Complaint {
    error: String,
    line: usize,
}

/// Answers every line of standard input until it ends.
///
/// # Errors
/// When the store or the output fails; a bad line is answered by `{"error": …, "line": …}`.
pub async fn converse(mut terminal: Terminal) -> anyhow::Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).split(b'\n');
    let mut out = tokio::io::stdout();
    let mut number = 0;
    while let Some(line) = lines.next_segment().await? {
        number += 1;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        let answer = match parse(&line) {
            Ok((name, event, input)) => terminal.answer(&name, event, input).await?,
            Err(error) => serde_json::to_string(&Complaint { error, line: number })?,
        };
        out.write_all(answer.as_bytes()).await?;
        out.write_all(b"\n").await?;
        out.flush().await?;
    }
    Ok(())
}

fn parse(line: &str) -> Result<(String, Option<EventId>, Input), String> {
    let request: Request = serde_json::from_str(line).map_err(|error| format!("not a request: {error}"))?;
    let earlier = |id: String| EventId(id);
    let input = match (request.text, request.choice, request.edits, request.withdraws, request.join) {
        (Some(text), None, None, None, false) => Input::Said { text },
        (Some(text), None, Some(id), None, false) => Input::Corrected { earlier: earlier(id), text },
        (None, Some(choice), None, None, false) => Input::Chose { choice: ChoiceId(choice) },
        (None, None, None, Some(id), false) => Input::Withdrawn { earlier: earlier(id) },
        (None, None, None, None, true) => Input::Joined,
        _ => {
            return Err(
                "give one of \"text\" (with or without \"edits\"), \"choice\", \"withdraws\" or \"join\"".to_owned()
            );
        }
    };
    if request.conversation.is_empty() {
        return Err("\"conversation\" is empty".to_owned());
    }
    Ok((request.conversation, request.event.map(EventId), input))
}

impl Terminal {
    async fn answer(&mut self, name: &str, event: Option<EventId>, input: Input) -> anyhow::Result<String> {
        let conversation = ConversationId::new(PlatformKind::Terminal, name);
        let deliveries = self.exchange(&conversation, event, input).await?;
        let replies: Vec<Reply> = deliveries.into_iter().map(|delivery| delivery.reply).collect();
        let state = self.store.state(&conversation).await?.unwrap_or_default();
        let answer =
            Answer { conversation: name, replies: view::replies(&replies), state: overview(&self.content, &state) };
        Ok(serde_json::to_string(&answer)?)
    }
}
