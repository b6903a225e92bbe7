//! A pool: the list of a registry, or of the world, as a snapshot of its own, made from a file without a database.
//!
//! Tens of millions of entries would take a bank hours and give it nothing: they are nobody's records here. The file is read in pieces, typings that
//! were seen before are looked up on all cores, and the snapshot names the file by its digest in place of a history.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use qidai_match::search::{Abo, Facts, Origin, Sex, Snapshot, SnapshotBuilder, Source, UnitEntry};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{Catalogue, Reading, ReferenceArgs, build, mapped};
use crate::error::Failure;
use crate::reference;
use qidai_hla::Release;

/// So much of a file is in memory at once.
const PIECE_BYTES: usize = 8 << 20;
/// So many refused lines are told; all are counted.
const TOLD_MAX: usize = 20;

/// What became of a file.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct PoolReport {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    /// The first refused lines.
    pub(crate) issues: Vec<PoolIssue>,
    /// Accepted entries whose typing the release cannot read: they are kept, and every search counts them under their own rule.
    pub(crate) unreadable: u64,
    pub(crate) seconds: f64,
    /// SHA-256 of the file.
    pub(crate) digest: String,
}

/// A line that is not in the pool.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct PoolIssue {
    pub(crate) line: u64,
    pub(crate) column: &'static str,
    pub(crate) value: String,
    pub(crate) code: &'static str,
}

/// Where the columns of a file stand; a GL file has none.
enum Form {
    Gl,
    Table { separator: char, columns: [Option<usize>; COLUMNS.len()] },
}

const COLUMNS: [&str; 7] = ["id", "hla", "tnc_total", "cd34_total", "sex", "abo", "collection_date"];

/// One line, understood.
struct Line<'t> {
    id: &'t str,
    hla: &'t str,
    facts: Facts,
}

/// Reads a file and writes the snapshot.
///
/// # Errors
/// A file that cannot be read, or has no such columns; a release that cannot be read; a place that cannot be written.
pub(crate) fn freeze(
    input: &mut dyn Read,
    name: &str,
    reference: &ReferenceArgs,
    out: &Path,
) -> Result<PoolReport, Failure> {
    freeze_by(input, name, &reading(reference)?, out)
}

fn freeze_by(input: &mut dyn Read, name: &str, reading: &Reading, out: &Path) -> Result<PoolReport, Failure> {
    let begun = std::time::Instant::now();
    let mut builder = SnapshotBuilder::new(reading.nomenclature(), &reading.antigens);
    let list = Source::Listed(builder.list(name));
    let (mut report, mut form, mut digest) = (PoolReport::default(), None, Sha256::new());
    let (mut next_line, mut key) = (1, 0);
    let mut pieces = Pieces::default();
    while let Some(piece) = pieces.next(input)? {
        digest.update(piece.as_bytes());
        let mut lines: Vec<&str> = piece.lines().collect();
        if form.is_none() {
            let (found, is_header) = Form::of(lines.first().copied().unwrap_or_default())?;
            lines.drain(..usize::from(is_header));
            next_line += u64::from(is_header);
            form = Some(found);
        }
        let Some(form) = &form else { continue };
        let read: Vec<_> = lines.par_iter().with_min_len(512).map(|line| form.read(line, list)).collect();
        let mut entries = Vec::with_capacity(read.len());
        for line in &read {
            match line {
                Ok(Some(line)) => {
                    entries.push(UnitEntry {
                        key,
                        id: line.id,
                        hla: line.hla,
                        mother: "",
                        facts: line.facts,
                    });
                    key += 1;
                }
                Ok(None) => {}
                Err(issue) => report.refuse(PoolIssue { line: next_line, ..issue.clone() }),
            }
            next_line += 1;
        }
        builder.push_all(&entries);
    }
    report.accepted = key;
    report.unreadable = builder.unreadable_count();
    report.digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut history_hash = [0; 32];
    history_hash.iter_mut().zip(report.digest.as_bytes().chunks(2)).for_each(|(byte, hex)| {
        *byte = std::str::from_utf8(hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
    });
    build::tell_unreadable(&builder);
    let built =
        builder.finish(Origin { generation: 0, history_hash }).map_err(|error| build::not_built(&error))?;
    build::save(&built, out).map_err(|error| {
        let file = out.display().to_string();
        let sentence = format!("The snapshot {file} could not be written: {error}.");
        Failure::outage("snapshot_not_written", sentence)
            .with("file", file)
            .with("error", error.to_string())
            .because(&error)
    })?;
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

fn reading(reference: &ReferenceArgs) -> Result<Reading, Failure> {
    let release =
        reference.release.as_deref().map_or_else(|| Ok(Release::starter()), reference::load_release)?;
    let mac = reference.mac.as_deref().map(reference::load_mac).transpose()?;
    Ok(Reading::new(release, mac))
}

impl Catalogue {
    /// A pool, ready to be searched.
    ///
    /// # Errors
    /// No such file, another kind of file, or one that was made under another release than is given.
    pub(crate) fn of_pool(
        pool: &Path,
        reference: &ReferenceArgs,
        frequencies: Option<&Path>,
    ) -> Result<Catalogue, Failure> {
        let reading = reading(reference)?.with_frequencies(frequencies, None, false)?;
        let snapshot = opened(pool, &reading)?;
        Ok(Catalogue::new(Arc::new(reading), snapshot))
    }

    /// A pool beside this bank, read by its release and predicted by its frequencies. A file that is no pool yet is frozen into
    /// one of its own name and `.pool`, unless that is there and newer.
    ///
    /// # Errors
    /// As [`Catalogue::of_pool`]; lines are refused one by one, a file of which no line can be taken as a whole.
    pub(crate) fn beside(&self, name: &str, file: &Path) -> Result<Catalogue, Failure> {
        let frozen = if is_frozen(file)? { file.to_owned() } else { frozen_of(name, file, &self.reading)? };
        let snapshot = opened(&frozen, &self.reading)?;
        Ok(Catalogue {
            is_synthetic: self.is_synthetic,
            ..Catalogue::new(Arc::clone(&self.reading), snapshot)
        })
    }
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> Failure {
    let file = file.display().to_string();
    Failure::refused("pool_unreadable", format!("{file} could not be read: {error}."))
        .with("file", file)
        .with("error", error.to_string())
}

fn is_frozen(file: &Path) -> Result<bool, Failure> {
    let mut first = Vec::new();
    let opened = File::open(file).and_then(|file| file.take(8).read_to_end(&mut first));
    opened.map_err(|error| unreadable(file, &error))?;
    Ok(Snapshot::is_marked(&first))
}

fn opened(pool: &Path, reading: &Reading) -> Result<Snapshot, Failure> {
    File::open(pool).map_err(|error| unreadable(pool, &error))?;
    let foreign = "not a snapshot of this version of the program";
    let snapshot = mapped::map(pool).ok_or_else(|| unreadable(pool, &foreign))?;
    snapshot.check(&reading.nomenclature()).map_err(|error| {
        let file = pool.display().to_string();
        Failure::refused("pool_of_other_release", format!("{file}: {error}."))
            .with("file", &file)
            .with("error", error.to_string())
    })?;
    Ok(snapshot)
}

/// The pool that was made of a list: the one that lies beside it, made again when the list is newer or the release is another.
fn frozen_of(name: &str, list: &Path, reading: &Reading) -> Result<PathBuf, Failure> {
    let mut frozen = list.as_os_str().to_owned();
    frozen.push(".pool");
    let frozen = PathBuf::from(frozen);
    let changed = |path: &Path| path.metadata().and_then(|about| about.modified());
    let is_newer = changed(&frozen).ok().zip(changed(list).ok()).is_some_and(|(made, list)| made > list);
    if is_newer && opened(&frozen, reading).is_ok() {
        return Ok(frozen);
    }
    let mut input = File::open(list).map_err(|error| unreadable(list, &error))?;
    let report = freeze_by(&mut input, name, reading, &frozen)?;
    tracing::info!(pool = name, report.accepted, report.refused, report.unreadable, "a pool was frozen");
    Ok(frozen)
}

impl PoolReport {
    fn refuse(&mut self, issue: PoolIssue) {
        self.refused += 1;
        if self.issues.len() < TOLD_MAX {
            self.issues.push(issue);
        }
    }
}

impl Form {
    /// What the first line says, and whether it is a header.
    fn of(first: &str) -> Result<(Form, bool), Failure> {
        let first = first.trim_start_matches('\u{feff}');
        if first.contains('%') {
            return Ok((Form::Gl, false));
        }
        let separator = ['\t', ';', ','].into_iter().find(|c| first.contains(*c)).unwrap_or(',');
        let names: Vec<String> = first.split(separator).map(|name| bare(name).to_ascii_lowercase()).collect();
        let columns = COLUMNS.map(|column| names.iter().position(|name| name == column));
        if columns[0].is_none() || columns[1].is_none() {
            let expected = "lines id%GL-string, or a header with the columns id and hla";
            return Err(Failure::refused(
                "pool_header_unknown",
                format!("The first line is \"{first}\"; expected {expected}."),
            )
            .with("value", first.chars().take(200).collect::<String>()));
        }
        Ok((Form::Table { separator, columns }, true))
    }

    /// One line; `None` for an empty one.
    fn read<'t>(&self, line: &'t str, source: Source) -> Result<Option<Line<'t>>, PoolIssue> {
        if line.trim().is_empty() {
            return Ok(None);
        }
        let (id, hla, facts) = match self {
            Form::Gl => {
                let (id, hla) =
                    line.split_once('%').ok_or_else(|| issue("hla", line, "pool_line_unreadable"))?;
                (id.trim(), hla.trim(), Facts::unknown(source))
            }
            Form::Table { separator, columns } => {
                let mut cells = [""; COLUMNS.len()];
                for (at, cell) in line.split(*separator).enumerate() {
                    if let Some(column) = columns.iter().position(|column| *column == Some(at)) {
                        cells[column] = bare(cell);
                    }
                }
                (cells[0], cells[1], facts(cells, source)?)
            }
        };
        match (id.is_empty() || id.len() > usize::from(u16::MAX), hla.is_empty()) {
            (true, _) => Err(issue("id", id, "pool_id_missing")),
            (_, true) => Err(issue("hla", hla, "pool_typing_missing")),
            _ => Ok(Some(Line { id, hla, facts })),
        }
    }
}

fn issue(column: &'static str, value: &str, code: &'static str) -> PoolIssue {
    PoolIssue { line: 0, column, value: value.chars().take(80).collect(), code }
}

/// A cell without blanks and quotation marks around it.
fn bare(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

/// What a table says besides the typing; an empty cell is "not recorded".
fn facts(cells: [&str; COLUMNS.len()], source: Source) -> Result<Facts, PoolIssue> {
    let wrong = |column: usize| move || issue(COLUMNS[column], cells[column], "pool_value_unreadable");
    let count = |column: usize| match cells[column] {
        "" => Ok(None),
        text => match text.parse::<f64>() {
            Ok(count) if (0.0..1e15).contains(&count) => Ok(Some(count.round() as u64)),
            _ => Err(wrong(column)()),
        },
    };
    let sex = match cells[4] {
        "" => None,
        "F" | "f" => Some(Sex::Female),
        "M" | "m" => Some(Sex::Male),
        _ => return Err(wrong(4)()),
    };
    let abo = match cells[5] {
        "" => None,
        "A" => Some(Abo::A),
        "B" => Some(Abo::B),
        "O" => Some(Abo::O),
        "AB" => Some(Abo::AB),
        _ => return Err(wrong(5)()),
    };
    let collection_day = match cells[6] {
        "" => None,
        text => Some(build::day(text.parse::<Date>().map_err(|_| wrong(6)())?)),
    };
    let (tnc_total, cd34_total) = (count(2)?, count(3)?);
    Ok(Facts { tnc_total, cd34_total, sex, abo, collection_day, ..Facts::unknown(source) })
}

/// A file in pieces of whole lines.
#[derive(Default)]
struct Pieces {
    rest: Vec<u8>,
    is_done: bool,
}

impl Pieces {
    fn next(&mut self, input: &mut dyn Read) -> Result<Option<String>, Failure> {
        while !self.is_done {
            let filled = self.rest.len();
            self.rest.resize(filled + PIECE_BYTES, 0);
            let read = input.read(&mut self.rest[filled..]).map_err(|error| {
                Failure::outage("pool_file_broken", format!("The file could not be read: {error}."))
                    .with("error", error.to_string())
                    .because(&error)
            })?;
            self.rest.truncate(filled + read);
            self.is_done = read == 0;
            if self.rest.len() >= PIECE_BYTES
                && let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n')
            {
                let rest = self.rest.split_off(end + 1);
                return text(std::mem::replace(&mut self.rest, rest)).map(Some);
            }
        }
        let last = std::mem::take(&mut self.rest);
        if last.is_empty() { Ok(None) } else { text(last).map(Some) }
    }
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| {
        Failure::refused("pool_not_utf8", "The file is not UTF-8: save it as UTF-8 and try again.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_in_pieces_of_whole_lines() {
        let text = "line of some length\n".repeat(1_000_000) + "last";
        let (mut pieces, mut all, mut input) = (Pieces::default(), String::new(), text.as_bytes());
        while let Some(piece) = pieces.next(&mut input).unwrap() {
            assert!(piece.ends_with('\n') || piece.ends_with("last"));
            all.push_str(&piece);
        }
        assert_eq!(all, text);
    }

    #[test]
    fn a_line_is_read_or_told_with_its_column() {
        let source = Source::Listed(0);
        let (form, is_header) = Form::of("\u{feff}\"ID\";sex;hla;tnc_total;note").unwrap();
        assert!(is_header);
        let line = form.read("\"D1\";F;A*02:01+A*11:01;1.2e9;x", source).unwrap().unwrap();
        assert_eq!((line.id, line.hla, line.facts.tnc_total), ("D1", "A*02:01+A*11:01", Some(1_200_000_000)));
        assert_eq!(line.facts.sex, Some(Sex::Female));
        let code = |line: &str| form.read(line, source).map(|_| ()).unwrap_err();
        assert_eq!(code(";F;A*02:01+A*11:01;").code, "pool_id_missing");
        assert_eq!(code("D1;F;;1").code, "pool_typing_missing");
        assert_eq!(code("D1;X;A*02:01;1").column, "sex");
        assert_eq!(code("D1;F;A*02:01;-1").column, "tnc_total");
        assert!(form.read("   ", source).unwrap().is_none());
        let (gl, is_header) = Form::of("D1%A*02:01+A*11:01").unwrap();
        assert!(!is_header);
        assert_eq!(gl.read("D1 % A*02:01+A*11:01", source).unwrap().unwrap().hla, "A*02:01+A*11:01");
        assert_eq!(gl.read("D1", source).map(|_| ()).unwrap_err().code, "pool_line_unreadable");
        assert_eq!(Form::of("name,typing").map(|_| ()).unwrap_err().code(), "pool_header_unknown");
    }
}
