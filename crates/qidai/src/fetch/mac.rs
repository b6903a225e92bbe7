//! The table of multiple allele codes, which the NMDP publishes as a text in a zip archive.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::download::{FILE_BYTES_MAX, to_file};
use super::{FetchError, Source, source, staging};
use crate::reference;

/// Fetches the table from an address or a file into the file `target`, unpacked. Returns the number of codes.
///
/// # Errors
/// [`FetchError`]: as for a release; or an archive without a text, or a text that is no table of codes.
pub(crate) fn fetch_mac(from: &str, proxy: Option<&str>, target: &Path) -> Result<usize, FetchError> {
    if target.exists() {
        return Err(FetchError::TargetExists { target: target.to_owned() });
    }
    let arrived = staging(target);
    if !arrived.is_file() {
        fetch(from, proxy, &arrived)?;
    }
    let unpacked = staging(&arrived);
    let checked = unpack(&arrived, &unpacked, from)
        .and_then(|()| reference::load_mac(&unpacked).map_err(FetchError::Reference));
    // Whether it is right or wrong, it is not needed a second time.
    let _ = fs::remove_file(&arrived);
    let table = checked.inspect_err(|_| {
        let _ = fs::remove_file(&unpacked);
    })?;
    fs::rename(&unpacked, target).map_err(|problem| FetchError::disk(target, problem))?;
    Ok(table.len())
}

fn fetch(from: &str, proxy: Option<&str>, arrived: &Path) -> Result<(), FetchError> {
    let found = if from.starts_with("http://") || from.starts_with("https://") {
        let agent = source::agent(proxy)?;
        to_file(arrived, from, |start, state| source::get(&agent, from, start, state))?
    } else {
        let path = Path::new(from);
        let folder = Source::Folder(path.parent().unwrap_or(Path::new("")).to_owned());
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        to_file(arrived, from, |start, state| folder.open(name, start, state))?
    };
    if found { Ok(()) } else { Err(FetchError::NotFound { place: from.to_owned() }) }
}

/// The first file of an archive; a text that is packed in none as it is.
fn unpack(arrived: &Path, target: &Path, place: &str) -> Result<(), FetchError> {
    let broken = |problem: String| FetchError::Archive { place: place.to_owned(), problem };
    let disk = |problem: io::Error| FetchError::disk(target, problem);
    let mut file = File::open(arrived).map_err(|problem| FetchError::disk(arrived, problem))?;
    let mut out = File::create(target).map_err(disk)?;
    let mut first = [0; 2];
    let is_archive = file.read_exact(&mut first).is_ok() && &first == b"PK";
    let file = File::open(arrived).map_err(|problem| FetchError::disk(arrived, problem))?;
    let copied = if is_archive {
        let mut archive = zip::ZipArchive::new(file).map_err(|error| broken(error.to_string()))?;
        let text = archive.by_index(0).map_err(|error| broken(error.to_string()))?;
        io::copy(&mut text.take(FILE_BYTES_MAX), &mut out).map_err(|error| broken(error.to_string()))?
    } else {
        io::copy(&mut file.take(FILE_BYTES_MAX), &mut out).map_err(disk)?
    };
    if copied >= FILE_BYTES_MAX { Err(FetchError::TooLarge { place: place.to_owned() }) } else { Ok(()) }
}
