//! The bank as it was at an event of its history, and what was touched since.

use std::sync::Arc;

use qidai_bank::{SearchableKind, Store};
use qidai_match::search::{Origin, SnapshotBuilder, Source};

use super::{Catalogue, build, follow};
use crate::error::Failure;

impl Catalogue {
    /// The catalogue of an earlier event, byte for byte the one that was searched then. `None`: the event is not of this bank's history, lies ahead,
    /// or too much happened since.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn at(&self, store: &Store, then: Origin) -> Result<Option<Catalogue>, Failure> {
        if then == self.snapshot.origin() {
            return Ok(Some(Catalogue {
                is_synthetic: self.is_synthetic,
                ..self.with(self.snapshot.clone())
            }));
        }
        if then.generation > self.generation() {
            return Ok(None);
        }
        let Some(rows) = store.searchable_then(then.generation, then.history_hash).await? else {
            return Ok(None);
        };
        let (reading, last) = (Arc::clone(&self.reading), self.snapshot.clone());
        let work = move || follow::merged(&reading, &last, &rows.touched, &rows.rows, then);
        let snapshot = tokio::task::spawn_blocking(work).await.map_err(|error| stopped(&error))??;
        Ok(Some(Catalogue { is_synthetic: self.is_synthetic, ..self.with(snapshot) }))
    }

    /// Only what was touched since an earlier event: as it was then, and as it is now. `None` as for [`Catalogue::at`].
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn touched_since(
        &self,
        store: &Store,
        then: Origin,
    ) -> Result<Option<[Catalogue; 2]>, Failure> {
        if then.generation > self.generation() {
            return Ok(None);
        }
        let Some(rows) = store.searchable_then(then.generation, then.history_hash).await? else {
            return Ok(None);
        };
        let (reading, last) = (Arc::clone(&self.reading), self.snapshot.clone());
        let work = move || {
            let mut before = SnapshotBuilder::new(reading.nomenclature(), &reading.antigens);
            rows.rows.iter().for_each(|row| build::push(&mut before, row));
            let is_untouched = |source: Source, key: u64| {
                let kind = match source {
                    Source::Unit => SearchableKind::OwnUnit,
                    Source::Listed(_) => SearchableKind::Listed,
                };
                !i64::try_from(key).is_ok_and(|key| rows.touched.contains(&(kind, key)))
            };
            let now = SnapshotBuilder::thaw(reading.nomenclature(), &reading.antigens, &last, is_untouched);
            let now = now.and_then(|now| now.finish(last.origin()));
            Ok::<_, Failure>([
                before.finish(then).map_err(|error| build::not_built(&error))?,
                now.map_err(|error| build::not_built(&error))?,
            ])
        };
        let both = tokio::task::spawn_blocking(work).await.map_err(|error| stopped(&error))??;
        Ok(Some(both.map(|snapshot| self.with(snapshot))))
    }

    /// Another snapshot, read by the same release and predicted by the same set.
    fn with(&self, snapshot: qidai_match::search::Snapshot) -> Catalogue {
        Catalogue::new(Arc::clone(&self.reading), snapshot)
    }
}

fn stopped(error: &tokio::task::JoinError) -> Failure {
    Failure::outage("snapshot_not_built", "The search snapshot could not be built.").because(error)
}
