//! From hand to hand (mission M13): what is received is what was handed over, or the chain of custody is broken.

use super::{Case, name, refusal};
use crate::Refusal;

/// The seal that was put on is the one that is received.
pub(super) fn same_seal(case: &Case<'_>) -> Option<Refusal> {
    let plain = |field: &str| case.value(field).map(super::label);
    if plain("seal_given") == plain("seal_received") {
        return None;
    }
    let own = name(case);
    let sentence = format!(
        "{own}: sealed with '{}', received with '{}': do not sign, record that the custody is broken.",
        case.value("seal_given").unwrap_or_default(),
        case.value("seal_received").unwrap_or_default()
    );
    Some(refusal("seal_differs", own, sentence))
}
