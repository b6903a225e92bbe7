//! Small-g names, `A*01:01g`: the P group together with the null alleles of its G groups.
//!
//! Also what other tools write as `lg`, where a two-field name that is in no group has a `g` as well. The position may
//! be null. See [`crate::reduce`], level `small-g`.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::group::{GroupKind, small_g_group, small_g_members};
use crate::release::{AlleleId, Release};

pub(super) const FORMAT: Format = Format { fits: |text| text.contains('*') && text.ends_with('g'), read };

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let release = nomenclature.release;
    let (locus, rest) = piece.split_locus()?;
    let length = rest.text().len();
    let name = AlleleName::read_fields(locus, rest.sub(0, length - 1))?;
    if name.fields().len() != 2 {
        let expected = "two fields before a small g; a G group is written with a capital G";
        return Err(rest.sub(length - 1, length).fault(ErrorCode::FormUnknown, expected).with_fix("G"));
    }
    if release.is_starter() {
        let expected =
            "an IPD-IMGT/HLA release, which knows the groups (option --release DIR); the starter has none";
        return Err(piece.fault(ErrorCode::ReleaseNeeded, expected));
    }
    let alleles = alleles(&name, release);
    if alleles.is_empty() {
        let expected = format!("a small-g group of release {}", release.label());
        return Err(piece.fault(ErrorCode::GroupUnknown, expected));
    }
    let mut members = Members::default();
    members.add_all(release, alleles);
    Ok(members.finish(locus, Category::SmallG))
}

/// The group with this name; otherwise every allele of the name with its group.
fn alleles(name: &AlleleName, release: &Release) -> Vec<AlleleId> {
    if release.group_members(name, GroupKind::P).is_some() {
        return small_g_members(name, release);
    }
    let same_suffix = |a: &AlleleId| name.suffix().is_none() || release.name(*a).suffix() == name.suffix();
    let named = release.beginning_with(name).map(AlleleId).filter(same_suffix);
    let with_group = |a: AlleleId| match small_g_group(a, release) {
        Some(group) => small_g_members(&group, release),
        None => vec![a],
    };
    let mut all: Vec<AlleleId> = named.flat_map(with_group).collect();
    all.sort_unstable();
    all.dedup();
    all
}
