//! Alternatives joined by `/`: `A*02:01/A*02:06`, or in the short forms `A*02:01/02:06`, `A*02:01/06`.

use rustc_hash::FxHashSet;

use super::limits::ALTERNATIVES_MAX;
use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::locus::Locus;

pub(super) const FORMAT: Format = Format { fits: |text| text.contains('/'), read };

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let mut locus = None;
    let mut members = Members::default();
    for_each_part(piece, nomenclature, &mut |part| {
        locus = Some(part.locus);
        members.absorb(part);
    })?;
    match locus {
        Some(locus) => Ok(members.finish(locus, Category::AlleleString)),
        None => Err(piece.fault(ErrorCode::Empty, "alternatives joined by /")),
    }
}

/// Gives each different alternative by itself, all of one locus. What is written twice is read once.
pub(crate) fn for_each_part(
    piece: Piece<'_>,
    nomenclature: &Nomenclature<'_>,
    take: &mut dyn FnMut(Alternatives),
) -> Result<(), Fault> {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut first: Option<(Locus, String)> = None;
    for part in piece.split('/') {
        let part = part.strip_hla_prefix();
        if part.text().is_empty() {
            return Err(part.fault(ErrorCode::StructureInvalid, "an alternative between the slashes"));
        }
        if !seen.insert(part.text()) {
            continue;
        }
        if seen.len() > ALTERNATIVES_MAX {
            let expected = format!("at most {ALTERNATIVES_MAX} different alternatives joined by /");
            return Err(part.fault(ErrorCode::TooManyAlternatives, expected));
        }
        let one = match &first {
            Some((locus, first_field)) if part.text().starts_with(|c: char| c.is_ascii_digit()) => {
                short_form(part, *locus, first_field, nomenclature)?
            }
            _ => nomenclature.read_piece(part)?,
        };
        match &first {
            Some((locus, _)) if *locus != one.locus => {
                return Err(part.fault(ErrorCode::LociMixed, format!("alternatives of locus {locus}")));
            }
            Some(_) => {}
            None => first = Some((one.locus, first_field(part.text()))),
        }
        take(one);
    }
    Ok(())
}

fn first_field(text: &str) -> String {
    let fields = text.split_once('*').map_or(text, |(_, fields)| fields);
    fields.split(':').next().unwrap_or("").to_owned()
}

/// `02:06` takes the locus of the first alternative, `06` its first field as well.
fn short_form(
    part: Piece<'_>,
    locus: Locus,
    first_field: &str,
    nomenclature: &Nomenclature<'_>,
) -> Result<Alternatives, Fault> {
    let text = part.text();
    let whole =
        if text.contains(':') { format!("{locus}*{text}") } else { format!("{locus}*{first_field}:{text}") };
    let unknown = |expected: String| part.fault(ErrorCode::AlleleUnknown, expected);
    let name: AlleleName =
        whole.parse().map_err(|_| part.fault(ErrorCode::FieldInvalid, "a field such as 06 or 02:06"))?;
    let mut members = Members::default();
    members.add_name(nomenclature.release, &name).map_err(|none| unknown(none.expected))?;
    Ok(Alternatives { written: whole, ..members.finish(locus, Category::Allele) })
}
