//! On what an answer about a person rests: the set that was asked for, the same set without some of the person's typing, or another set.
//!
//! Fallbacks are the user's choice and always labelled; without them a person whom the set does not represent has no answer.

use qidai_hla::{Locus, Nomenclature, Release};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Imputer, Phenotype, Reading};
use rayon::prelude::*;

use super::subjects::{self, FrequencyArgs, Subjects};
use crate::error::Failure;

/// More people than this are counted, not named, on standard error.
const NAMED_MAX: usize = 20;

/// One set of frequencies, ready to impute with.
pub(super) struct Basis {
    /// Empty for the set that was asked for; the file of another one.
    pub(super) label: String,
    pub(super) imputer: Imputer<'static>,
    /// Places of the loci that are counted.
    pub(super) places: Vec<usize>,
    /// For each fallback within the set the places of the loci whose typing is dropped.
    drops: Vec<Vec<usize>>,
}

/// A person under one basis.
pub(super) struct Known {
    /// `None`: there is no readable typing.
    pub(super) reading: Option<Reading>,
    /// What the answer rests on: the reading's, or that without some loci.
    pub(super) phenotype: Option<Phenotype>,
    /// `without C DQB1` where some of the typing was dropped.
    pub(super) dropped: Option<String>,
}

/// The set that was asked for, then the fallbacks.
pub(super) fn all(
    args: &FrequencyArgs,
    rules: Rules,
    loci: &[String],
    nomenclature: &Nomenclature<'_>,
) -> Result<Vec<Basis>, Failure> {
    let first = Basis::new(String::new(), args.read(nomenclature.release)?, args, rules, loci, nomenclature)?;
    let counted: Vec<Locus> = first.loci();
    let mut bases = vec![first];
    for file in &args.fallback_frequencies {
        let set = subjects::read_set(file, None, nomenclature.release)?;
        let names: Vec<String> = counted.iter().map(|locus| locus.name().to_owned()).collect();
        bases.push(Basis::new(file.display().to_string(), set, args, rules, &names, nomenclature)?);
    }
    Ok(bases)
}

impl Basis {
    fn new(
        label: String,
        set: FrequencySet,
        args: &FrequencyArgs,
        rules: Rules,
        loci: &[String],
        nomenclature: &Nomenclature<'_>,
    ) -> Result<Self, Failure> {
        let understood = Understood::owning(set, nomenclature, rules);
        say_unknown(&understood, nomenclature.release);
        let places = subjects::counted_loci(loci, &understood)?;
        let drops = args.fallback_without.iter().map(|loci| {
            let names: Vec<String> = loci.split(',').map(str::to_owned).collect();
            subjects::counted_loci(&names, &understood)
        });
        let drops = drops.collect::<Result<_, _>>()?;
        Ok(Basis { label, imputer: Imputer::new(understood), places, drops })
    }

    /// The loci that are counted.
    pub(super) fn loci(&self) -> Vec<Locus> {
        let loci = self.imputer.understood().set().loci();
        self.places.iter().map(|place| loci[*place]).collect()
    }

    /// Everybody of a file; who is not represented, with less of their typing where that was asked for.
    pub(super) fn know(&self, subjects: Subjects) -> Vec<Known> {
        let known = |reading: Option<Reading>| {
            let (phenotype, dropped) = reading.as_ref().map(|reading| self.fall_back(reading)).unzip();
            Known { reading, phenotype, dropped: dropped.flatten() }
        };
        subjects.all.into_par_iter().map(|subject| known(subject.reading)).collect()
    }

    fn fall_back(&self, reading: &Reading) -> (Phenotype, Option<String>) {
        let is_represented = |phenotype: &Phenotype| self.imputer.candidates(phenotype).pair_count() > 0;
        if !self.drops.is_empty() && !is_represented(&reading.phenotype) {
            let dropped = self.drops.iter().map(|places| (places, reading.phenotype.without(places)));
            if let Some((places, phenotype)) = dropped.into_iter().find(|(_, less)| is_represented(less)) {
                return (phenotype, Some(format!("without {}", self.names(places))));
            }
        }
        (reading.phenotype.clone(), None)
    }

    fn names(&self, places: &[usize]) -> String {
        let loci = self.imputer.understood().set().loci();
        places.iter().map(|place| loci[*place].name()).collect::<Vec<_>>().join(" ")
    }

    /// Says on standard error whom the set does not represent, and why.
    pub(super) fn say_unrepresented(&self, ids: &[String], known: &[Known]) {
        let unrepresented = |known: &Known| {
            known.phenotype.as_ref().is_some_and(|known| self.imputer.candidates(known).pair_count() == 0)
        };
        let all: Vec<usize> =
            (0..known.len()).into_par_iter().filter(|at| unrepresented(&known[*at])).collect();
        for at in all.iter().take(NAMED_MAX) {
            let unheard = known[*at].reading.as_ref().map_or(&[][..], |reading| &reading.unheard.positions);
            let why = match unheard {
                [] => "no two haplotypes of the set fit the typing together".to_owned(),
                some => format!("no haplotype of the set carries {}", some.join(", ")),
            };
            eprintln!("unrepresented: {}: {why}", ids[*at]);
        }
        if all.len() > NAMED_MAX {
            eprintln!("unrepresented: {} more", all.len() - NAMED_MAX);
        }
    }
}

/// Names that only the set knows.
fn say_unknown(understood: &Understood<'_>, release: &Release) {
    let unknown = understood.unknown();
    if !unknown.is_empty() {
        let some = unknown.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if unknown.len() > 5 { " …" } else { "" };
        eprintln!(
            "frequency_names: {} names of the set are not in release {} and stand for themselves alone: {some}{more}",
            unknown.len(),
            release.label()
        );
    }
}

/// What stands in the column `basis`.
pub(super) fn said(parts: &[&str]) -> String {
    let some: Vec<&str> = parts.iter().filter(|part| !part.is_empty()).copied().collect();
    if some.is_empty() { "set".to_owned() } else { some.join("; ") }
}
