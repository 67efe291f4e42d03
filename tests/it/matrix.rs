//! Matrix without a homeserver: recorded events come in, replies go out. The rest is in tests/matrix/.

use declic::clock::Timestamp;
use declic::dialogue::turn::{Block, Card, CardLink, Choice, ChoiceId, Fact, Markup, Reply};
use declic::knowledge::Language;
use declic::platform::matrix::called::Called;
use declic::platform::matrix::choice;
use declic::platform::matrix::draw::{self, Drawn};
use declic::platform::matrix::translate::{self, Heard, Place, Words, translate};
use matrix_sdk::ruma::{event_id, room_id, user_id};
use serde_json::{Value, json};

/// What an event is to the coach, in a room of two.
fn heard(event: Value) -> Option<Heard> {
    translated(event, false)
}

fn heard_in_a_crowd(event: Value) -> Option<Heard> {
    translated(event, true)
}

fn translated(mut event: Value, crowded: bool) -> Option<Heard> {
    let fields = event.as_object_mut().unwrap();
    for (key, value) in
        [("event_id", json!("$e:x")), ("sender", json!("@anne:x")), ("origin_server_ts", json!(1_700_000_000_000_i64))]
    {
        fields.entry(key).or_insert(value);
    }
    let place = Place { me: user_id!("@coach:x"), room: room_id!("!room:x"), crowded };
    let called = Called::new(place.me, "Déclic", "!declic");
    translate(&place, &called, &serde_json::from_value(event).unwrap())
}

fn message(content: &Value) -> Value {
    json!({ "type": "m.room.message", "content": content })
}

fn text(body: &str) -> Value {
    message(&json!({ "msgtype": "m.text", "body": body }))
}

fn words(text: Option<&str>) -> Words {
    Words { text: text.map(str::to_owned), called: false, thread: None, answers: None }
}

fn said(text: &str) -> Option<Heard> {
    Some(Heard::Words(words(Some(text))))
}

#[test]
fn words_are_heard() {
    assert_eq!(heard(text(" Bonjour\n")), said("Bonjour"));
    assert_eq!(heard(message(&json!({ "msgtype": "m.emote", "body": "réfléchit" }))), said("réfléchit"));
    let at =
        translate::timestamp(matrix_sdk::ruma::MilliSecondsSinceUnixEpoch(1_700_000_000_000_u64.try_into().unwrap()));
    assert_eq!(at, Timestamp::from_millisecond(1_700_000_000_000).unwrap());
}

#[test]
fn the_quotation_before_a_reply_is_not_what_the_person_says() {
    let quoting = text("> <@bruno:x> Combien de temps ?\n> 1. Une heure\n\nDeux jours");
    assert_eq!(heard(quoting), said("Deux jours"));
}

#[test]
fn words_know_their_thread_and_the_message_that_they_answer() {
    let related = |relation: Value| {
        let content = json!({ "msgtype": "m.text", "body": "2", "m.relates_to": relation });
        match heard_in_a_crowd(message(&content)) {
            Some(Heard::Words(Words { thread, answers, .. })) => (thread, answers),
            other => panic!("{other:?}"),
        }
    };
    let (root, earlier) = (Some(event_id!("$root:x").to_owned()), Some(event_id!("$earlier:x").to_owned()));
    let reply = json!({ "event_id": "$earlier:x" });
    assert_eq!(related(json!({ "m.in_reply_to": reply })), (None, earlier.clone()));
    let thread = json!({ "rel_type": "m.thread", "event_id": "$root:x", "m.in_reply_to": reply });
    assert_eq!(related(thread.clone()), (root.clone(), earlier));
    // For clients without threads it looks like a reply, and is none.
    let mut plain = thread;
    plain["is_falling_back"] = json!(true);
    assert_eq!(related(plain), (root, None));
}

#[test]
fn an_edit_corrects_and_a_deletion_withdraws() {
    let edit = message(&json!({
        "msgtype": "m.text", "body": "* dix", "m.new_content": { "msgtype": "m.text", "body": "dix" },
        "m.relates_to": { "rel_type": "m.replace", "event_id": "$earlier:x" },
    }));
    let earlier = event_id!("$earlier:x").to_owned();
    assert_eq!(heard(edit), Some(Heard::Edited { earlier: earlier.clone(), words: words(Some("dix")) }));
    // Room versions up to 10, then 11 and later.
    let old = json!({ "type": "m.room.redaction", "redacts": "$earlier:x", "content": {} });
    let new = json!({ "type": "m.room.redaction", "content": { "redacts": "$earlier:x" } });
    for redaction in [old, new] {
        assert_eq!(heard(redaction), Some(Heard::Withdrawn { earlier: earlier.clone() }));
    }
}

#[test]
fn reactions_and_votes_are_heard() {
    let to = event_id!("$a:x").to_owned();
    let relation = json!({ "rel_type": "m.annotation", "event_id": "$a:x", "key": "2️⃣" });
    let reaction = json!({ "type": "m.reaction", "content": { "m.relates_to": relation } });
    assert_eq!(heard(reaction), Some(Heard::Reacted { to: to.clone(), sign: "2️⃣".to_owned() }));
    for (answers, answer) in [(json!(["time:day"]), Some("time:day".to_owned())), (json!([]), None)] {
        let content = json!({
            "m.relates_to": { "rel_type": "m.reference", "event_id": "$a:x" },
            "org.matrix.msc3381.poll.response": { "answers": answers },
        });
        let vote = json!({ "type": "org.matrix.msc3381.poll.response", "content": content });
        assert_eq!(heard(vote), Some(Heard::Voted { poll: to.clone(), answer }));
    }
}

#[test]
fn a_reaction_means_a_choice() {
    let choice = |id: &str| Choice { id: ChoiceId(id.to_owned()), label: id.to_owned() };
    let numbered: Vec<Choice> = (1..=11).map(|number| choice(&number.to_string())).collect();
    let meant = |choices: &[Choice], sign| choice::meant(choices, sign).map(|choice| choice.id.0.clone());
    assert_eq!(meant(&numbered, "1️⃣").as_deref(), Some("1"));
    assert_eq!(meant(&numbered, "3\u{20e3}").as_deref(), Some("3"), "without the sign that asks for a picture");
    assert_eq!(meant(&numbered, "🔟").as_deref(), Some("10"));
    assert_eq!(meant(&numbered[..2], "3️⃣"), None);
    let yes_no = [choice("act:yes"), choice("act:no")];
    assert_eq!(meant(&yes_no, "✅").as_deref(), Some("act:yes"));
    assert_eq!(meant(&yes_no, "👍🏽").as_deref(), Some("act:yes"), "whatever the colour of the hand");
    assert_eq!(meant(&yes_no, "❌").as_deref(), Some("act:no"));
    // Thanks, not an answer.
    assert_eq!(meant(&numbered, "👍"), None);
    assert!(choice::answers("4️⃣") && !choice::answers("🎉"));
}

#[test]
fn a_poll_asks_one_question_with_all_its_answers() {
    use matrix_sdk::ruma::events::poll::unstable_start::UnstablePollStartEventContent;
    let long = "x".repeat(500);
    let whole = Reply {
        language: Language::French,
        blocks: vec![markup("C'est noté.\n\nCombien de **temps** ?")],
        choices: [("time:a", "Une heure"), ("time:b", long.as_str())]
            .map(|(id, label)| Choice { id: ChoiceId(id.to_owned()), label: label.to_owned() })
            .to_vec(),
    };
    let content = choice::poll(&whole).unwrap();
    let UnstablePollStartEventContent::New(poll) = serde_json::from_value(content).unwrap() else { panic!("no poll") };
    assert_eq!(poll.poll_start.question.text, "Combien de temps ?");
    assert_eq!(u64::from(poll.poll_start.max_selections), 1);
    let answers: Vec<(&str, usize)> =
        poll.poll_start.answers.iter().map(|answer| (answer.id.as_str(), answer.text.chars().count())).collect();
    assert_eq!(answers, [("time:a", 9), ("time:b", 340)]);
    let several = Reply {
        choices: ["goal:a", "goal:b"].map(|id| Choice { id: ChoiceId(id.to_owned()), label: id.to_owned() }).to_vec(),
        ..whole.clone()
    };
    assert!(choice::poll(&several).is_none(), "several goals may be chosen");
    assert!(choice::poll(&Reply { choices: Vec::new(), ..whole }).is_none());
}

#[test]
fn what_holds_no_words_is_unreadable() {
    let picture = json!({ "msgtype": "m.image", "body": "photo.png", "url": "mxc://x/y" });
    assert_eq!(heard(message(&picture)), Some(Heard::Words(words(None))));
    let voice = json!({ "msgtype": "m.audio", "body": "voix.ogg", "url": "mxc://x/y" });
    assert_eq!(heard(message(&voice)), Some(Heard::Words(words(None))));
}

#[test]
fn what_is_not_for_the_coach_is_dropped() {
    let mut own = text("Mes propres mots");
    own["sender"] = json!("@coach:x");
    let notice = message(&json!({ "msgtype": "m.notice", "body": "Je suis un robot" }));
    let deleted = json!({ "type": "m.room.message", "content": {}, "unsigned": { "redacted_because": {
        "type": "m.room.redaction", "sender": "@anne:x", "event_id": "$r:x", "origin_server_ts": 1, "content": { "redacts": "$e:x" } } } });
    let topic = json!({ "type": "m.room.topic", "state_key": "", "content": { "topic": "Le projet" } });
    let unknown = json!({ "type": "org.example.thing", "content": { "body": 3 } });
    for event in [own, notice, deleted, topic, unknown] {
        assert_eq!(heard(event.clone()), None, "{event}");
    }
}

#[test]
fn the_coach_knows_when_it_is_called() {
    let heard = |body: &str, mentions: Option<&[&str]>, html: Option<&str>| {
        let mut content = json!({ "msgtype": "m.text", "body": body });
        if let Some(users) = mentions {
            content["m.mentions"] = json!({ "user_ids": users });
        }
        if let Some(html) = html {
            content["format"] = json!("org.matrix.custom.html");
            content["formatted_body"] = json!(html);
        }
        match heard_in_a_crowd(message(&content)) {
            Some(Heard::Words(words)) => (words.called, words.text.unwrap()),
            other => panic!("{other:?}"),
        }
    };
    let called = |text: &str| (true, text.to_owned());
    let not_called = |text: &str| (false, text.to_owned());
    // Clients of today.
    assert_eq!(heard("Déclic: un atelier", Some(&["@coach:x"]), None), called("un atelier"));
    assert_eq!(heard("Et toi ?", Some(&["@coach:x"]), None), called("Et toi ?"));
    assert_eq!(
        heard("[Déclic](https://matrix.to/#/@coach:x) un atelier", Some(&["@coach:x"]), None),
        called("un atelier")
    );
    assert_eq!(heard("@coach:x", Some(&["@coach:x"]), None), called(""));
    assert_eq!(heard("Déclic", Some(&["@bruno:x"]), None), not_called("Déclic"));
    // Older ones.
    assert_eq!(heard("déclic, un atelier", None, None), called("un atelier"));
    assert_eq!(heard("Coach", None, Some("<a href=\"https://matrix.to/#/@coach:x\">Coach</a>")), called("Coach"));
    assert_eq!(heard("Coach", None, Some("<a href=\"https://matrix.to/#/%40coach%3Ax\">Coach</a>")), called("Coach"));
    assert_eq!(heard("Le déclicage", None, None), not_called("Le déclicage"));
    // By its command word, whatever the client says.
    for command in ["!declic", "!DECLIC", "@declic", "@Declic :"] {
        assert_eq!(heard(&format!("{command} un atelier"), Some(&[]), None), called("un atelier"));
    }
    assert_eq!(heard("!declicage", Some(&[]), None), not_called("!declicage"));
    assert_eq!(heard("on lance !declic", Some(&[]), None), not_called("on lance !declic"));
}

#[test]
fn rooms_are_switched_off_by_two_words() {
    use declic::platform::matrix::{shipped_phrases, team::Order};
    let order = |text: &str, called| Order::of(&Words { called, ..words(Some(text)) }, &shipped_phrases().unwrap());
    assert_eq!(order("silence", true), Some(Order::Silence));
    assert_eq!(order("Parle !", true), Some(Order::Speak));
    assert_eq!(order("speak", true), Some(Order::Speak));
    assert_eq!(order("silence", false), None);
    assert_eq!(order("le silence des usagers", true), None);
}

#[test]
fn the_coach_notices_who_comes_and_goes() {
    let member = |who: &str, before: Option<&str>, now: &str| {
        let before = before.map(|membership| json!({ "membership": membership }));
        json!({ "type": "m.room.member", "state_key": who, "sender": who, "content": { "membership": now }, "unsigned": { "prev_content": before } })
    };
    assert_eq!(heard(member("@coach:x", Some("invite"), "join")), Some(Heard::Came));
    assert_eq!(heard(member("@coach:x", Some("join"), "join")), None, "a new name is not a new arrival");
    assert_eq!(heard(member("@anne:x", Some("invite"), "join")), Some(Heard::Company));
    assert_eq!(heard(member("@anne:x", Some("join"), "leave")), Some(Heard::Left));
    assert_eq!(heard_in_a_crowd(member("@anne:x", Some("join"), "leave")), None);
    assert_eq!(heard_in_a_crowd(member("@coach:x", Some("join"), "ban")), Some(Heard::Left));
    assert_eq!(heard(member("@anne:x", Some("invite"), "leave")), None, "who declines was never there");
}

#[test]
fn an_invitation_is_known_as_one() {
    use declic::platform::matrix::translate::invites;
    let invitation = |who: &str| {
        let content = json!({ "membership": "invite" });
        let event = json!({ "type": "m.room.member", "state_key": who, "sender": "@anne:x", "event_id": "$e:x", "origin_server_ts": 1, "content": content });
        invites(user_id!("@coach:x"), &serde_json::from_value(event).unwrap())
    };
    assert!(invitation("@coach:x"));
    assert!(!invitation("@bruno:x"));
}

fn reply(blocks: Vec<Block>, choices: &[&str]) -> Reply {
    let choice = |label: &&str| Choice { id: ChoiceId("c".to_owned()), label: (*label).to_owned() };
    Reply { language: Language::French, blocks, choices: choices.iter().map(choice).collect() }
}

fn markup(text: &str) -> Block {
    Block::Text { markup: Markup(text.to_owned()) }
}

fn html(text: &str) -> String {
    draw::draw(&reply(vec![markup(text)], &[])).remove(0).html
}

#[test]
fn choices_are_numbered_in_both_forms() {
    let drawn = draw::draw(&reply(vec![markup("Combien de **temps** ?")], &["Une heure", "Un jour & plus"]));
    let expected = Drawn {
        body: "Combien de temps ?\n\n1. Une heure\n2. Un jour & plus".to_owned(),
        html: "<p>Combien de <strong>temps</strong> ?</p><ol><li>Une heure</li><li>Un jour &amp; plus</li></ol>"
            .to_owned(),
    };
    assert_eq!(drawn, [expected]);
}

#[test]
fn a_card_has_a_bold_title_and_labelled_lines() {
    let card = Card {
        method: "persona".into(),
        title: "Persona <3".to_owned(),
        summary: "Donner un visage.".to_owned(),
        facts: vec![Fact { label: "Durée".to_owned(), text: "3 h".to_owned() }],
        links: vec![CardLink { title: "Guide".to_owned(), url: "https://example.org/?a=1&b=2".to_owned() }],
    };
    let drawn = draw::draw(&reply(vec![Block::Method { card }], &[])).remove(0);
    let expected = "<p><strong>Persona &lt;3</strong><br>Donner un visage.</p><ul><li><strong>Durée</strong>\u{a0}: 3 h</li>\
                    <li><a href=\"https://example.org/?a=1&amp;b=2\">Guide</a></li></ul>";
    assert_eq!(drawn.html, expected);
}

#[test]
fn html_is_never_taken_from_words() {
    let escaped = Markup::escape("<script>alert(1)</script> [x](javascript:y) **non**");
    assert_eq!(html(&escaped), "<p>&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:y) **non**</p>");
    assert_eq!(html("a <b>b</b>"), "<p>a &lt;b&gt;b&lt;/b&gt;</p>");
    assert!(!html("[x](javascript:y)").contains("javascript"));
    assert!(!html("![i](https://example.org/i.png)").contains("<img"));
}

#[test]
fn a_long_reply_becomes_several_messages_and_loses_no_word() {
    let paragraph = "Un mot après l'autre, et encore un. ".repeat(60);
    let long = vec![paragraph.trim(); 20].join("\n\n");
    let drawn = draw::draw(&reply(vec![markup(&long), markup("Fin.")], &["Oui"]));
    assert!(drawn.len() > 2);
    assert!(drawn.iter().all(|part| part.body.len() + part.html.len() <= 22_000));
    let whole: Vec<&str> = drawn.iter().map(|part| part.body.as_str()).collect();
    assert_eq!(whole.join("\n\n"), format!("{long}\n\nFin.\n\n1. Oui"));
    // A single endless word is cut too.
    assert!(draw::draw(&reply(vec![markup(&"é".repeat(30_000))], &[])).len() > 2);
}

#[test]
fn a_message_mentions_nobody_and_carries_its_key() {
    let content = draw::content(&Drawn { body: "a".to_owned(), html: "<p>a</p>".to_owned() }, "d1key");
    assert_eq!(content["m.mentions"], json!({}));
    assert_eq!(content[draw::KEY], "d1key");
    assert_eq!(content["format"], "org.matrix.custom.html");
}

#[test]
fn guests_are_named_by_server_pattern_or_name() {
    use declic::platform::matrix::invite::Guests;
    let me = user_id!("@coach:agent.pm.tchap.gouv.fr");
    let guests = |patterns: &[&str]| Guests::new(&owned(patterns), &[], me);
    let own = guests(&[]);
    assert!(own.welcome(user_id!("@anne:agent.pm.tchap.gouv.fr")));
    assert!(!own.welcome(user_id!("@anne:agent.externe.tchap.gouv.fr")));
    let some = guests(&["agent.dinum.tchap.gouv.fr", "@*:*.culture.gouv.fr", "@bruno:example.org"]);
    assert!(some.welcome(user_id!("@anne:agent.dinum.tchap.gouv.fr")));
    assert!(some.welcome(user_id!("@anne:agent.culture.gouv.fr")));
    assert!(some.welcome(user_id!("@bruno:example.org")));
    assert!(!some.welcome(user_id!("@anne:example.org")));
    assert!(!some.welcome(user_id!("@anne:agent.pm.tchap.gouv.fr")), "a list replaces the default");
    assert!(!some.welcome(user_id!("@anne:xagent.dinum.tchap.gouv.fr")));
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn the_refused_are_refused_although_their_server_is_welcome() {
    use declic::platform::matrix::invite::Guests;
    let guests =
        Guests::new(&owned(&["x.fr", "!espace:x.fr"]), &owned(&["@spam*:x.fr", "y.fr"]), user_id!("@coach:x.fr"));
    assert!(guests.welcome(user_id!("@anne:x.fr")));
    assert!(!guests.welcome(user_id!("@spam3:x.fr")));
    let spaces_only = Guests::new(&owned(&["!espace:x.fr"]), &[], user_id!("@coach:x.fr"));
    assert!(!spaces_only.welcome(user_id!("@anne:x.fr")), "a listed space does not open the door to a server");
}

#[test]
fn orders_are_read_in_both_languages_however_they_are_typed() {
    use declic::platform::matrix::order::Order;
    let phrases = declic::platform::matrix::shipped_phrases().unwrap();
    let read = |text: &str| Order::read(&phrases, text);
    assert_eq!(read("Statut"), (Order::Status, Language::French));
    assert_eq!(read(" /status "), (Order::Status, Language::English));
    assert_eq!(read("debloquer `@a:x`"), (Order::Unblock("@a:x".to_owned()), Language::French));
    assert_eq!(read("DÉBLOQUER  @a:x"), (Order::Unblock("@a:x".to_owned()), Language::French));
    assert_eq!(read("leave !r:x"), (Order::Leave("!r:x".to_owned()), Language::English));
    for yes in ["Oui", "oui.", "Oui !", "OUI!"] {
        assert_eq!(read(yes), (Order::Same(true), Language::French));
    }
    assert_eq!(read("console").0, Order::Console);
    assert_eq!(read("statuts de l'association").0, Order::Unknown);
    assert_eq!(read("").0, Order::Unknown);
}

#[test]
fn every_obstacle_and_every_alarm_has_its_words() {
    use declic::platform::matrix::{alarm::Cause, session::Obstacle};
    let phrases = declic::platform::matrix::shipped_phrases().unwrap();
    let obstacles = [Obstacle::Expired, Obstacle::Deactivated, Obstacle::Ended, Obstacle::Password].map(Obstacle::name);
    let alarms =
        Cause::ALL.iter().flat_map(|cause| [format!("alarm-{}", cause.name()), format!("alarm-{}-over", cause.name())]);
    for name in obstacles.into_iter().map(str::to_owned).chain(alarms) {
        for language in [Language::French, Language::English] {
            assert!(!phrases.say(&name, language).is_empty(), "{name}");
        }
    }
}

#[tokio::test]
async fn an_alarm_is_told_once_and_its_end_once_also_after_a_new_start() {
    use declic::clock::Clock;
    use declic::inbox::{Bells, Inbox};
    use declic::platform::matrix::alarm::{Cause, Due, Ledger};
    let store = declic::store::Store::open("sqlite::memory:").await.unwrap();
    let inbox = Inbox::new(store, Clock::System, Bells::default());
    let at = |seconds: i64| Timestamp::from_second(1_700_000_000 + seconds).unwrap();
    let mut ledger = Ledger::open(inbox.clone()).await.unwrap();
    assert_eq!(ledger.due(), None);
    for second in 0..3 {
        ledger.raise(Cause::Withheld, "!r:x".to_owned(), at(second)).await.unwrap();
    }
    let mut ledger = Ledger::open(inbox.clone()).await.unwrap();
    assert_eq!(ledger.due(), Some(Due::Raised(Cause::Withheld)));
    ledger.told(&Due::Raised(Cause::Withheld)).await.unwrap();
    ledger.raise(Cause::Withheld, "!other:x".to_owned(), at(9)).await.unwrap();
    let mut ledger = Ledger::open(inbox.clone()).await.unwrap();
    assert_eq!(ledger.due(), None, "it was told");
    assert_eq!(ledger.get(Cause::Withheld).unwrap().about, "!r:x");
    ledger.end(Cause::Withheld, at(130)).await.unwrap();
    assert_eq!(ledger.due(), Some(Due::Over(Cause::Withheld)));
    assert_eq!(ledger.get(Cause::Withheld).unwrap().minutes(at(500)), 3);
    ledger.told(&Due::Over(Cause::Withheld)).await.unwrap();
    let ledger = Ledger::open(inbox).await.unwrap();
    assert!(ledger.due().is_none() && ledger.standing().next().is_none());
}

#[tokio::test]
async fn an_alarm_that_has_stood_for_a_day_makes_way_for_that_of_another_room() {
    use declic::clock::Clock;
    use declic::inbox::{Bells, Inbox};
    use declic::platform::matrix::alarm::{Cause, Due, Ledger};
    let store = declic::store::Store::open("sqlite::memory:").await.unwrap();
    let mut ledger = Ledger::open(Inbox::new(store, Clock::System, Bells::default())).await.unwrap();
    let at = |hours: i64| Timestamp::from_second(1_700_000_000 + hours * 3600).unwrap();
    ledger.raise(Cause::Withheld, "!r:x".to_owned(), at(0)).await.unwrap();
    ledger.told(&Due::Raised(Cause::Withheld)).await.unwrap();
    ledger.raise(Cause::Withheld, "!other:x".to_owned(), at(23)).await.unwrap();
    ledger.raise(Cause::Withheld, "!r:x".to_owned(), at(48)).await.unwrap();
    assert_eq!(ledger.due(), None, "the same room is told once");
    ledger.raise(Cause::Withheld, "!other:x".to_owned(), at(24)).await.unwrap();
    assert_eq!(ledger.due(), Some(Due::Raised(Cause::Withheld)));
    assert_eq!(ledger.get(Cause::Withheld).unwrap().about, "!other:x");
}

#[test]
fn a_room_of_gibberish_drives_out_nobody_elses_messages() {
    use declic::platform::matrix::bookmark::{Bookmark, Sealed};
    use matrix_sdk::ruma::{EventId, RoomId};
    let met = Timestamp::from_second(1_700_000_000).unwrap();
    let sealed = |room: &RoomId, id: &EventId| Sealed::new(room.to_owned(), id.to_owned(), met);
    let mut bookmark = Bookmark::default();
    bookmark.add(sealed(room_id!("!anne:x"), event_id!("$a:x")));
    for number in 0..600 {
        bookmark.add(sealed(room_id!("!noise:x"), &EventId::parse(format!("$n{number}:x")).unwrap()));
    }
    assert!(bookmark.sealed.iter().any(|sealed| sealed.room == room_id!("!anne:x")));
    assert!(bookmark.sealed.len() <= 51);
    assert_eq!(bookmark.sealed.last().unwrap().event, event_id!("$n599:x"), "the newest stay");
}

#[test]
fn ids_that_no_event_can_have_are_not_followed() {
    let reply =
        |id: &str| json!({ "msgtype": "m.text", "body": "2", "m.relates_to": { "m.in_reply_to": { "event_id": id } } });
    let thread = |id: &str| json!({ "msgtype": "m.text", "body": "2", "m.relates_to": { "rel_type": "m.thread", "event_id": id } });
    let reaction = |id: &str| json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": id, "key": "👍" } });
    let all = |id: &str| {
        let reaction = json!({ "type": "m.reaction", "content": reaction(id) });
        [message(&reply(id)), message(&thread(id)), reaction]
    };
    for id in [format!("${}", "é".repeat(12_000)), "$a\0b".to_owned(), "$a\nb".to_owned()] {
        for event in all(&id) {
            assert_eq!(heard(event), None);
        }
    }
    assert!(all("$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk").into_iter().all(|event| heard(event).is_some()));
}

#[test]
fn a_session_that_cannot_be_read_is_not_one_that_is_missing() {
    use declic::platform::matrix::folder::Folder;
    let data = tempfile::tempdir().unwrap();
    let folder = Folder::new(data.path());
    folder.create().unwrap();
    assert!(folder.session().unwrap().is_none());
    let file = data.path().join("matrix/session.json");
    std::fs::write(&file, "{").unwrap();
    assert!(folder.session().unwrap().is_none(), "a damaged one is of no use");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(folder.session().is_err() && folder.complete_session(true).is_err());
}

#[test]
fn only_what_time_can_mend_is_waited_for() {
    use declic::platform::matrix::route::is_away;
    use matrix_sdk::ruma::api::client::uiaa::UiaaResponse;
    use matrix_sdk::ruma::api::error::{Error, ErrorBody, FromHttpResponseError, IntoHttpError};
    use matrix_sdk::ruma::exports::http::StatusCode;
    use matrix_sdk::{HttpError, RefreshTokenError};
    let answered = |status: u16| {
        let error = Error::new(StatusCode::from_u16(status).unwrap(), ErrorBody::Json(json!({})));
        HttpError::Api(Box::new(FromHttpResponseError::Server(UiaaResponse::MatrixError(error))))
    };
    let away = |error: HttpError| is_away(&error.into());
    for status in [401, 429, 500, 502, 503, 504] {
        assert!(away(answered(status)), "{status}");
    }
    for status in [400, 403, 404, 413] {
        assert!(!away(answered(status)), "{status}");
    }
    assert!(away(HttpError::RefreshToken(RefreshTokenError::RefreshTokenRequired)));
    assert!(!away(HttpError::IntoHttp(IntoHttpError::NoUnstablePath)), "a request that cannot be made");
}

#[test]
fn messages_without_keys_are_tried_less_and_less_often_and_excused_once() {
    use declic::platform::matrix::bookmark::{Bookmark, Sealed};
    use matrix_sdk::ruma::event_id;
    let at = |seconds: i64| Timestamp::from_second(1_700_000_000 + seconds).unwrap();
    let sealed = |id: &matrix_sdk::ruma::EventId| Sealed::new(room_id!("!r:x").to_owned(), id.to_owned(), at(0));
    let mut bookmark = Bookmark::default();
    for id in [event_id!("$a:x"), event_id!("$b:x"), event_id!("$a:x")] {
        bookmark.add(sealed(id));
    }
    assert_eq!(bookmark.sealed.len(), 2, "the same message twice is one");
    let due: Vec<i64> = (0..100)
        .filter(|second| {
            let due = bookmark.sealed[0].is_due(at(*second));
            if due {
                bookmark.tried(event_id!("$a:x"));
            }
            due
        })
        .collect();
    assert_eq!(due, [1, 2, 4, 8, 16, 32, 64]);
    assert!(bookmark.overdue(at(59)).is_none());
    assert!(bookmark.overdue(at(60)).is_some());
    bookmark.mark_told(room_id!("!r:x"));
    bookmark.add(sealed(event_id!("$c:x")));
    assert!(bookmark.overdue(at(600)).is_none(), "the room was told");
    bookmark.give_up(at(8 * 24 * 3600));
    assert!(bookmark.sealed.is_empty());
}
