//! What the tests of this crate share: files made on the spot, read as units.
#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use qidai_bank::{UnitRecord, check_character};
use qidai_exchange::mapping::Mapping;
use qidai_exchange::table::{ReadOptions, Row, Table, TableError};
use qidai_exchange::{HlaProblem, Issue, PlanError, Reading, RowOutcome, UnitRows};
use tempfile::TempDir;

pub const TODAY: Date = date(2025, 6, 30);

/// A file in a folder that goes away with it.
pub struct TestFile {
    pub folder: TempDir,
    pub path: PathBuf,
}

pub fn file(name: &str, bytes: &[u8]) -> TestFile {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    TestFile { folder, path }
}

/// A DIN of an invented facility with its check character.
pub fn din(sequence: u32) -> String {
    let number = format!("Z000125{sequence:06}");
    let check = check_character(&number).unwrap();
    format!("{number}{check}")
}

/// Knows typings of locus A and B only, so that a test can be refused.
pub fn judge(typing: &str) -> Vec<HlaProblem> {
    if typing.starts_with("A*") {
        return Vec::new();
    }
    vec![HlaProblem {
        code: "hla_unknown",
        value: typing.to_owned(),
        reason: format!("{typing:?} is not known here"),
        hint: "write A*02:01+A*24:02".to_owned(),
        values: Vec::new(),
    }]
}

pub fn reading() -> Reading<'static> {
    Reading { today: TODAY, check_hla: &judge }
}

type Rows = (Vec<String>, Vec<Result<Row, Issue>>);

/// The header, and all rows and row issues, of a file.
pub fn rows(path: &Path, options: &ReadOptions) -> Result<Rows, TableError> {
    let table = Table::open(path, options)?;
    let names = table.header().names.clone();
    let mut rows = Vec::new();
    table.for_each_row(
        &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        },
        &mut |_| {},
    )?;
    Ok((names, rows))
}

/// The cells of every row with its line, as text: `3: a|b`; a row that is refused as `3: !code`.
pub fn listing(path: &Path, options: &ReadOptions) -> Vec<String> {
    let (names, rows) = rows(path, options).unwrap();
    let text = |row: Result<Row, Issue>| match row {
        Ok(row) => {
            let cells: Vec<&str> = (0..names.len()).map(|column| row.cell(column).text).collect();
            format!("{}: {}", row.line, cells.join("|"))
        }
        Err(issue) => format!("{}: !{}", issue.row.unwrap(), issue.code),
    };
    rows.into_iter().map(text).collect()
}

pub fn units(path: &Path, mapping: &Mapping) -> Result<Vec<RowOutcome<UnitRecord>>, PlanError> {
    let table = Table::open(path, &ReadOptions::default()).unwrap();
    let plan = UnitRows::bind(table.header(), mapping)?;
    let mut outcomes = Vec::new();
    table
        .for_each_row(
            &mut |row| {
                outcomes.push(plan.read(&row.unwrap(), &reading()));
                ControlFlow::Continue(())
            },
            &mut |_| {},
        )
        .unwrap();
    Ok(outcomes)
}
