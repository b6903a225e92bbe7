//! `U2`: two fields where that is unambiguous, otherwise the `lgx` name.
//!
//! A name without suffix has its two fields; what it stands for beyond them (`A*23:01` has a `Q` as well) needs no
//! mention. The suffix of a name stays when all alleles of these two fields that have a suffix have the same one
//! (`B*27:05:02:04Q` → `B*27:05Q`); otherwise it cannot be told which is meant (`A*24:02:01:02L`: there are `Q` too). A name
//! of two fields stays as it is. A G or P group of several proteins is ambiguous; of one protein it is not.
//! Under the starter release, which has two-field names only, this is the name itself.

use crate::allele::AlleleName;
use crate::release::{AlleleId, Release};
use crate::typing::{Alternatives, Category};

use super::term::Term;
use super::{Level, Unites, lgx, p_group};

pub(super) const LEVEL: Level =
    Level { name: "U2", needs_release: false, hides_nulls: true, unites: Unites::Never, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    let names = match alternatives.category {
        Category::GGroup | Category::PGroup | Category::SmallG => of_group(alternatives, release),
        _ => of_names(alternatives, release),
    };
    names.into_iter().map(Term::Name).collect()
}

/// Where a plain two-field name is among the answers, it stands for its relatives with a suffix too.
fn of_names(alternatives: &Alternatives, release: &Release) -> Vec<AlleleName> {
    let mut names: Vec<AlleleName> =
        p_group::meant(alternatives, release).iter().map(|a| of_allele(*a, release)).collect();
    names.sort_unstable();
    // The plain name sorts before those with a suffix.
    names.dedup_by(|later, earlier| {
        earlier.suffix().is_none() && earlier.fields() == later.fields() && earlier.locus() == later.locus()
    });
    names
}

fn of_allele(allele: AlleleId, release: &Release) -> AlleleName {
    let name = release.name(allele);
    if name.fields().len() <= 2 {
        return name;
    }
    let short = name.shortened(2).with_suffix(None);
    if name.suffix().is_none() {
        return short;
    }
    let mut suffixes = release.beginning_with(&short).filter_map(|i| release.name(AlleleId(i)).suffix());
    if suffixes.all(|s| Some(s) == name.suffix()) {
        short.with_suffix(name.suffix())
    } else {
        lgx::of_allele(allele, release)
    }
}

fn of_group(alternatives: &Alternatives, release: &Release) -> Vec<AlleleName> {
    let proteins = alternatives.alleles.iter().map(|a| release.name(*a).shortened(2).with_suffix(None));
    let mut proteins: Vec<AlleleName> = proteins.collect();
    proteins.dedup();
    match proteins.as_slice() {
        [only] => alternatives.alleles.first().map_or(vec![*only], |a| vec![lgx::two_fields(*a, release)]),
        _ => lgx::names(alternatives, release),
    }
}
