//! What a chunk of dossiers needs to know of the bank: read once, and told from memory afterwards.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use sea_orm::Value;

use crate::store::database::{Reader, WriteTransaction, placeholders};
use crate::store::storage::{self, Found};
use crate::store::{StoreError, record, site};
use crate::workflow::{self, Concept};
use crate::{BankError, Position, Problem, Record, Refusal};

/// Values in one question.
const ASKED_MAX: usize = 500;

#[derive(Default)]
pub(in crate::store) struct Beside {
    /// By subject: `reagent_lot/RL-2026-0001`. `None` is known not to be there.
    records: HashMap<String, Option<Record>>,
    sites: HashSet<String>,
    tanks: HashMap<String, Found>,
    /// The last number of a concept in a year.
    serials: HashMap<(&'static str, i16), i64>,
    /// What nobody else may have, taken by this chunk.
    unique: HashSet<String>,
    slots: HashSet<Position>,
    zone: Option<TimeZone>,
}

impl Beside {
    /// Nothing is known yet but the zone in which the bank's days begin and end.
    pub(in crate::store) fn of(zone: TimeZone) -> Self {
        Self { zone: Some(zone), ..Self::default() }
    }

    pub(in crate::store) fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// A record of a number, of this chunk or of the bank.
    pub(in crate::store) async fn record(
        &mut self,
        reader: Reader<'_>,
        concept: &str,
        number: &str,
    ) -> Result<Option<&Record>, StoreError> {
        let subject = format!("{concept}/{number}");
        if !self.records.contains_key(&subject) {
            let found = match workflow::concept(concept) {
                Some(concept) => record::by_number(reader, concept, number).await?,
                None => None,
            };
            self.records.insert(subject.clone(), found);
        }
        Ok(self.records.get(&subject).and_then(Option::as_ref))
    }

    /// The same, when it was read before.
    pub(in crate::store) fn known(&self, concept: &str, number: &str) -> Option<&Record> {
        self.records.get(&format!("{concept}/{number}")).and_then(Option::as_ref)
    }

    pub(super) fn remember(&mut self, record: &Record) {
        self.records.insert(record.subject(), Some(record.clone()));
    }

    /// Nobody but its own dossier names it.
    pub(super) fn forget(&mut self, record: &Record) {
        self.records.remove(&record.subject());
    }

    pub(in crate::store) async fn require_site(
        &mut self,
        write: &WriteTransaction<'_>,
        code: &str,
    ) -> Result<(), BankError> {
        if !self.sites.contains(code) {
            site::require(write.reader(), code).await?;
            self.sites.insert(code.to_owned());
        }
        Ok(())
    }

    /// The next number of a concept.
    pub(in crate::store) async fn number(
        &mut self,
        write: &WriteTransaction<'_>,
        concept: &Concept,
        year: i16,
    ) -> Result<(String, i64), StoreError> {
        let key = (concept.code, year);
        let (number, serial) = match self.serials.get(&key) {
            Some(last) => record::number_after(concept, year, *last),
            None => record::next_number(write, concept, year).await?,
        };
        self.serials.insert(key, serial);
        Ok((number, serial))
    }

    /// Takes a unique value.
    pub(in crate::store) fn take_unique(&mut self, key: String) -> Result<(), BankError> {
        if self.unique.contains(&key) {
            return Err(taken(&key).into());
        }
        self.unique.insert(key);
        Ok(())
    }

    /// Refuses unique values that a record of the bank has already.
    pub(super) async fn refuse_taken(&self, reader: Reader<'_>) -> Result<(), BankError> {
        let keys: Vec<&String> = self.unique.iter().collect();
        for part in keys.chunks(ASKED_MAX) {
            let list = placeholders(1, part.len());
            let sql = format!("SELECT unique_key FROM record_field WHERE unique_key IN ({list}) LIMIT 1");
            let values = part.iter().map(|key| Value::from(key.as_str()));
            if let Some(row) = reader.first(&sql, values).await? {
                let key: String = row.try_get_by_index(0).map_err(StoreError::from)?;
                return Err(taken(&key).into());
            }
        }
        Ok(())
    }

    /// A tank with the site of its room.
    pub(in crate::store) async fn tank(
        &mut self,
        reader: Reader<'_>,
        code: &str,
    ) -> Result<&Found, BankError> {
        if !self.tanks.contains_key(code) {
            let found = storage::find(reader, code).await?;
            self.tanks.insert(code.to_owned(), found);
        }
        let missing = || Refusal::new("tank_unknown", format!("There is no tank {code}: check the code."));
        self.tanks.get(code).ok_or_else(|| missing().with("tank", code).into())
    }

    /// Is a slot free of what this chunk puts in? It is taken by the question.
    pub(in crate::store) fn take_slot(&mut self, position: &Position) -> bool {
        self.slots.insert(position.clone())
    }
}

fn taken(key: &str) -> Problem {
    let mut parts = key.splitn(3, '/');
    let (concept, field, value) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let reason = format!("another {concept} has the same {field}");
    Problem::new(field, value, "record_not_unique", reason, "compare the value with its source")
}
