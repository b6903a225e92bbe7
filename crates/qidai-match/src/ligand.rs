//! The ligands of killer-cell receptors: C1, C2 and Bw4, and what a patient or a donor lacks of them.
//!
//! A donor's NK cells that learned to see a ligand attack cells without it, so a ligand that the donor has and the patient lacks points from
//! the graft to the patient (GvH), and the other way round (HvG). Whether that helps or harms after a cord blood transplant is not
//! agreed: a bank that lets it decide says in its order which way. The residues lie in the antigen recognition domain,
//! so one class has one answer; without the sequences of a release nothing is known.

use qidai_hla::epitope::{A25, Epitope};
use qidai_hla::{Locus, Release};

use crate::genotype::{Component, LocusGenotype, Token};

const C1: u8 = 1;
const C2: u8 = 1 << 1;
const BW4: u8 = 1 << 2;

/// The loci of which alleles carry ligands.
pub const LIGAND_LOCI: [Locus; 3] = [Locus::A, Locus::C, Locus::B];

/// What somebody shows of C1, C2 and Bw4: what is certain, and what is possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ligands {
    certain: u8,
    possible: u8,
}

/// Who lacks a ligand that the other one has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KirLigand {
    /// Both show the same ligands.
    Match,
    /// The donor has one that the patient lacks.
    Gvh,
    /// The patient has one that the donor lacks.
    Hvg,
    /// Each lacks one of the other's.
    Both,
    /// A typing leaves a ligand open, or no sequences are known.
    #[default]
    Unknown,
}

impl KirLigand {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            KirLigand::Match => "match",
            KirLigand::Gvh => "gvh",
            KirLigand::Hvg => "hvg",
            KirLigand::Both => "both",
            KirLigand::Unknown => "unknown",
        }
    }

    /// Compares what both show.
    pub fn between(patient: Ligands, donor: Ligands) -> KirLigand {
        if !patient.is_settled() || !donor.is_settled() {
            return KirLigand::Unknown;
        }
        let donor_only = donor.certain & !patient.certain != 0;
        let patient_only = patient.certain & !donor.certain != 0;
        match (donor_only, patient_only) {
            (false, false) => KirLigand::Match,
            (true, false) => KirLigand::Gvh,
            (false, true) => KirLigand::Hvg,
            (true, true) => KirLigand::Both,
        }
    }
}

impl Ligands {
    /// One locus about which nothing is known.
    pub(crate) fn open(locus: Locus) -> Ligands {
        let possible = match locus {
            Locus::A => BW4,
            Locus::B => BW4 | C1,
            Locus::C => C1 | C2,
            _ => 0,
        };
        Ligands { certain: 0, possible }
    }

    /// What both together show.
    #[must_use]
    pub fn and(self, other: Ligands) -> Ligands {
        Ligands { certain: self.certain | other.certain, possible: self.possible | other.possible }
    }

    /// What holds for the one or the other.
    fn or(self, other: Ligands) -> Ligands {
        Ligands { certain: self.certain & other.certain, possible: self.possible | other.possible }
    }

    fn is_settled(self) -> bool {
        self.certain == self.possible
    }

    /// Six bits.
    pub(crate) fn packed(self) -> u8 {
        self.certain | self.possible << 3
    }

    pub(crate) fn unpacked(packed: u8) -> Ligands {
        Ligands { certain: packed & 7, possible: packed >> 3 & 7 }
    }
}

/// For each class of a release what it carries.
#[derive(Debug, Default)]
pub(crate) struct LigandTable(Vec<Option<Ligands>>);

impl LigandTable {
    /// A25 carries Bw4 and is no ligand in functional assays (Stern et al., Blood 2008;112:708-710): it does not count.
    pub(crate) fn new(release: &Release) -> LigandTable {
        let mut of_class: Vec<Option<Ligands>> = vec![None; release.class_count()];
        for locus in LIGAND_LOCI {
            for allele in release.alleles_of(locus) {
                let (Some(class), carried) = (release.class_of(allele), release.carried(allele)) else {
                    continue;
                };
                let first = release.name(allele).fields().first().copied().unwrap_or_default();
                let Some(bw4) = carried.is_kir3dl1_ligand(first, locus, A25::DoesNotCount) else { continue };
                let bit = |has: bool, bit: u8| if has { bit } else { 0 };
                let bits =
                    bit(carried.has(Epitope::C1), C1) | bit(carried.has(Epitope::C2), C2) | bit(bw4, BW4);
                let found = Ligands { certain: bits, possible: bits };
                if let Some(known) = of_class.get_mut(class.0 as usize) {
                    *known = Some(known.map_or(found, |known| known.or(found)));
                }
            }
        }
        LigandTable(of_class)
    }

    /// What a locus of somebody shows.
    pub(crate) fn of(&self, locus: Locus, genotype: Option<&LocusGenotype>) -> Ligands {
        let Some(genotype) = genotype else { return Ligands::open(locus) };
        let of_token =
            |token: &Token| self.0.get(*token as usize).copied().flatten().unwrap_or(Ligands::open(locus));
        let of_set = |set: &[Token]| set.iter().map(of_token).reduce(Ligands::or).unwrap_or_default();
        let of_component = |component: &Component| match component {
            Component::Product(a, b) => of_set(a).and(of_set(b)),
            Component::Twice(a) => of_set(a),
            Component::Nothing => Ligands::default(),
        };
        genotype.ard.iter().map(of_component).reduce(Ligands::or).unwrap_or(Ligands::open(locus))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(bits: u8) -> Ligands {
        Ligands { certain: bits, possible: bits }
    }

    #[test]
    fn a_ligand_that_one_lacks_points_at_the_other() {
        assert_eq!(KirLigand::between(shows(C1 | BW4), shows(C1 | BW4)), KirLigand::Match);
        assert_eq!(KirLigand::between(shows(C1), shows(C1 | C2)), KirLigand::Gvh);
        assert_eq!(KirLigand::between(shows(C1 | C2), shows(C1)), KirLigand::Hvg);
        assert_eq!(KirLigand::between(shows(C1), shows(C2)), KirLigand::Both);
        let open = Ligands { certain: C1, possible: C1 | BW4 };
        assert_eq!(KirLigand::between(shows(C1), open), KirLigand::Unknown);
        assert_eq!(Ligands::unpacked(open.packed()), open);
    }

    #[test]
    fn without_sequences_nothing_is_known() {
        let release = Release::starter();
        let table = LigandTable::new(&release);
        assert!(!table.of(Locus::C, None).is_settled());
        assert!(table.0.iter().all(Option::is_none));
    }
}
