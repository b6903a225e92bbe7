//! What a dossier is made of, read from the bank.

use jiff::Timestamp;
use qidai_bank::{
    Coverage, Decision, HgrCover, Identity, Principal, Record, ResultState, Signature, Store, TestResult,
    UnitRecord, workflow,
};

use super::{Dossier, DossierRecord, DossierResult, DossierSignature};
use crate::decision::DecisionView;
use crate::error::Failure;

/// As it stands in the bank.
#[derive(Debug)]
pub(crate) struct Source {
    pub(super) unit: UnitRecord,
    pub(super) results: Vec<TestResult>,
    pub(super) decision: Option<Decision>,
    pub(super) records: Vec<Record>,
    /// What was signed, and whether the record is still as it was then.
    pub(super) signatures: Vec<(Signature, bool)>,
}

/// Fields of a unit that name records of its way, with their registers, in the order of the paper.
const OF_UNIT: [(&str, &str); 5] = [
    ("recheck", "recheck"),
    ("exception", "recheck"),
    ("processing_run", "processing_run"),
    ("shipment", "shipment"),
    ("infusion", "infusion"),
];
/// Records that name the shipment and travel with it.
const OF_SHIPMENT: [&str; 2] = ["handover/", "temperature_trace/"];

pub(super) async fn source(
    store: &Store,
    identity: &Identity,
    (life, order): (Record, Record),
    principal: &Principal,
) -> Result<Source, Failure> {
    let unit = store.unit(identity).await?.ok_or_else(|| super::gone(identity))?;
    let mut results = store.test_results(identity, principal).await?;
    results.retain(|result| result.state == ResultState::Approved);
    let decisions = store.unit_decisions(identity, principal).await?;
    let decision = decisions.into_iter().find(|one| one.stage == "release" && one.is_in_force);
    let mut records = vec![order];
    for (field, concept) in OF_UNIT {
        if let Some(number) = life.field(field) {
            records.push(store.record(workflow::known(concept)?, number, principal).await?);
        }
    }
    if let Some(shipment) = records.iter().find(|record| record.concept.code == "shipment") {
        let beside = around(store, &shipment.subject(), principal).await?;
        records.extend(beside);
    }
    let mut signatures = Vec::new();
    for record in records.iter().chain([&life]) {
        let canonical = record.canonical();
        for one in store.signatures(&canonical).await? {
            let covers = one.coverage(&canonical) == Coverage::Covers;
            signatures.push((one, covers));
        }
    }
    signatures.sort_by_key(|(one, _)| one.signed_at);
    Ok(Source { unit, results, decision, records, signatures })
}

async fn around(store: &Store, shipment: &str, principal: &Principal) -> Result<Vec<Record>, Failure> {
    let mut found = Vec::new();
    for line in store.trace(shipment).await?.lines.iter().filter(|line| line.depth == 1) {
        if !OF_SHIPMENT.iter().any(|front| line.subject.starts_with(front)) {
            continue;
        }
        let Some((kind, number)) = line.subject.split_once('/') else { continue };
        found.push(store.record(workflow::known(kind)?, number, principal).await?);
    }
    found.retain(|record| record.state.code != "cancelled");
    found.sort_by(|a, b| (a.concept.code, &a.number).cmp(&(b.concept.code, &b.number)));
    Ok(found)
}

pub(super) fn view(
    source: Source,
    institution: String,
    cover: Option<HgrCover>,
    made_at: Timestamp,
) -> Dossier {
    let unit = &source.unit;
    Dossier {
        scheme: unit.identity.scheme.clone(),
        identity: unit.identity.value.clone(),
        number: unit.identity.written(),
        bank_type: unit.bank_type.code(),
        status: unit.status.code(),
        unit: unit.fields().into_iter().map(|(name, value)| (name.clone(), value)).collect(),
        order: source.records.first().map(|order| order.number.clone()).unwrap_or_default(),
        institution,
        hgr_case: cover.as_ref().map(|cover| cover.case.clone()),
        hgr_approval: cover.map(|cover| cover.approval_number),
        results: source.results.iter().map(result).collect(),
        release: source.decision.as_ref().map(DecisionView::of),
        records: source.records.iter().map(record).collect(),
        signatures: source.signatures.iter().map(signature).collect(),
        made_at,
        digest: String::new(),
        source,
    }
}

fn result(result: &TestResult) -> DossierResult {
    DossierResult {
        test: result.test.code,
        phase: result.phase.map(|phase| phase.code()),
        value: result.measured.value.clone(),
        unit: result.test.unit,
        method: result.method.clone(),
        approved_at: result.approved.as_ref().map(|one| one.at),
        version: result.version,
        reason: result.reason.clone().filter(|_| result.is_amendment()),
    }
}

fn record(record: &Record) -> DossierRecord {
    DossierRecord {
        kind: record.concept.code,
        number: record.number.clone(),
        state: record.state.code,
        fields: record.fields.iter().cloned().collect(),
    }
}

fn signature((one, covers): &(Signature, bool)) -> DossierSignature {
    DossierSignature {
        record: one.subject.clone(),
        staff_number: one.staff_number.clone(),
        role: one.role.clone(),
        meaning: one.meaning.code(),
        signed_at: one.signed_at,
        record_digest: one.record_digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        covers: *covers,
    }
}
