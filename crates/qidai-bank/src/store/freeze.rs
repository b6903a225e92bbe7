//! Freeze runs: the raw file, how it was read, how it was judged, and which bags were in it.

use sea_orm::Value;

use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::storage::unknown_unit;
use super::table::{Column, Table};
use super::{Store, StoreError, document};
use crate::document::clean_file_name;
use crate::{
    Acting, BankError, DocumentClass, FreezeCurve, FreezeEvaluation, FreezeRun, Identity, MediaType,
    NewDocument, Permission, Refusal,
};

pub(super) static RUN: Table =
    Table { name: "freeze_run", key: &["run_id"], counter: None, columns: || &RUN_COLUMNS };
const RUN_COLUMNS: [Column; 11] = [
    Column::text("run_id"),
    Column::text("number"),
    Column::text("device"),
    Column::text("profile"),
    Column::text("reading"),
    Column::text("document_id"),
    Column::int("started_at_us"),
    Column::int("points"),
    Column::text("verdict"),
    Column::text("evaluation"),
    Column::int("recorded_at_us"),
];

pub(super) static BAG: Table = Table {
    name: "freeze_run_bag",
    key: &["run_id", "scheme", "identity"],
    counter: None,
    columns: || &BAG_COLUMNS,
};
const BAG_COLUMNS: [Column; 3] = [Column::text("run_id"), Column::text("scheme"), Column::text("identity")];

/// Characters of the longest number of a run and name of a freezer.
const NAME_MAX: usize = 40;

/// A run on its way into the bank.
#[derive(Debug, Clone, Copy)]
pub struct NewFreezeRun<'a> {
    /// The freezer's or the bank's own, unique: `CRF1-2026-0311`.
    pub number: &'a str,
    pub device: &'a str,
    pub bags: &'a [Identity],
    pub file_name: &'a str,
    pub content: &'a [u8],
    /// How the file was read, as JSON.
    pub reading: &'a str,
    pub curve: &'a FreezeCurve,
    pub evaluation: &'a FreezeEvaluation,
}

impl Store {
    /// Keeps a run with its raw file.
    ///
    /// # Errors
    /// `permission_missing`, `run_number_invalid`, `run_in_future`, `run_already_there`, `run_without_bags`, `unit_unknown`.
    pub async fn add_freeze_run(&self, new: &NewFreezeRun<'_>, acting: &Acting<'_>) -> Result<(), BankError> {
        let context = acting.allowed(Permission::ProcessingRecord, None)?;
        refuse_names(new)?;
        if new.curve.started_at > acting.now {
            let sentence = format!(
                "The run {} begins at {}, which is still to come: look at the clock of the freezer, and at the zone of its times.",
                new.number, new.curve.started_at
            );
            return Err(Refusal::new("run_in_future", sentence).with("number", new.number).into());
        }
        let write = self.database.begin().await?;
        if find(write.reader(), new.number).await?.is_some() {
            let sentence = format!("There is a run {} already: nothing was added.", new.number);
            return Err(Refusal::new("run_already_there", sentence).with("number", new.number).into());
        }
        for bag in new.bags {
            let sql = "SELECT 1 FROM unit WHERE scheme = $1 AND identity = $2";
            let values = [Value::from(bag.scheme.as_str()), Value::from(bag.value.as_str())];
            write.reader().first(sql, values).await?.ok_or_else(|| unknown_unit(bag))?;
        }
        let (run_id, document_id) = (acting.ids.next_id(), acting.ids.next_id());
        let subject = format!("freeze_run/{}", new.number);
        let document = NewDocument {
            subject: &subject,
            class: DocumentClass::Data,
            file_name: new.file_name,
            media_type: MediaType::Csv,
            content: new.content,
        };
        let file_name = clean_file_name(new.file_name, MediaType::Csv)?;
        let event = Event::new("freeze_run_added", subject.as_str()).effective(new.curve.started_at);
        let event = document::with_event(event, (&document_id, file_name), &document, acting);
        let event = event.insert(&RUN, run_row(new, (&run_id, &document_id), acting));
        let bag = |event: Event, bag: &Identity| {
            let row = [run_id.as_str(), bag.scheme.as_str(), bag.value.as_str()];
            event.insert(&BAG, row.map(|text| Some(text.into())).into())
        };
        write.record(&context, vec![new.bags.iter().fold(event, bag)]).await?;
        document::keep_content(&write, &document_id, new.content).await?;
        Ok(write.commit().await?)
    }

    /// The newest runs.
    pub async fn freeze_runs(&self, limit: u32) -> Result<Vec<FreezeRun>, StoreError> {
        read(self.database.reader(), &format!("ORDER BY started_at_us DESC LIMIT {limit}"), []).await
    }

    /// A run with its bags.
    ///
    /// # Errors
    /// `run_unknown`.
    pub async fn freeze_run(&self, number: &str) -> Result<FreezeRun, BankError> {
        let reader = self.database.reader();
        let unknown = || {
            let sentence = format!("There is no freeze run {number}: open it from its list.");
            Refusal::new("run_unknown", sentence).with("number", number)
        };
        let mut run = find(reader, number).await?.ok_or_else(unknown)?;
        let sql = "SELECT scheme, identity FROM freeze_run_bag WHERE run_id = $1 ORDER BY scheme, identity";
        for row in reader.all(sql, [Value::from(run.id.as_str())]).await? {
            let mut row = RowReader::new(BAG.name, &row);
            run.bags.push(Identity { scheme: row.text()?, value: row.text()? });
        }
        Ok(run)
    }

    /// The content of the raw file of a run.
    pub async fn freeze_file(&self, run: &FreezeRun) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT content FROM document_content WHERE document_id = $1";
        let row = self.database.reader().first(sql, [Value::from(run.document_id.as_str())]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default())
    }
}

fn refuse_names(new: &NewFreezeRun<'_>) -> Result<(), Refusal> {
    for name in [new.number, new.device] {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(fits) {
            let sentence = format!(
                "'{name}' is no number of a run or name of a freezer: expected 1 to {NAME_MAX} Latin letters, digits, '-', '_' \
                 and '.'."
            );
            return Err(Refusal::new("run_number_invalid", sentence).with("value", name));
        }
    }
    if new.bags.is_empty() {
        return Err(Refusal::new("run_without_bags", "Say which bags were frozen in this run."));
    }
    Ok(())
}

fn run_row(new: &NewFreezeRun<'_>, (run, document): (&str, &str), acting: &Acting<'_>) -> super::cell::Row {
    let evaluation = serde_json::to_string(new.evaluation).unwrap_or_default();
    vec![
        Some(run.into()),
        Some(new.number.into()),
        Some(new.device.into()),
        Some(new.evaluation.profile.as_str().into()),
        Some(new.reading.into()),
        Some(document.into()),
        Some(new.curve.started_at.as_microsecond().into()),
        Some(i64::try_from(new.curve.points.len()).unwrap_or(i64::MAX).into()),
        Some(new.evaluation.verdict.code().into()),
        Some(evaluation.as_str().into()),
        Some(acting.now.as_microsecond().into()),
    ]
}

/// Number of the newest run that names a bag.
pub(super) async fn newest_run_of(reader: Reader<'_>, bag: &Identity) -> Result<Option<String>, StoreError> {
    let sql = "SELECT r.number FROM freeze_run_bag b JOIN freeze_run r ON r.run_id = b.run_id \
               WHERE b.scheme = $1 AND b.identity = $2 ORDER BY r.started_at_us DESC LIMIT 1";
    let values = [Value::from(bag.scheme.as_str()), Value::from(bag.value.as_str())];
    Ok(reader.first(sql, values).await?.map(|row| row.try_get_by_index(0)).transpose()?)
}

async fn find(reader: Reader<'_>, number: &str) -> Result<Option<FreezeRun>, StoreError> {
    Ok(read(reader, "WHERE number = $1", [Value::from(number)]).await?.pop())
}

async fn read(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<FreezeRun>, StoreError> {
    let sql = format!(
        "SELECT run_id, number, device, reading, document_id, started_at_us, points, evaluation, recorded_at_us \
         FROM freeze_run {condition}"
    );
    let run = |row| {
        let mut row = RowReader::new(RUN.name, row);
        Ok(FreezeRun {
            id: row.text()?,
            number: row.text()?,
            device: row.text()?,
            reading: row.text()?,
            document_id: row.text()?,
            started_at: row.time("started_at_us")?,
            points: row.key()?,
            evaluation: row.code("evaluation", |text| serde_json::from_str(text).ok())?,
            recorded_at: row.time("recorded_at_us")?,
            bags: Vec::new(),
        })
    };
    reader.all(&sql, values).await?.iter().map(run).collect()
}
