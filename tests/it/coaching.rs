//! From conversations to a better coach: masked exports, golden dialogues, graded requests, patches, statistics, rights.

use std::process::Command;

use declic::clock::{Clock, Timestamp};
use declic::config::{self, Overrides};
use declic::console::export::{self, Format, Order, Rows};
use declic::console::{chart::Shown, golden, graded, mask::Masker, patch, stats, texts_of, themes};
use declic::content::{self, Sources};
use declic::dialogue::state::State;
use declic::dialogue::turn::{Block, Concern, Effect, Input, Turn};
use declic::dialogue::understand::means::means_in;
use declic::knowledge::Library;
use declic::message::{ConversationId, EventId, Incoming, PlatformKind};
use declic::purge::{self, Keeping};
use declic::serve::keeping;
use declic::store::{Filter, Outcome, Right, Span, Store, Verdict, day};
use declic::{demo, dialogue, eval};

use crate::house::{ALL, House, after, exchange, now, room, said, says, turn};
use crate::support::shipped;

cases!(
    an_export_is_masked_and_whole,
    a_conversation_becomes_a_golden_dialogue_that_takes_the_same_path,
    judgements_become_graded_requests,
    the_dashboard_counts_and_hides_small_groups,
    statistics_survive_erasure,
    the_register_keeps_what_was_asked_until_it_is_done,
    the_purge_says_what_it_will_do_and_did,
    what_was_not_answered_is_grouped_and_can_be_ignored,
    a_demonstration_refuses_real_conversations,
);

/// Holds a conversation for real: the engine answers, the replies are delivered.
async fn hold(store: &Store, name: &str, inputs: &[Input]) -> i64 {
    let conversation = ConversationId::new(PlatformKind::Web, name);
    for (index, input) in inputs.iter().enumerate() {
        let (event, at) = (EventId(format!("e{index}")), after(60 * index as u64));
        let incoming = Incoming { conversation: conversation.clone(), event, input: input.clone(), at };
        store.receive_all(&[incoming], &[], at).await.unwrap();
        let pending = store.next(ALL, at).await.unwrap().unwrap();
        let turn = dialogue::step(shipped(), pending.state.clone(), &pending.event, pending.input.clone(), at);
        store.commit(pending, turn, at).await.unwrap();
        while let Some(delivery) = store.claim(ALL, at).await.unwrap() {
            store.settle(delivery, Outcome::Sent { platform_event: None }, at).await.unwrap();
        }
    }
    store.number_of(&conversation).await.unwrap().unwrap()
}

fn says_person(text: &str) -> Input {
    Input::Said { text: text.to_owned() }
}

/// Someone who gives a name and a number, is advised, looks at a method and finds it useful.
fn a_whole_conversation() -> Vec<Input> {
    vec![
        says_person(
            "Je m'appelle Sophie Martin (06 12 34 56 78). Au guichet les usagers reviennent trois fois parce qu'il manque \
             un papier, nous sommes quatre et nous avons deux jours.",
        ),
        says_person("sur place"),
        says_person("passer"),
        says_person("passer"),
        says_person("détails de la 1"),
        says_person("c'est utile"),
    ]
}

async fn file(store: &Store, order: Order) -> String {
    let mut text = String::new();
    let write = |piece: &str| {
        text.push_str(piece);
        Ok(())
    };
    export::export(store, &Filter::default(), order, write).await.unwrap();
    text
}

async fn an_export_is_masked_and_whole(house: House) {
    let store = house.open().await;
    let number = hold(&store, "a", &a_whole_conversation()).await;
    hold(&store, "b", &[says_person("=HYPERLINK(\"http://x\")")]).await;
    let order = Order { rows: Rows::Turns, format: Format::JsonLines, unmasked: false };
    let lines = file(&store, order).await;
    assert_eq!(lines.lines().count(), 7);
    assert!(!lines.contains("Sophie") && !lines.contains("12 34") && lines.contains("[nom 1]"));
    let first: serde_json::Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
    assert_eq!(first["script"], "coach 1");
    let unmasked = file(&store, Order { unmasked: true, ..order }).await;
    assert!(unmasked.contains("Sophie Martin"));
    let table = file(&store, Order { rows: Rows::Conversations, format: Format::Csv, unmasked: false }).await;
    assert!(table.starts_with("\u{feff}number;platform;"), "{table}");
    assert!(table.contains("advised") && table.contains("\"'=HYPERLINK"), "{table}");
    let reading = store.reading(number).await.unwrap().unwrap();
    let page = export::printable(&reading, Some(&Masker::new(&texts_of(&reading))));
    assert!(page.contains("lang=\"fr\"") && page.contains("[téléphone 1]") && !page.contains("Sophie"));
}

async fn a_conversation_becomes_a_golden_dialogue_that_takes_the_same_path(house: House) {
    let store = house.open().await;
    let mut inputs = a_whole_conversation();
    inputs[0] = says_person(
        "Au guichet les usagers reviennent trois fois parce qu'il manque un papier, nous sommes quatre et nous avons deux \
         jours.",
    );
    let number = hold(&store, "a", &inputs).await;
    let reading = store.reading(number).await.unwrap().unwrap();
    let golden = golden::from_reading(shipped(), "Guichet : un papier manque", &reading).unwrap();
    assert_eq!(golden.differences, [""; 0]);
    assert_eq!(golden.file_name, "guichet-un-papier-manque.txt");
    assert!(golden.text.starts_with("# Guichet : un papier manque\n\n> Au guichet"), "{}", golden.text);
    assert_eq!(golden::play(shipped(), &golden.text).unwrap().text, golden.text, "it is a golden dialogue");

    // With a name and a number, other ones: what they change is told, and they are gone.
    let number = hold(&store, "named", &a_whole_conversation()).await;
    let named =
        golden::from_reading(shipped(), "Sophie Martin", &store.reading(number).await.unwrap().unwrap()).unwrap();
    assert!(!named.text.contains("Sophie") && !named.text.contains("12 34"), "{}", named.text);
    assert!(!named.file_name.contains("sophie") && named.text.contains("\n> Je m'appelle "), "{}", named.file_name);

    // A choice that was pressed becomes the number that was shown; what now goes another way is told.
    let state = store.state(&reading.overview.conversation).await.unwrap().unwrap();
    inputs.push(Input::Chose { choice: state.offered[0].id.clone() });
    let number = hold(&store, "b", &inputs).await;
    let mut reading = store.reading(number).await.unwrap().unwrap();
    reading.exchanges[0].trace.as_mut().unwrap().to = "ailleurs".to_owned();
    let golden = golden::from_reading(shipped(), "", &reading).unwrap();
    assert_eq!(golden.file_name, "conversation.txt");
    assert!(golden.text.contains("\n> 1\n"), "{}", golden.text);
    assert!(golden.differences[0].contains("« ailleurs »"), "{:?}", golden.differences);
    for exchange in &mut reading.exchanges {
        exchange.input = None;
    }
    assert!(golden::from_reading(shipped(), "x", &reading).is_err());
}

async fn judgements_become_graded_requests(house: House) {
    let store = house.open().await;
    let number = hold(&store, "a", &a_whole_conversation()).await;
    let reading = store.reading(number).await.unwrap().unwrap();
    let advised = reading
        .exchanges
        .iter()
        .find(|exchange| exchange.trace.as_ref().is_some_and(|trace| !trace.ranking.is_empty()));
    let advised = advised.unwrap();
    let ranking = &advised.trace.as_ref().unwrap().ranking;
    for (place, verdict) in [Verdict::Good, Verdict::Acceptable, Verdict::Wrong].into_iter().enumerate() {
        store.judge(number, advised.turn, &ranking[place].method, Some(verdict), "claire", now()).await.unwrap();
    }
    store.judge(number, advised.turn, &"persona".into(), Some(Verdict::Missing), "paul", now()).await.unwrap();
    store.judge(number, advised.turn, &ranking[0].method, Some(Verdict::Acceptable), "paul", now()).await.unwrap();
    let requests = graded::requests(&store, &shipped().script).await.unwrap();
    let [request] = requests.as_slice() else { panic!("one request: {requests:?}") };
    assert!(request.text.starts_with("Je m'appelle [nom 1] ([téléphone 1]). Au guichet"), "{}", request.text);
    assert_eq!(request.relevant[&ranking[0].method], 2, "good and acceptable");
    assert_eq!(request.relevant[&ranking[1].method], 1);
    assert!(!request.relevant.contains_key(&ranking[2].method));
    assert_eq!(request.relevant[&"persona".into()], 3);
    // As a file, it is what `declic eval` reads.
    let (read, bad) = eval::parse(&(serde_json::to_string(request).unwrap() + "\n"));
    assert!(bad.is_empty() && read == requests);
    assert_eq!(eval::evaluate(&shipped().library, &read, means_in).overall.requests, 1);
}

fn span() -> Span {
    Span { first: day(now()) - 10, last: day(now()) + 10, platform: None }
}

async fn the_dashboard_counts_and_hides_small_groups(house: House) {
    let store = house.open().await;
    for number in 0..6 {
        hold(&store, &format!("r{number}"), &a_whole_conversation()).await;
    }
    for number in 0..3 {
        hold(&store, &format!("s{number}"), &[says_person("Le chauffage du bâtiment B est en panne")]).await;
    }
    let page = stats::dashboard(&store, shipped(), span()).await.unwrap();
    assert_eq!(page.conversations, Shown::Count(9));
    assert_eq!(page.satisfied, Some(1.0));
    assert_eq!(
        page.nothing_found,
        Shown::of(store.count(&Filter { nothing_found: true, ..Filter::default() }, 99).await.unwrap() as i64)
    );
    let methods = page.methods.html();
    assert!(methods.contains("<td>6</td>"), "{methods}");
    let funnel = page.funnel.table.html();
    assert!(funnel.contains("projet") && funnel.contains("moins de 5"), "{funnel}");
    for chart in [&page.activity, &page.funnel, &page.satisfaction, &page.waits, &page.questions] {
        assert!(chart.svg.contains("role=\"img\"") && !chart.table.rows.is_empty(), "{chart:?}");
    }
    let alone = Span { platform: Some(PlatformKind::Discord), ..span() };
    let empty = stats::dashboard(&store, shipped(), alone).await.unwrap();
    assert_eq!((empty.conversations, empty.satisfied), (Shown::Count(0), None));
}

async fn statistics_survive_erasure(house: House) {
    let store = house.open().await;
    for number in 0..5 {
        hold(&store, &format!("r{number}"), &a_whole_conversation()).await;
    }
    let before = store.totals(span()).await.unwrap();
    for number in 0..5 {
        store.forget(&ConversationId::new(PlatformKind::Web, &format!("r{number}"))).await.unwrap();
    }
    assert_eq!(store.totals(span()).await.unwrap(), before);
    assert_eq!(store.count(&Filter::default(), 9).await.unwrap(), 0);
    for name in ["mark", "word", "misspelling", "overview", "opinion"] {
        let raw = sqlx::AnyPool::connect(&house.escaped()).await.unwrap();
        let statement = sqlx::AssertSqlSafe(format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {name}"));
        let (left,): (i64,) = sqlx::query_as(statement).fetch_one(&raw).await.unwrap();
        assert_eq!(left, 0, "{name}");
    }
}

async fn the_register_keeps_what_was_asked_until_it_is_done(house: House) {
    let store = house.open().await;
    let number = hold(&store, "a", &[says_person("bonjour")]).await;
    let erasure = store.ask_right(Right::Erasure, Some(number), " par courrier ", "claire", now()).await.unwrap();
    store
        .ask_right(Right::Access, None, "à rappeler", "claire", now() - std::time::Duration::from_secs(60))
        .await
        .unwrap();
    let open = store.rights().await.unwrap();
    assert_eq!((open[0].right, open[1].number, open[1].note.as_str()), (Right::Access, Some(number), "par courrier"));
    assert_eq!(open[1].due_at, now() + std::time::Duration::from_secs(30 * 24 * 3600));
    let overview = store.overview(number).await.unwrap().unwrap();
    store.forget(&overview.conversation).await.unwrap();
    assert!(store.close_right(erasure, "effacée", "paul", after(60)).await.unwrap());
    assert!(!store.close_right(erasure, "encore", "paul", after(60)).await.unwrap());
    let done = store.rights().await.unwrap().pop().unwrap();
    assert_eq!(
        (done.done_by.as_str(), done.outcome.as_str(), done.note.as_str(), done.number),
        ("paul", "effacée", "", None)
    );
}

async fn the_purge_says_what_it_will_do_and_did(house: House) {
    let store = house.open().await;
    exchange(&store, said("old", "1", "bonjour"), says(&["oui"])).await;
    let rules = [
        Keeping { platform: PlatformKind::Matrix, days: 30, statistics_only: false },
        Keeping { platform: PlatformKind::Web, days: 0, statistics_only: false },
    ];
    let clock = Clock::stopped_at(after(31 * 24 * 3600));
    let (next, forecast) = purge::forecast(&store, &clock, &rules).await.unwrap();
    assert_eq!((next, forecast[0].conversations, forecast[1].conversations), (None, 1, 0));
    assert_eq!(store.count(&Filter::default(), 9).await.unwrap(), 1, "nothing is erased by asking");
    purge::purge(&store, &clock, &rules).await.unwrap();
    let (next, forecast) = purge::forecast(&store, &clock, &rules).await.unwrap();
    assert_eq!((next, forecast[0].conversations), (Some(clock.now() + std::time::Duration::from_secs(600)), 0));
    let runs = store.purge_runs(10).await.unwrap();
    assert_eq!((runs.len(), runs[0].conversations, runs[0].days), (1, 1, 30));
}

fn said_in(turn: &Turn) -> impl Iterator<Item = &str> {
    let replies =
        turn.effects.iter().filter_map(|effect| if let Effect::Say(reply) = effect { Some(reply) } else { None });
    replies.flat_map(|reply| &reply.blocks).filter_map(|block| match block {
        Block::Text { markup } => Some(markup.0.as_str()),
        Block::Method { .. } => None,
    })
}

#[test]
fn each_platform_keeps_words_for_a_time_of_its_own_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("declic.toml");
    let matrix =
        "[matrix]\nhomeserver = \"https://exemple.fr\"\nuser = \"coach\"\npassword = \"x\"\nretention_days = 365\n";
    std::fs::write(&file, format!("{matrix}[web]\nretention_days = 30\n[discord]\ntoken = \"x\"\n")).unwrap();
    let settings = config::read(Some(&file), &Overrides::default()).unwrap();
    let kept = [(PlatformKind::Matrix, 365), (PlatformKind::Web, 30), (PlatformKind::Discord, 90)];
    let rules = keeping(&settings);
    for (platform, days) in kept {
        assert!(rules.iter().any(|rule| rule.platform == platform && rule.days == days), "{rules:?}");
        let content = shipped().within(dialogue::House::on(platform, &settings));
        let opening = EventId("opening".to_owned());
        let turn = dialogue::step(&content, State::default(), &opening, Input::Joined, now());
        let promised = format!("gardés {days} jours");
        assert!(said_in(&turn).any(|text| text.contains(&promised)), "{platform:?}: no « {promised} »");
    }
}

async fn what_was_not_answered_is_grouped_and_can_be_ignored(house: House) {
    let store = house.open().await;
    for (name, text) in [("a", "le menu de la cantine"), ("b", "une cantine trop chère"), ("c", "le parking")] {
        exchange(&store, said(name, "1", text), turn(vec![Effect::Flag(Concern::NothingFits)])).await;
    }
    let requests = store.unanswered(10).await.unwrap();
    assert_eq!(requests.len(), 3);
    let key = themes::request_key("Le parking !");
    store.ignore(&key, true, "claire", now()).await.unwrap();
    let ignored = store.ignored().await.unwrap();
    let left: Vec<_> = requests.into_iter().filter(|(_, text)| !ignored.contains(&themes::request_key(text))).collect();
    let themes = themes::themes(left);
    assert_eq!((themes.len(), themes[0].word.as_str(), themes[0].requests.len()), (1, "cantine", 2));
    store.ignore(&key, false, "claire", now()).await.unwrap();
    assert!(store.ignored().await.unwrap().is_empty());
}

async fn a_demonstration_refuses_real_conversations(house: House) {
    let store = house.open().await;
    let end: Timestamp = "2026-11-23T14:05:00Z".parse().unwrap();
    let turns = demo::fill(&store, shipped(), 12, end).await.unwrap();
    assert!(turns >= 24, "{turns} turns");
    assert_eq!(store.count(&Filter::default(), 99).await.unwrap(), 12);
    assert!(store.claim(ALL, end).await.unwrap().is_none(), "nothing waits to be sent");
    assert!(!store.all_judgements().await.unwrap().is_empty());
    exchange(&store, said("réel", "1", "bonjour"), says(&["oui"])).await;
    let refused = demo::fill(&store, shipped(), 12, end).await.unwrap_err();
    assert!(refused.to_string().contains("real conversations"), "{refused}");
    assert!(store.number_of(&room("réel")).await.unwrap().is_some());
}

/// The words of an erased conversation are gone from the index too, down to the bytes of the files.
#[tokio::test]
async fn erased_words_leave_the_index() {
    let house = House::file();
    let store = house.open().await;
    for number in 0..200 {
        let text = format!("un canaribleu{} et un guichet partagé", number % 9);
        exchange(&store, said(&(number % 9).to_string(), &number.to_string(), &text), says(&["oui"])).await;
    }
    store.add_note(store.number_of(&room("0")).await.unwrap().unwrap(), 0, "canaribleu0 !", "c", now()).await.unwrap();
    assert!(house.holds("canaribleu0"));
    store.forget(&room("0")).await.unwrap();
    assert!(!house.holds("canaribleu0") && house.holds("canaribleu1"));
    purge::purge(
        &store,
        &Clock::stopped_at(after(9 * 24 * 3600)),
        &[Keeping { platform: PlatformKind::Matrix, days: 1, statistics_only: false }],
    )
    .await
    .unwrap();
    assert!(!house.holds("canaribleu") && !house.holds("guichet"));
}

/// Applied by git itself, the proposals leave a base that can be served.
#[test]
fn patches_apply_and_the_base_still_stands() {
    let files = content::knowledge_files(&Sources::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for file in &files {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    let request = "Madame Durand demande\nun portrait de nos lecteurs du bibliobus";
    let patches = [
        patch::need(&files, &"persona".into(), request).unwrap(),
        patch::synonym(&files, "bibliobus", "usager").unwrap(),
        patch::sheet(&files, "tournee-bibliobus", "La tournée : « un essai »", request).unwrap(),
    ];
    for patch in &patches {
        assert!(!patch.text.contains("Durand"), "{}", patch.text);
        std::fs::write(folder.path().join(&patch.file_name), &patch.text).unwrap();
        git(&["apply", "--check", &patch.file_name]);
        git(&["apply", &patch.file_name]);
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join("knowledge").join(name)).unwrap();
    assert!(
        read("methods/persona.needs.txt")
            .ends_with("Madame [nom 1] demande un portrait de nos lecteurs du bibliobus\n")
    );
    assert!(read("families.yaml").contains(", bibliobus]"));
    assert!(read("methods/tournee-bibliobus.md").contains("name: \"La tournée : « un essai »\""));
    let mut changed = files.clone();
    for file in &mut changed {
        file.text = std::fs::read_to_string(folder.path().join(&file.path)).unwrap();
    }
    assert!(Library::build(&changed).0.is_some(), "the base with the need and the synonym");

    assert!(patch::need(&changed, &"persona".into(), request).unwrap_err().contains("déjà"));
    assert!(patch::need(&files, &"rien".into(), "x").is_err());
    assert!(patch::synonym(&changed, "bibliobus", "usager").unwrap_err().contains("déjà"));
    assert!(patch::synonym(&files, "<x>", "usager").is_err());
    assert!(patch::sheet(&files, "persona", "x", "y").is_err() && patch::sheet(&files, "../x", "x", "y").is_err());
    let new = patch::synonym(&files, "zorglub", "zorglubien").unwrap();
    assert!(new.text.contains("+  - [zorglubien, zorglub]"), "{}", new.text);
}
