//! The device signed by its owner. Clients warn of a device that is not, and some send it nothing.

use matrix_sdk::Client;
use matrix_sdk::encryption::recovery::RecoveryError;
use matrix_sdk::encryption::secret_storage::SecretStorageError;
use secrecy::{ExposeSecret as _, SecretString};

use super::session::Trouble;

/// Makes sure that our device is cross-signed, and that the next one can be. Never resets an identity: people who have
/// verified the coach would see an alarm. A coach whose device stays unsigned works all the same, as long as people's
/// clients let it; the log says so.
pub async fn establish(client: &Client, passphrase: Option<&SecretString>) -> Result<Signed, Trouble> {
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    match passphrase {
        Some(passphrase) => recover(client, passphrase.expose_secret()).await.or_else(decide)?,
        None => {
            tracing::warn!("without matrix.recovery_passphrase, a lost key store means a device that nobody trusts");
        }
    }
    if is_signed(client).await.map_err(Trouble::of)? {
        tracing::info!("the device is signed by its owner");
        Ok(Signed::Yes)
    } else {
        tracing::error!("the device is not signed by its owner: people's clients will warn of it or refuse it");
        Ok(Signed::No)
    }
}

/// Whether people's clients see our device as its owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Yes,
    No,
}

/// As the homeserver has it now, so as others see it.
pub async fn is_signed(client: &Client) -> matrix_sdk::Result<bool> {
    let encryption = client.encryption();
    if let Some(me) = client.user_id() {
        encryption.request_user_identity(me).await?;
    }
    Ok(encryption.get_own_device().await?.is_some_and(|device| device.is_cross_signed_by_owner()))
}

/// Takes the identity from the account's secret storage and signs our device, or puts it there the first time.
async fn recover(client: &Client, passphrase: &str) -> Result<(), RecoveryError> {
    let recovery = client.encryption().recovery();
    match recovery.recover_and_fix_backup(passphrase).await {
        Err(RecoveryError::SecretStorage(SecretStorageError::MissingKeyInfo { .. })) => {}
        outcome => return outcome,
    }
    let ours = client.encryption().cross_signing_status().await.is_some_and(|keys| keys.is_complete());
    if ours {
        recovery.enable().with_passphrase(passphrase).await?;
        tracing::info!("the account's identity is now kept in its secret storage");
    }
    Ok(())
}

/// A wrong passphrase is the operator's to mend, a homeserver that is away is waited for; for all else, see the log.
fn decide(error: RecoveryError) -> Result<(), Trouble> {
    use RecoveryError::{Sdk, SecretStorage};
    match error {
        SecretStorage(SecretStorageError::SecretStorageKey(_)) => Err(Trouble::Never(
            anyhow::Error::from(error).context("matrix.recovery_passphrase did not open the account's secret storage"),
        )),
        Sdk(error @ matrix_sdk::Error::Http(_))
        | SecretStorage(SecretStorageError::Sdk(error @ matrix_sdk::Error::Http(_))) => Err(Trouble::of(error)),
        error => {
            let error = format!("{:#}", anyhow::Error::from(error));
            tracing::error!(error, "failed to recover the account's identity");
            Ok(())
        }
    }
}
