//! n19: units of the public bank that are in store; part of n1.

use super::n01_stored_units::is_stored;
use super::{Figure, Rule};
use crate::BankType;

pub(super) const FIGURE: Figure = Figure {
    number: "n19",
    query: "inventory.public_units",
    version: 1,
    rule: Rule::Units(|bank_type, status| bank_type == BankType::Public && is_stored(status)),
};
