//! Versions of what people change: the number of the last event about a subject.
//!
//! It grows with every change of whatever row of the subject, and is in the history, so that no row needs a column
//! for it and a role that was given and taken again is another version.

use sea_orm::Value;

use super::database::Reader;
use super::{Store, StoreError};
use crate::{Acting, BankError, Refusal};

impl Store {
    /// The version of a subject such as `account/S0012`; `None` when nothing was ever recorded about it.
    ///
    /// # Errors
    /// The database fails.
    pub async fn version_of(&self, subject: &str) -> Result<Option<u64>, StoreError> {
        of(self.database.reader(), subject).await
    }
}

async fn of(reader: Reader<'_>, subject: &str) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT MAX(sequence) FROM history WHERE subject = $1";
    let Some(row) = reader.first(sql, [Value::from(subject)]).await? else { return Ok(None) };
    Ok(row.try_get_by_index::<Option<i64>>(0)?.map(i64::unsigned_abs))
}

/// Refuses an act on something that is not as its actor saw it. Asked with the writer's turn.
pub(super) async fn require(reader: Reader<'_>, subject: &str, acting: &Acting<'_>) -> Result<(), BankError> {
    let Some(expected) = acting.expected_version else { return Ok(()) };
    let found = of(reader, subject).await?.unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    let sentence = format!(
        "{subject} is at version {found}, not {expected}: somebody changed it since; read it again and decide anew."
    );
    let refusal = Refusal::new("version_changed", sentence).with("subject", subject);
    Err(refusal.with("found", found.to_string()).with("expected", expected.to_string()).into())
}
