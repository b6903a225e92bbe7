//! The states of a concept.

use super::Label;

/// A state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub code: &'static str,
    pub label: Label,
    pub badge: Badge,
    pub place: Place,
    pub amending: Amending,
}

/// How a state looks: one of eight families, each a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Badge {
    /// Dashed ring: foreseen.
    Plan,
    /// Arrow: on its way.
    Move,
    /// Two bars: waits, is under review.
    Wait,
    /// Filled circle: in use.
    Open,
    /// Diamond: held.
    Held,
    /// Tick: done.
    Done,
    /// Cross: ended badly, or refused.
    Stop,
    /// Triangle: look at it.
    Look,
}

/// Where a state stands in the life of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// New records begin in one of these, in the first of them unless another is asked for.
    First,
    Middle,
    /// Nothing leads out.
    Last,
}

/// May fields be changed while the record is in a state?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amending {
    Free,
    /// Only with a reason.
    WithReason,
    Never,
}

impl Badge {
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Plan, "plan"),
        (Self::Move, "move"),
        (Self::Wait, "wait"),
        (Self::Open, "open"),
        (Self::Held, "held"),
        (Self::Done, "done"),
        (Self::Stop, "stop"),
        (Self::Look, "look"),
    ];

    /// The family, as in style sheets.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(badge, _)| *badge == self).map_or("", |(_, code)| code)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, code)| *code == text).map(|(badge, _)| *badge)
    }
}

impl Place {
    pub(super) fn read(text: &str) -> Option<Self> {
        match text {
            "first" => Some(Self::First),
            "" => Some(Self::Middle),
            "last" => Some(Self::Last),
            _ => None,
        }
    }
}

impl Amending {
    pub(super) fn read(text: &str) -> Option<Self> {
        match text {
            "free" => Some(Self::Free),
            "with reason" => Some(Self::WithReason),
            "never" => Some(Self::Never),
            _ => None,
        }
    }
}
