//! The correction of the form that relaxes a rule: one field, one value.

use crate::catalogue::SearchRequest;

/// `NAME=TEXT` for the rule; `None` where the form has no single field for it.
pub(super) fn fix(rule: &str, request: &SearchRequest) -> Option<String> {
    Some(match rule {
        "matches_below_floor" => {
            let (name, least) =
                if let Some(x8) = request.min_x8 { ("min_x8", x8) } else { ("min_x6", request.min_x6?) };
            // The form offers 3 of 6 and 4 of 8 at least.
            let lower =
                least.checked_sub(1).filter(|lower| *lower >= if name == "min_x8" { 4 } else { 3 })?;
            format!("{name}={lower}")
        }
        "tnc_missing" | "tnc_below_floor" => "min_tnc=0".to_owned(),
        "cd34_missing" | "cd34_below_floor" => "min_cd34=0".to_owned(),
        _ => return None,
    })
}
