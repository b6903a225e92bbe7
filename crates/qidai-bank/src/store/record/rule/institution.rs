//! Where an institution is.

use super::{Case, Computed};
use crate::Problem;

/// A country or region is two letters of ISO 3166, and not China where the institution is abroad.
pub(super) fn compute(case: &Case<'_>) -> Result<Computed, Problem> {
    let Some(country) = case.value("country") else { return Ok(Vec::new()) };
    let code = country.to_ascii_uppercase();
    let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_code || (code == "CN" && case.value("outside") == Some("abroad")) {
        let reason = format!("country is '{country}'");
        let hint = "write the two letters of ISO 3166, such as SG; CN is not abroad";
        return Err(Problem::new("country", country, "country_invalid", reason, hint));
    }
    Ok(vec![("country", Some(code))])
}
