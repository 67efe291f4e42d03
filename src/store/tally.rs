//! The counts that were kept day by day. They hold no name, and survive what they were counted from.

use anyhow::Context as _;
use sqlx::AssertSqlSafe;

use super::{Store, inbox};
use crate::dialogue::turn::Input;
use crate::message::PlatformKind;
use crate::store::overview::Number;

/// Days in Paris since 1970, both included, and the platform that is looked at; `None`: all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub first: i64,
    pub last: i64,
    pub platform: Option<PlatformKind>,
}

/// How often something happened, e.g. kind `goal`, name `prioritise`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Total {
    pub kind: String,
    pub name: String,
    pub count: i64,
}

impl Store {
    /// All counts of a span, by kind, then the most frequent first.
    pub async fn totals(&self, span: Span) -> anyhow::Result<Vec<Total>> {
        let statement = format!(
            "SELECT kind, name, CAST(SUM(count) AS BIGINT) AS total FROM tally WHERE day BETWEEN $1 AND $2{} \
             GROUP BY kind, name ORDER BY kind, total DESC, name",
            on_platform(span)
        );
        let rows: Vec<(String, String, i64)> = sqlx::query_as(AssertSqlSafe(statement))
            .bind(span.first)
            .bind(span.last)
            .fetch_all(&mut *self.database.read().await?)
            .await
            .context("cannot read the statistics")?;
        Ok(rows.into_iter().map(|(kind, name, count)| Total { kind, name, count }).collect())
    }

    /// How many conversations began on each day and platform of a span.
    pub async fn conversations_by_day(&self, span: Span) -> anyhow::Result<Vec<(i64, PlatformKind, i64)>> {
        let statement = format!(
            "SELECT day, platform, CAST(SUM(count) AS BIGINT) FROM tally \
             WHERE kind = 'conversation' AND day BETWEEN $1 AND $2{} GROUP BY day, platform ORDER BY day, platform",
            on_platform(span)
        );
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(AssertSqlSafe(statement))
            .bind(span.first)
            .bind(span.last)
            .fetch_all(&mut *self.database.read().await?)
            .await
            .context("cannot read the statistics by day")?;
        Ok(rows.into_iter().filter_map(|(day, name, n)| Some((day, PlatformKind::parse(&name)?, n))).collect())
    }

    /// The day of the first count, if there is any.
    pub async fn first_day(&self) -> anyhow::Result<Option<i64>> {
        let (day,): (Option<i64>,) = sqlx::query_as("SELECT MIN(day) FROM tally WHERE kind = 'conversation'")
            .fetch_one(&mut *self.database.read().await?)
            .await
            .context("cannot read the first day")?;
        Ok(day)
    }

    /// What people wrote when nothing was found, the newest first, as it was written (mask before showing). What is
    /// ignored for good is in the list too: see [`Store::ignored`].
    pub async fn unanswered(&self, most: usize) -> anyhow::Result<Vec<(Number, String)>> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT overview.number, inbox.input FROM flag \
             JOIN overview ON overview.conversation = flag.conversation \
             JOIN inbox ON inbox.conversation = flag.conversation AND inbox.turn = flag.turn \
             WHERE flag.concern = 'nothing-fits' AND inbox.input <> '' ORDER BY flag.at DESC LIMIT $1",
        )
        .bind(i64::try_from(most)?)
        .fetch_all(&mut *self.database.read().await?)
        .await
        .context("cannot list what was not answered")?;
        let said = rows.into_iter().filter_map(|(number, input)| match inbox::read_input(&input) {
            Input::Said { text } | Input::Corrected { text, .. } => Some((number, text)),
            _ => None,
        });
        Ok(said.collect())
    }

    /// The requests that coaches do not want to see again, as `console::themes::request_key` names them.
    pub async fn ignored(&self) -> anyhow::Result<std::collections::BTreeSet<String>> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT request FROM ignored")
            .fetch_all(&mut *self.database.read().await?)
            .await
            .context("cannot read what is ignored")?;
        Ok(rows.into_iter().map(|(request,)| request).collect())
    }

    /// Ignores a request for good, or takes that back.
    pub async fn ignore(
        &self,
        request: &str,
        ignored: bool,
        coach: &str,
        now: crate::clock::Timestamp,
    ) -> anyhow::Result<()> {
        let mut connection = self.database.write().await?;
        let query = if ignored {
            sqlx::query("INSERT INTO ignored (request, coach, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(request)
                .bind(coach)
                .bind(now.as_millisecond())
        } else {
            sqlx::query("DELETE FROM ignored WHERE request = $1").bind(request)
        };
        query.execute(&mut *connection).await.context("cannot ignore a request")?;
        Ok(())
    }
}

fn on_platform(span: Span) -> String {
    span.platform.map_or_else(String::new, |platform| format!(" AND platform = '{}'", platform.as_str()))
}
