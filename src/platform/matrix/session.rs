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
use matrix_sdk::{Client, HttpError, RefreshTokenError, SessionMeta, SessionTokens};
use secrecy::{ExposeSecret as _, SecretString};

use super::bookmark::Bookmark;
use super::folder::Folder;
use super::reader;
use crate::config::{MatrixLogin, MatrixSettings};
use crate::inbox::Inbox;

/// Why it does not work, and so what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The homeserver does not answer: try again.
    #[error(transparent)]
    Later(anyhow::Error),
    /// The session is over: sign in again.
    #[error(transparent)]
    Ended(anyhow::Error),
    /// The account works no more until somebody does something: wait, and try again from time to time.
    #[error("{1:#}")]
    Blocked(Obstacle, anyhow::Error),
    /// The operator must change the configuration.
    #[error(transparent)]
    Never(anyhow::Error),
}

/// What somebody must do something about. The words stand in `platforms/matrix.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Tchap's accounts end when nobody renews them.
    Expired,
    Deactivated,
    /// The access token that worked is of no use any more.
    Ended,
    /// The password that worked is refused.
    Password,
}

impl Obstacle {
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "blocked-expired",
            Self::Deactivated => "blocked-deactivated",
            Self::Ended => "blocked-ended",
            Self::Password => "blocked-password",
        }
    }
}

impl Trouble {
    /// What follows from the answer to a request that was made with a session.
    pub fn of(error: matrix_sdk::Error) -> Self {
        let http = http_of(&error);
        let obstacle = http.and_then(|http| match end_of(http) {
            Some(_) => Some(Obstacle::Ended),
            None => http.client_api_error_kind().and_then(Obstacle::of),
        });
        let away = http.is_some();
        let error = anyhow::Error::from(error);
        match obstacle {
            Some(Obstacle::Ended) => Self::Ended(error.context("the homeserver has ended the session")),
            Some(obstacle) => Self::Blocked(obstacle, error),
            None if away => Self::Later(error),
            // Only a new start, with our own token, is sure to miss nothing.
            None => Self::Never(error.context("failed to keep what the homeserver sent")),
        }
    }
}

impl Obstacle {
    fn of(kind: &ErrorKind) -> Option<Self> {
        match kind {
            ErrorKind::MissingToken => Some(Self::Ended),
            ErrorKind::UserDeactivated => Some(Self::Deactivated),
            kind if is_expired_account(kind) => Some(Self::Expired),
            _ => None,
        }
    }
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
pub async fn open(settings: &MatrixSettings, folder: &Folder, inbox: &Inbox) -> Result<Session, Trouble> {
    folder.create().map_err(Trouble::Never)?;
    let worked = folder.was_signed_in();
    let kept = folder.complete_session(settings.store_passphrase.is_some()).map_err(Trouble::Never)?;
    let kept = kept.map(|kept| reconcile(kept, settings, folder));
    if let Some(session) = kept.transpose().map_err(Trouble::Never)?.flatten() {
        match (resume(settings, folder, session.clone(), inbox).await, &settings.login) {
            (Err(error), MatrixLogin::Password(password)) if error.end() == Some(End::Soft) => {
                let again = sign_in_again(settings, folder, &session, password, inbox).await;
                return again.map_err(|failure| failure.decide(worked));
            }
            // The device was removed. With a password we may make another one.
            (Err(error), MatrixLogin::Password(_)) if error.end().is_some() => {
                tracing::warn!("the homeserver has ended the session; signing in as a new device");
            }
            (outcome, _) => return outcome.map_err(|failure| failure.decide(worked)),
        }
    }
    start(settings, folder).await.map_err(|failure| failure.decide(worked))
}

/// The homeserver wants the password again but still knows the device: its keys stay as they are.
async fn sign_in_again(
    settings: &MatrixSettings,
    folder: &Folder,
    kept: &MatrixSession,
    password: &SecretString,
    inbox: &Inbox,
) -> Result<Session, OpenFailure> {
    tracing::warn!("the homeserver asks for the password again; signing in as the same device");
    let me = kept.meta.user_id.clone();
    let client = build(settings, folder).await?;
    let begun = rewind(&client, reader::bookmark(inbox, &me).await?).await?;
    log_in(&client, settings, password, Some(kept.meta.device_id.as_str())).await?;
    keep_session(&client, folder)?;
    Ok(Session { client, me, fresh: !begun })
}

/// Writes the session down, now and each time that its tokens are renewed.
fn keep_session(client: &Client, folder: &Folder) -> anyhow::Result<()> {
    let session = client.matrix_auth().session().context("there is no session after signing in")?;
    folder.write(&session)?;
    write_renewed(client, folder)
}

fn write_renewed(client: &Client, folder: &Folder) -> anyhow::Result<()> {
    let (reading, writing) = (folder.clone(), folder.clone());
    let reload = move |_| {
        let kept = reading.session()?.ok_or("the session file cannot be read")?;
        Ok(SessionTokens::clone(&kept.tokens))
    };
    let save = move |client: Client| {
        let session = client.matrix_auth().session().ok_or("there is no session to keep")?;
        Ok(writing.write(&session)?)
    };
    Ok(client.set_session_callbacks(Box::new(reload), Box::new(save))?)
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
    write_renewed(&client, folder)?;
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
        MatrixLogin::Password(password) => log_in(&client, settings, password, None).await?,
        MatrixLogin::AccessToken { token, device } => adopt(&client, settings, token, device).await?,
    }
    keep_session(&client, folder)?;
    let me = client.user_id().context("there is no session after signing in")?.to_owned();
    Ok(Session { client, me, fresh: true })
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
        .handle_refresh_tokens()
        .cross_process_store_config(CrossProcessLockConfig::SingleProcess)
        .user_agent(concat!("declic/", env!("CARGO_PKG_VERSION")))
        .build()
        .await
        .context("failed to open the key store; was matrix.store_passphrase changed?")
}

/// As this device, or as a new one. Homeservers whose tokens are short-lived give another to renew them with.
async fn log_in(
    client: &Client,
    settings: &MatrixSettings,
    password: &SecretString,
    device: Option<&str>,
) -> Result<(), OpenFailure> {
    let mut login = client.matrix_auth().login_username(&settings.user, password.expose_secret());
    if let Some(device) = device {
        login = login.device_id(device);
    }
    login.initial_device_display_name(&settings.device_name).request_refresh_token().send().await?;
    Ok(())
}

/// A device whose keys are lost stays on the account, and people's clients go on encrypting for it: sign it out. Best
/// effort; a device that we did not make is not ours to end.
async fn retire(settings: &MatrixSettings, folder: &Folder) {
    let (Ok(Some(kept)), MatrixLogin::Password(_)) = (folder.session(), &settings.login) else { return };
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

fn http_of(error: &matrix_sdk::Error) -> Option<&HttpError> {
    match error {
        matrix_sdk::Error::Http(http) => Some(http),
        _ => None,
    }
}

/// How a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The password is wanted again, and the device is still known.
    Soft,
    Hard,
}

/// A token that could not be renewed hides what the homeserver said of the old one.
fn end_of(error: &HttpError) -> Option<End> {
    let (renewing, kind) = match error {
        HttpError::RefreshToken(RefreshTokenError::MatrixAuth(inner)) => (true, inner.client_api_error_kind()?),
        other => (false, other.client_api_error_kind()?),
    };
    match kind {
        ErrorKind::UnknownToken(data) if data.soft_logout => Some(End::Soft),
        ErrorKind::UnknownToken(_) => Some(End::Hard),
        ErrorKind::Forbidden if renewing => Some(End::Soft),
        _ => None,
    }
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
    fn http(&self) -> Option<&HttpError> {
        match self {
            Self::Http(error) => Some(error),
            Self::Sdk(error) => http_of(error),
            Self::Other(_) => None,
        }
    }

    fn end(&self) -> Option<End> {
        end_of(self.http()?)
    }

    /// What never worked is a mistake in the configuration; what did will work again once somebody has seen to it.
    fn decide(self, worked: bool) -> Trouble {
        let (advice, obstacle) = match self.http().and_then(HttpError::client_api_error_kind) {
            _ if self.end().is_some() => {
                ("the homeserver does not know matrix.access_token (any more)", Obstacle::Ended)
            }
            Some(ErrorKind::Forbidden) => ("the homeserver refuses matrix.user or matrix.password", Obstacle::Password),
            Some(ErrorKind::UserDeactivated) => ("the account is deactivated", Obstacle::Deactivated),
            Some(kind) if is_expired_account(kind) => ("the account has expired", Obstacle::Expired),
            _ => return self.undecided(),
        };
        let error = anyhow::Error::from(self).context(advice);
        if worked || obstacle == Obstacle::Expired { Trouble::Blocked(obstacle, error) } else { Trouble::Never(error) }
    }

    fn undecided(self) -> Trouble {
        match self {
            Self::Other(error) => Trouble::Never(error),
            other => Trouble::Later(other.into()),
        }
    }
}

/// Tchap's word for an account that nobody renewed.
pub fn is_expired_account(kind: &ErrorKind) -> bool {
    kind.errcode().as_str() == "ORG_MATRIX_EXPIRED_ACCOUNT"
}
