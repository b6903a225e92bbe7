//! The file as XML, and the same records as CSV.

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::check::{RecordProblem, check};
use super::fields::{FIELDS, find};
use super::{Inventory, Record, SCHEMA_VERSION};

/// Writes the file.
///
/// # Errors
/// Everything that is wrong with any record; then nothing is written.
pub fn write_inventory(inventory: &Inventory, today: Date) -> Result<Vec<u8>, Vec<RecordProblem>> {
    let problems = check(inventory, today);
    if !problems.is_empty() {
        return Err(problems);
    }
    // Writing into memory cannot fail but for a name that XML does not know, and ours are constants.
    written(inventory).map_err(|error| {
        vec![RecordProblem::new("", "XML", &error.to_string(), "inventory_not_written", "a file")]
    })
}

fn written(inventory: &Inventory) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let created = utc(inventory.made_at);
    let mut root = BytesStart::new("INVENTORIES");
    root.push_attribute(("CREATION_TIME", created.as_str()));
    writer.write_event(Event::Start(root))?;
    // A file of no changes has no inventory in it.
    if !inventory.records.is_empty() || inventory.mode == super::UpdateMode::Full {
        let mut start = BytesStart::new("INVENTORY");
        start.push_attribute(("LISTING_ORGANIZATION", inventory.listing_organization.as_str()));
        start.push_attribute(("POOL", inventory.pool.as_str()));
        start.push_attribute(("CONTENT_TYPE", inventory.content.code()));
        start.push_attribute(("UPDATE_MODE", inventory.mode.code()));
        if let Some(at) = inventory.snapshot_at {
            start.push_attribute(("SNAPSHOT_TIME", utc(at).as_str()));
        }
        start.push_attribute(("SCHEMA_VERSION", SCHEMA_VERSION));
        writer.write_event(Event::Start(start))?;
        for inventory_record in &inventory.records {
            record(&mut writer, inventory.content.element(), inventory_record)?;
        }
        writer.write_event(Event::End(BytesEnd::new("INVENTORY")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("INVENTORIES")))?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// `2026-11-24T08:00:00Z`.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Elements in the order of the list; neighbours with the same parents share them.
fn record(writer: &mut Writer<Vec<u8>>, name: &str, record: &Record) -> io::Result<()> {
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    let mut open: Vec<&str> = Vec::new();
    let known = FIELDS.iter().filter_map(|field| Some((field.path, record.get(field.path)?)));
    for (path, value) in known {
        let (parents, leaf) = path.rsplit_once('/').unwrap_or(("", path));
        let parents: Vec<&str> = parents.split('/').filter(|part| !part.is_empty()).collect();
        let shared = open.iter().zip(&parents).take_while(|(a, b)| a == b).count();
        close(writer, &mut open, shared)?;
        for parent in &parents[shared..] {
            writer.write_event(Event::Start(BytesStart::new(*parent)))?;
            open.push(parent);
        }
        writer.write_event(Event::Start(BytesStart::new(leaf)))?;
        writer.write_event(Event::Text(BytesText::new(value)))?;
        writer.write_event(Event::End(BytesEnd::new(leaf)))?;
    }
    close(writer, &mut open, 0)?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

fn close(writer: &mut Writer<Vec<u8>>, open: &mut Vec<&str>, down_to: usize) -> io::Result<()> {
    while open.len() > down_to {
        if let Some(name) = open.pop() {
            writer.write_event(Event::End(BytesEnd::new(name)))?;
        }
    }
    Ok(())
}

/// The same records as a table: one column for each element that any record has, `/` as `.` and lower case. Days are
/// told as years: a table goes further than a registry.
///
/// # Errors
/// The same as [`write_inventory`].
pub fn write_listing_csv(inventory: &Inventory, today: Date) -> Result<Vec<u8>, Vec<RecordProblem>> {
    let problems = check(inventory, today);
    if !problems.is_empty() {
        return Err(problems);
    }
    let is_used = |path: &str| inventory.records.iter().any(|record| record.get(path).is_some());
    // The order of the file, so that two exports can be laid side by side.
    let columns: Vec<&str> = FIELDS
        .iter()
        .map(|field| field.path)
        .filter(|path| ALWAYS.contains(path) || is_used(path))
        .filter(|path| *path != "BIRTH_DATE")
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads = columns.iter().map(|path| path.to_lowercase().replace('/', ".").replace("_date", "_year"));
    let mut result = writer.write_record(heads);
    for record in &inventory.records {
        let cell = |path: &&str| {
            let value = record.get(path).unwrap_or_default();
            let is_day = find(path).is_some_and(|field| field.rule == super::Rule::Date);
            if is_day { value.get(..4).unwrap_or(value) } else { value }
        };
        result = result.and_then(|()| writer.write_record(columns.iter().map(cell)));
    }
    let bytes = result.map_err(|error| error.to_string());
    let bytes = bytes.and_then(|()| writer.into_inner().map_err(|error| error.to_string()));
    bytes.map_err(|error| vec![RecordProblem::new("", "CSV", &error, "inventory_not_written", "a file")])
}

/// Columns of every table.
const ALWAYS: [&str; 8] = [
    "ID",
    "STATUS",
    "HLA/A/DNA/FIELD1",
    "HLA/A/DNA/FIELD2",
    "HLA/B/DNA/FIELD1",
    "HLA/B/DNA/FIELD2",
    "HLA/DRB1/DNA/FIELD1",
    "HLA/DRB1/DNA/FIELD2",
];
