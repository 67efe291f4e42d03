//! The least that a bot on the same SDK can be: it joins, and repeats what it hears. The soak puts it beside the coach, so
//! that what the coach costs is told apart from what the SDK, its store and the encryption cost.
//!
//! Usage: ECHO_PASSWORD=… echo HOMESERVER USER FOLDER

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::ruma::TransactionId;
use matrix_sdk::ruma::events::room::member::StrippedRoomMemberEvent;
use matrix_sdk::ruma::events::room::message::OriginalSyncRoomMessageEvent;
use matrix_sdk::{Client, Room, RoomState};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [homeserver, user, folder] = arguments.as_slice() else { anyhow::bail!("echo HOMESERVER USER FOLDER") };
    let folder = Path::new(folder);
    let store = folder.join("store");
    // What the homeserver calls itself at the login would lead around the road that is watched.
    let builder = Client::builder().homeserver_url(homeserver).respect_login_well_known(false);
    let client = builder.sqlite_store(store, None).build().await?;
    sign_in(&client, user, &folder.join("session.json")).await?;
    client.add_event_handler(join);
    client.add_event_handler(repeat);
    while client.sync_once(SyncSettings::new()).await.is_err() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!("ready");
    loop {
        // Ends when the homeserver is away.
        let _ = client.sync(SyncSettings::new()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Comes back as the same device, if it was here before.
async fn sign_in(client: &Client, user: &str, file: &Path) -> anyhow::Result<()> {
    if let Ok(kept) = fs::read(file) {
        client.restore_session(serde_json::from_slice::<MatrixSession>(&kept)?).await?;
        return Ok(());
    }
    let password = std::env::var("ECHO_PASSWORD").context("ECHO_PASSWORD is missing")?;
    client.matrix_auth().login_username(user, &password).send().await?;
    let session = client.matrix_auth().session().context("there is no session after signing in")?;
    Ok(fs::write(file, serde_json::to_vec(&session)?)?)
}

async fn join(invitation: StrippedRoomMemberEvent, room: Room, client: Client) {
    if client.user_id() == Some(&*invitation.state_key) && room.state() == RoomState::Invited {
        tokio::spawn(async move {
            while room.state() == RoomState::Invited && room.join().await.is_err() {
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        });
    }
}

/// Under a key that an observer can work out, as the coach does.
async fn repeat(event: OriginalSyncRoomMessageEvent, room: Room, client: Client) {
    if client.user_id() == Some(&*event.sender) {
        return;
    }
    let content = serde_json::json!({ "msgtype": "m.text", "body": event.content.body(), "echo.of": event.event_id });
    let key = format!("echo-{}", event.event_id);
    let sent = room.send_raw("m.room.message", content).with_transaction_id(<&TransactionId>::from(&*key)).await;
    if let Err(error) = sent {
        eprintln!("not sent: {error}");
    }
}
