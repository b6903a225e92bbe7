//! Brings a snapshot up to date with what happened since: rows that no event touched are taken over as they are.
//!
//! The result is the one that would be built from everything, byte for byte, so that a receipt does not depend on how a
//! server came to its snapshot.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use qidai_bank::{SearchableChanges, SearchableKind, SearchableRow, Store};
use qidai_match::search::{Origin, Snapshot, SnapshotBuilder, Source};

use super::{BankArgs, Catalogue, Reading, build, snapshot_path};
use crate::error::Failure;

/// What the bank's history says since a snapshot; `None` when everything must be read.
pub(super) async fn changes(store: &Store, last: &Snapshot) -> Result<Option<SearchableChanges>, Failure> {
    let Origin { generation, history_hash } = last.origin();
    Ok(store.searchable_changes(generation, history_hash).await?)
}

/// The snapshot after some changes.
pub(super) async fn next(
    reading: &Arc<Reading>,
    last: &Snapshot,
    changes: SearchableChanges,
) -> Result<Snapshot, Failure> {
    let origin = Origin { generation: changes.generation, history_hash: changes.history_hash };
    if changes.touched.is_empty() {
        return Ok(last.at(origin));
    }
    let (reading, last) = (Arc::clone(reading), last.clone());
    // A tenth of a second of computing for a province: not on a thread that answers.
    let work = move || merged(&reading, &last, &changes.touched, &changes.rows, origin);
    let merged = tokio::task::spawn_blocking(work).await;
    merged.map_err(|error| {
        Failure::outage("snapshot_not_built", "The search snapshot could not be built.").because(&error)
    })?
}

/// A snapshot without rows that were touched, and with what they are at another event.
pub(super) fn merged(
    reading: &Reading,
    last: &Snapshot,
    touched: &BTreeSet<(SearchableKind, i64)>,
    rows: &[SearchableRow],
    origin: Origin,
) -> Result<Snapshot, Failure> {
    let is_gone = |source: Source, key: u64| {
        let kind = match source {
            Source::Unit => SearchableKind::OwnUnit,
            Source::Listed(_) => SearchableKind::Listed,
        };
        i64::try_from(key).is_ok_and(|key| touched.contains(&(kind, key)))
    };
    let thawed = SnapshotBuilder::thaw(reading.nomenclature(), &reading.antigens, last, is_gone);
    let mut builder = thawed.map_err(|error| build::not_built(&error))?;
    rows.iter().for_each(|row| build::push(&mut builder, row));
    build::tell_unreadable(&builder);
    builder.finish(origin).map_err(|error| build::not_built(&error))
}

impl Catalogue {
    /// The catalogue of the bank's present state, when its history has gone on since this one; `None` when it has not.
    ///
    /// # Errors
    /// Those of [`Catalogue::open`].
    pub(crate) async fn newer(&self, store: &Store, args: &BankArgs) -> Result<Option<Catalogue>, Failure> {
        if store.generation().await? == self.generation() {
            return Ok(None);
        }
        // A setting may name another release.
        let few = changes(store, &self.snapshot).await?.filter(|changes| !changes.has_new_settings);
        let Some(few) = few else { return Catalogue::of_store(store, args).await.map(Some) };
        let snapshot = next(&self.reading, &self.snapshot, few).await?;
        let is_synthetic = self.is_synthetic;
        Ok(Some(Catalogue { is_synthetic, ..Catalogue::new(Arc::clone(&self.reading), snapshot) }))
    }

    /// True when nothing searchable lies between the two.
    pub(crate) fn has_content_of(&self, other: &Catalogue) -> bool {
        self.snapshot.has_content_of(&other.snapshot)
    }

    /// The same with its snapshot in the file beside the bank, and mapped from there: what a server holds in memory is
    /// given back, and the next start has little to read.
    ///
    /// # Errors
    /// The place holds somebody else's file.
    pub(crate) fn kept(&self, args: &BankArgs) -> Result<Catalogue, Failure> {
        let path: Option<PathBuf> = snapshot_path(args);
        let snapshot = build::keep(self.snapshot.clone(), path.as_deref())?;
        Ok(Catalogue {
            reading: Arc::clone(&self.reading),
            heard: Arc::clone(&self.heard),
            snapshot,
            ..*self
        })
    }
}
