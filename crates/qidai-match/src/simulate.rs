//! People drawn from a frequency set, typed as laboratories type: some loci exactly, some by first field only, some not.
//!
//! The truth is known, so that predictions can be compared with what is really so. The same seed gives the same people.

mod mixed;

pub use mixed::Mixed;

use rand::{Rng, RngExt};
use rustc_hash::FxHashMap;

use crate::frequency::{AlleleIndex, FrequencySet};
use crate::impute::{AlleleSet, Constraint, Phenotype};

/// How a locus is typed, as probabilities; what is left is typed exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habit {
    /// Not typed at all.
    pub absent: f64,
    /// Typed to the first field: every name of the set with the same one stays possible.
    pub first_field: f64,
}

impl Habit {
    /// Always typed, every allele exactly.
    pub const EXACT: Habit = Habit { absent: 0.0, first_field: 0.0 };
}

/// A person with known haplotypes.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulated {
    /// The two haplotypes, places in the set.
    pub truth: [u32; 2],
    /// What a laboratory would report of them.
    pub phenotype: Phenotype,
}

/// Draws people under Hardy–Weinberg proportions.
#[derive(Clone, Debug)]
pub struct Simulator<'s> {
    set: &'s FrequencySet,
    cumulative: Vec<f64>,
    /// For each locus and allele the names with the same first field.
    families: Vec<Vec<AlleleSet>>,
}

impl<'s> Simulator<'s> {
    /// Prepares a set for drawing.
    pub fn new(set: &'s FrequencySet) -> Self {
        let mut sum = 0.0;
        let add = |frequency: &f64| {
            sum += frequency;
            sum
        };
        let cumulative = set.frequencies().iter().map(add).collect();
        let families = (0..set.loci().len()).map(|locus| families(set.names(locus))).collect();
        Simulator { set, cumulative, families }
    }

    /// One haplotype.
    pub fn haplotype(&self, random: &mut impl Rng) -> u32 {
        let sum = self.cumulative.last().copied().unwrap_or_default();
        let drawn = random.random::<f64>() * sum;
        self.cumulative.partition_point(|up_to| *up_to <= drawn).min(self.set.len() - 1) as u32
    }

    /// One person, typed by one habit for each locus of the set.
    pub fn person(&self, habits: &[Habit], random: &mut impl Rng) -> Simulated {
        let truth = [self.haplotype(random), self.haplotype(random)];
        Simulated { truth, phenotype: self.typed(truth, habits, random) }
    }

    /// What a laboratory reports of two haplotypes.
    pub fn typed(&self, truth: [u32; 2], habits: &[Habit], random: &mut impl Rng) -> Phenotype {
        let mut phenotype = Phenotype::default();
        for (locus, habit) in habits.iter().enumerate() {
            let drawn = random.random::<f64>();
            if drawn < habit.absent {
                continue;
            }
            let is_coarse = drawn < habit.absent + habit.first_field;
            let mut copies = truth.map(|haplotype| {
                let allele = self.set.haplotype(haplotype)[locus];
                if is_coarse {
                    self.families[locus][usize::from(allele)].clone()
                } else {
                    AlleleSet::OneOf(vec![allele])
                }
            });
            // The report does not say which chromosome was which.
            copies.sort();
            phenotype
                .constraints
                .push(Constraint { loci: vec![locus], genotypes: vec![copies.map(|copy| vec![copy])] });
        }
        phenotype
    }

    /// The typing as a GL String in the names of the set.
    pub fn gl_string(&self, phenotype: &Phenotype) -> String {
        let copy = |locus: usize, set: &AlleleSet| match set {
            AlleleSet::Any => String::new(),
            AlleleSet::OneOf(alleles) => alleles
                .iter()
                .map(|allele| &*self.set.names(locus)[usize::from(*allele)])
                .collect::<Vec<_>>()
                .join("/"),
        };
        let loci = phenotype.constraints.iter().map(|constraint| {
            let genotypes = constraint.genotypes.iter().map(|copies| {
                let copies = copies.iter().map(|sets| {
                    let positions = constraint.loci.iter().zip(sets).map(|(locus, set)| copy(*locus, set));
                    positions.collect::<Vec<_>>().join("~")
                });
                copies.collect::<Vec<_>>().join("+")
            });
            genotypes.collect::<Vec<_>>().join("|")
        });
        loci.collect::<Vec<_>>().join("^")
    }
}

fn families(names: &[Box<str>]) -> Vec<AlleleSet> {
    let first_field = |name: &str| name.split(':').next().unwrap_or(name).to_owned();
    let mut members: FxHashMap<String, Vec<AlleleIndex>> = FxHashMap::default();
    for (index, name) in names.iter().enumerate() {
        members.entry(first_field(name)).or_default().push(index as AlleleIndex);
    }
    names.iter().map(|name| AlleleSet::OneOf(members[&first_field(name)].clone())).collect()
}
