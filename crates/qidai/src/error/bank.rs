//! What a refusal of the bank means for the person who asked.

use qidai_bank::{BankError, Refusal};

use super::{Failure, Kind};

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let kind = match refusal.code {
            "permission_missing"
            | "permission_missing_at_site"
            | "purpose_not_yours"
            | "four_eyes"
            | "person_needed" => Kind::Forbidden,
            "version_changed" | "record_changed_meanwhile" | "search_inputs_changed" => Kind::Changed,
            "account_unknown"
            | "person_unknown"
            | "token_unknown"
            | "emergency_unknown"
            | "figure_unknown"
            | "subject_unknown"
            | "document_unknown"
            | "notification_unknown"
            | "record_unknown"
            | "record_kind_unknown"
            | "unit_unknown"
            | "result_unknown"
            | "message_unknown"
            | "tank_unknown"
            | "alarm_unknown"
            | "run_unknown"
            | "decision_unknown"
            | "institution_unknown"
            | "search_run_unknown" => Kind::NotFound,
            _ => Kind::Refused,
        };
        let failure =
            Failure { problems: refusal.problems, ..Failure::new(kind, refusal.code, refusal.sentence) };
        refusal.values.into_iter().fold(failure, |failure, (name, value)| failure.with(name, value))
    }
}

impl From<BankError> for Failure {
    fn from(error: BankError) -> Failure {
        match error {
            BankError::Refused(refusal) => refusal.into(),
            BankError::Store(error) => error.into(),
            other => Failure::outage(other.code(), other.to_string()).because(&other),
        }
    }
}
