//! Many interactions at once through one process: all are answered. With `DECLIC_ROUNDS=100`, ten thousand of them: how
//! long from event to request, and whether memory grows. Never an assertion on time.
//! `DECLIC_ROUNDS=100 cargo test --test it discord_interactions_by_the_hundred -- --nocapture`

use std::time::{Duration, Instant};

use super::bot::{Bot, memory, until};
use super::double::{CAMILLE, CHANNEL};

const ROUNDS: u64 = 2;
const EACH: u64 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn discord_interactions_by_the_hundred_are_all_answered() {
    let rounds = std::env::var("DECLIC_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let bot = Bot::with(&[("place", "ephemeral")]).await;
    bot.double.world().quiet = true;
    let started = Instant::now();
    let mut sizes = Vec::new();
    for round in 0..rounds {
        let asked: Vec<u64> =
            (0..EACH).map(|person| bot.double.commands(CHANNEL, CAMILLE + person, "fr", "aide", None)).collect();
        let double = bot.double.clone();
        let all = || {
            let world = double.world();
            asked.iter().all(|one| world.interactions[one].original.is_some())
        };
        until("all answers of a round", all).await;
        if round % 10 == 9 {
            sizes.push(memory(bot.process()));
        }
    }
    let took = started.elapsed();
    let world = bot.double.world();
    let mut acknowledged: Vec<Duration> = world.latencies.clone();
    let mut answered: Vec<Duration> = world.interactions.values().filter_map(|one| one.answered).collect();
    acknowledged.sort_unstable();
    answered.sort_unstable();
    let at = |all: &[Duration], share: usize| all[(all.len() - 1) * share / 100];
    println!("{} interactions in {took:?}, {EACH} at a time", answered.len());
    println!("event to acknowledgement: p50 {:?}, p99 {:?}", at(&acknowledged, 50), at(&acknowledged, 99));
    println!("event to reply: p50 {:?}, p99 {:?}", at(&answered, 50), at(&answered, 99));
    println!("resident memory in kB, every 1,000: {sizes:?}");
}
