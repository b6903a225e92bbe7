//! The haplotypes that a person may carry, sorted by which chromosome of each locus they can be.
//!
//! A haplotype answers a constraint with a *side code*: for each possible genotype two bits, "fits the first
//! chromosome" and "fits the second". Two haplotypes fit together when, at every constraint, some genotype has one fit one
//! chromosome and the other the other. That depends on the codes alone, so haplotypes with equal codes form a group, and
//! only pairs of groups are tested. There are few groups (at most 2 ^ loci for an unambiguous typing).

use rustc_hash::FxHashMap;

use super::phenotype::{AlleleSet, Constraint, Phenotype};
use crate::frequency::{AlleleIndex, FrequencySet};

/// For each locus and allele the haplotypes that carry it.
#[derive(Clone, Debug)]
pub(crate) struct Postings {
    /// For each locus where the list of an allele begins in `haplotypes`; one more entry than alleles.
    starts: Vec<Vec<u32>>,
    haplotypes: Vec<Vec<u32>>,
}

impl Postings {
    pub(crate) fn new(set: &FrequencySet) -> Self {
        let (mut starts, mut haplotypes) = (Vec::new(), Vec::new());
        for locus in 0..set.loci().len() {
            let mut counts = vec![0_u32; set.names(locus).len() + 1];
            for h in 0..set.len() as u32 {
                counts[usize::from(set.haplotype(h)[locus]) + 1] += 1;
            }
            for at in 1..counts.len() {
                counts[at] += counts[at - 1];
            }
            let mut next = counts.clone();
            let mut list = vec![0_u32; set.len()];
            for h in 0..set.len() as u32 {
                let place = &mut next[usize::from(set.haplotype(h)[locus])];
                list[*place as usize] = h;
                *place += 1;
            }
            starts.push(counts);
            haplotypes.push(list);
        }
        Postings { starts, haplotypes }
    }

    fn of(&self, locus: usize, allele: AlleleIndex) -> &[u32] {
        let starts = &self.starts[locus];
        let allele = usize::from(allele);
        &self.haplotypes[locus][starts[allele] as usize..starts[allele + 1] as usize]
    }
}

/// Two bits for each genotype of a constraint.
type SideCode = Box<[u64]>;

const FIRST_SIDES: u64 = 0x5555_5555_5555_5555;

/// Whether two haplotypes with these codes can stand together.
fn fit(one: &[u64], two: &[u64]) -> bool {
    one.iter().zip(two).any(|(one, two)| (((one & FIRST_SIDES) << 1) | ((one >> 1) & FIRST_SIDES)) & two != 0)
}

/// Haplotypes with the same side codes.
#[derive(Clone, Debug)]
pub struct Group {
    /// Places in the set, ascending.
    pub haplotypes: Vec<u32>,
    /// For each constraint the class of its side code.
    classes: Box<[u16]>,
}

/// All haplotypes that may be one of a person's two, and which of them fit together.
#[derive(Clone, Debug)]
pub struct Candidates {
    groups: Vec<Group>,
    /// Pairs of groups that fit, the first not after the second.
    pairs: Vec<(u32, u32)>,
}

impl Candidates {
    pub(crate) fn find(phenotype: &Phenotype, set: &FrequencySet, postings: &Postings) -> Self {
        let mut judges: Vec<Judge<'_>> =
            phenotype.constraints.iter().map(|constraint| Judge::new(constraint, set)).collect();
        let mut groups: Vec<Group> = Vec::new();
        let mut known: FxHashMap<Box<[u16]>, usize> = FxHashMap::default();
        let mut classes = vec![0_u16; judges.len()];
        for_each_start(phenotype, set, postings, |haplotype| {
            let alleles = set.haplotype(haplotype);
            for (class, judge) in classes.iter_mut().zip(&mut judges) {
                match judge.class(alleles) {
                    Some(fits) => *class = fits,
                    None => return,
                }
            }
            let place = match known.get(classes.as_slice()) {
                Some(place) => *place,
                None => {
                    known.insert(classes.clone().into(), groups.len());
                    groups.push(Group { haplotypes: Vec::new(), classes: classes.clone().into() });
                    groups.len() - 1
                }
            };
            groups[place].haplotypes.push(haplotype);
        });
        let pairs = fitting_pairs(&groups, &judges);
        Candidates { groups, pairs }
    }

    /// How many unordered pairs of haplotypes answer the typing.
    pub fn pair_count(&self) -> u64 {
        let count = |(one, two): &(u32, u32)| {
            let (a, b) = (
                self.groups[*one as usize].haplotypes.len() as u64,
                self.groups[*two as usize].haplotypes.len() as u64,
            );
            if one == two { a * (a + 1) / 2 } else { a * b }
        };
        self.pairs.iter().map(count).sum()
    }

    /// The groups, and the pairs of them that fit (the first not after the second).
    pub fn groups(&self) -> (&[Group], &[(u32, u32)]) {
        (&self.groups, &self.pairs)
    }

    /// Every unordered pair of haplotypes that answers the typing.
    pub fn for_each_pair(&self, mut each: impl FnMut(u32, u32)) {
        for (one, two) in &self.pairs {
            let (a, b) = (&self.groups[*one as usize].haplotypes, &self.groups[*two as usize].haplotypes);
            for (at, h1) in a.iter().enumerate() {
                let partners = if one == two { &b[at..] } else { &b[..] };
                partners.iter().for_each(|h2| each(*h1, *h2));
            }
        }
    }
}

/// The haplotypes of the constraint that fewest fulfil; all when nothing is typed.
fn for_each_start(phenotype: &Phenotype, set: &FrequencySet, postings: &Postings, mut each: impl FnMut(u32)) {
    let single = phenotype.constraints.iter().filter(|constraint| constraint.loci.len() == 1);
    let fewest =
        single.filter_map(|constraint| Some((constraint.loci[0], alleles_of(constraint)?))).min_by_key(
            |(locus, alleles)| alleles.iter().map(|allele| postings.of(*locus, *allele).len()).sum::<usize>(),
        );
    match fewest {
        Some((locus, alleles)) => {
            alleles.iter().for_each(|allele| postings.of(locus, *allele).iter().for_each(|h| each(*h)));
        }
        None => (0..set.len() as u32).for_each(each),
    }
}

/// Every allele that a constraint of one locus mentions; `None` when it leaves a chromosome open.
fn alleles_of(constraint: &Constraint) -> Option<Vec<AlleleIndex>> {
    let mut all = Vec::new();
    for side in constraint.genotypes.iter().flatten().flatten() {
        match side {
            AlleleSet::Any => return None,
            AlleleSet::OneOf(alleles) => all.extend_from_slice(alleles),
        }
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

fn fitting_pairs(groups: &[Group], judges: &[Judge<'_>]) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for (i, one) in groups.iter().enumerate() {
        for (j, two) in groups.iter().enumerate().skip(i) {
            let mut constraints = judges.iter().zip(one.classes.iter().zip(&two.classes));
            if constraints
                .all(|(judge, (a, b))| fit(&judge.codes[usize::from(*a)], &judge.codes[usize::from(*b)]))
            {
                pairs.push((i as u32, j as u32));
            }
        }
    }
    pairs
}

/// Gives haplotypes the class of their side code under one constraint.
struct Judge<'c> {
    constraint: &'c Constraint,
    codes: Vec<SideCode>,
    numbers: FxHashMap<SideCode, u16>,
    /// For a constraint of one locus the class of each allele; `NO_CLASS` fits nowhere.
    of_allele: Vec<u16>,
}

const NO_CLASS: u16 = u16::MAX;

impl<'c> Judge<'c> {
    fn new(constraint: &'c Constraint, set: &FrequencySet) -> Self {
        let mut judge =
            Judge { constraint, codes: Vec::new(), numbers: FxHashMap::default(), of_allele: Vec::new() };
        if let [locus] = constraint.loci.as_slice() {
            let alleles = 0..set.names(*locus).len() as AlleleIndex;
            judge.of_allele = alleles.map(|allele| judge.class_of_code(|_| allele)).collect();
        }
        judge
    }

    fn class(&mut self, haplotype: &[AlleleIndex]) -> Option<u16> {
        let class = match self.constraint.loci.as_slice() {
            [locus] => self.of_allele[usize::from(haplotype[*locus])],
            _ => {
                let loci = &self.constraint.loci;
                self.class_of_code(|place| haplotype[loci[place]])
            }
        };
        (class != NO_CLASS).then_some(class)
    }

    fn class_of_code(&mut self, allele_at: impl Fn(usize) -> AlleleIndex) -> u16 {
        let code = side_code(self.constraint, allele_at);
        if code.iter().all(|word| *word == 0) {
            return NO_CLASS;
        }
        if let Some(known) = self.numbers.get(&code) {
            return *known;
        }
        let number = self.codes.len() as u16;
        self.codes.push(code.clone());
        self.numbers.insert(code, number);
        number
    }
}

fn side_code(constraint: &Constraint, allele_at: impl Fn(usize) -> AlleleIndex) -> SideCode {
    let mut code = vec![0_u64; (2 * constraint.genotypes.len()).div_ceil(64)];
    for (at, genotype) in constraint.genotypes.iter().enumerate() {
        for (side, sets) in genotype.iter().enumerate() {
            if sets.iter().enumerate().all(|(place, set)| set.contains(allele_at(place))) {
                let bit = 2 * at + side;
                code[bit / 64] |= 1 << (bit % 64);
            }
        }
    }
    code.into()
}
