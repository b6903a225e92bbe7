//! `A*02:XX`: every allele with this first field in the release in force, null alleles included.
//! Source: WMDA guideline for the use of HLA nomenclature, reserved codes.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::release::AlleleId;

pub(super) const FORMAT: Format = Format { fits: |text| text.ends_with(":XX"), read };

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let (locus, rest) = piece.split_locus()?;
    let first = AlleleName::read_fields(locus, rest.sub(0, rest.text().len() - 3))?;
    if first.fields().len() != 1 || first.suffix().is_some() {
        return Err(rest.fault(ErrorCode::FormUnknown, "one field before XX, as in A*02:XX"));
    }
    let release = nomenclature.release;
    let mut members = Members::default();
    members.add_all(release, release.beginning_with(&first).map(AlleleId));
    if members.is_empty() {
        let expected = format!("a first field that release {} has at {locus}", release.label());
        return Err(piece.fault(ErrorCode::AlleleUnknown, expected));
    }
    Ok(members.finish(locus, Category::Xx))
}
