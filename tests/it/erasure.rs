//! What is kept can be read, mended and erased, down to the bytes on the disk.

use std::time::Duration;

use declic::dialogue::state::{Answer, Value};
use declic::dialogue::turn::{
    Block, Card, CardLink, Choice, ChoiceId, Concern, Disclosure, Effect, Fact, Input, Reminder, Reply,
};
use declic::message::{Incoming, PlatformKind};
use declic::store::{Received, Store};
use sqlx::Connection as _;

use crate::house::{
    ALL, House, after, answer_next, claim, claim_and_send, event, exchange, happened, now, receive, reply, room, said,
    says, send_all, text, turn, words,
};

cases!(
    a_correction_replaces_the_earlier_words,
    a_withdrawal_removes_the_words,
    what_is_kept_is_disclosed,
    a_long_transcript_is_disclosed_whole,
    forgetting_leaves_ids_and_delivers_the_last_words,
    what_comes_after_forgetting_is_answered,
    an_operator_forgets_what_waits_too,
    old_conversations_are_purged,
);

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
    let card = Card {
        method: "persona".into(),
        title: "Persona [v2]".to_owned(),
        summary: "Un usager type.".to_owned(),
        facts: vec![Fact { label: "Durée".to_owned(), text: "2 h".to_owned() }],
        links: vec![CardLink { title: "Fiche".to_owned(), url: "https://example.org/p".to_owned() }],
    };
    let mut offer = Reply { choices, ..reply("Que voulez-vous **faire** ?\n\n- ceci") };
    offer.blocks.push(Block::Method { card });
    exchange(&store, said("a", "2", "<b>*bonjour*"), turn(vec![Effect::Say(offer)])).await;
    exchange(&store, happened("a", "3", Input::Chose { choice: ChoiceId("goal:prioritise".to_owned()) }), says(&[]))
        .await;
    let shows = turn(vec![Effect::Disclose(disclosure()), Effect::Say(reply("Les voici."))]);
    exchange(&store, said("a", "4", "mes données"), shows).await;
    assert_eq!(text(&claim_and_send(&store).await), "Rien.");
    claim_and_send(&store).await;
    assert_eq!(text(&claim_and_send(&store).await), "Les voici.");
    let shown = claim_and_send(&store).await;
    let date = "- 23/11/2026 15:05 —";
    let lines = [
        "Voici tout :".to_owned(),
        format!("{date} vous : mes données"),
        format!("{date} vous : \\<b\\>\\*bonjour\\*"),
        format!(
            "{date} moi : Que voulez-vous **faire** ? - ceci Persona \\[v2\\] · Un usager type\\. · Durée: 2 h · [Fiche](https://example.org/p) 1: Choisir \\(vite\\)"
        ),
        format!("{date} vous : Choisir \\(vite\\)"),
    ];
    assert_eq!(text(&shown).lines().collect::<Vec<_>>(), lines);
    assert!(claim(&store, now()).await.is_none());
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
    store.receive_all(&quick, &[], now()).await.unwrap();
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
    assert_eq!(store.purge_older_than(PlatformKind::Matrix, 30, days(30)).await.unwrap(), 0);
    assert_eq!(store.purge_older_than(PlatformKind::Matrix, 30, days(31)).await.unwrap(), 1);
    assert_eq!(store.purge_older_than(PlatformKind::Matrix, 30, days(31)).await.unwrap(), 0);
    assert!(words(&store, "old").await.is_empty());
    assert_eq!((words(&store, "waiting").await.len(), words(&store, "young").await.len()), (4, 4));
    let summaries = store.conversations().await.unwrap();
    assert_eq!(summaries.iter().filter(|summary| summary.erased && summary.turns == 1).count(), 1);
    receive(&store, said("old", "2", "me revoilà")).await;
    answer_next(&store, says(&["oui"])).await;
}

pub async fn exported(store: &Store) -> String {
    let mut lines = String::new();
    let write = |line| {
        lines.push_str(&(serde_json::to_string(&line)? + "\n"));
        Ok(())
    };
    store.export(write).await.unwrap();
    lines
}

/// Erased means overwritten: no byte of it is left in the file or beside it. The rows have all sizes and come in any
/// order, for SQLite leaves copies behind when it moves rows between pages; these three orders made it do so.
#[tokio::test]
async fn erased_words_are_nowhere_on_the_disk() {
    for seed in [1, 3, 4] {
        let house = House::file();
        let store = house.open().await;
        let mut chance = Chance(seed);
        for number in 0..250 {
            let name = chance.below(7).to_string();
            let mut words = |most| format!("canari-{name}-{number} ").repeat(1 + chance.below(most));
            let said_words = words([3, 20, 130, 400][number % 4]);
            let mut answer = says(&[&words(200)]);
            let value = Value::Text { text: words(60) };
            answer.state.answers.push(Answer { step: "project".to_owned(), value, event: event("x") });
            answer.trace.understood.push(words(100));
            exchange(&store, said(&name, &number.to_string(), &said_words), answer).await;
            if chance.below(5) == 0 {
                send_all(&store).await;
            }
        }
        let (first, others) = ("canari-0-", ["1", "2", "3", "4"]);
        assert!(house.holds(first));
        let forgets = turn(vec![Effect::Forget, Effect::Say(reply("fait"))]);
        exchange(&store, said("0", "end", "canari-0-effacer"), forgets).await;
        assert!(!house.holds(first), "words of an erased conversation are still on the disk");
        for name in others {
            store.forget(&room(name)).await.unwrap();
            assert!(!house.holds(&format!("canari-{name}-")), "conversation {name} is still on the disk");
        }
        assert!(house.holds("canari-5-") && house.holds("canari-6-"), "the others are kept");
        assert_eq!(store.purge_older_than(PlatformKind::Matrix, 1, after(2 * 24 * 3600)).await.unwrap(), 2);
        assert!(!house.holds("canari-"));
    }
}

/// Writing a large file anew takes too long for a turn: the sweep does it.
#[tokio::test]
async fn a_large_store_is_overwritten_by_the_next_sweep() {
    let house = House::file();
    let store = house.open().await;
    exchange(&store, said("a", "1", "canari"), says(&["canari"])).await;
    let long = "mot ".repeat(250_000);
    for number in 0..20 {
        exchange(&store, said("b", &number.to_string(), &long), says(&["oui"])).await;
    }
    store.forget(&room("a")).await.unwrap();
    assert!(store.checkpoint("store:erased").await.unwrap().is_some(), "noted for the sweep");
    store.close().await;
    let store = house.open().await;
    store.sweep(now()).await.unwrap();
    assert_eq!(store.checkpoint("store:erased").await.unwrap(), None);
    assert!(!house.holds("canari") && house.holds("mot mot"));
}

/// Someone who reads for long (an export, a backup) holds up neither the erasure nor who writes after it.
#[tokio::test]
async fn a_long_reader_holds_nobody_up() {
    let house = House::file();
    let store = house.open().await;
    exchange(&store, said("a", "1", "canari"), says(&["canari"])).await;
    let mut reader = sqlx::AnyConnection::connect(&house.escaped()).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    sqlx::raw_sql("SELECT * FROM inbox").fetch_all(&mut *reading).await.unwrap();
    let erased = tokio::time::timeout(Duration::from_secs(3), async {
        store.forget(&room("a")).await.unwrap();
        exchange(&store, said("a", "2", "bonjour"), says(&["oui"])).await;
    });
    assert!(erased.await.is_ok());
    assert!(house.holds("canari"), "the reader still sees it");
    reading.rollback().await.unwrap();
    store.sweep(now()).await.unwrap();
    assert!(!house.holds("canari"));
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}
