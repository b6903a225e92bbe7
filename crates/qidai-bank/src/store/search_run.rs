//! Searches run from requests: what is known of each in an audited row, the answer in a row beside.

use jiff::Timestamp;
use sea_orm::{QueryResult, Value};
use sha2::{Digest as _, Sha256};

use super::cell::{Cell, Row};
use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, patient, record};
use crate::audit::{Finding, Verification};
use crate::digest::hexadecimal;
use crate::search_run::{NewSearchRun, SearchRun};
use crate::{Acting, BankError, Permission, Principal, Record, Refusal, workflow};

pub(super) static TABLE: Table =
    Table { name: "search_run", key: &["run_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 18] = [
    Column::text("run_id"),
    Column::text("request"),
    Column::int("serial"),
    Column::text("patient"),
    Column::text("typing"),
    Column::text("requester"),
    Column::flag("is_foreign"),
    Column::int("run_at_us"),
    Column::text("actor"),
    Column::int("generation"),
    Column::text("release"),
    Column::text("digest"),
    Column::text("profile"),
    Column::text("order_name"),
    Column::int("listed"),
    Column::int("best_x6"),
    Column::int("best_x8"),
    Column::bytes("content_sha256"),
];

impl Store {
    /// Keeps a search with its receipt, and brings its request on to `searched`. A request that was searched already is searched
    /// again from where it is.
    ///
    /// # Errors
    /// `permission_missing`, `record_unknown`; `search_not_due` when nobody works on the request; `search_inputs_changed` when
    /// another typing is in force by now.
    pub async fn add_search_run(
        &self,
        new: &NewSearchRun<'_>,
        acting: &Acting<'_>,
    ) -> Result<SearchRun, BankError> {
        let write = self.database.begin().await?;
        let request = request_of(write.reader(), new.request).await?;
        let context = acting.allowed(Permission::OrderManage, request.site.as_deref())?;
        due(&request)?;
        let patient = request.field("patient").unwrap_or_default().to_owned();
        still(write.reader(), &patient, new).await?;
        let id = acting.ids.next_id();
        let serial = next_serial(write.reader(), &request.number).await?;
        let row = row_of((&id, serial), new, (&request, &patient), acting);
        write.record(&context, vec![Event::new("search_run", request.subject()).insert(&TABLE, row)]).await?;
        let sql = "INSERT INTO search_run_content (run_id, content) VALUES ($1, $2)";
        let values = [Value::from(id.as_str()), Value::Bytes(Some(new.content.to_vec()))];
        write.change_unaudited(sql, values).await?;
        if request.state.code == "accepted" {
            record::move_along(&write, &request, "search", (&context, acting)).await?;
        }
        let run = one(write.reader(), &request.number, serial).await?;
        write.commit().await?;
        run.ok_or_else(|| unknown(new.request, serial).into())
    }

    /// Searches of a request that somebody may see, the newest first.
    ///
    /// # Errors
    /// `permission_missing`, `record_unknown`.
    pub async fn search_runs(
        &self,
        request: &str,
        principal: &Principal,
    ) -> Result<Vec<SearchRun>, BankError> {
        let request = self.record(workflow::known("search_request")?, request, principal).await?;
        let condition = "WHERE request = $1 ORDER BY serial DESC";
        Ok(read(self.database.reader(), condition, [Value::from(request.number)]).await?)
    }

    /// One search of a request with its answer: the candidates as they were told. The bank's own staff see it; who asked sees it
    /// once it was reported.
    ///
    /// # Errors
    /// `permission_missing`, `record_unknown`, `search_run_unknown`, `request_not_reported`.
    pub async fn search_run(
        &self,
        request: &str,
        serial: u64,
        principal: &Principal,
    ) -> Result<(SearchRun, Vec<u8>), BankError> {
        let record = self.record(workflow::known("search_request")?, request, principal).await?;
        let reader = self.database.reader();
        let run = one(reader, &record.number, serial).await?.ok_or_else(|| unknown(request, serial))?;
        let is_told = matches!(record.state.code, "reported" | "closed");
        let is_last = last_serial(reader, &record.number).await? == serial;
        let site = record.site.as_deref();
        let is_staff = principal.may(Permission::OrderManage, site).is_ok()
            || principal.may(Permission::HistoryView, site).is_ok();
        if !(is_staff || is_told && is_last) {
            let sentence =
                format!("{} was not reported yet: what was found is told with the report.", record.number);
            return Err(Refusal::new("request_not_reported", sentence).with("request", record.number).into());
        }
        let content = content_of(reader, &run).await?;
        Ok((run, content))
    }
}

async fn request_of(reader: Reader<'_>, number: &str) -> Result<Record, BankError> {
    let concept = workflow::known("search_request")?;
    let found = record::by_number(reader, concept, number).await?;
    found.ok_or_else(|| record::unknown(concept, number).into())
}

/// Somebody took the request on, and it was not answered yet.
fn due(request: &Record) -> Result<(), Refusal> {
    if matches!(request.state.code, "accepted" | "searched") {
        return Ok(());
    }
    let (number, state) = (request.number.as_str(), request.state.code);
    let sentence =
        format!("{number} is '{state}': a search runs for a request that was accepted and not answered yet.");
    Err(Refusal::new("search_not_due", sentence).with("request", number).with("state", state))
}

/// What was asked with is still what holds.
async fn still(reader: Reader<'_>, patient: &str, new: &NewSearchRun<'_>) -> Result<(), BankError> {
    let typing = patient::current_typing(reader, patient, "patient").await?;
    if typing.is_some_and(|typing| typing.number == new.typing) {
        return Ok(());
    }
    let sentence = format!(
        "{}: another typing of {patient} came into force while the search ran. Nothing was kept: search again.",
        new.request
    );
    Err(Refusal::new("search_inputs_changed", sentence)
        .with("request", new.request)
        .with("typing", new.typing)
        .into())
}

fn row_of(
    (id, serial): (&str, u64),
    new: &NewSearchRun<'_>,
    (request, patient): (&Record, &str),
    acting: &Acting<'_>,
) -> Row {
    let int = |number: u64| Some(Cell::Int(i64::try_from(number).unwrap_or(i64::MAX)));
    let class = |class: Option<u8>| class.map(|class| Cell::Int(i64::from(class)));
    vec![
        Some(id.into()),
        Some(request.number.as_str().into()),
        int(serial),
        Some(patient.into()),
        Some(new.typing.into()),
        Some(request.field("requester").unwrap_or_default().into()),
        Some((request.field("origin") == Some("foreign")).into()),
        Some(acting.now.as_microsecond().into()),
        Some(acting.principal.name().into()),
        int(new.generation),
        Some(new.release.into()),
        Some(new.digest.into()),
        Some(new.profile.into()),
        Some(new.order.into()),
        int(new.listed),
        class(new.best_x6),
        class(new.best_x8),
        Some(Sha256::digest(new.content).as_slice().into()),
    ]
}

async fn last_serial(reader: Reader<'_>, request: &str) -> Result<u64, StoreError> {
    let sql = "SELECT COALESCE(MAX(serial), 0) FROM search_run WHERE request = $1";
    let row = reader.first(sql, [Value::from(request)]).await?;
    let last: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
    Ok(last.unsigned_abs())
}

async fn next_serial(reader: Reader<'_>, request: &str) -> Result<u64, StoreError> {
    Ok(last_serial(reader, request).await? + 1)
}

async fn one(reader: Reader<'_>, request: &str, serial: u64) -> Result<Option<SearchRun>, StoreError> {
    let serial = i64::try_from(serial).unwrap_or(i64::MAX);
    let condition = "WHERE request = $1 AND serial = $2";
    Ok(read(reader, condition, [Value::from(request), Value::from(serial)]).await?.pop())
}

pub(super) async fn read(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<SearchRun>, StoreError> {
    let sql = format!("SELECT {} FROM search_run {condition}", TABLE.select_list());
    reader.all(&sql, values).await?.iter().map(stored).collect()
}

fn stored(row: &QueryResult) -> Result<SearchRun, StoreError> {
    let mut row = RowReader::new("search_run", row);
    Ok(SearchRun {
        id: row.text()?,
        request: row.text()?,
        serial: row.key()?.unsigned_abs(),
        patient: row.text()?,
        typing: row.text()?,
        requester: row.text()?,
        is_foreign: row.flag()?.unwrap_or(true),
        run_at: time(&mut row)?,
        actor: row.text()?,
        generation: row.key()?.unsigned_abs(),
        release: row.text()?,
        digest: row.text()?,
        profile: row.text()?,
        order: row.text()?,
        listed: row.key()?.unsigned_abs(),
        best_x6: class(&mut row)?,
        best_x8: class(&mut row)?,
        content_sha256: row.bytes()?,
    })
}

fn time(row: &mut RowReader<'_>) -> Result<Timestamp, StoreError> {
    row.time("run_at_us")
}

fn class(row: &mut RowReader<'_>) -> Result<Option<u8>, StoreError> {
    Ok(row.int()?.and_then(|class| u8::try_from(class).ok()))
}

async fn content_of(reader: Reader<'_>, run: &SearchRun) -> Result<Vec<u8>, StoreError> {
    let sql = "SELECT content FROM search_run_content WHERE run_id = $1";
    let row = reader.first(sql, [Value::from(run.id.as_str())]).await?;
    let content: Option<Vec<u8>> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    let is_ours = |content: &Vec<u8>| Sha256::digest(content).as_slice() == run.content_sha256;
    content.filter(is_ours).ok_or_else(|| StoreError::Unreadable {
        table: "search_run_content",
        row: run.id.clone(),
        column: "content".to_owned(),
        value: "not the answer whose SHA-256 the history knows".to_owned(),
    })
}

fn unknown(request: &str, serial: u64) -> Refusal {
    let sentence = format!("{request} has no search number {serial}: its page lists them.");
    Refusal::new("search_run_unknown", sentence).with("request", request).with("serial", serial.to_string())
}

/// Computes the hash of every answer again, and names each that is changed, missing or nobody's.
pub(super) async fn check(reader: Reader<'_>, found: &mut Verification) -> Result<(), StoreError> {
    let name = "search_run_content";
    for run in read(reader, "ORDER BY run_id", []).await? {
        let sql = "SELECT content FROM search_run_content WHERE run_id = $1";
        let Some(row) = reader.first(sql, [Value::from(run.id.as_str())]).await? else {
            found.add(Finding::new("row_removed", name, &run.id));
            continue;
        };
        let content: Vec<u8> = row.try_get_by_index(0)?;
        let sha256 = Sha256::digest(&content);
        if sha256.as_slice() != run.content_sha256 {
            let (expected, is) = (hexadecimal(&run.content_sha256), hexadecimal(&sha256));
            let finding = Finding::new("row_changed", name, &run.id).column("content");
            found.add(finding.expected(format!("sha256 {expected}")).found(format!("sha256 {is}")));
        }
    }
    let sql = "SELECT run_id FROM search_run_content WHERE run_id NOT IN (SELECT run_id FROM search_run) ORDER BY run_id";
    for row in &reader.all(sql, []).await? {
        let id: String = row.try_get_by_index(0)?;
        found.add(Finding::new("row_inserted", name, id));
    }
    Ok(())
}
