//! The order of a list, and how the first of many are kept.

use std::cmp::Reverse;

use crate::class::Packed;

/// Named orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Class (x/8, then x/10, then x/6), then TNC.
    #[default]
    Class,
    /// Class, then CD34.
    ClassCd34,
    /// TNC before class.
    Dose,
}

impl Order {
    /// Every order with its name.
    pub const ALL: [(Order, &'static str); 3] =
        [(Order::Class, "default"), (Order::ClassCd34, "cd34"), (Order::Dose, "dose")];

    /// The name that is written on the command line and in receipts.
    pub fn name(self) -> &'static str {
        Order::ALL.iter().find(|(order, _)| *order == self).map_or("", |(_, name)| name)
    }

    /// Finds an order by its name.
    pub fn from_name(name: &str) -> Option<Order> {
        Order::ALL.iter().find(|(_, n)| *n == name).map(|(order, _)| *order)
    }
}

/// Larger is better; equal keys keep the order of identities.
pub(crate) type Key = (u64, Reverse<u32>);

const DOSE_BITS: u32 = 42;

/// The rank of a row as one number.
///
/// A class that typing leaves open counts with best and worst case together, so that neither the
/// flattering nor the fearful end decides: 7/8 for certain stands before "somewhere from 5 to 8 of 8".
pub(crate) fn key(order: Order, packed: Packed, dose: Option<u64>, row: u32) -> Key {
    let [x6, x8, x10] = packed.sums().map(|m| u64::from(m.best) + u64::from(m.worst));
    // x/8 is at most 16, x/10 20, x/6 12: five bits each.
    let class = x8 << 10 | x10 << 5 | x6;
    // A dose that is not recorded stands behind every recorded one, zero included.
    let dose = dose.map_or(0, |cells| (cells + 1).min((1 << DOSE_BITS) - 1));
    let rank = match order {
        Order::Class | Order::ClassCd34 => class << DOSE_BITS | dose,
        Order::Dose => dose << 15 | class,
    };
    (rank, Reverse(row))
}

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
