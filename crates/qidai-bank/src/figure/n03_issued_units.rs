//! n3: units that left the bank for a patient or a study.

use super::{Figure, Rule};
use crate::Status;

pub(super) const FIGURE: Figure = Figure {
    number: "n3",
    query: "issue.units",
    version: 1,
    rule: Rule::Units(|_, status| is_issued(status)),
};

/// Has it left for whoever asked for it? What was lost, destroyed on its way or sent back was given to nobody.
fn is_issued(status: Status) -> bool {
    matches!(status, Status::Shipped | Status::ReceivedByTransplantCentre | Status::Infused)
}
