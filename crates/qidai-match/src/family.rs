//! How many haplotypes two people of one family share: 0, 1 or 2, as far as their typings and their parents' tell.
//!
//! A child has one haplotype of its mother and one of its father, passed on as a whole: the loci lie close together, and a recombination
//! between them is rare (about 1 in 100 between A and DQB1). Brothers and sisters share none, one or both. A number is
//! possible when at each locus there are alleles that fit everyone who is typed. Which of each person's two alleles stands on which
//! haplotype is not known, so each locus may take them either way; this errs on the side of "possible".

use qidai_hla::{Alternatives, ClassId, Locus, PersonTyping};

use crate::MATCH_LOCI;

/// Genotypes of one locus beyond these are not tried one by one: the locus then rules nothing out.
const GENOTYPES_MAX: usize = 8;

/// What the other person is to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// Children of the same two parents; the same child too.
    Sibling,
    /// One is a parent of the other.
    ParentAndChild,
}

/// What the typings tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    /// For 0, 1 and 2 shared haplotypes: can it be?
    pub possible: [bool; 3],
    /// For 0, 1 and 2 the first locus that rules it out; `None` where none does, or where kinship does.
    pub ruled_out_by: [Option<Locus>; 3],
    /// Loci at which both are typed; without any nothing is ruled out.
    pub loci: Vec<Locus>,
}

impl Sharing {
    /// The number, when only one is left.
    pub fn only(&self) -> Option<usize> {
        let mut left = (0..3).filter(|count| self.possible[*count]);
        left.next().filter(|_| left.next().is_none())
    }

    /// No number is possible: a recombination, a wrong typing, or no such kinship.
    pub fn is_contradiction(&self) -> bool {
        self.possible == [false; 3]
    }
}

/// The parents, where they are typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parents<'p> {
    pub mother: Option<&'p PersonTyping>,
    pub father: Option<&'p PersonTyping>,
}

/// How many haplotypes two people can share.
pub fn sharing(patient: &PersonTyping, other: &PersonTyping, kin: Kin, parents: Parents<'_>) -> Sharing {
    let typed = |locus: &Locus| patient[*locus].is_some() && other[*locus].is_some();
    let loci: Vec<Locus> = MATCH_LOCI.into_iter().filter(typed).collect();
    let mut sharing = Sharing { possible: [false; 3], ruled_out_by: [None; 3], loci };
    for (count, ways) in ways(kin).iter().enumerate() {
        let mut first_obstacle = None;
        for way in *ways {
            let rules_out = |locus: &&Locus| !fits(**locus, *way, patient, other, parents);
            match sharing.loci.iter().find(rules_out) {
                None => sharing.possible[count] = true,
                Some(locus) => first_obstacle = first_obstacle.or(Some(*locus)),
            }
        }
        if !sharing.possible[count] {
            sharing.ruled_out_by[count] = first_obstacle;
        }
    }
    sharing
}

/// Is the mother's haplotype shared, and the father's?
type Way = (bool, bool);

/// The ways to share 0, 1 and 2 haplotypes.
fn ways(kin: Kin) -> [&'static [Way]; 3] {
    match kin {
        Kin::Sibling => [&[(false, false)], &[(true, false), (false, true)], &[(true, true)]],
        // One at least is passed on; both parents of the child can have the same one.
        Kin::ParentAndChild => [&[], &[(true, false), (false, true)], &[(true, true)]],
    }
}

/// Two positions of a genotype as the classes they can be, in one of both orders.
type Positions<'g> = [&'g Alternatives; 2];

fn fits(
    locus: Locus,
    (mother_shared, father_shared): Way,
    patient: &PersonTyping,
    other: &PersonTyping,
    parents: Parents<'_>,
) -> bool {
    let (Some(theirs), Some(others)) = (genotypes(patient, locus), genotypes(other, locus)) else {
        return true;
    };
    let mothers = parents.mother.map_or(Some(Vec::new()), |mother| genotypes(mother, locus));
    let fathers = parents.father.map_or(Some(Vec::new()), |father| genotypes(father, locus));
    let (Some(mothers), Some(fathers)) = (mothers, fathers) else { return true };
    // Position 0 is the mother's haplotype, position 1 the father's.
    theirs.iter().any(|[from_mother, from_father]| {
        others.iter().any(|[other_mother, other_father]| {
            passed_on(&mothers, (from_mother, other_mother), mother_shared)
                && passed_on(&fathers, (from_father, other_father), father_shared)
        })
    })
}

/// Can a parent (untyped: anybody) have passed on one haplotype to both, or one to each?
fn passed_on(parent: &[Positions<'_>], (one, other): (&Alternatives, &Alternatives), shared: bool) -> bool {
    if parent.is_empty() {
        return !shared || meet(&[one, other]);
    }
    parent.iter().any(|[first, second]| match shared {
        true => meet(&[one, other, first]),
        false => meet(&[one, first]) && meet(&[other, second]),
    })
}

/// Genotypes of a locus in both orders; `None` when it is untyped or has too many.
fn genotypes(person: &PersonTyping, locus: Locus) -> Option<Vec<Positions<'_>>> {
    let genotypes = &person[locus].as_ref()?.genotypes;
    if genotypes.len() > GENOTYPES_MAX {
        return None;
    }
    Some(genotypes.iter().flat_map(|pair| [[&pair.0, &pair.1], [&pair.1, &pair.0]]).collect())
}

/// Is there a class that all of them can be? One without classes (a null, or a new allele) rules nothing out.
fn meet(all: &[&Alternatives]) -> bool {
    let mut known = all.iter().map(|one| one.classes.as_slice()).filter(|classes| !classes.is_empty());
    let Some(first) = known.next() else { return true };
    let rest: Vec<&[ClassId]> = known.collect();
    first.iter().any(|class| rest.iter().all(|classes| classes.binary_search(class).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use qidai_hla::{Nomenclature, Release};

    fn read(text: &str, n: &Nomenclature<'_>) -> PersonTyping {
        PersonTyping::read_line(text, n).expect(text)
    }

    const MOTHER: &str = "A*02:07+A*11:01^B*46:01+B*13:01^DRB1*09:01+DRB1*12:02";
    const FATHER: &str = "A*24:02+A*33:03^B*40:01+B*58:01^DRB1*04:05+DRB1*03:01";
    const CHILD: &str = "A*02:07+A*24:02^B*46:01+B*40:01^DRB1*09:01+DRB1*04:05";

    #[test]
    fn siblings_share_what_their_parents_gave_to_both() {
        let release = Release::starter();
        let n = Nomenclature::new(&release, None);
        let (mother, father, child) = (read(MOTHER, &n), read(FATHER, &n), read(CHILD, &n));
        let parents = Parents { mother: Some(&mother), father: Some(&father) };
        for (sibling, shared) in [
            (CHILD, 2),
            ("A*02:07+A*33:03^B*46:01+B*58:01^DRB1*09:01+DRB1*03:01", 1),
            ("A*11:01+A*24:02^B*13:01+B*40:01^DRB1*12:02+DRB1*04:05", 1),
            ("A*11:01+A*33:03^B*13:01+B*58:01^DRB1*12:02+DRB1*03:01", 0),
        ] {
            let told = sharing(&child, &read(sibling, &n), Kin::Sibling, parents);
            assert_eq!(told.only(), Some(shared), "{sibling}: {told:?}");
        }
    }

    #[test]
    fn without_parents_what_is_not_seen_stays_open() {
        let release = Release::starter();
        let n = Nomenclature::new(&release, None);
        let child = read(CHILD, &n);
        let same = sharing(&child, &child, Kin::Sibling, Parents::default());
        assert_eq!(same.possible, [true; 3], "the same alleles can be there by chance");
        let half = read("A*02:07+A*33:03^B*46:01+B*58:01^DRB1*09:01+DRB1*03:01", &n);
        let told = sharing(&child, &half, Kin::Sibling, Parents::default());
        assert_eq!((told.possible, told.ruled_out_by[2]), ([true, true, false], Some(Locus::A)));
        let other = read("A*11:01+A*33:03^B*13:01+B*58:01^DRB1*12:02+DRB1*03:01", &n);
        assert_eq!(sharing(&child, &other, Kin::Sibling, Parents::default()).only(), Some(0));
        let parent = sharing(&child, &other, Kin::ParentAndChild, Parents::default());
        assert!(parent.is_contradiction(), "{parent:?}");
    }

    #[test]
    fn a_recombination_or_a_mix_up_is_a_contradiction() {
        let release = Release::starter();
        let n = Nomenclature::new(&release, None);
        let (mother, father, child) = (read(MOTHER, &n), read(FATHER, &n), read(CHILD, &n));
        let parents = Parents { mother: Some(&mother), father: Some(&father) };
        // A as the patient's, B and DRB1 as the other haplotype of the mother: crossed over between A and B.
        let crossed = read("A*02:07+A*24:02^B*13:01+B*40:01^DRB1*12:02+DRB1*04:05", &n);
        assert!(sharing(&child, &crossed, Kin::Sibling, parents).is_contradiction());
        let stranger = read("A*30:01+A*01:01^B*57:01+B*37:01^DRB1*07:01+DRB1*10:01", &n);
        assert!(sharing(&child, &stranger, Kin::Sibling, parents).is_contradiction());
    }

    /// People made of known haplotypes: what they share is always among what is possible, in whatever order alleles are written.
    #[test]
    fn the_truth_is_always_possible() {
        let release = Release::starter();
        let n = Nomenclature::new(&release, None);
        let pool = [
            ["A*02:07", "B*46:01", "DRB1*09:01"],
            ["A*11:01", "B*13:01", "DRB1*12:02"],
            ["A*24:02", "B*40:01", "DRB1*04:05"],
            ["A*33:03", "B*58:01", "DRB1*03:01"],
            ["A*02:07", "B*40:01", "DRB1*09:01"],
        ];
        let mut seed = 20_261_124_u64;
        let mut dice = |sides: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % sides
        };
        for round in 0..400 {
            let parents = [[dice(5), dice(5)], [dice(5), dice(5)]];
            let gives = [[dice(2), dice(2)], [dice(2), dice(2)]];
            let mut person = |one: usize, other: usize| {
                let loci = (0..3).map(|locus| {
                    let (a, b) = (pool[one][locus], pool[other][locus]);
                    if dice(2) == 0 { format!("{a}+{b}") } else { format!("{b}+{a}") }
                });
                read(&loci.collect::<Vec<_>>().join("^"), &n)
            };
            let [patient, other] = gives.map(|[m, f]| person(parents[0][m], parents[1][f]));
            let (mother, father) =
                (person(parents[0][0], parents[0][1]), person(parents[1][0], parents[1][1]));
            let truth = usize::from(gives[0][0] == gives[1][0]) + usize::from(gives[0][1] == gives[1][1]);
            for (mother, father) in [(Some(&mother), Some(&father)), (Some(&mother), None), (None, None)] {
                let told = sharing(&patient, &other, Kin::Sibling, Parents { mother, father });
                assert!(told.possible[truth], "seed 20261124, round {round}: {told:?}, truth {truth}");
            }
        }
    }
}
