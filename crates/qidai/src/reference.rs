//! Reference files on disk: a release of IPD-IMGT/HLA, a table of multiple allele codes.
//!
//! The only place that reads them. Everything above gets a [`Release`] and a [`MacTable`], whole and checked.

mod checksum;
mod error;
mod folder;
mod history;
mod optional;

use std::path::Path;
use std::sync::Arc;

use qidai_bank::ReleaseInForce;
use qidai_hla::rarity::RarityTable;
use qidai_hla::typing::MacTable;
use qidai_hla::{Release, ReleaseError, ReleaseFiles};

pub(crate) use error::ReferenceError;
pub(crate) use history::load_history;

use crate::error::Failure;

/// Reads a release from a folder as published: `wmda/` with its five files, and `Allelelist.txt`. The
/// files may also lie side by side in one folder. `tce/dpb_tce.csv` is read too when it is there.
///
/// Where the publisher's `md5checksum.txt` lies beside the files, they are checked against it. The table of names of
/// before 2010 is read too when it is there.
///
/// # Errors
/// [`ReferenceError`]: not a release folder, a file that cannot be read, is not UTF-8, differs from its
/// checksum, or contradicts the others.
pub(crate) fn load_release(dir: &Path) -> Result<Release, ReferenceError> {
    let files = folder::locate(dir)?;
    checksum::verify(&files)?;
    let [allele_list, nom, nom_g, nom_p, dna_ser, ser_ser] = &files.texts;
    let texts = ReleaseFiles { allele_list, nom, nom_g, nom_p, dna_ser, ser_ser };
    let mut release = Release::from_files(&texts).map_err(|problem| of_release(dir, problem))?;
    optional::add_tce(&mut release, dir)?;
    optional::add_old_names(&mut release, dir)?;
    Ok(release)
}

/// As [`load_release`], and the names of all releases, when lists of them lie in the folder.
///
/// # Errors
/// Those of [`load_release`] and [`load_history`].
pub(crate) fn load_release_with_history(dir: &Path) -> Result<Release, ReferenceError> {
    let mut release = load_release(dir)?;
    if let Some(history) = load_history(&[dir], Some(&release))? {
        release.add_history(Arc::new(history));
    }
    Ok(release)
}

/// Adds what the protein sequences show (Bw4, Bw6, C1, C2) where the folder of the release has them (`fasta/`).
///
/// # Errors
/// [`ReferenceError`]: a file that cannot be read, or that is of another release or cut.
pub(crate) fn add_proteins(release: &mut Release, dir: &Path) -> Result<(), ReferenceError> {
    optional::add_proteins(release, dir)
}

/// Reads a table of common, intermediate and well-documented alleles (CIWD 3.0.0, CSV).
///
/// # Errors
/// [`ReferenceError`]: a file that cannot be read, is not UTF-8, or has a line of another form.
pub(crate) fn load_ciwd(file: &Path) -> Result<RarityTable, ReferenceError> {
    let text = folder::read_text(file)?;
    RarityTable::read(&text).map_err(|problem| ReferenceError::Ciwd { file: file.to_owned(), problem })
}

fn of_release(dir: &Path, problem: ReleaseError) -> ReferenceError {
    ReferenceError::Release { dir: dir.to_owned(), problem }
}

/// The release in the folder of an option, or the built-in starter release without one.
///
/// # Errors
/// Those of [`load_release`].
pub(crate) fn release_from(dir: Option<&Path>) -> Result<Release, ReferenceError> {
    dir.map_or_else(|| Ok(Release::starter()), load_release)
}

/// The release that a bank remembers.
///
/// # Errors
/// Its folder is gone or holds no release any more, which is said as what it is; or those of [`load_release`].
pub(crate) fn load_remembered(remembered: &ReleaseInForce) -> Result<Release, Failure> {
    load_release(remembered.directory.as_ref()).map_err(|error| match error {
        ReferenceError::NotARelease { .. } => {
            let (release, folder) = (&remembered.label, &remembered.directory);
            Failure::outage(
                "release_not_there",
                format!(
                    "The bank remembers release {release} in {folder}, which is not there: give --release DIR, or run \
                     qidai release set --bank DB --release DIR."
                ),
            )
            .with("release", release)
            .with("folder", folder)
            .because(&error)
        }
        other => other.into(),
    })
}

/// Reads a table of multiple allele codes: a header, then `code⇥alleles`.
///
/// # Errors
/// [`ReferenceError`]: a file that cannot be read, is not UTF-8, or has a line of another form.
pub(crate) fn load_mac(file: &Path) -> Result<MacTable, ReferenceError> {
    let text = folder::read_text(file)?;
    MacTable::read(&text).map_err(|problem| ReferenceError::Mac { file: file.to_owned(), problem })
}

#[cfg(test)]
mod tests;
