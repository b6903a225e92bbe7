//! Tolerant reading: what a keyboard, a spreadsheet or a copy from a document did to a typing is undone
//! where it is beyond doubt, and said; what could mean two things is left for the strict reader to refuse.
//!
//! Undone: blanks at the ends, full-width and other look-alike characters, lower case, `CW7` for `Cw7`.
//! Left: a blank inside, a Cyrillic letter, anything else.

use std::borrow::Cow;

use super::Warning;
use super::gl_string_code::GlStringCode;
use super::lab_line::SEPARATORS;
use super::piece::certain_twin;

/// A text after tolerant reading, and what was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tidied<'a> {
    /// The text for the strict reader.
    pub text: Cow<'a, str>,
    /// One remark per kind of change.
    pub warnings: Vec<Warning>,
}

/// Undoes what is beyond doubt. Never fails: what remains wrong, the strict reader names.
///
/// ```
/// use qidai_hla::typing::tidy;
/// let tidied = tidy(" ａ*02：01 ");
/// assert_eq!(tidied.text, "A*02:01");
/// assert_eq!(tidied.warnings.len(), 3); // blanks, look-alikes, lower case
/// assert_eq!(tidy("A*01:01g").text, "A*01:01g"); // small g stays small
/// assert_eq!(tidy("А*02:01").text, "А*02:01"); // a Cyrillic letter could be meant as another one
/// ```
pub fn tidy(raw: &str) -> Tidied<'_> {
    let mut warnings = Vec::new();
    let mut text = Cow::Borrowed(raw.trim_matches(is_blank));
    if text.len() != raw.len() {
        warnings.push(warning("blanks_removed", "blanks at the ends were removed".into()));
    }
    if let Some(found) = text.chars().find(|c| twin(*c).is_some()) {
        text = Cow::Owned(text.chars().map(|c| twin(c).unwrap_or(c)).collect());
        warnings.push(warning(
            "character_corrected",
            format!("look-alike characters such as {found} were read as ASCII"),
        ));
    }
    // Most texts are in order; they are not copied.
    if text.bytes().any(|b| b.is_ascii_lowercase() || b == b'W') {
        let upper = in_capitals(&text);
        if upper != text {
            warnings.push(warning("case_corrected", format!("read as {upper}")));
            text = Cow::Owned(upper);
        }
    }
    Tidied { text, warnings }
}

fn warning(code: &'static str, sentence: String) -> Warning {
    Warning { code, sentence }
}

/// A full-width comma or semicolon is how a line is written in Chinese, no mistake.
fn twin(c: char) -> Option<char> {
    certain_twin(c).filter(|_| !SEPARATORS.contains(&c))
}

/// White space, and the invisible marks that files and documents leave at the ends.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}')
}

/// The head of a GL String Code stays as it is.
fn in_capitals(text: &str) -> String {
    let head = match GlStringCode::of(text) {
        Some(code) => text.len() - code.gl_string.len(),
        None => 0,
    };
    let names = text[head..].split_inclusive(is_between_names).map(name_in_capitals);
    std::iter::once(text[..head].to_owned()).chain(names).collect()
}

/// Operators of a GL String and separators of a laboratory's line.
fn is_between_names(c: char) -> bool {
    "/+|^~?".contains(c) || SEPARATORS.contains(&c)
}

/// One name with the operator behind it. The `w` of Cw (of antigens, and of alleles before 2010), Bw, DPw and Dw is small; so is the g of a small-g group.
fn name_in_capitals(token: &str) -> String {
    let (name, operator) = token.split_at(token.trim_end_matches(is_between_names).len());
    let (body, small_g) = match name.strip_suffix('g') {
        Some(body) if name.contains('*') => (body, "g"),
        _ => (name, ""),
    };
    let mut upper = body.to_ascii_uppercase();
    let start = if upper.starts_with("HLA-") { 4 } else { 0 };
    if upper[start..].starts_with("CW*") {
        upper.replace_range(start..start + 2, "Cw");
    }
    if !upper.contains('*') {
        let letters = upper[start..].trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if matches!(&upper[start..start + letters], "CW" | "BW" | "DW" | "DPW") {
            upper.replace_range(start + letters - 1..start + letters, "w");
        }
    }
    format!("{upper}{small_g}{operator}")
}

impl super::Nomenclature<'_> {
    /// Reads one position tolerantly; what was changed stands first among the warnings.
    ///
    /// # Errors
    /// The first thing that is wrong with the tidied text, with its place there.
    pub fn read_tolerantly(&self, raw: &str) -> Result<super::Alternatives, crate::error::TypingError> {
        let tidied = tidy(raw);
        let mut alternatives = self.read(&tidied.text)?;
        alternatives.warnings.splice(0..0, tidied.warnings);
        Ok(alternatives)
    }
}
