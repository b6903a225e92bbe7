//! Consents: on a form in force, within its scopes, one at a time; and what a withdrawal means for the unit.

use sea_orm::Value;

use super::{Case, name, refusal};
use crate::store::StoreError;
use crate::store::database::WriteTransaction;
use crate::store::unit;
use crate::{Acting, BankError, Record, Refusal, WriteContext};

/// Field of a consent, and of its form the field that offers it.
const SCOPES: [(&str, &str); 6] = [
    ("donate", "offers_donate"),
    ("family", "offers_family"),
    ("research", "offers_research"),
    ("recontact", "offers_recontact"),
    ("genetic", "offers_genetic"),
    ("export", "offers_export"),
];

pub(super) async fn give(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let number = case.value("form").unwrap_or_default();
    let form = case.named("consent_form", "form").await?;
    let Some(form) = form.filter(|form| form.state.code == "in_force") else {
        let sentence =
            format!("{own} is on the form {number}, which is not in force: take the form that is.");
        return Ok(Some(refusal("consent_form_not_in_force", own, sentence)));
    };
    let agreed = |field: &str| case.value(field) == Some("true");
    let beyond = SCOPES.iter().find(|(scope, offer)| agreed(scope) && form.field(offer) != Some("true"));
    if let Some((scope, _)) = beyond {
        let sentence = format!("{own} agrees to '{scope}', which the form {number} does not offer.");
        return Ok(Some(refusal("consent_scope_not_offered", own, sentence)));
    }
    if !agreed("donate") && !agreed("family") {
        let sentence = format!(
            "{own} agrees neither to donation nor to storage for the family: then nothing is collected."
        );
        return Ok(Some(refusal("consent_scope_missing", own, sentence)));
    }
    given_already(case, own).await
}

async fn given_already(case: &Case<'_>, own: &str) -> Result<Option<Refusal>, StoreError> {
    // A unit that is carried over had no record here before its dossier.
    let Some(unit) = case.value("unit").filter(|_| case.beside.is_none()) else { return Ok(None) };
    let sql = "SELECT r.number FROM record_field f JOIN record r ON r.record_id = f.record_id \
               WHERE f.refers_to = $1 AND r.concept = 'consent' AND r.state = 'given' AND r.number <> $2";
    let row = case.reader.first(sql, [Value::from(format!("unit/{unit}")), Value::from(own)]).await?;
    let Some(row) = row else { return Ok(None) };
    let other: String = row.try_get_by_index(0)?;
    let sentence = format!("{other} is in force for the same unit: it is withdrawn or superseded first.");
    Ok(Some(refusal("consent_already_given", own, sentence).with("other", other)))
}

/// A unit whose consent was withdrawn waits for a decision.
pub(super) async fn hold_unit(
    write: &WriteTransaction<'_>,
    record: &Record,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let Some((scheme, value)) = record.field("unit").and_then(|unit| unit.split_once('/')) else {
        return Ok(());
    };
    let identity = crate::Identity { scheme: scheme.to_owned(), value: value.to_owned() };
    unit::hold(write, &identity, (context, acting)).await
}
