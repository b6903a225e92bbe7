//! Is this XLSX safe to open? A workbook is a zip archive, and a small archive can unpack to anything.

use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::TableError;
use super::content::Content;

/// Most files in the archive. A workbook has about ten, plus one per sheet, drawing and picture.
const ENTRIES_MAX: usize = 2_000;
/// Most bytes of all files unpacked. A sheet of Excel's 1,048,576 rows with thirty columns has about 2 GB.
const UNPACKED_BYTES_MAX: u64 = 4 << 30;
/// Most bytes of the shared strings, which have to be in memory while the sheet is read.
const SHARED_STRINGS_BYTES_MAX: u64 = 512 << 20;
/// How many times larger a file may become. Sheets shrink to a tenth, very regular ones to a fiftieth;
/// deflate itself ends at about a thousandth, which is where bombs live.
const RATIO_MAX: u64 = 200;
/// A file that stays below this may have any ratio: it cannot hurt.
const RATIO_FREE_BYTES: u64 = 8 << 20;

/// Refuses what the directory of the archive announces, then unpacks everything once into nothing, because a
/// directory can lie. Finds truncated and damaged archives on the way.
pub(super) fn check(content: &Content) -> Result<(), TableError> {
    check_reader(io::BufReader::new(content.open()?), content.size_bytes()?)
}

/// The same for an archive in memory.
pub(crate) fn check_reader(reader: impl Read + Seek, packed_bytes: u64) -> Result<(), TableError> {
    let mut archive = ZipArchive::new(reader).map_err(from_zip)?;
    if archive.len() > ENTRIES_MAX {
        return refused(format!("it contains {} files, at most {ENTRIES_MAX} are expected", archive.len()));
    }
    let mut announced_bytes: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(from_zip)?;
        announced_bytes = announced_bytes.saturating_add(entry.size());
        check_entry(&name_of(&entry), entry.size(), entry.compressed_size())?;
    }
    check_total(announced_bytes, packed_bytes)?;
    unpack_into_nothing(&mut archive, packed_bytes)
}

fn unpack_into_nothing(
    archive: &mut ZipArchive<impl Read + Seek>,
    packed_bytes: u64,
) -> Result<(), TableError> {
    let mut unpacked_bytes: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(from_zip)?;
        let (name, announced_bytes) = (name_of(&entry), entry.size());
        let found_bytes =
            io::copy(&mut entry.take(announced_bytes + 1), &mut io::sink()).map_err(|error| {
                TableError::Workbook(format!("its part {name:?} cannot be unpacked ({error})"))
            })?;
        if found_bytes > announced_bytes {
            return refused(format!(
                "its part {name:?} is larger than the {announced_bytes} bytes it announces"
            ));
        }
        unpacked_bytes += found_bytes;
        check_total(unpacked_bytes, packed_bytes)?;
    }
    Ok(())
}

fn name_of<R: Read>(entry: &ZipFile<'_, R>) -> String {
    entry.name().map_or_else(|_| "(name not readable)".to_owned(), |name| name.into_owned())
}

fn check_entry(name: &str, unpacked_bytes: u64, packed_bytes: u64) -> Result<(), TableError> {
    if name.ends_with("sharedStrings.xml") && unpacked_bytes > SHARED_STRINGS_BYTES_MAX {
        return refused(format!(
            "its texts unpack to {unpacked_bytes} bytes, at most {SHARED_STRINGS_BYTES_MAX} are read"
        ));
    }
    check_ratio(&format!("its part {name:?}"), unpacked_bytes, packed_bytes)
}

fn check_total(unpacked_bytes: u64, packed_bytes: u64) -> Result<(), TableError> {
    if unpacked_bytes > UNPACKED_BYTES_MAX {
        return refused(format!(
            "it unpacks to {unpacked_bytes} bytes, at most {UNPACKED_BYTES_MAX} are read"
        ));
    }
    check_ratio("it", unpacked_bytes, packed_bytes)
}

fn check_ratio(what: &str, unpacked_bytes: u64, packed_bytes: u64) -> Result<(), TableError> {
    if unpacked_bytes > RATIO_FREE_BYTES && unpacked_bytes / packed_bytes.max(1) > RATIO_MAX {
        return refused(format!(
            "{what} unpacks from {packed_bytes} to {unpacked_bytes} bytes, more than {RATIO_MAX} times as many, as a zip bomb does"
        ));
    }
    Ok(())
}

fn refused<T>(why: String) -> Result<T, TableError> {
    Err(TableError::Archive(why))
}

fn from_zip(error: ZipError) -> TableError {
    match error {
        ZipError::Io(io) if io.raw_os_error().is_some() => TableError::Io(io),
        other => TableError::Workbook(format!("the zip archive cannot be read ({other})")),
    }
}
