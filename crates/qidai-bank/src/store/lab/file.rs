//! Files of results: good rows are entered, the others are told, the file is kept as it came.

use std::collections::BTreeSet;

use super::content;
use super::enter::{is_known, prepare, record};
use super::message::{by_id, keep};
use crate::lab::Meant;
use crate::store::Store;
use crate::store::database::WriteTransaction;
use crate::{
    Acting, BankError, KeyRing, LabFileRow, LabFileTaken, LabMessage, MessageOutcome, NewLabFile, NewResult,
    Observation, Permission, PlacedRemark, Remark, ResultSource, TestResult,
};

/// Rows that are written together: the writer is held for a fraction of a second.
const STEP_ROWS: usize = 50;
/// Remarks that are kept with a file; what is beyond is found by reading the file again.
const REMARKS_KEPT: usize = 500;
/// What a file is called among messages.
const PROTOCOL: &str = "file";

impl Store {
    /// Enters the good rows of a file and keeps it. A file that was taken before is not taken again; a row whose results
    /// all wait or are in force already is unchanged, so that a file that was interrupted, or mended, may come again.
    ///
    /// # Errors
    /// `permission_missing`, `lab_name_wrong`, and outages.
    pub async fn take_lab_file(
        &self,
        new: &NewLabFile<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<LabFileTaken, BankError> {
        let mut taken = self.begin_file(new, acting)?;
        if let Some(before) = self.same_file(new.content, keys).await? {
            taken.message = LabMessage { outcome: MessageOutcome::Repeated, ..before };
            taken.remarks.clear();
            return Ok(taken);
        }
        for rows in new.rows.chunks(STEP_ROWS) {
            let write = self.database.begin().await?;
            for row in rows {
                take_row(&write, row, &mut taken, acting).await?;
            }
            write.commit().await?;
        }
        finish(&mut taken);
        let write = self.database.begin().await?;
        keep(&write, &taken.message, new.content, keys, acting).await?;
        write.commit().await?;
        Ok(taken)
    }

    /// What would become of a file; nothing is written.
    ///
    /// # Errors
    /// Those of [`Store::take_lab_file`].
    pub async fn check_lab_file(
        &self,
        new: &NewLabFile<'_>,
        acting: &Acting<'_>,
    ) -> Result<LabFileTaken, BankError> {
        let mut taken = self.begin_file(new, acting)?;
        let write = self.database.begin().await?;
        for row in &new.rows {
            take_row(&write, row, &mut taken, acting).await?;
        }
        write.rollback().await?;
        finish(&mut taken);
        Ok(taken)
    }

    fn begin_file(&self, new: &NewLabFile<'_>, acting: &Acting<'_>) -> Result<LabFileTaken, BankError> {
        acting.allowed(Permission::TestRecord, None)?;
        super::mapping::check_name(new.laboratory)?;
        let bad: BTreeSet<u64> = new.remarks.iter().map(|one| one.line).collect();
        let message = LabMessage {
            id: acting.ids.next_id(),
            protocol: PROTOCOL.to_owned(),
            peer: new.laboratory.to_owned(),
            sender_key: None,
            received_at: acting.now,
            size_bytes: new.content.len() as u64,
            outcome: MessageOutcome::Refused,
            accepted: 0,
            refused: 0,
            remarks: Vec::new(),
        };
        Ok(LabFileTaken {
            message,
            rows_accepted: 0,
            rows_unchanged: 0,
            rows_refused: bad.len() as u64,
            remarks: new.remarks.clone(),
        })
    }

    /// The same file, where all of it was taken: with rows that were refused it may come again, under another mapping.
    async fn same_file(&self, plain: &[u8], keys: &KeyRing) -> Result<Option<LabMessage>, BankError> {
        let reader = self.database.reader();
        for id in content::namesakes(reader, plain, keys).await? {
            let before = by_id(reader, &id).await?;
            if let Some(before) = before.filter(|one| one.outcome == MessageOutcome::Taken) {
                return Ok(Some(before));
            }
        }
        Ok(None)
    }
}

/// Enters a row, or says all that is wrong with it.
async fn take_row(
    write: &WriteTransaction<'_>,
    row: &LabFileRow,
    taken: &mut LabFileTaken,
    acting: &Acting<'_>,
) -> Result<(), BankError> {
    let (mut prepared, mut wrong) = (Vec::new(), Vec::new());
    for observation in &row.observations {
        match one(write, observation, &taken.message, acting).await {
            Ok(found) => prepared.extend(found),
            Err(BankError::Refused(refusal)) => {
                let sentence = observation.told(refusal.sentence);
                let remark = Remark::new(&observation.place, refusal.code, sentence);
                wrong.push(PlacedRemark { line: row.line, remark });
            }
            Err(outage) => return Err(outage),
        }
    }
    if !wrong.is_empty() {
        taken.rows_refused += 1;
        taken.remarks.extend(wrong);
        return Ok(());
    }
    let context = acting.allowed(Permission::TestRecord, None)?;
    match prepared.len() as u64 {
        0 => taken.rows_unchanged += 1,
        count => {
            taken.rows_accepted += 1;
            taken.message.accepted += count;
        }
    }
    for (result, unit_key) in &prepared {
        record(write, (result, *unit_key), &context).await?;
    }
    Ok(())
}

/// One result of a row, ready to be written; nothing where it is known.
async fn one(
    write: &WriteTransaction<'_>,
    observation: &Observation,
    message: &LabMessage,
    acting: &Acting<'_>,
) -> Result<Option<(TestResult, i64)>, BankError> {
    let Meant { test, unit, phase, .. } = observation.meant()?;
    let new = NewResult {
        unit: &unit,
        test,
        phase,
        written: &observation.value,
        written_unit: (!test.unit.is_empty()).then_some(observation.unit.as_str()),
        method: Some(&message.peer),
        measured_at: observation.measured_at,
        source: ResultSource::File,
        message: Some(&message.id),
    };
    if is_known(write.reader(), &new, acting).await? {
        return Ok(None);
    }
    prepare(write.reader(), &new, acting).await.map(Some)
}

fn finish(taken: &mut LabFileTaken) {
    taken.remarks.sort_by_key(|one| one.line);
    let message = &mut taken.message;
    message.refused = taken.rows_refused;
    message.outcome = match (taken.rows_accepted + taken.rows_unchanged, taken.rows_refused) {
        (0, _) => MessageOutcome::Refused,
        (_, 0) => MessageOutcome::Taken,
        _ => MessageOutcome::Partly,
    };
    message.remarks = taken.remarks.iter().take(REMARKS_KEPT).map(|one| one.remark.clone()).collect();
    if let Some(more) = taken.remarks.len().checked_sub(REMARKS_KEPT).filter(|more| *more > 0) {
        let sentence = format!("{more} more remarks are told by reading the file again.");
        message.remarks.push(Remark::new("file", "remarks_cut", sentence));
    }
}
