//! The names of all releases, from the lists that lie in a folder.
//!
//! `Allelelist_history.txt` has them all; the lists of single releases (`allelelist/Allelelist.3440.txt`) say the same,
//! and each release's own `Allelelist.txt` adds one more.

use std::path::{Path, PathBuf};

use qidai_hla::Release;
use qidai_hla::history::{History, HistoryFile};

use super::ReferenceError;
use super::folder::{beside, read_text};

/// Why sequences were withdrawn.
const DELETED: &str = "Deleted_alleles.txt";
/// Folders in which lists lie.
const LIST_FOLDERS: [&str; 3] = ["", "allelelist", "history"];

/// Reads every list in the folders; `None` when there are none besides those of single releases. Withdrawn names go where
/// the newest `Deleted_alleles.txt` says and, better, where `hla_nom.txt` of the release says.
///
/// # Errors
/// [`ReferenceError`]: a file that cannot be read, or that is damaged or cut.
pub(crate) fn load_history(
    dirs: &[&Path],
    release: Option<&Release>,
) -> Result<Option<History>, ReferenceError> {
    let paths: Vec<PathBuf> = dirs.iter().flat_map(|dir| lists(dir)).collect();
    if paths.len() <= dirs.len() && !paths.iter().any(|path| is_table(path)) && paths.len() < 2 {
        return Ok(None);
    }
    let mut texts = Vec::with_capacity(paths.len());
    for path in &paths {
        texts.push((path.display().to_string(), read_text(path)?));
    }
    let deleted = dirs.iter().map(|dir| beside(dir, DELETED)).collect::<Result<Vec<_>, _>>()?;
    let deleted = deleted.into_iter().flatten().next();
    let files: Vec<HistoryFile<'_>> = texts.iter().map(|(name, text)| HistoryFile { name, text }).collect();
    let deleted = deleted.as_deref().map(|text| HistoryFile { name: DELETED, text });
    let history = History::read(&files, deleted).map_err(|problem| ReferenceError::History { problem })?;
    Ok(Some(match release {
        Some(release) => history.with_successors_of(release),
        None => history,
    }))
}

/// Tables last, so that the lists of single releases, which have dates, come first.
fn lists(dir: &Path) -> Vec<PathBuf> {
    let entries = LIST_FOLDERS.iter().filter_map(|folder| std::fs::read_dir(dir.join(folder)).ok());
    let mut paths: Vec<PathBuf> = entries.flatten().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| {
        name(path).starts_with("Allelelist") && name(path).ends_with(".txt") && path.is_file()
    });
    paths.sort_by_key(|path| (is_table(path), path.clone()));
    paths
}

fn is_table(path: &Path) -> bool {
    name(path).starts_with("Allelelist_history")
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
