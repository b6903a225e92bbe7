//! All that an event writes: the changes it lists, and the rows that the store derives from them.

use std::borrow::Cow;

use super::event_page::RawEvent;
use super::json::{Change, Columns, Value, changes_of};
use crate::store::table::RECORDED_IN;
use crate::store::{unit, unit_state};

/// The changes of an event, derived ones last.
pub(super) fn all_changes<'p>(
    event: &RawEvent<'_>,
    changes: &'p [u8],
) -> Result<Vec<Change<'p>>, serde_json::Error> {
    let mut changes: Vec<Change<'p>> = changes_of(changes)?;
    let derived: Vec<_> = changes.iter().filter_map(|change| unit_state_of(change, event)).collect();
    changes.extend(derived);
    Ok(changes)
}

/// As [`unit_state::rows_of`] writes it.
fn unit_state_of<'p>(change: &Change<'p>, event: &RawEvent<'_>) -> Option<Change<'p>> {
    if change.table != unit::TABLE.name {
        return None;
    }
    let new = change.new.as_ref();
    let said = new.into_iter().flat_map(|new| &new.0);
    let said =
        said.filter(|(name, value)| unit_state::VALUES.contains(&name.as_ref()) && *value != Value::Unknown);
    let mut columns: Vec<(Cow<'p, str>, Value<'p>)> = said.cloned().collect();
    if new.is_some() && columns.is_empty() {
        return None;
    }
    let key = vec![change.key.first().cloned().unwrap_or(Value::Unknown), Value::Int(event.sequence)];
    let numbers = [
        ("sequence", event.sequence),
        ("effective_at_us", event.effective_at_us),
        ("recorded_at_us", event.recorded_at_us),
        (RECORDED_IN, event.sequence),
    ];
    columns.push((Cow::Borrowed("unit_key"), key[0].clone()));
    columns.extend(numbers.map(|(name, number)| (Cow::Borrowed(name), Value::Int(number))));
    Some(Change { table: Cow::Borrowed(unit_state::TABLE.name), key, old: None, new: Some(Columns(columns)) })
}
