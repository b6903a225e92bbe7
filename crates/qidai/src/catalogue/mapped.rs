//! Maps a snapshot file: the one place with `unsafe`.

use std::fs::File;
use std::path::Path;

use qidai_match::search::Snapshot;

/// Maps a snapshot; `None` when there is no file or it cannot be used, which is no failure: it is built again.
#[allow(unsafe_code)]
pub(crate) fn map(path: &Path) -> Option<Snapshot> {
    let file = File::open(path).ok()?;
    // SAFETY: a mapped file must not change while it is read. Snapshots are written under another name and
    // renamed into place (`build::save`), never changed afterwards, so a mapping keeps its own file alive;
    // the checksum is verified before anything is used.
    let mapped = unsafe { memmap2::Mmap::map(&file) }.ok()?;
    Snapshot::from_mapped(Box::new(mapped)).ok()
}
