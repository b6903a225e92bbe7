//! Erasing a person, and restricting the use of their data where the law forbids erasing.

use sea_orm::Value;

use super::{PersonState, readable, set_state};
use crate::store::Store;
use crate::{Acting, BankError, Permission};

impl Store {
    /// Destroys the key of a person: what is sealed under it, in every row, in the history and in what is written of
    /// both from now on, is unreadable for ever. The chain still verifies, because it holds what was sealed. Copies
    /// of the key in older backups end with those backups.
    ///
    /// # Errors
    /// `permission_missing`, `reason_missing`, `person_unknown`, `person_erased`.
    pub async fn erase_person(&self, id: &str, acting: &Acting<'_>) -> Result<(), BankError> {
        let write = self.database.begin().await?;
        let head = readable(write.reader(), id).await?;
        let context = acting.allowed(Permission::PersonErase, None)?;
        acting.reason_given()?;
        set_state(&write, &context, &head, ("person_erased", PersonState::Erased)).await?;
        for sql in
            ["DELETE FROM person_key WHERE person_id = $1", "DELETE FROM person_index WHERE person_id = $1"]
        {
            write.change_unaudited(sql, [Value::from(id)]).await?;
        }
        write.commit().await.map_err(BankError::from)
    }

    /// Restricts the use of a person's data to quality, the law and the person, or lifts that.
    ///
    /// # Errors
    /// As [`Store::erase_person`].
    pub async fn restrict_person(
        &self,
        id: &str,
        restrict: bool,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let write = self.database.begin().await?;
        let head = readable(write.reader(), id).await?;
        let context = acting.allowed(Permission::PersonErase, None)?;
        acting.reason_given()?;
        let becomes = match restrict {
            true => ("person_restricted", PersonState::Restricted),
            false => ("person_restriction_lifted", PersonState::Active),
        };
        if head.state == becomes.1 {
            return Ok(write.rollback().await?);
        }
        set_state(&write, &context, &head, becomes).await?;
        write.commit().await.map_err(BankError::from)
    }
}
