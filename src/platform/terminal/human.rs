//! The conversation as a person reads it: colours where the terminal has them, plain text where it has not.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Terminal;
use crate::dialogue::turn::{Block, Card, Input, Reply};
use crate::message::{ConversationId, PlatformKind};
use crate::platform::plain;

const STRONG: Style = Style::new().bold();
const TITLE: Style = AnsiColor::Cyan.on_default().bold();
const QUIET: Style = Style::new().dimmed();
const NUMBER: Style = AnsiColor::Green.on_default().bold();
/// Characters of a line: a comfortable measure.
const WIDTH: usize = 88;

/// Talks with whoever types, until the input ends or Ctrl-C.
///
/// # Errors
/// When the store or the terminal fails.
pub async fn chat(mut terminal: Terminal) -> anyhow::Result<()> {
    let conversation = ConversationId::new(PlatformKind::Terminal, "chat");
    let mut lines = BufReader::new(tokio::io::stdin()).split(b'\n');
    terminal.turn(&conversation, Input::Joined).await?;
    loop {
        prompt()?;
        let line = tokio::select! {
            line = lines.next_segment() => line?,
            _ = tokio::signal::ctrl_c() => None,
        };
        let Some(line) = line else { break };
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        if !text.is_empty() {
            terminal.turn(&conversation, Input::Said { text }).await?;
        }
    }
    anstream::println!();
    Ok(())
}

impl Terminal {
    async fn turn(&mut self, conversation: &ConversationId, input: Input) -> anyhow::Result<()> {
        for delivery in self.exchange(conversation, None, input).await? {
            show(&delivery.reply);
        }
        Ok(())
    }
}

fn prompt() -> std::io::Result<()> {
    anstream::print!("{NUMBER}›{NUMBER:#} ");
    anstream::stdout().flush()
}

fn show(reply: &Reply) {
    anstream::println!();
    for block in &reply.blocks {
        match block {
            Block::Text { markup } => anstream::println!("{}\n", wrapped(&plain::markup(markup), "")),
            Block::Method { card } => show_card(card),
        }
    }
    for (index, choice) in reply.choices.iter().enumerate() {
        anstream::println!("  {NUMBER}{:>2}{NUMBER:#}  {}", index + 1, choice.label);
    }
    if !reply.choices.is_empty() {
        anstream::println!();
    }
}

fn show_card(card: &Card) {
    anstream::println!("  {TITLE}{}{TITLE:#}", card.title);
    anstream::println!("{}", wrapped(&card.summary, "  "));
    for fact in &card.facts {
        let text = plain::markup(&crate::dialogue::turn::Markup(fact.text.clone()));
        anstream::println!("  {STRONG}{}{STRONG:#} · {}", fact.label, wrapped(&text, "    ").trim_start());
    }
    for link in &card.links {
        anstream::println!("  {QUIET}{} — {}{QUIET:#}", link.title, link.url);
    }
    anstream::println!();
}

/// Lines of at most [`WIDTH`] characters, each after the indent; what the text breaks stays broken.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut current = String::new();
        for word in line.split(' ') {
            let length = current.graphemes(true).count() + 1 + word.graphemes(true).count();
            if !current.is_empty() && length + indent.len() > WIDTH {
                lines.push(std::mem::take(&mut current));
            } else if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.iter().map(|line| format!("{indent}{line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
