//! What a tank is for: what waits, what is released and what is reactive never stand together.

use super::StoredKind;
use crate::{Status, TestOutcome};

/// The class of a tank.
///
/// Units that wait for their results are kept apart from those that may be issued, and reactive ones from both
/// (NetCord-FACT Cord Blood Standards, 7th edition, part D: quarantine and storage areas; thresholds and clause numbers
/// are to be checked against the bank's own copy). Segments and retained samples have tanks of their own, so that a
/// lost tank never takes a unit together with what proves its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TankClass {
    Quarantine,
    Released,
    Reactive,
    Samples,
}

impl TankClass {
    pub const ALL: [Self; 4] = [Self::Quarantine, Self::Released, Self::Reactive, Self::Samples];

    /// As in the store and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Released => "released",
            Self::Reactive => "reactive",
            Self::Samples => "samples",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

/// Where something belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// In a tank of one of these classes.
    In(&'static [TankClass]),
    /// In no tank: it has not been frozen, or it is gone.
    Nowhere,
}

impl Wanted {
    pub fn allows(self, class: TankClass) -> bool {
        matches!(self, Self::In(classes) if classes.contains(&class))
    }

    /// Where a unit belongs by its state and its infectious disease markers.
    pub fn of_unit(status: Status, idm: Option<TestOutcome>) -> Self {
        match status {
            Status::Registered
            | Status::KitIssued
            | Status::Collected
            | Status::InTransit
            | Status::RejectedAtReceipt
            | Status::Shipped
            | Status::ReceivedByTransplantCentre
            | Status::Infused
            | Status::Discarded
            | Status::Lost
            | Status::DestroyedInTransit => Self::Nowhere,
            _ if idm == Some(TestOutcome::Positive) => Self::In(&[TankClass::Reactive]),
            Status::Received
            | Status::Accepted
            | Status::Processing
            | Status::Processed
            | Status::Quarantine
            | Status::Returned => Self::In(&[TankClass::Quarantine]),
            // What is looked at again stays where it is until somebody has decided.
            Status::UnderEvaluation
            | Status::Held
            | Status::Recalled
            | Status::ConvertedToPublic
            | Status::TransferredToResearch => Self::In(&[TankClass::Released, TankClass::Quarantine]),
            _ => Self::In(&[TankClass::Released]),
        }
    }

    /// Where other things belong. Other products stand among units; which of them are reactive is known where they
    /// are made, so they may also be put there.
    pub fn of_kind(kind: StoredKind) -> Self {
        match kind {
            StoredKind::Segment | StoredKind::Sample => Self::In(&[TankClass::Samples]),
            StoredKind::Unit | StoredKind::Product => {
                Self::In(&[TankClass::Quarantine, TankClass::Released, TankClass::Reactive])
            }
        }
    }

    /// Codes for sentences.
    pub fn codes(self) -> String {
        match self {
            Self::In(classes) => classes.iter().map(|class| class.code()).collect::<Vec<_>>().join(", "),
            Self::Nowhere => "none".to_owned(),
        }
    }
}
