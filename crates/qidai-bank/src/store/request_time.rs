//! How long requests waited for their reports.

use jiff::Timestamp;
use sea_orm::{QueryResult, Value};

use super::row::RowReader;
use super::{Store, StoreError};
use crate::search_run::RequestTime;
use crate::workflow::{self, State};
use crate::{BankError, Principal};

/// Times of a step are those when it was done, not when it was entered.
const TIMES: &str = "SELECT r.number, r.state, COALESCE(o.value, 'domestic'), \
     (SELECT MIN(h.effective_at_us) FROM record_step s JOIN history h ON h.sequence = s.recorded_in \
      WHERE s.record_id = r.record_id AND s.step = 'submit') AS submitted, \
     (SELECT MIN(h.effective_at_us) FROM record_step s JOIN history h ON h.sequence = s.recorded_in \
      WHERE s.record_id = r.record_id AND s.to_state = 'reported') AS reported, \
     (SELECT x.best_x6 FROM search_run x WHERE x.request = r.number ORDER BY x.serial DESC LIMIT 1) AS best_x6, \
     (SELECT COUNT(*) FROM search_run x WHERE x.request = r.number) AS runs \
     FROM record r LEFT JOIN record_field o ON o.record_id = r.record_id AND o.field = 'origin' \
     WHERE r.concept = 'search_request' ORDER BY r.serial";

impl Store {
    /// Requests that were handed in from a moment on and before another, with the times of their reports; for staff of all sites.
    ///
    /// # Errors
    /// `permission_missing`, `permission_missing_at_site`.
    pub async fn request_times(
        &self,
        (from, before): (Timestamp, Timestamp),
        principal: &Principal,
    ) -> Result<Vec<RequestTime>, BankError> {
        principal.may_any(&workflow::known("search_request")?.view, None)?;
        let all = self.database.reader().all(TIMES, Vec::<Value>::new()).await?;
        let mut found = Vec::new();
        for row in &all {
            found.extend(time_of(row)?.filter(|one| one.submitted_at >= from && one.submitted_at < before));
        }
        Ok(found)
    }
}

/// `None`: it was never handed in.
fn time_of(row: &QueryResult) -> Result<Option<RequestTime>, StoreError> {
    let mut row = RowReader::new("record", row);
    let concept = workflow::concept("search_request");
    let state_of = |code: &str| -> Option<&'static State> { concept.and_then(|concept| concept.state(code)) };
    let request = row.text()?;
    let state = row.code("state", state_of)?.code;
    let is_foreign = row.text()? == "foreign";
    let (submitted, reported) = (row.optional_time("submitted")?, row.optional_time("reported")?);
    let best_x6 = row.int()?.and_then(|class| u8::try_from(class).ok());
    let is_searched = row.key()? > 0;
    Ok(submitted.map(|submitted_at| RequestTime {
        request,
        is_foreign,
        submitted_at,
        reported_at: reported,
        state,
        best_x6,
        is_searched,
    }))
}
