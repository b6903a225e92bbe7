//! A name of one to four fields: `A*02:01:01:01`, or shortened, `A*02:01`.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::locus::Locus;

pub(super) const FORMAT: Format = Format { fits: |_| true, read };

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let old = is_older_than_2010(piece.text());
    let translated = |fault: Fault| if old { before_2010(piece) } else { fault };
    let (locus, rest) = piece.split_locus().map_err(translated)?;
    let name = AlleleName::read_fields(locus, rest).map_err(translated)?;
    let mut members = Members::default();
    members.add_name(nomenclature.release, &name).map_err(|none| {
        if old && none.code != ErrorCode::AlleleDeleted {
            return before_2010(piece);
        }
        let fault = piece.fault(none.code, none.expected);
        match none.guess {
            Some(guess) => fault.with_fix(guess.to_string()),
            None => fault,
        }
    })?;
    Ok(members.finish(locus, Category::Allele))
}

/// `B*1501`, `Cw*0102`, `A*24020102L`: two to four fields that were written without a colon. Genes whose first field
/// has three digits have no such names here.
fn is_older_than_2010(text: &str) -> bool {
    let Some((locus, fields)) = text.split_once('*') else { return false };
    let known = matches!(locus, "Cw" | "CW")
        || Locus::from_name(locus).is_some_and(|locus| locus.first_field_width() == 2);
    let digits = fields.strip_suffix(|c: char| c.is_ascii_uppercase()).unwrap_or(fields);
    known && (4..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names that `hla_nom.txt` lists as withdrawn are followed like all others; the rest of the old names stands in a table
/// that is not loaded, and cutting their digits in pairs is wrong for too many (`A*9201` is `A*02:101`).
fn before_2010(piece: Piece<'_>) -> Fault {
    let expected = "a name with colons, such as B*15:01; this one is of before 2010 and must be translated first (Nomenclature_2009.txt of the release)";
    piece.fault(ErrorCode::NameBefore2010, expected)
}
