//! The correction of the form that relaxes a rule: one field, one value.

use crate::catalogue::SearchRequest;

/// `NAME=TEXT` for the rule; `None` where the form has no single field for it.
pub(super) fn fix(rule: &str, request: &SearchRequest) -> Option<String> {
    Some(match rule {
        // A profile's floors of class are lowered by another profile only.
        "matches_below_floor" if request.profile != "default" => return None,
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
        "class_not_computable" => "filter=not_computable".to_owned(),
        "source_excluded" => "without=own".to_owned(),
        "rbc_depletion" => "without=rbc_depleted".to_owned(),
        "attached_segments" => "without=segment".to_owned(),
        "collection_date" => "collected_from=".to_owned(),
        "sex" | "abo" | "rhd" | "accreditation" => format!("{rule}="),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use qidai_match::search::Rule;

    use super::*;

    #[test]
    fn what_the_form_asks_the_form_relaxes() {
        // Nothing in the form makes a typing readable, or takes an antibody away.
        let fixed = ["typing_unreadable", "antibody"];
        for rule in Rule::ALL.iter().map(|rule| rule.name()) {
            let fix = fix(rule, &SearchRequest { min_x8: Some(6), ..SearchRequest::default() });
            assert_eq!(fix.is_none(), fixed.contains(&rule), "{rule}");
        }
        let strict = SearchRequest { profile: "single_malignant".to_owned(), ..SearchRequest::default() };
        assert_eq!(fix("matches_below_floor", &strict), None);
    }
}
