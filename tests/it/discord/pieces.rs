//! The pure ends: drawing within Discord's limits, names of buttons, phrases, statistics without words.

use std::time::Duration;

use declic::clock::Clock;
use declic::dialogue::turn::{Block, Card, Choice, ChoiceId, Effect, Fact, Input, Markup, Reply};
use declic::knowledge::Language;
use declic::message::{ConversationId, DeliveryKey, EventId, Incoming, PlatformKind};
use declic::platform::discord::button::{Button, What};
use declic::platform::discord::draw::{Frame, draw};
use declic::platform::discord::phrases::{self, NAMES};
use declic::purge::{Keeping, purge};
use declic::store::Outcome;
use proptest::prelude::*;

use super::judge::judge;
use crate::house::{ALL, House, after, now, reply, turn};

fn key() -> DeliveryKey {
    let conversation = ConversationId::new(PlatformKind::Discord, "1");
    DeliveryKey::derive(&conversation, &EventId("2".to_owned()), 0)
}

#[test]
fn every_phrase_is_written_in_both_languages_and_used() {
    let phrases = phrases::shipped().unwrap();
    let mut written: Vec<&str> = phrases.names().collect();
    let mut known = NAMES.to_vec();
    written.sort_unstable();
    known.sort_unstable();
    assert_eq!(written, known);
    for name in NAMES {
        for language in [Language::French, Language::English] {
            assert!(!phrases.say(name, language).is_empty(), "{name}");
        }
    }
}

#[test]
fn buttons_are_read_back() {
    for what in [What::Menu, What::Write, What::Choice(ChoiceId("goal:prioritise".to_owned()))] {
        let button = Button::new(&key(), what);
        assert_eq!(Button::read(&button.write()), Some(button));
    }
    for foreign in ["", "x", "2.abc.goal:x", "1.abc", "1.abc.?new", "menu:12"] {
        assert_eq!(Button::read(foreign), None, "{foreign}");
    }
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~éà«»\u{1F600}]{0,300}", "([a-zé*_#]{1,12} ?\n?){0,2500}", Just("x".repeat(9000))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_is_said_is_drawn_within_the_limits(
        texts in prop::collection::vec(texts(), 0..4),
        cards in prop::collection::vec((texts(), texts(), prop::collection::vec((texts(), texts()), 0..30)), 0..6),
        choices in 0_usize..40,
        act in any::<bool>(),
    ) {
        let mut blocks: Vec<Block> =
            texts.into_iter().map(|text| Block::Text { markup: Markup(text) }).collect();
        for (title, summary, facts) in cards {
            let facts = facts.into_iter().map(|(label, text)| Fact { label: format!("l{label}"), text }).collect();
            let card = Card { method: "m".into(), title: format!("t{title}"), summary, facts, links: Vec::new() };
            blocks.push(Block::Method { card });
        }
        let kind = if act { "act" } else { "goal" };
        let choices = (0..choices)
            .map(|n| Choice { id: ChoiceId(format!("{kind}:{}{n}", "x".repeat(60))), label: format!("{n}{}", "é".repeat(120)) })
            .collect();
        let reply = Reply { language: Language::French, blocks, choices };
        for drawn in draw(&reply, &key(), &phrases::shipped().unwrap(), Frame { notice: true, window: act }) {
            let mut body = drawn.body();
            // A field whose name is empty cannot be made by a label of the script.
            if let Some(embeds) = body["embeds"].as_array_mut() {
                for embed in embeds {
                    if let Some(fields) = embed["fields"].as_array_mut() {
                        fields.retain(|field| field["name"] != "");
                    }
                }
            }
            prop_assert_eq!(judge("POST", "/channels/1/messages", Some(&body)), Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn a_platform_that_keeps_statistics_only_keeps_no_words() {
    let house = House::file();
    let store = house.open().await;
    let conversation = ConversationId::new(PlatformKind::Discord, "7000");
    let input = Input::Said { text: "mon voisin Albert".to_owned() };
    let incoming = Incoming { conversation: conversation.clone(), event: EventId("1".to_owned()), input, at: now() };
    store.receive_all(&[incoming], &[], now()).await.unwrap();
    let pending = store.next(ALL, now()).await.unwrap().unwrap();
    store.commit(pending, turn(vec![Effect::Say(reply("Albert, donc"))]), now()).await.unwrap();
    let delivery = store.claim(ALL, now()).await.unwrap().unwrap();
    assert!(delivery.first);
    store.settle(delivery, Outcome::Sent { platform_event: None }, now()).await.unwrap();
    let rules = [Keeping { platform: PlatformKind::Discord, days: 90, statistics_only: true }];
    let clock = Clock::stopped_at(now());
    purge(&store, &clock, &rules).await.unwrap();
    assert!(house.holds("Albert"), "still fresh");
    clock.set(after(3600));
    purge(&store, &clock, &rules).await.unwrap();
    store.close().await;
    assert!(!house.holds("Albert"), "words are gone from the disk");
    let store = house.open().await;
    assert_eq!(store.conversations().await.unwrap()[0].turns, 1, "the count stays");
    clock.advance(Duration::from_secs(2 * 24 * 3600));
    purge(&store, &clock, &rules).await.unwrap();
    assert!(store.conversations().await.unwrap()[0].erased);
}
