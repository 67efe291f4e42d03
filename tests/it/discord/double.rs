//! A double of Discord: its HTTP interface and its gateway, over TLS with an authority of its own. It judges every
//! request, remembers all that was said, and plays accidents.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;
use tokio_websockets::{CloseCode, Message as Frame, ServerBuilder};

use super::judge::judge;

pub const TOKEN: &str = "MTA.secret.token";
pub const ME: u64 = 1000;
pub const GUILD: u64 = 5000;
pub const CHANNEL: u64 = 6000;
pub const DM: u64 = 7000;
pub const CAMILLE: u64 = 2000;
pub const SACHA: u64 = 2001;
const MESSAGE_CONTENT: u64 = 1 << 15;
const ALL_PERMISSIONS: &str = "377957207040";

/// What the gateway is told to do to the open connection.
enum Order {
    Send(Value),
    Drop,
    Close(u16),
}

/// What may go wrong, from now on.
#[derive(Default)]
pub struct Accidents {
    /// Answers to give instead, to requests whose path holds the words.
    pub next: VecDeque<(&'static str, u16)>,
    /// One request of so many is refused by a 429; 0: none.
    pub every_429: u64,
    /// Each event is told so many times more.
    pub repeat: usize,
    /// A resume is answered by an invalid session.
    pub forget_sessions: bool,
    /// What the guild lets the coach do.
    pub permissions: Option<&'static str>,
    /// The application has no privileged intent.
    pub refuse_content: bool,
    /// Messages are refused from a channel.
    pub gone: Option<u64>,
    /// Interactions lack what newer ones have.
    pub bare: bool,
}

pub struct Interaction {
    pub token: String,
    pub sent: Instant,
    pub channel: u64,
    pub acknowledged: Option<(u64, Duration)>,
    pub ephemeral: bool,
    pub answer: Option<Value>,
    /// What « is thinking » became.
    pub original: Option<Value>,
    pub follow_ups: Vec<Value>,
    pub edits: usize,
    /// From the event to the reply.
    pub answered: Option<Duration>,
}

#[derive(Default)]
struct Session {
    events: Vec<(u64, Value)>,
    sequence: u64,
    live: Option<mpsc::UnboundedSender<Order>>,
    intents: u64,
    shard: (u64, u64),
}

pub struct World {
    pub accidents: Accidents,
    pub requests: Vec<(Instant, String, String)>,
    pub violations: Vec<String>,
    pub channels: HashMap<u64, Value>,
    pub messages: HashMap<u64, Vec<Value>>,
    nonces: HashMap<(u64, String), Value>,
    pub interactions: HashMap<u64, Interaction>,
    pub thread_members: HashSet<(u64, u64)>,
    pub commands: Value,
    pub registrations: usize,
    pub identifies: usize,
    pub resumes: usize,
    pub session_starts_left: u64,
    pub token: String,
    sessions: HashMap<String, Session>,
    served: u64,
    pub latencies: Vec<Duration>,
    pub quiet: bool,
}

#[derive(Clone)]
pub struct Double {
    world: Arc<Mutex<World>>,
    ids: Arc<AtomicU64>,
    pub http: SocketAddr,
    gateway: SocketAddr,
    pub authority: PathBuf,
}

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Double {
    pub async fn start(folder: &Path) -> Self {
        let (acceptor, authority) = certificates(folder);
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let double = Self {
            world: Arc::new(Mutex::new(World::new())),
            ids: Arc::new(AtomicU64::new(0)),
            http: http.local_addr().unwrap(),
            gateway: gateway.local_addr().unwrap(),
            authority,
        };
        let router = axum::Router::new().fallback(answer).with_state(double.clone());
        let tls = Tls { listener: http, acceptor: acceptor.clone() };
        tokio::spawn(async move { axum::serve(tls, router).await.unwrap() });
        tokio::spawn(listen(double.clone(), gateway, acceptor));
        double
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// A new id, later than all before, that tells the time as Discord's do.
    pub fn id(&self) -> u64 {
        self.id_at(0)
    }

    fn id_at(&self, ago: u64) -> u64 {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let millis = u64::try_from(now).unwrap() - 1_420_070_400_000 - ago;
        (millis << 22) + self.ids.fetch_add(1, Ordering::Relaxed) % (1 << 22)
    }

    // What people do.

    /// Somebody writes; gives the id of the message.
    pub fn says(&self, channel: u64, user: u64, content: &str) -> u64 {
        let message = self.write(channel, user, content);
        let id = number(&message["id"]);
        self.emit("MESSAGE_CREATE", message);
        id
    }

    /// Somebody writes while the gateway does not tell.
    pub fn says_unheard(&self, channel: u64, user: u64, content: &str) -> u64 {
        number(&self.write(channel, user, content)["id"])
    }

    fn write(&self, channel: u64, user: u64, content: &str) -> Value {
        let mut message = self.message(channel, user);
        message["content"] = json!(content);
        let named = content.contains(&format!("<@{ME}>"));
        message["mentions"] = if named { json!([person(ME)]) } else { json!([]) };
        self.world().messages.entry(channel).or_default().push(message.clone());
        message
    }

    pub fn edits(&self, channel: u64, id: u64, content: &str) {
        let edited = {
            let mut world = self.world();
            let messages = world.messages.get_mut(&channel).unwrap();
            let message = messages.iter_mut().find(|message| number(&message["id"]) == id).unwrap();
            message["content"] = json!(content);
            message["edited_timestamp"] = json!(format!("2026-11-25T10:00:00.{:06}+00:00", self.id() % 1_000_000));
            message.clone()
        };
        self.emit("MESSAGE_UPDATE", edited);
    }

    pub fn deletes(&self, channel: u64, id: u64) {
        let guild = self.guild_of(channel);
        let mut event = json!({ "id": id.to_string(), "channel_id": channel.to_string() });
        if let Some(guild) = guild {
            event["guild_id"] = json!(guild.to_string());
        }
        self.emit("MESSAGE_DELETE", event);
    }

    pub fn commands(&self, channel: u64, user: u64, locale: &str, name: &str, value: Option<&str>) -> u64 {
        let options: Vec<Value> =
            value.map(|value| json!({ "name": "x", "type": 3, "value": value })).into_iter().collect();
        self.interact(channel, user, locale, 2, json!({ "id": "1", "name": name, "type": 1, "options": options }), None)
    }

    pub fn completes(&self, channel: u64, user: u64, locale: &str, name: &str, typed: &str) -> u64 {
        let options = json!([{ "name": "x", "type": 3, "value": typed, "focused": true }]);
        self.interact(channel, user, locale, 4, json!({ "id": "1", "name": name, "type": 1, "options": options }), None)
    }

    pub fn presses(&self, channel: u64, user: u64, locale: &str, under: &Value, custom_id: &str) -> u64 {
        let data = json!({ "custom_id": custom_id, "component_type": 2 });
        self.interact(channel, user, locale, 3, data, Some(under))
    }

    pub fn selects(
        &self,
        channel: u64,
        user: u64,
        locale: &str,
        under: &Value,
        custom_id: &str,
        values: &[String],
    ) -> u64 {
        let data = json!({ "custom_id": custom_id, "component_type": 3, "values": values });
        self.interact(channel, user, locale, 3, data, Some(under))
    }

    pub fn submits(&self, channel: u64, user: u64, locale: &str, under: &Value, custom_id: &str, words: &str) -> u64 {
        let field = json!({ "type": 4, "id": 2, "custom_id": "words", "value": words });
        let data = json!({ "custom_id": custom_id, "components": [{ "type": 1, "id": 1, "components": [field] }] });
        self.interact(channel, user, locale, 5, data, Some(under))
    }

    fn interact(&self, channel: u64, user: u64, locale: &str, kind: u8, data: Value, under: Option<&Value>) -> u64 {
        let id = self.id();
        let token = format!("token-of-{id}");
        let mut event = json!({
            "id": id.to_string(), "application_id": ME.to_string(), "type": kind, "token": token, "version": 1,
            "channel_id": channel.to_string(), "data": data, "locale": locale,
        });
        if !self.world().accidents.bare {
            event["entitlements"] = json!([]);
            event["attachment_size_limit"] = json!(10_485_760);
            event["authorizing_integration_owners"] = json!({});
        }
        if let Some(under) = under {
            event["message"] = under.clone();
        }
        match self.guild_of(channel) {
            Some(guild) => {
                let allowed = self.world().accidents.permissions.unwrap_or(ALL_PERMISSIONS);
                let kind = self.world().channels.get(&channel).map_or(json!(0), |channel| channel["type"].clone());
                event["guild_id"] = json!(guild.to_string());
                event["app_permissions"] = json!(allowed);
                event["channel"] = json!({ "id": channel.to_string(), "type": kind });
                event["member"] = json!({ "user": person(user), "nick": null, "roles": [], "permissions": "0" });
            }
            None => {
                event["user"] = person(user);
                event["app_permissions"] = json!(ALL_PERMISSIONS);
                event["channel"] = json!({ "id": channel.to_string(), "type": 1 });
            }
        }
        let interaction = Interaction {
            token,
            sent: Instant::now(),
            channel,
            acknowledged: None,
            ephemeral: false,
            answer: None,
            original: None,
            follow_ups: Vec::new(),
            edits: 0,
            answered: None,
        };
        self.world().interactions.insert(id, interaction);
        self.emit("INTERACTION_CREATE", event);
        id
    }

    // What the gateway does.

    pub fn emit(&self, name: &str, data: Value) {
        let mut world = self.world();
        let repeat = world.accidents.repeat;
        let guild = data["guild_id"].as_str().and_then(|guild| guild.parse::<u64>().ok());
        for session in world.sessions.values_mut() {
            let (number, total) = session.shard;
            if guild.map_or(0, |guild| (guild >> 22) % total) != number {
                continue;
            }
            let mut data = data.clone();
            let direct = guild.is_none();
            if name.starts_with("MESSAGE_") && !direct && session.intents & MESSAGE_CONTENT == 0 {
                let named = data["mentions"].as_array().is_some_and(|all| !all.is_empty());
                if !named && data["content"].is_string() {
                    data["content"] = json!("");
                }
            }
            for _ in 0..=repeat {
                session.sequence += 1;
                let event = json!({ "op": 0, "t": name, "s": session.sequence, "d": data });
                session.events.push((session.sequence, event.clone()));
                if let Some(live) = &session.live {
                    let _ = live.send(Order::Send(event));
                }
            }
        }
    }

    fn order(&self, order: impl Fn() -> Order) {
        for session in self.world().sessions.values_mut() {
            if let Some(live) = session.live.take() {
                let _ = live.send(order());
            }
        }
    }

    /// The connection breaks without a word.
    pub fn drops(&self) {
        self.order(|| Order::Drop);
    }

    pub fn closes(&self, code: u16) {
        self.order(|| Order::Close(code));
    }

    /// Discord asks to connect again.
    pub fn asks_to_reconnect(&self) {
        self.order(|| Order::Send(json!({ "op": 7, "d": null, "s": null, "t": null })));
    }

    /// The session is over: what happens until the next one is never told.
    pub fn ends_sessions(&self) {
        self.order(|| Order::Send(json!({ "op": 9, "d": false, "s": null, "t": null })));
        self.world().sessions.clear();
    }

    pub fn connected(&self) -> bool {
        self.world().sessions.values().any(|session| session.live.is_some())
    }

    pub fn connections(&self) -> usize {
        self.world().sessions.values().filter(|session| session.live.is_some()).count()
    }

    /// The messages of the coach in a channel, oldest first.
    pub fn heard(&self, channel: u64) -> Vec<Value> {
        let world = self.world();
        let messages = world.messages.get(&channel).map(Vec::as_slice).unwrap_or_default();
        messages.iter().filter(|message| number(&message["author"]["id"]) == ME).cloned().collect()
    }

    pub fn assert_no_violations(&self) {
        let violations = self.world().violations.clone();
        assert!(violations.is_empty(), "Discord would refuse:\n{}", violations.join("\n"));
    }

    fn guild_of(&self, channel: u64) -> Option<u64> {
        self.world().channels.get(&channel).and_then(|channel| channel["guild_id"].as_str()?.parse().ok())
    }

    fn message(&self, channel: u64, author: u64) -> Value {
        let mut message = json!({
            "id": self.id().to_string(), "channel_id": channel.to_string(), "author": person(author), "content": "",
            "timestamp": "2026-11-25T10:00:00.000000+00:00", "edited_timestamp": null, "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "components": [], "pinned": false, "type": 0, "flags": 0,
        });
        if let Some(guild) = self.guild_of(channel) {
            message["guild_id"] = json!(guild.to_string());
        }
        message
    }
}

impl World {
    fn new() -> Self {
        let guild = GUILD.to_string();
        let channels = HashMap::from([
            (CHANNEL, json!({ "id": CHANNEL.to_string(), "type": 0, "guild_id": guild, "name": "projets" })),
            (DM, json!({ "id": DM.to_string(), "type": 1, "recipients": [person(CAMILLE)] })),
        ]);
        Self {
            accidents: Accidents::default(),
            requests: Vec::new(),
            violations: Vec::new(),
            channels,
            messages: HashMap::new(),
            nonces: HashMap::new(),
            interactions: HashMap::new(),
            thread_members: HashSet::new(),
            commands: Value::Null,
            registrations: 0,
            identifies: 0,
            resumes: 0,
            session_starts_left: 999,
            token: TOKEN.to_owned(),
            sessions: HashMap::new(),
            served: 0,
            latencies: Vec::new(),
            quiet: false,
        }
    }

    fn accident(&mut self, path: &str) -> Option<u16> {
        self.served += 1;
        if let Some(index) = self.accidents.next.iter().position(|(words, _)| path.contains(words)) {
            return self.accidents.next.remove(index).map(|(_, status)| status);
        }
        let storm = self.accidents.every_429;
        (storm > 0 && self.served.is_multiple_of(storm)).then_some(429)
    }
}

pub fn number(id: &Value) -> u64 {
    id.as_str().and_then(|id| id.parse().ok()).unwrap_or_default()
}

fn person(id: u64) -> Value {
    let name = match id {
        ME => "declic",
        CAMILLE => "camille",
        _ => "sacha",
    };
    json!({ "id": id.to_string(), "username": name, "global_name": name, "discriminator": "0", "avatar": null,
            "bot": id == ME, "public_flags": 0, "flags": 0 })
}

fn certificates(folder: &Path) -> (TlsAcceptor, PathBuf) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = rcgen::CertifiedIssuer::self_signed(authority, rcgen::KeyPair::generate().unwrap()).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let path = folder.join("authority.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), path)
}

// The gateway.

async fn listen(double: Double, listener: TcpListener, acceptor: TlsAcceptor) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (double, acceptor) = (double.clone(), acceptor.clone());
        tokio::spawn(async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = converse(double, stream).await;
            }
        });
    }
}

async fn converse(double: Double, stream: TlsStream<TcpStream>) -> Option<()> {
    let (_, mut socket) = ServerBuilder::new().accept(stream).await.ok()?;
    let hello = json!({ "op": 10, "d": { "heartbeat_interval": 5000 }, "s": null, "t": null });
    socket.send(Frame::text(hello.to_string())).await.ok()?;
    let (orders, mut waiting) = mpsc::unbounded_channel();
    loop {
        tokio::select! {
            frame = socket.next() => {
                let frame = frame?.ok()?;
                let text = frame.as_text()?;
                let said: Value = serde_json::from_str(text).ok()?;
                for answer in heard(&double, &said, &orders) {
                    match answer {
                        Order::Send(value) => socket.send(Frame::text(value.to_string())).await.ok()?,
                        Order::Close(code) => {
                            socket.send(Frame::close(CloseCode::try_from(code).ok(), "")).await.ok()?;
                            return None;
                        }
                        Order::Drop => return None,
                    }
                }
            }
            order = waiting.recv() => match order? {
                Order::Send(value) => socket.send(Frame::text(value.to_string())).await.ok()?,
                Order::Close(code) => {
                    socket.send(Frame::close(CloseCode::try_from(code).ok(), "")).await.ok()?;
                    return None;
                }
                Order::Drop => return None,
            },
        }
    }
}

fn heard(double: &Double, said: &Value, orders: &mpsc::UnboundedSender<Order>) -> Vec<Order> {
    let fresh = double.id();
    let mut world = double.world();
    match said["op"].as_u64() {
        Some(1) => vec![Order::Send(json!({ "op": 11, "d": null, "s": null, "t": null }))],
        Some(2) => {
            world.identifies += 1;
            let intents = said["d"]["intents"].as_u64().unwrap_or_default();
            if world.accidents.refuse_content && intents & MESSAGE_CONTENT != 0 {
                return vec![Order::Close(4014)];
            }
            if !said["d"]["token"].as_str().unwrap_or_default().ends_with(&world.token) {
                return vec![Order::Close(4004)];
            }
            let id = format!("session-{fresh}");
            let shard = (said["d"]["shard"][0].as_u64().unwrap_or(0), said["d"]["shard"][1].as_u64().unwrap_or(1));
            let ready = json!({ "op": 0, "t": "READY", "s": 1, "d": {
                "v": 10, "user": person(ME), "guilds": [{ "id": GUILD.to_string(), "unavailable": true }],
                "session_id": id, "resume_gateway_url": format!("wss://localhost:{}", double.gateway.port()),
                "shard": said["d"]["shard"], "application": { "id": ME.to_string(), "flags": 0 },
            }});
            let session = Session { events: Vec::new(), sequence: 1, live: Some(orders.clone()), intents, shard };
            world.sessions.retain(|_, old| old.shard != shard);
            world.sessions.insert(id, session);
            vec![Order::Send(ready)]
        }
        Some(6) => {
            let id = said["d"]["session_id"].as_str().unwrap_or_default().to_owned();
            let since = said["d"]["seq"].as_u64().unwrap_or_default();
            if std::mem::take(&mut world.accidents.forget_sessions) {
                world.sessions.remove(&id);
            }
            let Some(session) = world.sessions.get_mut(&id) else {
                return vec![Order::Send(json!({ "op": 9, "d": false, "s": null, "t": null }))];
            };
            session.live = Some(orders.clone());
            session.sequence += 1;
            let missed = session.events.iter().filter(|(sequence, _)| *sequence > since);
            let mut answers: Vec<Order> = missed.map(|(_, event)| Order::Send(event.clone())).collect();
            answers.push(Order::Send(json!({ "op": 0, "t": "RESUMED", "s": session.sequence, "d": {} })));
            world.resumes += 1;
            answers
        }
        _ => Vec::new(),
    }
}

// The HTTP interface.

async fn answer(State(double): State<Double>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path().strip_prefix("/api/v10").unwrap_or_default().to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let wrong = if double.world().quiet { Vec::new() } else { judge(method.as_str(), &path, body.as_ref()) };
    let accident = {
        let mut world = double.world();
        if !world.quiet {
            world.requests.push((Instant::now(), method.to_string(), path.clone()));
        }
        world.violations.extend(wrong.iter().cloned());
        world.accident(&path)
    };
    if let Some(status) = accident {
        return accidental(status);
    }
    let token = format!("Bot {}", double.world().token);
    if headers.get("authorization").and_then(|given| given.to_str().ok()) != Some(token.as_str()) {
        return refuse(401, 0);
    }
    if !wrong.is_empty() {
        return refuse(400, 50035);
    }
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    route(&double, method.as_str(), &parts, &query, body.unwrap_or_default())
}

fn accidental(status: u16) -> Response {
    if status != 429 {
        return refuse(status, 0);
    }
    let mut response = reply(429, &json!({ "message": "slow down", "retry_after": 0.05, "global": false }));
    response.headers_mut().insert("retry-after", HeaderValue::from_static("1"));
    response.headers_mut().insert("x-ratelimit-scope", HeaderValue::from_static("user"));
    response
}

fn reply(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body.to_string()).into_response()
}

fn refuse(status: u16, code: u64) -> Response {
    reply(status, &json!({ "message": "no", "code": code }))
}

fn route(double: &Double, method: &str, parts: &[&str], query: &str, body: Value) -> Response {
    match (method, parts) {
        ("GET", ["users", "@me"]) => reply(200, &person(ME)),
        ("GET", ["applications", "@me"]) => reply(200, &json!({ "id": ME.to_string(), "flags": 0 })),
        ("GET", ["gateway", "bot"]) => {
            let left = double.world().session_starts_left;
            let limit = json!({ "total": 1000, "remaining": left, "reset_after": 0, "max_concurrency": 1 });
            let url = format!("wss://localhost:{}", double.gateway.port());
            reply(200, &json!({ "url": url, "shards": 1, "session_start_limit": limit }))
        }
        ("PUT", ["applications", _, .., "commands"]) => {
            let mut world = double.world();
            world.registrations += 1;
            world.commands = body.clone();
            reply(200, &body)
        }
        ("POST", ["interactions", id, token, "callback"]) => acknowledge(double, id, token, body),
        (_, ["webhooks", _, token, rest @ ..]) => webhook(double, method, token, rest, body),
        ("POST", ["users", "@me", "channels"]) => reply(200, &double.world().channels[&DM]),
        ("POST", ["channels", channel, "messages"]) => post(double, parse(channel), body),
        ("GET", ["channels", channel, "messages"]) => recent(double, parse(channel), query),
        ("POST", ["channels", channel, "messages", message, "threads"]) => {
            thread(double, parse(channel), Some(parse(message)), &body)
        }
        ("POST", ["channels", channel, "threads"]) => thread(double, parse(channel), None, &body),
        ("PUT", ["channels", channel, "thread-members", user]) => {
            double.world().thread_members.insert((parse(channel), parse(user)));
            StatusCode::NO_CONTENT.into_response()
        }
        ("GET", ["guilds", guild, "threads", "active"]) => {
            let world = double.world();
            let of = |channel: &&Value| channel["guild_id"] == *guild && channel["type"].as_u64() >= Some(10);
            let threads: Vec<&Value> = world.channels.values().filter(of).collect();
            reply(200, &json!({ "threads": threads, "members": [] }))
        }
        ("GET", ["guilds", guild]) if parse(guild) == GUILD => {
            let all = double.world().accidents.permissions.unwrap_or(ALL_PERMISSIONS);
            let roles = json!([{ "id": guild, "permissions": "0" }, { "id": "77", "permissions": all }]);
            reply(200, &json!({ "id": guild, "roles": roles }))
        }
        ("GET", ["guilds", guild, "members", _]) if parse(guild) == GUILD => {
            reply(200, &json!({ "user": person(ME), "roles": ["77"] }))
        }
        ("GET", ["guilds", ..]) => refuse(404, 10004),
        _ => {
            double.world().violations.push(format!("{method} {parts:?}: the double does not know this"));
            refuse(404, 0)
        }
    }
}

fn parse(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}

fn acknowledge(double: &Double, id: &str, token: &str, body: Value) -> Response {
    let mut world = double.world();
    let Some(interaction) = world.interactions.get_mut(&parse(id)).filter(|one| one.token == token) else {
        return refuse(404, 10062);
    };
    if interaction.acknowledged.is_some() {
        return refuse(400, 40060);
    }
    let after = interaction.sent.elapsed();
    if after > Duration::from_secs(3) {
        return refuse(404, 10062);
    }
    let kind = body["type"].as_u64().unwrap_or_default();
    interaction.acknowledged = Some((kind, after));
    interaction.ephemeral = body["data"]["flags"].as_u64().unwrap_or_default() & 64 != 0;
    interaction.answer = body.get("data").cloned();
    world.latencies.push(after);
    StatusCode::NO_CONTENT.into_response()
}

fn webhook(double: &Double, method: &str, token: &str, rest: &[&str], body: Value) -> Response {
    let message = {
        let channel = double.world().interactions.values().find(|one| one.token == token).map(|one| one.channel);
        let Some(channel) = channel else { return refuse(404, 10015) };
        let mut message = double.message(channel, ME);
        merge(&mut message, &body);
        message
    };
    let mut world = double.world();
    let interaction = world.interactions.values_mut().find(|one| one.token == token).unwrap();
    if interaction.acknowledged.is_none() || interaction.sent.elapsed() > Duration::from_secs(900) {
        return refuse(404, 10015);
    }
    let ephemeral = interaction.ephemeral;
    let mut message = message;
    if ephemeral {
        message["flags"] = json!(64);
    }
    match (method, rest) {
        ("PATCH", ["messages", "@original"]) => {
            interaction.edits += 1;
            interaction.answered = Some(interaction.sent.elapsed());
            let channel = interaction.channel;
            let earlier = interaction.original.replace(message.clone());
            if let Some(earlier) = earlier {
                message["id"] = earlier["id"].clone();
                interaction.original = Some(message.clone());
            }
            if !ephemeral {
                let all = world.messages.entry(channel).or_default();
                all.retain(|one| one["id"] != message["id"]);
                all.push(message.clone());
            }
            reply(200, &message)
        }
        ("POST", []) => {
            interaction.follow_ups.push(message.clone());
            reply(200, &message)
        }
        _ => refuse(404, 0),
    }
}

fn merge(message: &mut Value, body: &Value) {
    for key in ["content", "embeds", "components", "flags", "nonce"] {
        if let Some(value) = body.get(key) {
            message[key] = value.clone();
        }
    }
}

fn post(double: &Double, channel: u64, body: Value) -> Response {
    let known = {
        let world = double.world();
        if world.accidents.gone == Some(channel) || !world.channels.contains_key(&channel) {
            return refuse(404, 10003);
        }
        let nonce = body["nonce"].as_str().filter(|_| body["enforce_nonce"] == true);
        nonce.and_then(|nonce| world.nonces.get(&(channel, nonce.to_owned())).cloned())
    };
    if let Some(known) = known {
        return reply(200, &known);
    }
    let mut message = double.message(channel, ME);
    merge(&mut message, &body);
    let mut world = double.world();
    if let Some(nonce) = body["nonce"].as_str() {
        world.nonces.insert((channel, nonce.to_owned()), message.clone());
    }
    world.messages.entry(channel).or_default().push(message.clone());
    let mut shown = message.clone();
    shown.as_object_mut().unwrap().remove("nonce");
    drop(world);
    double.emit("MESSAGE_CREATE", message);
    reply(200, &shown)
}

fn recent(double: &Double, channel: u64, query: &str) -> Response {
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(parse);
    let world = double.world();
    let all = world.messages.get(&channel).map(Vec::as_slice).unwrap_or_default();
    let after = value("after").unwrap_or_default();
    let mut page: Vec<Value> = all.iter().filter(|one| number(&one["id"]) > after).cloned().collect();
    page.sort_by_key(|one| number(&one["id"]));
    page.truncate(usize::try_from(value("limit").unwrap_or(50)).unwrap());
    page.reverse();
    reply(200, &json!(page))
}

fn thread(double: &Double, channel: u64, message: Option<u64>, body: &Value) -> Response {
    let id = message.unwrap_or_else(|| double.id());
    let mut world = double.world();
    if world.channels.contains_key(&id) {
        return refuse(400, 160_004);
    }
    let kind = if message.is_some() { json!(11) } else { body["type"].clone() };
    let made = json!({ "id": id.to_string(), "type": kind, "guild_id": GUILD.to_string(), "name": body["name"],
                       "parent_id": channel.to_string(), "owner_id": ME.to_string() });
    world.channels.insert(id, made.clone());
    reply(201, &made)
}
