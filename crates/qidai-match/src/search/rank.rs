//! The first of many are kept.

use std::cmp::Reverse;

use super::order::Rank;

/// Larger is better; equal ranks keep the order of identities.
pub(super) type Key = (Rank, Reverse<u32>);

/// Keeps the best `limit` keys of any number.
pub(crate) struct Best {
    limit: usize,
    kept: Vec<Key>,
    /// Below this nothing is worth keeping.
    floor: Option<Key>,
}

impl Best {
    pub(crate) fn new(limit: usize) -> Self {
        Best { limit, kept: Vec::new(), floor: None }
    }

    pub(crate) fn offer(&mut self, key: Key) {
        if self.limit == 0 || self.floor.is_some_and(|floor| key < floor) {
            return;
        }
        self.kept.push(key);
        if self.kept.len() >= self.limit.saturating_mul(4).max(1024) {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        if self.kept.len() > self.limit {
            let (_, last, _) = self.kept.select_nth_unstable_by(self.limit - 1, |a, b| b.cmp(a));
            self.floor = Some(*last);
            self.kept.truncate(self.limit);
        }
    }

    /// The first `limit`, and all that are equal to the last of them in rank.
    pub(super) fn first_and_equals(mut self, limit: usize) -> Best {
        if limit == 0 {
            return Best::new(0);
        }
        if self.kept.len() > limit {
            let (_, (last, _), _) = self.kept.select_nth_unstable_by(limit - 1, |a, b| b.cmp(a));
            let last = *last;
            self.kept.retain(|(rank, _)| *rank >= last);
        }
        self
    }

    pub(crate) fn merge(mut self, other: Best) -> Best {
        other.kept.into_iter().for_each(|key| self.offer(key));
        self
    }

    pub(crate) fn sorted(mut self) -> Vec<Key> {
        if self.limit == 0 {
            return Vec::new();
        }
        self.shrink();
        self.kept.sort_unstable_by(|a, b| b.cmp(a));
        self.kept
    }
}
