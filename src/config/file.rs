//! Reading the configuration: where each key stands, what is unknown, what is wrong, and then what it means.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::{
    CoachSettings, ConsoleSettings, DiscordPlace, DiscordSettings, LogSettings, MatrixChoices, MatrixLogin,
    MatrixSettings, OidcSettings, Settings, Shards, WebSettings,
};
use crate::console::people::{Person, Role};
use crate::problem::{Problem, nearest};

/// Every key, with its default in TOML; an empty default means « not set ».
const KEYS: [(&str, &str); 51] = [
    ("data", "\"data\""),
    ("knowledge", "[]"),
    ("conversations", ""),
    ("store.url", ""),
    ("coach.contact", ""),
    ("coach.retention_days", "90"),
    ("web.enabled", "true"),
    ("web.listen", "\"127.0.0.1:8080\""),
    ("web.chat", "true"),
    ("web.public_url", ""),
    ("web.behind_proxy", "false"),
    ("web.messages_per_minute", "30"),
    ("web.retention_days", ""),
    ("console.enabled", "false"),
    ("console.coaches", "[]"),
    ("console.leads", "[]"),
    ("console.administrators", "[]"),
    ("console.oidc_name", "\"ProConnect\""),
    ("console.oidc_issuer", ""),
    ("console.oidc_client_id", ""),
    ("console.oidc_client_secret", ""),
    ("console.oidc_pkce", "true"),
    ("console.oidc_scopes", "\"openid email\""),
    ("matrix.homeserver", ""),
    ("matrix.user", ""),
    ("matrix.password", ""),
    ("matrix.access_token", ""),
    ("matrix.device_id", ""),
    ("matrix.recovery_passphrase", ""),
    ("matrix.store_passphrase", ""),
    ("matrix.device_name", "\"Déclic\""),
    ("matrix.allow", "[]"),
    ("matrix.retention_days", ""),
    ("matrix.refuse", "[]"),
    ("matrix.administrators", "[]"),
    ("matrix.management_room", ""),
    ("matrix.display_name", ""),
    ("matrix.messages_per_minute", "60"),
    ("matrix.rooms", "[]"),
    ("matrix.command", "\"!declic\""),
    ("matrix.choices", "\"texte\""),
    ("discord.token", ""),
    ("discord.place", "\"private-thread\""),
    ("discord.free_text", "false"),
    ("discord.shards", ""),
    ("discord.guild", ""),
    ("discord.retention_days", ""),
    ("discord.statistics_only", "false"),
    ("discord.api", "\"https://discord.com\""),
    ("discord.root_certificate", ""),
    ("log.format", "\"human\""),
];
const SECRETS: [&str; 7] = [
    "store.url",
    "console.oidc_client_secret",
    "discord.token",
    "matrix.password",
    "matrix.access_token",
    "matrix.recovery_passphrase",
    "matrix.store_passphrase",
];
const LISTS: [&str; 8] = [
    "knowledge",
    "matrix.allow",
    "matrix.refuse",
    "matrix.rooms",
    "matrix.administrators",
    "console.coaches",
    "console.leads",
    "console.administrators",
];
const PREFIX: &str = "DECLIC";

/// What the command line says, stronger than file and environment.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub data: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub knowledge: Vec<PathBuf>,
    pub conversations: Option<PathBuf>,
}

/// Reads `file` (the default `declic.toml` may be missing, a named one may not) and the environment.
///
/// # Errors
/// Every mistake, each with its line or its variable.
pub fn read(file: Option<&Path>, overrides: &Overrides) -> Result<Settings, Vec<Problem>> {
    let mut reader = Reader::open(file)?;
    let settings = reader.settings(overrides);
    if reader.problems.is_empty() { Ok(settings) } else { Err(reader.problems) }
}

/// What holds, one key a line, secrets hidden.
///
/// # Errors
/// As [`read`].
pub fn explain(file: Option<&Path>, overrides: &Overrides) -> Result<String, Vec<Problem>> {
    let mut reader = Reader::open(file)?;
    reader.settings(overrides);
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let mut shown = String::new();
    for (key, _) in KEYS {
        let value = match (reader.merged.get::<config::Value>(key), SECRETS.contains(&key)) {
            (Err(_), _) => "(not set)".to_owned(),
            (Ok(_), true) => "(hidden)".to_owned(),
            (Ok(value), false) => reader.overridden(key, overrides).unwrap_or_else(|| value.to_string()),
        };
        let _ = writeln!(shown, "{key} = {value}    # {}", reader.origin(key, overrides));
    }
    Ok(shown)
}

struct Reader {
    path: PathBuf,
    /// Key path → line in the file.
    lines: BTreeMap<String, u32>,
    merged: Config,
    problems: Vec<Problem>,
}

impl Reader {
    fn open(file: Option<&Path>) -> Result<Self, Vec<Problem>> {
        let path = file.map_or_else(|| PathBuf::from("declic.toml"), Path::to_owned);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(vec![unreadable(&path, &error)]),
        };
        let lines = key_lines(&path, &text).map_err(|problem| vec![problem])?;
        let mut reader = Self { lines, merged: Config::default(), problems: Vec::new(), path };
        reader.check_names();
        let merged = merge(&text);
        match merged {
            Ok(merged) => reader.merged = merged,
            Err(error) => reader.problem(
                0,
                format!("la configuration ne se lit pas : {error}"),
                "relisez le fichier et les variables DECLIC__*",
            ),
        }
        if reader.problems.is_empty() {
            Ok(reader)
        } else {
            reader.settings(&Overrides::default());
            Err(reader.problems)
        }
    }

    fn problem(&mut self, line: u32, message: String, help: impl Into<String>) {
        self.problems.push(Problem::error(&self.path, line, 0, message).with_help(help));
    }

    /// Keys that do not exist, in the file and in the environment.
    fn check_names(&mut self) {
        let written: Vec<(String, u32, bool)> = self
            .lines
            .iter()
            .map(|(key, line)| (key.clone(), *line, false))
            .chain(variables().into_iter().map(|key| (key, 0, true)))
            .collect();
        for (key, line, variable) in written {
            if KEYS.iter().any(|(known, _)| *known == key) {
                continue;
            }
            let near = nearest(&key, KEYS.iter().map(|(known, _)| *known));
            let help = near.map_or_else(
                || "les clés possibles sont dans le fichier declic.toml fourni".to_owned(),
                |near| format!("vouliez-vous dire « {near} » ?"),
            );
            let place = if variable { format!(" (variable {})", variable_name(&key)) } else { String::new() };
            self.problem(line, format!("la clé « {key} » n'existe pas{place}"), help);
        }
    }

    fn settings(&mut self, overrides: &Overrides) -> Settings {
        let knowledge: Vec<PathBuf> = self.get("knowledge", "une liste de dossiers").unwrap_or_default();
        Settings {
            data: overrides.data.clone().or_else(|| self.get("data", "un dossier")).unwrap_or_default(),
            store_url: self.store_url(),
            knowledge: if overrides.knowledge.is_empty() { knowledge } else { overrides.knowledge.clone() },
            conversations: overrides.conversations.clone().or_else(|| self.text("conversations").map(PathBuf::from)),
            coach: CoachSettings { contact: self.text("coach.contact"), retention_days: self.retention_days("coach") },
            web: self.web(overrides),
            console: self.console(overrides),
            matrix: self.matrix(),
            discord: self.discord(),
            log: LogSettings { json: self.log_is_json() },
        }
    }

    /// What a part says for itself, or what holds for all.
    fn retention_days(&mut self, part: &str) -> u32 {
        let own = format!("{part}.retention_days");
        let key = if self.text(&own).is_some() { &own } else { "coach.retention_days" };
        self.get(key, "un nombre de jours, 0 pour ne jamais effacer").unwrap_or_default()
    }

    fn store_url(&mut self) -> Option<SecretString> {
        let url = self.text("store.url")?;
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
            let line = self.line("store.url");
            self.problem(
                line,
                "« store.url » doit commencer par sqlite: ou postgres:".to_owned(),
                "par exemple sqlite:data/declic.db",
            );
        }
        Some(SecretString::from(url))
    }

    fn web(&mut self, overrides: &Overrides) -> Option<WebSettings> {
        let listen =
            overrides.listen.or_else(|| self.get("web.listen", "une adresse et un port, par exemple 127.0.0.1:8080"));
        let settings = WebSettings {
            listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))),
            chat: self.get("web.chat", "true ou false").unwrap_or(true),
            public_url: self.public_url(),
            behind_proxy: self.get("web.behind_proxy", "true ou false").unwrap_or(false),
            messages_per_minute: self.get("web.messages_per_minute", "un nombre").unwrap_or(30),
            retention_days: self.retention_days("web"),
        };
        self.get("web.enabled", "true ou false").unwrap_or(true).then_some(settings)
    }

    /// The console, when it is switched on.
    fn console(&mut self, overrides: &Overrides) -> Option<ConsoleSettings> {
        let enabled = self.get("console.enabled", "true ou false").unwrap_or(false);
        let people = [
            ("console.coaches", Role::Coach),
            ("console.leads", Role::Lead),
            ("console.administrators", Role::Administrator),
        ];
        let people = people.into_iter().flat_map(|(key, role)| self.people(key, role)).collect();
        let settings = ConsoleSettings { people, oidc: self.oidc() };
        if enabled {
            self.check_console_address(overrides);
        }
        enabled.then_some(settings)
    }

    fn people(&mut self, key: &str, role: Role) -> Vec<Person> {
        let written: Vec<String> = self.get(key, "une liste de personnes entre guillemets").unwrap_or_default();
        let mut people = Vec::new();
        for line in written {
            match Person::parse(&line, role) {
                Some(person) => people.push(person),
                None => {
                    let at = self.line(key);
                    let help = "par exemple \"@claire:agent.tchap.gouv.fr\", \"discord:123456789012345678\" ou \
                                \"Claire Martin <@claire:agent.tchap.gouv.fr, claire@exemple.gouv.fr>\"";
                    self.problem(at, format!("« {key} » : « {line} » ne désigne personne"), help);
                }
            }
        }
        people
    }

    /// What coaches read must not cross a network in clear.
    fn check_console_address(&mut self, overrides: &Overrides) {
        let line = self.line("console.enabled");
        if !self.get("web.enabled", "true ou false").unwrap_or(true) {
            let message = "la console a besoin de la partie web".to_owned();
            self.problem(line, message, "mettez « web.enabled » à true, ou « console.enabled » à false");
            return;
        }
        let listen: Option<SocketAddr> = overrides.listen.or_else(|| self.get("web.listen", "une adresse et un port"));
        let https = self.text("web.public_url").is_some_and(|url| url.starts_with("https://"));
        if !https && listen.is_some_and(|listen| !listen.ip().is_loopback()) {
            let message = "la console ne s'ouvre pas au réseau sans chiffrement".to_owned();
            let help =
                "écoutez sur 127.0.0.1 derrière un mandataire, et donnez l'adresse https:// dans « web.public_url »";
            self.problem(line, message, help);
        }
    }

    fn oidc(&mut self) -> Option<OidcSettings> {
        let issuer = self.text("console.oidc_issuer")?;
        let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        if !issuer.starts_with("https://") && !local.iter().any(|local| issuer.starts_with(local)) {
            let line = self.line("console.oidc_issuer");
            let message = "« console.oidc_issuer » doit commencer par https://".to_owned();
            self.problem(line, message, "donnez l'adresse du fournisseur, sans /.well-known/…");
        }
        Some(OidcSettings {
            name: self.text("console.oidc_name").unwrap_or_default(),
            issuer,
            client_id: self.required("console.oidc_client_id", "l'identifiant que le fournisseur vous a donné"),
            client_secret: SecretString::from(
                self.required("console.oidc_client_secret", "plutôt dans DECLIC__CONSOLE__OIDC_CLIENT_SECRET"),
            ),
            pkce: self.get("console.oidc_pkce", "true ou false").unwrap_or(true),
            scopes: self.text("console.oidc_scopes").unwrap_or_default(),
        })
    }

    fn public_url(&mut self) -> Option<String> {
        let url = self.text("web.public_url")?;
        if !url.starts_with("https://") && !url.starts_with("http://") {
            let line = self.line("web.public_url");
            self.problem(
                line,
                "« web.public_url » doit commencer par https:// ou http://".to_owned(),
                "par exemple https://declic.example.org",
            );
        }
        Some(url.trim_end_matches('/').to_owned())
    }

    fn log_is_json(&mut self) -> bool {
        let format = self.text("log.format").unwrap_or_default();
        if format != "human" && format != "json" {
            let line = self.line("log.format");
            self.problem(line, format!("« log.format » vaut « {format} »"), "possibles : human, json");
        }
        format == "json"
    }

    /// The Matrix part, when any of its keys is set; then what it cannot do without is asked for.
    fn matrix(&mut self) -> Option<MatrixSettings> {
        let keys = ["homeserver", "user", "password", "access_token", "device_id", "recovery_passphrase"];
        if keys.iter().all(|key| self.text(&format!("matrix.{key}")).is_none()) {
            return None;
        }
        let homeserver = self.required(
            "matrix.homeserver",
            "l'adresse du serveur, par exemple https://matrix.agent.dinum.tchap.gouv.fr",
        );
        if !homeserver.is_empty() && !homeserver.starts_with("http://") && !homeserver.starts_with("https://") {
            let line = self.line("matrix.homeserver");
            self.problem(
                line,
                "« matrix.homeserver » doit commencer par https://".to_owned(),
                "donnez l'adresse complète du serveur",
            );
        }
        Some(MatrixSettings {
            homeserver,
            user: self.required("matrix.user", "le compte, par exemple @coach:example.org"),
            login: self.login(),
            recovery_passphrase: self.secret("matrix.recovery_passphrase"),
            store_passphrase: self.secret("matrix.store_passphrase"),
            device_name: self.text("matrix.device_name").unwrap_or_default(),
            allow: self
                .get("matrix.allow", "une liste d'adresses, par exemple [\"@*:example.org\"]")
                .unwrap_or_default(),
            retention_days: self.retention_days("matrix"),
            refuse: self.get("matrix.refuse", "une liste d'adresses ou de serveurs").unwrap_or_default(),
            display_name: self.text("matrix.display_name"),
            messages_per_minute: self.get("matrix.messages_per_minute", "un nombre").unwrap_or(60),
            administrators: self.administrators(),
            management_room: self.management_room(),
            rooms: self
                .get("matrix.rooms", "une liste de salons, par exemple [\"#equipe-*:example.org\"]")
                .unwrap_or_default(),
            command: self.matrix_command(),
            choices: self.matrix_choices(),
        })
    }

    /// Who may give orders to the coach; names that are no addresses would never be met.
    fn administrators(&mut self) -> Vec<String> {
        let key = "matrix.administrators";
        let written: Vec<String> = self.get(key, "une liste d'adresses entières").unwrap_or_default();
        for wrong in written.iter().filter(|name| !name.starts_with('@') || !name.contains(':')) {
            let line = self.line(key);
            let message = format!("« {key} » : « {wrong} » n'est pas une adresse entière");
            self.problem(line, message, "par exemple \"@claire:agent.dinum.tchap.gouv.fr\"");
        }
        written
    }

    fn management_room(&mut self) -> Option<String> {
        let key = "matrix.management_room";
        let room = self.text(key)?;
        let line = self.line(key);
        if !room.starts_with(['!', '#']) {
            let help = "donnez son identifiant (!…) ou son adresse (#nom:serveur)";
            self.problem(line, format!("« {key} » : « {room} » ne désigne pas un salon"), help);
        }
        if self.text("matrix.homeserver").is_some()
            && self.merged.get_array("matrix.administrators").is_ok_and(|list| list.is_empty())
        {
            let message = format!("« {key} » ne sert à rien sans « matrix.administrators »");
            self.problem(line, message, "donnez l'adresse de ceux qui peuvent y commander le coach");
        }
        Some(room)
    }

    fn matrix_command(&mut self) -> String {
        let command = self.text("matrix.command").unwrap_or_default();
        if command.chars().filter(|sign| sign.is_alphanumeric()).count() < 2 || command.contains(char::is_whitespace) {
            let line = self.line("matrix.command");
            let message = format!("« matrix.command » vaut « {command} »");
            self.problem(line, message, "un seul mot, par exemple !declic");
        }
        command
    }

    fn matrix_choices(&mut self) -> MatrixChoices {
        match self.text("matrix.choices").as_deref() {
            Some("texte") => MatrixChoices::Text,
            Some("sondages") => MatrixChoices::Polls,
            Some("réactions" | "reactions") => MatrixChoices::Reactions,
            other => {
                let message = format!("« matrix.choices » vaut « {} »", other.unwrap_or_default());
                let line = self.line("matrix.choices");
                self.problem(line, message, "possibles : texte, sondages, réactions");
                MatrixChoices::Text
            }
        }
    }

    fn login(&mut self) -> MatrixLogin {
        match (self.secret("matrix.password"), self.secret("matrix.access_token"), self.text("matrix.device_id")) {
            (Some(password), None, _) => MatrixLogin::Password(password),
            (None, Some(token), Some(device)) => MatrixLogin::AccessToken { token, device },
            (None, Some(token), None) => {
                let line = self.line("matrix.access_token");
                self.problem(
                    line,
                    "il manque « matrix.device_id »".to_owned(),
                    "un jeton d'accès va avec l'appareil pour lequel il a été donné",
                );
                MatrixLogin::AccessToken { token, device: String::new() }
            }
            (Some(password), Some(_), _) => {
                let line = self.line("matrix.access_token");
                self.problem(
                    line,
                    "« matrix.password » et « matrix.access_token » sont donnés tous les deux".to_owned(),
                    "gardez-en un seul",
                );
                MatrixLogin::Password(password)
            }
            (None, None, _) => {
                let line = self.line("matrix.user");
                self.problem(
                    line,
                    "il manque « matrix.password », ou « matrix.access_token » et « matrix.device_id »".to_owned(),
                    "mettez le secret dans la variable DECLIC__MATRIX__PASSWORD",
                );
                MatrixLogin::Password(SecretString::from(String::new()))
            }
        }
    }

    /// The Discord part, when there is a token for it.
    fn discord(&mut self) -> Option<DiscordSettings> {
        let place = self.discord_place();
        let shards = self.shards();
        Some(DiscordSettings {
            token: self.secret("discord.token")?,
            place,
            free_text: self.get("discord.free_text", "true ou false").unwrap_or(false),
            shards,
            guild: self.get("discord.guild", "l'identifiant d'un serveur, en chiffres"),
            retention_days: self.retention_days("discord"),
            statistics_only: self.get("discord.statistics_only", "true ou false").unwrap_or(false),
            api: self.text("discord.api").unwrap_or_default(),
            root_certificate: self.text("discord.root_certificate").map(PathBuf::from),
        })
    }

    fn discord_place(&mut self) -> DiscordPlace {
        match self.text("discord.place").unwrap_or_default().as_str() {
            "private-thread" => DiscordPlace::PrivateThread,
            "public-thread" => DiscordPlace::PublicThread,
            "ephemeral" => DiscordPlace::Ephemeral,
            other => {
                let line = self.line("discord.place");
                let help = "possibles : private-thread, public-thread, ephemeral";
                self.problem(line, format!("« discord.place » vaut « {other} »"), help);
                DiscordPlace::Ephemeral
            }
        }
    }

    fn shards(&mut self) -> Option<Shards> {
        let written = self.text("discord.shards")?;
        let shards = read_shards(&written);
        if shards.is_none() {
            let line = self.line("discord.shards");
            let help = "par exemple \"0..2/8\" : les fragments 0 et 1 sur 8, la fin n'étant pas comprise";
            self.problem(line, format!("« discord.shards » vaut « {written} »"), help);
        }
        shards
    }

    fn required(&mut self, key: &str, what: &str) -> String {
        self.text(key).unwrap_or_else(|| {
            self.problem(0, format!("il manque « {key} »"), what);
            String::new()
        })
    }

    fn secret(&mut self, key: &str) -> Option<SecretString> {
        self.text(key).map(SecretString::from)
    }

    /// A text that is set and not empty.
    fn text(&mut self, key: &str) -> Option<String> {
        self.get::<String>(key, "un texte entre guillemets").filter(|text| !text.is_empty())
    }

    fn get<T: DeserializeOwned>(&mut self, key: &str, what: &str) -> Option<T> {
        match self.merged.get::<T>(key) {
            Ok(value) => Some(value),
            Err(config::ConfigError::NotFound(_)) => None,
            // The error would quote the value, which may be a secret.
            Err(_) => {
                let line = self.line(key);
                let place = if line == 0 { format!(" (variable {})", variable_name(key)) } else { String::new() };
                let message = format!("« {key} » n'a pas la bonne forme{place}");
                if self.problems.iter().all(|known| known.message != message) {
                    self.problem(line, message, format!("on attend {what}"));
                }
                None
            }
        }
    }

    fn line(&self, key: &str) -> u32 {
        if variables().contains(&key.to_owned()) { 0 } else { self.lines.get(key).copied().unwrap_or(0) }
    }

    fn overridden(&self, key: &str, overrides: &Overrides) -> Option<String> {
        match key {
            "data" => overrides.data.as_ref().map(|path| path.display().to_string()),
            "web.listen" => overrides.listen.map(|address| address.to_string()),
            "conversations" => overrides.conversations.as_ref().map(|path| path.display().to_string()),
            "knowledge" if !overrides.knowledge.is_empty() => Some(format!("{:?}", overrides.knowledge)),
            _ => None,
        }
    }

    fn origin(&self, key: &str, overrides: &Overrides) -> String {
        if self.overridden(key, overrides).is_some() {
            "command line".to_owned()
        } else if variables().contains(&key.to_owned()) {
            variable_name(key)
        } else if let Some(line) = self.lines.get(key) {
            format!("{}:{line}", self.path.display())
        } else {
            "default".to_owned()
        }
    }
}

fn read_shards(written: &str) -> Option<Shards> {
    let (range, total) = written.split_once('/')?;
    let (first, end) = range.split_once("..")?;
    let number = |text: &str| text.trim().parse().ok();
    let shards = Shards { first: number(first)?, end: number(end)?, total: number(total)? };
    (shards.first < shards.end && shards.end <= shards.total).then_some(shards)
}

fn merge(text: &str) -> Result<Config, config::ConfigError> {
    let defaults: String = KEYS
        .iter()
        .filter(|(_, default)| !default.is_empty())
        .map(|(key, default)| format!("{key} = {default}\n"))
        .collect();
    let mut environment =
        Environment::with_prefix(PREFIX).prefix_separator("__").separator("__").try_parsing(true).list_separator(",");
    for list in LISTS {
        environment = environment.with_list_parse_key(list);
    }
    Config::builder()
        .add_source(File::from_str(&defaults, FileFormat::Toml))
        .add_source(File::from_str(text, FileFormat::Toml))
        .add_source(environment)
        .build()
}

/// The key paths that `DECLIC__*` variables set.
fn variables() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter_map(|name| Some(name.strip_prefix("DECLIC__")?.to_lowercase().replace("__", "."))).collect()
}

fn variable_name(key: &str) -> String {
    format!("{PREFIX}__{}", key.to_uppercase().replace('.', "__"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::error(path, 0, 0, format!("ce fichier ne se lit pas : {error}"))
        .with_help("vérifiez son nom et ses droits")
}

/// Every key path of the file with its line.
fn key_lines(path: &Path, text: &str) -> Result<BTreeMap<String, u32>, Problem> {
    let table = toml::de::DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        Problem::error(path, line, 0, format!("ce fichier n'est pas du TOML lisible : {}", error.message()))
            .with_help("vérifiez les guillemets et les crochets de cette ligne")
    })?;
    let mut lines = BTreeMap::new();
    collect(table.get_ref(), "", text, &mut lines);
    Ok(lines)
}

fn collect(table: &toml::de::DeTable<'_>, prefix: &str, text: &str, lines: &mut BTreeMap<String, u32>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        match value.get_ref() {
            toml::de::DeValue::Table(inner) => collect(inner, &path, text, lines),
            _ => {
                lines.insert(path, line_of(text, key.span().start));
            }
        }
    }
}

fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}
