//! What coaches list, search, read and judge.

use std::time::Duration;

use declic::dialogue::turn::{Concern, Effect, Input, Turn};
use declic::knowledge::{Language, Recommendation};
use declic::message::{ConversationId, Incoming, PlatformKind};
use declic::store::{Cursor, Ending, Filter, Rating, Rubric, Store, Verdict};

use crate::house::{House, after, answer_next, event, exchange, happened, now, receive, reply, room, said, says, turn};

cases!(
    the_newest_activity_comes_first,
    pages_follow_one_another_without_gap,
    filters_hold_together,
    words_are_found_in_any_form_and_with_slips,
    what_is_corrected_withdrawn_or_erased_is_found_no_more,
    conversations_of_an_earlier_version_are_listed,
    a_conversation_shows_what_was_understood,
    judgements_keep_their_history,
    two_coaches_may_judge_the_same,
    notes_and_tags_hold_until_taken_back,
);

fn advises(goal: &str, phase: &str, methods: &[&str]) -> Turn {
    let mut answer = says(&["Voici."]);
    answer.trace.goals = vec![goal.into()];
    answer.trace.phase = Some(phase.into());
    answer.trace.from = "projet".to_owned();
    answer.trace.to = "conseil".to_owned();
    answer.trace.ranking = methods
        .iter()
        .map(|id| Recommendation {
            method: (*id).into(),
            score: 1.0,
            parts: Default::default(),
            reasons: Vec::new(),
            warnings: Vec::new(),
        })
        .collect();
    answer
}

async fn numbers(store: &Store, filter: &Filter) -> Vec<String> {
    let page = store.browse(filter, None, 50).await.unwrap();
    page.conversations.into_iter().map(|one| one.overview.conversation.address().to_owned()).collect()
}

async fn number(store: &Store, name: &str) -> i64 {
    store.number_of(&room(name)).await.unwrap().unwrap()
}

async fn exchange_at(store: &Store, incoming: Incoming, answer: Turn, seconds: u64) {
    receive(store, incoming).await;
    let pending = store.next(crate::house::ALL, after(seconds)).await.unwrap().unwrap();
    store.commit(pending, answer, after(seconds)).await.unwrap();
}

async fn the_newest_activity_comes_first(house: House) {
    let store = house.open().await;
    for (seconds, name) in [(0, "a"), (10, "b"), (20, "c")] {
        exchange_at(&store, said(name, "1", "bonjour à tous"), says(&["oui"]), seconds).await;
    }
    assert_eq!(numbers(&store, &Filter::default()).await, ["c", "b", "a"]);
    exchange_at(&store, said("a", "2", "encore"), says(&["oui"]), 100_000).await;
    assert_eq!(numbers(&store, &Filter::default()).await, ["a", "c", "b"]);
    let matrix = Filter { platform: Some(PlatformKind::Matrix), ..Filter::default() };
    assert_eq!(numbers(&store, &matrix).await, ["a", "c", "b"]);
    // Whoever only opened the page is no conversation yet.
    exchange_at(&store, happened("d", "1", Input::Joined), says(&["Bonjour"]), 100_001).await;
    assert_eq!(numbers(&store, &Filter::default()).await.len(), 3);
    let period = Filter { since: Some(after(15)), before: Some(after(100_000)), ..Filter::default() };
    assert_eq!(numbers(&store, &period).await, ["c"]);
    let period = Filter { platform: Some(PlatformKind::Matrix), ..period };
    assert_eq!(numbers(&store, &period).await, ["c"]);
}

async fn pages_follow_one_another_without_gap(house: House) {
    let store = house.open().await;
    for number in 0..23_u64 {
        // Some at the same instant, some on other days.
        let incoming = said(&format!("{number:02}"), "1", "un guichet");
        exchange_at(&store, incoming, says(&["oui"]), number / 3 * 40_000).await;
    }
    for filter in [Filter::default(), Filter { words: "guichets".to_owned(), ..Filter::default() }] {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.browse(&filter, cursor, 5).await.unwrap();
            all.extend(page.conversations.into_iter().map(|one| one.overview.number));
            cursor = page.next.map(|next| Cursor::parse(&next.to_string()).unwrap());
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(all.len(), 23);
        let mut unique = all.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), 23);
    }
    assert_eq!(Cursor::parse("1; DROP TABLE mark.2"), None);
}

async fn filters_hold_together(house: House) {
    let store = house.open().await;
    let mut english = advises("simplify", "comprendre", &["persona"]);
    english.trace.language = Language::English;
    exchange(&store, said("english", "1", "a form"), english).await;
    exchange(&store, said("rated", "1", "un projet"), advises("simplify", "cadrer", &["persona"])).await;
    let mut useful = says(&["Merci"]);
    useful.trace.understood = vec!["rating:useful".to_owned()];
    exchange(&store, said("rated", "2", "utile"), useful).await;
    let lost = turn(vec![Effect::Flag(Concern::NothingFits)]);
    exchange(&store, said("lost", "1", "la cantine"), lost).await;
    exchange(&store, said("person", "1", "humain"), turn(vec![Effect::Flag(Concern::WantsPerson)])).await;
    let web = ConversationId::new(PlatformKind::Web, "t");
    exchange(&store, Incoming { conversation: web, ..said("", "1", "bonjour") }, says(&["oui"])).await;

    let all = Filter::default();
    for (filter, expected) in [
        (Filter { language: Some(Language::English), ..all.clone() }, vec!["english"]),
        (Filter { goal: Some("simplify".into()), ..all.clone() }, vec!["rated", "english"]),
        (Filter { goal: Some("simplify".into()), phase: Some("cadrer".into()), ..all.clone() }, vec!["rated"]),
        (Filter { rating: Some(Rating::Useful), ..all.clone() }, vec!["rated"]),
        (Filter { rating: Some(Rating::NotUseful), ..all.clone() }, vec![]),
        (Filter { outcome: Some(Ending::Advised), ..all.clone() }, vec!["rated", "english"]),
        (Filter { outcome: Some(Ending::NothingFound), ..all.clone() }, vec!["lost"]),
        (Filter { nothing_found: true, ..all.clone() }, vec!["lost"]),
        (Filter { wants_person: true, ..all.clone() }, vec!["person"]),
        (Filter { platform: Some(PlatformKind::Web), ..all.clone() }, vec!["t"]),
        (Filter { platform: Some(PlatformKind::Web), wants_person: true, ..all.clone() }, vec![]),
    ] {
        assert_eq!(numbers(&store, &filter).await, expected, "{filter:?}");
    }
    let overview = store.overview(number(&store, "rated").await).await.unwrap().unwrap();
    assert_eq!((overview.turns, overview.advised_ms, overview.questions), (2, Some(0), 1));
    assert_eq!(store.count(&all, 3).await.unwrap(), 3);
}

fn words(words: &str) -> Filter {
    Filter { words: words.to_owned(), ..Filter::default() }
}

async fn words_are_found_in_any_form_and_with_slips(house: House) {
    let store = house.open().await;
    for (name, text) in [
        ("a", "Les usagers reviennent trois fois à l’accueil, une réclamation après l'autre."),
        ("b", "Je voudrais mobiliser l'équipe de la préfecture"),
        ("c", "un usager mécontent de la prefecture ; une reclamtion"),
        ("d", "Zoé Tartempion attend au poste"),
        ("e", "la porte"),
    ] {
        exchange(&store, said(name, "1", text), says(&["oui"])).await;
    }
    for (asked, expected) in [
        ("usager", vec!["c", "a"]),
        ("USAGÈRS", vec!["c", "a"]),
        ("préfecture", vec!["c", "b"]),
        ("mobilisation", vec!["b"]),
        ("réclamation", vec!["c", "a"]),
        ("rèclamtion", vec!["c", "a"]),
        ("usager réclamation accueil", vec!["a"]),
        ("usager tartempion", vec![]),
        ("tartampion", vec!["d"]),
        ("poste", vec!["d"]),
        ("inconnu", vec![]),
        ("le la les", vec![]),
        ("' OR 1=1 --", vec![]),
    ] {
        assert_eq!(numbers(&store, &words(asked)).await, expected, "{asked}");
    }
    let both = Filter { platform: Some(PlatformKind::Matrix), ..words("usager") };
    assert_eq!(numbers(&store, &both).await, ["c", "a"]);
    assert_eq!(numbers(&store, &Filter { platform: Some(PlatformKind::Web), ..both }).await, [""; 0]);
}

async fn what_is_corrected_withdrawn_or_erased_is_found_no_more(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "un canari et un guichet"), says(&["oui"])).await;
    exchange(&store, said("b", "1", "une tortue et un guichet"), says(&["oui"])).await;
    let corrected = Input::Corrected { earlier: event("1"), text: "un perroquet et un guichet".to_owned() };
    exchange(&store, happened("a", "2", corrected), says(&["noté"])).await;
    assert_eq!(numbers(&store, &words("canari")).await, [""; 0]);
    assert_eq!(numbers(&store, &words("perroquet")).await, ["a"]);
    exchange(&store, happened("a", "3", Input::Withdrawn { earlier: event("1") }), says(&["retiré"])).await;
    assert_eq!(numbers(&store, &words("perroquet")).await, [""; 0]);
    let tortoise = number(&store, "b").await;
    store.add_note(tortoise, 1, "une note", "claire", now()).await.unwrap();
    store.forget(&room("b")).await.unwrap();
    assert_eq!(numbers(&store, &words("tortue")).await, [""; 0]);
    assert_eq!(numbers(&store, &words("torute")).await, [""; 0]);
    assert!(store.overview(tortoise).await.unwrap().is_none());
    assert!(store.opinions(tortoise).await.unwrap().is_empty());
    // Beginning anew is another conversation.
    exchange(&store, said("b", "9", "une tortue"), says(&["oui"])).await;
    assert_ne!(number(&store, "b").await, tortoise);
    assert_eq!(numbers(&store, &words("tortue")).await, ["b"]);
}

async fn conversations_of_an_earlier_version_are_listed(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "un canari"), advises("simplify", "cadrer", &["persona"])).await;
    let before = store.overview(number(&store, "a").await).await.unwrap().unwrap();
    store.close().await;
    let raw = sqlx::AnyPool::connect(&house.escaped()).await.unwrap();
    for statement in [
        "DELETE FROM overview",
        "DELETE FROM mark",
        "DELETE FROM word",
        "DELETE FROM misspelling",
        "DELETE FROM tally",
        "INSERT INTO checkpoint (name, value) VALUES ('store:overviews', '')",
    ] {
        sqlx::raw_sql(statement).execute(&raw).await.unwrap();
    }
    raw.close().await;
    let store = house.open().await;
    let again = store.overview(number(&store, "a").await).await.unwrap().unwrap();
    assert_eq!((again.goals, again.outcome, again.turns), (before.goals, before.outcome, before.turns));
    assert_eq!(numbers(&store, &words("canaris")).await, ["a"]);
    assert_eq!(numbers(&store, &Filter { phase: Some("cadrer".into()), ..Filter::default() }).await, ["a"]);
}

async fn a_conversation_shows_what_was_understood(house: House) {
    let store = house.open().await;
    let mut answer = advises("simplify", "cadrer", &["persona"]);
    answer.effects.push(Effect::Flag(Concern::NotUseful));
    exchange(&store, said("a", "1", "bonjour"), answer).await;
    exchange(&store, said("a", "2", "encore"), says(&["un", "deux"])).await;
    let reading = store.reading(number(&store, "a").await).await.unwrap().unwrap();
    let first = &reading.exchanges[0];
    assert_eq!(first.input, Some(Input::Said { text: "bonjour".to_owned() }));
    assert_eq!(first.trace.as_ref().unwrap().ranking[0].method.as_str(), "persona");
    assert_eq!((first.concerns.as_slice(), first.replies[0].sent), ([Concern::NotUseful].as_slice(), false));
    let said: Vec<_> = reading.exchanges[1].replies.iter().map(|spoken| spoken.reply.clone()).collect();
    assert_eq!(said, [reply("un"), reply("deux")]);
    assert!(store.reading(1).await.unwrap().is_none());
}

async fn judgements_keep_their_history(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "bonjour"), advises("simplify", "cadrer", &["persona"])).await;
    let a = number(&store, "a").await;
    let unread = Filter { not_reviewed: true, ..Filter::default() };
    assert_eq!(numbers(&store, &unread).await, ["a"]);
    let persona = "persona".into();
    for verdict in [Some(Verdict::Good), Some(Verdict::Wrong)] {
        assert!(store.judge(a, 1, &persona, verdict, "claire", now()).await.unwrap());
    }
    let [held] = store.judgements(a).await.unwrap().try_into().unwrap();
    assert_eq!((held.verdict, held.coach.as_str(), held.turn), (Verdict::Wrong, "claire", 1));
    assert_eq!(store.opinions(a).await.unwrap().len(), 2, "the first judgement is history");
    assert_eq!(numbers(&store, &unread).await, [""; 0]);
    assert!(store.judge(a, 1, &persona, None, "claire", now()).await.unwrap());
    assert_eq!(numbers(&store, &unread).await, ["a"]);
    assert!(!store.judge(a, 7, &persona, Some(Verdict::Good), "claire", now()).await.unwrap(), "no such turn");
    assert!(!store.judge(1, 1, &persona, Some(Verdict::Good), "claire", now()).await.unwrap(), "no such conversation");
    assert!(store.assess(a, Rubric::Tone, Some(true), "claire", now()).await.unwrap());
    assert_eq!(store.rubric(a).await.unwrap(), [(Rubric::Tone, "claire".to_owned(), true)]);
    assert_eq!(store.overview(a).await.unwrap().unwrap().judges, 1);
}

async fn two_coaches_may_judge_the_same(house: House) {
    let store = house.open().await;
    for name in 0..40 {
        exchange(&store, said(&name.to_string(), "1", "bonjour"), advises("simplify", "cadrer", &["persona"])).await;
    }
    let sample = Filter { sampled: true, ..Filter::default() };
    let drawn = numbers(&store, &sample).await;
    assert!((2..=16).contains(&drawn.len()), "{} of 40 drawn", drawn.len());
    let first = number(&store, &drawn[0]).await;
    store.judge(first, 1, &"persona".into(), Some(Verdict::Good), "claire", now()).await.unwrap();
    let second = Filter { second_opinion: true, not_judged_by: Some("claire".to_owned()), ..Filter::default() };
    assert_eq!(numbers(&store, &second).await, [""; 0]);
    let second = Filter { not_judged_by: Some("paul".to_owned()), ..second };
    assert_eq!(numbers(&store, &second).await, [drawn[0].clone()]);
    store.judge(first, 1, &"persona".into(), Some(Verdict::Wrong), "paul", now()).await.unwrap();
    assert_eq!(numbers(&store, &second).await, [""; 0]);
    assert_eq!(store.all_judgements().await.unwrap().len(), 2);
}

async fn notes_and_tags_hold_until_taken_back(house: House) {
    let store = house.open().await;
    exchange(&store, said("a", "1", "bonjour"), says(&["oui"])).await;
    exchange(&store, said("b", "1", "bonjour"), says(&["oui"])).await;
    let (a, b) = (number(&store, "a").await, number(&store, "b").await);
    let note = store.add_note(a, 1, " À revoir ", "claire", now()).await.unwrap().unwrap();
    assert!(!store.edit_note(a, note, "pris", "paul", now()).await.unwrap(), "another's note");
    let later = now() + Duration::from_secs(60);
    assert!(store.edit_note(a, note, "Revu", "claire", later).await.unwrap());
    let notes = store.notes(a).await.unwrap();
    assert_eq!((notes.len(), notes[0].text.as_str(), notes[0].edited), (1, "Revu", true));
    assert!(store.edit_note(a, note, "", "claire", later).await.unwrap());
    assert!(store.notes(a).await.unwrap().is_empty());

    for (conversation, turn) in [(a, 0), (a, 1), (b, 1)] {
        assert!(store.tag(conversation, turn, "À revoir", true, "claire", now()).await.unwrap());
    }
    assert!(!store.tag(a, 0, "<script>", true, "claire", now()).await.unwrap());
    let tagged = Filter { tag: Some("à revoir".to_owned()), ..Filter::default() };
    assert_eq!(numbers(&store, &tagged).await, ["b", "a"]);
    assert_eq!(store.all_tags().await.unwrap(), [("à revoir".to_owned(), 2)]);
    assert!(store.tag(a, 0, "à revoir", false, "paul", now()).await.unwrap());
    assert_eq!(numbers(&store, &tagged).await, ["b", "a"], "a message still bears it");
    assert!(store.tag(a, 1, "à revoir", false, "paul", now()).await.unwrap());
    assert_eq!(numbers(&store, &tagged).await, ["b"]);
    // A later turn on another day takes the tags along.
    receive(&store, said("b", "2", "encore")).await;
    let pending = store.next(crate::house::ALL, after(200_000)).await.unwrap().unwrap();
    store.commit(pending, says(&["oui"]), after(200_000)).await.unwrap();
    assert_eq!(numbers(&store, &tagged).await, ["b"]);
    receive(&store, said("c", "1", "fin")).await;
    answer_next(&store, says(&["oui"])).await;
}
