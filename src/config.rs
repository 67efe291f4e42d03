//! What the operator wrote, and what it means.
//!
//! Defaults, then `declic.toml`, then `DECLIC__SECTION__KEY` variables. All mistakes are reported at once.

mod file;

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

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
    pub matrix: Option<MatrixSettings>,
    pub log: LogSettings,
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
    /// Empty: those of the account's own server.
    pub allow: Vec<String>,
}

#[derive(Debug, Clone)]
pub enum MatrixLogin {
    Password(SecretString),
    AccessToken { token: SecretString, device: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogSettings {
    pub json: bool,
}
