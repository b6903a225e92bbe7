//! Patients: a pseudonym that tells nothing, plausible numbers, and no end while somebody still asks.

use sea_orm::Value;

use super::patient_row::{in_future, number_between};
use super::{Case, Computed, name, refusal};
use crate::store::{StoreError, hgr};
use crate::{BankError, CnId, Mobile, Problem, Refusal};

/// From a newborn of 500 g to 300 kg.
const WEIGHT_G: (i64, i64) = (500, 300_000);
/// Nobody older is a patient.
const YEARS_MAX: i64 = 120;

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let mut problems: Vec<Problem> = Vec::new();
    problems.extend(tells_who(case));
    problems.extend(number_between(case, "weight_g", WEIGHT_G));
    problems.extend(in_future(case, "weighed_on"));
    let year = i64::from(case.today.year());
    problems.extend(number_between(case, "birth_year", (year - YEARS_MAX, year)));
    Refusal::if_any(problems)?;
    let Some(centre) = case.value("centre") else { return Ok(Vec::new()) };
    let origin = hgr::origin(hgr::is_foreign(case.reader, centre).await?);
    Ok(vec![("origin", Some(origin.to_owned()))])
}

/// A pseudonym that is a document number or a telephone number is none.
fn tells_who(case: &Case<'_>) -> Option<Problem> {
    let pseudonym = case.value("pseudonym")?;
    if CnId::parse(pseudonym, case.today).is_err() && Mobile::parse(pseudonym).is_err() {
        return None;
    }
    let reason = "pseudonym is a document number or a telephone number";
    let hint = "write a code that only the centre can resolve";
    Some(Problem::new("pseudonym", "", "pseudonym_tells_who", reason, hint))
}

pub(super) async fn close(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let sql = "SELECT r.number FROM record r JOIN record_field f ON f.record_id = r.record_id \
               WHERE r.concept = 'search_request' AND f.field = 'patient' AND f.refers_to = $1 \
               AND r.state NOT IN ('closed', 'declined', 'withdrawn') ORDER BY r.serial LIMIT 1";
    let row = case.reader.first(sql, [Value::from(format!("patient/{own}"))]).await?;
    let Some(row) = row else { return Ok(None) };
    let request: String = row.try_get_by_index(0)?;
    let sentence = format!("{own} still has the open request {request}: close or withdraw it first.");
    Ok(Some(refusal("patient_has_open_requests", own, sentence).with("request", request)))
}
