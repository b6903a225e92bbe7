//! What becomes of a unit: which bank keeps it, and where in its life it is.

use qidai_bank::{BankType, Status};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// How many units of each part the demonstration bank has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mix {
    /// Public and available: what a search can find.
    pub(crate) searchable: u64,
    /// Public, in the house, not (yet) available.
    pub(crate) pending: u64,
    pub(crate) family: u64,
    /// No longer stored: issued, given to research or discarded.
    pub(crate) gone: u64,
}

impl Mix {
    /// So many searchable units; family units and units that are not available come on top in moderate numbers.
    pub(crate) fn of_searchable(searchable: u64) -> Self {
        Self {
            searchable,
            pending: searchable * 9 / 100,
            family: searchable * 30 / 100,
            gone: searchable * 6 / 100,
        }
    }

    /// A provincial bank: 720,000 stored, 110,000 of them public, and more than 10,000 issued (process data §6).
    pub(crate) fn province() -> Self {
        Self { searchable: 104_500, pending: 5_500, family: 610_000, gone: 25_000 }
    }

    pub(crate) fn total(&self) -> u64 {
        self.searchable + self.pending + self.family + self.gone
    }

    /// The part of the unit at a place, so that each part has exactly its number of units and is spread evenly
    /// over all places.
    pub(crate) fn part(&self, place: u64) -> Part {
        let total = self.total();
        let at = (u128::from(place) * u128::from(stride(total)) % u128::from(total)) as u64;
        if at < self.searchable {
            Part::Searchable
        } else if at < self.searchable + self.pending {
            Part::Pending
        } else if at < self.searchable + self.pending + self.family {
            Part::Family
        } else {
            Part::Gone
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Searchable,
    Pending,
    Family,
    Gone,
}

/// A step without a common divisor with the total, near the golden section of it: multiples of it modulo the
/// total visit each place once, without clusters.
fn stride(total: u64) -> u64 {
    let start = (total as f64 * 0.618_034) as u64;
    (start.max(1)..).find(|step| greatest_common_divisor(*step, total) == 1).unwrap_or(1)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// How far a unit has come; decides what is known about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Progress {
    Received,
    Processed,
    Tested,
}

/// Bank type, status and progress of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) bank_type: BankType,
    pub(crate) status: Status,
    pub(crate) progress: Progress,
}

/// States with their weights in percent and what is known by then.
type Weighted = [(u32, Status, Progress)];

/// A public unit that was collected lately, or that somebody asked for.
const PENDING: &Weighted = &[
    (8, Status::Received, Progress::Received),
    (10, Status::Processing, Progress::Received),
    (8, Status::Processed, Progress::Processed),
    (46, Status::Quarantine, Progress::Processed),
    (6, Status::UnderEvaluation, Progress::Tested),
    (14, Status::Reserved, Progress::Tested),
    (6, Status::InReleaseTesting, Progress::Tested),
    (2, Status::ReleaseApproved, Progress::Tested),
];
const FAMILY: &Weighted = &[
    (97, Status::FamilyHeld, Progress::Tested),
    (1, Status::Processing, Progress::Received),
    (2, Status::Quarantine, Progress::Processed),
];
const GONE: &Weighted = &[
    (42, Status::Infused, Progress::Tested),
    (2, Status::Shipped, Progress::Tested),
    (2, Status::ReceivedByTransplantCentre, Progress::Tested),
    (10, Status::TransferredToResearch, Progress::Tested),
    (44, Status::Discarded, Progress::Processed),
];

impl Role {
    pub(crate) fn draw(part: Part, random: &mut ChaCha8Rng) -> Self {
        let (bank_type, states) = match part {
            Part::Searchable => return Self::searchable(),
            Part::Pending => (BankType::Public, PENDING),
            Part::Family => (BankType::Family, FAMILY),
            // About one issued unit in ten goes to a sibling or back to its donor.
            Part::Gone if random.random_bool(0.1) => (BankType::Family, GONE),
            Part::Gone => (BankType::Public, GONE),
        };
        let mut point = random.random_range(0..states.iter().map(|(weight, ..)| weight).sum());
        let mut chosen = states[0];
        for state in states {
            chosen = *state;
            if point < state.0 {
                break;
            }
            point -= state.0;
        }
        Self { bank_type, status: chosen.1, progress: chosen.2 }
    }

    fn searchable() -> Self {
        Self { bank_type: BankType::Public, status: Status::Available, progress: Progress::Tested }
    }

    /// Is the unit so early in its life that it must have been collected lately? Then within so many days.
    pub(crate) fn collected_within_days(&self) -> Option<i32> {
        match self.status {
            Status::Received => Some(1),
            Status::Processing => Some(2),
            Status::Processed => Some(4),
            Status::Quarantine | Status::UnderEvaluation => Some(60),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn each_part_has_exactly_its_number_of_units() {
        for mix in
            [Mix::of_searchable(1), Mix::of_searchable(20_000), Mix::of_searchable(99_991), Mix::province()]
        {
            let mut counted: HashMap<String, u64> = HashMap::new();
            for place in 0..mix.total() {
                *counted.entry(format!("{:?}", mix.part(place))).or_default() += 1;
            }
            let expected = [
                ("Searchable", mix.searchable),
                ("Pending", mix.pending),
                ("Family", mix.family),
                ("Gone", mix.gone),
            ];
            for (part, number) in expected {
                assert_eq!(counted.get(part).copied().unwrap_or_default(), number, "{part} of {mix:?}");
            }
        }
    }

    #[test]
    fn weights_are_percents() {
        for states in [PENDING, FAMILY, GONE] {
            assert_eq!(states.iter().map(|(weight, ..)| weight).sum::<u32>(), 100);
        }
    }
}
