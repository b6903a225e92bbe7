//! Decisions on units that are carried over: made by the same profiles, from what their dossiers say.

use jiff::Timestamp;

use super::facts::{of_bank, set_hours};
use super::{TABLE, row_of, subject};
use crate::specification::facts_of;
use crate::store::dossier::Carrying;
use crate::store::event::Event;
use crate::{BankError, Decision, EnteredBy, PastUnit, Permission, Refusal, TestResult, profile};

/// Decides as it was decided then. What the unit and its approved results say is what the profile sees.
pub(in crate::store) fn decide(
    carrying: &mut Carrying<'_>,
    past: &PastUnit,
    unit_key: i64,
    approved: &[TestResult],
) -> Result<Option<Decision>, BankError> {
    let Some((name, by, at)) = past.decision else { return Ok(None) };
    let profile = profile(name).ok_or_else(|| {
        let sentence = format!("There is no specification profile '{name}': choose one of the list.");
        Refusal::new("profile_version_missing", sentence).with("profile", name)
    })?;
    of_bank(profile, &past.record)?;
    let person = carrying.person(by)?;
    person.may(Permission::UnitAccept, None)?;
    let mut facts = facts_of(&past.record, approved);
    if let Some(collected) = time_of(past, "collected_at") {
        set_hours(&mut facts, collected, time_of(past, "received_at"), frozen(past));
    }
    let decision = Decision {
        id: carrying.acting.ids.next_id(),
        unit: past.record.identity.clone(),
        stage: profile.stage.to_owned(),
        profile: profile.key(),
        profile_digest: profile.digest.to_vec(),
        evaluation: profile.evaluate(&facts),
        facts,
        is_in_force: true,
        decided: EnteredBy {
            actor: person.name().to_owned(),
            account_id: person.account_id().map(str::to_owned),
            at,
        },
        exception: None,
    };
    let event = Event::new("unit_decided", subject(&decision.unit)).effective(at);
    carrying.events.push(event.insert(&TABLE, row_of(&decision, unit_key)?));
    Ok(Some(decision))
}

fn time_of(past: &PastUnit, field: &str) -> Option<Timestamp> {
    past.fields.iter().find(|(code, _)| *code == field).and_then(|(_, value)| value.parse().ok())
}

fn frozen(past: &PastUnit) -> Option<Timestamp> {
    past.deeds.iter().find(|deed| deed.code == "freeze").map(|deed| deed.at)
}
