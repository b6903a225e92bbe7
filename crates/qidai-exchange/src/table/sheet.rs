//! XLSX: one sheet of a workbook, walked cell by cell.

use std::io::BufReader;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::content::{Content, Opened};
use super::{COLUMNS_MAX, CellKind, Header, Row, TableError, archive};

/// The rows of a sheet below its header.
pub(super) struct SheetReader {
    book: Xlsx<BufReader<Opened>>,
    sheet: String,
}

/// Checks the archive, finds the sheet and reads its header.
pub(super) fn open(content: &Content, wanted: Option<&str>) -> Result<(Header, SheetReader), TableError> {
    archive::check(content)?;
    let file = BufReader::new(content.open()?);
    let book = unless_it_panics(|| Xlsx::new(file).map_err(from_calamine))?;
    let sheet = sheet_named(&book, wanted)?;
    let mut reader = SheetReader { book, sheet };
    let mut header = None;
    reader.walk(0, &mut |row| {
        if row.is_blank() {
            return ControlFlow::Continue(());
        }
        header = Some(header_of(&row));
        ControlFlow::Break(())
    })?;
    Ok((header.ok_or(TableError::Empty)?, reader))
}

/// The sheet of this name; without one, the first table that a person sees: no chart, no hidden sheet.
fn sheet_named(book: &Xlsx<BufReader<Opened>>, wanted: Option<&str>) -> Result<String, TableError> {
    let tables = || book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let Some(wanted) = wanted else {
        let visible = tables().find(|sheet| sheet.visible == SheetVisible::Visible);
        return visible.map(|sheet| sheet.name.clone()).ok_or(TableError::Empty);
    };
    if tables().any(|sheet| sheet.name == wanted) {
        return Ok(wanted.to_owned());
    }
    let found = tables().map(|sheet| format!("{:?}", sheet.name)).collect::<Vec<_>>().join(", ");
    Err(TableError::SheetUnknown { wanted: wanted.to_owned(), found })
}

fn header_of(row: &Row) -> Header {
    let mut names: Vec<String> = row.texts.iter().map(|name| name.trim().to_owned()).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    Header { line: row.line, names }
}

impl SheetReader {
    pub(super) fn for_each_row(
        mut self,
        header_line: u64,
        width: usize,
        sink: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), TableError> {
        self.walk(width, &mut |row| {
            if row.line <= header_line { ControlFlow::Continue(()) } else { sink(row) }
        })
    }

    /// Gives every row with a cell, filled up to `width` cells, because a sheet leaves out empty ones.
    fn walk(&mut self, width: usize, sink: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), TableError> {
        unless_it_panics(|| self.walk_cells(width, sink))
    }

    fn walk_cells(
        &mut self,
        width: usize,
        sink: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), TableError> {
        let mut cells = self.book.worksheet_cells_reader(&self.sheet).map_err(from_calamine)?;
        let mut row = Row::default();
        while let Some(cell) = cells.next_cell().map_err(from_calamine)? {
            let (row_index, column_index) = cell.get_position();
            let line = u64::from(row_index) + 1;
            if line != row.line && row.width() > 0 {
                fill(&mut row, width);
                if sink(std::mem::take(&mut row)).is_break() {
                    return Ok(());
                }
            }
            row.line = line;
            if (column_index as usize) < row.width() {
                return Err(TableError::Workbook(format!("the cells of row {line} are not in order")));
            }
            let (text, kind) = understood(cell.get_value());
            if !text.is_empty() && (column_index as usize) < COLUMNS_MAX + 1 {
                fill(&mut row, column_index as usize);
                push(&mut row, &text, kind);
            }
        }
        if row.width() > 0 {
            fill(&mut row, width);
            let _ = sink(row);
        }
        Ok(())
    }
}

/// The library that reads workbooks computes with what a file says, and some hostile numbers make it panic.
fn unless_it_panics<T>(work: impl FnOnce() -> Result<T, TableError>) -> Result<T, TableError> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(TableError::Workbook("it holds a number that no workbook can have".to_owned()))
    })
}

fn fill(row: &mut Row, width: usize) {
    while row.width() < width {
        push(row, "", CellKind::Text);
    }
}

fn push(row: &mut Row, text: &str, kind: CellKind) {
    row.texts.push_field(text);
    row.kinds.push(kind);
}

fn understood(value: &DataRef<'_>) -> (String, CellKind) {
    match value {
        DataRef::Empty => (String::new(), CellKind::Text),
        DataRef::String(text) => (text.clone(), CellKind::Text),
        DataRef::SharedString(text) => ((*text).to_owned(), CellKind::Text),
        DataRef::Bool(yes) => (if *yes { "TRUE" } else { "FALSE" }.to_owned(), CellKind::Text),
        DataRef::Int(number) => (number.to_string(), CellKind::Number),
        DataRef::Float(number) => (number.to_string(), CellKind::Number),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            (format!("{year:04}-{month:02}-{day:02}"), CellKind::Date)
        }
        DataRef::DateTime(duration) => (duration.as_f64().to_string(), CellKind::Number),
        DataRef::DateTimeIso(text) => (text.clone(), CellKind::Date),
        DataRef::DurationIso(text) => (text.clone(), CellKind::Text),
        DataRef::Error(error) => (error.to_string(), CellKind::Error),
    }
}

fn from_calamine(error: XlsxError) -> TableError {
    match error {
        XlsxError::Io(io) if io.raw_os_error().is_some() => TableError::Io(io),
        other => TableError::Workbook(other.to_string()),
    }
}
