//! What keeps the coach from working: the token, the intents, the rights in one server. For operators, so in French here.

use serde_json::Value;

use super::api::{Api, ApiError};
use super::event::Id;
use super::phrases;
use super::place::{PERMISSIONS, missing, wanted};
use crate::config::{DiscordPlace, DiscordSettings};
use crate::knowledge::Language;

/// Discord's flags of an application: the intent is granted, or granted while it is in few servers.
const MESSAGE_CONTENT: u64 = (1 << 18) | (1 << 19);

/// What was found, one line each, and whether all is well.
#[derive(Debug, Default)]
pub struct Report {
    pub lines: Vec<String>,
    pub sound: bool,
}

impl Report {
    fn good(&mut self, line: impl Into<String>) {
        self.lines.push(format!("✓ {}", line.into()));
    }

    fn bad(&mut self, line: impl Into<String>) {
        self.sound = false;
        self.lines.push(format!("✗ {}", line.into()));
    }
}

pub async fn examine(api: &Api, settings: &DiscordSettings, guild: Option<u64>) -> anyhow::Result<Report> {
    let mut report = Report { sound: true, ..Report::default() };
    let me = match api.get("/users/@me").await {
        Ok(me) => me,
        Err(ApiError::Unauthorized) => {
            report.bad("le jeton est refusé : recopiez-le depuis la page « Bot » de l'application, dans discord.token");
            return Ok(report);
        }
        Err(error) => return Err(anyhow::Error::from(error).context("Discord ne répond pas")),
    };
    let me = me["id"].as_str().and_then(Id::parse).unwrap_or_default();
    report.good("le jeton est accepté");
    application(api, settings, &mut report).await?;
    if let Some(guild) = guild.or(settings.guild) {
        server(api, settings, Id(guild), me, &mut report).await?;
    } else {
        report.lines.push("Pour vérifier un serveur : declic doctor --guild IDENTIFIANT".to_owned());
    }
    Ok(report)
}

async fn application(api: &Api, settings: &DiscordSettings, report: &mut Report) -> anyhow::Result<()> {
    let application = api.get("/applications/@me").await?;
    let id = application["id"].as_str().unwrap_or_default();
    let granted = application["flags"].as_u64().unwrap_or_default() & MESSAGE_CONTENT != 0;
    match (settings.free_text, granted) {
        (true, false) => report.bad(
            "discord.free_text demande « Message Content Intent » : cochez-le sur la page « Bot » de l'application, ou \
             retirez discord.free_text",
        ),
        (true, true) => report.good("« Message Content Intent » est accordé"),
        (false, _) => report.good("aucun intent privilégié n'est demandé"),
    }
    let gateway = api.get("/gateway/bot").await?;
    match gateway["session_start_limit"]["remaining"].as_u64() {
        Some(0) => report.bad("plus aucune connexion n'est permise aujourd'hui : attendez"),
        left => report.good(format!("connexions permises aujourd'hui : {}", left.unwrap_or_default())),
    }
    report.lines.push(format!(
        "Invitation : https://discord.com/oauth2/authorize?client_id={id}&scope=bot+applications.commands&permissions={}",
        wanted()
    ));
    Ok(())
}

async fn server(api: &Api, settings: &DiscordSettings, guild: Id, me: Id, report: &mut Report) -> anyhow::Result<()> {
    let (server, member) = match both(api, guild, me).await {
        Ok(both) => both,
        Err(ApiError::Refused { .. }) => {
            report.bad(format!("le coach n'est pas dans le serveur {guild} : invitez-le avec l'adresse ci-dessus"));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let phrases = phrases::shipped()?;
    let lacks = missing(granted(&server, &member), &needed(settings), &phrases, Language::French);
    if lacks.is_empty() {
        report.good(format!("les droits du serveur {guild} suffisent (un salon peut en retirer)"));
    } else {
        report.bad(format!("dans le serveur {guild}, il manque : {lacks}"));
    }
    Ok(())
}

async fn both(api: &Api, guild: Id, me: Id) -> Result<(Value, Value), ApiError> {
    let server = api.get(&format!("/guilds/{guild}")).await?;
    Ok((server, api.get(&format!("/guilds/{guild}/members/{me}")).await?))
}

/// What the roles of the coach allow together; the role of all has the server's own id.
fn granted(server: &Value, member: &Value) -> u64 {
    let roles = server["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own = member["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
    let counts = |role: &&Value| role["id"] == server["id"] || own.contains(&role["id"]);
    let bits =
        |role: &Value| role["permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok()).unwrap_or_default();
    roles.iter().filter(counts).map(bits).fold(0, |all, one| all | one)
}

fn needed(settings: &DiscordSettings) -> Vec<&'static str> {
    let unneeded: &[&str] = match settings.place {
        DiscordPlace::PrivateThread => &["public-threads"],
        DiscordPlace::PublicThread => &["private-threads"],
        DiscordPlace::Ephemeral => &["public-threads", "private-threads", "send-in-threads"],
    };
    PERMISSIONS.iter().map(|(_, name)| *name).filter(|name| !unneeded.contains(name)).collect()
}
