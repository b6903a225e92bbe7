//! Reads the lists of which a history is made.
//!
//! `Allelelist.3440.txt` has comment lines and then `accession,name`; `Allelelist_history.txt` has one column for each
//! release, its first line is `HLA_ID` and the releases in short form. Until 3.18 the table was separated by tabs.

use super::ReleaseVersion;
use super::error::HistoryError;

/// The names of one release: accession number and name as text, in the order of the file.
pub(super) struct List<'a> {
    pub version: ReleaseVersion,
    pub date: Option<String>,
    pub names: Vec<(u32, &'a str)>,
}

/// Reads a list of one release or a table of many.
pub(super) fn read<'a>(file: &str, text: &'a str) -> Result<Vec<List<'a>>, HistoryError> {
    let text = text.trim_start_matches('\u{feff}');
    let heading = text.lines().enumerate().find(|(_, line)| !line.starts_with('#'));
    match heading {
        Some((at, line)) if line.starts_with("HLA_ID") => table(file, text, at),
        _ => one(file, text).map(|list| vec![list]),
    }
}

fn one<'a>(file: &str, text: &'a str) -> Result<List<'a>, HistoryError> {
    let comment = |key: &str| {
        let mut comments = text.lines().take_while(|line| line.starts_with('#'));
        comments.find_map(|line| line.strip_prefix(key)).map(str::trim)
    };
    let version = comment("# version:").and_then(|v| v.rsplit(' ').next()?.parse().ok());
    let version =
        version.ok_or_else(|| HistoryError::new(file, 1, "no line \"# version: …\"", first(text)))?;
    let mut names = Vec::with_capacity(45_000);
    let data = text.lines().enumerate().filter(|(_, line)| {
        !line.starts_with('#') && !line.starts_with("AlleleID") && !line.trim().is_empty()
    });
    for (i, line) in data {
        let row = line.split_once(',').and_then(|(id, name)| Some((accession(id)?, name.trim())));
        match row {
            Some(row) if !row.1.is_empty() => names.push(row),
            _ => return Err(HistoryError::new(file, i + 1, "expected HLA00001,A*01:01:01:01", line)),
        }
    }
    Ok(List { version, date: comment("# date:").map(str::to_owned), names })
}

fn table<'a>(file: &str, text: &'a str, heading: usize) -> Result<Vec<List<'a>>, HistoryError> {
    let mut lines = text.lines().enumerate().skip(heading);
    let (_, columns) = lines.next().unwrap_or_default();
    let separator = if columns.contains('\t') { '\t' } else { ',' };
    let mut lists = Vec::new();
    for column in columns.split(separator).skip(1) {
        let version = column.trim().parse().map_err(|error: super::NoVersion| {
            HistoryError::new(file, heading + 1, error.to_string(), column)
        })?;
        lists.push(List { version, date: None, names: Vec::new() });
    }
    for (i, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let mut cells = line.split(separator).map(str::trim);
        let id = cells.next().and_then(accession);
        let id = id.ok_or_else(|| HistoryError::new(file, i + 1, "expected an accession, HLA00001", line))?;
        let mut count = 0;
        for (list, cell) in lists.iter_mut().zip(cells) {
            count += 1;
            if !matches!(cell, "" | "NA") {
                list.names.push((id, cell));
            }
        }
        if count != lists.len() {
            let problem = format!("expected {} names, found {count}; the file may be cut off", lists.len());
            return Err(HistoryError::new(file, i + 1, problem, line));
        }
    }
    Ok(lists)
}

/// `HLA00001` is 1. Five digits are in use; more than six are a mistake.
pub(super) fn accession(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("HLA")?;
    (digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

fn first(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
