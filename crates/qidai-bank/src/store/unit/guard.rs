//! Rules of a unit's moves that look at two things at once, and so are no cell of a table.

use jiff::Timestamp;

use super::excursion::told;
use super::life::Life;
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::record::Kept;
use crate::store::telemetry::excursion::open_of;
use crate::workflow::Step;
use crate::{Alarm, Decision, Identity, Refusal};

/// Refusals of these rules that are written down as attempts.
pub(super) const WRITTEN_DOWN: [&str; 7] = [
    "consent_scope_missing",
    "consent_after_collection",
    "batch_not_closed",
    "decision_missing",
    "decision_forbids",
    "excursion_open",
    "excursion_lasts",
];

/// Codes with which these rules refuse a move of a unit: what the table of states prints beside what its declaration needs.
pub fn unit_guards(step: &str) -> &'static [&'static str] {
    match step {
        "collect" => &["consent_after_collection"],
        "receive" => &["time_order_wrong"],
        "bank_public" | "bank_family" => &[
            "consent_scope_missing",
            "batch_not_closed",
            "decision_missing",
            "decision_forbids",
            "excursion_open",
        ],
        "reserve" | "convert" | "approve" | "except" | "retrieve" | "ship" => &["excursion_open"],
        "evaluated" => &["excursion_lasts"],
        _ => &[],
    }
}

/// What stands in the way of a move besides what its declaration says.
pub(super) fn obstacles(life: &Life, step: &Step, kept: &Kept) -> Vec<Refusal> {
    match step.code {
        "collect" => signed_before(life, kept).into_iter().collect(),
        "receive" => received_after(life, kept).into_iter().collect(),
        "bank_public" => {
            let consent = scope(life, "consent_donate", "donation");
            let closed = consent.into_iter().chain(batch_closed(life));
            let decided = decided(life, Decision::may_be_listed);
            closed.chain(decided).chain(excursion_open(life)).collect()
        }
        "bank_family" => {
            let consent = scope(life, "consent_family", "storage for the family");
            let closed = consent.into_iter().chain(batch_closed(life));
            let decided = decided(life, Decision::may_be_banked);
            closed.chain(decided).chain(excursion_open(life)).collect()
        }
        "reserve" | "convert" | "approve" | "except" | "retrieve" | "ship" => {
            excursion_open(life).into_iter().collect()
        }
        "evaluated" => excursion_lasts(life).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Mission M05: a deviation blocks the batch, and a batch that nobody has closed blocks its unit.
fn batch_closed(life: &Life) -> Option<Refusal> {
    let (batch, state) = life.open_batch.as_ref()?;
    let number = life.identity.written();
    let sentence = format!(
        "{number}: its batch record {batch} is '{state}': somebody who did not finish it reviews and closes it first."
    );
    Some(Refusal::new("batch_not_closed", sentence).with("record", number).with("batch", batch.as_str()))
}

/// Mission M07: nothing is banked without a decision rule by rule, and what was banked by exception is never offered to everybody.
fn decided(life: &Life, is_enough: fn(&Decision) -> bool) -> Option<Refusal> {
    let number = life.identity.written();
    let (code, sentence) = match &life.decision {
        Some(decision) if is_enough(decision) => return None,
        None => (
            "decision_missing",
            format!(
                "{number}: no profile for its kind of bank has decided on it: decide first, by 'qidai unit decide' or on its page."
            ),
        ),
        Some(decision) => (
            "decision_forbids",
            format!(
                "{number}: the decision in force, by {}, is '{}': supply what is missing and decide again, or discard the unit. \
                 An exception of the director opens the family bank, never the public one.",
                decision.profile,
                decision.evaluation.outcome.code()
            ),
        ),
    };
    Some(Refusal::new(code, sentence).with("record", number))
}

/// interop.md 5.3: every excursion is linked to units by place and time, and a release looks at it.
fn excursion_open(life: &Life) -> Option<Refusal> {
    excursion_refusal(&life.identity, life.excursions.first()?).into()
}

/// The same for who holds a unit by another way than its moves: an excursion covers it before anybody took it aside.
pub(in crate::store) async fn excursion_of(
    reader: Reader<'_>,
    identity: &Identity,
) -> Result<Option<Refusal>, StoreError> {
    let found = open_of(reader, identity).await?;
    Ok(found.first().map(|first| excursion_refusal(identity, first)))
}

fn excursion_refusal(identity: &Identity, first: &Alarm) -> Refusal {
    let number = identity.written();
    let sentence = format!(
        "{number} lived through an excursion that nobody has evaluated: {}. It goes under evaluation; quality signs when it \
         may come back.",
        told(first)
    );
    Refusal::new("excursion_open", sentence).with("record", number)
}

/// Nobody can say what an excursion did before it is over, and before somebody has said what it was.
fn excursion_lasts(life: &Life) -> Option<Refusal> {
    let one = life.excursions.iter().find(|alarm| alarm.is_open())?;
    let number = life.identity.written();
    let sentence = format!(
        "{number}: an excursion lasts, or nobody has acknowledged it: {}. End and acknowledge the alarm first.",
        told(one)
    );
    Some(Refusal::new("excursion_lasts", sentence).with("record", number))
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
