//! What a recall reaches, as every door tells it: units, and the orders for which they left.

use qidai_bank::{Affected, AffectedUnit};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything that hangs together with one thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AffectedView {
    /// What it begins with, as in the history.
    #[schema(example = "reagent_lot/RL-2026-0001")]
    subject: String,
    units_found: usize,
    /// Of them frozen, and in the bank.
    in_store: usize,
    /// SHA-256 of the units as CSV: scheme, identity, bank_type, status, by.
    digest: String,
    /// By identity.
    units: Vec<AffectedUnitView>,
    /// Orders for which one of them left the bank.
    orders: Vec<SentTo>,
    /// Units that left before this program knew orders: nobody here can say to whom.
    left_without_order: Vec<String>,
}

/// A unit, and what connects it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AffectedUnitView {
    scheme: String,
    identity: String,
    bank_type: &'static str,
    status: &'static str,
    /// The record that names both, or the beginning itself.
    #[schema(example = "processing_run/PR-2026-0001")]
    by: String,
}

/// Who was sent a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentTo {
    #[schema(example = "ORD-2026-0001")]
    order: String,
    /// State of the order.
    state: String,
    scheme: String,
    identity: String,
    institution: String,
    /// Number in the register of patients; null for a study.
    patient: Option<String>,
    /// Number of the report of the infusion.
    infusion: Option<String>,
}

impl From<Affected> for AffectedView {
    fn from(affected: Affected) -> Self {
        let written = |unit: &AffectedUnit| unit.identity.written();
        AffectedView {
            units_found: affected.units.len(),
            in_store: affected.in_store(),
            left_without_order: affected.without_order().map(written).collect(),
            units: affected.units.iter().map(unit_view).collect(),
            orders: affected.recipients.into_iter().map(sent_view).collect(),
            subject: affected.subject,
            digest: affected.digest,
        }
    }
}

fn unit_view(unit: &AffectedUnit) -> AffectedUnitView {
    AffectedUnitView {
        scheme: unit.identity.scheme.clone(),
        identity: unit.identity.value.clone(),
        bank_type: unit.bank_type.code(),
        status: unit.status.code(),
        by: unit.by.clone(),
    }
}

fn sent_view(sent: qidai_bank::SentTo) -> SentTo {
    SentTo {
        order: sent.order,
        state: sent.state,
        scheme: sent.identity.scheme,
        identity: sent.identity.value,
        institution: sent.institution,
        patient: sent.patient,
        infusion: sent.infusion,
    }
}
