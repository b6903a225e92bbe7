//! How often something may be done, counted for all servers of a bank together.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::database::{WriteTransaction, placeholders};
use super::{Store, StoreError};

/// What one server took from a limit since it last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitTaken {
    /// Such as `account/0198…` or `sign_in/192.0.2.7`.
    pub bucket: String,
    /// When its window began, microseconds since 1970.
    pub window_us: i64,
    pub taken: i64,
}

impl Store {
    /// Takes one from a limit that all servers share, such as `sign_in/192.0.2.7`: true while fewer than `per_window`
    /// were taken in this window. Windows begin at multiples of their length.
    pub async fn take_from_limit(
        &self,
        bucket: &str,
        per_window: i64,
        window: SignedDuration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let taken = LimitTaken { bucket: bucket.to_owned(), window_us: window_begin(window, now), taken: 1 };
        let total = self.settle_limits(&[taken]).await?;
        Ok(total.first().is_some_and(|total| *total <= per_window))
    }

    /// Tells what was taken, and learns what all servers took in the same windows, in the same order.
    ///
    /// # Errors
    /// The database fails: nothing was told.
    pub async fn settle_limits(&self, taken: &[LimitTaken]) -> Result<Vec<i64>, StoreError> {
        if taken.is_empty() {
            return Ok(Vec::new());
        }
        let write = self.database.begin_aside().await?;
        // In one order, so that no two servers wait for each other.
        let mut sorted: Vec<&LimitTaken> = taken.iter().collect();
        sorted.sort_by(|one, other| one.bucket.cmp(&other.bucket));
        for one in sorted {
            add(&write, one).await?;
        }
        let totals = totals(&write, taken).await?;
        write.commit().await?;
        Ok(totals)
    }
}

/// When the window of a moment began, microseconds since 1970.
pub(super) fn window_begin(window: SignedDuration, now: Timestamp) -> i64 {
    let length = i64::try_from(window.as_micros()).unwrap_or(i64::MAX).max(1);
    now.as_microsecond().div_euclid(length) * length
}

async fn add(write: &WriteTransaction<'_>, one: &LimitTaken) -> Result<(), StoreError> {
    let sql = "INSERT INTO rate_limit (bucket, window_us, taken) VALUES ($1, $2, $3) \
               ON CONFLICT (bucket) DO UPDATE SET window_us = excluded.window_us, taken = excluded.taken + \
               CASE WHEN rate_limit.window_us = excluded.window_us THEN rate_limit.taken ELSE 0 END";
    let values = [Value::from(one.bucket.as_str()), Value::from(one.window_us), Value::from(one.taken)];
    write.change_unaudited(sql, values).await.map(|_| ())
}

async fn totals(write: &WriteTransaction<'_>, taken: &[LimitTaken]) -> Result<Vec<i64>, StoreError> {
    let list = placeholders(1, taken.len());
    let sql = format!("SELECT taken, bucket, window_us FROM rate_limit WHERE bucket IN ({list})");
    let rows = write.reader().all(&sql, taken.iter().map(|one| Value::from(one.bucket.as_str()))).await?;
    let mut known = std::collections::HashMap::new();
    for row in &rows {
        let (bucket, window_us): (String, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        known.insert((bucket, window_us), row.try_get_by_index::<i64>(0)?);
    }
    let total = |one: &LimitTaken| known.get(&(one.bucket.clone(), one.window_us)).copied();
    Ok(taken.iter().map(|one| total(one).unwrap_or(one.taken)).collect())
}
