//! What the operator wrote, and what it means.
//!
//! Defaults, then `declic.toml`, then `DECLIC__SECTION__KEY` variables. All mistakes are reported at once.

mod file;

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::console::people::Person;
use crate::message::PlatformKind;

pub use file::{Overrides, explain, read};

/// What holds, checked: the rest of the program sees only this.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Database, Matrix keys, lock file.
    pub data: PathBuf,
    /// `sqlite:` or `postgres:` address of the store; `None`: a SQLite file in the data folder.
    pub store_url: Option<SecretString>,
    /// Folders of sheets; empty: those at hand, else the shipped ones.
    pub knowledge: Vec<PathBuf>,
    pub conversations: Option<PathBuf>,
    pub coach: CoachSettings,
    pub web: Option<WebSettings>,
    /// The coaches' console; it needs the web part.
    pub console: Option<ConsoleSettings>,
    pub matrix: Option<MatrixSettings>,
    pub discord: Option<DiscordSettings>,
    pub log: LogSettings,
}

impl Settings {
    /// Days without a message after which a conversation of a platform is erased; 0 keeps it.
    #[must_use]
    pub fn retention_days(&self, platform: PlatformKind) -> u32 {
        let own = match platform {
            PlatformKind::Matrix => self.matrix.as_ref().map(|matrix| matrix.retention_days),
            PlatformKind::Discord => self.discord.as_ref().map(|discord| discord.retention_days),
            PlatformKind::Web => self.web.as_ref().map(|web| web.retention_days),
            PlatformKind::Terminal => None,
        };
        own.unwrap_or(self.coach.retention_days)
    }
}

/// What the coach tells people about the house that runs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoachSettings {
    /// How to reach a person: an e-mail address, a phone number, a room.
    pub contact: Option<String>,
    /// Days without a message after which a conversation is erased; 0 keeps it.
    pub retention_days: u32,
}

#[derive(Debug, Clone)]
pub struct WebSettings {
    pub listen: SocketAddr,
    /// The page can be switched off while the health addresses stay.
    pub chat: bool,
    /// The address that people use, for links and cookies; `https://…` behind a proxy.
    pub public_url: Option<String>,
    /// Trust `X-Forwarded-For` of a proxy on the loopback for throttling.
    pub behind_proxy: bool,
    /// Messages per minute and address.
    pub messages_per_minute: u32,
    /// Days without a message after which a conversation is erased; 0 keeps it.
    pub retention_days: u32,
}

/// Who may enter the coaches' console, and how.
#[derive(Debug, Clone, Default)]
pub struct ConsoleSettings {
    pub people: Vec<Person>,
    /// Sign-in at an OpenID provider, beside the links that the bot gives.
    pub oidc: Option<OidcSettings>,
}

/// An OpenID provider, e.g. ProConnect.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// As people call it, on the button.
    pub name: String,
    /// What `/.well-known/openid-configuration` is added to.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Some providers refuse every parameter that they do not document.
    pub pkce: bool,
    pub scopes: String,
}

#[derive(Debug, Clone)]
pub struct MatrixSettings {
    pub homeserver: String,
    /// `@coach:example.org`, or the local part.
    pub user: String,
    pub login: MatrixLogin,
    /// Unlocks the account's secret storage, so that a new device is signed by its owner.
    pub recovery_passphrase: Option<SecretString>,
    /// Encrypts the key store on disk.
    pub store_passphrase: Option<SecretString>,
    pub device_name: String,
    /// Whose invitations are accepted: patterns such as `@*:agent.dinum.tchap.gouv.fr` or a bare server name.
    /// Empty: those of the account's own server. A room (`!…`, `#…`) is a space whose members are welcome.
    pub allow: Vec<String>,
    /// Days without a message after which a conversation is erased; 0 keeps it.
    pub retention_days: u32,
    /// Whose invitations are refused all the same.
    pub refuse: Vec<String>,
    /// How the coach is called, where the server lets it choose.
    pub display_name: Option<String>,
    /// How much one person may write before being asked to slow down; 0: no limit.
    pub messages_per_minute: u32,
    /// Who may give orders, in the management room.
    pub administrators: Vec<String>,
    /// Its id or alias; `None`: a direct room with the first administrator, when there is one.
    pub management_room: Option<String>,
    /// The rooms of more than two in which the coach works: patterns such as `#equipe-*:example.org`, `!id:example.org` or
    /// a bare server name. Empty: all.
    pub rooms: Vec<String>,
    /// The word that calls the coach among others.
    pub command: String,
    pub choices: MatrixChoices,
}

/// What numbered choices come with; the numbers can always be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixChoices {
    Text,
    /// A poll, where one answer is asked for.
    Polls,
    /// The numbers as reactions to be pressed.
    Reactions,
}

#[derive(Debug, Clone)]
pub enum MatrixLogin {
    Password(SecretString),
    AccessToken { token: SecretString, device: String },
}

#[derive(Debug, Clone)]
pub struct DiscordSettings {
    pub token: SecretString,
    pub place: DiscordPlace,
    /// Read what is written in the coach's threads without naming it. Needs the privileged intent « Message Content ».
    pub free_text: bool,
    /// The shards of this process; `None`: as many as Discord recommends, all here.
    pub shards: Option<Shards>,
    /// Register the commands in this server only, where they appear at once: for development.
    pub guild: Option<u64>,
    /// Days without a message after which a conversation is erased; 0 keeps it.
    pub retention_days: u32,
    /// Keep no words once they are answered: only counts and ratings.
    pub statistics_only: bool,
    /// Another address for the HTTP interface, e.g. that of a proxy which inspects traffic.
    pub api: String,
    /// A certificate authority to trust besides the usual ones, as such proxies need.
    pub root_certificate: Option<PathBuf>,
}

/// Where a conversation that begins in a server is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscordPlace {
    PrivateThread,
    PublicThread,
    /// Replies that only the person sees.
    Ephemeral,
}

/// Some of all shards: `first..end` of `total`, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shards {
    pub first: u32,
    pub end: u32,
    pub total: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogSettings {
    pub json: bool,
}
