//! A row of a file becomes an entry of an external list.

use qidai_bank::ListedRecord;

use crate::field::Reading;
use crate::list_fields;
use crate::mapping::Mapping;
use crate::plan::{Plan, PlanError, RowOutcome};
use crate::table::{Header, Row};

/// Reads the rows of one file of another registry's donors or units.
pub struct ListRows(Plan<ListedRecord>);

impl ListRows {
    /// Finds out which column means which field.
    ///
    /// # Errors
    /// [`PlanError`] when the mapping is wrong, or a required column (`id`, `hla`) is missing.
    pub fn bind(header: &Header, mapping: &Mapping) -> Result<ListRows, PlanError> {
        Ok(ListRows(Plan::bind(list_fields::target(), header, mapping)?))
    }

    /// Names of columns that mean nothing to us; their cells are not read.
    pub fn columns_not_used(&self) -> &[String] {
        self.0.not_used()
    }

    /// The column that carries the identifier, as the file names it.
    pub fn identity_column(&self) -> &str {
        self.0.header_of("id")
    }

    /// Reads a row.
    pub fn read(&self, row: &Row, reading: &Reading<'_>) -> RowOutcome<ListedRecord> {
        let mut entry = ListedRecord::new("", "");
        let mut issues = self.0.read(row, &mut entry, reading);
        issues.extend(self.0.place(row, entry.problems(reading.today), &issues));
        let identity = (!entry.id.is_empty()).then(|| entry.id.clone());
        RowOutcome {
            line: row.line,
            identity,
            fingerprint: row.fingerprint(),
            record: if issues.is_empty() { Ok(entry) } else { Err(issues) },
        }
    }
}
