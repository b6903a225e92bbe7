//! Whether a receiver would take every record.

use std::collections::HashSet;

use jiff::civil::Date;
use qidai_bank::Grid;

use super::fields::{FIELDS, Rule, find};
use super::{Content, DIFF_RECORDS_MAX, Inventory, Record, UpdateMode};

/// What is wrong with a record, or with the file when `id` is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordProblem {
    /// Which unit.
    pub id: String,
    /// Which element.
    pub field: String,
    /// What stands there; empty when it is missing.
    pub value: String,
    /// Stable, snake_case.
    pub code: &'static str,
    /// What would be right.
    pub expected: String,
}

impl RecordProblem {
    /// A problem of a value.
    pub fn new(id: &str, field: &str, value: &str, code: &'static str, expected: impl Into<String>) -> Self {
        RecordProblem {
            id: id.to_owned(),
            field: field.to_owned(),
            value: value.to_owned(),
            code,
            expected: expected.into(),
        }
    }
}

impl std::fmt::Display for RecordProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let RecordProblem { id, field, value, expected, .. } = self;
        if !id.is_empty() {
            write!(f, "{id}, ")?;
        }
        match value.is_empty() {
            true => write!(f, "{field} is missing: expected {expected}."),
            false => write!(f, "{field}: found '{value}', expected {expected}."),
        }
    }
}

/// Everything that is wrong. Nobody is born, and nothing collected, after `today`.
pub fn check(inventory: &Inventory, today: Date) -> Vec<RecordProblem> {
    let mut problems = of_file(inventory);
    let mut known = HashSet::new();
    for record in &inventory.records {
        of_record(record, inventory, today, &mut problems);
        if !record.key().is_empty() && !known.insert(record.key()) {
            let field = if inventory.content == Content::Donors { "GRID" } else { "ID" };
            let expected = "each identifier once in a file";
            problems.push(RecordProblem::new(
                record.key(),
                field,
                record.key(),
                "inventory_key_twice",
                expected,
            ));
        }
    }
    problems
}

fn of_file(inventory: &Inventory) -> Vec<RecordProblem> {
    let mut problems = Vec::new();
    let numbers = [("LISTING_ORGANIZATION", &inventory.listing_organization), ("POOL", &inventory.pool)];
    for (field, number) in numbers {
        let is_one =
            number.len() == 4 && number.chars().all(|c| c.is_ascii_digit()) && !number.starts_with('0');
        if !is_one {
            let expected = "an issuing organisation number from 1000 to 9999";
            problems.push(RecordProblem::new("", field, number, "inventory_ion_wrong", expected));
        }
    }
    if inventory.mode == UpdateMode::Diff && inventory.records.len() > DIFF_RECORDS_MAX {
        let found = inventory.records.len().to_string();
        let expected = format!("at most {DIFF_RECORDS_MAX} records in a file of changes: send a full one");
        problems.push(RecordProblem::new("", "UPDATE_MODE", &found, "inventory_diff_too_large", expected));
    }
    problems
}

fn of_record(record: &Record, inventory: &Inventory, today: Date, problems: &mut Vec<RecordProblem>) {
    let id = record.key();
    let mut add = |field: &str, value: &str, code, expected: &str| {
        problems.push(RecordProblem::new(id, field, value, code, expected));
    };
    for (path, value) in record.values() {
        match find(path) {
            None => add(path, value, "inventory_field_unknown", "an element of the data dictionary"),
            Some(field) => {
                if let Err(expected) = holds(field.rule, value, today) {
                    add(path, value, "inventory_value_wrong", &expected);
                }
            }
        }
    }
    let key = if inventory.content == Content::Donors { "GRID" } else { "ID" };
    let is_deleted = record.get("STATUS") == Some("DE");
    let mandatory = FIELDS.iter().filter(|field| field.mandatory).map(|field| field.path).chain([key]);
    for path in mandatory.filter(|path| record.get(path).is_none()) {
        add(path, "", "inventory_field_missing", "a value: a record without it is refused");
    }
    if is_deleted && inventory.mode == UpdateMode::Full {
        add("STATUS", "DE", "inventory_deletion_in_full", "no deletion in a full file: leave the unit out");
    }
    if !is_deleted {
        for locus in ["A", "B", "DRB1"].iter().filter(|locus| !has_locus(record, locus)) {
            let path = format!("HLA/{locus}");
            add(&path, "", "inventory_field_missing", "a typing: nobody finds a unit without it");
        }
        if inventory.content == Content::CordUnits && record.get("VOL").or(record.get("VOL_FRZN")).is_none() {
            add("VOL", "", "inventory_field_missing", "VOL or VOL_FRZN");
        }
    }
    if let Some((reason, expected)) = wrong_reason(record) {
        add("STAT_REASON", reason, "inventory_reason_wrong", expected);
    }
}

fn has_locus(record: &Record, locus: &str) -> bool {
    ["SER", "DNA"].iter().any(|kind| record.get(&format!("HLA/{locus}/{kind}/FIELD1")).is_some())
}

/// A reason belongs to a status.
fn wrong_reason(record: &Record) -> Option<(&str, &'static str)> {
    let reason = record.get("STAT_REASON")?;
    let (of_status, expected): (&[&str], _) = match record.get("STATUS")? {
        "AV" => (&["NS"], "NS or none where the status is AV"),
        "TU" => (&["QR", "AD"], "QR or AD where the status is TU"),
        "DE" => (&["DS", "CD", "MR", "XP", "OT"], "DS, CD, MR, XP or OT where the status is DE"),
        _ => (&[], "none where the status is RS"),
    };
    (!of_status.contains(&reason)).then_some((reason, expected))
}

/// What would be right, where the value does not hold the rule.
fn holds(rule: Rule, value: &str, today: Date) -> Result<(), String> {
    let expect =
        |is_right: bool, expected: &dyn Fn() -> String| if is_right { Ok(()) } else { Err(expected()) };
    match rule {
        Rule::Text(most) => {
            let is_plain = value.chars().all(|c| c.is_ascii_graphic() || c == ' ');
            let is_right = is_plain && value.len() <= most && value.trim() == value;
            expect(is_right, &|| format!("at most {most} letters, digits and signs of ASCII"))
        }
        Rule::Date => {
            let date = value.parse::<Date>().ok().filter(|date| date.to_string() == value);
            let is_right =
                date.is_some_and(|date| date.year() >= 1900 && date <= today.saturating_add(ten_years()));
            expect(is_right, &|| "a day as YYYY-MM-DD".to_owned())
        }
        Rule::Codes(codes) => expect(codes.contains(&value), &|| format!("one of {}", codes.join(", "))),
        Rule::Count(most) => {
            let count = value.parse::<f64>().ok().filter(|count| (0.0..=most).contains(count));
            let is_right = count.is_some() && value.len() <= 7 && !value.starts_with('+');
            expect(is_right, &|| {
                format!("a count from 0 to {most:e} in at most seven characters, such as 9.99E8")
            })
        }
        Rule::Tenths(least, most) => {
            let decimals = value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let number = value.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
            let is_plain = value.chars().all(|c| c.is_ascii_digit() || c == '.');
            expect(number.is_some() && is_plain && decimals <= 1, &|| {
                format!("a number from {least:.1} to {most:.1} with one decimal")
            })
        }
        Rule::Whole(least, most) => {
            let number = value.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
            expect(number.is_some(), &|| format!("a whole number from {least} to {most}"))
        }
        Rule::Dna(locus) => expect(is_dna(value), &|| {
            format!("names of {locus} without the locus, such as 02:01, 02:01/02:06, 02:XX or 02:ABCD")
        }),
        Rule::Serology => {
            let is_right = (1..=4).contains(&value.len()) && value.chars().all(|c| c.is_ascii_digit());
            expect(is_right, &|| "the number of an antigen, such as 62".to_owned())
        }
        Rule::Grid => Grid::parse(value).map(|_| ()).map_err(|error| format!("a GRID: {}", error.reason)),
    }
}

/// The end of a hold may be ahead; nothing else is further.
fn ten_years() -> jiff::Span {
    jiff::Span::new().years(10)
}

fn is_dna(value: &str) -> bool {
    let is_field = |field: &str| !field.is_empty() && field.chars().all(|c| c.is_ascii_digit());
    let is_name = |name: &str| {
        let bare = name.trim_end_matches(['N', 'L', 'S', 'Q', 'C', 'A', 'G', 'P']);
        let fields: Vec<&str> = bare.split(':').collect();
        (2..=4).contains(&fields.len())
            && fields.iter().all(|field| is_field(field))
            && name.len() <= bare.len() + 1
    };
    // A multiple allele code or XX behind the first field.
    let is_code = |name: &str| {
        name.split_once(':').is_some_and(|(first, code)| {
            is_field(first) && (2..=5).contains(&code.len()) && code.chars().all(|c| c.is_ascii_uppercase())
        })
    };
    value == "NEW" || is_code(value) || value.split('/').all(is_name)
}
