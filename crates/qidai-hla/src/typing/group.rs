//! G and P groups by their published names: `A*02:01:01G`, `A*02:01P`.
//!
//! A G group contains null alleles (`C*04:01:01G` has C*04:09N): the position may be null. A P group
//! never does. Source: <https://hla.alleles.org/alleles/g_groups.html>, `p_groups.html`.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::group::GroupKind;

pub(super) const FORMAT: Format = Format { fits: |text| kind(text).is_some(), read };

fn kind(text: &str) -> Option<GroupKind> {
    let (before, kind) = match (text.strip_suffix('G'), text.strip_suffix('P')) {
        (Some(before), _) => (before, GroupKind::G),
        (_, Some(before)) => (before, GroupKind::P),
        _ => return None,
    };
    before.ends_with(|c: char| c.is_ascii_digit()).then_some(kind)
}

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let release = nomenclature.release;
    let (locus, rest) = piece.split_locus()?;
    let name = AlleleName::read_fields(locus, rest.sub(0, rest.text().len() - 1))?;
    let (kind, category) = match kind(piece.text()) {
        Some(GroupKind::P) => (GroupKind::P, Category::PGroup),
        _ => (GroupKind::G, Category::GGroup),
    };
    if release.is_starter() {
        let expected =
            "an IPD-IMGT/HLA release, which knows the groups (option --release DIR); the starter has none";
        return Err(piece.fault(ErrorCode::ReleaseNeeded, expected));
    }
    let Some(ids) = release.group_members(&name, kind) else {
        let fault = piece.fault(ErrorCode::GroupUnknown, format!("a group of release {}", release.label()));
        let home = release.find(&name).and_then(|allele| release.group_of(allele, kind));
        return Err(match home {
            Some(home) => fault.with_fix(home.to_string()),
            None => fault,
        });
    };
    let mut members = Members::default();
    members.add_all(release, ids.iter().copied());
    Ok(members.finish(locus, category))
}
