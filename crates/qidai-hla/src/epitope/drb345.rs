//! Which of DRB3, DRB4 and DRB5 stands beside a DRB1 on the same chromosome, and what to say when a typing differs.
//!
//! | DRB1 | gene | antigen |
//! |---|---|---|
//! | 03, 11, 12, 13, 14 | DRB3 | DR52 |
//! | 04, 07, 09 | DRB4 | DR53 |
//! | 15, 16 | DRB5 | DR51 |
//! | 01, 08, 10 | none | |
//!
//! A difference is a remark and never an error: recombinants exist, and a null allele such as `DRB4*01:03:01:02N` is
//! typed though not expressed. Source: Andersson, Front Biosci 1998;3:d739-745.

use crate::locus::Locus;
use crate::release::Release;
use crate::typing::{Alternatives, Category, LocusTyping, PersonTyping, Warning};

/// The three genes, of which a chromosome has one or none.
const GENES: [Locus; 3] = [Locus::DRB3, Locus::DRB4, Locus::DRB5];

/// The gene that stands beside a first field of DRB1; `Some(None)` when there is none, `None` when it is not known.
pub fn drb345_expected(drb1_first_field: u16) -> Option<Option<Locus>> {
    match drb1_first_field {
        3 | 11..=14 => Some(Some(Locus::DRB3)),
        4 | 7 | 9 => Some(Some(Locus::DRB4)),
        15 | 16 => Some(Some(Locus::DRB5)),
        1 | 8 | 10 => Some(None),
        _ => None,
    }
}

/// What is unusual about a person's DRB3, DRB4 and DRB5 beside the DRB1. Nothing is said where DRB1 or all three genes
/// are untyped, or where the DRB1 typing leaves the gene open.
pub fn drb345_remarks(person: &PersonTyping, release: &Release) -> Vec<Warning> {
    let Some(drb1) = &person[Locus::DRB1] else { return Vec::new() };
    let Some(expected) = expected_genes(drb1, release) else { return Vec::new() };
    let mut remarks = Vec::new();
    for gene in GENES {
        let wanted = expected.contains(&Some(gene));
        match person[gene].as_ref().map(presence) {
            Some(Presence::There) if !wanted => remarks.push(remark(
                "drb345_unexpected",
                format!(
                    "{gene} is typed, but no DRB1 of this person usually stands beside it ({})",
                    drb1.written
                ),
            )),
            Some(Presence::Absent) if wanted => remarks.push(remark(
                "drb345_missing",
                format!("{gene} is said to be absent, but {} usually has it", drb1.written),
            )),
            _ => {}
        }
    }
    let present = GENES.iter().filter(|gene| person[**gene].as_ref().map(presence) == Some(Presence::There));
    if present.count() == 3 {
        let sentence = "DRB3, DRB4 and DRB5 are all typed; a person has two at most".to_owned();
        remarks.push(remark("drb345_too_many", sentence));
    }
    remarks
}

fn remark(code: &'static str, sentence: String) -> Warning {
    Warning { code, sentence }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    There,
    Absent,
    NotKnown,
}

fn presence(typing: &LocusTyping) -> Presence {
    let positions = || typing.genotypes.iter().flat_map(|genotype| genotype.iter());
    if positions().all(|p| p.category == Category::Absent) {
        return Presence::Absent;
    }
    if positions().any(|p| matches!(p.category, Category::NotKnown)) {
        return Presence::NotKnown;
    }
    Presence::There
}

/// The genes of both chromosomes; `None` when a position can be of several.
fn expected_genes(drb1: &LocusTyping, release: &Release) -> Option<[Option<Locus>; 2]> {
    let genotype = drb1.single_genotype()?;
    let gene = |position: &Alternatives| {
        let mut genes =
            position.alleles.iter().map(|allele| release.name(*allele).fields()[0]).map(drb345_expected);
        let first = genes.next()??;
        genes.all(|other| other == Some(first)).then_some(first)
    };
    Some([gene(&genotype.0)?, gene(&genotype.1)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typing::Nomenclature;

    fn remarks(text: &str) -> Vec<&'static str> {
        let release = Release::starter();
        let person = PersonTyping::read(text, &Nomenclature::new(&release, None)).unwrap();
        drb345_remarks(&person, &release).into_iter().map(|remark| remark.code).collect()
    }

    #[test]
    fn what_usually_stands_together_needs_no_word() {
        assert!(remarks("DRB1*04:05+DRB1*15:01^DRB4*NNNN").contains(&"drb345_missing"));
        assert!(remarks("DRB1*01:01+DRB1*08:03^DRB4*NNNN^DRB3*NNNN").is_empty());
        assert!(remarks("DRB1*04:05+DRB1*15:01").is_empty(), "not typed is nothing to remark");
        assert_eq!(remarks("DRB1*01:01+DRB1*08:03^DRB5*UUUU"), Vec::<&str>::new());
    }

    #[test]
    fn every_first_field_of_drb1_has_its_gene() {
        let genes: Vec<_> = (1..=16).filter_map(drb345_expected).collect();
        assert_eq!(genes.iter().filter(|gene| **gene == Some(Locus::DRB3)).count(), 5);
        assert_eq!(genes.len(), 13, "02, 05 and 06 are historic");
    }
}
