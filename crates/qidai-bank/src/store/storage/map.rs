//! The storage as it is looked at: all tanks, one tank, one rack.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::{find, read};
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::{
    BankError, Identity, Occupancy, Position, RackUse, SlotView, Status, Stored, StoredKind, TestOutcome,
    Wanted,
};

/// The pace at which a tank fills is that of so many days.
const PACE_DAYS: i64 = 90;

impl Store {
    /// All tanks with what is in them, by their codes.
    pub async fn storage(&self, now: Timestamp) -> Result<Vec<Occupancy>, StoreError> {
        let reader = self.database.reader();
        let used = "SELECT tank, COUNT(*) FROM storage_place WHERE taken_at_us IS NULL GROUP BY tank";
        let used = self.per_tank(used, None).await?;
        let since = (now - SignedDuration::from_hours(24 * PACE_DAYS)).as_microsecond();
        let placed = "SELECT tank, COUNT(*) FROM storage_place WHERE placed_at_us >= $1 AND taken_at_us IS NULL GROUP BY tank";
        let grown = self.per_tank(placed, Some(since)).await?;
        let left = "SELECT tank, COUNT(*) FROM storage_place WHERE taken_at_us >= $1 AND placed_at_us < $1 GROUP BY tank";
        let left = self.per_tank(left, Some(since)).await?;
        let open = "SELECT tank, COUNT(*) FROM tank_alarm WHERE ended_at_us IS NULL OR acknowledged_at_us IS NULL GROUP BY tank";
        let alarms = self.per_tank(open, None).await?;
        let tanks = read(reader, "", []).await?.into_iter().map(|found| {
            let of = |counts: &std::collections::HashMap<String, i64>| {
                counts.get(&found.tank.code).copied().unwrap_or_default()
            };
            let (used, pace) = (of(&used), of(&grown) - of(&left));
            let days_to_full = days_to_full(found.tank.capacity() - used, pace);
            Occupancy { alarms: of(&alarms), used, days_to_full, tank: found.tank }
        });
        Ok(tanks.collect())
    }

    async fn per_tank(
        &self,
        sql: &str,
        since: Option<i64>,
    ) -> Result<std::collections::HashMap<String, i64>, StoreError> {
        let rows = self.database.reader().all(sql, since.map(Value::from)).await?;
        let pair = |row| {
            let mut row = RowReader::new("storage_place", row);
            Ok((row.text()?, row.key()?))
        };
        rows.iter().map(pair).collect()
    }

    /// The racks of a tank that hold something.
    pub async fn rack_uses(&self, tank: &str) -> Result<Vec<RackUse>, StoreError> {
        let sql = "SELECT sector, rack, COUNT(*) FROM storage_place WHERE tank = $1 AND taken_at_us IS NULL \
                   GROUP BY sector, rack ORDER BY sector, rack";
        let rows = self.database.reader().all(sql, [Value::from(tank)]).await?;
        let rack_use = |row| {
            let mut row = RowReader::new("storage_place", row);
            Ok(RackUse { sector: row.key()?, rack: row.key()?, used: row.key()? })
        };
        rows.iter().map(rack_use).collect()
    }

    /// What stands in a tank, or in one rack of it (sector, rack), in the order of the places.
    ///
    /// # Errors
    /// `tank_unknown`.
    pub async fn tank_content(
        &self,
        code: &str,
        rack: Option<(i64, i64)>,
    ) -> Result<Vec<SlotView>, BankError> {
        let reader = self.database.reader();
        let tank = find(reader, code).await?.tank;
        let part = if rack.is_some() { "AND p.sector = $2 AND p.rack = $3" } else { "" };
        let sql = format!(
            "SELECT p.tank, p.sector, p.rack, p.level, p.slot, p.kind, p.scheme, p.identity, p.placed_at_us, u.status, \
             u.idm FROM storage_place p LEFT JOIN unit u ON u.scheme = p.scheme AND u.identity = p.identity \
             WHERE p.tank = $1 AND p.taken_at_us IS NULL {part} ORDER BY p.sector, p.rack, p.level, p.slot"
        );
        let values = rack.into_iter().flat_map(|(sector, rack)| [Value::from(sector), Value::from(rack)]);
        let rows = reader.all(&sql, std::iter::once(Value::from(code)).chain(values)).await?;
        let slot = |row| slot_view(&mut RowReader::new("storage_place", row), tank.class);
        rows.iter().map(slot).collect::<Result<_, StoreError>>().map_err(BankError::from)
    }
}

fn slot_view(row: &mut RowReader<'_>, class: crate::TankClass) -> Result<SlotView, StoreError> {
    let position = Position {
        tank: row.text()?,
        sector: row.key()?,
        rack: row.key()?,
        level: row.key()?,
        slot: row.key()?,
    };
    let kind = row.code("kind", StoredKind::parse)?;
    let stored = Stored { kind, identity: Identity { scheme: row.text()?, value: row.text()? } };
    let placed_at = row.time("placed_at_us")?;
    let status = row.optional_code("status", Status::parse)?;
    let idm = row.optional_code("idm", TestOutcome::parse)?;
    let wanted = status.map_or(Wanted::of_kind(kind), |status| Wanted::of_unit(status, idm));
    Ok(SlotView { position, stored, placed_at, status, is_misplaced: !wanted.allows(class) })
}

/// Days until nothing is free at `pace` bags in [`PACE_DAYS`], rounded down.
fn days_to_full(free: i64, pace: i64) -> Option<i64> {
    (pace > 0).then(|| free.max(0).saturating_mul(PACE_DAYS) / pace)
}

#[cfg(test)]
mod tests {
    use super::days_to_full;

    #[test]
    fn a_tank_that_does_not_fill_has_no_day() {
        assert_eq!(days_to_full(100, 0), None);
        assert_eq!(days_to_full(100, -5), None);
        assert_eq!(days_to_full(90, 90), Some(90));
        assert_eq!(days_to_full(1, 90), Some(1));
        assert_eq!(days_to_full(0, 90), Some(0));
    }
}
