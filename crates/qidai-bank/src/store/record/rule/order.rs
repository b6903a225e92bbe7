//! Orders (mission M11): who may have a unit, which kind of unit for which purpose, and that nobody else has it.

use super::{Case, name, refusal};
use crate::store::database::WriteTransaction;
use crate::store::unit::{self, Standing};
use crate::store::{StoreError, family, patient, record};
use crate::{Acting, BankError, Record, Refusal, WriteContext, workflow};

/// Purposes for which a patient is transplanted.
const TRANSPLANTS: [&str; 3] = ["allogeneic", "sibling", "autologous"];

/// Is it for a transplant?
pub(super) fn is_transplant(purpose: Option<&str>) -> bool {
    purpose.is_some_and(|purpose| TRANSPLANTS.contains(&purpose))
}

/// The institution may have units for this purpose today, its patient is typed, and a foreign one has an approval.
pub(super) async fn served(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = untyped(case).await? {
        return Ok(Some(refusal));
    }
    let Some(centre) = case.named("institution", "institution").await? else { return Ok(None) };
    if let Some(refusal) = ineligible(case, &centre) {
        return Ok(Some(refusal));
    }
    let is_foreign = case.value("requester") == Some("foreign") || centre.field("outside").is_some();
    if is_foreign { approved_abroad(case, &centre).await } else { Ok(None) }
}

/// Nobody is transplanted whose typing the bank does not have: without it nobody can say whether the unit fits. Who gets the own unit
/// back is the one it was typed of.
async fn untyped(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (own, purpose) = (name(case), case.value("purpose"));
    let patient = case.named("patient", "patient").await?;
    let Some(patient) = patient.filter(|_| is_transplant(purpose)) else { return Ok(None) };
    let number = patient.number.as_str();
    if patient.state.code == "closed" {
        let sentence = format!("{own} is for {number}, whose search has ended: register the patient anew.");
        return Ok(Some(refusal("patient_not_active", own, sentence).with("patient", number)));
    }
    let is_typed = patient::current_typing(case.reader, number, "patient").await?.is_some();
    if is_typed || purpose == Some("autologous") {
        return Ok(None);
    }
    let sentence = format!("{own} is for {number}, whose typing the bank does not have: enter it first.");
    Ok(Some(refusal("patient_not_typed", own, sentence).with("patient", number)))
}

/// Approved, its contract in force, and for a transplant qualified for it (standards.md 1: eligible-institution check at issue).
fn ineligible(case: &Case<'_>, centre: &Record) -> Option<Refusal> {
    let own = name(case);
    let number = &centre.number;
    let until = centre.field("contract_until").unwrap_or_default();
    let why = match () {
        () if centre.state.code != "approved" => format!("{number} is '{}', not approved", centre.state.code),
        () if until < case.today.to_string().as_str() => {
            format!("the contract of {number} ran until '{until}'")
        }
        () if is_transplant(case.value("purpose"))
            && centre.field("transplant_qualified") != Some("true") =>
        {
            format!("{number} is not qualified to transplant")
        }
        () => return None,
    };
    let sentence =
        format!("{own}: {why}, so no unit goes there: settle it in the register of institutions first.");
    Some(refusal("centre_not_eligible", own, sentence).with("institution", number.as_str()))
}

/// Standards.md 1: a foreign requester needs a case of human genetic resources that covers the material.
async fn approved_abroad(case: &Case<'_>, centre: &Record) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let covers = |one: &Record| {
        one.state.code == "approved"
            && one.field("covers_material") == Some("true")
            && one.field("receiver") == Some(centre.number.as_str())
    };
    let number = case.value("hgr_case").unwrap_or("none");
    match case.named("hgr_case", "hgr_case").await? {
        Some(one) if covers(&one) => Ok(None),
        _ => {
            let sentence = format!(
                "{own}: {} is foreign, and the case '{number}' is not one in force that covers material for it: nothing \
                 leaves the country without.",
                centre.number
            );
            Ok(Some(refusal("hgr_case_needed", own, sentence)))
        }
    }
}

/// Before a unit is reserved: the centre, the purpose, and that the unit is free.
pub(super) async fn reservable(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = served(case).await? {
        return Ok(Some(refusal));
    }
    let own = name(case);
    let until = case.value("reserved_until").unwrap_or_default();
    if until < case.today.to_string().as_str() {
        let sentence = format!("{own}: {until} is over: choose a day until which the unit is kept.");
        return Ok(Some(refusal("reservation_day_past", own, sentence)));
    }
    let Some(written) = case.value("unit") else { return Ok(None) };
    let Some(unit) = unit::standing(case.reader, written).await? else { return Ok(None) };
    if let Some(refusal) = wrong_purpose(case, written, &unit) {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = of_another_family(case, written).await? {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = taken(case, written, &unit).await? {
        return Ok(Some(refusal));
    }
    // An excursion covers the unit before anybody took it aside.
    match unit::identity_in(written) {
        Some(identity) => unit::excursion_of(case.reader, &identity).await,
        None => Ok(None),
    }
}

/// A family's unit is for that family; everybody else gets public ones; a study only what was given for research.
fn wrong_purpose(case: &Case<'_>, written: &str, unit: &Standing) -> Option<Refusal> {
    let (own, purpose) = (name(case), case.value("purpose").unwrap_or_default());
    let expected = if matches!(purpose, "sibling" | "autologous") { "family" } else { "public" };
    let why = match () {
        () if unit.bank_type != expected => format!("is a {} unit", unit.bank_type),
        () if purpose == "study" && !unit.for_research => "was not given for research".to_owned(),
        () => return None,
    };
    let sentence = format!(
        "{own}: {written} {why}, which is not for the purpose '{purpose}': choose another unit, or correct the purpose."
    );
    Some(refusal("order_purpose_wrong", own, sentence).with("purpose", purpose))
}

/// A family's unit whose mother is known goes to that family: the link of the patient was confirmed by a second person. Of units that
/// were carried over without their mother the physician who agrees answers for it.
async fn of_another_family(case: &Case<'_>, written: &str) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let is_own_use = matches!(case.value("purpose"), Some("sibling" | "autologous"));
    let (Some(number), Some(identity)) = (case.value("patient"), unit::identity_in(written)) else {
        return Ok(None);
    };
    if !is_own_use || family::may_have(case.reader, number, &identity).await? {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {written} belongs to a family of which {number} is no confirmed member: have the link confirmed first."
    );
    Ok(Some(refusal("order_not_of_family", own, sentence).with("patient", number).with("number", written)))
}

/// Free, or held without an order by the very centre that orders it now.
async fn taken(case: &Case<'_>, written: &str, unit: &Standing) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let centre = case.named("institution", "institution").await?;
    let names = centre.iter().flat_map(|one| [Some(one.number.as_str()), one.field("name")]).flatten();
    let is_own_hold = unit.state == "reserved"
        && unit.order.is_none()
        && names.into_iter().any(|name| unit.kept_for.as_deref() == Some(name));
    if matches!(unit.state, "available" | "family_held") || is_own_hold {
        return Ok(None);
    }
    let (code, why) = match unit.state {
        "reserved" => ("unit_already_reserved", "is reserved for somebody else".to_owned()),
        state => ("unit_not_available", format!("is '{state}'")),
    };
    let sentence = format!("{own}: {written} {why}: choose another unit.");
    Ok(Some(refusal(code, own, sentence).with("number", written)))
}

/// A unit that was taken out of its tank does not come back.
pub(super) async fn still_here(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let Some(written) = case.value("unit") else { return Ok(None) };
    let Some(unit) = unit::standing(case.reader, written).await? else { return Ok(None) };
    if unit.state != "retrieved" {
        return Ok(None);
    }
    let own = name(case);
    let sentence =
        format!("{own}: {written} was taken out of its tank and does not come back: it is shipped, or lost.");
    Ok(Some(refusal("unit_left_tank", own, sentence).with("number", written)))
}

/// The unit is kept for the institution, in the same transaction.
pub(super) async fn keep(
    write: &WriteTransaction<'_>,
    order: &Record,
    by: (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let Some(unit) = order.field("unit") else { return Ok(()) };
    let (concept, number) = (workflow::concept("institution"), order.field("institution"));
    let centre = match concept.zip(number) {
        Some((concept, number)) => record::by_number(write.reader(), concept, number).await?,
        None => None,
    };
    let name = centre.as_ref().and_then(|one| one.field("name")).unwrap_or_default();
    unit::keep(write, unit, (name, order.field("reserved_until")), by).await
}

/// The unit goes back to the shelf, when it is this order that had it.
pub(super) async fn give_back(
    write: &WriteTransaction<'_>,
    order: &Record,
    by: (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let held = order
        .before
        .is_some_and(|state| matches!(state.code, "reserved" | "recheck" | "approved" | "scheduled"));
    match order.field("unit").filter(|_| held) {
        Some(unit) => unit::give_back(write, unit, order.field("segments_left"), by).await,
        None => Ok(()),
    }
}
