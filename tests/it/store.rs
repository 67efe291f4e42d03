//! The store, on an SQLite file and, when `DATABASE_URL_TEST` names one, on PostgreSQL: the same cases.

use std::time::Duration;

use declic::dialogue::state::{Answer, Value};
use declic::dialogue::turn::{Concern, Effect, Input, Reminder};
use declic::message::{ConversationId, DeliveryKey, Incoming, PlatformKind};
use declic::store::{Author, Checkpoint, Committed, Outcome, Received, Right, Said, Store};

use crate::erasure::exported;
use crate::house::{
    ALL, House, after, answer_next, claim, event, exchange, now, receive, reply, room, said, says, send_all, text,
    turn, words,
};

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
    strange_words_survive,
    a_conversation_that_moves_goes_on,
    writers_at_the_same_time_lose_nothing,
);

async fn an_event_is_received_once(house: House) {
    let store = house.open().await;
    let both = [said("a", "1", "bonjour"), said("a", "1", "bonjour"), said("b", "1", "autre salon")];
    let received = store.receive_all(&both, &[], now()).await.unwrap();
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
        let checkpoint = [Checkpoint { name: "sync", value }];
        store.receive_all(&[said("a", value, "bonjour")], &checkpoint, now()).await.unwrap();
    }
    store.receive_all(&[], &[Checkpoint { name: "other", value: "o1" }], now()).await.unwrap();
    store.close().await;
    let store = house.open().await;
    assert_eq!(store.checkpoint("sync").await.unwrap().as_deref(), Some("s2"));
    assert_eq!(store.checkpoint("other").await.unwrap().as_deref(), Some("o1"));
}

async fn order_is_that_of_arrival_whatever_the_clock_says(house: House) {
    let mut store = house.open().await;
    let day = Duration::from_secs(24 * 3600);
    for (name, at) in [("1", now()), ("2", now() - day), ("3", now() - day), ("4", now() + day), ("5", now())] {
        store.receive_all(&[said("a", name, name)], &[], at).await.unwrap();
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

async fn writers_at_the_same_time_lose_nothing(house: House) {
    let store = house.open().await;
    let second = house.open().await;
    let receivers = (0..8).map(|writer| {
        let store = if writer % 2 == 0 { store.clone() } else { second.clone() };
        tokio::spawn(async move {
            for number in 0..25 {
                let incoming = said(&format!("{writer}"), &format!("{number}"), "bonjour");
                store.receive_all(&[incoming], &[], now()).await.unwrap();
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

async fn a_conversation_that_moves_goes_on(house: House) {
    let store = house.open().await;
    let mut remembered = says(&["oui"]);
    remembered.state.language = declic::knowledge::Language::English;
    exchange(&store, said("old", "1", "bonjour"), remembered).await;
    receive(&store, said("old", "2", "encore")).await;
    let number = store.number_of(&room("old")).await.unwrap();
    store.ask_right(Right::Erasure, number, "", "claire", now()).await.unwrap();
    assert!(store.carry_over(&room("old"), &room("new")).await.unwrap());
    assert!(!store.carry_over(&room("old"), &room("new")).await.unwrap(), "there is nothing left to move");
    let pending = store.next(ALL, now()).await.unwrap().expect("what waited still waits");
    assert_eq!(
        (pending.conversation.clone(), pending.state.language),
        (room("new"), declic::knowledge::Language::English)
    );
    assert_eq!(store.commit(pending, says(&["toujours"]), now()).await.unwrap(), Committed::Done);
    let delivery = claim(&store, now()).await.unwrap();
    assert_eq!(delivery.conversation, room("new"), "replies go to the new place");
    assert_eq!(words(&store, "new").await, ["> bonjour", "< oui", "> encore", "< toujours"]);
    assert!(store.rights().await.unwrap()[0].number.is_some(), "what a person asks for is about the same words");
    // Reminders are named after the turn: the old name must not count from the beginning again.
    exchange(&store, said("old", "3", "me revoici"), says(&["bonjour"])).await;
    assert_eq!(words(&store, "old").await, ["> me revoici", "< bonjour"]);
    let number = store.number_of(&room("old")).await.unwrap().unwrap();
    assert_eq!(store.turns_of(number).await.unwrap(), Some(2));
    exchange(&store, said("other", "1", "autre"), says(&["bien"])).await;
    assert!(!store.carry_over(&room("new"), &room("other")).await.unwrap(), "a conversation is not written over");
}

#[tokio::test]
async fn a_store_of_a_later_version_is_refused() {
    let house = House::file();
    house.open().await.close().await;
    let raw = sqlx::AnyPool::connect(&house.escaped()).await.unwrap();
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
