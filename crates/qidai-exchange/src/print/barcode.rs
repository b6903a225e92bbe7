//! Code 128 and Data Matrix as patterns of dark and light.

use barcoders::sym::code128::Code128;
use datamatrix::{DataMatrix, SymbolList};

use super::PrintError;

/// The letters by which the encoder is told its sets B (all printable) and C (pairs of digits).
const SET_B: char = '\u{0181}';
const SET_C: char = '\u{0106}';
/// Fewer digits at the end are not worth changing the set.
const DIGITS_WORTH: usize = 6;

/// Modules of a Code 128, dark is true; without its quiet zones (10 modules each side, ISO/IEC 15417).
pub(super) fn code_128(text: &str) -> Result<Vec<bool>, PrintError> {
    let impossible = |reason: String| PrintError::NoBarcode { text: text.to_owned(), reason };
    if text.is_empty() || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(impossible("expected printable Latin letters, digits and signs".to_owned()));
    }
    let code = Code128::new(in_sets(text)).map_err(|error| impossible(format!("{error:?}")))?;
    Ok(code.encode().into_iter().map(|module| module == 1).collect())
}

/// Pairs of digits at the end take half the room.
fn in_sets(text: &str) -> String {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let digits = digits - digits % 2;
    if digits < DIGITS_WORTH {
        return format!("{SET_B}{text}");
    }
    let (front, back) = text.split_at(text.len() - digits);
    if front.is_empty() { format!("{SET_C}{back}") } else { format!("{SET_B}{front}{SET_C}{back}") }
}

/// Dark modules of a square Data Matrix (ECC 200) and its side.
pub(super) fn data_matrix(text: &str) -> Result<(usize, Vec<(usize, usize)>), PrintError> {
    let square = SymbolList::default().enforce_square();
    let matrix = DataMatrix::encode_str(text, square)
        .map_err(|error| PrintError::NoBarcode { text: text.to_owned(), reason: format!("{error:?}") })?;
    let bitmap = matrix.bitmap();
    Ok((bitmap.width(), bitmap.pixels().collect()))
}
