//! Verifying a bank: is the history whole, and do the tables say what it says?
//!
//! One pass over the history computes every hash again and, at the same time, sums over the values that all events
//! write ([`sums`]). One pass over the tables takes the same sums of what is there. Where they differ, and only
//! then, the rows of the differing part are computed again one by one and named ([`locate`]). So memory does not
//! grow with the bank.

mod derived;
mod event_page;
mod json;
mod locate;
mod row_page;
mod sums;
mod walk;

use crate::audit::{Finding, Head, Progress, Stage, Verification};
use crate::chain::BEFORE_FIRST;
use crate::{Checkpoint, RandomSource, RandomUnavailable};

use super::database::Reader;
use super::row::RowReader;
use super::table::AUDITED;
use super::{Store, StoreError, document, frequency_set, history, lab, search_run};
use sums::Sums;

/// Told how far a verification is.
pub type OnProgress<'a> = dyn FnMut(Progress) + Send + 'a;

impl Store {
    /// Verifies the whole bank as it is at this moment; writes nothing. `checkpoints` are those whose signatures
    /// hold. `random` makes the sums impossible to foresee.
    pub async fn verify(
        &self,
        checkpoints: &[Checkpoint],
        random: &RandomSource,
        progress: &mut OnProgress<'_>,
    ) -> Result<Verification, VerifyError> {
        let sums = Sums::new(&random.bytes()?);
        let snapshot = self.database.snapshot().await?;
        let reader = snapshot.reader();
        let mut found = walk::chain(reader, &sums, checkpoints, progress).await?;
        check_counters(reader, &sums, &mut found).await?;
        check_rows(reader, &sums, &mut found, progress).await?;
        let differing = sums.differing();
        if !differing.is_empty() {
            locate::rows(reader, &sums, differing, &mut found, progress).await?;
        }
        document::check(reader, &mut found).await?;
        frequency_set::check(reader, &mut found).await?;
        lab::message::check(reader, &mut found).await?;
        search_run::check(reader, &mut found).await?;
        snapshot.end().await?;
        Ok(found)
    }

    /// The last event with its hash, for a checkpoint.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let snapshot = self.database.snapshot().await?;
        let sequence = history::generation(snapshot.reader()).await?;
        let hash = match sequence {
            0 => BEFORE_FIRST,
            _ => history::hash_of(snapshot.reader(), sequence)
                .await?
                .ok_or(StoreError::HistoryBroken { sequence })?,
        };
        snapshot.end().await?;
        Ok(Head { sequence: sequence.unsigned_abs(), hash })
    }
}

/// Why a bank could not be verified. An outage: it says nothing about the bank.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
}

/// Counters give out the next number: each is the highest that the history knows.
async fn check_counters(reader: Reader<'_>, sums: &Sums, found: &mut Verification) -> Result<(), StoreError> {
    let mut expected = vec![("history", i64::try_from(found.head.sequence).unwrap_or(i64::MAX))];
    for (at, table) in AUDITED.iter().enumerate() {
        expected.extend(table.counter.map(|counter| (counter, sums.highest_key(at))));
    }
    let rows = reader.all("SELECT CAST(value AS TEXT), name FROM counter ORDER BY name", []).await?;
    for row in &rows {
        let mut row = RowReader::new("counter", row);
        let (value, name) = (row.text()?, row.text()?);
        let place = expected.iter().position(|(counter, _)| *counter == name);
        let known = place.map(|place| expected.swap_remove(place).1.to_string());
        if known.as_deref() != Some(value.as_str()) {
            let finding = Finding::new("counter_changed", "counter", &name).column("value");
            found.add(finding.expected(known).found(value));
        }
    }
    for (name, value) in expected {
        let finding = Finding::new("counter_changed", "counter", name).column("value");
        found.add(finding.expected(value.to_string()));
    }
    Ok(())
}

/// Takes the sums of what the tables hold.
async fn check_rows(
    reader: Reader<'_>,
    sums: &Sums,
    found: &mut Verification,
    progress: &mut OnProgress<'_>,
) -> Result<(), StoreError> {
    let mut counts = Vec::with_capacity(AUDITED.len());
    for table in AUDITED {
        counts.push(row_page::count(reader, table).await?);
    }
    let total = counts.iter().sum();
    for ((at, table), count) in AUDITED.iter().enumerate().zip(counts) {
        let before = found.rows;
        let mut each = |page: row_page::Page<'_>| {
            found.rows += page.rows.len() as u64;
            sums.take_rows(at, &page);
            progress(Progress { stage: Stage::Rows, done: found.rows, total });
        };
        row_page::read_all(reader, table, &mut each).await?;
        let read = found.rows - before;
        if read != count {
            // A row without a key cannot be read by its key.
            let finding = Finding::new("row_inserted", table.name, "without a key").column("number of rows");
            found.add(finding.expected(read.to_string()).found(count.to_string()));
        }
    }
    Ok(())
}
