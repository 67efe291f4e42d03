//! Ways in, threads, permissions, languages, buttons of another time, the words of operators.

use declic::message::{ConversationId, PlatformKind};
use declic::store::Store;
use serde_json::json;

use super::bot::{Bot, buttons, thread_in, until, words};
use super::double::{CAMILLE, CHANNEL, DM, GUILD, SACHA, number};

#[tokio::test(flavor = "multi_thread")]
async fn discord_commands_are_registered_once_and_answer() {
    let mut bot = Bot::start().await;
    let world = bot.double.clone();
    assert_eq!(world.world().registrations, 1);
    let names: Vec<String> = {
        let world = world.world();
        world.commands.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names, ["coach", "methode", "glossaire", "aide", "mes-donnees", "effacer"]);

    let typed = bot.double.completes(CHANNEL, CAMILLE, "fr", "methode", "perso");
    bot.acknowledged(typed).await;
    let choices = bot.double.world().interactions[&typed].answer.clone().unwrap()["choices"].clone();
    assert_eq!(choices[0]["value"], "persona", "{choices}");

    let method = bot.double.commands(CHANNEL, CAMILLE, "fr", "methode", Some("persona"));
    assert!(words(&bot.answered(method).await).contains("Persona"));
    let english = bot.double.commands(CHANNEL, SACHA, "en-US", "aide", None);
    assert!(words(&bot.answered(english).await).contains("I am"), "{}", words(&bot.answered(english).await));
    let term = bot.double.commands(CHANNEL, CAMILLE, "fr", "glossaire", Some("persona"));
    assert!(words(&bot.answered(term).await).to_lowercase().contains("persona"));
    let data = bot.double.commands(CHANNEL, CAMILLE, "fr", "mes-donnees", None);
    bot.answered(data).await;
    let erase = bot.double.commands(CHANNEL, CAMILLE, "fr", "effacer", None);
    let confirm = bot.answered(erase).await;
    let (_, yes) = buttons(&confirm).into_iter().find(|(_, id)| id.ends_with("act:yes")).unwrap();
    let mut aside = confirm.clone();
    aside["flags"] = json!(64);
    let erased = bot.double.presses(CHANNEL, CAMILLE, "fr", &aside, &yes);
    bot.answered(erased).await;

    bot.kill();
    bot.wake().await;
    assert_eq!(bot.double.world().registrations, 1, "the same commands are not registered again");
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_gives_listed_coaches_a_link_into_the_console_and_nobody_else() {
    let bot = Bot::with(&[
        ("DECLIC__WEB__ENABLED", "true"),
        ("DECLIC__WEB__LISTEN", "127.0.0.1:0"),
        ("DECLIC__CONSOLE__ENABLED", "true"),
        ("DECLIC__CONSOLE__COACHES", &format!("Camille <discord:{CAMILLE}>")),
    ])
    .await;
    let names = bot.double.world().commands.clone();
    assert!(names.as_array().unwrap().iter().any(|one| one["name"] == "console"));
    let answer = |asked: u64| bot.double.world().interactions[&asked].original.clone();
    let answered = |asked: u64| until("an answer", move || answer(asked).is_some());

    let asked = bot.double.commands(CHANNEL, CAMILLE, "fr", "console", None);
    answered(asked).await;
    let given = answer(asked).unwrap();
    assert!(given["content"].as_str().unwrap().contains("/console/lien/"), "{given}");
    assert_eq!(given["flags"], 64, "nobody else sees it");
    let stranger = bot.double.commands(CHANNEL, SACHA, "en-US", "console", None);
    answered(stranger).await;
    let refused = answer(stranger).unwrap();
    assert!(refused["content"].as_str().unwrap().contains("listed coaches only"), "{refused}");
    assert!(bot.double.heard(CHANNEL).is_empty(), "nothing is said in the channel");
    let store = Store::open(&bot.database()).await.unwrap();
    assert!(store.conversations().await.unwrap().is_empty(), "it is no conversation");
    let log = std::fs::read_to_string(bot.log()).unwrap();
    assert!(!log.contains("/lien/"), "a link is not logged");
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_a_mention_opens_a_thread_where_several_can_answer() {
    let bot = Bot::with(&[("place", "public-thread")]).await;
    let asked = bot.double.says(CHANNEL, CAMILLE, "<@1000> je veux comprendre les usagers de l'accueil");
    bot.next(asked, 0).await;
    bot.double.says(asked, SACHA, "<@1000> une journée");
    bot.next(asked, 1).await;
    bot.double.says(asked, SACHA, "nous parlons entre nous");
    bot.double.says(asked, CAMILLE, "<@1000> proposer");
    let before = bot.double.heard(asked).len();
    until("an answer", || bot.double.heard(asked).len() >= before).await;
    let store = Store::open(&bot.database()).await.unwrap();
    let id = ConversationId::new(PlatformKind::Discord, &asked.to_string());
    assert!(store.state(&id).await.unwrap().is_some(), "one state for the thread");
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_free_text_is_read_in_its_threads_when_allowed() {
    let bot = Bot::with(&[("place", "public-thread"), ("free_text", "true")]).await;
    bot.double.says(CHANNEL, CAMILLE, "personne ne parle au coach ici");
    let asked = bot.double.says(CHANNEL, CAMILLE, "<@1000> je veux trouver des idées avec mon équipe");
    bot.next(asked, 0).await;
    let before = bot.double.heard(asked).len();
    bot.double.says(asked, SACHA, "une journée");
    bot.next(asked, before).await;
    assert!(bot.double.heard(CHANNEL).is_empty());
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_says_which_switch_is_missing() {
    let mut bot = Bot::asleep(&[("free_text", "true")]).await;
    bot.double.world().accidents.refuse_content = true;
    bot.spawn();
    for _ in 0..600 {
        if bot.ended() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(bot.ended());
    let log = std::fs::read_to_string(bot.log()).unwrap();
    assert!(log.contains("Message Content"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_missing_permissions_are_named() {
    let bot = Bot::start().await;
    bot.double.world().accidents.permissions = Some("3072");
    let asked = bot.double.commands(CHANNEL, CAMILLE, "fr", "coach", Some("un projet"));
    assert_eq!(bot.acknowledged(asked).await, 4);
    let answer = bot.double.world().interactions[&asked].answer.clone().unwrap();
    assert!(answer["content"].as_str().unwrap().contains("« Créer des fils privés »"), "{answer}");
    assert!(thread_in(&bot.double, CHANNEL).is_none());
    let doctor = bot.command(&["doctor", "--guild", &GUILD.to_string()]).output().unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(!doctor.status.success() && said.contains("« Intégrer des liens »"), "{said}");
    bot.double.world().accidents.permissions = None;
    let doctor = bot.command(&["doctor", "--guild", &GUILD.to_string()]).output().unwrap();
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_old_buttons_work_or_explain_themselves() {
    let bot = Bot::start().await;
    bot.double.says(DM, CAMILLE, "je veux comprendre les besoins des usagers en une journée");
    bot.next(DM, 0).await;
    let before = bot.double.heard(DM).len();
    bot.double.says(DM, CAMILLE, "proposer");
    let advice = bot.next(DM, before).await;
    let before = bot.double.heard(DM).len();
    bot.double.says(DM, CAMILLE, "autres");
    bot.next(DM, before).await;

    // Of the reply before: it still says what it means.
    let before = bot.double.heard(DM).len();
    let (_, others) = buttons(&advice).into_iter().find(|(_, id)| id.contains("act:others")).expect("others");
    let pressed = bot.double.presses(DM, CAMILLE, "fr", &advice, &others);
    assert_eq!(bot.acknowledged(pressed).await, 6);
    bot.next(DM, before).await;

    // A « yes » to a question that has passed.
    let past = bot.double.presses(DM, CAMILLE, "fr", &advice, "1.xxxxxxxx.act:yes");
    let double = bot.double.clone();
    until("the explanation", || !double.world().interactions[&past].follow_ups.is_empty()).await;
    let said = bot.double.world().interactions[&past].follow_ups[0].clone();
    assert!(said["content"].as_str().unwrap().contains("déjà passée"), "{said}");

    // Of another version, to be told at once.
    let unknown = bot.double.presses(DM, CAMILLE, "en-GB", &advice, "7:something:else");
    assert_eq!(bot.acknowledged(unknown).await, 4);
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_edits_and_deletions_correct_an_answer() {
    let bot = Bot::start().await;
    let project = bot.double.says(DM, CAMILLE, "je veux comprendre les besoins des usagers");
    bot.next(DM, 0).await;
    let before = bot.double.heard(DM).len();
    bot.double.edits(DM, project, "je veux trouver des idées nouvelles avec mon équipe");
    bot.next(DM, before).await;
    let before = bot.double.heard(DM).len();
    bot.double.deletes(DM, project);
    bot.next(DM, before).await;
    // Not ours: nothing is said.
    let before = bot.double.heard(DM).len();
    bot.double.deletes(DM, 12345);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(bot.double.heard(DM).len(), before);
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_the_notice_says_where_words_go_and_mentions_are_harmless() {
    let bot = Bot::start().await;
    bot.double.says(DM, CAMILLE, "je veux aider @everyone et <@2001> à comprendre *les* usagers");
    let first = bot.next(DM, 0).await;
    let all: String = bot.double.heard(DM).iter().map(words).collect();
    assert!(all.contains("Union européenne"), "{all}");
    assert!(!all.contains("<@2001>"), "{first}");
    let before = bot.double.heard(DM).len();
    bot.double.says(DM, CAMILLE, "proposer");
    bot.next(DM, before).await;
    let again: String = bot.double.heard(DM)[before..].iter().map(words).collect();
    assert!(!again.contains("Union européenne"), "said once");
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_what_is_gone_is_erased() {
    let bot = Bot::with(&[("place", "public-thread")]).await;
    let asked = bot.double.says(CHANNEL, CAMILLE, "<@1000> je veux comprendre les habitants");
    bot.next(asked, 0).await;
    let store = Store::open(&bot.database()).await.unwrap();
    let id = ConversationId::new(PlatformKind::Discord, &asked.to_string());
    assert!(!store.transcript(&id).await.unwrap().is_empty());
    bot.double.emit("GUILD_DELETE", json!({ "id": GUILD.to_string() }));
    for _ in 0..300 {
        if store.transcript(&id).await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(store.transcript(&id).await.unwrap().is_empty());
    assert_eq!(number(&json!(asked.to_string())), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_a_mention_where_only_one_may_read_names_the_command() {
    let bot = Bot::with(&[("place", "ephemeral")]).await;
    bot.double.says(CHANNEL, CAMILLE, "<@1000> bonjour");
    let said = bot.next(CHANNEL, 0).await;
    assert!(said["content"].as_str().unwrap().contains("/coach"), "{said}");
    bot.double.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_a_range_of_shards_has_an_open_end() {
    let bot = Bot::with(&[("shards", "0..2/3"), ("place", "ephemeral")]).await;
    let double = bot.double.clone();
    until("two shards", || double.connections() == 2).await;
    tokio::time::sleep(std::time::Duration::from_secs(7)).await;
    assert_eq!((bot.double.connections(), bot.double.world().identifies), (2, 2), "0 and 1, not 2");
    // The server of the tests belongs to shard 0, direct messages too.
    bot.double.says(DM, CAMILLE, "aide");
    let asked = bot.double.commands(CHANNEL, CAMILLE, "fr", "aide", None);
    bot.answered(asked).await;
    bot.next(DM, 0).await;
    assert_eq!(bot.double.heard(DM).iter().filter(|one| !buttons(one).is_empty()).count(), 1);
    bot.double.assert_no_violations();
}
