//! One database behind the store: an SQLite file or a PostgreSQL address, the same SQL for both.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use anyhow::Context as _;
use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor as _, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Numbered, applied in order, never edited once released.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/001_house.sql"),
    include_str!("schema/002_console.sql"),
    include_str!("schema/003_access.sql"),
    include_str!("schema/004_event.sql"),
];

/// Set on every connection. `synchronous=FULL`: what was committed survives a power cut. `secure_delete`: what was
/// erased is overwritten.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; \
                       PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

/// A file of up to so many pages (16 MB) is written anew within a turn: measured at 0.3 s.
const QUICK_PAGES: i64 = 4096;

const VACUUM_IN_MEMORY: &str = "PRAGMA temp_store = MEMORY; VACUUM; PRAGMA temp_store = DEFAULT;";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Memory,
    Server,
}

/// SQLite has one writer at a time, so one connection writes, and those who want it stand in our line rather than meet
/// a busy file; others read beside it. On a server all take from one pool.
///
/// The line is no pool: a pool tests a connection each time it is given back, which costs as much as a statement.
#[derive(Debug, Clone)]
pub(super) enum Database {
    File {
        writer: Arc<Mutex<AnyConnection>>,
        readers: AnyPool,
    },
    /// A database in memory is its one connection.
    Memory(Arc<Mutex<AnyConnection>>),
    Server(AnyPool),
}

/// A connection at hand; the next in line has it once this is dropped.
pub(super) enum Held {
    Alone(OwnedMutexGuard<AnyConnection>),
    Pooled(PoolConnection<Any>),
}

impl Database {
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let (kind, url) = read(url)?;
        let database = match kind {
            Kind::Server => Self::Server(
                AnyPoolOptions::new().max_connections(8).connect(&url).await.context("cannot open the store")?,
            ),
            Kind::Memory => Self::Memory(alone(&url).await?),
            Kind::File => Self::File { writer: alone(&url).await?, readers: readers(&url).await? },
        };
        database.migrate().await.context("cannot bring the tables up to date")?;
        Ok(database)
    }

    pub(super) async fn read(&self) -> anyhow::Result<Held> {
        match self {
            Self::File { readers: pool, .. } | Self::Server(pool) => {
                Ok(Held::Pooled(pool.acquire().await.context("no connection to the store")?))
            }
            Self::Memory(_) => self.write().await,
        }
    }

    /// A single statement on it is its own transaction.
    pub(super) async fn write(&self) -> anyhow::Result<Held> {
        match self {
            Self::File { writer, .. } | Self::Memory(writer) => Ok(Held::Alone(Arc::clone(writer).lock_owned().await)),
            Self::Server(pool) => Ok(Held::Pooled(pool.acquire().await.context("no connection to the store")?)),
        }
    }

    pub(super) async fn close(&self) {
        if let Self::File { readers: pool, .. } | Self::Server(pool) = self {
            pool.close().await;
        }
    }

    async fn migrate(&self) -> anyhow::Result<()> {
        let mut connection = self.write().await?;
        let mut tx = connection.begin_writing().await?;
        if let Self::Server(_) = self {
            // Two processes that start together take turns.
            tx.execute("SELECT pg_advisory_xact_lock(CAST(3254721 AS BIGINT))").await?;
        }
        tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)").await?;
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
            let migration = if let Self::Server(_) = self { (*migration).to_owned() } else { clustered(migration) };
            tx.execute(sqlx::raw_sql(AssertSqlSafe(migration))).await.with_context(|| format!("migration {number}"))?;
            sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(number).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The one thing that the two databases spell differently: on SQLite a table can be its own index.
fn clustered(migration: &str) -> String {
    migration.replace("/* clustered */;", "WITHOUT ROWID;")
}

impl Held {
    /// A transaction that writes from the start, so that it never has to be begun again half-way.
    pub(super) async fn begin_writing(&mut self) -> anyhow::Result<Transaction<'_, Any>> {
        let begin = if self.backend_name() == "SQLite" { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.begin_with(begin).await.context("cannot begin a transaction")
    }

    /// After an erasure. What SQLite deletes it overwrites, but not the copies that it made before, when it moved rows
    /// between pages; so the file is written anew, which takes as long as the file is large, then the write-ahead log is
    /// emptied. Gives false when something is left: writing anew would take too long for a turn and was not wished
    /// `at_any_size`, or someone reads for long and must not hold up those who write.
    pub(super) async fn overwrite(&mut self, at_any_size: bool) -> anyhow::Result<bool> {
        let Self::Alone(connection) = self else { return Ok(true) };
        let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count").fetch_one(&mut **connection).await?;
        let quick = pages <= QUICK_PAGES;
        if quick {
            connection.execute(VACUUM_IN_MEMORY).await.context("cannot write the store anew")?;
        } else if at_any_size {
            connection.execute("VACUUM").await.context("cannot write the store anew")?;
        }
        connection.execute("PRAGMA busy_timeout = 50").await?;
        let emptied = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut **connection).await;
        connection.execute("PRAGMA busy_timeout = 5000").await?;
        let (busy, _, _): (i64, i64, i64) = emptied.context("cannot empty the write-ahead log")?;
        Ok((quick || at_any_size) && busy == 0)
    }
}

impl Deref for Held {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match self {
            Self::Alone(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match self {
            Self::Alone(connection) => connection,
            Self::Pooled(connection) => connection,
        }
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

async fn alone(url: &str) -> anyhow::Result<Arc<Mutex<AnyConnection>>> {
    let mut connection = AnyConnection::connect(url).await.context("cannot open the store")?;
    connection.execute(PRAGMAS).await?;
    Ok(Arc::new(Mutex::new(connection)))
}

/// Connections to a file do not age.
async fn readers(url: &str) -> anyhow::Result<AnyPool> {
    AnyPoolOptions::new()
        .max_connections(4)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(PRAGMAS).await.map(drop) }))
        .connect(url)
        .await
        .context("cannot open the store")
}
