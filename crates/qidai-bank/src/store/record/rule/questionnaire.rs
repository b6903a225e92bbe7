//! What a questionnaire comes to follows from its answers.

use super::{Case, Computed};
use crate::Refusal;
use crate::questionnaire::{Outcome, answers, rule_set};

pub(super) fn compute(case: &Case<'_>) -> Result<Computed, Refusal> {
    let Some(set) = case.value("rule_set").and_then(rule_set) else { return Ok(Vec::new()) };
    let given = match answers(set, case.value("answers").unwrap_or_default()) {
        Ok(given) => given,
        Err(problems) => {
            Refusal::if_any(problems)?;
            Vec::new()
        }
    };
    let (outcome, because) = set.evaluate(&given);
    let told = |code: &&str| {
        let question = set.questions.iter().find(|one| one.code == *code);
        question.map(|one| format!("{}: {} · {}", one.code, one.zh, one.en))
    };
    let findings: Vec<String> = because.iter().filter_map(told).collect();
    let findings = Some(findings.join("\n")).filter(|_| outcome != Outcome::Eligible);
    Ok(vec![("outcome", Some(outcome.code().to_owned())), ("findings", findings)])
}
