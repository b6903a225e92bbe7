//! Tanks: added, listed, looked into.

use jiff::Timestamp;
use qidai_bank::{Tank, TankClass, TankLimits};

use super::{At, Desk, kind_of};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::storage::{rack_of, stored_of};

/// Add a tank, or change it.
#[derive(clap::Args)]
pub(super) struct PutArgs {
    /// Capital letters and digits, unique in the bank: T117.
    code: String,
    #[arg(long)]
    room: String,
    /// quarantine, released, reactive or samples.
    #[arg(long, value_parser = class_of)]
    class: TankClass,
    #[arg(long, default_value_t = 6)]
    sectors: i64,
    /// Racks of a sector.
    #[arg(long, default_value_t = 8)]
    racks: i64,
    /// Levels of a rack.
    #[arg(long, default_value_t = 15)]
    levels: i64,
    /// Slots of a level.
    #[arg(long, default_value_t = 5)]
    slots: i64,
    /// Warn above this, degrees Celsius.
    #[arg(long, allow_negative_numbers = true)]
    warn_c: Option<f64>,
    /// Critical above this, degrees Celsius.
    #[arg(long, allow_negative_numbers = true)]
    critical_c: Option<f64>,
    /// Above the warning limit for longer is an excursion, seconds.
    #[arg(long)]
    delay_s: Option<i64>,
    /// Nothing heard for longer is an alarm, seconds.
    #[arg(long)]
    silence_s: Option<i64>,
    /// Liquid nitrogen below this is an alarm, millimetres.
    #[arg(long)]
    low_mm: Option<i64>,
    /// Planning defaults of a vapour tank where no limit is given: −150 °C, −135 °C, 300 s, 900 s.
    #[arg(long)]
    usual_limits: bool,
    /// Nothing is put in any more.
    #[arg(long)]
    closed: bool,
    #[command(flatten)]
    at: At,
}

impl PutArgs {
    pub(super) fn at(&self) -> &At {
        &self.at
    }

    fn limits(&self) -> TankLimits {
        let usual = if self.usual_limits { TankLimits::USUAL } else { TankLimits::default() };
        let thousandths = |celsius: f64| (celsius * 1_000.0).round() as i64;
        TankLimits {
            warn_mc: self.warn_c.map(thousandths).or(usual.warn_mc),
            critical_mc: self.critical_c.map(thousandths).or(usual.critical_mc),
            delay_s: self.delay_s.or(usual.delay_s),
            silence_s: self.silence_s.or(usual.silence_s),
            low_mm: self.low_mm.or(usual.low_mm),
        }
    }
}

fn class_of(text: &str) -> Result<TankClass, String> {
    let expected = TankClass::ALL.map(TankClass::code).join(", ");
    TankClass::parse(text).ok_or_else(|| format!("expected one of {expected}"))
}

pub(super) async fn put(args: &PutArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let tank = Tank {
        code: args.code.clone(),
        room: args.room.clone(),
        class: args.class,
        sectors: args.sectors,
        racks: args.racks,
        levels: args.levels,
        slots: args.slots,
        limits: args.limits(),
        is_armed: false,
        is_closed: args.closed,
    };
    desk.people.store.put_tank(&tank, &desk.acting(None)).await?;
    Ok(Outcome::Done)
}

pub(super) async fn list(desk: &Desk) -> Result<Outcome, Failure> {
    for one in desk.people.store.storage(Timestamp::now()).await? {
        let days = one.days_to_full.map(|days| days.to_string()).unwrap_or_default();
        let armed = if one.tank.is_armed { "armed" } else { "not_armed" };
        let (tank, capacity) = (&one.tank, one.tank.capacity());
        stream::say(&format!(
            "{}\t{}\t{}\t{}\t{capacity}\t{days}\t{armed}\t{}",
            tank.code,
            tank.room,
            tank.class.code(),
            one.used,
            one.alarms
        ))?;
    }
    Ok(Outcome::Done)
}

pub(super) async fn show(tank: &str, rack: Option<&str>, desk: &Desk) -> Result<Outcome, Failure> {
    let rack = rack.map(rack_of).transpose()?;
    for slot in desk.people.store.tank_content(tank, rack).await? {
        let status = slot.status.map(|status| status.code()).unwrap_or_default();
        let misplaced = if slot.is_misplaced { "\tmisplaced" } else { "" };
        let (place, kind, number) = (&slot.position, slot.stored.kind.code(), slot.stored.written());
        stream::say(&format!("{place}\t{kind}\t{number}\t{status}\t{}{misplaced}", slot.placed_at))?;
    }
    Ok(Outcome::Done)
}

pub(super) async fn places(number: &str, kind: &str, desk: &Desk) -> Result<Outcome, Failure> {
    let stored = stored_of(&desk.people.store, kind_of(kind)?, number).await?;
    for placed in desk.people.store.places_of(&stored).await? {
        let until = placed.taken_at.map(|at| at.to_string()).unwrap_or_default();
        stream::say(&format!("{}\t{}\t{until}", placed.position, placed.placed_at))?;
    }
    Ok(Outcome::Done)
}
