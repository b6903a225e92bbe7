//! Rooms and tanks.

use jiff::Timestamp;

use super::position::is_code;
use super::{Position, Stored, TankClass};
use crate::{Problem, Status};

/// Places along one dimension of a tank.
const SIDE_MAX: i64 = 200;
/// The coldest a limit can be: liquid nitrogen boils at −195.8 °C at sea level (NIST chemistry webbook, 77.355 K).
const COLDEST_MC: i64 = -196_000;

/// A room with tanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Capital letters, digits and '-': `R2`, `SD-R2`.
    pub code: String,
    pub name: String,
    /// The site that it belongs to; who moves things needs the permission there.
    pub site: Option<String>,
}

/// A tank as it is built and used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tank {
    /// Capital letters and digits, unique in the bank: `T117`.
    pub code: String,
    pub room: String,
    pub class: TankClass,
    /// Sectors of the ring, racks of a sector, levels of a rack, slots of a level.
    pub sectors: i64,
    pub racks: i64,
    pub levels: i64,
    pub slots: i64,
    pub limits: TankLimits,
    /// Its readings raise alarms. Only a tank with limits and a probe can be armed.
    pub is_armed: bool,
    /// Nothing is put in any more.
    pub is_closed: bool,
}

/// When a reading is out of range, and how long that may last. Temperatures in thousandths of a degree Celsius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TankLimits {
    pub warn_mc: Option<i64>,
    pub critical_mc: Option<i64>,
    /// Above the warning limit for longer than this is an excursion, seconds.
    pub delay_s: Option<i64>,
    /// Nothing heard for longer than this is an alarm, seconds.
    pub silence_s: Option<i64>,
    /// Liquid nitrogen below this is an alarm, millimetres. A tank without it is watched by its temperatures alone.
    pub low_mm: Option<i64>,
}

impl TankLimits {
    /// The usual ones of a vapour tank: warned above −150 °C, where FACT and AABB want units kept at or below; critical
    /// above −135 °C, near the glass transition of the freezing medium (about −130 °C). Planning defaults, to be
    /// replaced by those of the bank's own validation.
    pub const USUAL: Self = Self {
        warn_mc: Some(-150_000),
        critical_mc: Some(-135_000),
        delay_s: Some(300),
        silence_s: Some(900),
        low_mm: None,
    };

    /// Names of what is not set.
    pub fn missing(&self) -> Vec<&'static str> {
        let all = [
            ("warn_c", self.warn_mc),
            ("critical_c", self.critical_mc),
            ("delay_s", self.delay_s),
            ("silence_s", self.silence_s),
        ];
        all.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect()
    }
}

impl Tank {
    /// Places for bags.
    pub fn capacity(&self) -> i64 {
        self.sectors * self.racks * self.levels * self.slots
    }

    /// Places of one rack.
    pub fn rack_capacity(&self) -> i64 {
        self.levels * self.slots
    }

    /// Is there such a place in the tank?
    pub fn has(&self, position: &Position) -> bool {
        let within = |number: i64, most: i64| (1..=most).contains(&number);
        position.tank == self.code
            && within(position.sector, self.sectors)
            && within(position.rack, self.racks)
            && within(position.level, self.levels)
            && within(position.slot, self.slots)
    }

    /// What is wrong with the record; empty when it can be taken.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_code(&self.code) || self.code.contains('-') {
            let reason = format!("'{}' is no code of a tank", self.code);
            let hint = "1 to 24 capital Latin letters and digits, such as T117";
            problems.push(Problem::new("tank", &self.code, "tank_code_invalid", reason, hint));
        }
        let sides = [
            ("sectors", self.sectors),
            ("racks", self.racks),
            ("levels", self.levels),
            ("slots", self.slots),
        ];
        for (name, found) in sides.into_iter().filter(|(_, side)| !(1..=SIDE_MAX).contains(side)) {
            let reason = format!("{name} is {found}");
            let hint = format!("expected 1 to {SIDE_MAX}");
            problems.push(Problem::new(name, found, "tank_size_invalid", reason, hint));
        }
        problems.extend(self.limits.problem());
        problems
    }
}

impl TankLimits {
    fn problem(&self) -> Option<Problem> {
        let wrong = |field: &str, value: i64, hint: &str| {
            let reason = format!("{field} is {value}");
            Some(Problem::new(field, value, "tank_limits_invalid", reason, hint))
        };
        for (name, limit) in [("warn_mc", self.warn_mc), ("critical_mc", self.critical_mc)] {
            if let Some(limit) = limit.filter(|limit| !(COLDEST_MC..0).contains(limit)) {
                return wrong(name, limit, "expected a temperature from −196 °C to below 0 °C");
            }
        }
        if let (Some(warn), Some(critical)) = (self.warn_mc, self.critical_mc)
            && critical <= warn
        {
            return wrong("critical_mc", critical, "expected a temperature above the warning limit");
        }
        for (name, seconds) in [("delay_s", self.delay_s), ("silence_s", self.silence_s)] {
            if let Some(seconds) = seconds.filter(|seconds| !(0..=86_400).contains(seconds)) {
                return wrong(name, seconds, "expected 0 to 86400 seconds");
            }
        }
        if let Some(low) = self.low_mm.filter(|low| !(1..=5_000).contains(low)) {
            return wrong("low_mm", low, "expected 1 to 5000 millimetres");
        }
        None
    }
}

impl Room {
    /// What is wrong with the record.
    pub fn problem(&self) -> Option<Problem> {
        if !is_code(&self.code) {
            let reason = format!("'{}' is no code of a room", self.code);
            let hint = "1 to 24 capital Latin letters, digits and '-', such as SD-R2";
            return Some(Problem::new("room", &self.code, "room_code_invalid", reason, hint));
        }
        let hint = "give the name people use";
        let reason = format!("the room {} has no name", self.code);
        self.name.trim().is_empty().then(|| Problem::new("name", "", "room_name_missing", reason, hint))
    }
}

/// A tank with what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Occupancy {
    pub tank: Tank,
    pub used: i64,
    /// Days until it is full at the pace of the last 90 days; `None` when it does not fill.
    pub days_to_full: Option<i64>,
    /// Alarms that are not over, or that nobody has acknowledged.
    pub alarms: i64,
}

/// One rack of a tank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RackUse {
    pub sector: i64,
    pub rack: i64,
    pub used: i64,
}

/// What stands in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotView {
    pub position: Position,
    pub stored: Stored,
    pub placed_at: Timestamp,
    /// Of units only.
    pub status: Option<Status>,
    /// It stands in a tank of a class that its state or its results no longer fit.
    pub is_misplaced: bool,
}
