//! What happens by itself: clocks that run out, and reminders before a day.

use super::{Condition, Label};
use crate::Role;

/// A clock: begins when a record enters a state, or with a date of the record, and does something when it has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    pub code: &'static str,
    pub label: Label,
    /// It runs only while the record is in one of these.
    pub runs_in: Vec<&'static str>,
    pub start: Start,
    pub length: Length,
    /// Only while a field has one of some values.
    pub when: Option<Condition>,
    pub then: Then,
}

/// When a clock begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// When the record entered its state.
    Entering,
    /// With the end of the day that a field names.
    Field(&'static str),
}

/// How long a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// It is due as soon as it begins.
    Zero,
    /// As long as a value of the profile says.
    Profile(&'static str),
}

/// What a clock does when it has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Tells everybody who has one of the roles at the record's site.
    Notify(Vec<Role>),
    /// Makes a move.
    Move(&'static str),
    /// Raises a nonconformance about the record.
    Raise,
}

/// A value that a bank may set otherwise, as the setting `workflow.<concept>.<code>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileValue {
    pub code: &'static str,
    pub label: Label,
    pub value: u32,
    pub unit: LengthUnit,
    /// Who says so, or that it is ours.
    pub source: &'static str,
}

/// The unit of a length of time, or of another limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// To the end of that day in the bank's zone.
    Days,
    Hours,
    /// To the end of the same day of that year.
    Years,
    /// A limit of a temperature, °C; no clock is as long as that.
    Celsius,
}

/// Notices that come a number of days before a day that a field names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    pub code: &'static str,
    pub label: Label,
    pub runs_in: Vec<&'static str>,
    pub field: &'static str,
    /// Descending: 180, 90, 30. Who is told late is told once, for the nearest of them.
    pub days_before: Vec<u32>,
    pub to: Vec<Role>,
}

impl LengthUnit {
    pub fn code(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Hours => "hours",
            Self::Years => "years",
            Self::Celsius => "celsius",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Days, Self::Hours, Self::Years, Self::Celsius].into_iter().find(|unit| unit.code() == text)
    }
}
