//! Profiles and decisions as they are told: the same for the command line and the API.

use std::collections::BTreeMap;

use jiff::Timestamp;
use qidai_bank::{Again, Decision, Evaluation, Profile, profile};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Failure;

/// The profile of a name, or a refusal that says where they stand.
pub(crate) fn profile_of(name: &str) -> Result<&'static Profile, Failure> {
    profile(name).ok_or_else(|| {
        let sentence = format!("There is no profile '{name}': 'qidai unit profiles' lists them.");
        Failure::refused("specification_unknown", sentence).with("value", name)
    })
}

/// A specification profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProfileView {
    #[schema(example = "cn-public-v1")]
    profile: String,
    zh: &'static str,
    en: &'static str,
    /// `public`, `family`, or both.
    bank_types: Vec<&'static str>,
    /// `banking` or `release`.
    stage: &'static str,
    basis: &'static str,
    rules: Vec<RuleView>,
}

/// One rule of a profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleView {
    rule: &'static str,
    zh: &'static str,
    en: &'static str,
    #[schema(example = "tnc_total")]
    quantity: &'static str,
    #[schema(example = ">=")]
    comparator: &'static str,
    value: &'static str,
    unit: &'static str,
    stage: &'static str,
    /// `block`, `warn` or `disclose`.
    severity: &'static str,
    /// Was the text of its source at hand?
    verified: bool,
    citation: &'static str,
}

impl ProfileView {
    pub(crate) fn of(profile: &'static Profile) -> ProfileView {
        let rules = profile.rules.iter().map(|rule| RuleView {
            rule: rule.id,
            zh: rule.zh,
            en: rule.en,
            quantity: rule.quantity,
            comparator: rule.comparator.code(),
            value: rule.value,
            unit: rule.unit,
            stage: rule.stage,
            severity: rule.severity.code(),
            verified: rule.is_verified,
            citation: rule.citation,
        });
        ProfileView {
            profile: profile.key(),
            zh: profile.zh,
            en: profile.en,
            bank_types: profile.bank_types.iter().map(|one| one.code()).collect(),
            stage: profile.stage,
            basis: profile.basis,
            rules: rules.collect(),
        }
    }
}

/// A decision on a unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecisionView {
    pub(crate) id: String,
    #[schema(example = "din")]
    scheme: String,
    identity: String,
    stage: String,
    /// Name with version.
    #[schema(example = "cn-public-v1")]
    profile: String,
    /// `accepted`, `rejected` or `incomplete`.
    outcome: &'static str,
    /// The first blocking rule that is not met.
    reject_reason: Option<String>,
    rules: Vec<RuleFound>,
    /// What was known, by code.
    facts: BTreeMap<String, FactView>,
    in_force: bool,
    decided_by: String,
    #[schema(value_type = String, format = DateTime)]
    decided_at: Timestamp,
    /// A director's exception from a rejection.
    exception: Option<ExceptionView>,
}

/// One rule and what it found.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleFound {
    rule: String,
    /// `pass`, `fail` or `missing`; what is missing is never a pass.
    outcome: &'static str,
    found: Option<String>,
}

/// One fact and where it comes from.
#[derive(Serialize, ToSchema)]
pub(crate) struct FactView {
    value: String,
    source: String,
}

/// An exception.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExceptionView {
    reason: String,
    signature: String,
    by: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

fn rules_of(evaluation: &Evaluation) -> Vec<RuleFound> {
    let rule = |rule: &qidai_bank::RuleResult| RuleFound {
        rule: rule.rule.clone(),
        outcome: rule.outcome.code(),
        found: rule.found.clone(),
    };
    evaluation.rules.iter().map(rule).collect()
}

impl DecisionView {
    pub(crate) fn of(decision: &Decision) -> DecisionView {
        let facts = decision.facts.iter().map(|(code, fact)| {
            (code.to_owned(), FactView { value: fact.value.clone(), source: fact.source.clone() })
        });
        let exception = decision.exception.as_ref().map(|one| ExceptionView {
            reason: one.reason.clone(),
            signature: one.signature_id.clone(),
            by: one.actor.clone(),
            at: one.at,
        });
        DecisionView {
            id: decision.id.clone(),
            scheme: decision.unit.scheme.clone(),
            identity: decision.unit.value.clone(),
            stage: decision.stage.clone(),
            profile: decision.profile.clone(),
            outcome: decision.evaluation.outcome.code(),
            reject_reason: decision.evaluation.reject_reason.clone(),
            rules: rules_of(&decision.evaluation),
            facts: facts.collect(),
            in_force: decision.is_in_force,
            decided_by: decision.decided.actor.clone(),
            decided_at: decision.decided.at,
            exception,
        }
    }
}

/// A decision, and what it comes to when it is made again with the profile and the facts that it saw.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgainView {
    decision: DecisionView,
    /// Does it come out as it did?
    same: bool,
    outcome: &'static str,
    rules: Vec<RuleFound>,
}

impl AgainView {
    pub(crate) fn of(again: &Again) -> AgainView {
        AgainView {
            decision: DecisionView::of(&again.decision),
            same: again.is_same(),
            outcome: again.evaluation.outcome.code(),
            rules: rules_of(&again.evaluation),
        }
    }
}
