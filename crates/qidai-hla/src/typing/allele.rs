//! A name of one to four fields: `A*02:01:01:01`, or shortened, `A*02:01`.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;

pub(super) const FORMAT: Format = Format { fits: |_| true, read };

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let (locus, rest) = piece.split_locus()?;
    let name = AlleleName::read_fields(locus, rest)?;
    let mut members = Members::default();
    members.add_name(nomenclature.release, &name).map_err(|none| {
        let expected = if is_older_than_2010(&name) {
            format!("{}; a name without colons is of before 2010 and must be translated first", none.expected)
        } else {
            none.expected
        };
        let fault = piece.fault(none.code, expected);
        match none.guess {
            Some(guess) => fault.with_fix(guess.to_string()),
            None => fault,
        }
    })?;
    Ok(members.finish(locus, Category::Allele))
}

/// `B*1501`: two fields that were written without a colon.
fn is_older_than_2010(name: &AlleleName) -> bool {
    matches!(name.fields(), [only] if *only > 99) && name.locus().first_field_width() == 2
}
