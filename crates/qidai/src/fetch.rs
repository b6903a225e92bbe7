//! Obtains reference files: a release of IPD-IMGT/HLA, a table of multiple allele codes.
//!
//! Everything is written beside the target first (`TARGET.partial`) and put in its place when it is whole: every file
//! there, every published checksum right, the release readable and of the number asked for. What a broken run has
//! fetched stays there, and the next run goes on from it.

mod checksum;
mod download;
mod failure;
mod files;
mod mac;
mod source;

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use qidai_hla::history::ReleaseVersion;

pub(crate) use failure::FetchError;
pub(crate) use mac::fetch_mac;
pub(crate) use source::Source;

use crate::reference;

/// Where the publisher keeps the releases, each in a branch of its own.
pub(crate) const PUBLISHER: &str = "https://raw.githubusercontent.com/ANHIG/IMGTHLA/{branch}/";
/// Where the codes are published every night.
pub(crate) const MAC_PUBLISHER: &str = "https://hml.nmdp.org/mac/files/numer.v3.zip";

/// A release that was fetched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// Its number.
    pub(crate) version: String,
    /// How many alleles it has.
    pub(crate) alleles: usize,
    /// Files that the source has, in order.
    pub(crate) files: Vec<&'static str>,
    /// Files that the source lacks and that are not needed by every task.
    pub(crate) absent: Vec<&'static str>,
    /// How many files a published checksum covers.
    pub(crate) verified: usize,
}

/// Fetches the files of a release into the folder `target`; `version` is checked when it is given.
///
/// # Errors
/// [`FetchError`]: the target is there already, the source cannot be reached or lacks a file that every release has, a
/// file differs from its checksum, or the files are no release, or another one.
pub(crate) fn fetch_release(
    source: &Source,
    version: Option<ReleaseVersion>,
    target: &Path,
) -> Result<Fetched, FetchError> {
    if target.exists() {
        return Err(FetchError::TargetExists { target: target.to_owned() });
    }
    let staging = staging(target);
    let bar = progress(files::ALL.len());
    let mut fetched =
        Fetched { version: String::new(), alleles: 0, files: Vec::new(), absent: Vec::new(), verified: 0 };
    for file in files::ALL {
        bar.set_message(file.path);
        match download::file(source, file.path, &staging)? {
            true => fetched.files.push(file.path),
            false if file.needed => return Err(source.lacks(file.path)),
            false => fetched.absent.push(file.path),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    fetched.verified = checksum::verify_all(source, &staging, &fetched.files)?;
    (fetched.version, fetched.alleles) = read(&staging, version).inspect_err(|_| {
        // Which of the files is wrong is said, but not which are right: the next run begins anew.
        let _ = std::fs::remove_dir_all(&staging);
    })?;
    checksum::write_list(&staging, &fetched.files)?;
    std::fs::rename(&staging, target).map_err(|problem| FetchError::disk(target, problem))?;
    Ok(fetched)
}

/// Number and size of the release that was fetched.
fn read(folder: &Path, asked: Option<ReleaseVersion>) -> Result<(String, usize), FetchError> {
    let release = reference::load_release_with_history(folder)?;
    match asked.filter(|asked| release.label().parse() != Ok(*asked)) {
        Some(asked) => {
            Err(FetchError::OtherVersion { asked: asked.to_string(), found: release.label().to_owned() })
        }
        None => Ok((release.label().to_owned(), release.allele_count())),
    }
}

/// The folder or file in which a target grows.
fn staging(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    target.with_file_name(name)
}

fn progress(count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}");
    ProgressBar::new(count as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests;
