//! GL files of registries, one donor per line, `id%GL-string`: a table of two columns without a header line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use super::decode::Decode;
use super::{Header, Row, TableError, TextEncoding};
use crate::Issue;

/// The lines of a GL file.
pub(super) struct GlReader {
    lines: BufReader<Decode<File>>,
}

/// Does the file look like a GL file: does its first line have a `%` before any comma, semicolon, tab or `*`? A first
/// line without `%` that is no header either (it has none of the separators of a table) is a mistake in a GL file
/// when a later one has it.
pub(super) fn is_gl_file(path: &Path) -> Result<bool, TableError> {
    let mut start = Vec::new();
    File::open(path)?.take(1 << 16).read_to_end(&mut start)?;
    if start.starts_with(b"PK") {
        return Ok(false);
    }
    let mut lines = start.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    let is_header = first.iter().any(|byte| matches!(byte, b',' | b';' | b'\t'));
    Ok(is_gl_line(first) || !is_header && lines.any(is_gl_line))
}

fn is_gl_line(line: &[u8]) -> bool {
    let id = line.split(|byte| matches!(byte, b',' | b';' | b'\t' | b'*')).next().unwrap_or_default();
    id.contains(&b'%')
}

pub(super) fn open(path: &Path, given: Option<TextEncoding>) -> Result<(Header, GlReader), TableError> {
    let encoding = given.map_or_else(|| TextEncoding::detect(path), Ok)?;
    let lines = BufReader::new(Decode::new(File::open(path)?, encoding));
    Ok((Header { line: 0, names: vec!["id".to_owned(), "hla".to_owned()] }, GlReader { lines }))
}

impl GlReader {
    pub(super) fn for_each_row(
        mut self,
        header: &Header,
        sink: &mut dyn FnMut(Result<Row, Issue>) -> ControlFlow<()>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), TableError> {
        let mut text = String::new();
        for line in 1.. {
            text.clear();
            if self.lines.read_line(&mut text)? == 0 {
                break;
            }
            self.lines.get_mut().mark_record(line + 1);
            progress(self.lines.get_ref().bytes_read());
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let given = match row(line, text) {
                Some(row) => row.damaged(header).map_or(Ok(row), Err),
                None => Err(without_percent(line, text)),
            };
            if sink(given).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn row(line: u64, text: &str) -> Option<Row> {
    let (id, typing) = text.split_once('%')?;
    Some(Row { line, texts: csv::StringRecord::from(vec![id, typing]), kinds: Vec::new() })
}

fn without_percent(line: u64, text: &str) -> Issue {
    let reason = "the line has no % between identifier and typing".to_owned();
    Issue::cell(line, "", text, "gl_line_without_percent", reason, "write id%GL-string")
}
