//! The starter release: two facts tables of our own, nothing from the published files.
//!
//! `data/starter.tsv` names the 216 two-field alleles of the demonstration population and the antigen
//! each is known by; `data/starter_antigens.tsv` says which antigens contain which. Each row cites the
//! publication it was entered from.

use rustc_hash::FxHashMap;

use super::{ClassName, Groups, NONE, Release, build};
use crate::allele::AlleleName;
use crate::serology::{Antigen, Confidence, Serology};

const ALLELES: &str = include_str!("../../data/starter.tsv");
const ANTIGENS: &str = include_str!("../../data/starter_antigens.tsv");

pub(super) fn release() -> Release {
    let mut alleles: Vec<(AlleleName, Option<Antigen>)> = rows(ALLELES)
        .filter_map(|fields| Some((fields.first()?.parse().ok()?, Antigen::from_text(fields.get(1)?))))
        .collect();
    alleles.sort_unstable();
    let names: Vec<AlleleName> = alleles.iter().map(|(name, _)| *name).collect();
    let lists = alleles
        .iter()
        .map(|(_, antigen)| antigen.iter().map(|a| (*a, Confidence::Unambiguous)).collect::<Vec<_>>());
    let (antigen_ends, antigens) = build::flatten(lists);
    let groups = Groups { of_allele: vec![NONE; names.len()], ..Groups::default() };
    Release {
        label: "starter".into(),
        date: None,
        starter: true,
        loci: build::locus_ranges(&names),
        accessions: Vec::new(),
        classes: (0..names.len() as u32).collect(),
        class_names: names.iter().copied().map(ClassName::Allele).collect(),
        g: groups.clone(),
        p: groups,
        antigen_ends,
        serology: serology(&antigens),
        expert: FxHashMap::default(),
        antigens,
        deleted: FxHashMap::default(),
        carried: Vec::new(),
        tce: None,
        deleted_before_2010: FxHashMap::default(),
        old_names: None,
        history: None,
        names,
    }
}

fn serology(used: &[(Antigen, Confidence)]) -> Serology {
    let mut serology = Serology::default();
    for (antigen, _) in used {
        serology.add_known(*antigen, true);
    }
    for (antigen, splits, associated) in relations() {
        [antigen].iter().chain(&splits).chain(&associated).for_each(|a| serology.add_known(*a, true));
        serology.add_relation(antigen, splits, associated);
    }
    serology
}

/// Our own table: an antigen, its splits, its associated antigens.
pub(super) fn relations() -> impl Iterator<Item = (Antigen, Vec<Antigen>, Vec<Antigen>)> {
    rows(ANTIGENS).filter_map(|fields| {
        let list = |i: usize| -> Vec<Antigen> {
            fields.get(i).map_or("", |f| *f).split('/').filter_map(Antigen::from_text).collect()
        };
        Some((*list(0).first()?, list(1), list(2)))
    })
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).filter(|l| !l.is_empty() && !l.starts_with('#')).map(|l| l.split('\t').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let release = release();
        assert_eq!(release.allele_count(), rows(ALLELES).count());
        assert_eq!(release.allele_count(), 216);
        assert!(release.names.windows(2).all(|w| w[0] < w[1]), "each name once");
        for row in rows(ALLELES).filter(|r| !r[1].is_empty()) {
            assert!(Antigen::from_text(row[1]).is_some(), "{row:?}");
        }
    }
}
