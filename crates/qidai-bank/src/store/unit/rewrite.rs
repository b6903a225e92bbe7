//! Changing what a unit's record says, together with the event that is the reason.

use super::{columns, digest_of, load, typing};
use crate::store::database::Reader;
use crate::store::event::Event;
use crate::store::lab::unit_row;
use crate::{BankError, Identity, StoreError, UnitRecord};

/// Adds to an event what changes in the unit's row and its typings. A typing that is added is then the one in force.
pub(in crate::store) async fn rewrite(
    reader: Reader<'_>,
    identity: &Identity,
    mut event: Event,
    change: impl FnOnce(&mut UnitRecord),
) -> Result<Event, BankError> {
    let key = unit_row(reader, identity).await?;
    let known = load(reader, &identity.scheme, &[&identity.value]).await?;
    let Some(before) = known.into_values().next() else { return Ok(event) };
    let mut after = before.clone();
    change(&mut after);
    if after == before {
        return Ok(event);
    }
    let row = columns::row_of(&after, key, &digest_of(&after.fields()));
    let old = columns::row_of(&before, key, &digest_of(&before.fields()));
    let names = (columns::TABLE.columns)().iter().map(|column| column.name);
    let changed = names.zip(row.into_iter().zip(old)).filter(|(_, (new, old))| new != old);
    event = event.update(
        &columns::TABLE,
        vec![key.into()],
        changed.map(|(name, (new, _))| (name, new)).collect(),
    );
    let first_new = before.typings.len();
    if after.typings.len() > first_new {
        if let Ok(last @ 1..) = i64::try_from(first_new) {
            let old_key = vec![key.into(), "unit".into(), last.into()];
            event = event.update(&typing::TABLE, old_key, vec![("in_force", Some(false.into()))]);
        }
        let rows = typing::rows_of(&UnitRecord { mother_typings: Vec::new(), ..after }, key);
        event = rows.into_iter().skip(first_new).fold(event, |event, row| event.insert(&typing::TABLE, row));
    }
    Ok(event)
}

/// The record of a unit that is there.
pub(in crate::store) async fn record(
    reader: Reader<'_>,
    identity: &Identity,
) -> Result<UnitRecord, BankError> {
    unit_row(reader, identity).await?;
    let known = load(reader, &identity.scheme, &[&identity.value]).await?;
    let known = known.into_values().next();
    known.ok_or_else(|| StoreError::RowMissing { table: "unit", row: identity.written() }.into())
}
