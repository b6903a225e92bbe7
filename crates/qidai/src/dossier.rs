//! Everything that travels with a bag: the unit, its results, the release rule by rule, the re-check, the way, the custody, and every
//! signature with its digest. One structure: JSON for programs, a report for people.

mod gather;
mod paper;

use jiff::Timestamp;
use qidai_bank::{Acting, Given, Identity, Store, workflow};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::decision::DecisionView;
use crate::error::Failure;

pub(crate) use paper::pdf;

/// What travels with a bag.
#[derive(Serialize, ToSchema)]
pub(crate) struct Dossier {
    #[schema(example = "din")]
    pub(crate) scheme: String,
    pub(crate) identity: String,
    /// As on the labels.
    pub(crate) number: String,
    pub(crate) bank_type: &'static str,
    pub(crate) status: &'static str,
    /// Every known field of the unit, as in files: `abo`, `processed_tnc_total`, `hla` ….
    pub(crate) unit: BTreeMap<String, String>,
    /// The order for which it leaves.
    pub(crate) order: String,
    pub(crate) institution: String,
    /// Number of the case and of the approval under which it goes abroad; null where none is needed.
    pub(crate) hgr_case: Option<String>,
    pub(crate) hgr_approval: Option<String>,
    /// Approved results, those of the re-check among them.
    pub(crate) results: Vec<DossierResult>,
    /// The release profile, rule by rule; null while nobody has decided.
    pub(crate) release: Option<DecisionView>,
    /// Order, re-check, shipment, hand-overs, temperatures, batch record: as they are.
    pub(crate) records: Vec<DossierRecord>,
    pub(crate) signatures: Vec<DossierSignature>,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// SHA-256 of this object as JSON without `made_at` and `digest`; printed on the paper.
    pub(crate) digest: String,
    #[serde(skip)]
    pub(crate) source: gather::Source,
}

/// A result that counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DossierResult {
    /// Code of the test.
    pub(crate) test: &'static str,
    pub(crate) phase: Option<&'static str>,
    pub(crate) value: String,
    pub(crate) unit: &'static str,
    pub(crate) method: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) approved_at: Option<Timestamp>,
    /// 1 for the first; a higher one amends what was reported before.
    pub(crate) version: u32,
    /// Why it was amended.
    pub(crate) reason: Option<String>,
}

/// A record with its fields.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DossierRecord {
    pub(crate) kind: &'static str,
    pub(crate) number: String,
    pub(crate) state: &'static str,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

/// A signature and what it covers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DossierSignature {
    #[schema(example = "recheck/RC-2026-0001")]
    pub(crate) record: String,
    pub(crate) staff_number: String,
    pub(crate) role: String,
    pub(crate) meaning: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) signed_at: Timestamp,
    /// SHA-256 of the record exactly as it was signed.
    pub(crate) record_digest: String,
    /// False where the record went on since; the signature stays true for what was signed.
    pub(crate) covers: bool,
}

/// The dossier of a unit for the order that holds it. It is given to the institution of that order: abroad only under a case, and both
/// that and a refusal are written down.
///
/// # Errors
/// `unit_unknown`, `permission_missing`, `dossier_without_order`, `hgr_case_missing`.
pub(crate) async fn dossier(
    store: &Store,
    identity: &Identity,
    acting: &Acting<'_>,
) -> Result<Dossier, Failure> {
    acting.principal.may(qidai_bank::Permission::UnitView, None)?;
    let number = identity.written();
    let life = store.unit_life(identity).await?.ok_or_else(|| gone(identity))?;
    let Some(order) = life.field("order").map(str::to_owned) else {
        let sentence =
            format!("No order holds {number}: a dossier travels with a unit that leaves for somebody.");
        return Err(Failure::refused("dossier_without_order", sentence).with("number", number));
    };
    let order = store.record(workflow::known("order")?, &order, acting.principal).await?;
    let institution = order.field("institution").unwrap_or_default().to_owned();
    let cover = store.give_to(&institution, Given::Dossier, acting).await?;
    let source = gather::source(store, identity, (life, order), acting.principal).await?;
    let mut made = gather::view(source, institution, cover, acting.now);
    made.digest = digest(&made);
    Ok(made)
}

/// The unit that a text names: its own number, or the order for which it leaves.
///
/// # Errors
/// `record_unknown`, `unit_unknown`, and what is wrong with a number.
pub(crate) async fn unit_of(store: &Store, text: &str, acting: &Acting<'_>) -> Result<Identity, Failure> {
    let concept = workflow::known("order")?;
    let number = text.trim().to_ascii_uppercase();
    if !number.starts_with(&format!("{}-", concept.prefix)) {
        return Ok(crate::storage::stored_of(store, qidai_bank::StoredKind::Unit, text).await?.identity);
    }
    let order = store.record(concept, &number, acting.principal).await?;
    let named = order.field("unit").and_then(|unit| unit.split_once('/'));
    let (scheme, value) = named.ok_or_else(|| {
        let sentence = format!("{number} names no unit yet: a dossier travels with a unit.");
        Failure::refused("dossier_without_order", sentence).with("number", number.as_str())
    })?;
    Ok(Identity { scheme: scheme.to_owned(), value: value.to_owned() })
}

fn gone(identity: &Identity) -> Failure {
    let number = identity.written();
    let sentence = format!("The bank has no unit {number}: check the number.");
    Failure::new(crate::error::Kind::NotFound, "unit_unknown", sentence).with("number", number)
}

/// The same twice is the same digest: the moment of the making is not part of it.
fn digest(dossier: &Dossier) -> String {
    let mut value = serde_json::to_value(dossier).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("made_at");
        object.remove("digest");
    }
    Sha256::digest(value.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
