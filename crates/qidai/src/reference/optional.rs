//! Files of a release that say more about its alleles and need not be there.

use std::path::Path;

use qidai_hla::{Locus, Release};

use super::folder::{beside, read_text};
use super::{ReferenceError, of_release};

const TCE: &str = "dpb_tce.csv";
/// The names of before 2010.
const OLD_NAMES: &str = "Nomenclature_2009.txt";
/// Protein sequences by locus.
const PROTEINS: [(Locus, &str); 3] =
    [(Locus::A, "A_prot.fasta"), (Locus::B, "B_prot.fasta"), (Locus::C, "C_prot.fasta")];

/// The T-cell-epitope groups of DPB1.
pub(super) fn add_tce(release: &mut Release, dir: &Path) -> Result<(), ReferenceError> {
    let Some(text) = text_in(dir, "tce", TCE)? else { return Ok(()) };
    release.add_tce(&text).map_err(|problem| of_release(dir, problem))
}

/// The table that translates names of before 2010.
pub(super) fn add_old_names(release: &mut Release, dir: &Path) -> Result<(), ReferenceError> {
    let Some(text) = beside(dir, OLD_NAMES)? else { return Ok(()) };
    release.add_old_names(&text).map_err(|problem| of_release(dir, problem))
}

/// The protein sequences of A, B and C.
pub(super) fn add_proteins(release: &mut Release, dir: &Path) -> Result<(), ReferenceError> {
    for (locus, file) in PROTEINS {
        let Some(text) = text_in(dir, "fasta", file)? else { continue };
        release.add_proteins(locus, file, &text).map_err(|problem| of_release(dir, problem))?;
    }
    Ok(())
}

/// The text of a file in its published place, or beside the others; `None` when it is in neither.
fn text_in(dir: &Path, folder: &str, file: &str) -> Result<Option<String>, ReferenceError> {
    let places = [dir.join(folder).join(file), dir.join(file)];
    places.iter().find(|path| path.is_file()).map(|path| read_text(path)).transpose()
}
