//! Results of a laboratory as a table: one row for each specimen with a column for each test, or one row for each result.
//!
//! 1. [`mapping`] – what a laboratory calls its columns, written down once;
//! 2. [`heads`] – the columns are found by the names of the catalogue, with phase and unit where the head says them;
//! 3. [`decimal`] – is the comma of a column a decimal point? Only where its values leave no doubt;
//! 4. [`swapped`] – are two columns in each other's place? Told by what cannot be;
//! 5. a row becomes observations, or all that is wrong with it. A row is taken whole or not at all.

mod decimal;
mod heads;
mod mapping;
mod row;
mod swapped;

use std::ops::ControlFlow;

use jiff::tz::TimeZone;
use qidai_bank::{Observation, Phase};

use crate::Issue;
use crate::table::{ReadOptions, Row, Table, TableError};
pub use heads::{Column, Role};
pub use mapping::{LabMapping, LabMappingError};

/// Rows of one file. A day of a large laboratory has some hundreds.
const ROWS_MAX: usize = 5_000;

/// How a file is to be read.
#[derive(Debug, Clone)]
pub struct LabOptions {
    pub mapping: LabMapping,
    /// Phase of tests that have one, where neither head nor row says it.
    pub phase: Option<Phase>,
    /// Of times without a zone.
    pub zone: TimeZone,
}

/// A row that was understood: its results, each with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabRow {
    pub line: u64,
    pub observations: Vec<Observation>,
}

/// A file that was read. Every row that is not blank is in `rows` or in `issues`.
#[derive(Debug, Clone, Default)]
pub struct LabFile {
    pub columns: Vec<Column>,
    pub rows: Vec<LabRow>,
    pub issues: Vec<Issue>,
}

/// Why no row of a file can be read.
#[derive(Debug, thiserror::Error)]
pub enum LabFileError {
    #[error(transparent)]
    Table(#[from] TableError),
    /// Code, and a sentence.
    #[error("{1}")]
    Heads(&'static str, String),
}

impl LabFileError {
    /// Stable name of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Table(error) => error.code(),
            Self::Heads(code, _) => code,
        }
    }
}

/// Reads a file, CSV in any usual encoding or XLSX.
///
/// # Errors
/// [`TableError`], and `lab_columns_missing`, `lab_column_twice`, `lab_file_too_long`.
pub fn read_lab_file(content: &[u8], options: &LabOptions) -> Result<LabFile, LabFileError> {
    let table = Table::of_bytes(content, &ReadOptions::default())?;
    let (names, line) = (table.header().names.clone(), table.header().line);
    let mut columns = heads::find(&names, line, &options.mapping)?;
    let (mut rows, mut file) = (Vec::<Row>::new(), LabFile::default());
    let mut is_long = false;
    let mut sink = |row: Result<Row, Issue>| {
        is_long = rows.len() + file.issues.len() >= ROWS_MAX;
        match row {
            _ if is_long => return ControlFlow::Break(()),
            Ok(row) => rows.push(row),
            Err(issue) => file.issues.push(issue),
        }
        ControlFlow::Continue(())
    };
    table.for_each_row(&mut sink, &mut |_| {})?;
    if is_long {
        let sentence =
            format!("The file has more than {ROWS_MAX} rows: split it, and import one part after the other.");
        return Err(LabFileError::Heads("lab_file_too_long", sentence));
    }
    decimal::decide(&mut columns, &rows, options.mapping.decimal);
    swapped::mark(&mut columns, &rows);
    for row in &rows {
        match row::read(row, &columns, options) {
            Ok(observations) if observations.is_empty() => {}
            Ok(observations) => file.rows.push(LabRow { line: row.line, observations }),
            Err(issues) => file.issues.extend(issues),
        }
    }
    file.issues.sort_by_key(|issue| issue.row);
    file.columns = columns;
    Ok(file)
}

/// The rows of a file that have one of these lines, as CSV with reasons: to be mended and imported again.
///
/// # Errors
/// The file can no longer be read.
pub fn error_rows(content: &[u8], reasons: &[(u64, String, String)]) -> Result<String, LabFileError> {
    let table = Table::of_bytes(content, &ReadOptions::default())?;
    let width = table.header().names.len();
    let mut out = csv::Writer::from_writer(Vec::new());
    let written = |out: &mut csv::Writer<Vec<u8>>, cells: Vec<String>| {
        out.write_record(cells).map_err(|error| TableError::Io(std::io::Error::other(error)))
    };
    let mut head = table.header().names.clone();
    head.extend(["qidai_code", "qidai_reason"].map(str::to_owned));
    written(&mut out, head)?;
    let mut problem = Ok(());
    let mut sink = |row: Result<Row, Issue>| {
        let Ok(row) = row else { return ControlFlow::Continue(()) };
        let own: Vec<&(u64, String, String)> = reasons.iter().filter(|one| one.0 == row.line).collect();
        if own.is_empty() {
            return ControlFlow::Continue(());
        }
        let mut cells: Vec<String> = (0..width).map(|at| unformulated(row.cell(at).text)).collect();
        let joined = |of: fn(&(u64, String, String)) -> &str| {
            own.iter().map(|one| of(one)).collect::<Vec<_>>().join("; ")
        };
        cells.extend([joined(|one| &one.1), joined(|one| &one.2)]);
        problem = written(&mut out, cells);
        if problem.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    table.for_each_row(&mut sink, &mut |_| {})?;
    problem?;
    let bytes = out.into_inner().map_err(|error| TableError::Io(std::io::Error::other(error.to_string())))?;
    Ok(format!("\u{feff}{}", String::from_utf8_lossy(&bytes)))
}

/// A spreadsheet must not run what a file says.
fn unformulated(text: &str) -> String {
    match text.starts_with(['=', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
