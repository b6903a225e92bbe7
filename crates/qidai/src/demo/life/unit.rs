//! The unit itself: its moves from registration to where it is, its results, the decision on it, and its place.

use qidai_bank::{BankType, DocumentClass, PastDeed, PastPlace, PastUnit, Role, Status, TestOutcome};

use super::papers::{MOTHER, PICKUP, has_pickup};
use super::results::results;
use super::{Life, because, deed, paper};
use crate::demo::house::{of_role, site};

/// How far a life has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    Received,
    Processing,
    Processed,
    Frozen,
    Decided,
}

impl Reached {
    pub(super) fn of(status: Status) -> Self {
        match status {
            Status::Received => Self::Received,
            Status::Processing => Self::Processing,
            Status::Processed => Self::Processed,
            Status::Quarantine => Self::Frozen,
            _ => Self::Decided,
        }
    }
}

/// Lives of these are told; of others the orders and shipments are missing.
pub(super) fn is_told(status: Status) -> bool {
    matches!(
        status,
        Status::Received
            | Status::Processing
            | Status::Processed
            | Status::Quarantine
            | Status::Available
            | Status::FamilyHeld
            | Status::Discarded
    )
}

pub(super) fn past(life: &Life<'_>) -> PastUnit {
    let reached = Reached::of(life.unit.status);
    let fields = vec![
        ("site", site(life.hospital)),
        ("collected_at", life.born.to_string()),
        ("received_at", life.received.to_string()),
    ];
    let mut names = vec![("mother", MOTHER)];
    if has_pickup(life) {
        names.push(("pickup", PICKUP));
    }
    let quality = of_role(Role::Quality).start;
    let profile = if life.unit.bank_type == BankType::Public { "cn-public" } else { "family-min" };
    let is_decided = reached == Reached::Decided;
    PastUnit {
        record: life.unit.clone(),
        fields,
        names,
        documents: if is_decided { vec![paper(DocumentClass::Report, &life.number())] } else { Vec::new() },
        deeds: deeds(life, reached),
        results: results(life),
        decision: is_decided.then_some((profile, quality, life.decided)),
        place: place(life),
    }
}

fn deeds(life: &Life<'_>, reached: Reached) -> Vec<PastDeed> {
    let (midwife, technologist) = (life.midwife, life.technologist);
    let mut deeds = vec![
        deed("create", midwife, life.before_birth(30)),
        deed("issue_kit", midwife, life.before_birth(20)),
        deed("collect", midwife, life.born),
    ];
    if has_pickup(life) {
        deeds.push(deed("send", midwife, life.after(life.born, 60)));
    }
    deeds.push(deed("receive", technologist, life.received));
    if reached >= Reached::Processing {
        deeds.push(deed("accept", life.second, life.after(life.received, 20)));
        deeds.push(deed("process", technologist, life.begun));
    }
    if reached >= Reached::Processed {
        deeds.push(deed("finish", technologist, life.after(life.begun, 95)));
    }
    if reached >= Reached::Frozen {
        deeds.push(deed("freeze", of_role(Role::StorageCustodian).start, life.frozen));
    }
    let director = of_role(Role::MedicalDirector).start;
    deeds.extend(match life.unit.status {
        Status::Available => Some(deed("bank_public", director, life.decided)),
        Status::FamilyHeld => Some(deed("bank_family", director, life.decided)),
        Status::Discarded => Some(because("discard", director, life.decided, why_discarded(life))),
        _ => None,
    });
    deeds
}

fn why_discarded(life: &Life<'_>) -> &'static str {
    match (life.unit.microbial_growth, life.unit.idm) {
        (Some(TestOutcome::Positive), _) => "a culture has grown",
        (_, Some(TestOutcome::Positive)) => "an infection marker is positive",
        _ => "below the profile of the bank",
    }
}

/// Banked units in a tank of released ones, those that wait in quarantine; what was discarded stands nowhere.
fn place(life: &Life<'_>) -> Option<PastPlace> {
    let at = match life.unit.status {
        Status::Available | Status::FamilyHeld => life.decided,
        Status::Quarantine => life.frozen,
        _ => return None,
    };
    let by = of_role(Role::StorageCustodian).start;
    Some(PastPlace { position: life.around.position.clone(), by, at })
}
