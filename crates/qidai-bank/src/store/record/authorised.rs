//! "May this person do that on this day?", asked of the register of authorisations.

use jiff::Timestamp;
use sea_orm::Value;

use crate::StoreError;
use crate::store::{Store, setting};

impl Store {
    /// The number of the authorisation by which an account may do an activity at a time: it was in force then, and the
    /// day, in the bank's zone, is one of its days. `None`: there is none.
    ///
    /// What was suspended or withdrawn later was still in force then; what was entered late does not count for the
    /// time before.
    ///
    /// # Errors
    /// Outages only: an outage is never a "no".
    pub async fn authorisation(
        &self,
        staff_number: &str,
        activity: &str,
        at: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let reader = self.database.reader();
        let day = setting::time_zone(reader).await?.to_datetime(at).date();
        let sql = "SELECT r.number FROM record r \
             JOIN record_field h ON h.record_id = r.record_id AND h.field = 'holder' \
             JOIN record_field a ON a.record_id = r.record_id AND a.field = 'activity' \
             JOIN record_field f ON f.record_id = r.record_id AND f.field = 'from' \
             JOIN record_field u ON u.record_id = r.record_id AND u.field = 'until' \
             WHERE r.concept = 'authorisation' AND LOWER(h.value) = LOWER($1) AND a.value = $2 \
             AND f.value <= $3 AND u.value >= $3 AND 'granted' = \
             (SELECT s.to_state FROM record_step s JOIN history e ON e.sequence = s.recorded_in \
              WHERE s.record_id = r.record_id AND e.effective_at_us <= $4 ORDER BY s.version DESC LIMIT 1) \
             ORDER BY u.value DESC, r.serial LIMIT 1";
        let values = [
            Value::from(staff_number),
            Value::from(activity),
            Value::from(day.to_string()),
            Value::from(at.as_microsecond()),
        ];
        let row = reader.first(sql, values).await?;
        row.map(|row| row.try_get_by_index(0)).transpose().map_err(StoreError::from)
    }
}
