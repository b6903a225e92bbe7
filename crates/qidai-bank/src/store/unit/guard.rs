//! Rules of a unit's moves that look at two things at once, and so are no cell of a table.

use jiff::Timestamp;

use super::life::Life;
use crate::Refusal;
use crate::store::record::Kept;
use crate::workflow::Step;

/// Refusals of these rules that are written down as attempts.
pub(super) const WRITTEN_DOWN: [&str; 2] = ["consent_scope_missing", "consent_after_collection"];

/// What stands in the way of a move besides what its declaration says.
pub(super) fn obstacles(life: &Life, step: &Step, kept: &Kept) -> Vec<Refusal> {
    match step.code {
        "collect" => signed_before(life, kept).into_iter().collect(),
        "receive" => received_after(life, kept).into_iter().collect(),
        "bank_public" => scope(life, "consent_donate", "donation").into_iter().collect(),
        "bank_family" => scope(life, "consent_family", "storage for the family").into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What is entered later than it happened still stands in the order in which it happened.
pub(super) fn in_order(life: &Life, effective_at: Timestamp) -> Result<(), Refusal> {
    match life.moved_at {
        Some(before) if effective_at < before => Err(wrong_order(
            life,
            &format!("it came into its present state at {before}, after {effective_at}"),
        )),
        _ => Ok(()),
    }
}

fn wrong_order(life: &Life, why: &str) -> Refusal {
    let number = life.identity.written();
    let sentence = format!("{number}: {why}. Compare both times with the sheet, and write the right one.");
    Refusal::new("time_order_wrong", sentence).with("record", number)
}

/// Mission M03: signed before the collection, or after it by an approved procedure.
fn signed_before(life: &Life, kept: &Kept) -> Option<Refusal> {
    let collected = kept.value("collected_at", Some(&life.record))?;
    let signed = life.record.field("consent_at")?;
    // Both are UTC to the second: they stand in the order of time.
    if signed <= collected || life.record.field("consent_late_procedure").is_some() {
        return None;
    }
    let number = life.identity.written();
    let sentence = format!(
        "{number}: the consent was signed at {signed}, after the collection at {collected}. Without an approved \
         procedure for that, written on the consent, the collection does not count."
    );
    Some(Refusal::new("consent_after_collection", sentence).with("record", number))
}

fn received_after(life: &Life, kept: &Kept) -> Option<Refusal> {
    let received = kept.value("received_at", Some(&life.record))?;
    let collected = life.record.field("collected_at")?;
    (received < collected)
        .then(|| wrong_order(life, &format!("received at {received}, collected only at {collected}")))
}

/// Mission M03: scopes gate later actions. Units that were carried over with their papers have no consent here.
fn scope(life: &Life, field: &'static str, what: &str) -> Option<Refusal> {
    if !life.consent_expected || life.record.field(field) == Some("true") {
        return None;
    }
    let number = life.identity.written();
    let sentence = format!(
        "{number}: no consent in force allows {what}. It was withdrawn, or never given: ask the mother, or decide \
         otherwise about the unit."
    );
    Some(Refusal::new("consent_scope_missing", sentence).with("record", number).with("scope", field))
}
