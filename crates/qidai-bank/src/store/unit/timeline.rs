//! All that happened to a unit on one page: its own events, and those of the records that it and they refer to.

use sea_orm::Value;

use crate::store::database::placeholders;
use crate::store::row::RowReader;
use crate::store::{Store, StoreError, timeline, trace};
use crate::{HistoryEvent, Identity};

/// Subjects whose events are told together; a unit has twenty to forty records.
const SUBJECTS_MAX: usize = 200;

impl Store {
    /// Events of a unit and of the records around it, before a number of the history (all, for `None`), newest first.
    ///
    /// # Errors
    /// Outages only.
    pub async fn unit_timeline(
        &self,
        identity: &Identity,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<HistoryEvent>, StoreError> {
        let subject = format!("unit/{}/{}", identity.scheme, identity.value);
        let reader = self.database.reader();
        let mut subjects = vec![subject.clone()];
        subjects.extend(trace::around(reader, &subject, SUBJECTS_MAX).await?);
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT sequence, effective_at_us, recorded_at_us, actor, role, site, kind, subject, reason, changes, \
             packed, hash FROM history WHERE sequence < $1 AND subject IN ({}) ORDER BY sequence DESC LIMIT {limit}",
            placeholders(2, subjects.len())
        );
        let values = std::iter::once(Value::from(before)).chain(subjects.into_iter().map(Value::from));
        let rows = reader.all(&sql, values).await?;
        rows.iter().map(|row| timeline::event(&mut RowReader::new("history", row))).collect()
    }
}
