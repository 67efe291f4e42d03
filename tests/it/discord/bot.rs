//! The real program, started against the double as an operator would, killed as a power cut would.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::double::{Double, TOKEN, number};

const DECLIC: &str = env!("CARGO_BIN_EXE_declic");

/// How long a test waits for something that must come.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Bot {
    pub double: Double,
    folder: tempfile::TempDir,
    child: Option<Child>,
    settings: Vec<(String, String)>,
}

impl Bot {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these keys of `discord.`, or whole variables, set.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let mut bot = Self::asleep(settings).await;
        bot.wake().await;
        bot
    }

    /// Not started yet, so that the double can be prepared.
    pub async fn asleep(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let double = Double::start(folder.path()).await;
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { double, folder, child: None, settings }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(DECLIC);
        command
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg("--data")
            .arg(self.data())
            .arg("--config")
            .arg(self.config())
            .env("DECLIC__WEB__ENABLED", "false")
            .env("DECLIC__DISCORD__TOKEN", TOKEN)
            .env("DECLIC__DISCORD__API", format!("https://localhost:{}", self.double.http.port()))
            .env("DECLIC__DISCORD__ROOT_CERTIFICATE", &self.double.authority)
            .env("SSL_CERT_FILE", &self.double.authority)
            .stdin(Stdio::null());
        for (key, value) in &self.settings {
            let whole = key.starts_with("DECLIC__");
            let name = if whole { key.clone() } else { format!("DECLIC__DISCORD__{}", key.to_uppercase()) };
            command.env(name, value);
        }
        command
    }

    fn config(&self) -> PathBuf {
        let path = self.folder.path().join("declic.toml");
        std::fs::write(&path, "").unwrap();
        path
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn database(&self) -> String {
        format!("sqlite:{}", self.data().join("declic.db").display())
    }

    /// Starts the program and waits until it listens.
    pub async fn wake(&mut self) {
        self.spawn();
        let double = self.double.clone();
        until("the coach connects", || double.connected()).await;
    }

    pub fn spawn(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        let mut command = self.command(&["serve"]);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.child = Some(child);
    }

    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log.txt")
    }

    /// As a power cut: no word of goodbye.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
            self.double.drops();
        }
    }

    pub fn process(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Whether the program ended by itself.
    pub fn ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    /// Waits until the coach has said so many messages in a channel; gives them.
    pub async fn hears(&self, channel: u64, count: usize) -> Vec<Value> {
        let double = self.double.clone();
        until(&format!("{count} messages of the coach"), || double.heard(channel).len() >= count).await;
        self.double.heard(channel)
    }

    /// The last message of the coach once there are more than `before`.
    pub async fn next(&self, channel: u64, before: usize) -> Value {
        self.hears(channel, before + 1).await;
        tokio::time::sleep(Duration::from_millis(150)).await; // A second part may follow.
        self.double.heard(channel).last().cloned().unwrap()
    }

    /// Waits until « is thinking » of an interaction has become a message.
    pub async fn answered(&self, interaction: u64) -> Value {
        let double = self.double.clone();
        until("the promised reply", || double.world().interactions[&interaction].original.is_some()).await;
        self.double.world().interactions[&interaction].original.clone().unwrap()
    }

    /// Waits until an interaction was acknowledged; gives the kind.
    pub async fn acknowledged(&self, interaction: u64) -> u64 {
        let double = self.double.clone();
        until("the acknowledgement", || double.world().interactions[&interaction].acknowledged.is_some()).await;
        self.double.world().interactions[&interaction].acknowledged.unwrap().0
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(self.log()).unwrap_or_default());
            let world = self.double.world();
            eprintln!("violations: {:#?}", world.violations);
            let last = world.requests.iter().rev().take(25).map(|(_, method, path)| format!("{method} {path}"));
            eprintln!("last requests: {:#?}", last.collect::<Vec<_>>());
        }
    }
}

pub async fn until(what: &str, happens: impl Fn() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !happens() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}: not within {PATIENCE:?}");
}

/// The buttons of a message: label and `custom_id`.
pub fn buttons(message: &Value) -> Vec<(String, String)> {
    components(message)
        .filter(|one| one["type"] == 2)
        .map(|one| (one["label"].as_str().unwrap().to_owned(), one["custom_id"].as_str().unwrap().to_owned()))
        .collect()
}

/// The menu of a message: its `custom_id` and its options, label and value.
pub fn menu(message: &Value) -> Option<(String, Vec<(String, String)>)> {
    let menu = components(message).find(|one| one["type"] == 3)?;
    let options = menu["options"].as_array().unwrap().iter();
    let options =
        options.map(|one| (one["label"].as_str().unwrap().to_owned(), one["value"].as_str().unwrap().to_owned()));
    Some((menu["custom_id"].as_str().unwrap().to_owned(), options.collect()))
}

fn components(message: &Value) -> impl Iterator<Item = &Value> {
    let rows = message["components"].as_array().into_iter().flatten();
    rows.flat_map(|row| row["components"].as_array().into_iter().flatten())
}

pub fn words(message: &Value) -> String {
    format!("{}\n{}", message["content"].as_str().unwrap_or_default(), message["embeds"])
}

pub fn thread_in(double: &Double, parent: u64) -> Option<u64> {
    let world = double.world();
    let mut threads = world.channels.values().filter(|one| one["parent_id"] == parent.to_string().as_str());
    threads.next().map(|thread| number(&thread["id"]))
}

/// Resident memory of a process, in kilobytes.
pub fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
