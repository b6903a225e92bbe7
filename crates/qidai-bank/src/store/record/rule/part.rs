//! A part bears the number of its unit and a suffix.

use super::{Case, Computed};
use crate::Problem;

/// Characters of the longest suffix.
const SUFFIX_MAX: usize = 6;

pub(super) fn compute(case: &Case<'_>) -> Result<Computed, Problem> {
    let (Some(unit), Some(suffix)) = (case.value("unit"), case.value("suffix")) else {
        return Ok(Vec::new());
    };
    let suffix = suffix.to_uppercase();
    let fits = suffix.chars().all(|c| c.is_ascii_alphanumeric()) && suffix.len() <= SUFFIX_MAX;
    if !fits {
        let reason = format!("suffix is '{suffix}'");
        let hint = format!("write at most {SUFFIX_MAX} letters and digits, such as S01");
        return Err(Problem::new("suffix", &suffix, "part_suffix_invalid", reason, hint));
    }
    let number = unit.split_once('/').map_or(unit, |(_, number)| number);
    Ok(vec![("label", Some(format!("{number}-{suffix}"))), ("suffix", Some(suffix))])
}
