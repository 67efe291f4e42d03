//! Exactly once, whatever happens: kills, broken connections, ended sessions, storms of 429, repeated events.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::bot::{Bot, buttons, menu, thread_in, until};
use super::double::{CAMILLE, CHANNEL, DM, number};

type Accident = fn(&super::double::Double);

/// Each message of a person has one answer: waits for them and counts.
async fn each_answered_once(bot: &Bot, channel: u64, said: usize) {
    let double = bot.double.clone();
    until(&format!("{said} answers"), || double.heard(channel).len() >= said).await;
    tokio::time::sleep(Duration::from_secs(2)).await; // A second answer would come now.
    let keys = keys(&bot.double.heard(channel));
    let twice: Vec<_> = keys.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "said twice: {twice:?}");
    assert_eq!(keys.len(), said, "as many answers as messages");
}

/// Messages by the mark of the reply that they belong to.
fn keys(messages: &[Value]) -> HashMap<String, usize> {
    let mut keys = HashMap::new();
    for message in messages {
        let button = buttons(message).into_iter().next().map(|(_, id)| id);
        if let Some(id) = button.or_else(|| menu(message).map(|(id, _)| id)) {
            *keys.entry(id.split('.').nth(1).unwrap().to_owned()).or_default() += 1;
        }
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_kills_lose_and_repeat_nothing() {
    let mut bot = Bot::start().await;
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut said = 0;
    let started = Instant::now();
    for round in 0..20 {
        for _ in 0..3 {
            bot.double.says(DM, CAMILLE, &format!("aide {round}"));
            said += 1;
        }
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        tokio::time::sleep(Duration::from_millis(random % 400)).await;
        bot.kill();
        bot.double.says(DM, CAMILLE, "résumé"); // While nobody listens.
        said += 1;
        bot.wake().await;
    }
    each_answered_once(&bot, DM, said).await;
    let world = bot.double.world();
    eprintln!(
        "20 kills: {said} messages, {said} answers, {} resumes, {} identifies, {:?}",
        world.resumes,
        world.identifies,
        started.elapsed()
    );
    drop(world);
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_interactions_survive_kills() {
    let mut bot = Bot::with(&[("place", "ephemeral")]).await;
    let mut asked = Vec::new();
    for round in 0..10_u64 {
        asked.push(bot.double.commands(CHANNEL, CAMILLE + 10 * round, "fr", "aide", None));
        tokio::time::sleep(Duration::from_millis(5 + 23 * round)).await;
        bot.kill();
        bot.wake().await;
    }
    for interaction in asked {
        let acknowledged = bot.double.world().interactions[&interaction].acknowledged.is_some();
        if acknowledged {
            bot.answered(interaction).await;
            assert!(bot.double.world().interactions[&interaction].follow_ups.is_empty());
        } else {
            // Killed before it could say that it had heard: the answer comes as a direct message.
            let double = bot.double.clone();
            until("a direct message instead", || !double.heard(DM).is_empty()).await;
        }
    }
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_a_thread_is_opened_once_whatever_happens() {
    let mut bot = Bot::start().await;
    for round in 0..6_u64 {
        bot.double.commands(CHANNEL, CAMILLE, "fr", "coach", Some("comprendre les usagers"));
        tokio::time::sleep(Duration::from_millis(10 + 15 * round)).await;
        bot.kill();
        bot.wake().await;
    }
    let double = bot.double.clone();
    let threads = || {
        let world = double.world();
        world
            .channels
            .values()
            .filter(|one| one["parent_id"].is_string())
            .map(|one| number(&one["id"]))
            .collect::<Vec<_>>()
    };
    until("six threads", || threads().len() >= 6).await;
    for thread in threads() {
        let double = bot.double.clone();
        until("words in each thread", || !double.heard(thread).is_empty()).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(threads().len(), 6);
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_gateway_accidents_lose_and_repeat_nothing() {
    let bot = Bot::start().await;
    let double = bot.double.clone();
    let mut said = 0;
    let accidents: [(&str, Accident); 5] = [
        ("drop", super::double::Double::drops),
        ("reconnect", super::double::Double::asks_to_reconnect),
        ("close 4000", |double| double.closes(4000)),
        ("invalid session at resume", |double| {
            double.world().accidents.forget_sessions = true;
            double.drops();
        }),
        ("session ended", super::double::Double::ends_sessions),
    ];
    for (name, accident) in accidents {
        bot.double.says(DM, CAMILLE, &format!("aide, avant {name}"));
        accident(&bot.double);
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Not told by the gateway, or told after the resume.
        if bot.double.connected() {
            bot.double.says(DM, CAMILLE, "résumé");
        } else if name.contains("session") {
            bot.double.says_unheard(DM, CAMILLE, "résumé");
        } else {
            bot.double.says(DM, CAMILLE, "résumé");
        }
        said += 2;
        until(name, || double.connected()).await;
        let double = bot.double.clone();
        until(&format!("answers after {name}"), || double.heard(DM).len() >= said).await;
    }
    each_answered_once(&bot, DM, said).await;
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_storms_of_429_and_500_delay_but_lose_nothing() {
    let bot = Bot::start().await;
    bot.double.world().accidents.every_429 = 3;
    for status in [500, 502, 503, 429, 500] {
        bot.double.world().accidents.next.push_back(("/messages", status));
    }
    for number in 0..10 {
        bot.double.says(DM, CAMILLE, &format!("aide {number}"));
    }
    let pressed = bot.double.commands(CHANNEL, CAMILLE, "fr", "aide", None);
    bot.answered(pressed).await;
    each_answered_once(&bot, DM, 10).await;
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_repeated_and_bare_events_are_answered_once() {
    let bot = Bot::start().await;
    {
        let mut world = bot.double.world();
        world.accidents.repeat = 2;
        world.accidents.bare = true;
    }
    for number in 0..5 {
        bot.double.says(DM, CAMILLE, &format!("aide {number}"));
    }
    each_answered_once(&bot, DM, 5).await;
    let asked = bot.double.commands(CHANNEL, CAMILLE, "fr", "coach", Some("comprendre les usagers"));
    bot.answered(asked).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let thread = thread_in(&bot.double, CHANNEL).unwrap();
    assert_eq!(bot.double.heard(thread).iter().filter(|one| !buttons(one).is_empty()).count(), 1);
    let threads = bot.double.world().channels.values().filter(|one| one["parent_id"].is_string()).count();
    assert_eq!(threads, 1, "one thread for a command told three times");
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_a_closed_channel_stops_nothing_else() {
    let bot = Bot::start().await;
    bot.double.world().channels.insert(7777, json!({ "id": "7777", "type": 1 }));
    bot.double.world().accidents.gone = Some(7777);
    bot.double.says(7777, CAMILLE, "bonjour");
    bot.double.says(DM, CAMILLE, "bonjour");
    bot.next(DM, 0).await;
    bot.double.assert_no_violations();
}

/// Acknowledged within three seconds while somebody else holds the database.
#[tokio::test(flavor = "multi_thread")]
async fn discord_a_slow_database_does_not_delay_the_acknowledgement() {
    let bot = Bot::with(&[("place", "ephemeral")]).await;
    let path = bot.data().join("declic.db");
    let (held, release) = std::sync::mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        let database = rusqlite::Connection::open(path).unwrap();
        database.execute_batch("BEGIN IMMEDIATE").unwrap();
        let _ = release.recv_timeout(Duration::from_secs(8));
        database.execute_batch("ROLLBACK").unwrap();
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let asked: Vec<u64> = (0..5).map(|_| bot.double.commands(CHANNEL, CAMILLE, "fr", "aide", None)).collect();
    for interaction in &asked {
        bot.acknowledged(*interaction).await;
        let (_, after) = bot.double.world().interactions[interaction].acknowledged.unwrap();
        assert!(after < Duration::from_secs(2), "{after:?}");
    }
    drop(held);
    tokio::task::spawn_blocking(move || holder.join().unwrap()).await.unwrap();
    for interaction in asked {
        bot.answered(interaction).await;
    }
    bot.double.assert_no_violations();
}
