//! A piece of a longer text that remembers where it stands, so that errors can point at it.

use crate::error::{ErrorCode, TypingError};
use crate::locus::Locus;

/// A slice of a text with its byte offset in the whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    whole: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Piece<'a> {
    pub(crate) fn whole(text: &'a str) -> Self {
        Piece { whole: text, start: 0, end: text.len() }
    }

    pub(crate) fn text(self) -> &'a str {
        &self.whole[self.start..self.end]
    }

    /// A part by byte offsets within this piece.
    pub(crate) fn sub(self, from: usize, to: usize) -> Self {
        Piece { whole: self.whole, start: self.start + from, end: self.start + to }
    }

    pub(crate) fn trimmed(self) -> Self {
        let text = self.text();
        let from = text.len() - text.trim_start().len();
        self.sub(from, from + text.trim().len())
    }

    pub(crate) fn split(self, separator: char) -> impl Iterator<Item = Piece<'a>> {
        let mut from = 0;
        self.text().split(separator).map(move |part| {
            let piece = self.sub(from, from + part.len());
            from += part.len() + separator.len_utf8();
            piece
        })
    }

    pub(crate) fn strip_hla_prefix(self) -> Self {
        let cut = if self.text().starts_with("HLA-") { 4 } else { 0 };
        self.sub(cut, self.text().len())
    }

    /// Cuts `DRB1*04:01` into the locus and what follows the star.
    pub(crate) fn split_locus(self) -> Result<(Locus, Piece<'a>), Fault> {
        let text = self.text();
        self.check_characters()?;
        let Some(star) = text.find('*') else {
            let fault = self.fault(ErrorCode::FormUnknown, "a name such as A*02:01");
            return Err(match with_star(text) {
                Some(fix) => fault.with_fix(fix),
                None => fault,
            });
        };
        let before = self.sub(0, star);
        match Locus::from_name(before.text()) {
            Some(locus) => Ok((locus, self.sub(star + 1, text.len()))),
            None => Err(before.locus_fault()),
        }
    }

    fn locus_fault(self) -> Fault {
        let fault = self.fault(ErrorCode::LocusUnknown, "a locus such as A, B, C, DRB1, DQB1 or DPB1");
        let guess = match self.text() {
            "Cw" | "CW" | "cw" => Some("C".to_owned()),
            other => Locus::from_name(&other.to_ascii_uppercase()).map(|l| l.name().to_owned()),
        };
        match guess {
            Some(guess) => fault.with_fix(guess),
            None => fault,
        }
    }

    /// Refuses the first character that no HLA text contains; offers the ASCII form where there is one.
    pub(crate) fn check_characters(self) -> Result<(), Fault> {
        match self.text().find(|c: char| !is_typing_character(c)) {
            None => Ok(()),
            Some(bad) => Err(self.character_fault(bad, "letters, digits, \"*\" and \":\" as in A*02:01")),
        }
    }

    /// A fault at the character that begins at byte `at`.
    pub(crate) fn character_fault(self, at: usize, expected: &str) -> Fault {
        let character = self.text()[at..].chars().next().unwrap_or(' ');
        let one = self.sub(at, at + character.len_utf8());
        let fault = one.fault(ErrorCode::UnexpectedCharacter, expected);
        match ascii_twin(character) {
            Some(twin) => fault.with_fix(twin.to_string()),
            None => fault,
        }
    }

    pub(crate) fn fault(self, code: ErrorCode, expected: impl Into<String>) -> Fault {
        Fault { code, start: self.start, end: self.end, expected: expected.into(), fix: None }
    }
}

/// `A02:01` and `DRB104:01` lost their star.
fn with_star(text: &str) -> Option<String> {
    let colon = text.find(':')?;
    let locus = Locus::ALL.iter().filter(|l| text.starts_with(l.name())).max_by_key(|l| l.name().len())?;
    let first_field = text.get(locus.name().len()..colon)?;
    let is_field = first_field.len() >= 2 && first_field.bytes().all(|b| b.is_ascii_digit());
    is_field.then(|| format!("{locus}*{}", &text[locus.name().len()..]))
}

pub(crate) fn is_typing_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "*:-/+|^~?".contains(c)
}

/// The ASCII character that was probably meant. Good enough to offer as a fix.
pub(crate) fn ascii_twin(c: char) -> Option<char> {
    match c {
        'А' => Some('A'),
        'В' => Some('B'),
        'С' => Some('C'),
        _ => certain_twin(c),
    }
}

/// The ASCII character that a keyboard or a document has replaced, where it is beyond doubt. A Cyrillic
/// letter is not: С looks like C and is an S.
pub(crate) fn certain_twin(c: char) -> Option<char> {
    Some(match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0)?,
        '\u{066D}' | '∗' | '✱' => '*',
        '\u{2236}' | '\u{FE55}' => ':',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{0660}'..='\u{0669}' => char::from_digit(c as u32 - 0x0660, 10)?,
        '\u{06F0}'..='\u{06F9}' => char::from_digit(c as u32 - 0x06F0, 10)?,
        _ => return None,
    })
}

/// A refusal that still counts in bytes of the whole text; becomes a [`TypingError`] at the door.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    code: ErrorCode,
    start: usize,
    end: usize,
    expected: String,
    /// What to put in place of the wrong part.
    fix: Option<String>,
}

impl Fault {
    /// The same refusal of another piece, of which this one was the full form.
    pub(crate) fn at(self, piece: Piece<'_>) -> Self {
        Fault { start: piece.start, end: piece.end, fix: None, ..self }
    }

    pub(crate) fn with_fix(mut self, replacement: impl Into<String>) -> Self {
        self.fix = Some(replacement.into());
        self
    }

    pub(crate) fn into_error(self, text: &str) -> TypingError {
        let fix = self.fix.map(|part| tidy(&format!("{}{part}{}", &text[..self.start], &text[self.end..])));
        TypingError {
            code: self.code,
            text: text.to_owned(),
            value: text[self.start..self.end].to_owned(),
            position: text[..self.start].chars().count() + 1,
            expected: self.expected,
            fix,
        }
    }
}

/// A fix replaces every look-alike at once, so that nobody has to accept ten fixes in a row.
fn tidy(text: &str) -> String {
    text.chars().map(|c| ascii_twin(c).unwrap_or(c)).collect()
}
