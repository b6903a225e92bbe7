//! A file of units that somebody uploaded: their bank is open already, and they act.

use std::path::Path;

use indicatif::ProgressBar;
use jiff::civil::Date;
use qidai_bank::{AddOutcome, UnitRecord};
use qidai_exchange::UnitRows;
use qidai_exchange::mapping::Mapping;
use qidai_exchange::table::{ReadOptions, Table};
use qidai_hla::Nomenclature;

use super::ledger::Ledger;
use super::report::Report;
use super::stop::Stop;
use super::{Header, pipeline};
use crate::error::Failure;
use crate::words::Lang;

/// What sentences call the file.
const SHOWN: &str = "file";

/// Writes units, or says what would become of them; one outcome for each.
pub(crate) type Add<'a> = dyn Fn(&[UnitRecord]) -> Result<Vec<AddOutcome>, Failure> + 'a;

/// A file, and what it is read by.
pub(crate) struct Uploaded<'a> {
    pub(crate) content: &'a [u8],
    /// JSON; blank where none is needed.
    pub(crate) mapping: &'a str,
    pub(crate) nomenclature: Nomenclature<'a>,
    pub(crate) today: Date,
    /// Nothing is written.
    pub(crate) dry_run: bool,
    pub(crate) lang: Lang,
}

/// Reads the file as `qidai import units` does. `add` writes records, or says what would become of them.
///
/// # Errors
/// A mapping that cannot be used, and outages. What is wrong with the file is an issue of the report.
pub(crate) fn units(file: &Uploaded<'_>, add: &Add<'_>) -> Result<Report, Failure> {
    let report = match read(file, add) {
        Ok(report) => report,
        Err(Stop::Refused(issues)) => Report::refused(issues),
        Err(Stop::Failed(failure)) => return Err(*failure),
    };
    Ok(report.of_dry_run(file.dry_run).said(file.lang))
}

fn read(file: &Uploaded<'_>, add: &Add<'_>) -> Result<Report, Stop> {
    let shown = Path::new(SHOWN);
    let table = Table::of_bytes(file.content, &ReadOptions::default());
    let table = table.map_err(|error| Stop::table(&error, shown))?;
    let rows = UnitRows::bind(table.header(), &Mapping::parse(file.mapping)?)?;
    let header = Header {
        identity_column: rows.identity_column().to_owned(),
        columns_not_used: rows.columns_not_used().to_vec(),
    };
    let judging = pipeline::Judging { nomenclature: file.nomenclature, today: file.today };
    let mut ledger = Ledger::new(header, |records: &[UnitRecord]| add(records));
    let read: &pipeline::Read<'_, UnitRecord> = &|row, reading| rows.read(row, reading);
    pipeline::run(table, read, &judging, &ProgressBar::hidden(), &mut |batch| ledger.take(batch))
        .or_else(|stop| ledger.note(stop, shown))?;
    Ok(ledger.into_report())
}
