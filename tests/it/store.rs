//! The store, on an SQLite file and, when `DATABASE_URL_TEST` names one, on PostgreSQL: the same cases.

use std::time::Duration;

use declic::clock::Timestamp;
use declic::dialogue::state::{Answer, State, Value};
use declic::dialogue::turn::{
    Block, Choice, ChoiceId, Concern, Disclosure, Effect, Input, Markup, Reminder, Reply, Trace, Turn,
};
use declic::message::{ConversationId, Delivery, DeliveryKey, EventId, Incoming, PlatformKind};
use declic::store::{Author, Checkpoint, Committed, Outcome, Received, Said, Store};

const ALL: &[PlatformKind] = &PlatformKind::ALL;

/// A database of one test, gone with it.
pub struct House {
    folder: tempfile::TempDir,
    url: String,
}

impl House {
    pub fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/a folder, 100%/?#.db", folder.path().display());
        std::fs::create_dir(folder.path().join("a folder, 100%")).unwrap();
        Self { folder, url }
    }

    /// A database of its own on the server of the tests; none when there is no server.
    pub async fn server() -> Option<Self> {
        let Ok(server) = std::env::var("DATABASE_URL_TEST") else {
            eprintln!("left out: PostgreSQL, because DATABASE_URL_TEST is not set");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().file_name().unwrap().to_str().unwrap().to_lowercase().replace('.', "t");
        sqlx::any::install_default_drivers();
        let admin = sqlx::AnyPool::connect(&server).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}_{}", std::process::id())))
            .execute(&admin)
            .await
            .unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        Some(Self { folder, url: format!("{base}/{name}_{}", std::process::id()) })
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// All bytes that the database has on disk, write-ahead log included.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for file in std::fs::read_dir(self.folder.path().join("a folder, 100%")).unwrap() {
            bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
        }
        bytes
    }

    fn holds(&self, words: &str) -> bool {
        self.bytes().windows(words.len()).any(|window| window == words.as_bytes())
    }
}

/// Runs each case on both databases.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        mod file {
            $(#[tokio::test] async fn $name() { super::$name(super::House::file()).await })*
        }
        mod server {
            $(#[tokio::test] async fn $name() {
                if let Some(house) = super::House::server().await { super::$name(house).await }
            })*
        }
    };
}

cases!(
    an_event_is_received_once,
    a_checkpoint_is_saved_with_its_rows,
    order_is_that_of_arrival_whatever_the_clock_says,
    a_row_is_answered_by_one_process_only,
    conversations_do_not_wait_for_each_other,
    platforms_are_kept_apart,
    replies_of_a_conversation_keep_their_order,
    a_claimed_reply_comes_back_when_nobody_settles_it,
    a_released_reply_is_due_at_once,
    a_reply_given_up_is_flagged_and_lets_the_next_pass,
    a_reminder_falls_due_once,
    a_correction_replaces_the_earlier_words,
    a_withdrawal_removes_the_words,
    what_is_kept_is_disclosed,
    a_long_transcript_is_disclosed_whole,
    forgetting_leaves_ids_and_delivers_the_last_words,
    what_comes_after_forgetting_is_answered,
    an_operator_forgets_what_waits_too,
    old_conversations_are_purged,
    strange_words_survive,
    writers_at_the_same_time_lose_nothing,
);

pub fn now() -> Timestamp {
    "2026-11-23T14:05:00Z".parse().unwrap()
}

pub fn after(seconds: u64) -> Timestamp {
    now() + Duration::from_secs(seconds)
}

pub fn room(name: &str) -> ConversationId {
    ConversationId::new(PlatformKind::Matrix, name)
}

pub fn event(name: &str) -> EventId {
    EventId(name.to_owned())
}

pub fn said(room_name: &str, event_name: &str, text: &str) -> Incoming {
    happened(room_name, event_name, Input::Said { text: text.to_owned() })
}

fn happened(room_name: &str, event_name: &str, input: Input) -> Incoming {
    Incoming { conversation: room(room_name), event: event(event_name), input, at: now() }
}

pub fn reply(text: &str) -> Reply {
    Reply { blocks: vec![Block::Text { markup: Markup(text.to_owned()) }], ..Reply::default() }
}

pub fn turn(effects: Vec<Effect>) -> Turn {
    Turn { state: State::default(), effects, trace: Trace { script: "coach 1".to_owned(), ..Trace::default() } }
}

fn says(texts: &[&str]) -> Turn {
    turn(texts.iter().map(|text| Effect::Say(reply(text))).collect())
}

pub fn text(reply: &Reply) -> &str {
    let [Block::Text { markup }] = reply.blocks.as_slice() else { panic!("one text expected") };
    &markup.0
}

async fn receive(store: &Store, incoming: Incoming) -> Received {
    store.receive_all(&[incoming], None, now()).await.unwrap()[0]
}

/// Receives one input and answers it.
async fn exchange(store: &Store, incoming: Incoming, turn: Turn) {
    assert_eq!(receive(store, incoming).await, Received::New);
    answer_next(store, turn).await;
}

async fn answer_next(store: &Store, turn: Turn) {
    let pending = store.next(ALL, now()).await.unwrap().expect("something waits");
    assert_eq!(store.commit(pending, turn, now()).await.unwrap(), Committed::Done);
}

async fn claim(store: &Store, at: Timestamp) -> Option<Delivery> {
    store.claim(ALL, at).await.unwrap()
}

/// Sends all that waits, as a platform that works.
async fn send_all(store: &Store) -> Vec<String> {
    let mut sent = Vec::new();
    while let Some(delivery) = claim(store, now()).await {
        sent.push(text(&delivery.reply).to_owned());
        store.settle(delivery, Outcome::Sent { platform_event: None }, now()).await.unwrap();
    }
    sent
}

async fn words(store: &Store, room_name: &str) -> Vec<String> {
    let lines = store.transcript(&room(room_name)).await.unwrap();
    lines
        .into_iter()
        .map(|line| match line.said {
            Said::Input(Input::Said { text } | Input::Corrected { text, .. }) => format!("> {text}"),
            Said::Input(input) => format!("> {input:?}"),
            Said::Reply(reply) => format!("< {}", text(&reply)),
        })
        .collect()
}

async fn an_event_is_received_once(house: House) {
    let store = house.open().await;
    let both = [said("a", "1", "bonjour"), said("a", "1", "bonjour"), said("b", "1", "autre salon")];
    let received = store.receive_all(&both, None, now()).await.unwrap();
    assert_eq!(received, [Received::New, Received::AlreadySeen, Received::New]);
    answer_next(&store, says(&["oui"])).await;
    answer_next(&store, says(&["oui"])).await;
    assert_eq!(receive(&store, said("a", "1", "bonjour")).await, Received::AlreadySeen);
    assert!(store.next(ALL, now()).await.unwrap().is_none());
    store.close().await;
    let store = house.open().await;
    assert_eq!(receive(&store, said("a", "1", "bonjour")).await, Received::AlreadySeen);
}

async fn a_checkpoint_is_saved_with_its_rows(house: House) {
    let store = house.open().await;
    assert_eq!(store.checkpoint("sync").await.unwrap(), None);
    for value in ["s1", "s2"] {
        let checkpoint = Some(Checkpoint { name: "sync", value });
        store.receive_all(&[said("a", value, "bonjour")], checkpoint, now()).await.unwrap();
    }
    store.receive_all(&[], Some(Checkpoint { name: "other", value: "o1" }), now()).await.unwrap();
    store.close().await;
    let store = house.open().await;
    assert_eq!(store.checkpoint("sync").await.unwrap().as_deref(), Some("s2"));
    assert_eq!(store.checkpoint("other").await.unwrap().as_deref(), Some("o1"));
}

async fn order_is_that_of_arrival_whatever_the_clock_says(house: House) {
    let mut store = house.open().await;
    let day = Duration::from_secs(24 * 3600);
    for (name, at) in [("1", now()), ("2", now() - day), ("3", now() - day), ("4", now() + day), ("5", now())] {
        store.receive_all(&[said("a", name, name)], None, at).await.unwrap();
        store.close().await;
        store = house.open().await;
    }
    for name in ["1", "2", "3", "4", "5"] {
        let pending = store.next(ALL, now() - day).await.unwrap().unwrap();
        assert_eq!(pending.event, event(name));
        store.commit(pending, says(&[name]), now()).await.unwrap();
    }
    assert_eq!(send_all(&store).await, ["1", "2", "3", "4", "5"]);
}

async fn a_row_is_answered_by_one_process_only(house: House) {
    let (one, other) = (house.open().await, house.open().await);
    receive(&one, said("a", "1", "bonjour")).await;
    let (first, second) =
        (one.next(ALL, now()).await.unwrap().unwrap(), other.next(ALL, now()).await.unwrap().unwrap());
    assert_eq!(other.commit(second, says(&["le premier"]), now()).await.unwrap(), Committed::Done);
    assert_eq!(one.commit(first, says(&["le second"]), now()).await.unwrap(), Committed::TakenByAnother);
    assert_eq!(words(&one, "a").await, ["> bonjour", "< le premier"]);
    assert_eq!(one.conversations().await.unwrap()[0].turns, 1);
    assert_eq!(send_all(&one).await, ["le premier"]);
}

async fn conversations_do_not_wait_for_each_other(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "bonjour"), says(&["a1", "a2"])).await;
    exchange(&store, said("b", "1", "bonjour"), says(&["b1"])).await;
    let a1 = claim(&store, now()).await.unwrap();
    assert_eq!(text(&a1.reply), "a1");
    store.settle(a1, Outcome::Later { after: Duration::from_secs(30) }, now()).await.unwrap();
    assert_eq!(send_all(&store).await, ["b1"]);
    assert!(claim(&store, after(29)).await.is_none());
    let a1 = claim(&store, after(30)).await.unwrap();
    assert_eq!((text(&a1.reply), a1.tries), ("a1", 1));
}

async fn platforms_are_kept_apart(house: House) {
    let store = house.open().await;
    let web = ConversationId::new(PlatformKind::Web, "t0k3n");
    receive(&store, Incoming { conversation: web.clone(), ..said("", "1", "bonjour") }).await;
    assert!(store.next(&[PlatformKind::Matrix, PlatformKind::Terminal], now()).await.unwrap().is_none());
    let pending = store.next(&[PlatformKind::Web], now()).await.unwrap().unwrap();
    assert_eq!((&pending.conversation, &pending.event), (&web, &event("1")));
    store.commit(pending, says(&["bonjour"]), now()).await.unwrap();
    assert!(store.claim(&[PlatformKind::Matrix], now()).await.unwrap().is_none());
    assert!(store.claim(&[], now()).await.unwrap().is_none());
    assert!(store.claim(&[PlatformKind::Matrix, PlatformKind::Web], now()).await.unwrap().is_some());
}

async fn replies_of_a_conversation_keep_their_order(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "bonjour"), says(&["1", "2"])).await;
    exchange(&store, said("a", "2", "encore"), says(&["3"])).await;
    let first = claim(&store, now()).await.unwrap();
    assert_eq!(first.key, DeliveryKey::derive(&room("a"), &event("1"), 0));
    assert!(claim(&store, now()).await.is_none(), "the first is not sent yet");
    let sent = Outcome::Sent { platform_event: Some(event("$sent")) };
    store.settle(first.clone(), sent, now()).await.unwrap();
    assert_eq!(store.sent_as(&first.key).await.unwrap(), Some(event("$sent")));
    assert_eq!(send_all(&store).await, ["2", "3"]);
    assert_eq!(store.answer(&room("a"), &event("1")).await.unwrap(), Some(vec![reply("1"), reply("2")]));
    assert_eq!(store.answer(&room("a"), &event("9")).await.unwrap(), None);
}

async fn a_claimed_reply_comes_back_when_nobody_settles_it(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "bonjour"), says(&["oui"])).await;
    let first = claim(&store, now()).await.unwrap();
    assert!(claim(&store, after(59)).await.is_none());
    let again = claim(&store, after(60)).await.unwrap();
    assert_eq!((first.key, first.tries), (again.key, again.tries - 1));
}

async fn a_released_reply_is_due_at_once(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "bonjour"), says(&["oui"])).await;
    let first = claim(&store, now()).await.unwrap();
    store.close().await;
    let store = house.open().await;
    store.release(&[PlatformKind::Web]).await.unwrap();
    assert!(claim(&store, now()).await.is_none());
    store.release(&[PlatformKind::Matrix]).await.unwrap();
    assert_eq!(claim(&store, now()).await.unwrap().key, first.key);
}

async fn a_reply_given_up_is_flagged_and_lets_the_next_pass(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "bonjour"), says(&["perdu", "suivant"])).await;
    let lost = claim(&store, now()).await.unwrap();
    store.settle(lost, Outcome::GaveUp, now()).await.unwrap();
    assert_eq!(send_all(&store).await, ["suivant"]);
    assert_eq!(store.conversations().await.unwrap()[0].concerns, [Concern::Undelivered]);
    assert_eq!(words(&store, "a").await, ["> bonjour", "< perdu", "< suivant"]);
}

async fn a_reminder_falls_due_once(house: House) {
    let store = house.open().await;
    let wake = Effect::Wake { after: Duration::from_secs(60), reminder: Reminder::FollowUp };
    exchange(&store, said("a", "1", "utile"), turn(vec![Effect::Flag(Concern::NotUseful), wake])).await;
    assert!(store.next(ALL, after(59)).await.unwrap().is_none());
    receive(&store, said("a", "2", "bonjour")).await;
    let first = store.next(ALL, after(60)).await.unwrap().unwrap();
    assert_eq!(first.event, event("2"), "people come before reminders");
    store.commit(first, says(&["oui"]), after(60)).await.unwrap();
    let woken = store.next(ALL, after(60)).await.unwrap().unwrap();
    assert_eq!(woken.input, Input::Woke { reminder: Reminder::FollowUp });
    store.commit(woken, says(&["Alors ?"]), after(60)).await.unwrap();
    assert!(store.next(ALL, after(1_000_000)).await.unwrap().is_none());
    assert_eq!(words(&store, "a").await, ["> utile", "> bonjour", "< oui", "> Woke(FollowUp)", "< Alors ?"]);
}

fn corrected(name: &str, earlier: &str, text: &str) -> Incoming {
    happened("a", name, Input::Corrected { earlier: event(earlier), text: text.to_owned() })
}

async fn a_correction_replaces_the_earlier_words(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "on est 12"), says(&["oui"])).await;
    exchange(&store, corrected("2", "1", "on est 20"), says(&["noté"])).await;
    exchange(&store, corrected("3", "1", "on est 30"), says(&["noté"])).await;
    assert_eq!(words(&store, "a").await, ["> on est 30", "< oui", "> ", "< noté", "> ", "< noté"]);
    // What it corrects was never seen: the words stay where they came.
    exchange(&store, corrected("5", "4", "on est 40"), says(&["oui"])).await;
    assert_eq!(words(&store, "a").await[6..], ["> on est 40", "< oui"]);
    exchange(&store, corrected("6", "4", "on est 50"), says(&["oui"])).await;
    assert_eq!(words(&store, "a").await[6..], ["> ", "< oui", "> on est 50", "< oui"]);
}

async fn a_withdrawal_removes_the_words(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "SECRET"), says(&["oui"])).await;
    exchange(&store, corrected("2", "4", "SECRET"), says(&["oui"])).await;
    for (name, earlier) in [("5", "1"), ("6", "4")] {
        exchange(&store, happened("a", name, Input::Withdrawn { earlier: event(earlier) }), says(&["effacé"])).await;
    }
    let (gone, yes, said) = ("> Withdrawn", "< oui", "< effacé");
    assert_eq!(words(&store, "a").await, [gone, yes, gone, yes, gone, said, gone, said]);
}

fn disclosure() -> Disclosure {
    Disclosure {
        heading: "Voici tout :".to_owned(),
        nothing: "Rien.".to_owned(),
        person: "vous".to_owned(),
        coach: "moi".to_owned(),
    }
}

async fn what_is_kept_is_disclosed(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "mes données"), turn(vec![Effect::Disclose(disclosure())])).await;
    let choices = vec![Choice { id: ChoiceId("goal:prioritise".to_owned()), label: "Choisir (vite)".to_owned() }];
    let offer = Reply { choices, ..reply("Que voulez-vous **faire** ?\n\n- ceci") };
    exchange(&store, said("a", "2", "<b>*bonjour*"), turn(vec![Effect::Say(offer)])).await;
    exchange(&store, happened("a", "3", Input::Chose { choice: ChoiceId("goal:prioritise".to_owned()) }), says(&[]))
        .await;
    let shows = turn(vec![Effect::Disclose(disclosure()), Effect::Say(reply("Les voici."))]);
    exchange(&store, said("a", "4", "mes données"), shows).await;
    let shown = send_all(&store).await;
    assert_eq!(shown.len(), 4, "{shown:?}");
    assert_eq!((shown[0].as_str(), shown[2].as_str()), ("Rien.", "Les voici."));
    let date = "- 23/11/2026 15:05 —";
    let lines = [
        "Voici tout :".to_owned(),
        format!("{date} vous : mes données"),
        format!("{date} vous : \\<b\\>\\*bonjour\\*"),
        format!("{date} moi : Que voulez-vous **faire** ? - ceci 1: Choisir \\(vite\\)"),
        format!("{date} vous : Choisir \\(vite\\)"),
    ];
    assert_eq!(shown[3].lines().collect::<Vec<_>>(), lines);
    // The copy can be read for a while, is never exported, then goes.
    assert!(words(&store, "a").await.iter().any(|line| line.contains("Voici tout")));
    assert!(!exported(&store).await.contains("Voici tout"));
    store.sweep(after(601)).await.unwrap();
    assert!(!words(&store, "a").await.iter().any(|line| line.contains("Voici tout")));
    assert_eq!(words(&store, "a").await.last().unwrap(), "< Les voici.");
}

async fn a_long_transcript_is_disclosed_whole(house: House) {
    let store = house.open().await;
    let long = "mot ".repeat(9_000);
    for (name, words) in [("1", "court"), ("2", long.trim()), ("3", "dernier")] {
        exchange(&store, said("a", name, words), says(&[])).await;
    }
    exchange(&store, said("a", "4", "mes données"), turn(vec![Effect::Disclose(disclosure())])).await;
    let shown = send_all(&store).await;
    assert!(shown.iter().all(|page| page.chars().count() <= 15_000));
    let all = shown.concat();
    assert_eq!(all.matches("mot").count(), 9_000);
    assert!(all.contains("court") && all.ends_with("dernier"));
}

async fn forgetting_leaves_ids_and_delivers_the_last_words(house: House) {
    let store = house.open().await;
    let wake = Effect::Wake { after: Duration::from_secs(60), reminder: Reminder::FollowUp };
    let mut first = turn(vec![Effect::Say(reply("ancienne")), Effect::Flag(Concern::WantsPerson), wake]);
    first.state.introduced = true;
    exchange(&store, said("a", "1", "un secret"), first).await;
    exchange(&store, said("b", "1", "un autre"), says(&["ailleurs"])).await;
    exchange(&store, said("a", "2", "effacer"), turn(vec![Effect::Forget, Effect::Say(reply("C'est effacé."))])).await;
    assert_eq!(store.state(&room("a")).await.unwrap(), None);
    assert_eq!(store.answer(&room("a"), &event("2")).await.unwrap(), Some(vec![reply("C'est effacé.")]));
    assert_eq!(send_all(&store).await, ["ailleurs", "C'est effacé."]);
    assert_eq!(receive(&store, said("a", "1", "un secret")).await, Received::AlreadySeen);
    assert!(store.next(ALL, after(1_000)).await.unwrap().is_none(), "no reminder is left");
    let summary = &store.conversations().await.unwrap()[0];
    assert_eq!((summary.erased, summary.turns, summary.concerns.len()), (true, 2, 0));
    store.sweep(after(601)).await.unwrap();
    assert!(words(&store, "a").await.is_empty());
    assert_eq!(words(&store, "b").await, ["> un autre", "< ailleurs"]);
    // The conversation may go on, as a new one.
    exchange(&store, said("a", "3", "rebonjour"), says(&["bonjour"])).await;
    assert_eq!(words(&store, "a").await, ["> rebonjour", "< bonjour"]);
}

async fn what_comes_after_forgetting_is_answered(house: House) {
    let store = house.open().await;
    let quick = [said("a", "1", "effacer"), said("a", "2", "vite")];
    store.receive_all(&quick, None, now()).await.unwrap();
    answer_next(&store, turn(vec![Effect::Say(reply("effacé")), Effect::Forget])).await;
    answer_next(&store, says(&["je suis là"])).await;
    assert_eq!(send_all(&store).await, ["effacé", "je suis là"]);
}

async fn an_operator_forgets_what_waits_too(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "un secret"), says(&["une réponse"])).await;
    receive(&store, said("a", "2", "en attente")).await;
    assert!(store.forget(&room("a")).await.unwrap());
    assert!(!store.forget(&room("z")).await.unwrap());
    assert!(store.next(ALL, now()).await.unwrap().is_none());
    assert!(claim(&store, now()).await.is_none());
    assert_eq!(receive(&store, said("a", "2", "en attente")).await, Received::AlreadySeen);
    assert!(words(&store, "a").await.is_empty());
    assert_eq!(exported(&store).await, "");
}

async fn old_conversations_are_purged(house: House) {
    let store = house.open().await;
    let days = |count: u64| after(count * 24 * 3600);
    for name in ["old", "waiting", "young"] {
        exchange(&store, said(name, "1", "bonjour"), says(&["oui"])).await;
    }
    receive(&store, said("waiting", "2", "encore")).await;
    receive(&store, said("young", "2", "encore")).await;
    for _ in 0..2 {
        let pending = store.next(ALL, days(20)).await.unwrap().unwrap();
        if pending.conversation == room("young") {
            store.commit(pending, says(&["oui"]), days(20)).await.unwrap();
        } else {
            store.commit(pending, says(&["oui"]), now()).await.unwrap();
        }
    }
    receive(&store, said("waiting", "3", "toujours")).await;
    assert_eq!(store.purge_older_than(30, days(30)).await.unwrap(), 0);
    assert_eq!(store.purge_older_than(30, days(31)).await.unwrap(), 1);
    assert_eq!(store.purge_older_than(30, days(31)).await.unwrap(), 0);
    assert!(words(&store, "old").await.is_empty());
    assert_eq!((words(&store, "waiting").await.len(), words(&store, "young").await.len()), (4, 4));
    let summaries = store.conversations().await.unwrap();
    assert_eq!(summaries.iter().filter(|summary| summary.erased && summary.turns == 1).count(), 1);
    receive(&store, said("old", "2", "me revoilà")).await;
    answer_next(&store, says(&["oui"])).await;
}

async fn strange_words_survive(house: House) {
    let store = house.open().await;
    let strange = "\0 \u{1b}[31m '; DROP TABLE inbox; -- $1 \u{202e} 👩‍👩‍👧 \\ \" \n";
    let mut answer = says(&[strange]);
    let value = Value::Text { text: strange.to_owned() };
    answer.state.answers.push(Answer { step: "project".to_owned(), value, event: event(strange) });
    let state = answer.state.clone();
    let incoming = Incoming { event: event("$é'\";--"), ..said("'salon\"", "", strange) };
    exchange(&store, incoming, answer).await;
    let lines = store.transcript(&room("'salon\"")).await.unwrap();
    assert_eq!(lines[0].said, Said::Input(Input::Said { text: strange.to_owned() }));
    assert_eq!(lines[1].said, Said::Reply(reply(strange)));
    assert_eq!((lines[0].author, lines[1].author), (Author::Person, Author::Coach));
    assert_eq!(store.state(&room("'salon\"")).await.unwrap(), Some(state));
    assert_eq!(exported(&store).await.lines().count(), 2);
}

async fn exported(store: &Store) -> String {
    let mut lines = String::new();
    let write = |line| {
        lines.push_str(&(serde_json::to_string(&line)? + "\n"));
        Ok(())
    };
    store.export(write).await.unwrap();
    lines
}

async fn writers_at_the_same_time_lose_nothing(house: House) {
    let store = house.open().await;
    let second = house.open().await;
    let receivers = (0..8).map(|writer| {
        let store = if writer % 2 == 0 { store.clone() } else { second.clone() };
        tokio::spawn(async move {
            for number in 0..25 {
                let incoming = said(&format!("{writer}"), &format!("{number}"), "bonjour");
                store.receive_all(&[incoming], None, now()).await.unwrap();
            }
        })
    });
    let receivers: Vec<_> = receivers.collect();
    let answerers = [store.clone(), second.clone()].map(|store| {
        tokio::spawn(async move {
            let mut done = 0;
            let mut idle = 0;
            while idle < 50 {
                let Some(pending) = store.next(ALL, now()).await.unwrap() else {
                    idle += 1;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                let name = pending.event.0.clone();
                if store.commit(pending, says(&[&name]), now()).await.unwrap() == Committed::Done {
                    done += 1;
                }
            }
            done
        })
    });
    for receiver in receivers {
        receiver.await.unwrap();
    }
    let mut done = 0;
    for answerer in answerers {
        done += answerer.await.unwrap();
    }
    assert_eq!(done, 200);
    for writer in 0..8 {
        let expected: Vec<_> = (0..25).flat_map(|n| ["> bonjour".to_owned(), format!("< {n}")]).collect();
        assert_eq!(words(&store, &format!("{writer}")).await, expected);
    }
    assert_eq!(send_all(&store).await.len(), 200);
}

/// Erased means overwritten: no byte of it is left in the file or beside it, whatever the size of the rows and the
/// order in which they came.
#[tokio::test]
async fn erased_words_are_nowhere_on_the_disk() {
    let house = House::file();
    let store = house.open().await;
    for number in 0..400_usize {
        let name = format!("{}", number % 10);
        let canary = format!("canari-{name}-{number} ").repeat(1 + (number * 37) % 90);
        let mut answer = says(&[&format!("echo {canary}")]);
        let value = Value::Text { text: canary.clone() };
        answer.state.answers.push(Answer { step: "project".to_owned(), value, event: event("x") });
        answer.trace.understood.push(canary.clone());
        exchange(&store, said(&name, &format!("{number}"), &canary), answer).await;
        if number % 3 == 0 {
            send_all(&store).await;
        }
    }
    assert!(house.holds("canari-3-") && house.holds("canari-4-"));
    exchange(&store, said("3", "end", "canari-3-effacer"), turn(vec![Effect::Forget, Effect::Say(reply("fait"))]))
        .await;
    assert!(!house.holds("canari-3-"), "words of an erased conversation are still on the disk");
    for name in ["0", "4", "5", "9"] {
        store.forget(&room(name)).await.unwrap();
        assert!(!house.holds(&format!("canari-{name}-")), "conversation {name} is still on the disk");
    }
    assert!(house.holds("canari-2-"), "the others are kept");
    let purged = store.purge_older_than(1, after(2 * 24 * 3600)).await.unwrap();
    assert_eq!(purged, 5);
    assert!(!house.holds("canari-"));
}

#[tokio::test]
async fn a_store_of_a_later_version_is_refused() {
    let house = House::file();
    house.open().await.close().await;
    let url = house.url.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    let raw = sqlx::AnyPool::connect(&url).await.unwrap();
    sqlx::raw_sql("INSERT INTO schema_version (version) VALUES (99)").execute(&raw).await.unwrap();
    raw.close().await;
    let refused = format!("{:#}", Store::open(&house.url).await.unwrap_err());
    assert!(refused.contains("later version"), "{refused}");
}

#[tokio::test]
async fn a_store_in_memory_works() {
    let store = Store::open("sqlite::memory:").await.unwrap();
    exchange(&store, said("a", "1", "bonjour"), says(&["oui"])).await;
    assert_eq!(words(&store, "a").await, ["> bonjour", "< oui"]);
    assert!(Store::open("mysql://localhost/declic").await.is_err());
}
