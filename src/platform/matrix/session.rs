//! The account: signing in once, and coming back with the same device.
//!
//! A session and its store are one unit: a device whose keys are lost cannot come back, so when one part is missing the
//! rest is thrown away and a new device signs in.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::cross_process_lock::CrossProcessLockConfig;
use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use matrix_sdk::ruma::api::client::keys::get_keys;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::{OwnedUserId, UserId};
use matrix_sdk::store::{StateStoreDataKey, StateStoreDataValue};
use matrix_sdk::{Client, HttpError, SessionMeta, SessionTokens};
use secrecy::{ExposeSecret as _, SecretString};

use super::bookmark::Bookmark;
use super::folder::Folder;
use super::reader;
use crate::config::{MatrixLogin, MatrixSettings};
use crate::inbox::Inbox;

/// Why there is no session, and so what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The homeserver does not answer: try again.
    #[error(transparent)]
    Later(anyhow::Error),
    /// The operator must change something.
    #[error(transparent)]
    Never(anyhow::Error),
}

/// A device that is signed in.
#[derive(Debug)]
pub struct Session {
    pub client: Client,
    pub me: OwnedUserId,
    /// The device is new: its store knows no room yet.
    pub fresh: bool,
}

/// The operator may have changed the settings since: another account is a mistake, another token of the same device is
/// welcome, another device begins anew.
fn reconcile(
    mut kept: MatrixSession,
    settings: &MatrixSettings,
    folder: &Folder,
) -> anyhow::Result<Option<MatrixSession>> {
    let user = &kept.meta.user_id;
    if settings.user != user.as_str() && settings.user.trim_start_matches('@') != user.localpart() {
        return Err(anyhow!(
            "{} belongs to {user}, and matrix.user is another account: give it another data folder",
            folder.path().display()
        ));
    }
    if let MatrixLogin::AccessToken { token, device } = &settings.login {
        if kept.meta.device_id.as_str() != device {
            return Ok(None);
        }
        token.expose_secret().clone_into(&mut kept.tokens.access_token);
        folder.write(&kept)?;
    }
    Ok(Some(kept))
}

/// Comes back as the device that we were, or signs in as a new one.
pub async fn open(settings: &MatrixSettings, folder: &Folder, inbox: &Inbox) -> Result<Session, OpenError> {
    folder.create().map_err(OpenError::Never)?;
    let kept =
        folder.complete_session(settings.store_passphrase.is_some()).map(|kept| reconcile(kept, settings, folder));
    if let Some(session) = kept.transpose().map_err(OpenError::Never)?.flatten() {
        match resume(settings, folder, session, inbox).await {
            // The device was removed. With a password we may make another one.
            Err(error) if error.is_unknown_token() && matches!(settings.login, MatrixLogin::Password(_)) => {
                tracing::warn!("the homeserver has ended the session; signing in as a new device");
            }
            outcome => return outcome.map_err(OpenFailure::decide),
        }
    }
    start(settings, folder).await.map_err(OpenFailure::decide)
}

async fn resume(
    settings: &MatrixSettings,
    folder: &Folder,
    session: MatrixSession,
    inbox: &Inbox,
) -> Result<Session, OpenFailure> {
    let me = session.meta.user_id.clone();
    let client = build(settings, folder).await?;
    let begun = rewind(&client, reader::bookmark(inbox, &me).await?).await?;
    client.restore_session(session).await?;
    client.whoami().await?;
    Ok(Session { client, me, fresh: !begun })
}

/// The SDK moves its token before we have written down what came with it: ours is the true one. Gives whether the SDK
/// knows the rooms of the account; if not, its first response must show them all.
async fn rewind(client: &Client, bookmark: Option<Bookmark>) -> anyhow::Result<bool> {
    let store = client.state_store();
    let begun = store.get_kv_data(StateStoreDataKey::SyncToken).await?.is_some();
    match bookmark {
        Some(bookmark) if begun => {
            store.set_kv_data(StateStoreDataKey::SyncToken, StateStoreDataValue::SyncToken(bookmark.since)).await?;
        }
        _ => store.remove_kv_data(StateStoreDataKey::SyncToken).await?,
    }
    Ok(begun)
}

async fn start(settings: &MatrixSettings, folder: &Folder) -> Result<Session, OpenFailure> {
    retire(settings, folder).await;
    folder.wipe()?;
    let client = build(settings, folder).await?;
    match &settings.login {
        MatrixLogin::Password(password) => log_in(&client, settings, password).await?,
        MatrixLogin::AccessToken { token, device } => adopt(&client, settings, token, device).await?,
    }
    let session = client.matrix_auth().session().context("there is no session after signing in")?;
    folder.write(&session)?;
    Ok(Session { client, me: session.meta.user_id, fresh: true })
}

async fn build(settings: &MatrixSettings, folder: &Folder) -> anyhow::Result<Client> {
    let encryption = EncryptionSettings {
        auto_enable_cross_signing: true,
        // A backup that nobody can open again is of no use.
        auto_enable_backups: settings.recovery_passphrase.is_some(),
        backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
    };
    Client::builder()
        .homeserver_url(&settings.homeserver)
        .respect_login_well_known(false)
        .sqlite_store_with_config_and_cache_path(
            folder.store_config(settings.store_passphrase.as_ref())?,
            None::<PathBuf>,
        )
        .request_config(RequestConfig::new().timeout(Duration::from_secs(30)).retry_limit(3))
        .with_encryption_settings(encryption)
        .with_enable_share_history_on_invite(false)
        .cross_process_store_config(CrossProcessLockConfig::SingleProcess)
        .user_agent(concat!("declic/", env!("CARGO_PKG_VERSION")))
        .build()
        .await
        .context("failed to open the key store; was matrix.store_passphrase changed?")
}

async fn log_in(client: &Client, settings: &MatrixSettings, password: &SecretString) -> Result<(), OpenFailure> {
    let login = client.matrix_auth().login_username(&settings.user, password.expose_secret());
    login.initial_device_display_name(&settings.device_name).send().await?;
    Ok(())
}

/// A device whose keys are lost stays on the account, and people's clients go on encrypting for it: sign it out. Best
/// effort; a device that we did not make is not ours to end.
async fn retire(settings: &MatrixSettings, folder: &Folder) {
    let (Some(kept), MatrixLogin::Password(_)) = (folder.session(), &settings.login) else { return };
    let address = format!("{}/_matrix/client/v3/logout", settings.homeserver.trim_end_matches('/'));
    let request = matrix_sdk::reqwest::Client::new().post(address).bearer_auth(&kept.tokens.access_token);
    let outcome = request.timeout(Duration::from_secs(10)).send().await.map(|answer| answer.status());
    tracing::warn!(device = %kept.meta.device_id, status = ?outcome.ok(), "signed out a device whose keys are lost");
}

/// Takes over the device that an access token stands for.
async fn adopt(
    client: &Client,
    settings: &MatrixSettings,
    token: &SecretString,
    device: &str,
) -> Result<(), OpenFailure> {
    let user_id =
        UserId::parse(&settings.user).context("with an access token, matrix.user must be whole: @name:server")?;
    let session = MatrixSession {
        meta: SessionMeta { user_id: user_id.clone(), device_id: device.into() },
        tokens: SessionTokens { access_token: token.expose_secret().to_owned(), refresh_token: None },
    };
    client.restore_session(session).await?;
    let answer = client.whoami().await?;
    if answer.user_id != user_id || answer.device_id.as_deref().is_some_and(|id| id != device) {
        return Err(
            anyhow!("the access token belongs to another user or device than matrix.user and matrix.device").into()
        );
    }
    refuse_used_device(client, &user_id, device).await
}

/// Keys of a device never change: people's clients would refuse the new ones, rightly.
async fn refuse_used_device(client: &Client, user: &UserId, device: &str) -> Result<(), OpenFailure> {
    let mut request = get_keys::v3::Request::new();
    request.device_keys.insert(user.to_owned(), vec![device.into()]);
    let known = client.send(request).await?;
    let theirs =
        known.device_keys.get(user).and_then(|devices| devices.get(<&matrix_sdk::ruma::DeviceId>::from(device)));
    let Some(theirs) = theirs.and_then(|keys| keys.deserialize().ok()) else { return Ok(()) };
    let ours = client.encryption().curve25519_key().await.map(|key| key.to_base64());
    if theirs.keys.values().any(|key| Some(key) == ours.as_ref()) {
        return Ok(());
    }
    Err(anyhow!("the device {device} already has keys, and they are not in this data folder: give a new access token")
        .into())
}

/// What went wrong, before it is known what follows from it.
#[derive(Debug, thiserror::Error)]
enum OpenFailure {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    Sdk(#[from] matrix_sdk::Error),
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl OpenFailure {
    fn kind(&self) -> Option<&ErrorKind> {
        match self {
            Self::Http(error) => error.client_api_error_kind(),
            Self::Sdk(error) => error.client_api_error_kind(),
            Self::Other(_) => None,
        }
    }

    fn is_unknown_token(&self) -> bool {
        matches!(self.kind(), Some(ErrorKind::UnknownToken(_)))
    }

    fn decide(self) -> OpenError {
        let advice = match self.kind() {
            Some(ErrorKind::UnknownToken(_)) => "the homeserver does not know matrix.access_token (any more)",
            Some(ErrorKind::Forbidden) => "the homeserver refuses matrix.user or matrix.password",
            Some(ErrorKind::UserDeactivated) => "the account is deactivated",
            Some(kind) if is_expired_account(kind) => "the account has expired: renew it by the link in its mailbox",
            _ => return self.undecided(),
        };
        OpenError::Never(anyhow::Error::from(self).context(advice))
    }

    fn undecided(self) -> OpenError {
        match self {
            Self::Other(error) => OpenError::Never(error),
            other => OpenError::Later(other.into()),
        }
    }
}

/// Tchap's word for an account that nobody renewed.
fn is_expired_account(kind: &ErrorKind) -> bool {
    kind.errcode().as_str() == "ORG_MATRIX_EXPIRED_ACCOUNT"
}
