//! The clerk's duties: what each order does, and what is answered.

use anyhow::Context as _;
use matrix_sdk::encryption::verification::{SasState, SasVerification};
use matrix_sdk::ruma::events::ignored_user_list::IgnoredUserListEventContent;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};
use matrix_sdk::{Client, Room};

use super::clerk::Clerk;
use super::management::Asked;
use super::order::Order;
use super::team::is_crowded;
use super::{identity, invite, reader};
use crate::content::Reloaded;
use crate::knowledge::Language;
use crate::message::{EventId, PlatformKind};
use crate::problem::Problem;

/// Rooms and problems shown at most: a message must stay readable.
const SHOWN: usize = 40;

impl Clerk {
    /// Gives what is answered.
    pub(super) async fn carry_out(
        &mut self,
        order: Order,
        asked: &Asked,
        language: Language,
    ) -> anyhow::Result<String> {
        let client = self.client.clone().context("not signed in")?;
        let say = |name: &str| self.phrases.say(name, language).to_owned();
        match order {
            Order::Status => self.status(&client, language).await,
            Order::Rooms => Ok(self.rooms(&client, language)),
            Order::Leave(room) => self.quit(&client, &room, language).await,
            Order::Block(user) => self.block(&client, &user, language).await,
            Order::Unblock(user) => self.unblock(&client, &user, language).await,
            Order::Renew(room) => self.renew(&client, &room, language).await,
            Order::Reload => self.reload(language).await,
            Order::Console => self.console(&client, asked, language).await,
            Order::Same(same) => self.settle_verification(same, asked, language).await,
            Order::Help => Ok(say("management-help")),
            Order::Unknown => Ok(say("management-unknown")),
        }
    }

    async fn status(&self, client: &Client, language: Language) -> anyhow::Result<String> {
        let queues = self.inbox.queues(PlatformKind::Matrix).await?;
        let me = client.user_id().context("not signed in")?;
        let sealed = reader::bookmark(&self.inbox, me).await?.map_or(0, |bookmark| bookmark.sealed.len());
        let signed = identity::is_signed(client).await?;
        let signed = if signed { "management-yes" } else { "management-no" };
        let facts = [
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("rooms", client.joined_rooms().len().to_string()),
            ("inbox", queues.inbox.to_string()),
            ("outbox", queues.outbox.to_string()),
            ("sealed", sealed.to_string()),
            ("signed", self.phrases.say(signed, language).to_owned()),
            ("methods", self.means.shelf.now().library.methods().len().to_string()),
            ("blocked", self.blocked(client, language).await?),
            ("alarms", self.alarms(language)),
        ];
        let facts = facts.each_ref().map(|(name, words)| (*name, words.as_str()));
        Ok(self.phrases.fill_all("management-status", language, &facts))
    }

    fn alarms(&self, language: Language) -> String {
        let now = self.inbox.clock().now();
        let told = self.ledger.standing().filter_map(|cause| {
            let alarm = self.ledger.get(cause)?;
            let minutes = alarm.minutes(now).to_string();
            let words = [("about", alarm.about.as_str()), ("minutes", minutes.as_str())];
            Some(format!("\n  - {}", self.phrases.fill_all(&format!("alarm-{}", cause.name()), language, &words)))
        });
        let told: String = told.collect();
        if told.is_empty() { self.phrases.say("management-none", language).to_owned() } else { told }
    }

    async fn blocked(&self, client: &Client, language: Language) -> anyhow::Result<String> {
        let kept = client.account().account_data::<IgnoredUserListEventContent>().await?;
        let list = kept.map(|kept| kept.deserialize()).transpose()?.unwrap_or_default();
        let names: Vec<String> = list.ignored_users.keys().map(|user| format!("`{user}`")).collect();
        let none = || self.phrases.say("management-nobody", language).to_owned();
        Ok(if names.is_empty() { none() } else { names.join(", ") })
    }

    fn rooms(&self, client: &Client, language: Language) -> String {
        let rooms = client.joined_rooms();
        let mut lines: Vec<String> = rooms.iter().take(SHOWN).map(|room| self.room_line(room, language)).collect();
        if rooms.len() > SHOWN {
            let more = (rooms.len() - SHOWN).to_string();
            lines.push(self.phrases.fill("management-more-rooms", language, "count", &more));
        }
        let (count, list) = (rooms.len().to_string(), lines.join("\n"));
        self.phrases.fill_all("management-rooms", language, &[("count", &count), ("list", &list)])
    }

    fn room_line(&self, room: &Room, language: Language) -> String {
        // A name is other people's words: shown as they are, without a meaning of their own.
        let name = room.cached_display_name().map(|name| format!("`{}`", on_one_line(&name.to_string())));
        let encryption =
            if room.encryption_state().is_encrypted() { "management-encrypted" } else { "management-clear" };
        let members = room.joined_members_count().to_string();
        let words = [
            ("room", room.room_id().as_str()),
            ("members", &members),
            ("encryption", self.phrases.say(encryption, language)),
            ("name", name.as_deref().unwrap_or_default()),
        ];
        self.phrases.fill_all("management-room", language, &words)
    }

    async fn quit(&self, client: &Client, named: &str, language: Language) -> anyhow::Result<String> {
        let Some(room) = joined(client, named) else { return Ok(self.no_room(language)) };
        if self.management.is_here(room.room_id()) {
            return Ok(self.phrases.say("management-not-this-room", language).to_owned());
        }
        invite::quit(&room).await?;
        Ok(self.phrases.fill("management-left", language, "room", room.room_id().as_str()))
    }

    async fn renew(&self, client: &Client, named: &str, language: Language) -> anyhow::Result<String> {
        let Some(room) = joined(client, named) else { return Ok(self.no_room(language)) };
        room.discard_room_key().await?;
        Ok(self.phrases.fill("management-renewed", language, "room", room.room_id().as_str()))
    }

    fn no_room(&self, language: Language) -> String {
        self.phrases.say("management-no-room", language).to_owned()
    }

    /// The homeserver itself keeps their words and invitations from us, whatever becomes of our store.
    async fn block(&self, client: &Client, named: &str, language: Language) -> anyhow::Result<String> {
        let Some(user) = user(client, named) else { return Ok(self.no_user(language)) };
        if self.management.is_administrator(&user) {
            return Ok(self.phrases.say("management-not-administrator", language).to_owned());
        }
        client.account().ignore_user(&user).await?;
        Ok(self.phrases.fill("management-blocked", language, "user", user.as_str()))
    }

    async fn unblock(&self, client: &Client, named: &str, language: Language) -> anyhow::Result<String> {
        let Some(user) = user(client, named) else { return Ok(self.no_user(language)) };
        client.account().unignore_user(&user).await?;
        Ok(self.phrases.fill("management-unblocked", language, "user", user.as_str()))
    }

    fn no_user(&self, language: Language) -> String {
        self.phrases.say("management-no-user", language).to_owned()
    }

    async fn reload(&self, language: Language) -> anyhow::Result<String> {
        match self.means.shelf.reload().await? {
            Reloaded::Taken { methods } => {
                Ok(self.phrases.fill("management-reloaded", language, "methods", &methods.to_string()))
            }
            Reloaded::Refused(problems) => {
                let list: Vec<String> = problems.iter().take(SHOWN).map(problem_line).collect();
                Ok(self.phrases.fill("management-refused", language, "problems", &list.join("\n")))
            }
        }
    }

    /// Whoever opens a link first has it: it is brought only where nobody else reads.
    async fn console(&self, client: &Client, asked: &Asked, language: Language) -> anyhow::Result<String> {
        let here = client.joined_rooms().into_iter().find(|room| self.management.is_here(room.room_id()));
        if here.is_none_or(|room| is_crowded(&room)) {
            return Ok(self.phrases.say("management-console-elsewhere", language).to_owned());
        }
        let link = match &self.means.doorkeeper {
            Some(doorkeeper) => doorkeeper.link(asked.sender.as_str()).await?,
            None => None,
        };
        Ok(match link {
            Some(link) => self.phrases.fill("console-link", language, "link", &link),
            None => self.phrases.say("management-no-console", language).to_owned(),
        })
    }
}

/// Verifications: shown here, confirmed here.
impl Clerk {
    pub(super) async fn compare(&mut self, sas: SasVerification) -> anyhow::Result<()> {
        let (Some(client), SasState::KeysExchanged { emojis: Some(emojis), .. }) = (self.client.clone(), sas.state())
        else {
            return Ok(());
        };
        let names: Vec<&str> = self.phrases.say("verification-names", Language::French).split(", ").collect();
        let shown = emojis.emojis.iter().zip(emojis.indices).map(|(emoji, index)| {
            format!("{} {}", emoji.symbol, names.get(usize::from(index)).unwrap_or(&emoji.description))
        });
        let shown: Vec<String> = shown.collect();
        let words = [("user", sas.other_user_id().as_str()), ("emojis", &shown.join(" · "))];
        let words = self.phrases.fill_all("verification-compare", Language::French, &words);
        self.verifying = Some(sas);
        Ok(self.say(&client, &self.once("compare"), words).await?)
    }

    /// Who compares is who answers.
    async fn settle_verification(&mut self, same: bool, asked: &Asked, language: Language) -> anyhow::Result<String> {
        let theirs = self.verifying.take_if(|sas| sas.other_user_id() == &*asked.sender);
        let Some(sas) = theirs.filter(|sas| !sas.is_cancelled() && !sas.is_done()) else {
            return Ok(self.phrases.say("verification-none", language).to_owned());
        };
        let answer = if same {
            sas.confirm().await?;
            "verification-confirmed"
        } else {
            sas.mismatch().await?;
            "verification-refused"
        };
        Ok(self.phrases.say(answer, language).to_owned())
    }

    pub(super) async fn conclude(&mut self, well: bool) -> anyhow::Result<()> {
        self.verifying = None;
        let Some(client) = self.client.clone() else { return Ok(()) };
        let name = if well { "verification-done" } else { "verification-cancelled" };
        let words = self.phrases.say(name, Language::French).to_owned();
        Ok(self.say(&client, &self.once(name), words).await?)
    }

    /// Verifications follow one another: each has its own words.
    fn once(&self, what: &str) -> EventId {
        EventId(format!("{what}:{}", self.inbox.clock().now()))
    }
}

fn joined(client: &Client, named: &str) -> Option<Room> {
    let id: OwnedRoomId = RoomId::parse(named).ok()?;
    client.joined_rooms().into_iter().find(|room| room.room_id() == id)
}

fn user(client: &Client, named: &str) -> Option<OwnedUserId> {
    UserId::parse(named).ok().filter(|user| client.user_id() != Some(user))
}

fn problem_line(problem: &Problem) -> String {
    format!("- `{}`", on_one_line(&problem.to_string()))
}

/// As a code span holds it: neither a line break nor a backtick ends it.
fn on_one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'")
}
