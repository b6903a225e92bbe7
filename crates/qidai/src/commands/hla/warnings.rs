//! Remarks in one column.

use qidai_hla::typing::Warning;

/// Each remark once, with its code.
pub(super) fn notes(warnings: &[Warning]) -> String {
    let mut notes: Vec<String> = Vec::new();
    for warning in warnings {
        let note = format!("{}: {}", warning.code, warning.sentence);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes.join("; ")
}
