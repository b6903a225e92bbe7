//! Worklists: what waits for review, and which units wait for a test.

use jiff::Timestamp;
use sea_orm::Value;

use super::read::read;
use crate::store::database::placeholders;
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::{
    BankError, Identity, Permission, Phase, Principal, ResultState, Status, TestDefinition, TestResult,
    WorklistFilter,
};

/// States in which the laboratory works on a unit.
const TESTED_IN: [Status; 4] = [Status::Received, Status::Processing, Status::Processed, Status::Quarantine];

impl Store {
    /// Results in some states (those that wait, when none is asked for), the oldest first, after a place in that order.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn result_worklist(
        &self,
        filter: &WorklistFilter,
        after: Option<(Timestamp, &str)>,
        limit: u32,
        principal: &Principal,
    ) -> Result<Vec<TestResult>, BankError> {
        principal.may(Permission::UnitView, None)?;
        // The database is told that these are the pending ones, so that it takes the index of those.
        let mut states: Vec<&str> = filter.states.iter().map(|state| state.code()).collect();
        if states.is_empty() {
            states = ResultState::ALL
                .iter()
                .filter(|state| state.is_pending())
                .map(|state| state.code())
                .collect();
        }
        let list: Vec<String> = states.iter().map(|code| format!("'{code}'")).collect();
        let (at, id) = after.map_or((i64::MIN, ""), |(at, id)| (at.as_microsecond(), id));
        let mut values = vec![Value::from(at), Value::from(id)];
        let mut condition = format!(
            "WHERE t.state IN ({}) AND (t.entered_at_us > $1 OR t.entered_at_us = $1 AND t.result_id > $2)",
            list.join(", ")
        );
        if let Some(test) = filter.test {
            values.push(Value::from(test));
            condition.push_str(" AND t.test = $3");
        }
        condition.push_str(&format!(" ORDER BY t.entered_at_us, t.result_id LIMIT {limit}"));
        Ok(read(self.database.reader(), &condition, values).await?)
    }

    /// Units that the laboratory works on and that have no result of a test, waiting or approved, by number.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn units_without_result(
        &self,
        test: &TestDefinition,
        phase: Option<Phase>,
        limit: u32,
        principal: &Principal,
    ) -> Result<Vec<(Identity, Status)>, BankError> {
        principal.may(Permission::UnitView, None)?;
        let states = placeholders(3, TESTED_IN.len());
        let sql = format!(
            "SELECT u.unit_key, u.scheme, u.identity, u.status FROM unit u WHERE u.status IN ({states}) AND NOT EXISTS \
             (SELECT 1 FROM test_result t WHERE t.unit_key = u.unit_key AND t.test = $1 AND t.phase = $2 \
             AND t.state IN ('entered', 'reviewed', 'approved')) ORDER BY u.unit_key LIMIT {limit}"
        );
        let mut values = vec![Value::from(test.code), Value::from(phase.map_or("", Phase::code))];
        values.extend(TESTED_IN.iter().map(|status| Value::from(status.code())));
        let rows = self.database.reader().all(&sql, values).await?;
        let found = rows.iter().map(|row| {
            let mut row = RowReader::new("unit", row);
            let _key = row.key()?;
            let identity = Identity { scheme: row.text()?, value: row.text()? };
            Ok((identity, row.code("status", Status::parse)?))
        });
        Ok(found.collect::<Result<_, StoreError>>()?)
    }

    /// How many results wait for review.
    ///
    /// # Errors
    /// Outages only.
    pub async fn pending_results(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM test_result WHERE state IN ('entered', 'reviewed')";
        match self.database.reader().first(sql, []).await? {
            Some(row) => Ok(row.try_get_by_index::<i64>(0)?.unsigned_abs()),
            None => Ok(0),
        }
    }
}
