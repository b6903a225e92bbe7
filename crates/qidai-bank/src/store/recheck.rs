//! What a re-check compares: the typing with which the unit was banked, and the one of the segment that was thawed.

use sea_orm::Value;

use super::row::RowReader;
use super::{Store, StoreError, unit};
use crate::{Record, UnitRecord};

/// Two typings, as laboratories wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecheckTypings {
    /// In force when the re-check began; `None` for a unit that was never typed before.
    pub banked: Option<String>,
    /// Approved since it began; `None` until the laboratory has done so.
    pub segment: Option<String>,
}

impl Store {
    /// The typings that a re-check compares.
    ///
    /// # Errors
    /// Outages only.
    pub async fn recheck_typings(&self, recheck: &Record) -> Result<RecheckTypings, StoreError> {
        let Some(identity) = recheck.field("unit").and_then(unit::identity_in) else {
            return Ok(RecheckTypings::default());
        };
        let Some(unit) = self.unit(&identity).await? else { return Ok(RecheckTypings::default()) };
        let sql = "SELECT t.value, t.state FROM test_result t JOIN unit u ON u.unit_key = t.unit_key \
                   WHERE u.scheme = $1 AND u.identity = $2 AND t.test = 'hla' \
                   AND t.approved_at_us >= $3 AND t.entered_at_us >= $3 ORDER BY t.approved_at_us DESC";
        let begun = recheck.created_at.as_microsecond();
        let values = [Value::from(identity.scheme), Value::from(identity.value), Value::from(begun)];
        let rows = self.database.reader().all(sql, values).await?;
        let (mut segment, mut since) = (None, 0);
        for row in &rows {
            let mut row = RowReader::new("test_result", row);
            let (value, state) = (row.text()?, row.text()?);
            since += 1;
            if state == "approved" {
                segment = segment.or(Some(value));
            }
        }
        Ok(RecheckTypings { banked: before(&unit, since), segment })
    }
}

/// The typing in force before the last so many: each approved result became one more.
fn before(unit: &UnitRecord, since: usize) -> Option<String> {
    let at = unit.typings.len().checked_sub(since + 1)?;
    unit.typings.get(at).map(|typing| typing.written.clone())
}
