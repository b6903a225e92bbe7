//! Which labels were printed. A second one of the same kind needs a reason: two labels of one number in a room are how
//! bags are mixed up.

use sea_orm::Value;

use super::event::Event;
use super::table::{Column, Table};
use super::{Store, StoreError};
use crate::{Acting, BankError, Permission, Refusal, Stored};

pub(super) static TABLE: Table =
    Table { name: "label_print", key: &["print_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 7] = [
    Column::text("print_id"),
    Column::text("subject"),
    Column::text("kind"),
    Column::int("copies"),
    Column::flag("is_reprint"),
    Column::text("printed_by"),
    Column::int("printed_at_us"),
];

/// Labels of one print.
const COPIES_MAX: i64 = 50;

/// A print that was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printed {
    pub is_reprint: bool,
}

impl Store {
    /// Writes down that labels are printed; do it before they are. `kind` is `bag`, `tube` or another layout. Printed
    /// before, the reason of `acting` is needed.
    ///
    /// # Errors
    /// `permission_missing`, `reprint_reason_missing`, `copies_out_of_range`.
    pub async fn print_label(
        &self,
        stored: &Stored,
        kind: &str,
        copies: i64,
        acting: &Acting<'_>,
    ) -> Result<Printed, BankError> {
        let context = acting
            .principal
            .may_any(&[Permission::UnitEnter, Permission::ProcessingRecord, Permission::StorageMove], None)?;
        let context = crate::WriteContext {
            reason: acting.reason,
            ..crate::WriteContext::new(acting.now, context, acting.ids)
        };
        if !(1..=COPIES_MAX).contains(&copies) {
            let sentence = format!("{copies} copies were asked for: expected 1 to {COPIES_MAX}.");
            return Err(Refusal::new("copies_out_of_range", sentence)
                .with("value", copies.to_string())
                .into());
        }
        let write = self.database.begin().await?;
        let subject = stored.subject();
        let sql = "SELECT COUNT(*) FROM label_print WHERE subject = $1 AND kind = $2";
        let row = write.reader().first(sql, [Value::from(subject.as_str()), Value::from(kind)]).await?;
        let before: i64 =
            row.map(|row| row.try_get_by_index(0)).transpose().map_err(StoreError::from)?.unwrap_or_default();
        let is_reprint = before > 0;
        if is_reprint && acting.reason_given().is_err() {
            let sentence = format!(
                "This label was printed {before} times before: say why again, in at least 8 characters, and destroy the old one."
            );
            let refusal = Refusal::new("reprint_reason_missing", sentence);
            return Err(refusal.with("count", before.to_string()).into());
        }
        let row = vec![
            Some(acting.ids.next_id().as_str().into()),
            Some(subject.as_str().into()),
            Some(kind.into()),
            Some(copies.into()),
            Some(is_reprint.into()),
            Some(acting.principal.name().into()),
            Some(acting.now.as_microsecond().into()),
        ];
        let event = if is_reprint { "label_reprinted" } else { "label_printed" };
        write.record(&context, vec![Event::new(event, subject).insert(&TABLE, row)]).await?;
        write.commit().await?;
        Ok(Printed { is_reprint })
    }
}
