//! What the probes of tanks tell, and when that is an alarm.

mod watch;

use jiff::Timestamp;

use crate::{Problem, Refusal};

pub(crate) use watch::{Excursion, Limits, Step, Track};

/// Characters of the longest code of a probe.
const CODE_MAX: usize = 64;

/// A probe of a tank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sensor {
    /// Unique in the bank, as its messages name it: `R2.T117.upper`.
    pub code: String,
    pub tank: String,
    /// The part of the tank that it stands for; nothing is the whole tank.
    pub sector: Option<i64>,
    /// First and last level that it stands for.
    pub levels: Option<(i64, i64)>,
    /// It is no longer watched.
    pub is_closed: bool,
}

impl Sensor {
    /// What is wrong with the record.
    pub fn problem(&self) -> Option<Problem> {
        if !is_sensor_code(&self.code) {
            let reason = format!("'{}' is no code of a probe", self.code);
            let hint = "1 to 64 Latin letters, digits, '-', '_', '.' and '/'";
            return Some(Problem::new("sensor", &self.code, "sensor_code_invalid", reason, hint));
        }
        let (from, to) = self.levels?;
        let hint = "expected a first level that is not above the last";
        let reason = format!("the levels are {from} to {to}");
        (from < 1 || to < from)
            .then(|| Problem::new("levels", format!("{from}-{to}"), "sensor_levels_invalid", reason, hint))
    }
}

/// May this be the code of a probe?
pub fn is_sensor_code(code: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    (1..=CODE_MAX).contains(&code.len()) && code.chars().all(fits)
}

/// One reading as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReading {
    pub sensor: String,
    /// By the clock of the device.
    pub device_at: Timestamp,
    pub device_sequence: Option<i64>,
    /// Thousandths of a degree Celsius; `None` when the probe did not answer.
    pub temperature_mc: Option<i64>,
    /// Level of the liquid nitrogen.
    pub level_mm: Option<i64>,
    /// `good`, or what the device says is wrong.
    pub quality: String,
}

/// A reading as it is kept; it is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReading {
    /// When it was so: by the device, or when it came where the device's clock is ahead.
    pub at: Timestamp,
    pub temperature_mc: Option<i64>,
    pub level_mm: Option<i64>,
    pub quality: String,
    /// 0 within the limits, 1 above the warning, 2 above the critical one: as it was, whether or not there is an alarm.
    pub beyond: i64,
}

/// Why there is an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmKind {
    /// Too warm for too long.
    Warm,
    /// Nothing was heard.
    Silent,
    /// The liquid nitrogen is too low.
    Low,
}

impl AlarmKind {
    /// As in the store and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Silent => "silent",
            Self::Low => "low",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Warm, Self::Silent, Self::Low].into_iter().find(|kind| kind.code() == code)
    }
}

/// One excursion: one alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub id: String,
    pub tank: String,
    pub sensor: String,
    pub kind: AlarmKind,
    pub began_at: Timestamp,
    pub raised_at: Timestamp,
    /// Absent while it lasts.
    pub ended_at: Option<Timestamp>,
    pub is_critical: bool,
    pub peak_mc: Option<i64>,
    /// Thousandths of a degree above the warning limit, times seconds.
    pub area_mc_s: Option<i64>,
    pub acknowledged_by: Option<String>,
    pub acknowledged_at: Option<Timestamp>,
    pub comment: Option<String>,
    /// Of an alarm of the level: the lowest, millimetres.
    pub least_mm: Option<i64>,
}

impl Alarm {
    /// It lasts, or nobody has said what it was.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none() || self.acknowledged_at.is_none()
    }
}

/// What became of readings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub new: u64,
    /// The very same ones were here before.
    pub duplicates: u64,
    /// Of probes that nobody has entered: kept, but not watched.
    pub unknown: Vec<String>,
    pub raised: u64,
    pub ended: u64,
}

/// What a check of the chain of readings found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingsCheck {
    pub blocks: u64,
    pub readings: u64,
    pub head: String,
    /// The first block that does not follow from the one before, or whose readings are not those that were written.
    pub broken_at: Option<i64>,
}

pub(crate) fn unknown_alarm(id: &str) -> Refusal {
    Refusal::new("alarm_unknown", format!("There is no alarm {id}: open it from its list.")).with("alarm", id)
}
