//! Opening a bank: is it there, is it ours, is it not newer than we are?

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database as Connector, DatabaseConnection, DbBackend};

use super::address::Address;
use super::database::{Database, Reader};
use super::error::is_no_such_database;
use super::{Store, StoreError, migrations, upgrade};
use crate::workflow;

/// What to do when there is nothing at the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenAbsent {
    Refuse,
    Create,
}

/// What may be done to what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    /// Not even the tables are brought up to date.
    Read,
}

/// How long a writer waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Readers and the writer of one process.
const CONNECTIONS_MAX: u32 = 8;
/// Page cache of a connection, in kibibytes: the index over identities of a million units fits.
const CACHE_KIB: &str = "-65536";
/// Pages that the log takes before they are folded into the file (40 MB). An import touches the same pages of its
/// indexes again and again: folding rarely writes each of them once.
const LOG_PAGES: &str = "10000";

pub(super) async fn open(address: Address, when_absent: WhenAbsent) -> Result<Store, StoreError> {
    open_with_patience(address, when_absent, BUSY_TIMEOUT).await
}

/// Opens with another time to wait for a writer of another process.
pub(super) async fn open_with_patience(
    address: Address,
    when_absent: WhenAbsent,
    busy_timeout: Duration,
) -> Result<Store, StoreError> {
    if let Address::Sqlite(path) = &address {
        look_at_file(&address, path, when_absent)?;
    }
    let db = connect(&address, when_absent, Mode::Write, busy_timeout).await?;
    let store = Store { database: Database::new(db), address };
    let prepared = prepare(&store, when_absent).await;
    opened(store, prepared).await
}

/// Opens a bank that is only looked at: of this version, and left exactly as it is.
pub(super) async fn open_read_only(address: Address) -> Result<Store, StoreError> {
    if let Address::Sqlite(path) = &address {
        look_at_file(&address, path, WhenAbsent::Refuse)?;
    }
    let db = connect(&address, WhenAbsent::Refuse, Mode::Read, BUSY_TIMEOUT).await?;
    let store = Store { database: Database::new(db), address };
    let looked_at = match missing_migrations(&store, WhenAbsent::Refuse).await {
        Ok(0) => Ok(()),
        Ok(_) => Err(StoreError::OlderThanProgram { address: store.address() }),
        Err(error) => Err(error),
    };
    opened(store, looked_at).await
}

async fn opened(store: Store, looked_at: Result<(), StoreError>) -> Result<Store, StoreError> {
    let wrong = workflow::mistakes().first().cloned();
    let holds = wrong.map_or(Ok(()), |mistake| Err(StoreError::DeclarationWrong { mistake }));
    match looked_at.and(holds) {
        Ok(()) => Ok(store),
        Err(error) => {
            // The first error is the one to tell; a failing close adds nothing to it.
            let _ = store.close().await;
            Err(error)
        }
    }
}

/// SQLite would make an empty bank from a mistyped path and call a text file damaged.
fn look_at_file(address: &Address, path: &Path, when_absent: WhenAbsent) -> Result<(), StoreError> {
    let not_a_bank =
        |reason: &str| StoreError::NotABank { address: address.to_string(), reason: reason.to_owned() };
    if path.is_dir() {
        return Err(not_a_bank("it is a folder"));
    }
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match when_absent {
                WhenAbsent::Create => Ok(()),
                WhenAbsent::Refuse => Err(StoreError::DatabaseMissing { address: address.to_string() }),
            };
        }
        Err(error) => return Err(not_a_bank(&format!("it cannot be read ({error})"))),
    };
    let mut header = Vec::with_capacity(16);
    let read = file.by_ref().take(16).read_to_end(&mut header);
    match read {
        Ok(0) if when_absent == WhenAbsent::Create => Ok(()),
        Ok(_) if header == b"SQLite format 3\0" => Ok(()),
        Ok(_) => Err(not_a_bank("it is not a SQLite database")),
        Err(error) => Err(not_a_bank(&format!("it cannot be read ({error})"))),
    }
}

async fn connect(
    address: &Address,
    when_absent: WhenAbsent,
    mode: Mode,
    busy_timeout: Duration,
) -> Result<DatabaseConnection, StoreError> {
    let mut options = match address {
        Address::Postgres(secret) => {
            let mut options = ConnectOptions::new(secret.0.clone());
            options.max_connections(CONNECTIONS_MAX);
            options
        }
        Address::Memory => {
            let mut options = ConnectOptions::new("sqlite::memory:");
            options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
            options
        }
        Address::Sqlite(path) => {
            let sqlite = match mode {
                Mode::Write => sqlite_options(path, when_absent),
                Mode::Read => sqlite_read_options(path),
            };
            let sqlite = sqlite.busy_timeout(busy_timeout);
            let mut options = ConnectOptions::new("sqlite::memory:");
            options.max_connections(CONNECTIONS_MAX);
            options.map_sqlx_sqlite_opts(move |_| sqlite.clone());
            options
        }
    };
    options.sqlx_logging(false).acquire_timeout(BUSY_TIMEOUT);
    Connector::connect(options).await.map_err(|error| {
        if is_no_such_database(&error) {
            return StoreError::DatabaseMissing { address: address.to_string() };
        }
        StoreError::from(error)
    })
}

/// WAL: readers never wait for the writer, and a killed process leaves a file that opens.
/// `FULL`: each commit is on the disk before it is acknowledged, so that a power cut loses nothing
/// acknowledged either; chunked writing makes its cost small (one flush per chunk).
fn sqlite_options(path: &Path, when_absent: WhenAbsent) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(when_absent == WhenAbsent::Create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", CACHE_KIB)
        .pragma("temp_store", "memory")
        // A destroyed key must not be left in a free page of the file.
        .pragma("secure_delete", "on")
        .pragma("wal_autocheckpoint", LOG_PAGES)
        .disable_statement_logging()
}

/// A folder that cannot be written, such as a copy on a disc, has no room for the files of SQLite's locks. When no
/// log lies beside the file, nobody writes to it, and it is read without them.
fn sqlite_read_options(path: &Path) -> SqliteConnectOptions {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let is_fixed = std::fs::metadata(folder.unwrap_or(Path::new(".")))
        .is_ok_and(|folder| folder.permissions().readonly())
        && !Path::new(&log).exists();
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(is_fixed)
        .pragma("cache_size", CACHE_KIB)
        .disable_statement_logging()
}

/// Refuses what is not ours, then brings the tables up to date.
async fn prepare(store: &Store, when_absent: WhenAbsent) -> Result<(), StoreError> {
    let missing = missing_migrations(store, when_absent).await?;
    if missing == 0 {
        return Ok(());
    }
    if let Some(first) = migrations::first_of_last(missing) {
        upgrade::keep_copy(store, &first).await?;
    }
    store.database.migrate().await
}

impl Store {
    /// Looks again at what opening looked at: the file may have been taken away, or its tables brought to a newer version
    /// by another program.
    ///
    /// # Errors
    /// [`StoreError::DatabaseMissing`], [`StoreError::NewerThanProgram`], [`StoreError::NotABank`], or the database fails.
    pub async fn check_tables(&self) -> Result<(), StoreError> {
        if let Address::Sqlite(path) = &self.address {
            look_at_file(&self.address, path, WhenAbsent::Refuse)?;
        }
        missing_migrations(self, WhenAbsent::Refuse).await.map(|_| ())
    }
}

/// How many changes of the tables a bank does not have yet. Refuses what is not ours, and what is newer than we are.
async fn missing_migrations(store: &Store, when_absent: WhenAbsent) -> Result<usize, StoreError> {
    let tables = table_names(store.database.reader()).await?;
    let ours = tables.iter().any(|table| table == migrations::TABLE);
    let may_be_made = tables.is_empty() && when_absent == WhenAbsent::Create;
    if !ours && !may_be_made {
        let reason = if tables.is_empty() { "it is empty" } else { "it has other tables" };
        return Err(StoreError::NotABank { address: store.address(), reason: reason.to_owned() });
    }
    if ours {
        let applied = migrations::applied(store.database.reader()).await?;
        if let Some(migration) = applied.iter().find(|name| !migrations::is_known(name)) {
            return Err(StoreError::NewerThanProgram {
                address: store.address(),
                migration: migration.clone(),
            });
        }
        return Ok(migrations::known_count() - applied.len());
    }
    Ok(migrations::known_count())
}

/// The names of all tables at the address.
async fn table_names(reader: Reader<'_>) -> Result<Vec<String>, StoreError> {
    let sql = match reader.backend() {
        DbBackend::Postgres => {
            "SELECT table_name FROM information_schema.tables \
             WHERE table_schema = current_schema()"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let rows = reader.all(sql, []).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
