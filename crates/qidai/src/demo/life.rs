//! Whole lives: a unit with everything around it, from its mother's consent to its place in a tank.
//!
//! A life is drawn from its own random stream beside that of the unit, so that it does not change the unit. It comes as
//! a dossier, which the bank carries over deed by deed through its gates.

mod papers;
mod results;
mod unit;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use qidai_bank::{Dossier, Measure, PastDeed, PastDocument, Phase, Position, Role, Status, UnitRecord};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::house::{House, of_role};

/// How many units of a plan have their whole lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lives {
    None,
    /// One place in so many: enough that no page is empty.
    OneIn(u64),
    /// Every unit that is in the house; a unit that its profile would not have let in is drawn again.
    All,
}

impl Lives {
    /// As a plan describes itself.
    pub(super) fn described(self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::OneIn(step) => format!("1/{step}"),
            Self::All => "all".to_owned(),
        }
    }

    /// Has the unit of a place its life? Not those that left the house: their orders and shipments are not told yet.
    pub(super) fn has(self, place: u64, unit: &UnitRecord) -> bool {
        let chosen = match self {
            Self::None => false,
            Self::OneIn(step) => place % step == step / 2,
            Self::All => true,
        };
        chosen && unit::is_told(unit.status) && (unit.status != Status::Available || passes(unit))
    }
}

/// Would the profile `cn-public-v1` have banked it?
pub(super) fn passes(unit: &UnitRecord) -> bool {
    let of = |phase, measure| unit.counts.get(phase, measure).unwrap_or_default();
    let typed = |locus: &str| unit.typings.last().is_some_and(|typing| typing.written.contains(locus));
    of(Phase::Collected, Measure::Volume) >= 60_000
        && of(Phase::Processed, Measure::TncTotal) >= 800_000_000
        && of(Phase::Processed, Measure::Cd34Total) >= 1_250_000
        && of(Phase::Processed, Measure::Viability) >= 9_000
        && ["A*", "DRB1*"].iter().all(|locus| typed(locus))
        && unit.typings.last().is_some_and(|typing| has_locus_b(&typing.written))
}

/// `B*` alone, and not at the end of another name.
fn has_locus_b(written: &str) -> bool {
    written.match_indices("B*").any(|(at, _)| {
        !written.get(..at).and_then(|before| before.chars().last()).is_some_and(char::is_alphanumeric)
    })
}

/// What a life needs to know beside its unit.
pub(crate) struct Around<'a> {
    pub(crate) house: &'a House,
    pub(crate) now: Timestamp,
    pub(crate) position: Position,
    pub(crate) place: u64,
}

/// The dossier of a unit.
pub(crate) fn dossier(unit: UnitRecord, around: &Around<'_>, mut random: ChaCha8Rng) -> Dossier {
    let life = Life::draw(unit, around, &mut random);
    let records = papers::records(&life, &mut random);
    let unit = unit::past(&life);
    Dossier { unit: Some(unit), records }
}

/// The times of a life, and who was there.
struct Life<'a> {
    unit: UnitRecord,
    around: &'a Around<'a>,
    /// When the cord was clamped.
    born: Timestamp,
    hospital: usize,
    received: Timestamp,
    begun: Timestamp,
    frozen: Timestamp,
    decided: Timestamp,
    /// Places in the list of staff.
    midwife: usize,
    technologist: usize,
    second: usize,
    reviewers: [usize; 2],
}

impl<'a> Life<'a> {
    fn draw(unit: UnitRecord, around: &'a Around<'a>, random: &mut ChaCha8Rng) -> Self {
        let day = unit.collection_date.unwrap_or(Date::MIN);
        let midnight = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(around.now);
        let recent = around.now.duration_since(midnight) < SignedDuration::from_hours(72);
        let born = midnight + minutes(random.random_range(0..if recent { 120 } else { 1_380 }));
        let received = born + minutes(random.random_range(150..if recent { 300 } else { 1_200 }));
        let begun = received + minutes(random.random_range(40..90));
        let frozen = begun + minutes(random.random_range(110..180));
        let decided = frozen + SignedDuration::from_hours(24 * random.random_range(20..45));
        let at = |time: Timestamp| time.min(around.now);
        let technologist = pick(Role::Technologist, random);
        let reviewer = pick(Role::Reviewer, random);
        Self {
            unit,
            around,
            born: at(born),
            hospital: random.random_range(0..super::house::HOSPITALS),
            received: at(received),
            begun: at(begun),
            frozen: at(frozen),
            decided: at(decided),
            midwife: pick(Role::Collection, random),
            technologist,
            second: other(Role::Technologist, technologist),
            reviewers: [reviewer, other(Role::Reviewer, reviewer)],
        }
    }

    /// Minutes after something, but not in the future.
    fn after(&self, begin: Timestamp, later: i64) -> Timestamp {
        (begin + minutes(later)).min(self.around.now)
    }

    fn before_birth(&self, days: i64) -> Timestamp {
        self.born - SignedDuration::from_hours(24 * days)
    }

    /// The day of a moment, as the bank would write it.
    fn number(&self) -> String {
        self.unit.identity.value.clone()
    }
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn pick(role: Role, random: &mut ChaCha8Rng) -> usize {
    random.random_range(of_role(role))
}

/// A colleague of the same role.
fn other(role: Role, one: usize) -> usize {
    let all = of_role(role);
    all.start + (one - all.start + 1) % all.len()
}

fn deed(code: &'static str, by: usize, at: Timestamp) -> PastDeed {
    PastDeed { code, by, at, reason: None }
}

fn because(code: &'static str, by: usize, at: Timestamp, reason: &str) -> PastDeed {
    PastDeed { code, by, at, reason: Some(reason.to_owned()) }
}

fn paper(class: qidai_bank::DocumentClass, text: &str) -> PastDocument {
    PastDocument {
        class,
        file_name: format!("{}.txt", class.code()),
        media_type: qidai_bank::MediaType::Text,
        content: format!("虚构 · invented: {text}\n").into_bytes(),
    }
}
