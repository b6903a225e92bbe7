//! Why a whole file, or the rest of it, could not be used.

use std::io;

use crate::Issue;

/// A failure of a file as a whole. Each message is a sentence for the person who sent the file.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The disk or network failed; says nothing about the file's content.
    #[error("the file could not be read: {0}")]
    Io(io::Error),
    #[error("line {line}: found NUL bytes; this is not a text file and not an XLSX workbook")]
    Binary { line: u64 },
    #[error("this is an old Excel file (.xls) or a workbook locked with a password")]
    OldExcel,
    #[error("the encoding {label:?} is not known")]
    EncodingUnknown { label: String },
    #[error("the file has no header: it is empty")]
    Empty,
    #[error("the header has {found} columns, at most {allowed} can be read")]
    TooManyColumns { found: usize, allowed: usize },
    #[error("the record that begins on line {line} is longer than {allowed_bytes} bytes")]
    RecordTooLong { line: u64, allowed_bytes: usize },
    #[error("a quote opened on line {line} is never closed; nothing after it was read")]
    QuoteNotClosed { line: u64 },
    #[error("the workbook is refused unread: {0}")]
    Archive(String),
    #[error("the workbook is damaged: {0}")]
    Workbook(String),
    #[error("the workbook has no sheet {wanted:?}; it has {found}")]
    SheetUnknown { wanted: String, found: String },
}

impl TableError {
    /// Stable name of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            TableError::Io(_) => "file_not_readable",
            TableError::Binary { .. } => "file_is_binary",
            TableError::OldExcel => "file_is_old_excel",
            TableError::EncodingUnknown { .. } => "encoding_unknown",
            TableError::Empty => "file_empty",
            TableError::TooManyColumns { .. } => "too_many_columns",
            TableError::RecordTooLong { .. } => "record_too_long",
            TableError::QuoteNotClosed { .. } => "quote_not_closed",
            TableError::Archive(_) => "workbook_too_large",
            TableError::Workbook(_) => "workbook_damaged",
            TableError::SheetUnknown { .. } => "sheet_unknown",
        }
    }

    /// What would be right.
    pub fn hint(&self) -> &'static str {
        match self {
            TableError::Io(_) => "check the path, its permissions and the disk, then run again",
            TableError::Binary { .. } | TableError::OldExcel => {
                "save it as XLSX without a password, or as CSV"
            }
            TableError::EncodingUnknown { .. } => "use utf-8, gb18030 or utf-16",
            TableError::Empty => "the first row that is not blank names the columns",
            TableError::TooManyColumns { .. } => "delete the columns that are not for this import",
            TableError::RecordTooLong { .. } => {
                "look for a missing line end; a row has at most a few kilobytes"
            }
            TableError::QuoteNotClosed { .. } => {
                "close the quote there; a quote that belongs to the text is written twice"
            }
            TableError::Archive(_) => "open it in a spreadsheet program and save the sheet as CSV",
            TableError::Workbook(_) => "open it in a spreadsheet program and save it again",
            TableError::SheetUnknown { .. } => "name one of these with --sheet",
        }
    }

    /// True when nothing was learned about the file: the machine failed, not the input.
    pub fn is_outage(&self) -> bool {
        matches!(self, TableError::Io(_))
    }

    /// The same as an issue of the file, for a report beside the issues of rows.
    pub fn to_issue(&self) -> Issue {
        let row = match self {
            TableError::Binary { line }
            | TableError::RecordTooLong { line, .. }
            | TableError::QuoteNotClosed { line } => Some(*line),
            _ => None,
        };
        let values = self.values();
        Issue { row, values, ..Issue::file(self.code(), self.to_string(), self.hint()) }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            TableError::EncodingUnknown { label } => vec![("found", label.clone())],
            TableError::TooManyColumns { found, allowed } => {
                vec![("found", found.to_string()), ("expected", allowed.to_string())]
            }
            TableError::SheetUnknown { wanted, found } => {
                vec![("wanted", wanted.clone()), ("found", found.clone())]
            }
            _ => Vec::new(),
        }
    }
}

impl From<io::Error> for TableError {
    /// Gives back a [`TableError`] that had to travel through `std::io::Read`.
    fn from(error: io::Error) -> TableError {
        match error.downcast::<TableError>() {
            Ok(own) => own,
            Err(io) => TableError::Io(io),
        }
    }
}

impl From<TableError> for io::Error {
    fn from(error: TableError) -> io::Error {
        io::Error::other(error)
    }
}
