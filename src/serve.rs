//! Opens the parts, starts the loops, waits for the signal, lets them finish.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{ConsoleSettings, DiscordSettings, MatrixSettings, Settings, WebSettings};
use crate::console::doorkeeper::Doorkeeper;
use crate::console::http::{Desk, DeskParts};
use crate::console::oidc::Provider;
use crate::console::people::{OPERATOR, People};
use crate::content::{Reloaded, Shelf, Sources};
use crate::dialogue::{self, House};
use crate::inbox::{Bells, Inbox};
use crate::lock::FolderLock;
use crate::message::PlatformKind;
use crate::outbox::{self, Outbox};
use crate::platform::Platform;
use crate::platform::discord::Discord;
use crate::platform::health::{Health, Pulse, Standing};
use crate::platform::matrix::Matrix;
use crate::platform::web::{self, Web, WebState};
use crate::purge::{self, Keeping};
use crate::store::{Pending, Store};
use crate::turns::Turns;

/// Runs the coach until SIGTERM or Ctrl-C.
///
/// # Errors
/// When a part cannot start, or ends by itself.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    // From here on a signal waits for us, however early it comes.
    let signals = [signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    let shelf = Shelf::fill(&settings)?;
    let _lock = FolderLock::take(&settings.data)?;
    let store = open_store(&settings).await?;
    let stop = CancellationToken::new();
    let outcome = Parts::new(&settings, shelf, store.clone(), stop.clone()).run(&settings, signals).await;
    stop.cancel();
    store.close().await;
    outcome
}

/// The store that the settings name: a SQLite file in the data folder unless told otherwise.
///
/// # Errors
/// When it cannot be opened.
pub async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    let url = match &settings.store_url {
        Some(url) => url.expose_secret().to_owned(),
        None => format!("sqlite:{}", settings.data.join("declic.db").display()),
    };
    Store::open(&url).await.context("cannot open the store")
}

impl House {
    pub fn of(settings: &Settings) -> Self {
        let (coach, web) = (&settings.coach, settings.web.as_ref());
        // Without the page there is nothing to lead to.
        let public_url = web.filter(|web| web.chat).and_then(|web| web.public_url.clone());
        Self { contact: coach.contact.clone(), retention_days: coach.retention_days, public_url }
    }

    /// What holds for the conversations of one platform.
    pub fn on(platform: PlatformKind, settings: &Settings) -> Self {
        Self { retention_days: settings.retention_days(platform), ..Self::of(settings) }
    }
}

impl Sources {
    pub fn of(settings: &Settings) -> Self {
        Self { knowledge: settings.knowledge.clone(), conversations: settings.conversations.clone() }
    }
}

/// What the loops and platforms share.
struct Parts {
    shelf: Shelf,
    store: Store,
    clock: Clock,
    bells: Bells,
    inbox: Inbox,
    health: Health,
    stop: CancellationToken,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Parts {
    fn new(settings: &Settings, shelf: Shelf, store: Store, stop: CancellationToken) -> Self {
        let (clock, bells) = (Clock::System, Bells::default());
        let inbox = Inbox::new(store.clone(), clock.clone(), bells.clone());
        let health = Health::expecting(platforms(settings));
        Self { shelf, store, clock, bells, inbox, health, stop, tasks: JoinSet::new() }
    }

    async fn run(mut self, settings: &Settings, [terminate, hang_up]: [Signal; 2]) -> anyhow::Result<()> {
        let mut outgoing = vec![Platform::Web(Web::default())];
        let doorkeeper = match &settings.web {
            Some(web) => self.start_web(web.clone(), settings).await?,
            None => None,
        };
        if let Some(matrix) = &settings.matrix {
            let handle = Matrix::with(doorkeeper.clone(), self.shelf.clone())?;
            outgoing.push(Platform::Matrix(handle.clone()));
            self.start_matrix(handle, matrix.clone(), settings.data.clone());
        }
        if let Some(discord) = &settings.discord {
            let handle = Discord::with(doorkeeper);
            outgoing.push(Platform::Discord(handle.clone()));
            self.start_discord(handle, discord.clone());
        }
        anyhow::ensure!(
            !self.tasks.is_empty(),
            "nothing to serve: the web part is disabled, neither Matrix nor Discord is configured"
        );
        self.start_loops(settings, outgoing);
        let shelf = self.shelf.clone();
        self.tasks.spawn(reload_on(hang_up, shelf, self.stop.clone()));
        self.wait(terminate).await
    }

    /// Gives the doorkeeper of the console, when there is one.
    async fn start_web(&mut self, web: WebSettings, settings: &Settings) -> anyhow::Result<Option<Doorkeeper>> {
        let listener = TcpListener::bind(web.listen)
            .await
            .with_context(|| format!("cannot listen on {}: give another address with --listen", web.listen))?;
        let address = listener.local_addr()?;
        let chat = web.chat;
        let content = Arc::new(self.shelf.now().within(House::on(PlatformKind::Web, settings)));
        let doorkeeper = settings.console.as_ref().map(|console| self.doorkeeper(console, &web, address));
        let desk = settings.console.as_ref().zip(doorkeeper.clone());
        let desk = desk.map(|(console, doorkeeper)| self.desk(console, &web, settings, doorkeeper)).transpose()?;
        let state = WebState {
            settings: web,
            coach: settings.coach.clone(),
            greeting: web::greeting(&content, self.clock.now()),
            content,
            store: self.store.clone(),
            inbox: self.inbox.clone(),
            bells: self.bells.clone(),
            health: self.health.clone(),
            console: desk,
        };
        self.health.set(PlatformKind::Web, Standing::Ready);
        let (contents, stop) = (self.shelf.watch(), self.stop.clone());
        let serving = web::serve_current(listener, state, contents, stop);
        self.tasks.spawn(async move { serving.await.context("the web part") });
        if chat {
            println!("Déclic : http://{address}/");
        } else {
            println!("Déclic : http://{address}/livez");
        }
        if let Some(doorkeeper) = &doorkeeper {
            invite_administrator(doorkeeper).await?;
        }
        Ok(doorkeeper)
    }

    fn doorkeeper(&self, console: &ConsoleSettings, web: &WebSettings, address: SocketAddr) -> Doorkeeper {
        let address = web.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        Doorkeeper::new(self.store.clone(), self.clock.clone(), People::new(console.people.clone()), address)
    }

    fn desk(
        &self,
        console: &ConsoleSettings,
        web: &WebSettings,
        settings: &Settings,
        doorkeeper: Doorkeeper,
    ) -> anyhow::Result<Arc<Desk>> {
        let provider = console.oidc.clone().map(|oidc| Provider::new(oidc, doorkeeper.address())).transpose()?;
        Ok(Desk::new(DeskParts {
            doorkeeper,
            oidc: provider,
            public_url: web.public_url.clone(),
            behind_proxy: web.behind_proxy,
            content: self.shelf.now(),
            sources: Sources::of(settings),
            store: self.store.clone(),
            inbox: self.inbox.clone(),
            bells: self.bells.clone(),
            keeping: keeping(settings),
            stop: self.stop.clone(),
        }))
    }

    fn start_matrix(&mut self, matrix: Matrix, settings: MatrixSettings, data: std::path::PathBuf) {
        println!("Déclic : {} ({})", settings.user, settings.homeserver);
        let pulse = Pulse::of(PlatformKind::Matrix, &self.health);
        let (inbox, stop) = (self.inbox.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            matrix.listen(&settings, &data, &inbox, &pulse, &stop).await.context("the Matrix part")
        });
    }

    fn start_discord(&mut self, discord: Discord, settings: DiscordSettings) {
        println!("Déclic : Discord");
        let (content, inbox, health, stop) =
            (self.shelf.now(), self.inbox.clone(), self.health.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let answered = move |there| {
                health.set(PlatformKind::Discord, if there { Standing::Ready } else { Standing::Away });
            };
            discord.listen(&settings, &content.library, &inbox, answered, &stop).await.context("the Discord part")
        });
    }

    fn start_loops(&mut self, settings: &Settings, outgoing: Vec<Platform>) {
        let houses = PlatformKind::ALL.map(|platform| House::on(platform, settings));
        let (shelf, apologies) = (self.shelf.clone(), self.shelf.clone());
        let turns = Turns {
            store: self.store.clone(),
            clock: self.clock.clone(),
            bells: self.bells.clone(),
            platforms: platforms(settings),
            step: move |pending: &Pending, now| {
                let house = houses[pending.conversation.platform() as usize].clone();
                let content = shelf.now().within(house);
                dialogue::step(&content, pending.state.clone(), &pending.event, pending.input.clone(), now)
            },
            apology: move |language| apologies.now().apology(language),
        };
        let outbox = Arc::new(Outbox {
            store: self.store.clone(),
            clock: self.clock.clone(),
            bells: self.bells.clone(),
            health: self.health.clone(),
            send: outbox::through(outgoing.into()),
            deadline: outbox::DEADLINE,
        });
        let (store, clock, rules) = (self.store.clone(), self.clock.clone(), keeping(settings));
        let stops = [(); 3].map(|()| self.stop.clone());
        let [turns_stop, outbox_stop, purge_stop] = stops;
        self.tasks.spawn(async move {
            turns.run(&turns_stop).await;
            Ok(())
        });
        self.tasks.spawn(async move {
            outbox.run(&outbox_stop).await;
            Ok(())
        });
        self.tasks.spawn(async move {
            purge::run(&store, &clock, &rules, &purge_stop).await;
            Ok(())
        });
    }

    /// Until a signal, or until a part ends: then all are told to stop and may finish what they hold.
    async fn wait(mut self, terminate: Signal) -> anyhow::Result<()> {
        let outcome = tokio::select! {
            signal = terminated(terminate) => signal,
            Some(ended) = self.tasks.join_next() => ended.context("a part panicked").flatten(),
        };
        self.stop.cancel();
        tracing::info!("stopping");
        while let Some(ended) = self.tasks.join_next().await {
            ended.context("a part panicked").flatten()?;
        }
        outcome
    }
}

/// On SIGHUP the content is read again; what cannot be served is refused, and the log says why.
async fn reload_on(mut hang_up: Signal, shelf: Shelf, stop: CancellationToken) -> anyhow::Result<()> {
    loop {
        tokio::select! {
            received = hang_up.recv() => if received.is_none() { return Ok(()) },
            () = stop.cancelled() => return Ok(()),
        }
        match shelf.reload().await {
            Ok(Reloaded::Taken { methods }) => tracing::info!(methods, "the content was read again"),
            Ok(Reloaded::Refused(problems)) => {
                for problem in problems {
                    tracing::error!(%problem, "the new content is refused; the old one stays");
                }
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "the content cannot be read again"),
        }
    }
}

/// Until somebody is listed who can let others in, whoever starts the program is shown the way.
async fn invite_administrator(doorkeeper: &Doorkeeper) -> anyhow::Result<()> {
    if doorkeeper.people().lacks_administrator()
        && let Some(link) = doorkeeper.link(OPERATOR).await?
    {
        println!("Console (lien valable dix minutes, une seule fois) : {link}");
    }
    Ok(())
}

fn platforms(settings: &Settings) -> Vec<PlatformKind> {
    let web = settings.web.as_ref().map(|_| PlatformKind::Web);
    let matrix = settings.matrix.as_ref().map(|_| PlatformKind::Matrix);
    let discord = settings.discord.as_ref().map(|_| PlatformKind::Discord);
    web.into_iter().chain(matrix).chain(discord).collect()
}

/// How long each platform's conversations are kept.
pub fn keeping(settings: &Settings) -> Vec<Keeping> {
    PlatformKind::ALL
        .into_iter()
        .map(|platform| {
            let discord = settings.discord.as_ref().filter(|_| platform == PlatformKind::Discord);
            let statistics_only = discord.is_some_and(|discord| discord.statistics_only);
            Keeping { platform, days: settings.retention_days(platform), statistics_only }
        })
        .collect()
}

async fn terminated(mut terminate: Signal) -> anyhow::Result<()> {
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
