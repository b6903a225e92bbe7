//! Tanks for every unit that is stored, and the place of each in them.

use std::collections::HashMap;

use qidai_bank::{Acting, Position, Principal, Room, Status, Store, Tank, TankClass, TankLimits};

use crate::demo::Plan;
use crate::demo::role::Role;
use crate::error::Failure;

const SECTORS: u64 = 6;
const RACKS: u64 = 8;
const LEVELS: u64 = 15;
const SLOTS: u64 = 5;
/// The usual tank of `docs/storage.md`.
const CAPACITY: u64 = SECTORS * RACKS * LEVELS * SLOTS;
/// Tanks of one room.
const ROOM_TANKS: u64 = 70;
/// Some places stay free, so that a bank can take in more.
const SPARE: u64 = CAPACITY / 10;

/// Which tanks there are. Released units stand by their places in the plan; the few in quarantine by their order.
#[derive(Debug, Clone)]
pub(crate) struct Tanks {
    released: u64,
    quarantine: HashMap<u64, u64>,
}

impl Tanks {
    pub(crate) fn of(plan: &Plan) -> Self {
        let total = plan.mix.total();
        let waits = |place: &u64| {
            let role = Role::draw(plan.mix.part(*place), &mut plan.stream(*place));
            role.status == Status::Quarantine
        };
        let waiting = (0..total).filter(waits);
        Self { released: total, quarantine: waiting.zip(0..).collect() }
    }

    /// Where the unit of a place in the plan stands.
    pub(crate) fn position(&self, place: u64) -> Position {
        let (letter, slot) = match self.quarantine.get(&place) {
            Some(order) => ('Q', *order),
            None => ('T', place),
        };
        let number = |value: u64| i64::try_from(value + 1).unwrap_or(i64::MAX);
        let (tank, within) = (slot / (CAPACITY - SPARE), slot % (CAPACITY - SPARE));
        Position {
            tank: code(letter, tank),
            sector: number(within / (RACKS * LEVELS * SLOTS)),
            rack: number(within / (LEVELS * SLOTS) % RACKS),
            level: number(within / SLOTS % LEVELS),
            slot: number(within % SLOTS),
        }
    }

    /// Puts up rooms and tanks that are not there.
    pub(super) async fn set_up(&self, store: &Store, acting: &Acting<'_>) -> Result<(), Failure> {
        let custodian = Principal::console_as("demo", qidai_bank::Role::StorageCustodian);
        let acting = Acting { principal: &custodian, ..*acting };
        let released = self.released.div_ceil(CAPACITY - SPARE);
        let waiting = (self.quarantine.len() as u64).div_ceil(CAPACITY - SPARE).max(1);
        for room in 0..=released.saturating_sub(1) / ROOM_TANKS {
            let code = format!("R{}", room + 1);
            let name = format!("{} 号液氮库 · Room {}", room + 1, room + 1);
            store.put_room(&Room { code, name, site: None }, &acting).await?;
        }
        let all = (0..released).map(|tank| ('T', tank, TankClass::Released));
        for (letter, tank, class) in all.chain((0..waiting).map(|tank| ('Q', tank, TankClass::Quarantine))) {
            let room = if letter == 'T' { tank / ROOM_TANKS } else { 0 };
            store.put_tank(&tank_of(code(letter, tank), room, class), &acting).await?;
        }
        Ok(())
    }
}

fn code(letter: char, tank: u64) -> String {
    format!("{letter}{:03}", tank + 1)
}

fn tank_of(code: String, room: u64, class: TankClass) -> Tank {
    let side = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Tank {
        code,
        room: format!("R{}", room + 1),
        class,
        sectors: side(SECTORS),
        racks: side(RACKS),
        levels: side(LEVELS),
        slots: side(SLOTS),
        limits: TankLimits::USUAL,
        is_armed: false,
        is_closed: false,
    }
}
