//! Somebody with the database's password and no scruples.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};

use super::TestBank;

/// What a column is declared as, as far as a tamperer cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declared {
    Number,
    Flag,
    Bytes,
    Text,
}

/// A table with its columns; those of its primary key first.
#[derive(Debug, Clone)]
pub(crate) struct TableSeen {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, Declared)>,
    pub(crate) key: Vec<String>,
}

/// One connection, without foreign keys.
pub(crate) struct Tamperer {
    db: DatabaseConnection,
}

impl Tamperer {
    pub(crate) async fn of(bank: &TestBank) -> Self {
        let url = match bank.address.starts_with("postgres") {
            true => bank.address.clone(),
            false => format!("sqlite://{}?mode=rw", bank.address),
        };
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.expect("a connection");
        let tamperer = Self { db };
        let unbind = match tamperer.db.get_database_backend() {
            DbBackend::Postgres => "SET session_replication_role = replica",
            _ => "PRAGMA foreign_keys = OFF",
        };
        tamperer.run(unbind).await.expect("no foreign keys");
        tamperer
    }

    /// Runs a statement; gives how many rows it changed.
    pub(crate) async fn run(&self, sql: &str) -> Result<u64, DbErr> {
        Ok(self.db.execute_unprepared(sql).await?.rows_affected())
    }

    pub(crate) async fn texts(&self, sql: &str) -> Vec<Vec<String>> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql.to_owned());
        let rows = self.db.query_all_raw(statement).await.expect(sql);
        let columns = |row: &sea_orm::QueryResult| {
            (0..)
                .map_while(|at| row.try_get_by_index::<Option<String>>(at).ok())
                .map(Option::unwrap_or_default)
                .collect()
        };
        rows.iter().map(columns).collect()
    }

    pub(crate) async fn count(&self, table: &str) -> usize {
        let texts = self.texts(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await;
        texts[0][0].parse().expect("a number")
    }

    /// All tables, as the database itself lists them.
    pub(crate) async fn tables(&self) -> Vec<TableSeen> {
        let is_postgres = self.db.get_database_backend() == DbBackend::Postgres;
        let names = self.texts(if is_postgres {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        });
        let mut tables = Vec::new();
        for name in names.await.into_iter().flatten() {
            tables.push(self.table(name, is_postgres).await);
        }
        tables
    }

    async fn table(&self, name: String, is_postgres: bool) -> TableSeen {
        let (columns, key) = if is_postgres {
            (
                format!(
                    "SELECT column_name::text, data_type::text FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND table_name = '{name}' ORDER BY ordinal_position"
                ),
                format!(
                    "SELECT k.column_name::text FROM information_schema.table_constraints c \
                     JOIN information_schema.key_column_usage k ON k.constraint_name = c.constraint_name \
                     WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_name = '{name}' \
                     ORDER BY k.ordinal_position"
                ),
            )
        } else {
            (
                format!("SELECT name, type FROM pragma_table_info('{name}') ORDER BY cid"),
                format!("SELECT name FROM pragma_table_info('{name}') WHERE pk > 0 ORDER BY pk"),
            )
        };
        let columns = self.texts(&columns).await.into_iter().map(|row| (row[0].clone(), declared(&row[1])));
        let columns = columns.collect();
        let key = self.texts(&key).await.into_iter().flatten().collect();
        TableSeen { name, columns, key }
    }

    /// Keeps the rows of a table aside.
    pub(crate) async fn keep(&self, table: &str) {
        self.run(&format!("CREATE TEMPORARY TABLE kept AS SELECT * FROM {table}")).await.expect("kept");
    }

    /// Puts the rows of a table back as they were.
    pub(crate) async fn put_back(&self, table: &str) {
        self.run(&format!("DELETE FROM {table}")).await.expect("emptied");
        self.run(&format!("INSERT INTO {table} SELECT * FROM kept")).await.expect("put back");
    }

    pub(crate) async fn forget(&self) {
        self.run("DROP TABLE kept").await.expect("forgotten");
    }

    pub(crate) async fn end(self) {
        self.db.close().await.expect("closed");
    }
}

fn declared(name: &str) -> Declared {
    match name.to_ascii_uppercase().as_str() {
        "BIGINT" | "INTEGER" => Declared::Number,
        "BOOLEAN" => Declared::Flag,
        "BLOB" | "BYTEA" => Declared::Bytes,
        _ => Declared::Text,
    }
}

impl TableSeen {
    /// An expression for another value of a column than the one it has.
    pub(crate) fn other_value(&self, column: &str, is_postgres: bool) -> String {
        let declared = self.columns.iter().find(|(name, _)| name == column).expect("a column").1;
        match declared {
            Declared::Number => format!("COALESCE({column}, 0) + 1"),
            Declared::Flag => format!("NOT COALESCE({column}, {})", if is_postgres { "false" } else { "0" }),
            Declared::Bytes if is_postgres => format!("COALESCE({column}, '') || '\\x00'::bytea"),
            Declared::Bytes => format!("CAST(COALESCE(hex({column}), '') || 'x' AS BLOB)"),
            Declared::Text => format!("COALESCE({column}, '') || 'x'"),
        }
    }

    /// `a = (SELECT a FROM t ORDER BY a LIMIT 1) AND …`: the first row.
    pub(crate) fn first_row(&self) -> String {
        let key = self.key.join(", ");
        let name = &self.name;
        let parts = self
            .key
            .iter()
            .map(|column| format!("{column} = (SELECT {column} FROM {name} ORDER BY {key} LIMIT 1)"));
        parts.collect::<Vec<_>>().join(" AND ")
    }

    /// Is the column part of the key?
    pub(crate) fn is_key(&self, column: &str) -> bool {
        self.key.iter().any(|key| key == column)
    }
}
