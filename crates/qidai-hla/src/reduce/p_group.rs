//! `P`: the published P group.
//!
//! One group of alleles whose antigen recognition domain is the same protein. An allele in no group stays as
//! it is; so does a null allele, which is in none. A short name without suffix stands for its expressed alleles, so
//! `A*01:01` is `A*01:01P` although `A*01:01:01:02N` begins like it; a G group or `A*01:XX` includes its nulls.
//! Source: `hla_nom_p.txt`; <https://hla.alleles.org/alleles/p_groups.html>.

use crate::group::GroupKind;
use crate::release::{AlleleId, Release};
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites, g_group};

pub(super) const LEVEL: Level =
    Level { name: "P", needs_release: true, hides_nulls: false, unites: Unites::UnlessRenamed, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    g_group::grouped(&meant(alternatives, release), alternatives, GroupKind::P, release)
}

/// The alleles without the nulls that only begin like a short name.
pub(super) fn meant(alternatives: &Alternatives, release: &Release) -> Vec<AlleleId> {
    let is_meant = |allele: &AlleleId| {
        release.class_of(*allele).is_some() || alternatives.nulls.binary_search(allele).is_ok()
    };
    alternatives.alleles.iter().copied().filter(is_meant).collect()
}
