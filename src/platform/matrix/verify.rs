//! Verification by emojis, when an administrator asks for it. The emojis are shown in the management room and confirmed
//! there; what comes of it is trusted for nothing else.

use futures_util::StreamExt as _;
use matrix_sdk::Client;
use matrix_sdk::encryption::verification::{
    SasState, SasVerification, Verification, VerificationRequest, VerificationRequestState,
};
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::key::verification::cancel::CancelCode;
use matrix_sdk::ruma::events::key::verification::request::ToDeviceKeyVerificationRequestEvent;
use matrix_sdk::ruma::events::room::message::{MessageType, OriginalSyncRoomMessageEvent};

use super::management::{Management, News};

/// From now on requests are heard: those sent to our device, and those made in a room.
pub fn attend(client: &Client, management: &Management) {
    let office = management.clone();
    client.add_event_handler(move |event: ToDeviceKeyVerificationRequestEvent, client: Client| {
        consider(client, office.clone(), event.sender, event.content.transaction_id.to_string())
    });
    let office = management.clone();
    client.add_event_handler(move |event: OriginalSyncRoomMessageEvent, client: Client| {
        let office = office.clone();
        async move {
            if let MessageType::VerificationRequest(_) = event.content.msgtype {
                consider(client, office, event.sender, event.event_id.to_string()).await;
            }
        }
    });
}

/// The answer needs further syncs, so it is given in a task of its own.
async fn consider(client: Client, management: Management, sender: matrix_sdk::ruma::OwnedUserId, flow: String) {
    let Some(request) = client.encryption().get_verification_request(&sender, &flow).await else { return };
    if request.we_started() {
        return;
    }
    tokio::spawn(async move {
        if let Err(error) = answer(&management, &sender, request).await {
            tracing::warn!(%sender, error = format!("{:#}", anyhow::Error::from(error)), "a verification failed");
        }
    });
}

async fn answer(management: &Management, sender: &UserId, request: VerificationRequest) -> matrix_sdk::Result<()> {
    if !management.is_administrator(sender) {
        tracing::info!(%sender, "refused the verification of somebody who is no administrator");
        return request.cancel().await;
    }
    let mut changes = request.changes(); // Before the answer: what follows it must not be missed.
    request.accept().await?;
    if request.is_cancelled() {
        return Ok(());
    }
    while let Some(state) = changes.next().await {
        match state {
            VerificationRequestState::Transitioned { verification: Verification::SasV1(sas) } => {
                return compare(management, sas).await;
            }
            VerificationRequestState::Cancelled(_) | VerificationRequestState::Done => break,
            _ => {}
        }
    }
    Ok(())
}

async fn compare(management: &Management, sas: SasVerification) -> matrix_sdk::Result<()> {
    let mut changes = sas.changes();
    sas.accept().await?;
    let mut shown = false;
    while let Some(state) = changes.next().await {
        match state {
            // Given once more when the other side confirms first.
            SasState::KeysExchanged { .. } if !shown => {
                shown = true;
                management.tell(News::Verifying(sas.clone()));
            }
            SasState::Done { .. } => {
                management.tell(News::Verified { well: true });
                break;
            }
            SasState::Cancelled(info) => {
                // Our own « non » has its answer already.
                let refused = info.cancelled_by_us() && *info.cancel_code() == CancelCode::MismatchedSas;
                if !refused {
                    management.tell(News::Verified { well: false });
                }
                break;
            }
            _ => {}
        }
    }
    Ok(())
}
