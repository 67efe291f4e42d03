//! Who may enter the console: links that open it once, accounts at an OpenID provider, sessions.
//!
//! Each verb that decides is one statement, so two browsers that come at once cannot both be first. What is given as
//! `token`, `browser` or `state` is a hash: the secret itself is never here.

use std::time::Duration;

use anyhow::Context as _;

use super::{Store, millis, timestamp};
use crate::clock::Timestamp;

/// What became of a link that somebody opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It is this browser's, and leads to this person.
    Yours {
        person: String,
    },
    Unknown,
    Expired,
    Used,
    /// Another browser opened it first.
    Elsewhere,
}

/// A sign-in that comes back from a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub nonce: String,
    pub verifier: String,
}

/// What a new session begins with.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    pub token: &'a str,
    pub id: &'a str,
    pub person: &'a str,
    pub via: &'a str,
    pub device: &'a str,
    pub id_token: &'a str,
}

/// One browser in which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    pub person: String,
    pub via: String,
    pub device: String,
    pub made_at: Timestamp,
    pub seen_at: Timestamp,
    pub ended: bool,
    pub id_token: String,
}

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: Duration,
    /// Whatever happens.
    pub absolute: Duration,
}

type SessionRow = (String, String, String, String, i64, i64, Option<i64>, String);

/// A session notes that it was seen this often at most.
const SEEN_EVERY: i64 = 60_000;

/// How long ended sessions are shown.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

impl Store {
    /// Keeps a link; the earlier ones of this person no longer open anything.
    pub async fn keep_link(&self, token: &str, person: &str, now: Timestamp, life: Duration) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        let mut tx = connection.begin_writing().await?;
        sqlx::query("DELETE FROM sign_in_link WHERE person = $1 AND used_at IS NULL")
            .bind(person)
            .execute(&mut *tx)
            .await
            .context("cannot drop the earlier links")?;
        sqlx::query("INSERT INTO sign_in_link (token, person, made_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(token)
            .bind(person)
            .bind(now.as_millisecond())
            .bind(now.as_millisecond() + millis(life))
            .execute(&mut *tx)
            .await
            .context("cannot keep a link")?;
        tx.commit().await.context("cannot keep a link")
    }

    /// Opens a link without using it: from now on it is this browser's.
    pub async fn open_link(&self, token: &str, browser: &str, now: Timestamp) -> anyhow::Result<Opened> {
        sqlx::query("UPDATE sign_in_link SET browser = $2 WHERE token = $1 AND browser IS NULL AND expires_at > $3")
            .bind(token)
            .bind(browser)
            .bind(now.as_millisecond())
            .execute(&mut *self.database.write().await?)
            .await
            .context("cannot bind a link to its browser")?;
        self.look_at_link(token, browser, now).await
    }

    async fn look_at_link(&self, token: &str, browser: &str, now: Timestamp) -> anyhow::Result<Opened> {
        let row: Option<(String, i64, Option<String>, Option<i64>)> =
            sqlx::query_as("SELECT person, expires_at, browser, used_at FROM sign_in_link WHERE token = $1")
                .bind(token)
                .fetch_optional(&mut *self.database.read().await?)
                .await
                .context("cannot read a link")?;
        Ok(match row {
            None => Opened::Unknown,
            Some((_, _, _, Some(_))) => Opened::Used,
            Some((_, expires_at, _, _)) if expires_at <= now.as_millisecond() => Opened::Expired,
            Some((person, _, Some(owner), None)) if owner == browser => Opened::Yours { person },
            Some(_) => Opened::Elsewhere,
        })
    }

    /// Uses a link, once, from the browser that opened it first. Gives whose it was, or why not.
    pub async fn use_link(&self, token: &str, browser: &str, now: Timestamp) -> anyhow::Result<Opened> {
        let used: Option<(String,)> = sqlx::query_as(
            "UPDATE sign_in_link SET used_at = $3 \
             WHERE token = $1 AND browser = $2 AND used_at IS NULL AND expires_at > $3 RETURNING person",
        )
        .bind(token)
        .bind(browser)
        .bind(now.as_millisecond())
        .fetch_optional(&mut *self.database.write().await?)
        .await
        .context("cannot use a link")?;
        match used {
            Some((person,)) => Ok(Opened::Yours { person }),
            None => self.look_at_link(token, browser, now).await,
        }
    }

    pub async fn begin_attempt(
        &self,
        state: &str,
        browser: &str,
        attempt: &Attempt,
        expires_at: Timestamp,
    ) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO oidc_attempt (state, browser, nonce, verifier, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(state)
        .bind(browser)
        .bind(&attempt.nonce)
        .bind(&attempt.verifier)
        .bind(expires_at.as_millisecond())
        .execute(&mut *self.database.write().await?)
        .await
        .context("cannot keep an attempt to sign in")?;
        Ok(())
    }

    /// Ends an attempt, once, in the browser that began it.
    pub async fn end_attempt(&self, state: &str, browser: &str, now: Timestamp) -> anyhow::Result<Option<Attempt>> {
        let row: Option<(String, String)> = sqlx::query_as(
            "DELETE FROM oidc_attempt WHERE state = $1 AND browser = $2 AND expires_at > $3 RETURNING nonce, verifier",
        )
        .bind(state)
        .bind(browser)
        .bind(now.as_millisecond())
        .fetch_optional(&mut *self.database.write().await?)
        .await
        .context("cannot end an attempt to sign in")?;
        Ok(row.map(|(nonce, verifier)| Attempt { nonce, verifier }))
    }

    /// The person to whom an account belongs: given to this one when neither has another yet.
    pub async fn account_owner(&self, account: &str, person: &str, now: Timestamp) -> anyhow::Result<Option<String>> {
        sqlx::query("INSERT INTO oidc_account (account, person, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(person)
            .bind(now.as_millisecond())
            .execute(&mut *self.database.write().await?)
            .await
            .context("cannot keep an account")?;
        let owner: Option<(String,)> = sqlx::query_as("SELECT person FROM oidc_account WHERE account = $1")
            .bind(account)
            .fetch_optional(&mut *self.database.read().await?)
            .await
            .context("cannot read an account")?;
        Ok(owner.map(|(person,)| person))
    }

    /// Lets this person come with another account. Gives whether there was one.
    pub async fn release_account(&self, person: &str) -> anyhow::Result<bool> {
        let gone = sqlx::query("DELETE FROM oidc_account WHERE person = $1")
            .bind(person)
            .execute(&mut *self.database.write().await?)
            .await
            .context("cannot release an account")?;
        Ok(gone.rows_affected() > 0)
    }

    pub async fn open_session(&self, session: &NewSession<'_>, now: Timestamp) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO session (token, id, person, via, device, made_at, seen_at, id_token) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        )
        .bind(session.token)
        .bind(session.id)
        .bind(session.person)
        .bind(session.via)
        .bind(session.device)
        .bind(now.as_millisecond())
        .bind(session.id_token)
        .execute(&mut *self.database.write().await?)
        .await
        .context("cannot open a session")?;
        Ok(())
    }

    /// The living session of this token; notes that it was seen.
    pub async fn session(&self, token: &str, now: Timestamp, limits: SessionLimits) -> anyhow::Result<Option<Session>> {
        let found: Option<SessionRow> = sqlx::query_as(
            "SELECT id, person, via, device, made_at, seen_at, ended_at, id_token FROM session \
             WHERE token = $1 AND ended_at IS NULL AND seen_at > $2 AND made_at > $3",
        )
        .bind(token)
        .bind(now.as_millisecond() - millis(limits.idle))
        .bind(now.as_millisecond() - millis(limits.absolute))
        .fetch_optional(&mut *self.database.read().await?)
        .await
        .context("cannot read a session")?;
        let session = found.map(session);
        if session.as_ref().is_some_and(|one| one.seen_at.as_millisecond() + SEEN_EVERY <= now.as_millisecond()) {
            sqlx::query("UPDATE session SET seen_at = $2 WHERE token = $1 AND ended_at IS NULL")
                .bind(token)
                .bind(now.as_millisecond())
                .execute(&mut *self.database.write().await?)
                .await
                .context("cannot note that a session was seen")?;
        }
        Ok(session)
    }

    /// Sessions, the newest first; of one person or of all.
    pub async fn sessions(&self, person: Option<&str>) -> anyhow::Result<Vec<Session>> {
        let rows: Vec<SessionRow> = sqlx::query_as(
            "SELECT id, person, via, device, made_at, seen_at, ended_at, id_token FROM session \
             WHERE (person = $1 OR $1 = '') ORDER BY ended_at IS NOT NULL, made_at DESC, id LIMIT 200",
        )
        .bind(person.unwrap_or_default())
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot list the sessions")?;
        Ok(rows.into_iter().map(session).collect())
    }

    /// Ends a session; `of` restricts it to those of one person. Gives whose it was.
    pub async fn end_session(&self, id: &str, of: Option<&str>, now: Timestamp) -> anyhow::Result<Option<String>> {
        let ended: Option<(String,)> = sqlx::query_as(
            "UPDATE session SET ended_at = $3, id_token = '' \
             WHERE id = $1 AND (person = $2 OR $2 = '') AND ended_at IS NULL RETURNING person",
        )
        .bind(id)
        .bind(of.unwrap_or_default())
        .bind(now.as_millisecond())
        .fetch_optional(&mut *self.database.write().await?)
        .await
        .context("cannot end a session")?;
        Ok(ended.map(|(person,)| person))
    }

    /// Ends all sessions of a person, but this one.
    pub async fn end_sessions_but(&self, id: &str, person: &str, now: Timestamp) -> anyhow::Result<u64> {
        let ended = sqlx::query(
            "UPDATE session SET ended_at = $3, id_token = '' WHERE person = $1 AND id <> $2 AND ended_at IS NULL",
        )
        .bind(person)
        .bind(id)
        .bind(now.as_millisecond())
        .execute(&mut *self.database.write().await?)
        .await
        .context("cannot end the sessions")?;
        Ok(ended.rows_affected())
    }

    /// Throws away links, attempts, sessions and lines of the log whose time is over.
    pub async fn sweep_access(&self, now: Timestamp, limits: SessionLimits, log: Duration) -> anyhow::Result<()> {
        let before = |age: Duration| now.as_millisecond() - millis(age);
        for (statement, before) in [
            // A link that was used or is too old says so for a day.
            ("DELETE FROM sign_in_link WHERE expires_at < $1", before(Duration::from_secs(24 * 3600))),
            ("DELETE FROM oidc_attempt WHERE expires_at < $1", now.as_millisecond()),
            ("UPDATE session SET ended_at = seen_at, id_token = '' WHERE ended_at IS NULL AND seen_at < $1", {
                before(limits.idle)
            }),
            ("UPDATE session SET ended_at = seen_at, id_token = '' WHERE ended_at IS NULL AND made_at < $1", {
                before(limits.absolute)
            }),
            ("DELETE FROM session WHERE ended_at < $1", before(REMEMBERED)),
            ("DELETE FROM audit WHERE at < $1", before(log)),
        ] {
            sqlx::query(statement)
                .bind(before)
                .execute(&mut *self.database.write().await?)
                .await
                .context("cannot tidy up after the console")?;
        }
        Ok(())
    }
}

fn session((id, person, via, device, made_at, seen_at, ended_at, id_token): SessionRow) -> Session {
    let (made_at, seen_at) = (timestamp(made_at), timestamp(seen_at));
    Session { id, person, via, device, made_at, seen_at, ended: ended_at.is_some(), id_token }
}
