//! What may be quoted of a message. Remarks stand in the history for ever and are answered to the sender: a name that slid
//! into another field must not get there.

/// Longer texts are quoted nowhere.
const CHARS_MAX: usize = 40;
const HIDDEN: &str = "…";

/// The text, where nobody can be named by it, or `…`: what stands there is read in the message itself, which is opened for
/// a purpose. Numbers, dates and codes with a digit in them are quoted, and a single word in Latin letters where words are
/// expected (`is_word`), such as the name of a test.
pub fn discreet(text: &str, is_word: bool) -> &str {
    let is_short = text.chars().count() <= CHARS_MAX;
    let is_sign = |c: char| c.is_ascii_graphic();
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    let mut letters = text.split(|c: char| !c.is_alphabetic());
    let is_number = text.chars().all(|c| is_sign(c) || c == ' ') && letters.all(|run| run.len() < 2);
    let is_code = (has_digit || is_word) && !text.contains('^') && text.chars().all(is_sign);
    if is_short && (is_number || is_code) { text } else { HIDDEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_quoted_and_names_are_not() {
        for text in ["7,5", "----", "24.11.26", "> 99", "12 %", "G1234240000011-P", "QC-L1", "1.2E+09", ""] {
            assert_eq!(discreet(text, false), text);
        }
        for text in ["PLT", "HLA-DR", "10*3/uL"] {
            assert_eq!(discreet(text, true), text);
        }
        for text in ["王芳", "Wang Fang", "WANG^FANG", "wang", "王芳 1990-02-03", "Li Wei 3", &"1".repeat(41)]
        {
            assert_eq!(discreet(text, false), "…", "{text}");
        }
        assert_eq!(discreet("Wang Fang", true), "…");
    }
}
