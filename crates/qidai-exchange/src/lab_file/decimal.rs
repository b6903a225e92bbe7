//! Is the comma of a column a decimal point?
//!
//! `7,5` in one file is seven and a half, `1,250` in another is twelve hundred and fifty. A column is read with decimal
//! commas only where its own values leave no doubt: some value has one comma and not three digits behind it, and none has
//! a point or a second comma. Otherwise its commas are refused one by one (`result_decimal_comma`).

use qidai_bank::ValueKind;

use super::heads::{Column, Role};
use crate::table::Row;

pub(super) fn decide(columns: &mut [Column], rows: &[Row], said: Option<char>) {
    for (at, column) in columns.iter_mut().enumerate() {
        let is_number = match &column.role {
            Role::Test(test) => test.kind == ValueKind::Number,
            Role::Value => true,
            _ => false,
        };
        column.has_decimal_comma = is_number
            && match said {
                Some(separator) => separator == ',',
                None => is_beyond_doubt(rows.iter().map(|row| row.cell(at).text)),
            };
    }
}

fn is_beyond_doubt<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut is_seen = false;
    for text in texts.map(|text| text.trim_start_matches(['<', '>', '≤', '≥', ' '])) {
        if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            continue;
        }
        if text.contains('.') || text.matches(',').count() > 1 {
            return false;
        }
        let Some((whole, rest)) = text.split_once(',') else { continue };
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        is_seen |= digits > 0 && (digits != 3 || whole == "0" || whole == "-0");
    }
    is_seen
}

/// The value with a point.
pub(super) fn with_point(text: &str, column: &Column) -> String {
    match column.has_decimal_comma && text.matches(',').count() == 1 {
        true => text.replacen(',', ".", 1),
        false => text.to_owned(),
    }
}
