//! The name of an allele, shortened or complete.
//!
//! `A*02:01:01:02L` has a locus, one to four numeric fields and perhaps an expression suffix. Names
//! compare by number, field by field: `A*02:9` could never stand before `A*02:10` as text does.
//! Source: <https://hla.alleles.org/nomenclature/naming.html>.

use std::fmt;

use crate::error::ErrorCode;
use crate::locus::Locus;
use crate::typing::piece::{Fault, Piece};

/// What is known about the expression of an allele; it belongs to the whole name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Suffix {
    /// `A`, aberrant expression.
    Aberrant,
    /// `C`, found in the cytoplasm only.
    Cytoplasm,
    /// `L`, low expression at the cell surface.
    Low,
    /// `N`, null: no product.
    Null,
    /// `Q`, questionable.
    Questionable,
    /// `S`, secreted only.
    Secreted,
}

impl Suffix {
    /// The letter that stands for it.
    pub fn letter(self) -> char {
        match self {
            Suffix::Aberrant => 'A',
            Suffix::Cytoplasm => 'C',
            Suffix::Low => 'L',
            Suffix::Null => 'N',
            Suffix::Questionable => 'Q',
            Suffix::Secreted => 'S',
        }
    }

    /// Finds the suffix of a letter.
    pub fn from_letter(letter: char) -> Option<Suffix> {
        Some(match letter {
            'A' => Suffix::Aberrant,
            'C' => Suffix::Cytoplasm,
            'L' => Suffix::Low,
            'N' => Suffix::Null,
            'Q' => Suffix::Questionable,
            'S' => Suffix::Secreted,
            _ => return None,
        })
    }
}

/// A locus, one to four fields and an optional suffix.
///
/// Prints as `A*02:01`, without the `HLA-` prefix. Ordered by locus, then numerically by field,
/// a shorter name before its longer ones, the suffix last.
///
/// ```
/// use qidai_hla::AlleleName;
/// let name: AlleleName = "HLA-B*15:02:01".parse().unwrap();
/// assert_eq!(name.to_string(), "B*15:02:01");
/// assert!(name < "B*15:10".parse().unwrap());
/// assert_eq!(name.shortened(2).to_string(), "B*15:02");
/// assert!("A*2:01".parse::<AlleleName>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlleleName {
    locus: Locus,
    /// 0 stands for "no such field"; no field of a real name is 0.
    fields: [u16; 4],
    suffix: Option<Suffix>,
}

impl AlleleName {
    /// Makes a name from 1–4 fields, each 1 or more. `None` when there are none, too many or a zero.
    pub fn new(locus: Locus, fields: &[u16], suffix: Option<Suffix>) -> Option<Self> {
        if fields.is_empty() || fields.len() > 4 || fields.contains(&0) {
            return None;
        }
        let mut all = [0; 4];
        all[..fields.len()].copy_from_slice(fields);
        Some(AlleleName { locus, fields: all, suffix })
    }

    /// The locus.
    pub fn locus(self) -> Locus {
        self.locus
    }

    /// The fields that are there, 1 to 4.
    pub fn fields(&self) -> &[u16] {
        let len = self.fields.iter().position(|f| *f == 0).unwrap_or(4);
        &self.fields[..len]
    }

    /// The expression suffix.
    pub fn suffix(self) -> Option<Suffix> {
        self.suffix
    }

    /// True when the suffix is `N`: the allele has no product.
    pub fn is_null(self) -> bool {
        self.suffix == Some(Suffix::Null)
    }

    /// The name cut to at most `fields` fields (1–4), without suffix when something was cut.
    #[must_use]
    pub fn shortened(self, fields: usize) -> Self {
        if fields >= self.fields().len() {
            return self;
        }
        let mut short = AlleleName { suffix: None, ..self };
        short.fields[fields.max(1)..].fill(0);
        short
    }

    /// The same fields with another suffix.
    #[must_use]
    pub fn with_suffix(self, suffix: Option<Suffix>) -> Self {
        AlleleName { suffix, ..self }
    }

    /// True when this name's fields are the first fields of `longer` (suffixes are not compared).
    pub fn is_prefix_of(&self, longer: &AlleleName) -> bool {
        self.locus == longer.locus && longer.fields().starts_with(self.fields())
    }

    /// Reads the part behind `*`, e.g. `02:01:01:02L`.
    pub(crate) fn read_fields(locus: Locus, piece: Piece<'_>) -> Result<Self, Fault> {
        let (digits, suffix) = split_suffix(piece)?;
        let mut fields = [0; 4];
        for (i, field) in digits.split(':').enumerate() {
            if i == 4 {
                return Err(piece.fault(ErrorCode::TooManyFields, "at most four fields"));
            }
            fields[i] = read_field(locus, i, field)?;
        }
        Ok(AlleleName { locus, fields, suffix })
    }
}

fn split_suffix(piece: Piece<'_>) -> Result<(Piece<'_>, Option<Suffix>), Fault> {
    let text = piece.text();
    let digits_end = text.trim_end_matches(|c: char| c.is_ascii_uppercase()).len();
    let letters = piece.sub(digits_end, text.len());
    let mut chars = letters.text().chars();
    let suffix = match (chars.next(), chars.next()) {
        (None, _) => None,
        (Some(letter), None) => Suffix::from_letter(letter),
        _ => None,
    };
    if suffix.is_none() && !letters.text().is_empty() {
        return Err(letters.fault(ErrorCode::SuffixUnknown, "one of the suffixes N, L, S, C, A, Q"));
    }
    Ok((piece.sub(0, digits_end), suffix))
}

/// A field is digits only, zero-padded to two (MICA, MICB, HFE: the first to three), never more.
fn read_field(locus: Locus, index: usize, piece: Piece<'_>) -> Result<u16, Fault> {
    let width = if index == 0 { locus.first_field_width() } else { 2 };
    let text = piece.text();
    if let Some(bad) = text.find(|c: char| !c.is_ascii_digit()) {
        return Err(piece.character_fault(bad, "a digit"));
    }
    let padded = text.len() > width && text.starts_with('0');
    match text.parse::<u16>() {
        Ok(number) if number > 0 && text.len() >= width && !padded => Ok(number),
        _ => {
            let fault = piece
                .fault(ErrorCode::FieldInvalid, format!("a number of {width} digits or more, such as 02"));
            Err(match text.parse::<u16>() {
                Ok(number) if number > 0 => fault.with_fix(format!("{number:0width$}")),
                _ => fault,
            })
        }
    }
}

impl fmt::Display for AlleleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*", self.locus)?;
        self.fmt_fields(f)
    }
}

impl AlleleName {
    /// Writes the part behind `*`.
    pub(crate) fn fmt_fields(&self, f: &mut impl fmt::Write) -> fmt::Result {
        for (i, field) in self.fields().iter().enumerate() {
            if i == 0 {
                write!(f, "{field:0width$}", width = self.locus.first_field_width())?;
            } else {
                write!(f, ":{field:02}")?;
            }
        }
        match self.suffix {
            Some(suffix) => f.write_char(suffix.letter()),
            None => Ok(()),
        }
    }
}

impl std::str::FromStr for AlleleName {
    type Err = crate::error::TypingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let piece = Piece::whole(text);
        piece
            .strip_hla_prefix()
            .split_locus()
            .and_then(|(locus, rest)| AlleleName::read_fields(locus, rest))
            .map_err(|fault| fault.into_error(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> AlleleName {
        text.parse().unwrap()
    }

    #[test]
    fn order_is_numeric() {
        let mut names: Vec<_> =
            ["A*02:101", "A*02:11", "A*02:09N", "A*02:09", "A*02:02:01", "A*02:02", "A*11:01"]
                .map(name)
                .to_vec();
        names.sort();
        let printed: Vec<_> = names.iter().map(ToString::to_string).collect();
        assert_eq!(
            printed,
            ["A*02:02", "A*02:02:01", "A*02:09", "A*02:09N", "A*02:11", "A*02:101", "A*11:01"]
        );
    }

    #[test]
    fn errors_name_value_position_and_expectation() {
        let error = "A*2:01".parse::<AlleleName>().unwrap_err();
        assert_eq!((error.code, error.value.as_str(), error.position), (ErrorCode::FieldInvalid, "2", 3));
        assert_eq!(error.fix.as_deref(), Some("A*02:01"));
        let error = "А*02:01".parse::<AlleleName>().unwrap_err(); // Cyrillic А
        assert_eq!((error.code, error.position), (ErrorCode::UnexpectedCharacter, 1));
        let error = "A*02：01".parse::<AlleleName>().unwrap_err();
        assert_eq!((error.code, error.position), (ErrorCode::UnexpectedCharacter, 5));
        assert_eq!(error.fix.as_deref(), Some("A*02:01"));
    }

    proptest! {
        #[test]
        fn print_then_parse_is_the_same(
            locus in 0..Locus::ALL.len(),
            fields in proptest::collection::vec(1u16..3000, 1..=4),
            suffix in proptest::option::of(0..6usize),
        ) {
            let suffix = suffix.and_then(|i| Suffix::from_letter("ACLNQS".as_bytes()[i] as char));
            let name = AlleleName::new(Locus::ALL[locus], &fields, suffix).unwrap();
            prop_assert_eq!(name.to_string().parse::<AlleleName>().unwrap(), name);
        }
    }
}
