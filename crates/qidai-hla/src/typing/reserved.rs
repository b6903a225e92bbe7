//! Reserved words of the WMDA guideline: `XXXX` (not typed), `UUUU` (not known), `NNNN` (gene absent),
//! `NEW` (a protein that has no name yet).

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::error::ErrorCode;
use crate::locus::Locus;

pub(super) const FORMAT: Format = Format { fits, read };

fn fits(text: &str) -> bool {
    ["*XXXX", "*UUUU", "*NNNN", ":NEW", "*NEW"].iter().any(|word| text.ends_with(word))
}

/// True for a reserved word without a locus.
pub(super) fn is_word(text: &str) -> bool {
    matches!(text, "XXXX" | "UUUU" | "NNNN" | "NEW")
}

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let (locus, rest) = piece.split_locus()?;
    let mut members = Members::default();
    let category = match rest.text() {
        "XXXX" | "UUUU" => {
            members.add_all(nomenclature.release, nomenclature.release.alleles_of(locus));
            Category::NotKnown
        }
        "NNNN" if matches!(locus, Locus::DRB3 | Locus::DRB4 | Locus::DRB5) => Category::Absent,
        "NNNN" => {
            return Err(
                rest.fault(ErrorCode::ReservedWord, "NNNN only at DRB3, DRB4, DRB5, which can be absent")
            );
        }
        other => {
            let field = other.trim_end_matches("NEW").trim_end_matches(':');
            if field.contains(|c: char| !c.is_ascii_digit()) {
                return Err(rest.fault(ErrorCode::FormUnknown, "one field before NEW, as in A*01:NEW"));
            }
            Category::New
        }
    };
    Ok(members.finish(locus, category))
}
