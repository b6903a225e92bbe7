//! Jobs: work that waits for its time and is done by one process at a time.
//!
//! Who takes a job has it for the time of a lease. A process that dies lets its lease run out, and another takes the
//! job. Each taking has a number, so that a process that was believed dead cannot finish what another does now.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::database::Reader;
use super::row::RowReader;
use super::{Store, StoreError};
use crate::IdSource;

/// A job that this process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: String,
    /// There is at most one waiting job of a key.
    pub key: Option<String>,
    /// What is to be done, such as `clocks`.
    pub kind: String,
    /// What it needs to know; JSON, without personal data.
    pub payload: String,
    /// When it was to be done.
    pub run_at: Timestamp,
    /// How often it was taken, this time included.
    pub attempts: u64,
    /// Why it was not done the last time.
    pub last_error: Option<String>,
}

/// A job to be done.
#[derive(Debug, Clone, Copy)]
pub struct NewJob<'a> {
    /// A job of this key that waits already is left as it is.
    pub key: Option<&'a str>,
    pub kind: &'a str,
    pub payload: &'a str,
    pub run_at: Timestamp,
}

const COLUMNS: &str = "job_id, job_key, kind, payload, run_at_us, attempts, last_error";

impl Store {
    /// Adds a job; false when one of its key waits already.
    ///
    /// # Errors
    /// Outages only.
    pub async fn add_job(&self, job: NewJob<'_>, ids: &IdSource) -> Result<bool, StoreError> {
        let write = self.database.begin().await?;
        let sql = "INSERT INTO job (job_id, job_key, kind, payload, run_at_us, attempts, given_up) \
                   VALUES ($1, $2, $3, $4, $5, 0, FALSE) ON CONFLICT (job_key) DO NOTHING";
        let values = [
            Value::from(ids.next_id()),
            Value::from(job.key.map(str::to_owned)),
            Value::from(job.kind),
            Value::from(job.payload),
            Value::from(job.run_at.as_microsecond()),
        ];
        let added = write.change_unaudited(sql, values).await?;
        write.commit().await?;
        Ok(added == 1)
    }

    /// Takes the job that is due the longest and that nobody has, for the time of a lease. `None`: nothing is due.
    ///
    /// # Errors
    /// Outages only.
    pub async fn take_due_job(
        &self,
        now: Timestamp,
        owner: &str,
        lease: SignedDuration,
    ) -> Result<Option<Job>, StoreError> {
        // Looking costs no writer's turn.
        if due(self.database.reader(), now).await?.is_none() {
            return Ok(None);
        }
        let write = self.database.begin().await?;
        let Some(mut job) = due(write.reader(), now).await? else {
            write.rollback().await?;
            return Ok(None);
        };
        let sql = "UPDATE job SET owner = $1, lease_until_us = $2, attempts = attempts + 1 WHERE job_id = $3";
        let until = (now + lease).as_microsecond();
        let values = [Value::from(owner), Value::from(until), Value::from(job.id.as_str())];
        write.change_unaudited(sql, values).await?;
        write.commit().await?;
        job.attempts += 1;
        Ok(Some(job))
    }

    /// Has the job longer. False: the lease was over and another process has it; stop.
    ///
    /// # Errors
    /// Outages only.
    pub async fn keep_job(&self, job: &Job, owner: &str, until: Timestamp) -> Result<bool, StoreError> {
        let set = "lease_until_us = $4";
        self.change_job(job, owner, set, vec![Value::from(until.as_microsecond())]).await
    }

    /// What the job needs to know when it is done again. False: another process has it.
    ///
    /// # Errors
    /// Outages only.
    pub async fn remember_in_job(&self, job: &Job, owner: &str, payload: &str) -> Result<bool, StoreError> {
        self.change_job(job, owner, "payload = $4", vec![Value::from(payload)]).await
    }

    /// The job is done and gone. False: another process has it.
    ///
    /// # Errors
    /// Outages only.
    pub async fn finish_job(&self, job: &Job, owner: &str) -> Result<bool, StoreError> {
        let write = self.database.begin().await?;
        let sql = "DELETE FROM job WHERE job_id = $1 AND owner = $2 AND attempts = $3";
        let finished = write.change_unaudited(sql, mine(job, owner)).await?;
        write.commit().await?;
        Ok(finished == 1)
    }

    /// The job is done for now and is done again then. False: another process has it.
    ///
    /// # Errors
    /// Outages only.
    pub async fn repeat_job(&self, job: &Job, owner: &str, run_at: Timestamp) -> Result<bool, StoreError> {
        let set = "owner = NULL, lease_until_us = NULL, attempts = 0, last_error = NULL, run_at_us = $4";
        self.change_job(job, owner, set, vec![Value::from(run_at.as_microsecond())]).await
    }

    /// The job was not done; `again_at` is when to try again, `None` gives it up and keeps it for people to look at.
    /// False: another process has it.
    ///
    /// # Errors
    /// Outages only.
    pub async fn fail_job(
        &self,
        job: &Job,
        owner: &str,
        error: &str,
        again_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let set = "owner = NULL, lease_until_us = NULL, last_error = $4, run_at_us = $5, given_up = $6";
        let run_at = again_at.unwrap_or(job.run_at).as_microsecond();
        let values = vec![Value::from(error), Value::from(run_at), Value::from(again_at.is_none())];
        self.change_job(job, owner, set, values).await
    }

    /// Jobs that were given up, the oldest first, with their last errors.
    ///
    /// # Errors
    /// Outages only.
    pub async fn jobs_given_up(&self) -> Result<Vec<Job>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE given_up ORDER BY run_at_us, job_id LIMIT 1000");
        self.database.reader().all(&sql, []).await?.iter().map(job_of).collect()
    }

    async fn change_job(
        &self,
        job: &Job,
        owner: &str,
        set: &str,
        values: Vec<Value>,
    ) -> Result<bool, StoreError> {
        let write = self.database.begin().await?;
        let sql = format!("UPDATE job SET {set} WHERE job_id = $1 AND owner = $2 AND attempts = $3");
        let changed = write.change_unaudited(&sql, mine(job, owner).into_iter().chain(values)).await?;
        write.commit().await?;
        Ok(changed == 1)
    }
}

/// What only the process that has the job knows.
fn mine(job: &Job, owner: &str) -> [Value; 3] {
    let attempts = i64::try_from(job.attempts).unwrap_or(i64::MAX);
    [Value::from(job.id.as_str()), Value::from(owner), Value::from(attempts)]
}

async fn due(reader: Reader<'_>, now: Timestamp) -> Result<Option<Job>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM job WHERE run_at_us <= $1 AND NOT given_up \
         AND (lease_until_us IS NULL OR lease_until_us < $1) ORDER BY run_at_us, job_id LIMIT 1"
    );
    let row = reader.first(&sql, [Value::from(now.as_microsecond())]).await?;
    row.as_ref().map(job_of).transpose()
}

fn job_of(row: &sea_orm::QueryResult) -> Result<Job, StoreError> {
    let mut row = RowReader::new("job", row);
    Ok(Job {
        id: row.text()?,
        key: row.optional_text()?,
        kind: row.text()?,
        payload: row.text()?,
        run_at: row.time("run_at_us")?,
        attempts: row.key()?.unsigned_abs(),
        last_error: row.optional_text()?,
    })
}
