//! `A*02:XX`: every allele with this first field in the release in force, null alleles included.
//!
//! Before splits could be typed, laboratories wrote broad antigens the same way: `B*17:XX` for B57 or B58. These
//! historic forms are read as all alleles of the splits' first fields, with a warning.
//! Source: WMDA guideline for the use of HLA nomenclature, reserved codes; NMDP, generic XX codes.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::locus::Locus;
use crate::release::{AlleleId, Release};
use crate::serology::{Antigen, Family};

pub(super) const FORMAT: Format = Format { fits: |text| text.ends_with(":XX"), read };

/// The antigens that were in use as first fields and are none today.
const BROAD: [(Locus, &[u16]); 5] = [
    (Locus::A, &[9, 10, 19, 28]),
    (Locus::B, &[5, 12, 16, 17, 21, 22]),
    (Locus::C, &[10]),
    (Locus::DRB1, &[2, 6]),
    (Locus::DQB1, &[1]),
];

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
        add_broad(&mut members, release, &first);
    }
    if members.is_empty() {
        let expected = format!("a first field that release {} has at {locus}", release.label());
        return Err(piece.fault(ErrorCode::AlleleUnknown, expected));
    }
    Ok(members.finish(locus, Category::Xx))
}

fn add_broad(members: &mut Members, release: &Release, first: &AlleleName) {
    let (locus, number) = (first.locus(), first.fields()[0]);
    let was_used = BROAD.iter().any(|(l, numbers)| *l == locus && numbers.contains(&number));
    let Some(family) = Family::of_locus(locus).filter(|_| was_used) else { return };
    let splits = release.serology().splits(Antigen { family, number });
    let fields = splits.iter().filter_map(|split| AlleleName::new(locus, &[split.number], None));
    let fields: Vec<AlleleName> = fields.collect();
    for field in &fields {
        members.add_all(release, release.beginning_with(field).map(AlleleId));
    }
    if members.is_empty() {
        // No split is a first field: Cw10, of which the alleles are called C*03.
        let could_be = release.serology().could_be(Antigen { family, number });
        let shown = |a: &AlleleId| release.antigens(*a).iter().any(|(antigen, _)| could_be.contains(antigen));
        members.add_all(release, release.alleles_of(locus).filter(shown));
        let antigen = Antigen { family, number };
        members.warn(
            "xx_broad",
            format!("{first}:XX is the antigen {antigen}; read as the alleles that can be it"),
        );
        return;
    }
    let names: Vec<String> = fields.iter().map(|f| format!("{f}:XX")).collect();
    members.warn("xx_broad", format!("{first}:XX is a broad antigen; read as {}", names.join(" or ")));
}
