//! What is kept on disk for the account: `DATA/matrix/` holds `session.json` (who we are, and the access token), `store/`
//! (the SDK's databases, encrypted), unless the operator chose a passphrase `store.key`, and `signed-in` once it worked.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use matrix_sdk::SqliteStoreConfig;
use matrix_sdk::authentication::matrix::MatrixSession;
use secrecy::{ExposeSecret as _, SecretString};

/// Where a session and its keys are kept.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(data: &Path) -> Self {
        Self(data.join("matrix"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    fn session_file(&self) -> PathBuf {
        self.0.join("session.json")
    }

    fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    fn key_file(&self) -> PathBuf {
        self.0.join("store.key")
    }

    fn mark(&self) -> PathBuf {
        self.0.join("signed-in")
    }

    /// The account has worked from here before, so its settings were right.
    pub fn was_signed_in(&self) -> bool {
        self.mark().exists() || self.session_file().exists()
    }

    /// Makes the folder, for our eyes only.
    pub fn create(&self) -> anyhow::Result<()> {
        let created = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        created.with_context(|| format!("failed to create {}", self.0.display()))
    }

    /// The last session, whether or not its keys are still there. `None` when there is none, or when it makes no sense. One
    /// that cannot be read today is none of these: to begin anew would throw its keys away.
    pub fn session(&self) -> anyhow::Result<Option<MatrixSession>> {
        let path = self.session_file();
        match fs::read(&path) {
            Ok(kept) => Ok(serde_json::from_slice(&kept).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("failed to read {}", path.display())),
        }
    }

    /// The session, when everything that belongs to it is there.
    pub fn complete_session(&self, has_passphrase: bool) -> anyhow::Result<Option<MatrixSession>> {
        let keys = self.store().join("matrix-sdk-crypto.sqlite3").is_file();
        let openable = has_passphrase || self.key_file().is_file();
        Ok(self.session()?.filter(|_| keys && openable))
    }

    pub fn write(&self, session: &MatrixSession) -> anyhow::Result<()> {
        write_private(&self.session_file(), &serde_json::to_vec(session)?)?;
        write_private(&self.mark(), b"")
    }

    /// Forgets the device, and all that it could decrypt.
    pub fn wipe(&self) -> anyhow::Result<()> {
        for path in [self.session_file(), self.key_file()] {
            if path.exists() {
                fs::remove_file(&path).with_context(|| format!("failed to remove {}", path.display()))?;
            }
        }
        if self.store().exists() {
            fs::remove_dir_all(self.store()).with_context(|| format!("failed to empty {}", self.store().display()))?;
        }
        Ok(())
    }

    /// Encrypts the store: the operator's passphrase, or 32 random bytes beside it.
    pub fn store_config(&self, passphrase: Option<&SecretString>) -> anyhow::Result<SqliteStoreConfig> {
        let config = SqliteStoreConfig::with_low_memory_config(self.store());
        match passphrase {
            Some(passphrase) => Ok(config.passphrase(Some(passphrase.expose_secret()))),
            None => Ok(config.key(Some(&self.random_key()?))),
        }
    }

    fn random_key(&self) -> anyhow::Result<[u8; 32]> {
        let path = self.key_file();
        if let Ok(kept) = fs::read(&path) {
            return kept.try_into().map_err(|_| anyhow!("{} does not hold 32 bytes", path.display()));
        }
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| anyhow!("no random bytes: {error}"))?;
        write_private(&path, &key)?;
        Ok(key)
    }
}

/// Whole or not at all, and for our eyes only.
fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let unfinished = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    write().with_context(|| format!("failed to write {}", path.display()))
}
