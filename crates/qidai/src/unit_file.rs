//! A file of units for pages and API alike: checked or taken, with a preview of its first units and all of its issues.

use std::cell::RefCell;

use axum::body::Bytes;
use jiff::Timestamp;
use qidai_bank::{AddOutcome, Permission, UnitRecord};
use qidai_exchange::Issue;
use serde::Serialize;
use tokio::runtime::Handle;
use utoipa::ToSchema;

use crate::app::AppState;
use crate::commands::import::{Report, Uploaded, compared, units};
use crate::error::Failure;
use crate::pages::Reader;
use crate::upload::Upload;

/// Rows that are written together: the writer is held for a fraction of a second.
const PART_ROWS: usize = 200;
/// Units that are shown as they were understood.
const PREVIEW_MAX: usize = 5;
/// Issues of one answer; a file that has more is the wrong file, and the others are counted.
const ISSUES_MAX: usize = 5_000;

/// What became of a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitFileView {
    pub(crate) accepted: u64,
    /// Known already, with the same content.
    pub(crate) unchanged: u64,
    pub(crate) issues: Vec<UnitFileIssue>,
    /// Issues beyond those listed.
    pub(crate) issues_not_listed: u64,
    pub(crate) columns_not_used: Vec<String>,
    /// Nothing was written.
    pub(crate) dry_run: bool,
    /// The release by which typings were judged.
    pub(crate) release: String,
}

/// Something that is wrong with a row, or with the whole file.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitFileIssue {
    /// Line of a text file or row of a sheet; null where the whole file is meant.
    pub(crate) row: Option<u64>,
    pub(crate) column: String,
    pub(crate) value: String,
    #[schema(example = "din_check_wrong")]
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    pub(crate) hint: String,
}

/// What became of a file, its first units as they were understood, and its issues as a file for a spreadsheet.
pub(crate) struct Taken {
    pub(crate) view: UnitFileView,
    pub(crate) first: Vec<UnitRecord>,
    pub(crate) errors_csv: Vec<u8>,
}

/// Takes the file of a form, or only checks it (`only_check`), by the rules of `qidai import units`: good rows are taken,
/// each other row is told with all that is wrong with it, and a file that comes again changes nothing.
///
/// # Errors
/// `upload_missing`, `permission_missing`, the code of a mapping that cannot be used, and outages.
pub(crate) async fn take(state: &AppState, reader: &Reader, upload: &Upload) -> Result<Taken, Failure> {
    let Some((_, content)) = &upload.file else {
        return Err(Failure::refused("upload_missing", "No file was chosen: choose one."));
    };
    let (state, reader, content) = (state.clone(), reader.clone(), content.clone());
    let (mapping, only_check) = (upload.text("mapping").to_owned(), upload.text("only_check") == "yes");
    let handle = Handle::current();
    // Reading and understanding take all cores for a while: not those that answer others.
    let work = move || taken((&state, &reader), &content, (&mapping, only_check), &handle);
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        let sentence =
            "A part of the program stopped while it read the file. What was accepted is kept; the import can be run again.";
        Failure::outage("import_stopped", sentence).because(&error)
    })?
}

fn taken(
    (state, reader): (&AppState, &Reader),
    content: &Bytes,
    (mapping, dry_run): (&str, bool),
    handle: &Handle,
) -> Result<Taken, Failure> {
    let (desk, catalogue) = (state.desk(), state.catalogue());
    let acting = desk.acting(reader.visitor.principal()?);
    let context = acting.allowed(Permission::UnitEnter, None)?;
    let first: RefCell<Vec<UnitRecord>> = RefCell::default();
    let look = |record: &UnitRecord| -> Result<AddOutcome, Failure> {
        let known = handle.block_on(desk.store.unit(&record.identity))?;
        Ok(compared(known.map(|known| known.fields()), || record.fields()))
    };
    let add = |records: &[UnitRecord]| -> Result<Vec<AddOutcome>, Failure> {
        let room = PREVIEW_MAX.saturating_sub(first.borrow().len());
        first.borrow_mut().extend(records.iter().take(room).cloned());
        if dry_run {
            return records.iter().map(look).collect();
        }
        let mut outcomes = Vec::with_capacity(records.len());
        for part in records.chunks(PART_ROWS) {
            outcomes.extend(handle.block_on(desk.store.add_units(part, &context))?);
        }
        Ok(outcomes)
    };
    let file = Uploaded {
        content,
        mapping,
        nomenclature: catalogue.nomenclature(),
        today: desk.zone.to_datetime(Timestamp::now()).date(),
        dry_run,
        lang: reader.lang,
    };
    let report = units(&file, &add)?;
    let release = catalogue.release_label().to_owned();
    Ok(Taken { errors_csv: report.errors_csv()?, view: view(report, release), first: first.into_inner() })
}

fn view(report: Report, release: String) -> UnitFileView {
    let more = report.issues.len().saturating_sub(ISSUES_MAX) as u64;
    let issue = |issue: Issue| UnitFileIssue {
        row: issue.row,
        column: issue.column,
        value: issue.value,
        code: issue.code,
        reason: issue.reason,
        hint: issue.hint,
    };
    UnitFileView {
        accepted: report.accepted,
        unchanged: report.unchanged,
        issues: report.issues.into_iter().take(ISSUES_MAX).map(issue).collect(),
        issues_not_listed: report.issues_not_listed + more,
        columns_not_used: report.columns_not_used,
        dry_run: report.dry_run,
        release,
    }
}
