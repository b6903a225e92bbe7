//! A decision as it stands: by which profile, on which facts, and who made an exception.

use jiff::Timestamp;

use super::evaluate::{Evaluation, RuleOutcome, RuleResult, UnitOutcome};
use super::facts::Facts;
use super::profile::{Profile, Severity};
use crate::digest::{digest_of, hexadecimal};
use crate::{CanonicalRecord, EnteredBy, Identity};

/// A decision on a unit. It never changes, except that a newer one takes its place, and that a director may make an
/// exception from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub id: String,
    pub unit: Identity,
    /// `banking` or `release`.
    pub stage: String,
    /// Name with version.
    pub profile: String,
    /// SHA-256 of the profile's file as it was.
    pub profile_digest: Vec<u8>,
    pub evaluation: Evaluation,
    pub facts: Facts,
    /// No newer decision of this stage was made.
    pub is_in_force: bool,
    pub decided: EnteredBy,
    pub exception: Option<Exception>,
}

/// Banked although a blocking rule is not met, by a director's signature; never listed publicly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub reason: String,
    /// The signature that covers the decision.
    pub signature_id: String,
    pub actor: String,
    pub at: Timestamp,
}

impl Decision {
    /// The form in which it is signed: everything that it is, and nothing that changes afterwards.
    pub fn canonical(&self) -> CanonicalRecord {
        let rules = self.evaluation.rules.iter().map(|rule| {
            (
                format!("rule {}", rule.rule),
                format!("{} {}", rule.outcome.code(), rule.found.as_deref().unwrap_or("")),
            )
        });
        let facts = self
            .facts
            .iter()
            .map(|(code, fact)| (code.to_owned(), format!("{} {}", fact.value, fact.source)));
        let facts: Vec<_> = facts.collect();
        let mut fields = vec![
            ("unit".to_owned(), format!("{}/{}", self.unit.scheme, self.unit.value)),
            ("profile".to_owned(), self.profile.clone()),
            ("profile_sha256".to_owned(), hexadecimal(&self.profile_digest)),
            ("outcome".to_owned(), self.evaluation.outcome.code().to_owned()),
            ("facts_sha256".to_owned(), hexadecimal(&digest_of(&facts))),
        ];
        fields.extend(rules);
        CanonicalRecord::new("unit_decision", &self.id, fields)
    }

    /// May the unit be banked: accepted, or by an exception?
    pub fn may_be_banked(&self) -> bool {
        self.evaluation.outcome == UnitOutcome::Accepted || self.exception.is_some()
    }

    /// May the unit be offered to everybody? An exception is never listed publicly (mission M07).
    pub fn may_be_listed(&self) -> bool {
        self.evaluation.outcome == UnitOutcome::Accepted && self.exception.is_none()
    }

    /// What whoever gets the unit must be told: rules of that severity that are not met, or not known.
    pub fn disclosures<'a>(&'a self, profile: &'a Profile) -> impl Iterator<Item = &'a RuleResult> {
        let rules = profile.rules.iter().zip(&self.evaluation.rules);
        let told = rules.filter(|(rule, result)| {
            rule.severity == Severity::Disclose && result.outcome != RuleOutcome::Pass
        });
        told.map(|(_, result)| result)
    }
}

/// A decision made again, with the profile and the facts that it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    pub decision: Decision,
    pub evaluation: Evaluation,
}

impl Again {
    /// Does it come out as it did?
    pub fn is_same(&self) -> bool {
        self.evaluation == self.decision.evaluation
    }
}
