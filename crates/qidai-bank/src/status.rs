//! Where a unit is in its life.

use serde::{Deserialize, Serialize};

/// The states of a unit (mission M01, labels in the glossary, section H). Which moves between them are legal stands in
/// `workflows/unit.md`, whose states are these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Registered,
    KitIssued,
    Collected,
    InTransit,
    Received,
    RejectedAtReceipt,
    Processing,
    Processed,
    Quarantine,
    Available,
    FamilyHeld,
    Reserved,
    InReleaseTesting,
    ReleaseApproved,
    Retrieved,
    Shipped,
    #[serde(rename = "received_by_tc")]
    ReceivedByTransplantCentre,
    Infused,
    Returned,
    Discarded,
    TransferredToResearch,
    ConvertedToPublic,
    UnderEvaluation,
    ExceptionalRelease,
    Accepted,
    Held,
    Recalled,
    Lost,
    DestroyedInTransit,
}

/// The concept of units.
pub(crate) const UNIT: &str = "unit";

/// Each state with its code in files and store, and its code in the glossary.
const CODES: [(Status, &str, &str); 29] = [
    (Status::Registered, "registered", "Registered"),
    (Status::KitIssued, "kit_issued", "KitIssued"),
    (Status::Collected, "collected", "Collected"),
    (Status::InTransit, "in_transit", "InTransit"),
    (Status::Received, "received", "Received"),
    (Status::RejectedAtReceipt, "rejected_at_receipt", "RejectedAtReceipt"),
    (Status::Processing, "processing", "Processing"),
    (Status::Processed, "processed", "Processed"),
    (Status::Quarantine, "quarantine", "Quarantine"),
    (Status::Available, "available", "Available"),
    (Status::FamilyHeld, "family_held", "FamilyHeld"),
    (Status::Reserved, "reserved", "Reserved"),
    (Status::InReleaseTesting, "in_release_testing", "InReleaseTesting"),
    (Status::ReleaseApproved, "release_approved", "ReleaseApproved"),
    (Status::Retrieved, "retrieved", "Retrieved"),
    (Status::Shipped, "shipped", "Shipped"),
    (Status::ReceivedByTransplantCentre, "received_by_tc", "ReceivedByTC"),
    (Status::Infused, "infused", "Infused"),
    (Status::Returned, "returned", "Returned"),
    (Status::Discarded, "discarded", "Discarded"),
    (Status::TransferredToResearch, "transferred_to_research", "TransferredToResearch"),
    (Status::ConvertedToPublic, "converted_to_public", "ConvertedToPublic"),
    (Status::UnderEvaluation, "under_evaluation", "UnderEvaluation"),
    (Status::ExceptionalRelease, "exceptional_release", "ExceptionalRelease"),
    (Status::Accepted, "accepted", "Accepted"),
    (Status::Held, "held", "Held"),
    (Status::Recalled, "recalled", "Recalled"),
    (Status::Lost, "lost", "Lost"),
    (Status::DestroyedInTransit, "destroyed_in_transit", "DestroyedInTransit"),
];

impl Status {
    /// May a unit move from this state to that one, by whomever? Moves back to where a unit was before are not told
    /// here: they need its own story.
    pub fn may_become(self, next: Self) -> bool {
        let concept = crate::workflow::concept(UNIT);
        concept.is_some_and(|unit| unit.steps_between(self.code(), next.code(), None).next().is_some())
    }

    /// All states, those that came later last.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|(status, _, _)| *status)
    }

    /// The code in files and in the store, such as `in_release_testing`.
    pub fn code(self) -> &'static str {
        CODES[self as usize].1
    }

    /// The code of the glossary, such as `InReleaseTesting`; labels are found by it.
    pub fn label_code(self) -> &'static str {
        CODES[self as usize].2
    }

    /// Reads either code, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        CODES
            .iter()
            .find(|(_, code, label)| code.eq_ignore_ascii_case(text) || label.eq_ignore_ascii_case(text))
            .map(|(status, _, _)| *status)
    }

    /// May a search show a unit in this state? Only when it can be asked for now.
    pub fn is_searchable(self) -> bool {
        self == Self::Available
    }

    /// The state of a unit that a file brings without saying its state: a public unit is there to
    /// be searched, a family unit is held for its family.
    pub fn when_not_stated(bank_type: crate::BankType) -> Self {
        match bank_type {
            crate::BankType::Public => Self::Available,
            crate::BankType::Family => Self::FamilyHeld,
        }
    }
}
