//! The order of a list, and how the first of many are kept.

use std::cmp::Reverse;

use crate::class::Packed;
use crate::count::Matches;

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
pub(crate) type Key = (u128, Reverse<u32>);

/// Cells per unit fit into this many bits (4 × 10¹²).
const DOSE_BITS: u32 = 42;
/// Three classes of nine bits each.
const CLASS_BITS: u32 = 27;

/// The rank of a row as one number.
///
/// A class that can be computed stands before one that cannot; then the best case decides, then the worst:
/// of two units that may both be 8/8, the one that is so for certain is first. The order of the classes is
/// x/8, x/10, x/6.
pub(crate) fn key(order: Order, packed: Packed, dose: Option<u64>, row: u32) -> Key {
    let classes = packed.classes();
    let one = |m: Option<Matches>| m.map_or(0, |m| 1 << 8 | u128::from(m.best) << 4 | u128::from(m.worst));
    let class = one(classes.x8) << 18 | one(classes.x10) << 9 | one(classes.x6);
    // A dose that is not recorded stands behind every recorded one, zero included.
    let dose = u128::from(dose.map_or(0, |cells| (cells + 1).min((1 << DOSE_BITS) - 1)));
    let rank = match order {
        Order::Class | Order::ClassCd34 => class << DOSE_BITS | dose,
        Order::Dose => dose << CLASS_BITS | class,
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
