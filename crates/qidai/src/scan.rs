//! What a scanned or typed text means, for the scan box and for programs: places and tanks, freeze runs, units, and the
//! records of every register.

use qidai_bank::workflow::{Concept, State, Step};
use qidai_bank::{BankError, Identity, Position, Principal, Scanned, Store};

use crate::error::Failure;
use crate::pages::{place_address, record_address, run_address, tank_address, unit_address};

/// Characters that are looked at.
pub(crate) const SCANNED_CHARS_MAX: usize = 64;

/// One thing that it may be.
pub(crate) struct Hit {
    /// `place`, `tank`, `freeze_run`, `unit`, or the code of a register.
    pub(crate) kind: &'static str,
    /// As it is written on its label.
    pub(crate) number: String,
    /// Its page.
    pub(crate) address: String,
    /// The same for programs, where there is one.
    pub(crate) api: Option<String>,
    pub(crate) unit: Option<Identity>,
    /// What declares it, and its state.
    pub(crate) declared: Option<(&'static Concept, &'static State)>,
    /// The field that has it, where it is not its own number.
    pub(crate) by: Option<&'static str>,
    /// What may be done with it next, by whoever scans.
    pub(crate) next: Vec<&'static Step>,
}

impl Hit {
    fn of(kind: &'static str, number: String, address: String, api: Option<String>) -> Hit {
        Hit { kind, number, address, api, unit: None, declared: None, by: None, next: Vec::new() }
    }
}

/// Everything that a text may mean, of what the principal may see: units first.
///
/// # Errors
/// Outages only; a text that means nothing gives nothing.
pub(crate) async fn hits(store: &Store, principal: &Principal, text: &str) -> Result<Vec<Hit>, Failure> {
    // The label of a place leads to the place: no number of a thing looks like it.
    if let Ok(place) = Position::parse(text) {
        let tank = known(store.tank(&place.tank).await)?;
        let is_there = tank.is_some_and(|tank| tank.has(&place));
        let api = format!("/api/storage/tanks/{}/places", place.tank);
        let hit = || Hit::of("place", place.to_string(), place_address(&place), Some(api));
        return Ok(is_there.then(hit).into_iter().collect());
    }
    let mut hits: Vec<Hit> = store.scanned(text, principal).await?.into_iter().map(declared).collect();
    let plain = text.trim();
    if let Some(tank) = known(store.tank(&plain.to_uppercase()).await)? {
        let api = format!("/api/storage/tanks/{}/places", tank.code);
        hits.push(Hit::of("tank", tank.code.clone(), tank_address(&tank.code), Some(api)));
    }
    if let Some(run) = known(store.freeze_run(plain).await)? {
        let api = format!("/api{}", run_address(&run.number));
        hits.push(Hit::of("freeze_run", run.number.clone(), run_address(&run.number), Some(api)));
    }
    Ok(hits)
}

fn declared(one: Scanned) -> Hit {
    let identity = one.number.split_once('/').filter(|_| one.concept.code == "unit");
    let unit =
        identity.map(|(scheme, value)| Identity { scheme: scheme.to_owned(), value: value.to_owned() });
    let address = match &unit {
        Some(identity) => unit_address(identity),
        None => record_address(one.concept.code, &one.number),
    };
    Hit {
        kind: one.concept.code,
        number: unit.as_ref().map_or_else(|| one.number.clone(), Identity::written),
        api: Some(format!("/api{address}")),
        address,
        unit,
        declared: Some((one.concept, one.state)),
        by: one.by,
        next: one.next,
    }
}

/// A thing, or nothing where there is none of that number.
fn known<T>(found: Result<T, BankError>) -> Result<Option<T>, Failure> {
    match found {
        Ok(thing) => Ok(Some(thing)),
        Err(BankError::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
