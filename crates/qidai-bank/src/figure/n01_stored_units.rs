//! n1: units in store.

use super::{Figure, Rule};
use crate::{BankType, Status};

pub(super) const FIGURE: Figure = Figure {
    number: "n1",
    query: "inventory.stored_units",
    version: 1,
    rule: Rule::Units(|_: BankType, status| is_stored(status)),
};

/// States in which a unit is frozen and in one of the bank's tanks: after freezing, and before it is taken out for
/// a patient (`Retrieved`), discarded or given to research. A unit on hold, recalled or under evaluation is still there.
const STORED: [Status; 11] = [
    Status::Quarantine,
    Status::Available,
    Status::FamilyHeld,
    Status::Reserved,
    Status::InReleaseTesting,
    Status::ReleaseApproved,
    Status::ExceptionalRelease,
    Status::ConvertedToPublic,
    Status::UnderEvaluation,
    Status::Held,
    Status::Recalled,
];

/// Is a unit in this state in the store?
pub(crate) fn is_stored(status: Status) -> bool {
    STORED.contains(&status)
}
