//! A durable turn (receive, look, commit) beside bare SQLite commits of the same rows, in the same run.
//!
//! `cargo bench --bench turn`. The two take turns, round after round, so that the noise of the disk falls on both.
#![expect(clippy::unwrap_used, reason = "a measurement stops at the first surprise")]

use std::path::Path;
use std::time::{Duration, Instant};

use declic::clock::Timestamp;
use declic::dialogue::state::{Answer, State, Value};
use declic::dialogue::turn::{Block, Choice, ChoiceId, Effect, Input, Markup, Reply, Trace, Turn};
use declic::message::{ConversationId, DeliveryKey, EventId, Incoming, PlatformKind};
use declic::store::{Committed, Store};
use rusqlite::{Connection, TransactionBehavior, params};

const ROUNDS: usize = 12;
const TURNS_A_ROUND: usize = 250;
const CONVERSATIONS: usize = 50;

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let store = runtime.block_on(Store::open(&url("store"))).unwrap();
    // The bare one writes into the same tables, with the same indexes.
    runtime.block_on(async { Store::open(&url("bare")).await.unwrap().close().await });
    let mut bare = Bare::open(&folder.path().join("bare"));

    let (mut durable, mut plain) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for number in round * TURNS_A_ROUND..(round + 1) * TURNS_A_ROUND {
            durable.push(runtime.block_on(async { tokio::spawn(turn(store.clone(), number)).await.unwrap() }));
        }
        for number in round * TURNS_A_ROUND..(round + 1) * TURNS_A_ROUND {
            plain.push(bare.turn(number));
        }
    }
    let (durable, plain) = (Figures::of(durable), Figures::of(plain));
    println!("durable turn         {durable}");
    println!("bare SQLite commits  {plain}");
    println!("ratio                p50 {:.2}   p99 {:.2}", durable.p50 / plain.p50, durable.p99 / plain.p99);
}

/// One turn through the store, its figures made beforehand.
async fn turn(store: Store, number: usize) -> Duration {
    let (incoming, answer, now) = (incoming(number), answer(number), Timestamp::UNIX_EPOCH);
    let begun = clock();
    store.receive_all(&[incoming], &[], now).await.unwrap();
    let pending = store.next(&PlatformKind::ALL, now).await.unwrap().unwrap();
    let committed = store.commit(pending, answer, now).await.unwrap();
    let took = begun.elapsed();
    assert_eq!(committed, Committed::Done);
    took
}

/// The same rows in the same number of transactions, with nothing around.
struct Bare {
    connection: Connection,
}

impl Bare {
    fn open(path: &Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")
            .unwrap();
        Self { connection }
    }

    fn turn(&mut self, number: usize) -> Duration {
        let (incoming, answer) = (incoming(number), answer(number));
        let (conversation, event) = (incoming.conversation.as_str(), incoming.event.0.as_str());
        let input = serde_json::to_string(&incoming.input).unwrap();
        let state = serde_json::to_string(&answer.state).unwrap();
        let trace = serde_json::to_string(&answer.trace).unwrap();
        let Effect::Say(reply) = &answer.effects[0] else { return Duration::ZERO };
        let reply = serde_json::to_string(reply).unwrap();
        let key = DeliveryKey::derive(&incoming.conversation, &incoming.event, 0);

        let begun = clock();
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        tx.prepare_cached(
            "INSERT INTO inbox (conversation, event, platform, ticket, due_at, at, about, input) \
             VALUES (?1, ?2, 'matrix', ?3, 0, 0, NULL, ?4)",
        )
        .unwrap()
        .execute(params![conversation, event, number, input])
        .unwrap();
        tx.commit().unwrap();
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        tx.prepare_cached(
            "INSERT INTO conversation (id, state, turns, first_at, last_at) VALUES (?1, ?2, 1, 0, 0) \
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, turns = turns + 1",
        )
        .unwrap()
        .execute(params![conversation, state])
        .unwrap();
        tx.prepare_cached("UPDATE inbox SET turn = ?1, trace = ?2 WHERE conversation = ?3 AND event = ?4")
            .unwrap()
            .execute(params![number / CONVERSATIONS + 1, trace, conversation, event])
            .unwrap();
        tx.prepare_cached(
            "INSERT INTO outbox (key, conversation, event, platform, turn, position, at, body, kept, waiting, due_at) \
             VALUES (?1, ?2, ?3, 'matrix', ?4, 0, 0, ?5, 1, 1, 0)",
        )
        .unwrap()
        .execute(params![key.as_str(), conversation, event, number / CONVERSATIONS + 1, reply])
        .unwrap();
        tx.commit().unwrap();
        begun.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs the time")]
fn clock() -> Instant {
    Instant::now()
}

struct Figures {
    p50: f64,
    p99: f64,
    per_second: f64,
}

impl Figures {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let micros = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e6;
        let total: Duration = times.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of a few thousands")]
        let per_second = times.len() as f64 / total.as_secs_f64();
        Self { p50: micros(50), p99: micros(99), per_second }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p50 {:5.0} µs   p99 {:5.0} µs   {:5.0} a second", self.p50, self.p99, self.per_second)
    }
}

fn incoming(number: usize) -> Incoming {
    Incoming {
        conversation: ConversationId::new(
            PlatformKind::Matrix,
            &format!("!room{}:example.org", number % CONVERSATIONS),
        ),
        event: EventId(format!("$event-{number}-of-a-usual-length-for-matrix")),
        input: Input::Said { text: "On voudrait comprendre ce que vivent les usagers de notre guichet.".to_owned() },
        at: Timestamp::UNIX_EPOCH,
    }
}

/// A turn of a usual size: a page of text, four choices, a few answers remembered.
fn answer(number: usize) -> Turn {
    let text = "Combien de temps pouvez-vous y passer, en tout ? Une demi-journée, deux jours … ".repeat(6);
    let choices: Vec<_> = (0..4)
        .map(|choice| Choice { id: ChoiceId(format!("hours:{choice}")), label: "Une demi-journée".to_owned() })
        .collect();
    let answers = (0..4).map(|step| Answer {
        step: format!("step-{step}"),
        value: Value::Text { text: "comprendre ce que vivent les usagers".to_owned() },
        event: EventId(format!("$event-{number}")),
    });
    let state = State { answers: answers.collect(), offered: choices.clone(), ..State::default() };
    let trace = Trace {
        script: "coach 1".to_owned(),
        understood: vec!["answer:project".to_owned(), "goal:understand".to_owned()],
        need: serde_json::json!({ "goals": ["understand"], "means": { "hours": 3.5, "people": 12 } }),
        ..Trace::default()
    };
    let reply = Reply { blocks: vec![Block::Text { markup: Markup(text) }], choices, ..Reply::default() };
    Turn { state, effects: vec![Effect::Say(reply)], trace }
}
