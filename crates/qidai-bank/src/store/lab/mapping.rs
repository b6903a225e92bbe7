//! What a laboratory calls its columns: written down once, used at every delivery.

use sea_orm::Value;

use crate::store::Store;
use crate::store::database::Reader;
use crate::store::event::Event;
use crate::store::table::{Column, Table};
use crate::{Acting, BankError, Permission, Principal, Refusal};

pub(in crate::store) static TABLE: Table =
    Table { name: "lab_mapping", key: &["name"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 2] = [Column::text("name"), Column::text("columns")];
const NAME_CHARS_MAX: usize = 80;

impl Store {
    /// Keeps a mapping for a laboratory or an analyser; the one before stays in the history.
    ///
    /// # Errors
    /// `permission_missing`, `lab_name_wrong`.
    pub async fn put_lab_mapping(
        &self,
        name: &str,
        columns: &str,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let context = acting.allowed(Permission::TestRecord, None)?;
        check_name(name)?;
        let write = self.database.begin().await?;
        let subject = format!("lab_mapping/{name}");
        let event = match read(write.reader(), name).await? {
            Some(known) if known == columns => return Ok(write.rollback().await?),
            Some(_) => Event::new("lab_mapping_changed", subject).update(
                &TABLE,
                vec![name.into()],
                vec![("columns", Some(columns.into()))],
            ),
            None => Event::new("lab_mapping_added", subject)
                .insert(&TABLE, vec![Some(name.into()), Some(columns.into())]),
        };
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// The mapping of a laboratory, where there is one.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn lab_mapping(&self, name: &str, principal: &Principal) -> Result<Option<String>, BankError> {
        principal.may_any(&[Permission::TestRecord, Permission::TestReview], None)?;
        read(self.database.reader(), name).await
    }

    /// Laboratories that have a mapping, by name.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn lab_mappings(&self, principal: &Principal) -> Result<Vec<String>, BankError> {
        principal.may_any(&[Permission::TestRecord, Permission::TestReview], None)?;
        let rows = self.database.reader().all("SELECT name FROM lab_mapping ORDER BY name", []).await?;
        let name =
            |row: &sea_orm::QueryResult| row.try_get_by_index(0).map_err(crate::store::StoreError::from);
        Ok(rows.iter().map(name).collect::<Result<_, _>>()?)
    }
}

/// # Errors
/// `lab_name_wrong`.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if name.trim() == name && (1..=NAME_CHARS_MAX).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let sentence = format!(
        "The name of the laboratory has {length} characters: expected 1 to {NAME_CHARS_MAX}, without blanks at its ends."
    );
    Err(Refusal::new("lab_name_wrong", sentence))
}

async fn read(reader: Reader<'_>, name: &str) -> Result<Option<String>, BankError> {
    let sql = "SELECT columns FROM lab_mapping WHERE name = $1";
    let row = reader.first(sql, [Value::from(name)]).await?;
    let text = |row: sea_orm::QueryResult| row.try_get_by_index(0).map_err(crate::store::StoreError::from);
    Ok(row.map(text).transpose()?)
}
