//! What the tests of the store and of the loops share: a database of their own, and short names for common things.

use std::time::Duration;

use declic::clock::Timestamp;
use declic::dialogue::state::State;
use declic::dialogue::turn::{Block, Effect, Input, Markup, Reply, Trace, Turn};
use declic::message::{ConversationId, Delivery, EventId, Incoming, PlatformKind};
use declic::store::{Committed, Outcome, Received, Said, Store};

pub const ALL: &[PlatformKind] = &PlatformKind::ALL;

/// A database of one test, gone with it.
pub struct House {
    folder: tempfile::TempDir,
    pub url: String,
}

impl House {
    /// A file, under a name that an operator could choose.
    pub fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/données, 100% ?#.db", folder.path().display());
        Self { folder, url }
    }

    /// What a process that is killed now would leave: the files as they are, while the database is still open.
    pub fn left_by_a_crash(&self) -> Self {
        let crashed = Self::file();
        for (name, bytes) in self.files() {
            std::fs::write(crashed.folder.path().join(name), bytes).unwrap();
        }
        crashed
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

    /// The address as sqlx wants it, to look at the database from outside.
    pub fn escaped(&self) -> String {
        self.url.replace('%', "%25").replace('?', "%3F").replace('#', "%23")
    }

    fn files(&self) -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap);
        files.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect()
    }

    /// Whether these words are anywhere on the disk, the write-ahead log included.
    pub fn holds(&self, words: &str) -> bool {
        self.files().iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(words))
    }
}

/// Runs each case on both databases.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        mod file {
            $(#[tokio::test] async fn $name() { super::$name(crate::house::House::file()).await })*
        }
        mod server {
            $(#[tokio::test] async fn $name() {
                if let Some(house) = crate::house::House::server().await { super::$name(house).await }
            })*
        }
    };
}

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

pub fn happened(room_name: &str, event_name: &str, input: Input) -> Incoming {
    Incoming { conversation: room(room_name), event: event(event_name), input, at: now() }
}

pub fn reply(text: &str) -> Reply {
    Reply { blocks: vec![Block::Text { markup: Markup(text.to_owned()) }], ..Reply::default() }
}

pub fn turn(effects: Vec<Effect>) -> Turn {
    Turn { state: State::default(), effects, trace: Trace { script: "coach 1".to_owned(), ..Trace::default() } }
}

pub fn says(texts: &[&str]) -> Turn {
    turn(texts.iter().map(|text| Effect::Say(reply(text))).collect())
}

pub fn text(reply: &Reply) -> &str {
    let Some(Block::Text { markup }) = reply.blocks.first() else { panic!("a text expected") };
    &markup.0
}

pub async fn receive(store: &Store, incoming: Incoming) -> Received {
    store.receive_all(&[incoming], &[], now()).await.unwrap()[0]
}

/// Receives one input and answers it.
pub async fn exchange(store: &Store, incoming: Incoming, turn: Turn) {
    assert_eq!(receive(store, incoming).await, Received::New);
    answer_next(store, turn).await;
}

pub async fn answer_next(store: &Store, turn: Turn) {
    let pending = store.next(ALL, now()).await.unwrap().expect("something waits");
    assert_eq!(store.commit(pending, turn, now()).await.unwrap(), Committed::Done);
}

pub async fn claim(store: &Store, at: Timestamp) -> Option<Delivery> {
    store.claim(ALL, at).await.unwrap()
}

/// Sends the next reply, as a platform that works.
pub async fn claim_and_send(store: &Store) -> Reply {
    let delivery = claim(store, now()).await.expect("something waits to be sent");
    let reply = delivery.reply.clone();
    store.settle(delivery, Outcome::Sent { platform_event: None }, now()).await.unwrap();
    reply
}

/// Sends all that waits, as a platform that works.
pub async fn send_all(store: &Store) -> Vec<String> {
    let mut sent = Vec::new();
    while let Some(delivery) = claim(store, now()).await {
        sent.push(text(&delivery.reply).to_owned());
        store.settle(delivery, Outcome::Sent { platform_event: None }, now()).await.unwrap();
    }
    sent
}

pub async fn words(store: &Store, room_name: &str) -> Vec<String> {
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
