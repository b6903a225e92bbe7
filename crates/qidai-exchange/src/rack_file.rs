//! Files of rack scanners: which number was seen in which place. Makers name their columns as they like, so a column is
//! found by its usual names, or by what a bank has said once for that scanner.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::Issue;
use crate::table::{Header, Row, Table, TableError};

/// What a column can be, and what it is usually called.
const FIELDS: [(&str, &[&str]); 4] = [
    ("rack", &["rack", "rackid", "rackbarcode", "boxid", "架号", "冻存架", "盒号"]),
    (
        "position",
        &["place", "position", "tubeposition", "well", "cell", "location", "slot", "位置", "库位", "孔位"],
    ),
    (
        "number",
        &[
            "number",
            "barcode",
            "tubeid",
            "code",
            "din",
            "sampleid",
            "2dbarcode",
            "条码",
            "编号",
            "管码",
            "条码号",
        ],
    ),
    ("kind", &["kind", "type", "种类", "类别"]),
];
/// What scanners write where there is no tube, and where there is one that they cannot read.
const NO_TUBE: [&str; 6] = ["", "NO TUBE", "NOTUBE", "EMPTY", "NONE", "无管"];
const NO_READ: [&str; 5] = ["NO READ", "NOREAD", "NO CODE", "ERROR", "未读出"];

/// Which column of a scanner's file is which of our fields: `rack`, `position`, `number`, `kind`.
pub type RackColumns = BTreeMap<String, String>;

/// One place as the scanner saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RackLine {
    /// Line of the file.
    pub line: u64,
    /// As it is written, with the rack in front where a column has it.
    pub place: String,
    pub seen: Seen,
    /// Empty where no column says it.
    pub kind: String,
}

/// What a scanner saw in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Number(String),
    Nothing,
    /// There is something, and its code could not be read.
    Unreadable,
}

/// Why a file of a scanner cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RackFileError {
    #[error(transparent)]
    Table(#[from] TableError),
    /// Fields for which there is no column, and the columns that there are.
    #[error("no column for {missing}; the file has: {columns}")]
    Columns { missing: String, columns: String },
    /// A mapping names something that is no field of ours, or no column of the file.
    #[error(
        "'{column}' as '{field}': the file has the columns {columns}; expected one of rack, position, number, kind"
    )]
    Mapping { column: String, field: String, columns: String },
}

impl RackFileError {
    /// Stable name of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Table(error) => error.code(),
            Self::Columns { .. } => "rack_columns_missing",
            Self::Mapping { .. } => "rack_mapping_wrong",
        }
    }
}

/// Reads a file of a rack scanner. `columns` says what the scanner's columns mean; those that it does not name are found
/// by their usual names. Rows that are damaged are given as issues.
///
/// # Errors
/// [`RackFileError`].
pub fn read_rack_file(
    table: Table,
    columns: &RackColumns,
) -> Result<Vec<Result<RackLine, Issue>>, RackFileError> {
    let places = bind(table.header(), columns)?;
    let mut lines = Vec::new();
    let mut take = |row: Result<Row, Issue>| {
        lines.push(row.map(|row| line(&row, places)));
        ControlFlow::Continue(())
    };
    table.for_each_row(&mut take, &mut |_| {})?;
    Ok(refuse_twice(lines))
}

/// A place with two numbers, or a number in two places: which of them is true a scanner does not say, so none is taken. A line
/// that was written twice is one.
fn refuse_twice(mut lines: Vec<Result<RackLine, Issue>>) -> Vec<Result<RackLine, Issue>> {
    let mut of_place: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut of_number: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines.iter().flatten() {
        if let Seen::Number(number) = &line.seen {
            of_place.entry(line.place.to_uppercase()).or_default().push(number.to_uppercase());
            of_number.entry(number.to_uppercase()).or_default().push(line.place.to_uppercase());
        }
    }
    let is_twice = |of: &BTreeMap<String, Vec<String>>, key: &str| {
        let found = of.get(&key.to_uppercase());
        found.is_some_and(|all| all.iter().any(|one| Some(one) != all.first()))
    };
    let twice = |line: &RackLine| {
        let Seen::Number(number) = &line.seen else { return None };
        if is_twice(&of_place, &line.place) {
            let reason = "the file has two numbers for this place".to_owned();
            let hint = "scan the rack again, and put in what is there";
            return Some(Issue::cell(line.line, "position", &line.place, "rack_place_twice", reason, hint));
        }
        is_twice(&of_number, number).then(|| {
            let reason = "the file has this number in two places".to_owned();
            let hint = "scan the rack again: one tube stands in one place";
            Issue::cell(line.line, "number", number, "rack_number_twice", reason, hint)
        })
    };
    for line in &mut lines {
        if let Some(issue) = line.as_ref().ok().and_then(twice) {
            *line = Err(issue);
        }
    }
    lines
}

/// Places of rack, position, number and kind.
type Places = [Option<usize>; 4];

fn bind(header: &Header, columns: &RackColumns) -> Result<Places, RackFileError> {
    let all = || header.names.join(", ");
    let mut places: Places = [None; 4];
    for (column, field) in columns {
        let at = header.names.iter().position(|name| plain(name) == plain(column));
        let of = FIELDS.iter().position(|(known, _)| known == field);
        let (Some(at), Some(of)) = (at, of) else {
            return Err(RackFileError::Mapping {
                column: column.clone(),
                field: field.clone(),
                columns: all(),
            });
        };
        places[of] = Some(at);
    }
    for (place, (_, names)) in places.iter_mut().zip(FIELDS) {
        let usual = |name: &String| names.contains(&plain(name).as_str());
        *place = place.or_else(|| header.names.iter().position(usual));
    }
    let missing: Vec<&str> = [("position", places[1]), ("number", places[2])]
        .into_iter()
        .filter_map(|(name, place)| place.is_none().then_some(name))
        .collect();
    match missing.is_empty() {
        true => Ok(places),
        false => Err(RackFileError::Columns { missing: missing.join(", "), columns: all() }),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn line(row: &Row, [rack, position, number, kind]: Places) -> RackLine {
    let cell = |place: Option<usize>| place.map_or("", |at| row.cell(at).text.trim());
    let written = cell(number).to_uppercase();
    let seen = match written.as_str() {
        nothing if NO_TUBE.contains(&nothing) => Seen::Nothing,
        unread if NO_READ.contains(&unread) => Seen::Unreadable,
        _ => Seen::Number(cell(number).to_owned()),
    };
    let within = slot_of_well(cell(position)).unwrap_or_else(|| cell(position).to_owned());
    let place = if cell(rack).is_empty() { within } else { format!("{}-{within}", cell(rack)) };
    RackLine { line: row.line, place, seen, kind: cell(kind).to_owned() }
}

/// `A05` is the fifth slot of the first level: scanners count levels by letters.
fn slot_of_well(text: &str) -> Option<String> {
    let letter = text.chars().next().filter(char::is_ascii_alphabetic)?;
    let digits = text.get(1..).filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))?;
    let slot: u32 = digits.parse().ok().filter(|slot| *slot > 0)?;
    let level = u32::from(letter.to_ascii_uppercase()) - u32::from('A') + 1;
    Some(format!("L{level:02}-P{slot}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_is_a_level_and_a_slot() {
        for (well, place) in
            [("A01", Some("L01-P1")), ("c5", Some("L03-P5")), ("L12-P3", None), ("A0", None), ("", None)]
        {
            assert_eq!(slot_of_well(well).as_deref(), place, "{well}");
        }
    }
}
