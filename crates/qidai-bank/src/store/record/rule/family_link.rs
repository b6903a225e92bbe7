//! A patient belongs to a family: the family is its mother.

use super::super::read::by_number;
use super::{Case, Computed, patient_row};
use crate::{BankError, Problem, workflow};

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    patient_row::belongs(case).await?;
    let (Some(family), Some(concept)) = (case.value("family"), workflow::concept("person")) else {
        return Ok(Vec::new());
    };
    let person = by_number(case.reader, concept, family).await?;
    if person.is_some_and(|person| person.field("kind") != Some("mother")) {
        let reason = format!("{family} is not registered as a mother");
        let hint = "a family is known by its mother: write her number";
        return Err(Problem::new("family", family, "family_not_a_mother", reason, hint).into());
    }
    Ok(Vec::new())
}
