//! Antigens: `A2`, `B62`, `Cw9`, `DR103`.
//!
//! The alternatives are all alleles that could be what the serum saw: those assigned to the antigen, to
//! one of its splits or associated antigens, or only to a broader one. Null alleles show no antigen and
//! are never among them.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::error::ErrorCode;
use crate::release::{AlleleId, Release};
use crate::serology::Antigen;

pub(super) const FORMAT: Format =
    Format { fits: |text| !text.contains('*') && Antigen::from_text(text).is_some(), read };

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let release = nomenclature.release;
    let unknown = |expected: String| piece.fault(ErrorCode::AntigenUnknown, expected);
    let Some(antigen) = Antigen::from_text(piece.text()) else {
        return Err(unknown("an antigen such as A2, B62, Cw9, DR4, DQ7".into()));
    };
    match release.serology().status(antigen) {
        Some(true) => {}
        Some(false) => return Err(unknown("an antigen in use; this one was withdrawn".into())),
        None => return Err(unknown(format!("an antigen of release {}", release.label()))),
    }
    let Some(locus) = antigen.locus() else {
        return Err(unknown(
            "an antigen of one locus; Bw4, Bw6 and Dw say nothing about an allele pair".into(),
        ));
    };
    let mut members = Members::default();
    // Whether one antigen could be another is the same question from both sides, so it is asked once here and
    // not for each of ten thousand alleles.
    let could_be = release.serology().could_be(antigen);
    members.add_all(release, release.alleles_of(locus).filter(|a| shows_any(release, *a, &could_be)));
    if members.is_empty() {
        members.warn(
            "antigen_without_alleles",
            format!("no allele of release {} is known as {antigen}", release.label()),
        );
    }
    let mut alternatives = members.finish(locus, Category::Serology);
    alternatives.antigen = Some(antigen);
    Ok(alternatives)
}

/// True when the allele has a product that is known by one of the antigens.
fn shows_any(release: &Release, allele: AlleleId, could_be: &[Antigen]) -> bool {
    release.antigens(allele).iter().any(|(antigen, _)| could_be.contains(antigen))
        && release.class_of(allele).is_some()
}
