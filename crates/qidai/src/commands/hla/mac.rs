//! `qidai hla mac`: multiple allele codes, both ways.

use std::fmt::Write;

use qidai_hla::typing::MacIndex;
use qidai_hla::{AlleleName, Nomenclature};

use super::batch::Line;
use super::warnings::notes;

/// One code or list → `typing⇥status⇥names⇥note`: the two-field names that it stands for in the release in force.
pub(super) fn decode(line: &Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String) -> bool {
    write(line, nomenclature, out, |names| {
        ("ok", names.iter().map(ToString::to_string).collect::<Vec<_>>().join("/"))
    })
}

/// One list → `typing⇥status⇥code⇥note`; status `empty` when no code of the table stands for exactly these names.
pub(super) fn encode(
    line: &Line<'_>,
    nomenclature: &Nomenclature<'_>,
    index: &MacIndex,
    out: &mut String,
) -> bool {
    write(line, nomenclature, out, |names| match (names, index.encode(names)) {
        ([only], _) => ("ok", only.to_string()),
        (_, Some(code)) => ("ok", code),
        (_, None) => ("empty", String::new()),
    })
}

fn write(
    line: &Line<'_>,
    nomenclature: &Nomenclature<'_>,
    out: &mut String,
    answer: impl Fn(&[AlleleName]) -> (&'static str, String),
) -> bool {
    let typing = line.text.as_ref();
    let read = nomenclature.two_field_names(typing);
    let (status, result, note) = match &read {
        _ if !line.is_utf8() => ("error:not_utf8".to_owned(), String::new(), String::new()),
        Ok((names, warnings)) => {
            let (status, result) = answer(names);
            (status.to_owned(), result, notes(warnings))
        }
        Err(error) => (format!("error:{}", error.code), String::new(), error.to_string()),
    };
    let note = note.replace(['\t', '\r', '\n'], " ");
    // Writing to a string cannot fail.
    let _ = write!(out, "{typing}\t{status}\t{result}\t{note}");
    !status.starts_with("error:")
}
