//! A row of a file becomes a unit of the bank.

use qidai_bank::{BankType, Identity, Status, UnitRecord};

use crate::field::Reading;
use crate::mapping::Mapping;
use crate::plan::{Plan, PlanError, RowOutcome};
use crate::table::{Header, Row};
use crate::{Issue, unit_fields};

/// Reads the rows of one file of units.
pub struct UnitRows(Plan<UnitRecord>);

impl UnitRows {
    /// Finds out which column means which field.
    ///
    /// # Errors
    /// [`PlanError`] when the mapping is wrong, or a required column (`din`, `bank_type`, `hla`) is missing.
    pub fn bind(header: &Header, mapping: &Mapping) -> Result<UnitRows, PlanError> {
        Ok(UnitRows(Plan::bind(unit_fields::target(), header, mapping)?))
    }

    /// Names of columns that mean nothing to us; their cells are not read.
    pub fn columns_not_used(&self) -> &[String] {
        self.0.not_used()
    }

    /// The column that carries the identifier, as the file names it.
    pub fn identity_column(&self) -> &str {
        self.0.header_of("din")
    }

    /// Reads a row: its cells one by one, then the rules of the bank for the whole unit.
    pub fn read(&self, row: &Row, reading: &Reading<'_>) -> RowOutcome<UnitRecord> {
        let nobody = Identity { scheme: String::new(), value: String::new() };
        let mut unit = UnitRecord::new(nobody, BankType::Public);
        let mut issues = self.0.read(row, &mut unit, reading);
        let bank_type_is_known = !self.0.is_refused("bank_type", &issues);
        if !self.0.gives("status", row) {
            unit.status = Status::when_not_stated(unit.bank_type);
        }
        let mut problems = unit.problems(reading.today);
        problems.retain(|problem| bank_type_is_known || problem.field != "status");
        issues.extend(self.0.place(row, problems, &issues));
        if bank_type_is_known {
            issues.extend(self.missing_typing(row, &unit, &issues));
        }
        let is_known = !unit.identity.value.is_empty();
        let identity = is_known.then(|| format!("{} {}", unit.identity.scheme, unit.identity.value));
        RowOutcome {
            line: row.line,
            identity,
            fingerprint: row.fingerprint(),
            record: if issues.is_empty() { Ok(unit) } else { Err(issues) },
        }
    }

    fn missing_typing(&self, row: &Row, unit: &UnitRecord, issues: &[Issue]) -> Option<Issue> {
        if !unit.status.is_searchable() || !unit.typings.is_empty() || self.0.is_refused("hla", issues) {
            return None;
        }
        let reason = "an available unit needs a typing".to_owned();
        let hint =
            "fill in the typing, or give the unit a state in which it is not searched, such as quarantine";
        Some(Issue::cell(row.line, self.0.header_of("hla"), "", "hla_missing", reason, hint))
    }
}
