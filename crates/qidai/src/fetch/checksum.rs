//! Published checksums: the MD5 lists of the publisher, and `sha256sums.txt` where a copy of ours is the source.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use md5::Md5;
use sha2::{Digest, Sha256};

use super::{FetchError, Source, download};

/// The list that a fetched release carries; a folder or mirror made from it is checked against it.
pub(super) const SHA256_LIST: &str = "sha256sums.txt";
/// Lists of the publisher: one in each folder, naming the files beside it.
const MD5_LIST: &str = "md5checksum.txt";

/// Compares every file that a list names. A file that differs is removed, so that the next run fetches it anew. Returns how
/// many files were compared.
pub(super) fn verify_all(
    source: &Source,
    folder: &Path,
    files: &[&'static str],
) -> Result<usize, FetchError> {
    let ours = match download::file(source, SHA256_LIST, folder)? {
        true => read(&folder.join(SHA256_LIST))?,
        false => String::new(),
    };
    let mut verified = 0;
    for file in files {
        let bytes =
            fs::read(folder.join(file)).map_err(|problem| FetchError::disk(&folder.join(file), problem))?;
        let sums = [
            (sha256_of(&ours, file), hex(&Sha256::digest(&bytes)), SHA256_LIST),
            (md5_of(folder, file)?, hex(&Md5::digest(&bytes)), MD5_LIST),
        ];
        for (expected, found, list) in &sums {
            let Some(expected) = expected.as_ref().filter(|expected| *expected != found) else { continue };
            forget(folder, file, list);
            let place = source.place(file);
            return Err(FetchError::Checksum {
                place,
                list,
                expected: expected.clone(),
                found: found.clone(),
            });
        }
        verified += usize::from(sums.iter().any(|(expected, ..)| expected.is_some()));
    }
    Ok(verified)
}

/// The file, and the lists: which of them is wrong is not known.
fn forget(folder: &Path, file: &str, list: &str) {
    let beside = Path::new(file).with_file_name(list);
    for path in [folder.join(file), folder.join(beside), folder.join(list)] {
        let _ = fs::remove_file(path);
    }
}

/// Writes the SHA-256 of every file.
pub(super) fn write_list(folder: &Path, files: &[&'static str]) -> Result<(), FetchError> {
    let mut list = String::new();
    for file in files {
        let path = folder.join(file);
        let bytes = fs::read(&path).map_err(|problem| FetchError::disk(&path, problem))?;
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{}  {file}", hex(&Sha256::digest(&bytes)));
    }
    let path = folder.join(SHA256_LIST);
    fs::write(&path, list).map_err(|problem| FetchError::disk(&path, problem))
}

fn sha256_of(list: &str, file: &str) -> Option<String> {
    let line = list.lines().filter_map(|line| line.split_once("  ")).find(|(_, name)| *name == file)?;
    Some(line.0.to_ascii_lowercase())
}

/// `MD5 (hla_nom.txt) = 841e…` in the list of the file's folder.
fn md5_of(folder: &Path, file: &str) -> Result<Option<String>, FetchError> {
    let path = folder.join(Path::new(file).with_file_name(MD5_LIST));
    if !path.is_file() || file.ends_with(MD5_LIST) {
        return Ok(None);
    }
    let list = read(&path)?;
    let name = file.rsplit('/').next().unwrap_or(file);
    let sum = list.lines().find_map(|line| {
        let (named, sum) = line.strip_prefix("MD5 (")?.split_once(") = ")?;
        (named.rsplit('/').next() == Some(name)).then(|| sum.trim().to_ascii_lowercase())
    });
    Ok(sum)
}

fn read(path: &Path) -> Result<String, FetchError> {
    let bytes = fs::read(path).map_err(|problem| FetchError::disk(path, problem))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
