//! `typing⇥level` → `typing⇥level⇥status⇥result[⇥note]`.

use std::fmt::Write;

use qidai_hla::{Nomenclature, reduce};

use super::batch::Line;
use super::tables::Tables;
use super::warnings::notes;

/// An answer's status and what follows it.
struct Answered {
    status: String,
    result: String,
    note: String,
}

pub(super) fn line(
    line: &Line<'_>,
    nomenclature: &Nomenclature<'_>,
    tables: &Tables<'_, '_>,
    out: &mut String,
) -> bool {
    let mut columns = line.text.split('\t');
    let (typing, level) = (columns.next().unwrap_or(""), columns.next());
    let answered = if !line.is_utf8() {
        refused("not_utf8", "the line is not UTF-8 text")
    } else if columns.next().is_some() {
        refused("columns_too_many", "expected two columns, a typing and a level")
    } else {
        answer(typing, level, nomenclature, tables)
    };
    // Writing to a string cannot fail.
    let _ = write!(out, "{typing}\t{}\t{}\t{}", level.unwrap_or(""), answered.status, answered.result);
    if !answered.note.is_empty() {
        out.push('\t');
        out.push_str(&answered.note.replace(['\t', '\r', '\n'], " "));
    }
    !answered.status.starts_with("error:")
}

fn answer(
    typing: &str,
    level: Option<&str>,
    nomenclature: &Nomenclature<'_>,
    tables: &Tables<'_, '_>,
) -> Answered {
    let Some(name) = level.map(str::trim).filter(|name| !name.is_empty()) else {
        return match typing.trim() {
            "" => refused("typing_empty", "the line is blank"),
            _ => refused("level_missing", "expected a tab and a level behind the typing"),
        };
    };
    let Some(level) = reduce::level(name) else {
        let known: Vec<&str> = reduce::ALL_LEVELS.iter().map(|level| level.name).collect();
        return refused("level_unknown", format!("no level {name:?}; there are {}", known.join(", ")));
    };
    match tables.reduce(typing, level, nomenclature) {
        Ok(reduced) => Answered {
            status: if reduced.text.is_empty() { "empty" } else { "ok" }.to_owned(),
            note: notes(&reduced.notes),
            result: reduced.text,
        },
        Err(error) => Answered {
            status: format!("error:{}", error.code),
            result: String::new(),
            note: error.to_string(),
        },
    }
}

fn refused(code: &str, note: impl Into<String>) -> Answered {
    Answered { status: format!("error:{code}"), result: String::new(), note: note.into() }
}
