//! The coaches' console over HTTP, with the real store and the real engine: who gets in, who does not, and what strangers
//! try. Each test that attacks says what happens instead.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use declic::clock::{Clock, Timestamp};
use declic::config::{CoachSettings, WebSettings};
use declic::console::doorkeeper::Doorkeeper;
use declic::console::http::{Desk, DeskParts};
use declic::console::people::{OPERATOR, People, Person, Role};
use declic::content::Sources;
use declic::dialogue;
use declic::dialogue::turn::Reply;
use declic::inbox::{Bells, Inbox};
use declic::knowledge::Language;
use declic::message::{ConversationId, PlatformKind};
use declic::platform::health::Health;
use declic::platform::web::{self, WebState};
use declic::purge::Keeping;
use declic::store::{Filter, NotedQuery, Pending, Store};
use declic::turns::Turns;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::shared;

const COACH: &str = "@claire:example.org";
const OTHER: &str = "@denis:example.org";
const LEAD: &str = "@lucie:example.org";

const PROJECT: &str = "Les usagers reviennent trois fois au guichet parce qu'il manque un papier, nous sommes quatre";

/// A whole service on a port of its own, with people who may enter.
struct Service {
    address: String,
    client: Client,
    store: Store,
    clock: Clock,
    doorkeeper: Doorkeeper,
    stop: CancellationToken,
    _folder: tempfile::TempDir,
}

/// A browser: what it was given, it shows.
#[derive(Default, Clone)]
struct Browser {
    session: String,
    door: String,
}

impl Browser {
    fn cookies(&self) -> String {
        let named = [("__Host-declic-console", &self.session), ("__Host-declic-porte", &self.door)];
        let shown = named.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}"));
        shown.collect::<Vec<_>>().join("; ")
    }

    fn learn(&mut self, response: &Response) {
        for line in response.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            match pair.split_once('=').unwrap() {
                ("__Host-declic-console", value) => value.clone_into(&mut self.session),
                ("__Host-declic-porte", value) => value.clone_into(&mut self.door),
                (name, _) => panic!("an unknown cookie: {name}"),
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn people() -> People {
    let one = |written: &str, role| Person::parse(written, role).unwrap();
    People::new(vec![
        one(&format!("Claire <{COACH}, claire@example.org>"), Role::Coach),
        one(&format!("Denis <{OTHER}>"), Role::Coach),
        one(&format!("Lucie <script> <{LEAD}>").replace("<script> ", "& Co "), Role::Lead),
    ])
}

impl Service {
    async fn start() -> Self {
        Self::with(people()).await
    }

    async fn with(people: People) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}/console.db", folder.path().display())).await.unwrap();
        let (bells, stop) = (Bells::default(), CancellationToken::new());
        let clock = Clock::stopped_at("2026-01-05T09:00:00Z".parse().unwrap());
        let address = format!("http://{listen}");
        let doorkeeper = Doorkeeper::new(store.clone(), clock.clone(), people, address.clone());
        let state = state(listen, &store, &clock, &bells, &doorkeeper, &stop);
        tokio::spawn(web::serve(listener, state, stop.clone()));
        let turns = Turns {
            store: store.clone(),
            clock: clock.clone(),
            bells,
            platforms: vec![PlatformKind::Web],
            step: |pending: &Pending, now: Timestamp| {
                dialogue::step(shared(), pending.state.clone(), &pending.event, pending.input.clone(), now)
            },
            apology: |_: Language| Reply::default(),
        };
        let ended = stop.clone();
        tokio::spawn(async move { turns.run(&ended).await });
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { address, client, store, clock, doorkeeper, stop, _folder: folder }
    }

    async fn get(&self, browser: &Browser, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.address)).header(COOKIE, browser.cookies()).send().await.unwrap()
    }

    async fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Response {
        let form = self.client.post(format!("{}{path}", self.address)).header(COOKIE, browser.cookies());
        form.header(CONTENT_TYPE, FORM).body(encoded(fields)).send().await.unwrap()
    }

    /// Posts a form with the token of its page.
    async fn submit(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Response {
        let token = token_in(&self.page(browser, "/console/sessions").await);
        let fields: Vec<_> = fields.iter().copied().chain([("jeton", token.as_str())]).collect();
        self.post(browser, path, &fields).await
    }

    async fn page(&self, browser: &Browser, path: &str) -> String {
        let response = self.get(browser, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    /// The path of a new link for this person.
    async fn link(&self, person: &str) -> String {
        let link = self.doorkeeper.link(person).await.unwrap().unwrap();
        link.strip_prefix(&self.address).unwrap().to_owned()
    }

    /// Opens a link as a browser does: takes the cookie, comes back, and gives the token of the form.
    async fn open(&self, browser: &mut Browser, link: &str) -> String {
        let marked = self.get(browser, link).await;
        if marked.status() == StatusCode::SEE_OTHER {
            browser.learn(&marked);
        }
        token_in(&self.page(browser, &format!("{link}?essai=1")).await)
    }

    async fn sign_in(&self, person: &str) -> Browser {
        let (mut browser, link) = (Browser::default(), self.link(person).await);
        let token = self.open(&mut browser, &link).await;
        let entered = self.post(&browser, &link, &[("jeton", &token)]).await;
        assert_eq!(entered.status(), StatusCode::SEE_OTHER);
        browser.learn(&entered);
        browser
    }

    /// A conversation of the web, with these messages; gives its number.
    async fn converse(&self, messages: &[&str]) -> i64 {
        let post = |path: String, body: serde_json::Value| {
            let request = self.client.post(format!("{}/api{path}", self.address));
            request.header("content-type", "application/json").body(body.to_string()).send()
        };
        let opened = post("/conversations".to_owned(), serde_json::json!({})).await.unwrap().text().await.unwrap();
        let opened: serde_json::Value = serde_json::from_str(&opened).unwrap();
        let id = opened["id"].as_str().unwrap().to_owned();
        for text in messages {
            let path = format!("/conversations/{id}/messages");
            let said = post(path, serde_json::json!({ "text": text })).await.unwrap();
            assert_eq!(said.status(), StatusCode::OK);
        }
        let conversation = ConversationId::new(PlatformKind::Web, &id);
        self.store.number_of(&conversation).await.unwrap().unwrap()
    }

    async fn acts(&self, act: &str) -> usize {
        let query = NotedQuery { act, limit: 1000, ..NotedQuery::default() };
        self.store.acts(&query).await.unwrap().len()
    }
}

fn state(
    listen: SocketAddr,
    store: &Store,
    clock: &Clock,
    bells: &Bells,
    doorkeeper: &Doorkeeper,
    stop: &CancellationToken,
) -> WebState {
    let inbox = Inbox::new(store.clone(), clock.clone(), bells.clone());
    let desk = Desk::new(DeskParts {
        doorkeeper: doorkeeper.clone(),
        oidc: None,
        public_url: None,
        behind_proxy: false,
        content: shared().clone(),
        sources: Sources::default(),
        store: store.clone(),
        inbox: inbox.clone(),
        bells: bells.clone(),
        keeping: vec![Keeping { platform: PlatformKind::Web, days: 90, statistics_only: false }],
        stop: stop.clone(),
    });
    WebState {
        settings: WebSettings {
            listen,
            chat: true,
            public_url: None,
            behind_proxy: false,
            messages_per_minute: 1000,
            retention_days: 90,
        },
        coach: CoachSettings { contact: None, retention_days: 90 },
        content: shared().clone(),
        greeting: Vec::new(),
        store: store.clone(),
        inbox,
        bells: bells.clone(),
        health: Health::expecting([]),
        console: Some(Arc::clone(&desk)),
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn token_in(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"jeton\" value=\"").expect("a form with a token");
    rest.split('"').next().unwrap().to_owned()
}

/// All forms of a page that are posted: their addresses.
fn forms_of(page: &str) -> Vec<String> {
    let posted = page.split("<form").skip(1).filter(|form| form.split('>').next().unwrap().contains("method=\"post\""));
    let action = |form: &str| Some(form.split_once("action=\"")?.1.split('"').next()?.to_owned());
    posted.filter_map(action).collect()
}

// ------------------------------------------------------------------------------------------------ Coming in by a link.

#[tokio::test]
async fn a_link_opens_the_console_once() {
    let service = Service::start().await;
    let (mut browser, link) = (Browser::default(), service.link(COACH).await);
    let token = service.open(&mut browser, &link).await;
    assert!(browser.session.is_empty(), "opening the link signs nobody in");
    let entered = service.post(&browser, &link, &[("jeton", &token)]).await;
    assert_eq!(entered.headers()[LOCATION], "/console/conversations?avis=bienvenue");
    browser.learn(&entered);
    assert!(service.page(&browser, "/console/conversations").await.contains("<strong>Claire</strong>, coach"));
    assert_eq!(service.acts("sign-in").await, 1);

    let again = service.post(&Browser { door: browser.door.clone(), ..Browser::default() }, &link, &[]).await;
    assert_eq!(again.status(), StatusCode::FORBIDDEN, "the cookie of the door is gone as well");
    let mut second = Browser::default();
    second.learn(&service.get(&second, &link).await);
    let reused = service.get(&second, &format!("{link}?essai=1")).await;
    assert_eq!(reused.status(), StatusCode::GONE);
    assert!(reused.text().await.unwrap().contains("a déjà servi"));
}

#[tokio::test]
async fn a_link_used_at_once_from_two_tabs_makes_one_session() {
    let service = Service::start().await;
    let (mut browser, link) = (Browser::default(), service.link(COACH).await);
    let token = service.open(&mut browser, &link).await;
    let fields = [("jeton", token.as_str())];
    let (one, other) = tokio::join!(service.post(&browser, &link, &fields), service.post(&browser, &link, &fields));
    let mut statuses = [one.status().as_u16(), other.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    assert_eq!(service.store.sessions(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_is_good_for_ten_minutes() {
    let service = Service::start().await;
    let (mut browser, link) = (Browser::default(), service.link(COACH).await);
    let token = service.open(&mut browser, &link).await;
    service.clock.advance(Duration::from_secs(600));
    let late = service.post(&browser, &link, &[("jeton", &token)]).await;
    assert_eq!(late.status(), StatusCode::GONE);
    assert!(late.text().await.unwrap().contains("plus valable"));
    assert_eq!(service.get(&browser, &link).await.status(), StatusCode::GONE);
}

#[tokio::test]
async fn a_link_is_bound_to_the_browser_that_opened_it_first() {
    let service = Service::start().await;
    let (mut first, link) = (Browser::default(), service.link(COACH).await);
    let token = service.open(&mut first, &link).await;
    let mut thief = Browser::default();
    thief.learn(&service.get(&thief, &link).await);
    let seen = service.get(&thief, &format!("{link}?essai=1")).await;
    assert_eq!(seen.status(), StatusCode::FORBIDDEN);
    let own = service.post(&thief, &link, &[("jeton", &token)]).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);
    let entered = service.post(&first, &link, &[("jeton", &token)]).await;
    assert_eq!(entered.status(), StatusCode::SEE_OTHER, "the first is not disturbed");
}

/// Messengers and scanners fetch what people send; they keep no cookies.
#[tokio::test]
async fn a_preview_does_not_use_the_link_up_nor_bind_it() {
    let service = Service::start().await;
    let link = service.link(COACH).await;
    for _ in 0..3 {
        let preview = service.get(&Browser::default(), &link).await;
        assert_eq!(preview.status(), StatusCode::SEE_OTHER);
        let followed = service.get(&Browser::default(), &format!("{link}?essai=1")).await;
        assert_eq!(followed.status(), StatusCode::BAD_REQUEST);
        assert!(!followed.text().await.unwrap().contains("Claire"));
    }
    let mut browser = Browser::default();
    service.open(&mut browser, &link).await;
}

#[tokio::test]
async fn a_newer_link_replaces_the_earlier_one() {
    let service = Service::start().await;
    let (old, new) = (service.link(COACH).await, service.link(COACH).await);
    let mut browser = Browser::default();
    browser.learn(&service.get(&browser, &old).await);
    assert_eq!(service.get(&browser, &old).await.status(), StatusCode::NOT_FOUND);
    service.open(&mut browser, &new).await;
}

#[tokio::test]
async fn nobody_gets_a_link_who_is_not_listed() {
    let service = Service::start().await;
    for stranger in ["@eve:example.org", "discord:42", "", "@claire:evil.example", "claire"] {
        assert_eq!(service.doorkeeper.link(stranger).await.unwrap(), None, "{stranger}");
    }
    assert!(service.doorkeeper.link("Claire@Example.org").await.unwrap().is_some(), "any of one's names will do");
}

#[tokio::test]
async fn whoever_is_taken_off_the_list_is_out_at_once() {
    let service = Service::start().await;
    let browser = service.sign_in(COACH).await;
    let without = Service::with(People::new(Vec::new())).await;
    assert_eq!(without.get(&browser, "/console/conversations").await.status(), StatusCode::SEE_OTHER);
    let sessions = service.store.sessions(Some(COACH)).await.unwrap();
    assert_eq!(sessions.len(), 1);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let service = Service::start().await;
    let browser = Browser { door: "A".repeat(43), ..Browser::default() };
    let mut statuses = Vec::new();
    for guess in 0..65 {
        let path = format!("/console/lien/{guess:A>43}");
        statuses.push(service.get(&browser, &path).await.status());
    }
    assert!(statuses[..60].iter().all(|status| *status == StatusCode::NOT_FOUND), "{statuses:?}");
    assert!(statuses[60..].iter().all(|status| *status == StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    let refused = service.get(&browser, "/console/lien/x").await;
    assert!(refused.headers().contains_key(RETRY_AFTER));
}

// ------------------------------------------------------------------------------------------------------------ Sessions.

#[tokio::test]
async fn a_session_has_a_token_that_nobody_knew_before() {
    let service = Service::start().await;
    let (mut browser, link) = (Browser::default(), service.link(COACH).await);
    // What an attacker planted in the browser.
    browser.session = "A".repeat(43);
    let token = service.open(&mut browser, &link).await;
    let entered = service.post(&browser, &link, &[("jeton", &token)]).await;
    let planted = browser.session.clone();
    browser.learn(&entered);
    assert_ne!(browser.session, planted);
    let attacker = Browser { session: planted, ..Browser::default() };
    assert_eq!(service.get(&attacker, "/console/conversations").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_of_this_browser() {
    let service = Service::start().await;
    let old = service.sign_in(COACH).await;
    let (mut browser, link) = (old.clone(), service.link(COACH).await);
    let token = service.open(&mut browser, &link).await;
    browser.learn(&service.post(&browser, &link, &[("jeton", &token)]).await);
    assert_ne!(browser.session, old.session);
    assert_eq!(service.get(&old, "/console/sessions").await.status(), StatusCode::SEE_OTHER);
    service.page(&browser, "/console/sessions").await;
}

#[tokio::test]
async fn cookies_are_kept_from_scripts_other_sites_and_plain_connections() {
    let service = Service::start().await;
    let (mut browser, link) = (Browser::default(), service.link(COACH).await);
    let token = service.open(&mut browser, &link).await;
    let entered = service.post(&browser, &link, &[("jeton", &token)]).await;
    let lines: Vec<&str> = entered.headers().get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert!(line.starts_with("__Host-"), "{line}");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age="] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
}

#[tokio::test]
async fn a_session_ends_when_nobody_comes_and_at_the_end_of_the_day() {
    let service = Service::start().await;
    let idle = service.sign_in(COACH).await;
    service.clock.advance(Duration::from_secs(3600));
    assert_eq!(service.get(&idle, "/console/sessions").await.status(), StatusCode::SEE_OTHER);

    let busy = service.sign_in(OTHER).await;
    for _ in 0..19 {
        service.clock.advance(Duration::from_secs(1800));
        assert_eq!(service.get(&busy, "/console/sessions").await.status(), StatusCode::OK);
    }
    service.clock.advance(Duration::from_secs(1800));
    assert_eq!(service.get(&busy, "/console/sessions").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn leaving_ends_the_session_not_only_the_cookie() {
    let service = Service::start().await;
    let browser = service.sign_in(COACH).await;
    let left = service.submit(&browser, "/console/deconnexion", &[]).await;
    assert_eq!(left.headers()[LOCATION], "/console/connexion?avis=deconnexion");
    assert_eq!(service.get(&browser, "/console/sessions").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_coach_ends_own_sessions_only_and_an_administrator_all() {
    let service = Service::start().await;
    let (claire, elsewhere) = (service.sign_in(COACH).await, service.sign_in(COACH).await);
    let denis = service.sign_in(OTHER).await;
    let of_denis = service.store.sessions(Some(OTHER)).await.unwrap()[0].id.clone();
    let end = format!("/console/sessions/{of_denis}/fermer");
    assert_eq!(service.submit(&claire, &end, &[]).await.status(), StatusCode::NOT_FOUND);
    assert!(!service.page(&claire, "/console/sessions").await.contains(&of_denis));
    service.page(&denis, "/console/sessions").await;

    let others = service.submit(&claire, "/console/sessions/fermer-les-autres", &[]).await;
    assert_eq!(others.status(), StatusCode::SEE_OTHER);
    assert_eq!(service.get(&elsewhere, "/console/sessions").await.status(), StatusCode::SEE_OTHER);

    let administrator = service.sign_in(OPERATOR).await;
    assert!(service.page(&administrator, "/console/sessions").await.contains(&of_denis));
    assert_eq!(service.submit(&administrator, &end, &[]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(service.get(&denis, "/console/sessions").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn only_hashes_of_tokens_are_kept() {
    let service = Service::start().await;
    let link = service.link(COACH).await;
    let browser = service.sign_in(LEAD).await;
    let secrets = [link.rsplit('/').next().unwrap().to_owned(), browser.session.clone()];
    service.store.close().await;
    for file in std::fs::read_dir(service._folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
}

// ------------------------------------------------------------------------------------------------------ Forms and roles.

/// Pages with all their forms, as a lead or an administrator sees them.
async fn pages_with_forms(service: &Service, number: i64) -> Vec<String> {
    let browser = service.sign_in(OPERATOR).await;
    let mut forms = Vec::new();
    for page in [
        format!("/console/conversations/{number}"),
        format!("/console/conversations/{number}/ajout"),
        format!("/console/conversations/{number}/jeu-d-essai"),
        "/console/sessions".to_owned(),
        "/console/ameliorer".to_owned(),
        "/console/exports".to_owned(),
        "/console/donnees".to_owned(),
    ] {
        forms.extend(forms_of(&service.page(&browser, &page).await));
    }
    forms.sort();
    forms.dedup();
    forms
}

#[tokio::test]
async fn no_form_is_taken_without_the_token_of_its_session() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT, "passer", "passer", "passer", "passer", "passer"]).await;
    let forms = pages_with_forms(&service, number).await;
    assert!(forms.len() >= 14, "{forms:?}");
    let (administrator, coach) = (service.sign_in(OPERATOR).await, service.sign_in(COACH).await);
    let stolen = token_in(&service.page(&coach, "/console/sessions").await);
    for form in &forms {
        for token in ["", "x", &stolen] {
            let refused = service.post(&administrator, form, &[("jeton", token), ("motif", "x")]).await;
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{form} {token}");
        }
        let signed_out = service.post(&Browser::default(), form, &[("jeton", &stolen)]).await;
        assert_eq!(signed_out.status(), StatusCode::UNAUTHORIZED, "{form}");
    }
    assert_eq!(service.acts("forbidden").await, forms.len() * 3, "each try is in the log");
    assert_eq!(service.store.sessions(None).await.unwrap().iter().filter(|one| !one.ended).count(), 3);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_even_with_a_token() {
    let service = Service::start().await;
    let browser = service.sign_in(COACH).await;
    let token = token_in(&service.page(&browser, "/console/sessions").await);
    let request = service.client.post(format!("{}/console/deconnexion", service.address));
    let request = request.header(COOKIE, browser.cookies()).header("sec-fetch-site", "cross-site");
    let refused = request.header(CONTENT_TYPE, FORM).body(encoded(&[("jeton", &token)])).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    service.page(&browser, "/console/sessions").await;
}

#[tokio::test]
async fn a_role_opens_its_pages_and_no_others() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT]).await;
    let (coach, lead) = (service.sign_in(COACH).await, service.sign_in(LEAD).await);
    for path in LEAD_PAGES {
        assert_eq!(service.get(&coach, path).await.status(), StatusCode::FORBIDDEN, "{path}");
        assert_eq!(service.get(&lead, path).await.status(), StatusCode::OK, "{path}");
        assert_eq!(service.get(&Browser::default(), path).await.status(), StatusCode::SEE_OTHER, "{path}");
    }
    for (act, fields) in lead_acts(number) {
        assert_eq!(service.submit(&coach, &act, &fields).await.status(), StatusCode::FORBIDDEN, "{act}");
    }
    for act in ["unmask", "erase", "purge", "register"] {
        assert_eq!(service.acts(act).await, 0, "{act}");
    }
    assert_eq!(service.acts("export").await, 1, "the one of the lead, above");
    service.page(&coach, &format!("/console/conversations/{number}")).await;
    let release = "/console/comptes/detacher";
    for browser in [&coach, &lead] {
        let refused = service.submit(browser, release, &[("personne", COACH)]).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    }
    let page = service.page(&coach, "/console/conversations").await;
    assert!(!page.contains("/console/journal") && !page.contains("/console/exports"));
}

const LEAD_PAGES: [&str; 4] =
    ["/console/journal", "/console/exports", "/console/exports/jugements.jsonl", "/console/donnees"];

/// What only a lead may do, with fields that would do it.
fn lead_acts(number: i64) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let of = |act: &str| format!("/console/conversations/{number}/{act}");
    vec![
        (of("demasquer"), vec![("motif", "curieuse")]),
        (of("imprimer"), vec![]),
        (of("effacer"), vec![("sur", "oui")]),
        ("/console/exports/fichier".to_owned(), vec![("lignes", "tours"), ("format", "csv")]),
        ("/console/donnees/purger".to_owned(), vec![]),
        ("/console/donnees/registre".to_owned(), vec![("droit", "access"), ("note", "x")]),
        ("/console/donnees/registre/1/clore".to_owned(), vec![("suite", "x")]),
    ]
}

#[tokio::test]
async fn every_page_asks_who_comes() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT]).await;
    for path in [
        "",
        "/conversations",
        "/a-relire",
        "/a-relire/suivante",
        "/ameliorer",
        "/tableau-de-bord",
        "/sessions",
        "/journal",
    ] {
        let away = service.get(&Browser::default(), &format!("/console{path}")).await;
        assert_eq!(away.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(away.headers()[LOCATION], "/console/connexion");
    }
    for path in ["", "/direct", "/jeu-d-essai", "/ajout"] {
        let away = service.get(&Browser::default(), &format!("/console/conversations/{number}{path}")).await;
        assert_eq!(away.status(), StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn pages_carry_strict_headers_and_no_script_of_their_own() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT]).await;
    let browser = service.sign_in(LEAD).await;
    for path in ["/console/conversations", &format!("/console/conversations/{number}"), "/console/journal"] {
        let response = service.get(&browser, path).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cache-control"), "no-store");
        let page = response.text().await.unwrap();
        let scripts = page.matches("<script").count();
        assert_eq!(scripts, page.matches("<script src=\"/assets/").count(), "{path}");
        assert!(!page.contains(" style=\"") && !page.contains(" onclick="), "{path}");
    }
}

// ------------------------------------------------------------------------------------- Reading, judging, and the log.

#[tokio::test]
async fn words_of_agents_and_coaches_stay_words() {
    let service = Service::start().await;
    let attack =
        "<script>alert(1)</script> \"onmouseover=alert(2) x=\" <img src=x onerror=alert(3)> [a](javascript:alert(4))";
    let number = service.converse(&[&format!("{attack} animer un atelier"), attack]).await;
    let (coach, path) = (service.sign_in(COACH).await, format!("/console/conversations/{number}"));
    service.submit(&coach, &format!("{path}/noter"), &[("texte", attack)]).await;
    let tagged = service.submit(&coach, &format!("{path}/etiqueter"), &[("etiquette", "<b>gras</b>")]).await;
    assert_eq!(tagged.status(), StatusCode::UNPROCESSABLE_ENTITY, "a tag is plain");
    let lead = service.sign_in(LEAD).await;
    service.submit(&lead, &format!("{path}/demasquer"), &[("motif", attack)]).await;
    for page in [&*path, "/console/conversations", "/console/a-relire", "/console/journal"] {
        let html = service.page(&lead, page).await;
        assert!(!html.contains("<script>") && !html.contains("<img") && !html.contains("\"onmouseover"), "{page}");
        assert!(!html.contains("href=\"javascript"), "{page}");
    }
    let query =
        "/console/conversations?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&du=%22%3E%3Cimg%3E&etiquette=%22%3E%3Cb%3E";
    let html = service.page(&lead, query).await;
    assert!(!html.contains("<script>") && !html.contains("<img>") && !html.contains("<b>"), "{query}");
    assert!(service.page(&lead, "/console/sessions").await.contains("&#38; Co"), "names are words too");
}

#[tokio::test]
async fn every_reading_is_in_the_log_and_words_sought_are_not() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT]).await;
    let (coach, lead) = (service.sign_in(COACH).await, service.sign_in(LEAD).await);
    service.page(&coach, "/console/conversations?q=guichet+Durand").await;
    service.page(&coach, &format!("/console/conversations/{number}")).await;
    assert_eq!((service.acts("search").await, service.acts("read").await), (1, 1));
    let unmask = format!("/console/conversations/{number}/demasquer");
    let without = service.submit(&lead, &unmask, &[]).await;
    assert_eq!(without.status(), StatusCode::UNPROCESSABLE_ENTITY, "a reason is asked for");
    let shown = service.submit(&lead, &unmask, &[("motif", "demande d’accès nº 4")]).await;
    assert_eq!(shown.status(), StatusCode::OK);
    let log = service.page(&lead, "/console/journal").await;
    assert!(log.contains("a lu une conversation sans masque") && log.contains("demande d’accès nº 4"));
    assert!(log.contains(&number.to_string()) && !log.contains("Durand"));
    let filtered = service.page(&lead, "/console/journal?personne=claire%40example.org&acte=read").await;
    assert_eq!(filtered.matches("<tr>").count(), 2, "the heading and one line");
}

#[tokio::test]
async fn a_coach_judges_answers_notes_and_tags_and_may_think_again() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT, "passer", "passer", "passer", "passer", "passer"]).await;
    let (coach, path) = (service.sign_in(COACH).await, format!("/console/conversations/{number}"));
    let page = service.page(&coach, &path).await;
    let judge = forms_of(&page).into_iter().find(|form| form.ends_with("/juger")).expect("a ranking to judge");
    let field = page.split("name=\"methode:").nth(1).unwrap().split('"').next().unwrap();
    let field = format!("methode:{field}");
    let saved = service.submit(&coach, &judge, &[(&field, "good"), ("manquait", "persona")]).await;
    assert!(saved.headers()[LOCATION].to_str().unwrap().starts_with(&format!("{path}?avis=juge")));
    let saved = service.submit(&coach, &judge, &[(&field, "wrong")]).await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    let verdicts = service.store.judgements(number).await.unwrap();
    let mut said: Vec<&str> = verdicts.iter().map(|one| one.verdict.as_str()).collect();
    said.sort_unstable();
    assert_eq!(said, ["missing", "wrong"]);

    for (form, fields) in [
        ("grille", vec![("question:understood", "oui"), ("question:tone", "non")]),
        ("noter", vec![("texte", "À revoir ensemble")]),
        ("etiqueter", vec![("etiquette", "À Revoir")]),
        ("etiqueter", vec![("etiquette", "ton"), ("tour", "2")]),
    ] {
        let saved = service.submit(&coach, &format!("{path}/{form}"), &fields).await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER, "{form}");
    }
    let page = service.page(&coach, &path).await;
    for words in ["À revoir ensemble", "étiquette « à revoir » posée", "Historique (8)", "1 coach"] {
        assert!(page.contains(&words.replace("« ", "«\u{a0}").replace(" »", "\u{a0}»")), "{words}");
    }
    let found = service.page(&coach, "/console/conversations?etiquette=ton").await;
    assert!(found.contains(&number.to_string()));
    let none = service.page(&coach, "/console/conversations?non_relue=1").await;
    assert!(!none.contains(&number.to_string()));
}

#[tokio::test]
async fn notes_are_changed_by_their_author_only_and_nonsense_is_refused() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT]).await;
    let (claire, denis) = (service.sign_in(COACH).await, service.sign_in(OTHER).await);
    let path = format!("/console/conversations/{number}");
    service.submit(&claire, &format!("{path}/noter"), &[("texte", "la mienne")]).await;
    let id = service.store.notes(number).await.unwrap()[0].id.to_string();
    let stolen = service.submit(&denis, &format!("{path}/noter"), &[("note", &id), ("texte", "volée")]).await;
    assert_eq!(stolen.status(), StatusCode::NOT_FOUND);
    assert_eq!(service.store.notes(number).await.unwrap()[0].text, "la mienne");

    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let cases: [(&str, &str, &str, StatusCode); 8] = [
        ("tours/2/juger", "methode:nope", "good", wrong),
        ("tours/2/juger", "methode:persona", "excellent", wrong),
        ("tours/99/juger", "methode:persona", "good", StatusCode::NOT_FOUND),
        ("tours/-1/juger", "methode:persona", "good", StatusCode::NOT_FOUND),
        ("grille", "question:nope", "oui", wrong),
        ("grille", "question:tone", "peut-être", wrong),
        ("noter", "texte", "", wrong),
        ("etiqueter", "etiquette", "", wrong),
    ];
    for (form, name, value, status) in cases {
        let refused = service.submit(&claire, &format!("{path}/{form}"), &[(name, value)]).await;
        assert_eq!(refused.status(), status, "{form} {name}={value}");
    }
    for missing in ["/console/conversations/1", "/console/conversations/-1", "/console/conversations/99999999999999999"]
    {
        assert_eq!(service.get(&claire, missing).await.status(), StatusCode::NOT_FOUND, "{missing}");
    }
    let too_long = "x".repeat(10_001);
    let refused = service.submit(&claire, &format!("{path}/noter"), &[("texte", &too_long)]).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_list_goes_on_page_after_page_and_never_shows_an_id() {
    let service = Service::start().await;
    for number in 0..35 {
        service.clock.advance(Duration::from_secs(60));
        service.converse(&[&format!("Simplifier le formulaire {number}")]).await;
    }
    let coach = service.sign_in(COACH).await;
    let first = service.page(&coach, "/console/conversations").await;
    assert!(first.contains("30 conversations sur cette page"));
    let next = first.split("<p class=\"more\"><a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = service.page(&coach, &next.replace("&#38;", "&")).await;
    assert!(second.contains("5 conversations sur cette page") && second.contains("Simplifier le formulaire 0<"));
    let listed = service.store.browse(&Filter::default(), None, 50).await.unwrap();
    for one in &listed.conversations {
        assert!(!first.contains(one.overview.conversation.address()), "the id of a conversation opens it");
    }
}

#[tokio::test]
async fn a_new_turn_is_told_to_who_follows() {
    use futures_util::StreamExt as _;
    let service = Service::start().await;
    let coach = service.sign_in(COACH).await;
    let number = service.converse(&[PROJECT]).await;
    let response = service.get(&coach, &format!("/console/conversations/{number}/direct")).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.bytes_stream();
    let overview = service.store.overview(number).await.unwrap().unwrap();
    let path = format!("{}/api/conversations/{}/messages", service.address, overview.conversation.address());
    let said = service.client.post(path).header("content-type", "application/json").body(r#"{"text":"une journée"}"#);
    said.send().await.unwrap();
    let event = tokio::time::timeout(Duration::from_secs(10), events.next()).await.unwrap().unwrap().unwrap();
    let event = String::from_utf8(event.to_vec()).unwrap();
    assert_eq!(event.trim(), format!("event: tours\ndata: {}", overview.turns + 1));
    let url = format!("{}/console/conversations/{number}?depuis={}", service.address, overview.turns);
    let part = service.client.get(url).header(COOKIE, coach.cookies()).header("x-declic-script", "1");
    let part = part.send().await.unwrap().text().await.unwrap();
    assert!(part.contains("une journée") && !part.contains("<html"), "{part}");
    assert_eq!(service.acts("follow").await, 1);
}

// ----------------------------------------------------------------------------------------------- Files and erasure.

#[tokio::test]
async fn no_name_of_a_file_leads_anywhere() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT, "passer", "passer", "passer", "passer", "passer"]).await;
    let (coach, lead) = (service.sign_in(COACH).await, service.sign_in(LEAD).await);
    let path = format!("/console/conversations/{number}");
    for title in ["../../etc/passwd", "..\\..\\x", "a\r\nSet-Cookie: x=1", "\"; filename=\"evil.exe", "/absolu", ".."] {
        let made = service.submit(&coach, &format!("{path}/jeu-d-essai"), &[("titre", title)]).await;
        assert_eq!(made.status(), StatusCode::OK, "{title}");
        let name = made.headers()["content-disposition"].to_str().unwrap();
        let name = name.strip_prefix("attachment; filename=\"").unwrap().strip_suffix(".txt\"").unwrap();
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{name}");
        assert!(made.headers().get(SET_COOKIE).is_none());
    }
    for id in ["../../x", "/etc/passwd", "a/b", "..", "Persona", "a\nb"] {
        let fields = [("genre", "fiche"), ("id", id), ("nom", "X"), ("demande", "y")];
        let refused = service.submit(&coach, &format!("{path}/ajout"), &fields).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{id}");
    }
    let method = [("genre", "besoin"), ("methode", "../../../etc/passwd"), ("demande", "y")];
    let refused = service.submit(&coach, &format!("{path}/ajout"), &method).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    for (rows, format) in [("../../etc", "csv"), ("tours", "../x"), ("", ""), ("tours", "exe")] {
        let refused = service.submit(&lead, "/console/exports/fichier", &[("lignes", rows), ("format", format)]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{rows} {format}");
    }
    for file in ["/console/exports/../../etc/passwd", "/console/exports/%2e%2e%2fdeclic.db", "/console/exports/fichier"]
    {
        let status = service.get(&lead, file).await.status();
        assert!(matches!(status.as_u16(), 404 | 405), "{file}: {status}");
    }
}

#[tokio::test]
async fn exports_are_masked_unless_a_lead_says_why() {
    let service = Service::start().await;
    let words = "Je suis Claire Durand, mon téléphone est le 06 12 34 56 78, claire.durand@prefecture.gouv.fr";
    let number = service.converse(&[PROJECT, words]).await;
    let lead = service.sign_in(LEAD).await;
    let ask = async |fields: &[(&str, &str)]| {
        let response = service.submit(&lead, "/console/exports/fichier", fields).await;
        (response.status(), response.text().await.unwrap())
    };
    for (rows, format) in [("conversations", "csv"), ("conversations", "jsonl"), ("tours", "csv"), ("tours", "jsonl")] {
        let (status, text) = ask(&[("lignes", rows), ("format", format)]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains(&number.to_string()) && text.contains("guichet"), "{rows} {format}: {text}");
        assert!(!text.contains("Durand") && !text.contains("34 56") && !text.contains("prefecture.gouv"), "{text}");
    }
    let without = ask(&[("lignes", "tours"), ("format", "jsonl"), ("sans_masque", "1")]).await;
    assert_eq!(without.0, StatusCode::UNPROCESSABLE_ENTITY, "a reason is asked for");
    let reason = ("motif", "demande d’accès");
    let (_, text) = ask(&[("lignes", "tours"), ("format", "jsonl"), ("sans_masque", "1"), reason]).await;
    assert!(text.contains("Claire Durand"));
    assert_eq!(service.acts("unmask").await, 1);
    let print = format!("/console/conversations/{number}/imprimer");
    let masked = service.submit(&lead, &print, &[]).await.text().await.unwrap();
    assert!(masked.contains("guichet") && !masked.contains("Durand"));
    for page in [format!("/console/conversations/{number}"), "/console/conversations".to_owned()] {
        assert!(!service.page(&lead, &page).await.contains("Durand"), "{page}");
    }
}

#[tokio::test]
async fn what_a_lead_erases_is_gone_from_every_byte() {
    let service = Service::start().await;
    let secret = "Zygomatique7Quetzal";
    let number = service.converse(&[&format!("{PROJECT} {secret}"), "passer"]).await;
    let lead = service.sign_in(LEAD).await;
    let path = format!("/console/conversations/{number}");
    service.submit(&lead, &format!("{path}/noter"), &[("texte", secret)]).await;
    let unsure = service.submit(&lead, &format!("{path}/effacer"), &[]).await;
    assert_eq!(unsure.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let erased = service.submit(&lead, &format!("{path}/effacer"), &[("sur", "oui")]).await;
    assert_eq!(erased.headers()[LOCATION], "/console/conversations?avis=effacee");
    assert_eq!(service.get(&lead, &path).await.status(), StatusCode::NOT_FOUND);
    let folded = secret.to_lowercase();
    for file in std::fs::read_dir(service._folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
        assert!(!bytes.windows(folded.len()).any(|window| window == folded.as_bytes()), "{}", path.display());
    }
}

#[tokio::test]
async fn a_purge_is_foreseen_done_and_noted_and_requests_are_registered() {
    let service = Service::start().await;
    let number = service.converse(&[PROJECT]).await;
    service.clock.advance(Duration::from_secs(91 * 24 * 3600));
    let lead = service.sign_in(LEAD).await;
    let row = "<th scope=\"row\">Site web</th><td>90 jours après le dernier message</td><td class=\"number\">1</td>";
    assert!(service.page(&lead, "/console/donnees").await.contains(row));
    assert!(service.store.overview(number).await.unwrap().is_some(), "looking erases nothing");
    let asked = [("droit", "erasure"), ("numero", &*number.to_string()), ("note", "par courrier")];
    assert_eq!(service.submit(&lead, "/console/donnees/registre", &asked).await.status(), StatusCode::SEE_OTHER);
    let id = service.store.rights().await.unwrap()[0].id;
    service.submit(&lead, "/console/donnees/purger", &[]).await;
    assert!(service.store.overview(number).await.unwrap().is_none());
    let page = service.page(&lead, "/console/donnees").await;
    assert!(page.contains("Purges passées (1)") && page.contains("par courrier"));
    let close = format!("/console/donnees/registre/{id}/clore");
    service.submit(&lead, &close, &[("suite", "effacée")]).await;
    assert!(service.page(&lead, "/console/donnees").await.contains("Demandes closes (1)"));
    assert_eq!(service.submit(&lead, &close, &[("suite", "encore")]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_request_without_answer_is_put_aside_for_good_and_taken_back() {
    let service = Service::start().await;
    service.converse(&["mon badge ne marche plus"]).await;
    let coach = service.sign_in(COACH).await;
    let page = service.page(&coach, "/console/ameliorer").await;
    let key = page.split("name=\"cle\" value=\"").nth(1).expect("a request").split('"').next().unwrap().to_owned();
    let aside = service.submit(&coach, "/console/ameliorer/ecarter", &[("cle", &key)]).await;
    assert_eq!(aside.status(), StatusCode::SEE_OTHER);
    let page = service.page(&coach, "/console/ameliorer").await;
    assert!(page.contains("Demandes écartées (1)") && page.contains("Aucune demande n’attend"));
    service.submit(&coach, "/console/ameliorer/ecarter", &[("cle", &key), ("remettre", "1")]).await;
    assert!(!service.page(&coach, "/console/ameliorer").await.contains("Demandes écartées"));
    let nothing = service.submit(&coach, "/console/ameliorer/ecarter", &[("cle", "0000")]).await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
}
