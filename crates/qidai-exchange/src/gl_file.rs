//! GL files of registries: one donor per line, `id%GL-string`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use qidai_bank::ListedRecord;

use crate::field::Reading;
use crate::plan::RowOutcome;
use crate::table::{Decode, TableError, TextEncoding};
use crate::{Issue, list_fields};

/// Names that issues use for the two parts of a line.
const ID_COLUMN: &str = "id";
const HLA_COLUMN: &str = "hla";

/// One line of a GL file that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlLine {
    /// Counted from 1.
    pub line: u64,
    pub text: String,
}

/// Does the file look like a GL file: does its first line have a `%` before any comma, semicolon or tab?
///
/// # Errors
/// [`TableError::Io`].
pub fn is_gl_file(path: &Path) -> Result<bool, TableError> {
    let mut start = Vec::new();
    File::open(path)?.take(1 << 16).read_to_end(&mut start)?;
    let line =
        start.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let id = line.split(|byte| matches!(byte, b',' | b';' | b'\t' | b'*')).next().unwrap_or_default();
    Ok(id.contains(&b'%') && !start.starts_with(b"PK"))
}

/// Gives every line that is not blank to `sink` until it breaks.
///
/// # Errors
/// [`TableError`] when the rest of the file cannot be read.
pub fn for_each_line(
    path: &Path,
    encoding: Option<TextEncoding>,
    sink: &mut dyn FnMut(GlLine) -> ControlFlow<()>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), TableError> {
    let encoding = encoding.map_or_else(|| TextEncoding::detect(path), Ok)?;
    let mut lines = BufReader::new(Decode::new(File::open(path)?, encoding));
    for line in 1.. {
        let mut text = String::new();
        if lines.read_line(&mut text)? == 0 {
            break;
        }
        lines.get_mut().mark_record(line + 1);
        progress(lines.get_ref().bytes_read());
        if !text.trim().is_empty() && sink(GlLine { line, text }).is_break() {
            break;
        }
    }
    Ok(())
}

/// Reads a line as an entry of an external list; all issues at once.
pub fn read_line(line: &GlLine, reading: &Reading<'_>) -> RowOutcome<ListedRecord> {
    let text = line.text.trim();
    let Some((id, typing)) = text.split_once('%') else {
        let reason = "the line has no % between identifier and typing".to_owned();
        let issue = Issue::cell(line.line, "", text, "gl_line_without_percent", reason, "write id%GL-string");
        return RowOutcome { line: line.line, identity: None, record: Err(vec![issue]) };
    };
    let (id, typing) = (id.trim(), typing.trim());
    let mut issues = Vec::new();
    if id.is_empty() {
        issues.push(empty(line, ID_COLUMN));
    } else if let Err(error) = list_fields::id(id) {
        issues.push(Issue::cell(line.line, ID_COLUMN, id, error.code, error.reason, &error.hint));
    }
    if typing.is_empty() {
        issues.push(empty(line, HLA_COLUMN));
    } else {
        issues.extend((reading.check_hla)(typing).into_iter().map(|found| {
            Issue::cell(line.line, HLA_COLUMN, &found.value, found.code, found.reason, &found.hint)
        }));
    }
    let record = if issues.is_empty() { Ok(ListedRecord::new(id, typing)) } else { Err(issues) };
    RowOutcome { line: line.line, identity: (!id.is_empty()).then(|| id.to_owned()), record }
}

fn empty(line: &GlLine, column: &str) -> Issue {
    Issue::cell(line.line, column, "", "cell_empty", format!("{column} is empty"), "write id%GL-string")
}
