//! CSV: text files whose cells are separated by a comma, a semicolon or a tab.

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;

use super::content::{Content, Opened};
use super::decode::Decode;
use super::{Header, Row, TableError, TextEncoding};

/// Rows between two reports of progress.
const ROWS_PER_REPORT: u64 = 1_024;

/// The rows of a text file below its header.
pub(super) struct DelimitedReader {
    rows: csv::Reader<Decode<Opened>>,
}

/// Finds encoding and delimiter, and reads the header.
pub(super) fn open(
    content: &Content,
    given: Option<TextEncoding>,
) -> Result<(Header, DelimitedReader), TableError> {
    let encoding = match given {
        Some(encoding) => encoding,
        None => TextEncoding::of(content)?,
    };
    let start = first_line(content, encoding)?;
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(start.delimiter)
        .buffer_capacity(1 << 16)
        .from_reader(Decode::new(content.open()?, encoding).quoted(start.delimiter));
    loop {
        let Some(row) = read_row(&mut rows)? else { return Err(TableError::Empty) };
        if row.line < start.line || row.is_blank() {
            continue;
        }
        if row.texts.iter().any(|name| name.contains('\0')) {
            return Err(TableError::Binary { line: row.line });
        }
        let names = row.texts.iter().map(|name| name.trim().to_owned()).collect();
        return Ok((Header { line: row.line, names }, DelimitedReader { rows }));
    }
}

impl DelimitedReader {
    pub(super) fn for_each_row(
        mut self,
        sink: &mut dyn FnMut(Row) -> ControlFlow<()>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), TableError> {
        let mut since_report = 0;
        while let Some(row) = read_row(&mut self.rows)? {
            since_report += 1;
            if since_report == ROWS_PER_REPORT {
                progress(self.rows.get_ref().bytes_read());
                since_report = 0;
            }
            if sink(row).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn read_row(rows: &mut csv::Reader<Decode<Opened>>) -> Result<Option<Row>, TableError> {
    let mut texts = csv::StringRecord::new();
    if !rows.read_record(&mut texts).map_err(from_csv)? {
        return Ok(None);
    }
    // The reader stands behind the record's line end. Its own idea of where the record began counts from
    // the blank lines before it, so the line is found backwards, from the line ends inside the cells.
    let next_line = rows.position().line();
    let inside = texts.as_slice().bytes().filter(|byte| *byte == b'\n').count() as u64;
    rows.get_mut().mark_record(next_line);
    Ok(Some(Row { line: next_line.saturating_sub(1 + inside), texts, kinds: Vec::new() }))
}

fn from_csv(error: csv::Error) -> TableError {
    match error.into_kind() {
        csv::ErrorKind::Io(io) => TableError::from(io),
        // Decoded text is valid UTF-8 and rows may have any length, so nothing else is known to happen.
        other => TableError::Io(std::io::Error::other(format!("{other:?}"))),
    }
}

struct FirstLine {
    delimiter: u8,
    line: u64,
}

/// Looks at the first line that is not blank: which of comma, semicolon and tab separates its names?
/// A line `sep=;`, which Excel writes and understands, answers the question itself and is no header.
fn first_line(content: &Content, encoding: TextEncoding) -> Result<FirstLine, TableError> {
    let mut text = BufReader::new(Decode::new(content.open()?, encoding));
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        if text.read_line(&mut line)? == 0 {
            break;
        }
        let text_of_line = line.trim_end_matches('\n');
        if let Some(&[delimiter]) = text_of_line.strip_prefix("sep=").map(str::as_bytes) {
            return Ok(FirstLine { delimiter, line: number + 1 });
        }
        if !text_of_line.trim().is_empty() {
            return Ok(FirstLine { delimiter: most_frequent_delimiter(text_of_line), line: number });
        }
    }
    Err(TableError::Empty)
}

fn most_frequent_delimiter(line: &str) -> u8 {
    let mut counts = [(b'\t', 0_usize), (b';', 0), (b',', 0)];
    let mut quoted = false;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some(entry) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte && !quoted) {
            entry.1 += 1;
        }
    }
    // The last of equal counts is taken: a file with one column counts as separated by commas.
    counts.iter().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}
