//! A round is judged as soon as the provider's value is written down: by z, z′ or En, and not by hand.

use super::{Case, Computed};
use crate::{BankError, Problem, ProficiencyAnswer, Refusal, test, test_named};

pub(super) fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let (Some(reported), Some(assigned)) = (case.value("reported"), case.value("assigned")) else {
        return Ok(Vec::new());
    };
    let code = case.value("test").unwrap_or_default();
    let Some(test) = test(code).or_else(|| test_named(code)) else {
        let reason = format!("no test is called '{code}'");
        let hint = "write its code or one of its names in the catalogue of tests";
        Refusal::if_any(vec![Problem::new("test", code, "test_unknown", reason, hint)])?;
        return Ok(Vec::new());
    };
    let answer = ProficiencyAnswer {
        reported,
        assigned,
        sd: case.value("sd"),
        u_assigned: case.value("u_assigned"),
        expanded_reported: case.value("expanded_reported"),
        expanded_assigned: case.value("expanded_assigned"),
    };
    match test.judge_answer(&answer) {
        Ok(judged) => Ok(vec![
            ("score_kind", Some(judged.kind.code().to_owned())),
            ("z_score", judged.score),
            ("verdict", Some(judged.verdict.to_owned())),
        ]),
        Err(problem) => {
            Refusal::if_any(vec![problem])?;
            Ok(Vec::new())
        }
    }
}
