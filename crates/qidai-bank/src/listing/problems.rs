//! What can be wrong with an entry of an external list.

use jiff::civil::Date;

use super::ListedRecord;
use crate::Problem;
use crate::counts::{amount_problem, count_field};

impl ListedRecord {
    /// Every problem of this entry; empty when there is none.
    pub fn problems(&self, today: Date) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.id.trim().is_empty() {
            let hint = "an entry of a list needs the identifier of the other registry";
            problems.push(Problem::new("id", "", "identity_empty", "the identifier is empty", hint));
        }
        problems.extend(self.counts.iter().filter_map(|count| {
            let field = count_field(count.phase, count.measure);
            amount_problem(field, count.measure, count.amount)
        }));
        for (field, day) in [
            ("collection_date", self.collection_date),
            ("birth_date", self.birth_date),
            ("hla_typed_on", self.typing.typed_on),
        ] {
            problems.extend(day.filter(|day| *day > today).map(|day| future_date(field, day, today)));
        }
        problems
    }
}

/// Donors may be born long before cord blood was banked, but not tomorrow.
fn future_date(field: &str, day: Date, today: Date) -> Problem {
    let reason = format!("{field} is {day}, after today, {today}");
    let hint = "dates are written year-month-day; compare with the list";
    Problem::new(field, day, "date_in_future", reason, hint)
}
