//! Banks for stories: a SQLite file, or a database in a PostgreSQL server of our own.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod postgres;
pub(crate) mod tamper;

use qidai_bank::{IdSource, Identity, ListedRecord, Measure, Phase, Typing, UnitRecord};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

/// Where a story happens. The database is gone when this is dropped.
pub(crate) struct TestBank {
    pub(crate) address: String,
    _folder: Option<TempDir>,
}

impl TestBank {
    /// A SQLite file that does not exist yet.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = folder.path().join("bank.sqlite").display().to_string();
        Self { address, _folder: Some(folder) }
    }

    pub(crate) fn at(address: String) -> Self {
        Self { address, _folder: None }
    }

    /// A connection beside the store, for what the store never does.
    pub(crate) async fn back_door(&self) -> DatabaseConnection {
        let url = match self.address.starts_with("postgres") {
            true => self.address.clone(),
            false => format!("sqlite://{}?mode=rwc", self.address),
        };
        Database::connect(url).await.expect("a second connection")
    }

    /// Runs a statement through the back door.
    pub(crate) async fn run(&self, sql: &str) {
        let db = self.back_door().await;
        db.execute_unprepared(sql).await.expect(sql);
        db.close().await.expect("closed");
    }
}

/// Ids that are new for every source: `a-1`, `a-2`, … with another prefix for each actor.
pub(crate) fn ids(prefix: &str) -> IdSource {
    IdSource::counting(prefix)
}

/// A valid DIN by number.
pub(crate) fn din(number: u32) -> Identity {
    Identity::din(&format!("G123424{number:06}")).expect("a valid DIN")
}

pub(crate) const HLA: &str = "HLA-A*02:07+HLA-A*11:01^HLA-B*46:01+HLA-B*40:01\
     ^HLA-DRB1*09:01+HLA-DRB1*08:03";

/// A public unit with counts and a typing.
pub(crate) fn public_unit(number: u32) -> UnitRecord {
    let mut unit = UnitRecord::new(din(number), qidai_bank::BankType::Public);
    unit.counts.set(Phase::Processed, Measure::TncTotal, Some(1_200_000_000));
    unit.typings = vec![Typing::written(HLA)];
    unit
}

pub(crate) fn listed(id: &str) -> ListedRecord {
    ListedRecord::new(id, HLA)
}
