//! The columns of one file, each bound to a field: made once, used for every row.

use std::collections::BTreeMap;

use qidai_bank::{OwnScheme, Problem};

use crate::Issue;
use crate::field::{Field, Reading, is_empty};
use crate::half_width::half_width;
use crate::header_name::{self, comparable};
use crate::mapping::{Mapping, MappingError};
use crate::number::Decimal;
use crate::table::{Cell, CellKind, Header, Row};

/// What a record type can be read from.
pub(crate) struct Target<R> {
    pub(crate) fields: Vec<Field<R>>,
    /// Fields for which there must be a column or a constant.
    pub(crate) required_columns: &'static [&'static str],
    /// Fields which no row may leave empty.
    pub(crate) required_cells: &'static [&'static str],
}

/// What became of a row: who it is about, as far as that could be read, and the record or all of its issues.
#[derive(Debug, Clone)]
pub struct RowOutcome<R> {
    /// Line of the file.
    pub line: u64,
    /// Normalised identity, the same for two rows about the same unit; none when it could not be read.
    pub identity: Option<String>,
    /// The same for two rows with the same cells (see [`Row::fingerprint`]); 0 for a row that is no record.
    pub fingerprint: u64,
    pub record: Result<R, Vec<Issue>>,
}

/// A header that can be read.
pub(crate) struct Plan<R> {
    target: Target<R>,
    columns: Vec<Column>,
    constants: Vec<(Column, String)>,
    scheme: Option<OwnScheme>,
    not_used: Vec<String>,
}

/// One column that means a field.
struct Column {
    index: usize,
    header: String,
    field: usize,
    unit: Option<Decimal>,
    values: BTreeMap<String, String>,
}

/// Why a header cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The mapping itself is wrong.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The header does not carry what is needed.
    #[error("the columns of the file do not fit")]
    Header(Vec<Issue>),
}

impl<R> Plan<R> {
    pub(crate) fn bind(target: Target<R>, header: &Header, mapping: &Mapping) -> Result<Plan<R>, PlanError> {
        let mut plan = Plan {
            target,
            columns: Vec::new(),
            constants: Vec::new(),
            scheme: mapping.own_scheme()?,
            not_used: Vec::new(),
        };
        let mut issues = plan.mapping_issues(header, mapping);
        for (index, name) in header.names.iter().enumerate() {
            plan.bind_column(index, name, mapping)?;
        }
        for (field, value) in &mapping.constants {
            if let Some(at) = plan.field_place(field) {
                plan.constants.push((plan.column(usize::MAX, field, at, None, mapping)?, value.clone()));
            }
        }
        issues.extend(plan.twice(header));
        issues.extend(plan.missing(header));
        if issues.is_empty() { Ok(plan) } else { Err(PlanError::Header(issues)) }
    }

    /// Names of columns that mean no field.
    pub(crate) fn not_used(&self) -> &[String] {
        &self.not_used
    }

    /// Is there a column or a constant for a field?
    pub(crate) fn carries(&self, field: &str) -> bool {
        let is_meant = |column: &Column| self.means(column, field);
        self.columns.iter().any(is_meant) || self.constants.iter().any(|(column, _)| is_meant(column))
    }

    /// The file's name for a field.
    pub(crate) fn header_of<'a>(&'a self, field: &'a str) -> &'a str {
        let column = self.columns.iter().find(|column| self.means(column, field));
        column.map_or(field, |column| column.header.as_str())
    }

    /// The cell of a field, as the file has it.
    pub(crate) fn text<'a>(&self, field: &str, row: &'a Row) -> &'a str {
        let column = self.columns.iter().find(|column| self.means(column, field));
        column.map_or("", |column| row.cell(column.index).text)
    }

    fn means(&self, column: &Column, field: &str) -> bool {
        let known = &self.target.fields[column.field];
        known.name == field || known.bank_name == field
    }

    /// Is there an issue about a field?
    pub(crate) fn is_refused(&self, field: &str, issues: &[Issue]) -> bool {
        issues.iter().any(|issue| issue.column == self.header_of(field))
    }

    /// Problems which the bank's rules found in the record, as issues of the row; without those of
    /// cells that could not be read anyway.
    pub(crate) fn place(&self, row: &Row, problems: Vec<Problem>, known: &[Issue]) -> Vec<Issue> {
        let unread = |problem: &Problem| !self.is_refused(&problem.field, known);
        let issue = |problem: Problem| {
            let written = self.text(&problem.field, row);
            let value = if written.is_empty() { &problem.value } else { written };
            let column = self.header_of(&problem.field);
            Issue::cell(row.line, column, value, problem.code, problem.reason, &problem.hint)
        };
        problems.into_iter().filter(unread).map(issue).collect()
    }

    /// Does the row say anything for a field?
    pub(crate) fn gives(&self, field: &str, row: &Row) -> bool {
        let is_constant = self.constants.iter().any(|(column, _)| self.means(column, field));
        is_constant || !is_empty(self.text(field, row))
    }

    /// Reads all columns of a row into a record; returns all problems at once.
    pub(crate) fn read(&self, row: &Row, record: &mut R, reading: &Reading<'_>) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (column, value) in &self.constants {
            let cell = Cell { text: value, kind: CellKind::Text };
            self.read_cell(row.line, column, cell, record, reading, &mut issues);
        }
        for column in &self.columns {
            self.read_cell(row.line, column, row.cell(column.index), record, reading, &mut issues);
        }
        for field in self.target.required_cells.iter().filter(|field| !self.gives(field, row)) {
            let header = self.header_of(field);
            issues.push(Issue::cell(
                row.line,
                header,
                "",
                "cell_empty",
                format!("{field} is empty"),
                "fill in the cell",
            ));
        }
        issues
    }

    fn read_cell(
        &self,
        line: u64,
        column: &Column,
        cell: Cell<'_>,
        record: &mut R,
        reading: &Reading<'_>,
        issues: &mut Vec<Issue>,
    ) {
        let translated = column.values.get(half_width(cell.text).as_ref());
        let cell = translated.map_or(cell, |text| Cell { text, kind: CellKind::Text });
        if is_empty(cell.text) {
            return;
        }
        let kind = &self.target.fields[column.field].kind;
        let Err(problems) = kind.read(record, cell, column.unit, self.scheme.as_ref(), reading) else {
            return;
        };
        issues.extend(problems.into_iter().map(|problem| {
            let value = problem.value.as_deref().unwrap_or(cell.text);
            let issue = Issue::cell(line, &column.header, value, problem.code, problem.reason, &problem.hint);
            Issue { values: problem.values, ..issue }
        }));
    }

    fn bind_column(&mut self, index: usize, name: &str, mapping: &Mapping) -> Result<(), MappingError> {
        let mapped = mapping.columns.iter().find(|(column, _)| comparable(column) == comparable(name));
        let found = match mapped {
            Some((_, field)) => self.field_place(field).map(|field| header_name::Named { field, unit: None }),
            None => header_name::find(name, &self.target.fields),
        };
        match found {
            Some(named) => {
                let column = self.column(index, name, named.field, named.unit, mapping)?;
                self.columns.push(column);
            }
            None if mapped.is_none() && !name.is_empty() => self.not_used.push(name.to_owned()),
            None => {}
        }
        Ok(())
    }

    fn column(
        &self,
        index: usize,
        header: &str,
        field: usize,
        header_unit: Option<Decimal>,
        mapping: &Mapping,
    ) -> Result<Column, MappingError> {
        let name = self.target.fields[field].name.as_ref();
        let values = mapping.values.get(name).cloned().unwrap_or_default();
        let unit = mapping.unit(name)?.or(header_unit);
        Ok(Column { index, header: header.to_owned(), field, unit, values })
    }

    fn names(&self) -> Vec<&str> {
        self.target.fields.iter().map(|field| field.name.as_ref()).collect()
    }

    fn field_place(&self, field: &str) -> Option<usize> {
        self.target.fields.iter().position(|known| known.name == field || known.bank_name == field)
    }

    /// A mapping may name only fields that exist and columns that the file has.
    fn mapping_issues(&self, header: &Header, mapping: &Mapping) -> Vec<Issue> {
        let used = mapping.columns.values().filter(|field| !field.is_empty()).chain(mapping.constants.keys());
        let unknown = used
            .chain(mapping.values.keys())
            .chain(mapping.units.keys())
            .filter(|field| self.field_place(field).is_none());
        let mut issues: Vec<Issue> = unknown
            .map(|field| Issue {
                value: field.clone(),
                ..Issue::file(
                    "mapping_field_unknown",
                    format!("the mapping names the field {field:?}, which does not exist"),
                    &format!("use one of {}", self.names().join(", ")),
                )
            })
            .collect();
        let found: Vec<String> = header.names.iter().map(|name| comparable(name)).collect();
        for column in mapping.columns.keys().filter(|column| !found.contains(&comparable(column))) {
            issues.push(
                column_issue(
                    header,
                    column,
                    "mapped_column_missing",
                    format!(
                        "the mapping names the column {column:?}, the file has {}",
                        header.names.join(", ")
                    ),
                )
                .with("found", header.names.join(", ")),
            );
        }
        issues
    }

    fn twice(&self, header: &Header) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            if let Some(earlier) = self.columns[..at].iter().find(|earlier| earlier.field == column.field) {
                let field = &self.target.fields[column.field].name;
                let reason =
                    format!("the columns {:?} and {:?} both mean {field}", earlier.header, column.header);
                let issue = column_issue(header, &column.header, "column_twice", reason);
                issues.push(issue.with("earlier", earlier.header.as_str()).with("field", field.as_ref()));
            }
        }
        issues
    }

    /// One issue for all columns that are missing, with what was found.
    fn missing(&self, header: &Header) -> Option<Issue> {
        let missing: Vec<&str> =
            self.target.required_columns.iter().copied().filter(|field| !self.carries(field)).collect();
        if missing.is_empty() {
            return None;
        }
        let reason = format!("no column for {}; found {}", missing.join(", "), header.names.join(", "));
        let issue = column_issue(header, &missing.join(", "), "column_missing", reason);
        Some(issue.with("found", header.names.join(", ")))
    }
}

fn column_issue(header: &Header, column: &str, code: &'static str, reason: String) -> Issue {
    let hint = "rename the column, or say in a mapping file which column means which field";
    Issue::cell(header.line, column, "", code, reason, hint)
}
