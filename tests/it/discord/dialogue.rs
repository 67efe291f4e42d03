//! A whole coaching dialogue by typing, by buttons and by menus, in each place and both languages: word for word the
//! same recommendations as in the terminal for the same answers.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::bot::{Bot, buttons, menu, thread_in, until};
use super::double::{CAMILLE, CHANNEL, DM, number};

/// What a person does, in every place alike.
enum Step {
    /// Written in French, and in English.
    Types(&'static str, &'static str),
    /// The choice that has this id.
    Chooses(&'static str),
}

const DIALOGUE: [Step; 8] = [
    Step::Types(
        "Je voudrais comprendre pourquoi les usagers abandonnent notre démarche en ligne",
        "I would like to understand why users give up our online procedure",
    ),
    Step::Types("une journée", "one day"),
    Step::Types("proposer", "suggest"),
    Step::Chooses("act:others"),
    Step::Chooses("act:less"),
    Step::Chooses("act:shorter"),
    Step::Chooses("act:useful"),
    Step::Types("un exemple", "an example"),
];

/// Where the dialogue is held.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    Direct,
    Thread,
    Ephemeral,
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_direct_messages_say_what_the_terminal_says() {
    for locale in ["fr", "en-GB"] {
        play(Where::Direct, locale).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_threads_say_what_the_terminal_says() {
    for locale in ["fr", "en-US"] {
        play(Where::Thread, locale).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_ephemeral_replies_say_what_the_terminal_says() {
    for locale in ["fr", "en-GB"] {
        play(Where::Ephemeral, locale).await;
    }
}

/// Goals are chosen in a menu, several at once.
#[tokio::test(flavor = "multi_thread")]
async fn discord_menus_give_several_goals_at_once() {
    let bot = Bot::start().await;
    bot.double.says(DM, CAMILLE, "bonjour");
    let hello = bot.next(DM, 0).await;
    bot.double.says(DM, CAMILLE, "liste des objectifs");
    let list = bot.next(DM, 1).await;
    assert!(hello["components"].is_array());
    let (custom_id, options) = menu(&list).expect("a menu of goals");
    let chosen: Vec<String> = options.iter().take(2).map(|(_, value)| value.clone()).collect();
    let before = bot.double.heard(DM).len();
    bot.double.selects(DM, CAMILLE, "fr", &list, &custom_id, &chosen);
    let said = bot.next(DM, before).await;
    assert!(!said["content"].as_str().unwrap_or_default().is_empty() || said["embeds"].is_array());
    let typed = terminal(&[
        json!({ "conversation": "c", "text": "bonjour" }),
        json!({ "conversation": "c", "text": "liste des objectifs" }),
        json!({ "conversation": "c", "text": "1 et 2" }),
    ]);
    let asked = terminal_cards(typed.last().unwrap());
    let heard: Vec<Value> = bot.double.heard(DM).split_off(before);
    assert_eq!(cards(&heard), asked);
    bot.double.assert_no_violations();
}

async fn play(place: Where, locale: &str) {
    let mode = if place == Where::Ephemeral { "ephemeral" } else { "private-thread" };
    let bot = Bot::with(&[("place", mode)]).await;
    let french = locale.starts_with("fr");
    let mut talk = Talk { bot: &bot, place, locale, channel: DM, replies: Vec::new() };
    let (mut inputs, mut said) = (Vec::new(), Vec::new());
    for step in &DIALOGUE {
        let replies = match step {
            Step::Types(words, english) => {
                let words = if french { words } else { english };
                inputs.push(json!({ "conversation": "c", "text": words }));
                talk.types(words).await
            }
            Step::Chooses(id) => {
                inputs.push(json!({ "conversation": "c", "choice": id }));
                talk.chooses(id).await
            }
        };
        said.push(cards(&replies));
        talk.replies = replies;
    }
    let expected: Vec<Vec<Card>> = terminal(&inputs).iter().map(terminal_cards).collect();
    assert!(expected.iter().flatten().count() >= 5, "the dialogue recommends little: {expected:?}");
    assert_eq!(said, expected, "in {locale}");
    bot.double.assert_no_violations();
}

struct Talk<'a> {
    bot: &'a Bot,
    place: Where,
    locale: &'a str,
    channel: u64,
    /// What was last said.
    replies: Vec<Value>,
}

impl Talk<'_> {
    async fn types(&mut self, words: &str) -> Vec<Value> {
        let double = &self.bot.double;
        match self.place {
            Where::Direct => {
                let before = double.heard(DM).len();
                double.says(DM, CAMILLE, words);
                self.since(before).await
            }
            Where::Thread if self.channel == DM => {
                let asked = double.commands(CHANNEL, CAMILLE, self.locale, "coach", Some(words));
                self.bot.answered(asked).await;
                self.channel = thread_in(double, CHANNEL).expect("a thread");
                self.since(0).await
            }
            Where::Thread => {
                let before = double.heard(self.channel).len();
                double.says(self.channel, CAMILLE, &format!("<@1000> {words}"));
                self.since(before).await
            }
            Where::Ephemeral if self.channel == DM => {
                self.channel = CHANNEL;
                let asked = double.commands(CHANNEL, CAMILLE, self.locale, "coach", Some(words));
                self.promised(asked).await
            }
            // In the window that a button opens: the way of those who cannot write in the channel.
            Where::Ephemeral => {
                let under = self.replies.last().unwrap().clone();
                let asked = double.submits(CHANNEL, CAMILLE, self.locale, &under, "1.xxxxxxxx.?write", words);
                self.promised(asked).await
            }
        }
    }

    async fn chooses(&mut self, id: &str) -> Vec<Value> {
        let double = &self.bot.double;
        let under = self.replies.last().unwrap().clone();
        let all = buttons(&under);
        let (_, custom_id) = all
            .iter()
            .find(|(_, custom_id)| custom_id.ends_with(&format!(".{id}")))
            .unwrap_or_else(|| panic!("no button {id} among {all:?}"));
        let channel = if self.place == Where::Direct { DM } else { self.channel };
        let before = double.heard(channel).len();
        let asked = double.presses(channel, CAMILLE, self.locale, &under, custom_id);
        if self.place == Where::Ephemeral { self.promised(asked).await } else { self.since(before).await }
    }

    async fn since(&self, before: usize) -> Vec<Value> {
        let channel = if self.place == Where::Direct { DM } else { self.channel };
        self.bot.next(channel, before).await;
        self.bot.double.heard(channel).split_off(before)
    }

    async fn promised(&self, interaction: u64) -> Vec<Value> {
        let first = self.bot.answered(interaction).await;
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        let world = self.bot.double.world();
        assert_eq!(world.interactions[&interaction].edits, 1, "one reply in the promised place");
        std::iter::once(first).chain(world.interactions[&interaction].follow_ups.clone()).collect()
    }
}

/// Title, summary, and each fact with its words; no marks.
type Card = (String, String, Vec<(String, String)>);

fn cards(messages: &[Value]) -> Vec<Card> {
    let embeds = messages.iter().flat_map(|message| message["embeds"].as_array().into_iter().flatten());
    embeds
        .map(|embed| {
            let text = |value: &Value| bare(value.as_str().unwrap_or_default());
            let summary = embed["description"].as_str().unwrap_or_default().split("\n\n").next().unwrap_or_default();
            let fields = embed["fields"].as_array().into_iter().flatten();
            let facts = fields.map(|field| (text(&field["name"]), text(&field["value"]))).collect();
            (text(&embed["title"]), bare(summary), facts)
        })
        .collect()
}

fn terminal_cards(answer: &Value) -> Vec<Card> {
    let blocks =
        answer["replies"].as_array().into_iter().flatten().flat_map(|reply| reply["blocks"].as_array().unwrap());
    blocks
        .filter(|block| block["kind"] == "method")
        .map(|block| {
            let card = &block["card"];
            let text = |value: &Value| bare(value.as_str().unwrap_or_default());
            let facts = card["facts"].as_array().into_iter().flatten();
            let facts = facts.map(|fact| (text(&fact["label"]), text(&fact["text"]))).collect();
            (text(&card["title"]), text(&card["summary"]), facts)
        })
        .collect()
}

/// The words alone: marks and addresses of links are drawn differently, words are not.
fn bare(text: &str) -> String {
    let mut words = text.to_owned();
    while let Some(start) = words.find("](") {
        let end = words[start..].find(')').map_or(words.len(), |end| start + end + 1);
        words.replace_range(start..end, "");
    }
    words.retain(|character| !"\\*_[]<>~`|#".contains(character));
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the terminal answers to the same inputs.
fn terminal(inputs: &[Value]) -> Vec<Value> {
    let mut chat = std::process::Command::new(env!("CARGO_BIN_EXE_declic"))
        .args(["chat", "--json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = chat.stdin.take().unwrap();
    for input in inputs {
        writeln!(stdin, "{input}").unwrap();
    }
    drop(stdin);
    let output = chat.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_typed_numbers_are_choices() {
    let bot = Bot::start().await;
    bot.double.says(DM, CAMILLE, "Je voudrais comprendre les besoins des usagers, en une journée, proposer");
    bot.next(DM, 0).await;
    let before = bot.double.heard(DM).len();
    bot.double.says(DM, CAMILLE, "1");
    let double = bot.double.clone();
    until("an answer to a number", || double.heard(DM).len() > before).await;
    assert_eq!(number(&bot.double.heard(DM)[0]["author"]["id"]), 1000);
    bot.double.assert_no_violations();
}
