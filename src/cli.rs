//! The command line: what can be asked, and what carries it out.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};

use crate::clock::Clock;
use crate::config::{self, LogSettings, Overrides, Settings};
use crate::console::doorkeeper::Doorkeeper;
use crate::console::graded;
use crate::console::people::{OPERATOR, People};
use crate::content::{self, Sources};
use crate::dialogue::understand::means::means_in;
use crate::dialogue::{Content, House};
use crate::knowledge::Weights;
use crate::links::{self, Manners, Memory};
use crate::lock::FolderLock;
use crate::message::ConversationId;
use crate::platform::discord::api::Api;
use crate::platform::discord::doctor;
use crate::platform::terminal::{self, Terminal};
use crate::problem::Problem;
use crate::store::Store;
use crate::{demo, eval, new_method, serve, suggest, telemetry, tune};

/// How many methods the coach gives at a time.
const ADVISED: usize = 3;

/// Déclic, a coach that helps French public servants choose a method.
#[derive(Debug, Parser)]
#[command(name = "declic", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    place: Place,
}

/// Where things are; every command takes those that make sense for it.
#[derive(Debug, Clone, Default, Args)]
struct Place {
    /// Data folder: database, Matrix keys (default: `data`)
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration file (default: `declic.toml` when there is one)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the method base, instead of the shipped one; several times: later ones override
    #[arg(long, global = true, value_name = "DIR")]
    knowledge: Vec<PathBuf>,
    /// Folder of the script, instead of the shipped one
    #[arg(long, global = true, value_name = "DIR")]
    conversations: Option<PathBuf>,
    /// Address of the web part (default: 127.0.0.1:8080; port 0 takes a free one)
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything that is configured (the default)
    Serve,
    /// Talk with the coach here
    Chat {
        /// One JSON object a line on standard input, one a line on standard output
        #[arg(long)]
        json: bool,
    },
    /// Say which methods a request would be given, and why
    Suggest {
        request: String,
        /// Also what each kind of evidence adds, how the words were read, what other means would change
        #[arg(long)]
        explain: bool,
        #[arg(long)]
        json: bool,
    },
    /// Measure the recommendations on graded requests (one JSON object a line)
    Eval {
        #[arg(required_unless_present = "from_reviews", conflicts_with = "from_reviews")]
        file: Option<PathBuf>,
        /// On what the coaches judged in the console, instead of a file
        #[arg(long)]
        from_reviews: bool,
        #[arg(long)]
        json: bool,
        /// What each request is given instead of the figures, one JSON object a line
        #[arg(long, conflicts_with_all = ["json", "from_reviews"])]
        rankings: bool,
    },
    /// Choose the numbers of the search by cross-validation; takes minutes, changes nothing
    Tune {
        /// Graded requests for the weights of the ranking; without any, only the rule for « out of scope » is fitted
        files: Vec<PathBuf>,
    },
    /// Check the method base and the script; exit code 1 when there is anything to mend
    Check {
        /// Ask for every page that the base points to as well; remembers in the data folder what failed
        #[arg(long)]
        links: bool,
    },
    /// Begin a new entry of the base
    #[command(subcommand)]
    New(New),
    /// Say what keeps the Discord part from working; exit code 1 when something is missing
    Doctor {
        /// The server to look at, by its id
        #[arg(long, value_name = "ID")]
        guild: Option<u64>,
    },
    /// Print a link that opens the coaches' console once
    Console {
        /// For this listed person, by one of their names; without it, as local administrator
        #[arg(value_name = "PERSON")]
        person: Option<String>,
    },
    /// Fill an empty data folder with invented conversations, to see the console at work
    Demo {
        /// How many (default: 500); here, this is no folder
        #[arg(long, value_name = "NUMBER")]
        conversations: Option<PathBuf>,
    },
    /// Show the configuration that holds, secrets hidden
    Config,
    /// Write every conversation as JSON lines
    Export,
    /// Erase one conversation, for good
    Forget { conversation: String },
}

#[derive(Debug, Subcommand)]
enum New {
    /// Write the two files of a new method, in the last folder of --knowledge (default: `knowledge`)
    Method { id: String },
}

/// Carries out the command line.
///
/// # Errors
/// What went wrong, to be shown to the operator.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let place = cli.place;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => start(&place).await,
        Command::Chat { json } => chat(&place, json).await,
        Command::Suggest { request, explain, json } => suggest(&place, &request, explain, json),
        Command::Tune { files } => tune(&place, &files),
        Command::Eval { file: Some(file), rankings: true, .. } => rank(&place, &file),
        Command::Eval { file: Some(file), json, .. } => evaluate(&place, &file, json),
        Command::Eval { file: None, json, .. } => evaluate_reviews(&place, json).await,
        Command::Check { links: false } => check(&place),
        Command::Check { links: true } => check_links(&place).await,
        Command::New(New::Method { id }) => new_method(&place, &id),
        Command::Doctor { guild } => doctor(&place, guild).await,
        Command::Console { person } => invite(&place, person.as_deref()).await,
        Command::Demo { conversations } => demonstrate(place, conversations.as_deref()).await,
        Command::Config => show_config(&place),
        Command::Export => export(&place).await,
        Command::Forget { conversation } => forget(&place, &conversation).await,
    }
}

impl Place {
    fn overrides(&self) -> Overrides {
        Overrides {
            data: self.data.clone(),
            listen: self.listen,
            knowledge: self.knowledge.clone(),
            conversations: self.conversations.clone(),
        }
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        config::read(self.config.as_deref(), &self.overrides()).map_err(|problems| all(&problems))
    }
}

/// Every problem as one error.
fn all(problems: &[Problem]) -> anyhow::Error {
    let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("the configuration cannot be used:\n{}", list.join("\n"))
}

async fn start(place: &Place) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    telemetry::start(settings.log);
    serve::serve(settings).await?;
    Ok(ExitCode::SUCCESS)
}

/// Without `--data`, nothing is kept once the talk ends.
async fn chat(place: &Place, json: bool) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let content = Arc::new(content::for_agents(&settings)?);
    let lock = match &place.data {
        Some(folder) => Some(FolderLock::take(folder)?),
        None => None,
    };
    let store =
        if lock.is_some() { serve::open_store(&settings).await? } else { Store::open("sqlite::memory:").await? };
    let terminal = Terminal::new(store.clone(), content, Clock::System);
    if json {
        terminal::converse(terminal).await?;
    } else {
        terminal::chat(terminal).await?;
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn suggest(place: &Place, request: &str, explain: bool, json: bool) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let content = content::load_or_explain(&Sources::of(&settings), House::default())?;
    let suggestion = suggest::suggest(&content.library, request, means_in(request), ADVISED, explain);
    let shown = if json { serde_json::to_string(&suggestion)? } else { suggestion.to_string() };
    print(&shown)
}

fn evaluate(place: &Place, file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let content = content::load_or_explain(&Sources::of(&settings), House::default())?;
    show_report(&content, &read_requests(file)?, json)
}

fn rank(place: &Place, file: &Path) -> anyhow::Result<ExitCode> {
    let content = content::load_or_explain(&Sources::of(&place.settings()?), House::default())?;
    let rankings = eval::rankings(&content.library, &read_requests(file)?, means_in, || Clock::System.now());
    let lines: Vec<String> = rankings.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    print(&lines.join("\n"))
}

fn read_requests(file: &Path) -> anyhow::Result<Vec<eval::Request>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (requests, bad) = eval::parse(&text);
    let bad: Vec<String> = bad.iter().map(|bad| format!("{}:{}: {}", file.display(), bad.line, bad.message)).collect();
    anyhow::ensure!(bad.is_empty(), "these lines are not requests:\n{}", bad.join("\n"));
    Ok(requests)
}

fn tune(place: &Place, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let sources = Sources::of(&place.settings()?);
    let requests: Vec<eval::Request> = files
        .iter()
        .map(|file| read_requests(file))
        .collect::<anyhow::Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let mut content = content::load_or_explain(&sources, House::default())?;
    let library = content::library_mut(&mut content)?;
    if !requests.is_empty() {
        print(&tune::climb(library, &requests, means_in).to_string())?;
        library.reweigh(Weights::DEFAULT);
    }
    print(&tune::fit(&content::knowledge_files(&sources)?, library, &requests, &Weights::DEFAULT).to_string())
}

fn show_report(content: &Content, requests: &[eval::Request], json: bool) -> anyhow::Result<ExitCode> {
    let report = eval::evaluate(&content.library, requests, means_in);
    let shown = if json { serde_json::to_string(&report)? } else { report.to_string() };
    print(&shown)
}

async fn evaluate_reviews(place: &Place, json: bool) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let content = content::load_or_explain(&Sources::of(&settings), House::default())?;
    let store = existing_store(place).await?;
    let requests = graded::requests(&store, &content.script).await?;
    store.close().await;
    anyhow::ensure!(!requests.is_empty(), "no coach has judged a request yet, or its words are not kept any more");
    show_report(&content, &requests, json)
}

fn check(place: &Place) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let loaded = content::review(&Sources::of(&settings), House::default())?;
    for problem in &loaded.problems {
        print(&format!("{problem}\n"))?;
    }
    let Some(content) = loaded.content.filter(|_| loaded.problems.is_empty()) else {
        print(&format!("{} point(s) à corriger.", loaded.problems.len()))?;
        return Ok(ExitCode::FAILURE);
    };
    let (library, steps) = (&content.library, content.script.steps.len());
    let (methods, journeys) = (library.methods().len(), library.journeys().len());
    print(&format!("Rien à corriger : {methods} méthodes, {journeys} parcours, {steps} étapes de dialogue."))
}

/// Checks the content, then the pages that it points to; fails for either.
async fn check_links(place: &Place) -> anyhow::Result<ExitCode> {
    let content = check(place)?;
    let settings = place.settings()?;
    let mentions = links::collect(&content::knowledge_files(&Sources::of(&settings))?);
    let found = links::check(mentions.keys().cloned().collect(), Manners::default()).await?;
    let mut memory = Memory::open(&settings.data)?;
    memory.learn(&found, Clock::System.now());
    memory.keep(&settings.data)?;
    for line in links::report(&mentions, &found, &memory) {
        print(&line)?;
    }
    let failed = found.values().filter(|verdict| verdict.is_failure()).count();
    print(&format!("{} page(s) demandée(s), {failed} en échec.", found.len()))?;
    Ok(if failed == 0 { content } else { ExitCode::FAILURE })
}

fn new_method(place: &Place, id: &str) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let folder = settings.knowledge.last().map_or(Path::new("knowledge"), PathBuf::as_path);
    let [sheet, needs] = new_method::create(folder, id)?;
    print(&format!("{}\n{}", sheet.display(), needs.display()))?;
    print("Remplacez chaque « À ÉCRIRE », puis lancez « declic check ».")
}

fn show_config(place: &Place) -> anyhow::Result<ExitCode> {
    let shown = config::explain(place.config.as_deref(), &place.overrides()).map_err(|problems| all(&problems))?;
    print(shown.trim_end())
}

async fn doctor(place: &Place, guild: Option<u64>) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let discord = settings.discord.context("discord.token is not set: there is nothing to examine")?;
    let report = doctor::examine(&Api::new(&discord, Clock::System)?, &discord, guild).await?;
    print(&report.lines.join("\n"))?;
    Ok(if report.sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Beside a running program: whoever has the data folder may enter.
async fn invite(place: &Place, person: Option<&str>) -> anyhow::Result<ExitCode> {
    let settings = place.settings()?;
    let web = settings.web.as_ref().context("the web part is disabled: there is no console")?;
    let console = settings.console.as_ref().context("console.enabled is false: there is no console")?;
    let address = web.public_url.clone().unwrap_or_else(|| format!("http://{}", web.listen));
    let store = existing_store(place).await?;
    let people = People::new(console.people.clone());
    let person = person.unwrap_or(OPERATOR);
    let link = Doorkeeper::new(store.clone(), Clock::System, people, address).link(person).await?;
    store.close().await;
    print(
        &link.with_context(|| {
            format!("« {person} » is on none of the lists: see console.coaches, leads, administrators")
        })?,
    )
}

/// Elsewhere `--conversations` is the folder of the script, so the number comes as the name of one.
async fn demonstrate(mut place: Place, number: Option<&Path>) -> anyhow::Result<ExitCode> {
    place.conversations = None;
    let number = number.map_or("500", |number| number.to_str().unwrap_or_default());
    let conversations: u32 =
        number.parse().with_context(|| format!("« {number} » is not a number of conversations"))?;
    let settings = place.settings()?;
    let content = content::for_agents(&settings)?;
    let _lock = FolderLock::take(&settings.data)?;
    let store = serve::open_store(&settings).await?;
    let turns = demo::fill(&store, &content, conversations, Clock::System.now()).await?;
    store.close().await;
    print(&format!("{conversations} conversations inventées, {turns} tours."))
}

async fn export(place: &Place) -> anyhow::Result<ExitCode> {
    let store = existing_store(place).await?;
    store.export(|row| print(&serde_json::to_string(&row)?).map(drop)).await?;
    Ok(ExitCode::SUCCESS)
}

async fn forget(place: &Place, conversation: &str) -> anyhow::Result<ExitCode> {
    let store = existing_store(place).await?;
    let id = ConversationId::parse(conversation)
        .with_context(|| format!("« {conversation} » is not a conversation: it looks like web:… or matrix:!…"))?;
    anyhow::ensure!(store.forget(&id).await?, "there is no conversation {conversation}");
    store.sweep(Clock::System.now()).await?;
    store.close().await;
    print("Effacé.")
}

/// The store of a folder that was used before; none is made by mistake.
async fn existing_store(place: &Place) -> anyhow::Result<Store> {
    let settings = place.settings()?;
    telemetry::start(LogSettings::default());
    let known = settings.store_url.is_some() || settings.data.join("declic.db").exists();
    anyhow::ensure!(known, "there is no database in {}: give the folder with --data", settings.data.display());
    serve::open_store(&settings).await
}

/// A closed pipe is the reader's choice, not an error.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => written.map(|()| ExitCode::SUCCESS).context("cannot write to standard output"),
    }
}
