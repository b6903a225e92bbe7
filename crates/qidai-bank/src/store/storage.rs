//! Rooms and tanks of the cryostorage, and what stands in them.

mod carry_over;
mod count;
mod map;
mod place;

use sea_orm::Value;

use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, site};
use crate::{Acting, BankError, Permission, Refusal, Room, Tank, TankClass, TankLimits, WriteContext};

pub(super) use carry_over::put;
pub(super) use count::TABLE as COUNT;
pub use count::{CountFinding, CountResult, Counted};
pub use place::{Moved, StorageMove};
pub(super) use place::{TABLE as PLACE, open_of as open_place, unknown_unit};

pub(super) static ROOM: Table =
    Table { name: "storage_room", key: &["code"], counter: None, columns: || &ROOM_COLUMNS };
const ROOM_COLUMNS: [Column; 3] = [Column::text("code"), Column::text("name"), Column::text("site")];

pub(super) static TANK: Table =
    Table { name: "storage_tank", key: &["code"], counter: None, columns: || &TANK_COLUMNS };
const TANK_COLUMNS: [Column; 14] = [
    Column::text("code"),
    Column::text("room"),
    Column::text("class"),
    Column::int("sectors"),
    Column::int("racks"),
    Column::int("levels"),
    Column::int("slots"),
    Column::int("warn_mc"),
    Column::int("critical_mc"),
    Column::int("delay_s"),
    Column::int("silence_s"),
    Column::flag("is_armed"),
    Column::flag("is_closed"),
    Column::int("low_mm"),
];

/// A tank with the site of its room.
pub(super) struct Found {
    pub(super) tank: Tank,
    pub(super) site: Option<String>,
}

impl Store {
    /// Adds a room, or changes its name and site.
    ///
    /// # Errors
    /// `permission_missing`, `room_code_invalid`, `room_name_missing`, `site_unknown`.
    pub async fn put_room(&self, room: &Room, acting: &Acting<'_>) -> Result<(), BankError> {
        let context = acting.allowed(Permission::StorageMove, room.site.as_deref())?;
        if let Some(problem) = room.problem() {
            return Err(problem.into());
        }
        let write = self.database.begin().await?;
        if let Some(code) = &room.site {
            site::require(write.reader(), code).await?;
        }
        let known = rooms(write.reader()).await?.into_iter().find(|known| known.code == room.code);
        let subject = format!("room/{}", room.code);
        let (name, site) = (Some(room.name.as_str().into()), room.site.as_deref().map(Into::into));
        let event = match known {
            Some(known) if known == *room => return Ok(write.rollback().await?),
            Some(_) => Event::new("room_changed", subject).update(
                &ROOM,
                vec![room.code.as_str().into()],
                vec![("name", name), ("site", site)],
            ),
            None => Event::new("room_added", subject)
                .insert(&ROOM, vec![Some(room.code.as_str().into()), name, site]),
        };
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// Adds a tank, or changes it. Its size may change only while what stands in it keeps its place, and its class
    /// only while it is empty. A tank is armed by [`Store::arm_tank`].
    ///
    /// # Errors
    /// `permission_missing`, `room_unknown`, the problems of [`Tank::problems`], `tank_in_use`.
    pub async fn put_tank(&self, tank: &Tank, acting: &Acting<'_>) -> Result<(), BankError> {
        Refusal::if_any(tank.problems())?;
        let write = self.database.begin().await?;
        let room = rooms(write.reader()).await?.into_iter().find(|room| room.code == tank.room);
        let Some(room) = room else {
            let sentence = format!("There is no room {}: add it first.", tank.room);
            return Err(Refusal::new("room_unknown", sentence).with("room", tank.room.as_str()).into());
        };
        let context = acting.allowed(Permission::StorageMove, room.site.as_deref())?;
        let known = find(write.reader(), &tank.code).await.ok();
        let subject = format!("tank/{}", tank.code);
        let row = row_of(tank, known.as_ref().is_some_and(|known| known.tank.is_armed));
        let event = match known {
            Some(known) if known.tank == *tank => return Ok(write.rollback().await?),
            Some(known) => {
                refuse_if_in_use(write.reader(), &known.tank, tank).await?;
                if known.tank.is_armed {
                    refuse_without_limits(tank)?;
                }
                let set = TANK_COLUMNS.iter().map(|column| column.name).zip(row).skip(1).collect();
                Event::new("tank_changed", subject).update(&TANK, vec![tank.code.as_str().into()], set)
            }
            None => Event::new("tank_added", subject).insert(&TANK, row),
        };
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// Lets the readings of a tank raise alarms, or silences it for a reason. A tank that shows "fine" because nobody
    /// said what is not fine is worse than one that shows nothing: it cannot be armed without its limits and a probe.
    ///
    /// # Errors
    /// `permission_missing`, `tank_unknown`, `tank_limits_missing`, `tank_without_probe`, `reason_missing`.
    pub async fn arm_tank(&self, code: &str, armed: bool, acting: &Acting<'_>) -> Result<(), BankError> {
        let write = self.database.begin().await?;
        let found = find(write.reader(), code).await?;
        let context = acting.allowed(Permission::StorageMove, found.site.as_deref())?;
        if armed {
            refuse_without_limits(&found.tank)?;
            let sql = "SELECT COUNT(*) FROM tank_sensor WHERE tank = $1 AND NOT is_closed";
            if count(write.reader(), sql, [Value::from(code)]).await? == 0 {
                let sentence = format!("Tank {code} has no probe: add one before it is armed.");
                return Err(Refusal::new("tank_without_probe", sentence).with("tank", code).into());
            }
        } else {
            acting.reason_given()?;
        }
        if found.tank.is_armed == armed {
            return Ok(write.rollback().await?);
        }
        let kind = if armed { "tank_armed" } else { "tank_disarmed" };
        let set = vec![("is_armed", Some(armed.into()))];
        let event = Event::new(kind, format!("tank/{code}")).update(&TANK, vec![code.into()], set);
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// All rooms by their codes.
    pub async fn rooms(&self) -> Result<Vec<Room>, StoreError> {
        rooms(self.database.reader()).await
    }

    /// A tank.
    ///
    /// # Errors
    /// `tank_unknown`.
    pub async fn tank(&self, code: &str) -> Result<Tank, BankError> {
        Ok(find(self.database.reader(), code).await?.tank)
    }
}

/// What is written down of an act that was refused. Gives the refusal.
async fn refused(
    write: super::database::WriteTransaction<'_>,
    subject: String,
    refusal: Refusal,
    context: &WriteContext<'_>,
) -> Result<BankError, StoreError> {
    write.record(&context.because(refusal.code), vec![Event::new("storage_move_refused", subject)]).await?;
    write.commit().await?;
    Ok(refusal.into())
}

fn refuse_without_limits(tank: &Tank) -> Result<(), Refusal> {
    let missing = tank.limits.missing();
    if missing.is_empty() {
        return Ok(());
    }
    let (code, missing) = (tank.code.as_str(), missing.join(", "));
    let sentence = format!("Tank {code} has no limits ({missing}): set them before it is armed.");
    Err(Refusal::new("tank_limits_missing", sentence).with("tank", code).with("missing", missing))
}

async fn refuse_if_in_use(reader: Reader<'_>, known: &Tank, wanted: &Tank) -> Result<(), BankError> {
    let sides = "sector > $2 OR rack > $3 OR level > $4 OR slot > $5";
    let outside = if known.class == wanted.class { sides } else { "$2 + $3 + $4 + $5 > 0" };
    let sql =
        format!("SELECT COUNT(*) FROM storage_place WHERE tank = $1 AND taken_at_us IS NULL AND ({outside})");
    let values = [
        Value::from(wanted.code.as_str()),
        wanted.sectors.into(),
        wanted.racks.into(),
        wanted.levels.into(),
        wanted.slots.into(),
    ];
    let inside = count(reader, &sql, values).await?;
    if inside == 0 {
        return Ok(());
    }
    let code = wanted.code.as_str();
    let sentence = format!("Tank {code} holds {inside} that this change would displace: move them first.");
    Err(Refusal::new("tank_in_use", sentence).with("tank", code).with("count", inside.to_string()).into())
}

async fn count(
    reader: Reader<'_>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<i64, StoreError> {
    let row = reader.first(sql, values).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default())
}

async fn rooms(reader: Reader<'_>) -> Result<Vec<Room>, StoreError> {
    let rows = reader.all("SELECT code, name, site FROM storage_room ORDER BY code", []).await?;
    let room = |row| {
        let mut row = RowReader::new("storage_room", row);
        Ok(Room { code: row.text()?, name: row.text()?, site: row.optional_text()? })
    };
    rows.iter().map(room).collect()
}

/// # Errors
/// `tank_unknown`.
pub(super) async fn find(reader: Reader<'_>, code: &str) -> Result<Found, BankError> {
    let found = read(reader, "WHERE t.code = $1", [Value::from(code)]).await?.pop();
    found.ok_or_else(|| {
        let sentence = format!("There is no tank {code}: check the code.");
        Refusal::new("tank_unknown", sentence).with("tank", code).into()
    })
}

pub(super) async fn read(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<Found>, StoreError> {
    let columns: Vec<String> = TANK_COLUMNS.iter().map(|column| format!("t.{}", column.name)).collect();
    let sql = format!(
        "SELECT {}, r.site FROM storage_tank t JOIN storage_room r ON r.code = t.room {condition} ORDER BY t.code",
        columns.join(", ")
    );
    let found = |row| {
        let mut row = RowReader::new("storage_tank", row);
        let mut tank = Tank {
            code: row.text()?,
            room: row.text()?,
            class: row.code("class", TankClass::parse)?,
            sectors: row.key()?,
            racks: row.key()?,
            levels: row.key()?,
            slots: row.key()?,
            limits: TankLimits {
                warn_mc: row.int()?,
                critical_mc: row.int()?,
                delay_s: row.int()?,
                silence_s: row.int()?,
                low_mm: None,
            },
            is_armed: row.flag()?.unwrap_or_default(),
            is_closed: row.flag()?.unwrap_or_default(),
        };
        tank.limits.low_mm = row.int()?;
        Ok(Found { tank, site: row.optional_text()? })
    };
    reader.all(&sql, values).await?.iter().map(found).collect()
}

fn row_of(tank: &Tank, is_armed: bool) -> super::cell::Row {
    let limits = &tank.limits;
    vec![
        Some(tank.code.as_str().into()),
        Some(tank.room.as_str().into()),
        Some(tank.class.code().into()),
        Some(tank.sectors.into()),
        Some(tank.racks.into()),
        Some(tank.levels.into()),
        Some(tank.slots.into()),
        limits.warn_mc.map(Into::into),
        limits.critical_mc.map(Into::into),
        limits.delay_s.map(Into::into),
        limits.silence_s.map(Into::into),
        Some(is_armed.into()),
        Some(tank.is_closed.into()),
        limits.low_mm.map(Into::into),
    ]
}
