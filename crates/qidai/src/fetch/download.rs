//! One file, from where an earlier run stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::source::Body;
use super::{FetchError, Source};

/// A connection that breaks is taken up again so often.
const ATTEMPTS: u32 = 4;
/// Waiting before the second attempt; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(250);
/// No file of a release is near this size.
pub(super) const FILE_BYTES_MAX: u64 = 512 << 20;

/// Fetches a file of a release into a folder; false when the source has none. A whole file of an earlier run stays.
pub(super) fn file(source: &Source, path: &str, folder: &Path) -> Result<bool, FetchError> {
    let target = folder.join(path);
    if target.is_file() {
        return Ok(true);
    }
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(|problem| FetchError::disk(parent, problem))?;
    }
    to_file(&target, &source.place(path), |from, state| source.open(path, from, state))
}

/// Writes what `open` gives from a byte on to `target`, by way of `target.part`; false when there is nothing.
pub(super) fn to_file(
    target: &Path,
    place: &str,
    open: impl Fn(u64, &str) -> Result<Option<Body>, FetchError>,
) -> Result<bool, FetchError> {
    let part = Part::of(target);
    let mut attempt = 1;
    loop {
        let again = match part.go_on(place, &open) {
            Ok(Some(())) => {
                part.finish(target)?;
                return Ok(true);
            }
            Ok(None) => return Ok(false),
            Err(error) if attempt == ATTEMPTS || !error.may_pass() => return Err(error),
            Err(_) => PAUSE * 2_u32.pow(attempt - 1),
        };
        std::thread::sleep(again);
        attempt += 1;
    }
}

/// What is there of a file, and what its source called the state it is of.
struct Part {
    bytes: PathBuf,
    state: PathBuf,
}

impl Part {
    fn of(target: &Path) -> Part {
        let beside = |ending: &str| {
            let mut name = target.file_name().unwrap_or_default().to_os_string();
            name.push(ending);
            target.with_file_name(name)
        };
        Part { bytes: beside(".part"), state: beside(".state") }
    }

    fn go_on(
        &self,
        place: &str,
        open: &impl Fn(u64, &str) -> Result<Option<Body>, FetchError>,
    ) -> Result<Option<()>, FetchError> {
        let state = fs::read_to_string(&self.state).unwrap_or_default();
        let have = fs::metadata(&self.bytes).map_or(0, |metadata| metadata.len());
        let Some(body) = open(have, &state)? else { return Ok(None) };
        fs::write(&self.state, &body.state).map_err(|problem| FetchError::disk(&self.state, problem))?;
        let opened = match body.begins_at {
            0 => File::create(&self.bytes),
            _ => OpenOptions::new().append(true).open(&self.bytes),
        };
        let mut file = opened.map_err(|problem| FetchError::disk(&self.bytes, problem))?;
        let wanted = body.length;
        let room = FILE_BYTES_MAX.saturating_sub(body.begins_at);
        let got = body.begins_at + self.copy(body.reader.take(room), &mut file, place)?;
        file.sync_all().map_err(|problem| FetchError::disk(&self.bytes, problem))?;
        match wanted {
            _ if got >= FILE_BYTES_MAX => Err(FetchError::TooLarge { place: place.to_owned() }),
            Some(wanted) if wanted != got => {
                let problem = format!("{got} of {wanted} bytes arrived");
                Err(FetchError::Broken { place: place.to_owned(), problem })
            }
            _ => Ok(Some(())),
        }
    }

    fn copy(&self, mut reader: impl Read, file: &mut File, place: &str) -> Result<u64, FetchError> {
        let mut buffer = vec![0; 1 << 16];
        let mut total = 0;
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(0) => return Ok(total),
                Ok(count) => count,
                Err(problem) if problem.kind() == io::ErrorKind::Interrupted => continue,
                Err(problem) => {
                    return Err(FetchError::Broken { place: place.to_owned(), problem: problem.to_string() });
                }
            };
            file.write_all(&buffer[..count]).map_err(|problem| FetchError::disk(&self.bytes, problem))?;
            total += count as u64;
        }
    }

    fn finish(&self, target: &Path) -> Result<(), FetchError> {
        fs::rename(&self.bytes, target).map_err(|problem| FetchError::disk(target, problem))?;
        // The file is whole; a note about its parts that stays behind harms nobody.
        let _ = fs::remove_file(&self.state);
        Ok(())
    }
}
