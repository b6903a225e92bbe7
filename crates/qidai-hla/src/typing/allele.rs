//! A name of one to four fields: `A*02:01:01:01`, or shortened, `A*02:01`.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;

pub(super) const FORMAT: Format = Format { fits: |_| true, read };

pub(super) fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let (locus, rest) = piece.split_locus()?;
    let name = AlleleName::read_fields(locus, rest)?;
    let mut members = Members::default();
    members.add_name(nomenclature.release, &name).map_err(|none| {
        let fault = piece.fault(none.code, none.expected);
        match none.guess {
            Some(guess) => fault.with_fix(guess.to_string()),
            None => fault,
        }
    })?;
    Ok(members.finish(locus, Category::Allele))
}
