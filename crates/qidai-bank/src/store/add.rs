//! Adding records: which are new, which are known, which contradict what is known.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use crate::digest::Difference;

/// Rows that one call of [`super::Store::add_units`] or [`super::Store::add_listed`] should be given: the writer
/// is then held for well under 200 ms (`docs/benchmarks.md`, `bulk_insert`).
pub const CHUNK_ROWS: usize = 500;

/// What became of one added record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddOutcome {
    Accepted,
    /// The very same record is known already.
    Unchanged,
    /// The identity is known with other content; nothing was changed.
    Conflict(Vec<Difference>),
}

/// Compares records with what is known under their keys: an outcome for each, and which of them
/// are new. A new record is known to those that follow it.
pub(super) fn compare<K: Eq + Hash>(
    mut known: HashMap<K, Vec<u8>>,
    given: impl Iterator<Item = (K, Vec<u8>)>,
) -> (Vec<AddOutcome>, Vec<usize>) {
    let (mut outcomes, mut new) = (Vec::new(), Vec::new());
    for (at, (key, digest)) in given.enumerate() {
        outcomes.push(match known.entry(key) {
            Entry::Occupied(stored) if *stored.get() == digest => AddOutcome::Unchanged,
            Entry::Occupied(_) => AddOutcome::Conflict(Vec::new()),
            Entry::Vacant(place) => {
                place.insert(digest);
                new.push(at);
                AddOutcome::Accepted
            }
        });
    }
    (outcomes, new)
}
