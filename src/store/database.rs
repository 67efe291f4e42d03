//! One database behind the store: an SQLite file or a PostgreSQL address, the same SQL for both.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Executor as _, Transaction};

/// Numbered, applied in order, never edited once released.
const MIGRATIONS: &[&str] = &[include_str!("schema/001_house.sql")];

/// Set on every connection. `synchronous=FULL`: what was committed survives a power cut. `secure_delete`: what was
/// erased is overwritten.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; \
                       PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Memory,
    Server,
}

/// SQLite has one writer at a time: one connection writes and its waiting line is ours, so nobody meets a busy file.
/// Others read beside it. On a server both are the same pool.
#[derive(Debug, Clone)]
pub(super) struct Database {
    kind: Kind,
    writer: AnyPool,
    reader: AnyPool,
}

impl Database {
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let (kind, url) = read(url)?;
        let writer = pool(kind, if kind == Kind::Server { 8 } else { 1 }, &url).await?;
        migrate(kind, &writer).await.context("cannot bring the tables up to date")?;
        let reader = if kind == Kind::File { pool(kind, 4, &url).await? } else { writer.clone() };
        Ok(Self { kind, writer, reader })
    }

    pub(super) fn reader(&self) -> &AnyPool {
        &self.reader
    }

    /// For single statements, which are their own transaction.
    pub(super) fn writer(&self) -> &AnyPool {
        &self.writer
    }

    /// A transaction that may write from the start, so that it never has to be begun again half-way.
    pub(super) async fn begin(&self) -> anyhow::Result<Transaction<'static, Any>> {
        let begin = if self.kind == Kind::Server { "BEGIN" } else { "BEGIN IMMEDIATE" };
        self.writer.begin_with(begin).await.context("cannot begin a transaction")
    }

    /// After an erasure: empties the write-ahead log, which still holds the pages as they were. A reader at work can
    /// keep it from doing so; the next erasure or the purge then does it.
    pub(super) async fn empty_log(&self) -> anyhow::Result<()> {
        if self.kind == Kind::File {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&self.writer).await?;
        }
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// `sqlite:` is followed by a path as people write it; sqlx wants it escaped.
fn read(url: &str) -> anyhow::Result<(Kind, String)> {
    if matches!(url, "sqlite::memory:" | "sqlite://:memory:") {
        return Ok((Kind::Memory, "sqlite::memory:".to_owned()));
    }
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        let escaped = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        return Ok((Kind::File, format!("sqlite:{escaped}?mode=rwc")));
    }
    anyhow::ensure!(
        url.starts_with("postgres://") || url.starts_with("postgresql://"),
        "the address of the store must begin with `sqlite:` or `postgres://`"
    );
    Ok((Kind::Server, url.to_owned()))
}

async fn pool(kind: Kind, size: u32, url: &str) -> anyhow::Result<AnyPool> {
    let server = kind == Kind::Server;
    let mut options = AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire(server)
        .after_connect(move |connection, _| Box::pin(prepare(kind, connection)));
    if !server {
        // A connection to a file does not age, and the one to a database in memory is the database.
        options = options.idle_timeout(None).max_lifetime(None);
    }
    options.connect(url).await.context("cannot open the store")
}

async fn prepare(kind: Kind, connection: &mut AnyConnection) -> sqlx::Result<()> {
    if kind != Kind::Server {
        connection.execute(sqlx::raw_sql(PRAGMAS)).await?;
    }
    Ok(())
}

async fn migrate(kind: Kind, writer: &AnyPool) -> anyhow::Result<()> {
    let begin = if kind == Kind::Server { "BEGIN" } else { "BEGIN IMMEDIATE" };
    let mut tx = writer.begin_with(begin).await?;
    if kind == Kind::Server {
        // Two processes that start together take turns.
        sqlx::query("SELECT pg_advisory_xact_lock(CAST(3254721 AS BIGINT))").execute(&mut *tx).await?;
    }
    sqlx::query("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)")
        .execute(&mut *tx)
        .await?;
    let (version,): (i64,) = sqlx::query_as("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM schema_version")
        .fetch_one(&mut *tx)
        .await?;
    let done = usize::try_from(version)?;
    anyhow::ensure!(
        done <= MIGRATIONS.len(),
        "the store was written by a later version of the program (layout {done}, this one knows {})",
        MIGRATIONS.len()
    );
    for (number, migration) in (1_i64..).zip(MIGRATIONS).skip(done) {
        tx.execute(sqlx::raw_sql(*migration)).await.with_context(|| format!("migration {number}"))?;
        sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(number).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
