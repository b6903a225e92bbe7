//! A state as shape, word and colour: eight families for two dozen states.

use qidai_bank::Status;

use crate::words::Words;

/// What a badge shows.
pub(super) struct Badge {
    pub(super) word: String,
    /// `plan`, `move`, `wait`, `open`, `held`, `done`, `stop` or `look`: shape and colour.
    pub(super) family: &'static str,
}

impl Badge {
    pub(super) fn of_status(status: Status, w: &Words) -> Badge {
        Badge { word: w.t(&format!("status-{}", status.code())), family: family(status) }
    }
}

/// As `workflows/unit.md` says.
fn family(status: Status) -> &'static str {
    let unit = qidai_bank::workflow::concept("unit");
    unit.and_then(|unit| unit.state(status.code())).map_or("plan", |state| state.badge.code())
}
