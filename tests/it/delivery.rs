//! The two loops: nothing lost, nothing decided twice, nobody held up by another, wherever the process stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use declic::clock::{Clock, Timestamp};
use declic::dialogue::turn::{Concern, Effect, Input, Reply, Turn};
use declic::inbox::{Bells, Inbox};
use declic::knowledge::Language;
use declic::lock::FolderLock;
use declic::message::{Delivery, EventId, PlatformKind};
use declic::outbox::{DEADLINE, Outbox};
use declic::platform::SendError;
use declic::platform::health::{Health, Standing};
use declic::store::{Outcome, Pending, Store};
use declic::turns::{Answered, Turns};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::house::{House, event, now, reply, room, said, text, turn};

/// Says twice what was said, so that order and number can be checked.
fn echo(pending: &Pending, _: Timestamp) -> Turn {
    let Input::Said { text } = &pending.input else { return turn(vec![]) };
    assert!(text != "bug", "the engine has a bug");
    turn(vec![Effect::Say(reply(text)), Effect::Say(reply(&format!("{text} !")))])
}

fn apology(_: Language) -> Reply {
    reply("pardon")
}

type Step = fn(&Pending, Timestamp) -> Turn;
type Apology = fn(Language) -> Reply;

/// A house with both loops at hand, and a platform that sends into a channel.
struct Parts {
    store: Store,
    clock: Clock,
    bells: Bells,
    inbox: Inbox,
    turns: Arc<Turns<Step, Apology>>,
}

async fn parts(house: &House) -> Parts {
    let store = house.open().await;
    let (clock, bells) = (Clock::stopped_at(now()), Bells::default());
    let turns = Turns {
        store: store.clone(),
        clock: clock.clone(),
        bells: bells.clone(),
        platforms: PlatformKind::ALL.to_vec(),
        step: echo as Step,
        apology: apology as Apology,
    };
    let inbox = Inbox::new(store.clone(), clock.clone(), bells.clone());
    Parts { store, clock, bells, inbox, turns: Arc::new(turns) }
}

impl Parts {
    fn outbox<S>(&self, send: S) -> Arc<Outbox<S>> {
        self.outbox_of(all_ready(), send)
    }

    fn outbox_of<S>(&self, health: Health, send: S) -> Arc<Outbox<S>> {
        Arc::new(Outbox {
            store: self.store.clone(),
            clock: self.clock.clone(),
            bells: self.bells.clone(),
            health,
            send,
            deadline: DEADLINE,
        })
    }

    async fn answer_all(&self) {
        while self.turns.answer_next().await.unwrap() == Answered::One {}
    }
}

type Sent = Result<Option<EventId>, SendError>;

fn all_ready() -> Health {
    let health = Health::expecting(PlatformKind::ALL);
    for platform in PlatformKind::ALL {
        health.set(platform, Standing::Ready);
    }
    health
}

/// A platform that works: what it sends comes out of the channel.
fn works() -> (impl Fn(Delivery) -> std::future::Ready<Sent>, UnboundedReceiver<String>) {
    let (tell, told) = unbounded_channel();
    (move |delivery: Delivery| std::future::ready(note(&tell, &delivery)), told)
}

fn note(tell: &UnboundedSender<String>, delivery: &Delivery) -> Sent {
    tell.send(format!("{} {}", delivery.conversation.address(), text(&delivery.reply))).unwrap();
    Ok(Some(EventId(format!("${}", delivery.key.as_str()))))
}

fn all(told: &mut UnboundedReceiver<String>) -> Vec<String> {
    std::iter::from_fn(|| told.try_recv().ok()).collect()
}

/// What is told within a time that no healthy loop needs.
async fn told_next(told: &mut UnboundedReceiver<String>) -> String {
    tokio::time::timeout(Duration::from_secs(20), told.recv()).await.expect("nothing came").unwrap()
}

/// Stops and starts again after each step of a message's path; whatever the platform saw is the same.
#[tokio::test]
async fn a_stop_after_any_step_loses_nothing_and_decides_nothing_twice() {
    for stop_after in ["nothing", "receive", "look", "commit", "claim", "send", "settle"] {
        let house = House::file();
        let first = parts(&house).await;
        let (send, mut sent) = works();
        let outbox = first.outbox(send);
        live(&first, &outbox, stop_after).await;
        let before = all(&mut sent);

        let crashed = house.left_by_a_crash();
        let second = parts(&crashed).await;
        let (send, mut sent) = works();
        let outbox = second.outbox(send);
        second.store.release(&PlatformKind::ALL).await.unwrap();
        second.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
        second.answer_all().await;
        while outbox.deliver_next().await.unwrap() {}
        let mut seen: Vec<_> = before.into_iter().chain(all(&mut sent)).collect();
        if stop_after == "send" {
            assert_eq!(seen.remove(0), "a bonjour", "sent, not noted: sent again under the same key");
        }
        assert_eq!(seen, ["a bonjour", "a bonjour !"], "after {stop_after}");
        assert_eq!(second.store.transcript(&room("a")).await.unwrap().len(), 3);
    }
}

/// The path of one message, as far as it goes.
async fn live<S, F>(parts: &Parts, outbox: &Outbox<S>, stop_after: &str)
where
    S: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Sent> + Send + 'static,
{
    if stop_after == "nothing" {
        return;
    }
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    if stop_after == "receive" {
        return;
    }
    let pending = parts.store.next(&PlatformKind::ALL, now()).await.unwrap().unwrap();
    if stop_after == "look" {
        return;
    }
    let turn = echo(&pending, now());
    parts.store.commit(pending, turn, now()).await.unwrap();
    if stop_after == "commit" {
        return;
    }
    let delivery = parts.store.claim(&PlatformKind::ALL, now()).await.unwrap().unwrap();
    if stop_after == "claim" {
        return;
    }
    let platform_event = (outbox.send)(delivery.clone()).await.unwrap();
    if stop_after == "send" {
        return;
    }
    parts.store.settle(delivery, Outcome::Sent { platform_event }, now()).await.unwrap();
}

#[tokio::test]
async fn a_bug_of_the_engine_becomes_an_apology_and_a_flag() {
    let house = House::file();
    let parts = parts(&house).await;
    for (name, words) in [("1", "bug"), ("2", "bonjour")] {
        parts.inbox.receive(said("a", name, words)).await.unwrap();
    }
    parts.answer_all().await;
    assert_eq!(parts.store.answer(&room("a"), &event("1")).await.unwrap(), Some(vec![reply("pardon")]));
    assert_eq!(parts.store.answer(&room("a"), &event("2")).await.unwrap().unwrap().len(), 2);
    assert_eq!(parts.store.conversations().await.unwrap()[0].concerns, [Concern::Failed]);
}

/// Runs both loops until told to stop.
fn run<S, F>(parts: &Parts, outbox: Arc<Outbox<S>>) -> (CancellationToken, tokio::task::JoinHandle<()>)
where
    S: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Sent> + Send + 'static,
{
    let (stop, turns) = (CancellationToken::new(), Arc::clone(&parts.turns));
    let told = stop.clone();
    let loops = tokio::spawn(async move {
        tokio::join!(turns.run(&told), outbox.run(&told));
    });
    (stop, loops)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_conversations_are_answered_in_order_side_by_side() {
    let house = House::file();
    let parts = parts(&house).await;
    let (tell, mut sent) = unbounded_channel();
    let under_way = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now_under_way, most_seen) = (Arc::clone(&under_way), Arc::clone(&most));
    let outbox = parts.outbox(move |delivery: Delivery| {
        let (tell, under_way, most) = (tell.clone(), Arc::clone(&now_under_way), Arc::clone(&most_seen));
        async move {
            most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let length = u64::from(delivery.key.as_str().as_bytes()[5]) % 7;
            tokio::time::sleep(Duration::from_millis(length)).await;
            under_way.fetch_sub(1, Ordering::SeqCst);
            note(&tell, &delivery)
        }
    });
    let (stop, loops) = run(&parts, outbox);
    for number in 0..5 {
        for name in 0..20 {
            let incoming = said(&format!("{name}"), &format!("{number}"), &format!("{number}"));
            parts.inbox.receive(incoming).await.unwrap();
        }
    }
    let mut seen = vec![Vec::new(); 20];
    for _ in 0..200 {
        let line = told_next(&mut sent).await;
        let (name, words) = line.split_once(' ').unwrap();
        seen[name.parse::<usize>().unwrap()].push(words.to_owned());
    }
    let expected: Vec<_> = (0..5).flat_map(|number| [format!("{number}"), format!("{number} !")]).collect();
    assert!(seen.iter().all(|words| *words == expected), "{seen:?}");
    let most = most.load(Ordering::SeqCst);
    assert!((2..=16).contains(&most), "{most} at the same time");
    stop.cancel();
    loops.await.unwrap();
}

#[tokio::test]
async fn a_send_that_hangs_holds_up_its_own_conversation_only() {
    let house = House::file();
    let parts = parts(&house).await;
    let (tell, mut sent) = unbounded_channel();
    let outbox = parts.outbox(move |delivery: Delivery| {
        let tell = tell.clone();
        async move {
            if delivery.conversation == room("slow") {
                std::future::pending::<()>().await;
            }
            note(&tell, &delivery)
        }
    });
    let (stop, loops) = run(&parts, outbox);
    parts.inbox.receive(said("slow", "1", "lent")).await.unwrap();
    for number in 0..30 {
        parts.inbox.receive(said("fast", &format!("{number}"), "vite")).await.unwrap();
    }
    for _ in 0..60 {
        assert!(told_next(&mut sent).await.starts_with("fast vite"));
    }
    stop.cancel();
    let stopped = tokio::time::timeout(Duration::from_secs(10), loops).await;
    assert!(stopped.is_ok(), "a send that hangs must not keep the process from stopping");
}

#[tokio::test]
async fn rows_without_a_bell_are_found_all_the_same() {
    let house = House::file();
    let parts = parts(&house).await;
    let (send, mut sent) = works();
    let (stop, loops) = run(&parts, parts.outbox(send));
    parts.store.receive_all(&[said("a", "1", "bonjour")], &[], now()).await.unwrap();
    assert_eq!(told_next(&mut sent).await, "a bonjour");
    stop.cancel();
    loops.await.unwrap();
}

#[tokio::test]
async fn a_stop_finishes_the_send_in_hand() {
    let house = House::file();
    let parts = parts(&house).await;
    let (begun, mut beginning) = unbounded_channel();
    let outbox = parts.outbox(move |_: Delivery| {
        begun.send(()).unwrap();
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok(Some(EventId("$done".to_owned())))
        }
    });
    let (stop, loops) = run(&parts, outbox);
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    beginning.recv().await.unwrap();
    stop.cancel();
    loops.await.unwrap();
    let key = declic::message::DeliveryKey::derive(&room("a"), &event("1"), 0);
    assert_eq!(parts.store.sent_as(&key).await.unwrap(), Some(event("$done")));
}

#[tokio::test]
async fn a_reply_that_cannot_go_yet_is_tried_later_and_less_and_less_often() {
    let house = House::file();
    let parts = parts(&house).await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let outbox = parts.outbox(move |_: Delivery| {
        counted.fetch_add(1, Ordering::SeqCst);
        let after = Duration::from_secs(3);
        std::future::ready(Err(SendError::Later { after, source: anyhow::anyhow!("away") }))
    });
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    parts.answer_all().await;
    let mut waits = Vec::new();
    for _ in 0..12 {
        let mut waited = 0;
        while !outbox.deliver_next().await.unwrap() {
            parts.clock.advance(Duration::from_secs(1));
            waited += 1;
        }
        waits.push(waited);
    }
    assert_eq!(waits, [0, 3, 3, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert_eq!(tries.load(Ordering::SeqCst), 12);
}

#[tokio::test]
async fn a_platform_that_is_away_is_not_tried_and_gets_all_when_it_is_back() {
    let house = House::file();
    let parts = parts(&house).await;
    let platform = room("a").platform();
    let (health, tries, (tell, mut sent)) = (all_ready(), Arc::new(AtomicUsize::new(0)), unbounded_channel());
    let counted = Arc::clone(&tries);
    let outbox = parts.outbox_of(health.clone(), move |delivery: Delivery| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        let (after, source) = (Duration::from_secs(300), anyhow::anyhow!("away"));
        let outcome = if first { Err(SendError::Later { after, source }) } else { note(&tell, &delivery) };
        std::future::ready(outcome)
    });
    let (stop, loops) = run(&parts, outbox);
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    while tries.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    health.set(platform, Standing::Away);
    parts.inbox.receive(said("a", "2", "encore")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(tries.load(Ordering::SeqCst), 1, "tried while away");
    health.set(platform, Standing::Ready);
    // The clock stands still: what was put off for five minutes goes at once.
    for expected in ["a bonjour", "a bonjour !", "a encore", "a encore !"] {
        assert_eq!(told_next(&mut sent).await, expected);
    }
    stop.cancel();
    loops.await.unwrap();
}

#[tokio::test]
async fn a_reply_that_can_never_go_is_given_up_aloud() {
    let house = House::file();
    let parts = parts(&house).await;
    let (tell, mut sent) = unbounded_channel();
    let outbox = parts.outbox(move |delivery: Delivery| {
        let refused = Err(SendError::Never { source: anyhow::anyhow!("the room is gone") });
        std::future::ready(if text(&delivery.reply) == "bonjour" { refused } else { note(&tell, &delivery) })
    });
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    parts.answer_all().await;
    while outbox.deliver_next().await.unwrap() {}
    assert_eq!(all(&mut sent), ["a bonjour !"]);
    assert_eq!(parts.store.conversations().await.unwrap()[0].concerns, [Concern::Undelivered]);
}

#[tokio::test]
async fn a_send_without_end_is_cut_and_tried_again() {
    let house = House::file();
    let parts = parts(&house).await;
    let mut outbox = parts.outbox(|_: Delivery| std::future::pending::<Sent>());
    Arc::get_mut(&mut outbox).unwrap().deadline = Duration::from_millis(20);
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    parts.answer_all().await;
    assert!(outbox.deliver_next().await.unwrap());
    parts.clock.advance(Duration::from_secs(1));
    assert!(outbox.deliver_next().await.unwrap(), "due again after a second");
}

/// A clock that jumps back a day must not keep replies waiting for a day.
#[tokio::test]
async fn a_clock_that_jumps_back_delays_nothing() {
    let house = House::file();
    let parts = parts(&house).await;
    let day = Duration::from_secs(24 * 3600);
    let (tell, mut sent) = unbounded_channel();
    let tries = AtomicUsize::new(0);
    let outbox = parts.outbox(move |delivery: Delivery| {
        let first = tries.fetch_add(1, Ordering::SeqCst) == 0;
        let away = Err(SendError::Later { after: Duration::from_secs(60), source: anyhow::anyhow!("away") });
        std::future::ready(if first { away } else { note(&tell, &delivery) })
    });
    parts.clock.advance(day);
    let (stop, loops) = run(&parts, outbox);
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(all(&mut sent).is_empty());
    parts.clock.set(now());
    assert_eq!(told_next(&mut sent).await, "a bonjour");
    stop.cancel();
    loops.await.unwrap();
}

/// The same when a slow reply is under way at that moment: what was put off is remembered until it has landed.
#[tokio::test]
async fn a_clock_that_jumps_back_during_a_send_delays_nothing() {
    let house = House::file();
    let parts = parts(&house).await;
    let (tell, mut sent) = unbounded_channel();
    let tries = Arc::new(AtomicUsize::new(0));
    let outbox = parts.outbox(move |delivery: Delivery| {
        let (tell, tries) = (tell.clone(), Arc::clone(&tries));
        async move {
            if delivery.conversation == room("slow") {
                tokio::time::sleep(Duration::from_secs(2)).await;
            } else if tries.fetch_add(1, Ordering::SeqCst) == 0 {
                return Err(SendError::Later { after: Duration::from_secs(60), source: anyhow::anyhow!("away") });
            }
            note(&tell, &delivery)
        }
    });
    parts.clock.advance(Duration::from_secs(24 * 3600));
    let (stop, loops) = run(&parts, outbox);
    parts.inbox.receive(said("slow", "1", "lent")).await.unwrap();
    parts.inbox.receive(said("a", "1", "bonjour")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    parts.clock.set(now());
    while told_next(&mut sent).await != "a bonjour" {}
    stop.cancel();
    loops.await.unwrap();
}

#[test]
fn a_folder_serves_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let lock = FolderLock::take(folder.path()).unwrap();
    let refused = FolderLock::take(folder.path()).unwrap_err().to_string();
    assert!(refused.contains(&folder.path().display().to_string()), "{refused}");
    assert!(refused.ends_with(&format!("process {}", std::process::id())), "{refused}");
    drop(lock);
    let _again = FolderLock::take(folder.path()).unwrap();
    let new = folder.path().join("new/data");
    let _new = FolderLock::take(&new).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&new.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700, "what people wrote is for its owner only");
}
