//! A state as shape, word and colour: eight families for two dozen states.

use qidai_bank::Status;

use crate::words::Words;

/// What a badge shows.
pub(super) struct Badge {
    pub(super) word: String,
    /// `plan`, `move`, `wait`, `open`, `held`, `done`, `stop` or `look`: shape and colour.
    pub(super) family: &'static str,
}

impl Badge {
    pub(super) fn of_status(status: Status, w: &Words) -> Badge {
        Badge { word: w.t(&format!("status-{}", status.code())), family: family(status) }
    }
}

fn family(status: Status) -> &'static str {
    use Status::{
        Available, Collected, ConvertedToPublic, Discarded, ExceptionalRelease, FamilyHeld, InReleaseTesting,
        InTransit, Infused, KitIssued, Processed, Processing, Quarantine, Received,
        ReceivedByTransplantCentre, Registered, RejectedAtReceipt, ReleaseApproved, Reserved, Retrieved,
        Returned, Shipped, TransferredToResearch, UnderEvaluation,
    };
    match status {
        Registered | KitIssued => "plan",
        Collected | InTransit | Received | Processing | Processed | Retrieved | Shipped => "move",
        Quarantine => "wait",
        Available | FamilyHeld => "open",
        Reserved | InReleaseTesting | ReleaseApproved => "held",
        ReceivedByTransplantCentre | Infused | TransferredToResearch | ConvertedToPublic => "done",
        RejectedAtReceipt | Returned | Discarded => "stop",
        UnderEvaluation | ExceptionalRelease => "look",
    }
}
