//! One streaming shape for tables from elsewhere: a header, then rows of cells with their line numbers.
//!
//! A text file is decoded and split while it is read and an XLSX sheet is walked cell by cell, so a
//! file of any length needs the memory of its longest row (an XLSX: of its shared strings).

pub(crate) mod archive;
mod content;
mod decode;
mod delimited;
mod encoding;
mod error;
mod gl_lines;
mod quotes;
mod sheet;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use crate::Issue;
use content::Content;
pub use encoding::TextEncoding;
pub use error::TableError;

/// Most columns a header may have. Excel ends at 16,384; real exports of laboratory systems have tens.
const COLUMNS_MAX: usize = 1_000;

/// How a file is to be read when the file itself does not say.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Encoding of a text file; detected when none.
    pub encoding: Option<TextEncoding>,
    /// Name of the sheet of an XLSX file; the first one when none.
    pub sheet: Option<String>,
}

/// The first row that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its line, counted from 1.
    pub line: u64,
    /// The names as written, without blanks around them. May be empty or twice the same.
    pub names: Vec<String>,
}

/// What kind of cell a text was found in. Text files know only text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CellKind {
    #[default]
    Text,
    /// A number of a spreadsheet: leading zeros and digits beyond the 15th are already gone.
    Number,
    /// A date of a spreadsheet, given here as `yyyy-mm-dd`.
    Date,
    /// The cached error of a formula, such as `#REF!`.
    Error,
}

/// One cell: its text without blanks around it, and its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    pub text: &'a str,
    pub kind: CellKind,
}

/// One row below the header.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its line in a text file (of its first character, when a quoted cell spans lines) or its row in a sheet.
    pub line: u64,
    texts: csv::StringRecord,
    /// Empty when every cell is text.
    kinds: Vec<CellKind>,
}

impl Row {
    /// The cell in a column counted from 0; an empty text where the row is shorter.
    pub fn cell(&self, column: usize) -> Cell<'_> {
        Cell {
            text: self.texts.get(column).unwrap_or("").trim(),
            kind: self.kinds.get(column).copied().unwrap_or_default(),
        }
    }

    /// The same number for two rows with the same texts in the same order.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for column in 0..self.width() {
            self.cell(column).text.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Number of cells.
    pub fn width(&self) -> usize {
        self.texts.len()
    }

    fn is_blank(&self) -> bool {
        self.texts.iter().all(|text| text.trim().is_empty())
    }

    /// The issue of a row with a NUL character: something overwrote a part of the file.
    fn damaged(&self, header: &Header) -> Option<Issue> {
        let at = self.texts.iter().position(|text| text.contains('\0'))?;
        let column = header.names.get(at).map_or("", String::as_str);
        let value = self.cell(at).text.replace('\0', "\u{2400}");
        let reason = "the cell contains a NUL byte, which no text has".to_owned();
        let hint = "export the file again, or type the cell again";
        Some(Issue::cell(self.line, column, &value, "character_nul", reason, hint))
    }

    /// The issue of a row with more or fewer cells than the header: its values may stand under wrong names.
    fn ragged(&self, width: usize) -> Option<Issue> {
        let extra_are_empty = || (width..self.width()).all(|column| self.cell(column).text.is_empty());
        if self.width() == width || (self.width() > width && extra_are_empty()) {
            return None;
        }
        let reason = format!("the row has {} cells, the header has {width}", self.width());
        let hint = "put quotes around a cell that contains the delimiter, and keep empty cells";
        Some(
            Issue::row(self.line, "row_ragged", reason, hint)
                .with("found", self.width().to_string())
                .with("expected", width.to_string()),
        )
    }
}

/// A file opened as a table: its kind known, its header read.
pub struct Table {
    header: Header,
    source: Source,
}

enum Source {
    Delimited(delimited::DelimitedReader),
    Gl(gl_lines::GlReader),
    Sheet(sheet::SheetReader),
}

impl Table {
    /// Opens a file by what is in it, not by what it is called.
    ///
    /// # Errors
    /// [`TableError`]: the file cannot be read, is neither text nor XLSX, is a zip bomb, has no header …
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Table, TableError> {
        Self::of(&Content::of_file(path), options)
    }

    /// The same for a file in memory, as it was uploaded.
    ///
    /// # Errors
    /// Those of [`Table::open`].
    pub fn of_bytes(bytes: &[u8], options: &ReadOptions) -> Result<Table, TableError> {
        Self::of(&Content::Memory(Arc::from(bytes)), options)
    }

    fn of(content: &Content, options: &ReadOptions) -> Result<Table, TableError> {
        let mut start = Vec::new();
        content.open()?.take(8).read_to_end(&mut start)?;
        if start.starts_with(b"PK\x03\x04") {
            let (header, reader) = sheet::open(content, options.sheet.as_deref())?;
            return Table { header, source: Source::Sheet(reader) }.checked();
        }
        if start.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(TableError::OldExcel);
        }
        let (header, reader) = delimited::open(content, options.encoding)?;
        Table { header, source: Source::Delimited(reader) }.checked()
    }

    /// Opens a file of another registry, which may also be a GL file, `id%GL-string` on each line; it is given as a
    /// table with the columns `id` and `hla`.
    ///
    /// # Errors
    /// Those of [`Table::open`].
    pub fn open_list(path: &Path, options: &ReadOptions) -> Result<Table, TableError> {
        if !gl_lines::is_gl_file(path)? {
            return Table::open(path, options);
        }
        let (header, reader) = gl_lines::open(path, options.encoding)?;
        Ok(Table { header, source: Source::Gl(reader) })
    }

    fn checked(self) -> Result<Table, TableError> {
        match self.header.names.len() {
            0..=COLUMNS_MAX => Ok(self),
            found => Err(TableError::TooManyColumns { found, allowed: COLUMNS_MAX }),
        }
    }

    /// The names of the columns.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Gives every row that is not blank to `sink` until it breaks; a row that cannot be used is given as its issue.
    ///
    /// `progress` is told how many bytes of the file have been read so far; a sheet, which is
    /// compressed, tells nothing.
    ///
    /// # Errors
    /// [`TableError`] when the rest of the file cannot be read. Rows given before are good.
    pub fn for_each_row(
        self,
        sink: &mut dyn FnMut(Result<Row, Issue>) -> ControlFlow<()>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), TableError> {
        let header = self.header;
        let width = header.names.len();
        let mut checked_sink = |row: Row| {
            if row.is_blank() {
                return ControlFlow::Continue(());
            }
            match row.damaged(&header).or_else(|| row.ragged(width)) {
                Some(issue) => sink(Err(issue)),
                None => sink(Ok(row)),
            }
        };
        match self.source {
            Source::Delimited(reader) => reader.for_each_row(&mut checked_sink, progress),
            Source::Sheet(reader) => reader.for_each_row(header.line, width, &mut checked_sink),
            Source::Gl(reader) => reader.for_each_row(&header, sink, progress),
        }
    }
}
