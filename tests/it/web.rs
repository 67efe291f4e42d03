//! The page and the JSON interface, over HTTP, with the real store and the real loop. The engine is a small one of this
//! file, so that each test says what it answers; the whole coach is talked to in `tests/browser`.

use std::time::Duration;

use declic::clock::{Clock, Timestamp};
use declic::config::{CoachSettings, WebSettings};
use declic::dialogue::turn::{
    Block, Card, CardLink, Choice, ChoiceId, Effect, Fact, Input, Markup, Reply, Trace, Turn,
};
use declic::inbox::{Bells, Inbox};
use declic::knowledge::Language;
use declic::message::PlatformKind;
use declic::platform::health::{Health, Standing};
use declic::platform::web::{self, WebState};
use declic::store::{Pending, Store};
use declic::turns::Turns;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::shared;

/// Says back what it hears; `efface` erases, `fiche` shows a card, `english` answers in English.
fn echo(pending: &Pending, _now: Timestamp) -> Turn {
    let mut effects = Vec::new();
    let reply = match &pending.input {
        Input::Joined => greeting(),
        Input::Said { text } if text == "efface" => {
            effects.push(Effect::Forget);
            said("C’est effacé.")
        }
        Input::Said { text } if text == "fiche" => Reply { blocks: vec![Block::Method { card: card() }], ..said("") },
        Input::Said { text } if text == "english" => Reply { language: Language::English, ..said("Hello.") },
        Input::Said { text } => said(&format!("Entendu : {}", Markup::escape(text))),
        Input::Chose { choice } => said(&format!("Choisi : {choice}")),
        _ => said("Autre chose."),
    };
    effects.push(Effect::Say(reply));
    Turn { state: pending.state.clone(), effects, trace: Trace::default() }
}

fn said(text: &str) -> Reply {
    let choices = vec![
        Choice { id: ChoiceId("goal:understand".to_owned()), label: "Comprendre".to_owned() },
        Choice { id: ChoiceId("goal:ideate".to_owned()), label: "Trouver des <idées>".to_owned() },
    ];
    Reply { blocks: vec![Block::Text { markup: Markup(text.to_owned()) }], choices, ..Reply::default() }
}

fn greeting() -> Reply {
    said("**Bonjour** de la part du robot.")
}

fn card() -> Card {
    let link = |url: &str| CardLink { title: "Le guide".to_owned(), url: url.to_owned() };
    Card {
        method: "persona".into(),
        title: "Persona".to_owned(),
        summary: "Donner un visage.".to_owned(),
        facts: vec![Fact { label: "Durée".to_owned(), text: "trois heures".to_owned() }],
        links: vec![link("https://example.org/persona"), link("javascript:alert(1)")],
    }
}

/// A whole service on a port of its own.
struct Service {
    address: String,
    client: Client,
    store: Store,
    health: Health,
    clock: Clock,
    stop: CancellationToken,
    server: JoinHandle<anyhow::Result<()>>,
    _folder: tempfile::TempDir,
}

impl Service {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut WebSettings)) -> Self {
        let (service, bells) = Self::silent(change).await;
        let turns = Turns {
            store: service.store.clone(),
            clock: service.clock.clone(),
            bells,
            platforms: vec![PlatformKind::Web],
            step: echo,
            apology: |_: Language| said("Pardon."),
        };
        let stop = service.stop.clone();
        tokio::spawn(async move { turns.run(&stop).await });
        service
    }

    /// Nobody answers the inbox.
    async fn silent(change: impl FnOnce(&mut WebSettings)) -> (Self, Bells) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = WebSettings {
            listen: listener.local_addr().unwrap(),
            chat: true,
            public_url: None,
            behind_proxy: false,
            messages_per_minute: 100,
            retention_days: 90,
        };
        change(&mut settings);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}/web.db", folder.path().display())).await.unwrap();
        let bells = Bells::default();
        let clock = Clock::stopped_at("2026-01-05T09:00:00Z".parse().unwrap());
        let health = Health::expecting([PlatformKind::Matrix]);
        let state = WebState {
            coach: CoachSettings { contact: Some("labo@example.org".to_owned()), retention_days: 90 },
            content: shared().clone(),
            greeting: vec![greeting()],
            store: store.clone(),
            inbox: Inbox::new(store.clone(), clock.clone(), bells.clone()),
            bells: bells.clone(),
            health: health.clone(),
            settings: settings.clone(),
            console: None,
        };
        let stop = CancellationToken::new();
        let server = tokio::spawn(web::serve(listener, state, stop.clone()));
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let address = format!("http://{}", settings.listen);
        (Self { address, client, store, health, clock, stop, server, _folder: folder }, bells)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    /// Posts the form of the page.
    fn form(&self, path: &str, cookie: &str, fields: &str) -> RequestBuilder {
        let form = self.post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(fields.to_owned());
        if cookie.is_empty() { form } else { form.header(COOKIE, cookie) }
    }

    async fn open(&self) -> String {
        let body = json_of(self.post("/api/conversations").send().await.unwrap(), StatusCode::CREATED).await;
        body["id"].as_str().unwrap().to_owned()
    }

    async fn say(&self, id: &str, message: Value) -> Response {
        self.post(&format!("/api/conversations/{id}/messages"))
            .header(CONTENT_TYPE, "application/json")
            .body(message.to_string())
            .send()
            .await
            .unwrap()
    }

    async fn page(&self, path: &str, cookie: &str) -> String {
        let response = self.get(path).header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    async fn conversations(&self) -> usize {
        self.store.conversations().await.unwrap().len()
    }
}

async fn json_of(response: Response, status: StatusCode) -> Value {
    let got = response.status();
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(got, status, "{body}");
    body
}

async fn refused(response: Response, status: StatusCode, code: &str) {
    let body = json_of(response, status).await;
    assert_eq!(body["error"]["code"], code);
    assert!(body["error"]["message"].as_str().unwrap().len() > 20, "{body}");
}

/// `name=value` of the cookie that was set.
fn cookie_of(response: &Response) -> String {
    let line = response.headers()[SET_COOKIE].to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

fn texts(body: &Value) -> Vec<&str> {
    body["replies"].as_array().unwrap().iter().map(|reply| reply["text"].as_str().unwrap()).collect()
}

// ---------------------------------------------------------------------------------------------- The JSON interface.

#[tokio::test]
async fn a_program_opens_a_conversation_and_has_its_answers() {
    let service = Service::start().await;
    let opened = json_of(service.post("/api/conversations").send().await.unwrap(), StatusCode::CREATED).await;
    let id = opened["id"].as_str().unwrap();
    assert!(id.len() >= 22 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{id}");
    let greeting = "Bonjour de la part du robot.\n\n1. Comprendre\n2. Trouver des <idées>";
    assert_eq!(texts(&opened), [greeting]);

    let answer = json_of(service.say(id, json!({"text": "2 jours * 3"})).await, StatusCode::OK).await;
    assert!(texts(&answer)[0].starts_with("Entendu : 2 jours * 3"), "{answer}");
    let chosen = json_of(service.say(id, json!({"choice": "goal:ideate"})).await, StatusCode::OK).await;
    assert!(texts(&chosen)[0].starts_with("Choisi : goal:ideate"), "{chosen}");
    let shown = json_of(service.say(id, json!({"text": "fiche"})).await, StatusCode::OK).await;
    assert_eq!(shown["replies"][0]["methods"], json!(["persona"]));
    assert_eq!(shown["replies"][0]["choices"][1]["number"], 2);

    let exchange =
        json_of(service.get(&format!("/api/conversations/{id}")).send().await.unwrap(), StatusCode::OK).await;
    let authors: Vec<&str> =
        exchange["lines"].as_array().unwrap().iter().map(|line| line["author"].as_str().unwrap()).collect();
    assert_eq!(authors, ["coach", "person", "coach", "person", "coach", "person", "coach"]);
    assert_eq!(exchange["lines"][1]["text"], "2 jours * 3");
}

#[tokio::test]
async fn the_same_event_twice_is_one_turn() {
    let service = Service::start().await;
    let id = service.open().await;
    let message = json!({"text": "bonjour", "event": "abc"});
    let first = json_of(service.say(&id, message.clone()).await, StatusCode::OK).await;
    let again = json_of(service.say(&id, message).await, StatusCode::OK).await;
    assert_eq!(first, again);
    let exchange =
        json_of(service.get(&format!("/api/conversations/{id}")).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(exchange["lines"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn twenty_conversations_at_once_each_have_their_own_answers() {
    let service = std::sync::Arc::new(Service::with(|settings| settings.messages_per_minute = 1000).await);
    let talks = (0..20).map(|number| {
        let service = service.clone();
        tokio::spawn(async move {
            let id = service.open().await;
            for turn in 0..5 {
                let words = format!("mot {number} {turn}");
                let answer = json_of(service.say(&id, json!({"text": words})).await, StatusCode::OK).await;
                assert!(texts(&answer)[0].starts_with(&format!("Entendu : {words}")), "{answer}");
            }
        })
    });
    for talk in talks.collect::<Vec<_>>() {
        talk.await.unwrap();
    }
}

#[tokio::test]
async fn erasing_is_for_real() {
    let service = Service::start().await;
    let id = service.open().await;
    service.say(&id, json!({"text": "un secret"})).await;
    let path = format!("/api/conversations/{id}");
    let erased = service.client.delete(format!("{}{path}", service.address)).send().await.unwrap();
    assert_eq!(erased.status(), StatusCode::NO_CONTENT);
    refused(service.get(&path).send().await.unwrap(), StatusCode::NOT_FOUND, "not-found").await;
    refused(service.say(&id, json!({"text": "encore"})).await, StatusCode::NOT_FOUND, "not-found").await;
}

#[tokio::test]
async fn the_word_that_erases_is_answered_and_its_repeat_too() {
    let service = Service::start().await;
    let id = service.open().await;
    for _ in 0..2 {
        let answer = json_of(service.say(&id, json!({"text": "efface", "event": "e1"})).await, StatusCode::OK).await;
        assert!(texts(&answer)[0].starts_with("C’est effacé."), "{answer}");
    }
    refused(service.say(&id, json!({"text": "encore"})).await, StatusCode::NOT_FOUND, "not-found").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_clearly() {
    let service = Service::start().await;
    let id = service.open().await;
    let path = format!("/api/conversations/{id}/messages");
    let raw = |body: &str| service.post(&path).header(CONTENT_TYPE, "application/json").body(body.to_owned()).send();
    refused(raw("{").await.unwrap(), StatusCode::BAD_REQUEST, "unreadable-body").await;
    refused(raw("[1]").await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY, "wrong-field").await;
    refused(raw(r#"{"text": 5}"#).await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY, "wrong-field").await;
    refused(raw(r#"{}"#).await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY, "wrong-field").await;
    refused(raw(r#"{"text": " \n "}"#).await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY, "empty-text").await;
    let plain = service.post(&path).body(r#"{"text": "x"}"#).send().await.unwrap();
    refused(plain, StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-content-type").await;
    let long = service.say(&id, json!({"text": "a".repeat(20_001)})).await;
    refused(long, StatusCode::PAYLOAD_TOO_LARGE, "text-too-long").await;
    let large = service.say(&id, json!({"text": "a".repeat(70_000)})).await;
    refused(large, StatusCode::PAYLOAD_TOO_LARGE, "body-too-large").await;
    let event = service.say(&id, json!({"text": "x", "event": "e".repeat(201)})).await;
    refused(event, StatusCode::UNPROCESSABLE_ENTITY, "wrong-field").await;
    let most = service.say(&id, json!({"text": "a".repeat(20_000)})).await;
    assert_eq!(most.status(), StatusCode::OK);
}

#[tokio::test]
async fn unknown_addresses_say_nothing() {
    let service = Service::start().await;
    let unknown = "A".repeat(32);
    for id in [unknown.as_str(), "x", "..%2f..%2fetc", "matrix:!a:b"] {
        refused(service.say(id, json!({"text": "x"})).await, StatusCode::NOT_FOUND, "not-found").await;
        refused(
            service.get(&format!("/api/conversations/{id}")).send().await.unwrap(),
            StatusCode::NOT_FOUND,
            "not-found",
        )
        .await;
    }
    refused(service.get("/api/other").send().await.unwrap(), StatusCode::NOT_FOUND, "not-found").await;
    let wrong = service.get("/api/conversations").send().await.unwrap();
    refused(wrong, StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed").await;
    let page = service.get("/nulle-part").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert!(page.text().await.unwrap().contains("<h1>"));
}

#[tokio::test]
async fn one_address_cannot_write_without_end() {
    let service = Service::with(|settings| settings.messages_per_minute = 3).await;
    let id = service.open().await;
    for _ in 0..2 {
        assert_eq!(service.say(&id, json!({"text": "x"})).await.status(), StatusCode::OK);
    }
    let stopped = service.say(&id, json!({"text": "x"})).await;
    assert_eq!(stopped.headers()[RETRY_AFTER], "20");
    refused(stopped, StatusCode::TOO_MANY_REQUESTS, "too-many-messages").await;
    let created = service.post("/api/conversations").send().await.unwrap();
    refused(created, StatusCode::TOO_MANY_REQUESTS, "too-many-messages").await;
    let form = service.form("/messages", "", "text=mon+long+message").send().await.unwrap();
    assert_eq!(form.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(form.text().await.unwrap().contains(">mon long message</textarea>"), "what was typed is lost");
    service.clock.advance(Duration::from_secs(20));
    assert_eq!(service.say(&id, json!({"text": "x"})).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn addresses_behind_a_proxy_are_told_apart() {
    let from = |address: &'static str| move |request: RequestBuilder| request.header("x-forwarded-for", address);
    let service = Service::with(|settings| (settings.messages_per_minute, settings.behind_proxy) = (1, true)).await;
    let create = || service.post("/api/conversations");
    assert_eq!(from("192.0.2.1")(create()).send().await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(from("192.0.2.2")(create()).send().await.unwrap().status(), StatusCode::CREATED);
    let again = from("8.8.8.8, 192.0.2.1")(create()).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_late_answer_is_said_to_be_late_and_is_not_lost() {
    let (service, _) = Service::silent(|_| {}).await;
    let late = service.form("/messages", "", "text=bonjour&event=e1").send().await.unwrap();
    assert_eq!(late.headers()[LOCATION], "/?avis=en-attente#dernier");
    assert!(service.page("/?avis=en-attente", &cookie_of(&late)).await.contains("la réponse tarde"));
    let waiting = service.store.next(&[PlatformKind::Web], service.clock.now()).await.unwrap().unwrap();
    assert_eq!(waiting.input, Input::Joined);
}

// ------------------------------------------------------------------------------------------------------- The pages.

#[tokio::test]
async fn a_newcomer_is_greeted_and_nothing_is_kept() {
    let service = Service::start().await;
    let response = service.get("/").send().await.unwrap();
    assert!(response.headers().get(SET_COOKIE).is_none());
    let page = response.text().await.unwrap();
    assert!(page.contains("<strong>Bonjour</strong> de la part du robot."), "{page}");
    assert!(page.contains("value=\"goal:understand\""));
    assert!(page.contains("Trouver des &#60;idées&#62;"), "{page}");
    assert_eq!(service.conversations().await, 0);
}

#[tokio::test]
async fn a_browser_without_script_talks_by_forms() {
    let service = Service::start().await;
    let first = service.form("/messages", "", "text=on+est+%3Cb%3E4%3C%2Fb%3E&event=e1").send().await.unwrap();
    assert_eq!(first.status(), StatusCode::SEE_OTHER);
    assert_eq!(first.headers()[LOCATION], "/#dernier");
    let line = first.headers()[SET_COOKIE].to_str().unwrap();
    assert!(line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && line.contains("; Path=/"), "{line}");
    let cookie = cookie_of(&first);

    let page = service.page("/", &cookie).await;
    assert!(page.contains("on est &#60;b&#62;4&#60;/b&#62;"), "{page}");
    assert!(page.contains("Entendu\u{a0}: on est &lt;b&gt;4&lt;/b&gt;"), "{page}");
    assert_eq!(page.matches("id=\"dernier\"").count(), 1);
    assert_eq!(page.matches("class=\"choices\"").count(), 1, "only the last choices can be pressed");

    let chosen = service.form("/messages", &cookie, "choice=goal%3Aideate&event=e2").send().await.unwrap();
    assert_eq!(chosen.status(), StatusCode::SEE_OTHER);
    let page = service.page("/", &cookie).await;
    assert!(page.contains("<p class=\"bubble words\">Trouver des &#60;idées&#62;</p>"), "{page}");
    assert_eq!(service.conversations().await, 1);
}

#[tokio::test]
async fn a_form_posted_twice_is_one_message() {
    let service = Service::start().await;
    let cookie = cookie_of(&service.form("/messages", "", "text=un&event=e1").send().await.unwrap());
    for _ in 0..2 {
        service.form("/messages", &cookie, "text=deux&event=e2").send().await.unwrap();
    }
    assert_eq!(service.page("/", &cookie).await.matches(">deux</p>").count(), 1);
}

#[tokio::test]
async fn an_old_page_that_names_other_words_alike_loses_none() {
    let service = Service::start().await;
    let cookie = cookie_of(&service.form("/messages", "", "text=un&event=e1").send().await.unwrap());
    service.form("/messages", &cookie, "text=deux&event=e1").send().await.unwrap();
    let page = service.page("/", &cookie).await;
    assert!(page.contains(">un</p>") && page.contains(">deux</p>"), "{page}");
}

#[tokio::test]
async fn the_script_has_the_new_replies_alone() {
    let service = Service::start().await;
    let form = service.form("/messages", "", "text=english&event=e1").header("x-declic-script", "1");
    let response = form.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let part = response.text().await.unwrap();
    assert!(part.trim_start().starts_with("<article class=\"line coach\" lang=\"en\">"), "{part}");
    assert!(!part.contains("<html"));
    let empty = service.form("/messages", "", "text=+").header("x-declic-script", "1").send().await.unwrap();
    refused(empty, StatusCode::UNPROCESSABLE_ENTITY, "empty-text").await;
}

#[tokio::test]
async fn cards_are_drawn_with_links_to_the_web_only() {
    let service = Service::start().await;
    let cookie = cookie_of(&service.form("/messages", "", "text=fiche").send().await.unwrap());
    let page = service.page("/", &cookie).await;
    assert!(
        page.contains("<h3><a href=\"/methodes/persona\">Persona</a></h3>") && page.contains("<dt>Durée</dt>"),
        "{page}"
    );
    assert!(page.contains("<a href=\"https://example.org/persona\" rel=\"noopener\">Le guide</a>"), "{page}");
    assert!(!page.contains("javascript:"));
}

#[tokio::test]
async fn a_conversation_is_downloaded_renewed_and_erased() {
    let service = Service::start().await;
    let cookie = cookie_of(&service.form("/messages", "", "text=bonjour").send().await.unwrap());
    let text = service.page("/mes-echanges.txt", &cookie).await;
    assert!(text.contains("Vous\u{a0}:\nbonjour\n") && text.contains("1. Comprendre"), "{text}");
    let json: Value = serde_json::from_str(&service.page("/mes-echanges.json", &cookie).await).unwrap();
    assert_eq!(json["lines"][1]["text"], "bonjour");

    let renewed = service.form("/nouvelle-conversation", &cookie, "").send().await.unwrap();
    assert!(renewed.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert!(service.page("/", &cookie).await.contains(">bonjour</p>"), "kept until it is erased");

    let erased = service.form("/effacer", &cookie, "").send().await.unwrap();
    assert_eq!(erased.headers()[LOCATION], "/?avis=effacee");
    assert!(!service.page("/", &cookie).await.contains(">bonjour</p>"));
    let gone = service.get("/mes-echanges.json").header(COOKIE, &cookie).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn after_an_erasure_the_talk_goes_on_in_a_new_conversation() {
    let service = Service::start().await;
    let cookie = cookie_of(&service.form("/messages", "", "text=efface").send().await.unwrap());
    assert!(service.page("/", &cookie).await.contains("C’est effacé."), "the last word can be read");
    let next = service.form("/messages", &cookie, "text=encore").send().await.unwrap();
    let other = cookie_of(&next);
    assert_ne!(other, cookie);
    assert!(service.page("/", &other).await.contains(">encore</p>"));
}

#[tokio::test]
async fn people_read_what_is_kept_and_whom_to_ask() {
    let service = Service::start().await;
    let notices = service.page("/mentions", "").await;
    assert!(notices.contains("90 jours") && notices.contains("labo@example.org"), "{notices}");
    assert!(service.page("/accessibilite", "").await.contains("non conforme"));
}

// ------------------------------------------------------------------------------------------------ Safety and health.

#[tokio::test]
async fn other_sites_cannot_post_for_a_person() {
    let service = Service::start().await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let form = service.form("/messages", "", "text=x").header(name, value).send().await.unwrap();
        assert_eq!(form.status(), StatusCode::FORBIDDEN);
        let api = service.post("/api/conversations").header(name, value).send().await.unwrap();
        refused(api, StatusCode::FORBIDDEN, "other-site").await;
    }
    assert_eq!(service.conversations().await, 0);
}

#[tokio::test]
async fn every_answer_is_guarded_and_conversations_are_not_cached() {
    let service = Service::start().await;
    for path in ["/", "/mentions", "/livez", "/nulle-part", "/api/conversations/x"] {
        let response = service.get(path).send().await.unwrap();
        let headers = response.headers();
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
    let page = service.page("/", "").await;
    assert!(!page.contains(" style=") && !page.contains("onclick"), "the policy refuses inline code");
    let start = page.find("/assets/style.css?v=").unwrap();
    let style = service.get(&page[start..start + 32]).send().await.unwrap();
    assert_eq!(style.status(), StatusCode::OK);
    assert!(style.headers()["cache-control"].to_str().unwrap().contains("immutable"));
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    let service = Service::with(|settings| settings.public_url = Some("https://coach.example.org".to_owned())).await;
    let response = service.form("/messages", "", "text=x").send().await.unwrap();
    let line = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(line.starts_with("__Host-declic=") && line.contains("; Secure"), "{line}");
}

#[tokio::test]
async fn health_says_which_part_is_away_and_stays_without_the_chat() {
    let service = Service::with(|settings| settings.chat = false).await;
    assert_eq!(service.get("/livez").send().await.unwrap().status(), StatusCode::OK);
    let starting = json_of(service.get("/readyz").send().await.unwrap(), StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(starting["parts"][2], json!({"name": "matrix", "state": "starting"}));
    service.health.set(PlatformKind::Matrix, Standing::Ready);
    let ready = json_of(service.get("/readyz").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(ready["ready"], true);
    service.health.block(PlatformKind::Matrix, "Le compte a expiré.");
    let blocked = json_of(service.get("/readyz").send().await.unwrap(), StatusCode::SERVICE_UNAVAILABLE).await;
    let why = json!({"name": "matrix", "state": "blocked", "reason": "Le compte a expiré."});
    assert_eq!(blocked["parts"][2], why);
    assert_eq!(service.get("/").send().await.unwrap().status(), StatusCode::NOT_FOUND);
    service.store.close().await;
    let away = json_of(service.get("/readyz").send().await.unwrap(), StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(away["parts"][1], json!({"name": "store", "state": "away"}));
}

#[tokio::test]
async fn it_stops_when_told_to() {
    let service = Service::start().await;
    service.open().await;
    service.stop.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(5), service.server).await.expect("it does not stop");
    ended.unwrap().unwrap();
}

#[tokio::test]
async fn it_stops_though_an_answer_is_awaited() {
    let (service, _) = Service::silent(|_| {}).await;
    let waiting = tokio::spawn(service.form("/messages", "", "text=bonjour").send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    service.stop.cancel();
    let told = waiting.await.unwrap().unwrap();
    assert_eq!(told.headers()[LOCATION], "/?avis=en-attente#dernier");
    let ended = tokio::time::timeout(Duration::from_secs(3), service.server).await.expect("it does not stop");
    ended.unwrap().unwrap();
}

// ---------------------------------------------------------------------------------------------- The base, as pages.

#[tokio::test]
async fn the_base_is_read_without_the_bot() {
    let service = Service::start().await;
    let all = service.page("/methodes", "").await;
    let library = &shared().library;
    for method in library.methods() {
        assert!(all.contains(&format!("href=\"/methodes/{}\"", method.id)), "{}", method.id);
    }
    for (path, count, sign) in [
        ("/parcours", library.journeys().len(), "<h2><a href=\"/parcours/"),
        ("/cas", library.cases().len(), "<li id="),
        ("/formations", library.trainings().len(), "<li id="),
        ("/glossaire", library.terms().len(), "<li id="),
    ] {
        assert_eq!(service.page(path, "").await.matches(sign).count(), count, "{path}");
    }
    let sheet = service.page("/methodes/persona", "").await;
    assert!(
        sheet.contains("<h2>Étapes</h2>") && sheet.contains("href=\"/cas#") && !sheet.contains("methode:"),
        "{sheet}"
    );
    for path in ["/methodes/nothing-like-it", "/parcours/nothing"] {
        assert_eq!(service.get(path).send().await.unwrap().status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(service.conversations().await, 0, "reading keeps nothing");
}

#[tokio::test]
async fn methods_are_filtered_and_searched_by_a_plain_form() {
    let service = Service::start().await;
    let short = service.page("/methodes?q=&phase=animer&duree=1&personnes=50", "").await;
    assert!(
        short.contains("/methodes/un-deux-quatre-tous") && !short.contains("/methodes/codeveloppement\""),
        "{short}"
    );
    assert!(short.contains("<option value=\"animer\" selected>"));
    let found = service.page("/methodes?q=faire+un+persona", "").await;
    let first = found.split("<h3><a href=\"/methodes/").nth(1).unwrap();
    assert!(first.starts_with("persona\""), "{first}");
    let part = service.get("/methodes?q=persona").header("x-declic-script", "1").send().await.unwrap();
    assert!(!part.text().await.unwrap().contains("<html"));
    let hostile = service.page("/methodes?q=%3Cscript%3E&personnes=%22%3E%3Cb%3E&duree=NaN&phase=%27", "").await;
    assert!(!hostile.contains("<script>") && !hostile.contains("<b>"), "{hostile}");
}

#[tokio::test]
async fn the_whole_base_can_be_taken_as_json() {
    let service = Service::start().await;
    let response = service.get("/api/methodes").send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    let tag = response.headers()["etag"].clone();
    let body = json_of(response, StatusCode::OK).await;
    assert_eq!(body["licence"], "etalab-2.0");
    assert_eq!(body["methods"].as_array().unwrap().len(), shared().library.methods().len());
    for list in ["phases", "goals", "journeys", "cases", "trainings", "terms"] {
        assert!(!body[list].as_array().unwrap().is_empty(), "{list}");
    }
    let again = service.get("/api/methodes").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}
