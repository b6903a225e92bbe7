//! Many rows of one table in one event, told once: what they have in common, and in each row only what differs.
//!
//! `{"table":…,"same":{…},"columns":[…],"rows":[[…],…]}` says the same as one change for each row, in a quarter of the
//! space: an event that holds a whole record would otherwise repeat the name of every column for every field.

use serde_json::{Map, Value as Json};

use super::cell::{Cell, Row, write_text};
use super::event::{Change, Event};
use super::table::{Column, Table};
use super::typing;

/// The rows of an event that are told together: the inserted ones of a table that has several.
///
/// Tables that others follow in the history by the keys of their rows are told row by row.
pub(super) fn together(event: &Event) -> Vec<(&'static Table, Vec<&Row>)> {
    let mut groups: Vec<(&'static Table, Vec<&Row>)> = Vec::new();
    for change in &event.changes {
        let Change::Insert { table, row } = change else { continue };
        if table.counter.is_some() || table.name == typing::TABLE.name {
            continue;
        }
        match groups.iter_mut().find(|(known, _)| known.name == table.name) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((table, vec![row])),
        }
    }
    groups.retain(|(_, rows)| rows.len() > 1);
    groups
}

/// Writes rows of a table as one change.
pub(super) fn write_json(table: &Table, rows: &[&Row], json: &mut String) {
    let columns: Vec<Column> = table.all_columns().collect();
    let is_same = |at: &usize| {
        let first = rows.first().and_then(|row| cell(row, *at));
        first.is_some() && rows.iter().all(|row| cell(row, *at) == first)
    };
    let (same, others): (Vec<usize>, Vec<usize>) = (0..columns.len()).partition(is_same);
    let told: Vec<usize> =
        others.into_iter().filter(|at| rows.iter().any(|row| cell(row, *at).is_some())).collect();
    json.push_str("{\"table\":");
    write_text(table.name, json);
    json.push_str(",\"same\":{");
    for (turn, at) in same.iter().enumerate() {
        json.push_str(if turn == 0 { "" } else { "," });
        write_text(columns[*at].name, json);
        json.push(':');
        write_cell(rows.first().and_then(|row| cell(row, *at)), json);
    }
    json.push_str("},\"columns\":[");
    for (turn, at) in told.iter().enumerate() {
        json.push_str(if turn == 0 { "" } else { "," });
        write_text(columns[*at].name, json);
    }
    json.push_str("],\"rows\":[");
    for (turn, row) in rows.iter().enumerate() {
        json.push_str(if turn == 0 { "[" } else { ",[" });
        for (turn, at) in told.iter().enumerate() {
            json.push_str(if turn == 0 { "" } else { "," });
            write_cell(cell(row, *at), json);
        }
        json.push(']');
    }
    json.push_str("]}");
}

fn write_cell(cell: Option<&Cell>, json: &mut String) {
    match cell {
        Some(cell) => cell.write_json(json),
        None => json.push_str("null"),
    }
}

fn cell(row: &Row, at: usize) -> Option<&Cell> {
    row.get(at).and_then(Option::as_ref)
}

/// The changes of an event as one for each row, whichever way they were told.
pub(super) fn one_by_one(changes: Vec<Json>) -> Vec<Json> {
    let mut all = Vec::with_capacity(changes.len());
    for change in changes {
        match change["rows"].as_array() {
            None => all.push(change),
            Some(rows) => all.extend(rows.iter().map(|row| told(&change, row))),
        }
    }
    all
}

fn told(change: &Json, row: &Json) -> Json {
    let mut new: Map<String, Json> = change["same"].as_object().cloned().unwrap_or_default();
    let columns = change["columns"].as_array().into_iter().flatten();
    for (column, value) in columns.zip(row.as_array().into_iter().flatten()) {
        if let (Some(column), false) = (column.as_str(), value.is_null()) {
            new.insert(column.to_owned(), value.clone());
        }
    }
    let table = change["table"].as_str().unwrap_or_default();
    let key = super::table::audited(table).map(|(_, table)| table.key).unwrap_or_default();
    let key: Vec<Json> = key.iter().map(|name| new.get(*name).cloned().unwrap_or_default()).collect();
    serde_json::json!({ "table": table, "key": key, "old": null, "new": new })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::FIELD;

    fn field(code: &str, value: &str, refers_to: Option<&str>) -> Row {
        let text = |text: &str| Some(Cell::from(text));
        vec![
            text("r1"),
            text(code),
            text("kit"),
            text(value),
            None,
            refers_to.map(Cell::from),
            Some(7.into()),
        ]
    }

    #[test]
    fn rows_told_together_say_what_they_say_one_by_one() {
        let rows = [field("lot", "L\"1", None), field("unit", "din/A", Some("unit/din/A"))];
        let event = rows.iter().fold(Event::new("k", "s"), |event, row| event.insert(&FIELD, row.clone()));
        let groups = together(&event);
        let mut json = String::new();
        write_json(groups[0].0, &groups[0].1, &mut json);
        assert_eq!(
            json,
            r#"{"table":"record_field","same":{"record_id":"r1","concept":"kit","recorded_in":7},"columns":["field","value","refers_to"],"rows":[["lot","L\"1",null],["unit","din/A","unit/din/A"]]}"#
        );
        let told = one_by_one(vec![serde_json::from_str(&json).expect("JSON")]);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0]["key"], serde_json::json!(["r1", "lot"]));
        assert_eq!(told[0]["new"].get("refers_to"), None, "what is not known is not told");
        assert_eq!(told[1]["new"]["refers_to"], "unit/din/A");
        assert_eq!(told[1]["new"]["recorded_in"], 7);
        assert!(told.iter().all(|change| change["old"].is_null()));
    }

    #[test]
    fn one_row_of_a_table_is_told_as_ever() {
        let event = Event::new("k", "s").insert(&FIELD, field("lot", "L", None));
        assert!(together(&event).is_empty());
    }
}
