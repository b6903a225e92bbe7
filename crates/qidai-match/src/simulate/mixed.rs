//! People typed as registries hold them: most positions exactly, a quarter as lists, by first field or by antigen, some loci not at all.

use std::fmt::Write as _;

use qidai_hla::{Category, Locus, Nomenclature};
use rand::{Rng, RngExt};

use super::Simulator;
use crate::frequency::{AlleleIndex, FrequencySet};
use crate::impute::AlleleSet;

/// How one allele is written by different methods.
#[derive(Clone, Debug)]
struct Forms {
    name: String,
    /// The allele with others of its first field; the name alone where there are none.
    lists: Vec<String>,
    first_field: String,
    /// The one antigen that the allele is known by.
    antigen: Option<String>,
}

/// Of a thousand positions so many are written so; the others exactly. Together a quarter.
const LISTS: u32 = 120;
const FIRST_FIELDS: u32 = 70;
const ANTIGENS: u32 = 60;

/// Of a hundred people so many are not typed at a locus.
fn absent_percent(locus: Locus) -> u32 {
    match locus {
        Locus::C => 15,
        Locus::DRB1 => 1,
        Locus::DQB1 => 20,
        _ => 0,
    }
}

/// Writes people of a frequency set.
#[derive(Debug)]
pub struct Mixed<'s> {
    simulator: Simulator<'s>,
    set: &'s FrequencySet,
    /// For each locus and allele.
    forms: Vec<Vec<Forms>>,
}

impl<'s> Mixed<'s> {
    /// Prepares how each allele of the set can be written under a release.
    pub fn new(set: &'s FrequencySet, nomenclature: &Nomenclature<'_>) -> Self {
        let simulator = Simulator::new(set);
        let of_locus = |locus: usize| {
            let alleles = 0..set.names(locus).len() as AlleleIndex;
            alleles.map(|allele| Forms::new(set, &simulator, locus, allele, nomenclature)).collect()
        };
        let forms = (0..set.loci().len()).map(of_locus).collect();
        Mixed { simulator, set, forms }
    }

    /// Writes one person as a GL String.
    pub fn write(&self, random: &mut impl Rng, written: &mut String) {
        let pair = [self.simulator.haplotype(random), self.simulator.haplotype(random)];
        for (at, locus) in self.set.loci().iter().enumerate() {
            if random.random_range(0..100) < absent_percent(*locus) {
                continue;
            }
            let mut alleles = pair.map(|haplotype| self.set.haplotype(haplotype)[at]);
            alleles.sort_unstable();
            if !written.is_empty() {
                written.push('^');
            }
            let [one, two] = alleles.map(|allele| self.forms[at][usize::from(allele)].drawn(random));
            // Writing to a String cannot fail.
            let _ = write!(written, "{one}+{two}");
        }
    }

    /// Writes one person exactly, all loci: a patient.
    pub fn write_exactly(&self, random: &mut impl Rng, written: &mut String) {
        let pair = [self.simulator.haplotype(random), self.simulator.haplotype(random)];
        for at in 0..self.set.loci().len() {
            let [one, two] =
                pair.map(|haplotype| &self.set.names(at)[usize::from(self.set.haplotype(haplotype)[at])]);
            let between = if written.is_empty() { "" } else { "^" };
            // Writing to a String cannot fail.
            let _ = write!(written, "{between}{one}+{two}");
        }
    }
}

impl Forms {
    fn new(
        set: &FrequencySet,
        simulator: &Simulator<'_>,
        locus: usize,
        allele: AlleleIndex,
        nomenclature: &Nomenclature<'_>,
    ) -> Forms {
        let name = set.names(locus)[usize::from(allele)].to_string();
        let family = match &simulator.families[locus][usize::from(allele)] {
            AlleleSet::OneOf(family) => family.as_slice(),
            AlleleSet::Any => &[],
        };
        let others: Vec<&str> = family
            .iter()
            .filter(|other| **other != allele)
            .map(|at| &*set.names(locus)[usize::from(*at)])
            .collect();
        let list = |first: usize| {
            let some = others.iter().cycle().skip(first).take(others.len().min(1 + first % 3));
            some.fold(name.clone(), |list, other| format!("{list}/{other}"))
        };
        let lists = (0..3).map(list).collect();
        let first_field = format!("{}:XX", name.split(':').next().unwrap_or(&name));
        // A coarser form that the release cannot read is not written.
        let is_read =
            |text: &String| nomenclature.read(text).is_ok_and(|read| read.category != Category::New);
        let first_field = Some(first_field).filter(is_read).unwrap_or_else(|| name.clone());
        Forms { antigen: antigen_of(&name, nomenclature), lists, first_field, name }
    }

    fn drawn(&self, random: &mut impl Rng) -> &str {
        let drawn = random.random_range(0..1000);
        if drawn < LISTS {
            &self.lists[drawn as usize % self.lists.len()]
        } else if drawn < LISTS + FIRST_FIELDS {
            &self.first_field
        } else if drawn < LISTS + FIRST_FIELDS + ANTIGENS {
            self.antigen.as_ref().unwrap_or(&self.first_field)
        } else {
            &self.name
        }
    }
}

/// The antigen of a name, where there is one and no other.
fn antigen_of(name: &str, nomenclature: &Nomenclature<'_>) -> Option<String> {
    let read = nomenclature.read(name).ok()?;
    let [allele] = read.alleles.as_slice() else { return None };
    match nomenclature.release.antigens(*allele) {
        [(antigen, _)] => Some(antigen.to_string()),
        _ => None,
    }
}
