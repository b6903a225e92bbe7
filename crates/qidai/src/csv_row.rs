//! Rows of CSV files: every export writes them here, because people open them in a spreadsheet.

use std::borrow::Cow;
use std::io;

/// One row with its end, quoted where it must be; no cell of it is taken for a formula.
pub(crate) fn csv_row(cells: impl IntoIterator<Item = impl AsRef<str>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(400));
    for cell in cells {
        writer.write_field(harmless(cell.as_ref()).as_bytes())?;
    }
    writer.write_record(None::<&[u8]>)?;
    writer.into_inner().map_err(|error| error.into_error())
}

/// What a spreadsheet would calculate gets an apostrophe in front (OWASP, "CSV Injection"): a cell that begins with
/// `=`, `+`, `-`, `@`, their full-width forms, a tab or a carriage return. A number with its sign, and a sign alone
/// (RhD), are no formulas.
pub(crate) fn harmless(cell: &str) -> Cow<'_, str> {
    const BEGINS: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];
    let is_signed_number = cell
        .strip_prefix(['+', '-'])
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
    if cell.starts_with(BEGINS) && !is_signed_number {
        return Cow::Owned(format!("'{cell}"));
    }
    Cow::Borrowed(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issue_2_a_cell_is_never_a_formula() {
        for (cell, written) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1+1", "'+1+1"),
            ("-2-cmd", "'-2-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("＝1", "'＝1"),
            ("+", "+"),
            ("-", "-"),
            ("-3.5", "-3.5"),
            ("A*02:01", "A*02:01"),
            ("", "\"\""),
        ] {
            assert_eq!(String::from_utf8(csv_row([cell]).unwrap()).unwrap(), format!("{written}\n"));
        }
        assert_eq!(csv_row(["a", "", "b,c"]).unwrap(), b"a,,\"b,c\"\n");
    }
}
