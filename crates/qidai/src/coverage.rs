//! How many patients the bank serves, what the next unit adds, and what more units would: by formula and counted.
//!
//! Patients are drawn from the frequencies that searches use, or given as typings. The formula is `qidai_match::coverage`; counting walks
//! the snapshot. One answer for command, API and page; `docs/algorithm/coverage.md` explains it.

mod answer;
mod ask;
mod bank;
mod people;

use qidai_match::coverage::{Chances, Counting, Need, Population, Share, coverage};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use rayon::prelude::*;

pub(crate) use answer::{CoverageAnswer, CurveRow, DoseRow};
pub(crate) use ask::{CoverageRequest, NextUnit};
use bank::{Doses, Reached};
use people::People;

use crate::catalogue::Catalogue;
use crate::error::Failure;

/// The classes that are told of each way of counting, best first.
pub(crate) const LEVELS: [(Counting, &[usize]); 4] = [
    (Counting::X6, &[6, 5, 4]),
    (Counting::X6Allele, &[6, 5, 4]),
    (Counting::X8, &[8, 7, 6, 5, 4]),
    (Counting::X10, &[10, 9, 8]),
];

/// A judgement of a bank for some patients; curves and tables are read off it.
pub(crate) struct Coverage {
    request: CoverageRequest,
    people: People,
    /// For each way of counting that the frequencies allow, one entry for each drawn patient.
    chances: Vec<(Counting, Vec<Chances>)>,
    doses: Doses,
    /// What the bank holds for each patient; empty when it was not counted.
    reached: Vec<Reached>,
    /// Units of the bank that can be found.
    units: u64,
}

impl Coverage {
    /// Draws the patients, asks the formula and counts the bank.
    ///
    /// # Errors
    /// A number out of its range, a typing that cannot be read, a list that the bank does not have.
    pub(crate) fn of(catalogue: &Catalogue, request: CoverageRequest) -> Result<Coverage, Failure> {
        request.check()?;
        let doses = Doses::of(catalogue, &request)?;
        let list = bank::list_number(catalogue, request.unmatched_in.as_deref())?;
        let built_in;
        let set = match catalogue.frequencies() {
            Some(set) => set,
            None => {
                built_in = crate::frequencies::built_in()?;
                &built_in
            }
        };
        let people = People::of(catalogue, set, &request)?;
        let populations = populations(catalogue, set);
        let of_all = |population: &Population| -> Vec<Chances> {
            people.drawn().par_iter().map(|patient| population.chances(*patient)).collect()
        };
        let chances = populations.iter().map(|(counting, population)| (*counting, of_all(population)));
        let chances = chances.collect();
        let reached =
            if request.count { bank::reached(catalogue, &people, &doses, list) } else { Vec::new() };
        let units = catalogue.counts().public_units;
        Ok(Coverage { request, people, chances, doses, reached, units })
    }

    /// The needs of all drawn patients for a class, and for a dose by its place in the request; `None`: whatever the dose.
    fn needs(&self, counting: Counting, matches: usize, dose: Option<usize>) -> impl Iterator<Item = Need> {
        let q = dose.map_or(1.0, |at| self.doses.share(at));
        let of = self.chances.iter().find(|(of, _)| *of == counting);
        let chances = of.map(|(_, chances)| chances.as_slice()).unwrap_or_default();
        chances.iter().map(move |chances| Need { p: chances.at_least(matches), q })
    }

    /// The share of patients whom so many units would serve.
    pub(crate) fn share(&self, counting: Counting, matches: usize, dose: Option<usize>, units: u64) -> Share {
        coverage(self.needs(counting, matches, dose), units)
    }

    /// The ways of counting that the frequencies allow, with the classes that are told.
    pub(crate) fn levels(&self) -> impl Iterator<Item = (Counting, usize)> {
        let told = LEVELS.iter().filter(|(counting, _)| self.chances.iter().any(|(of, _)| of == counting));
        told.flat_map(|(counting, matches)| matches.iter().map(|matches| (*counting, *matches)))
    }

    /// No dose, then each weight by its place.
    pub(crate) fn dose_places(&self) -> impl Iterator<Item = Option<usize>> + Clone {
        std::iter::once(None).chain((0..self.request.weights_kg.len()).map(Some))
    }

    /// The weight of a dose by its place.
    pub(crate) fn weight(&self, dose: Option<usize>) -> Option<f64> {
        dose.and_then(|at| self.request.weights_kg.get(at).copied())
    }
}

fn populations(catalogue: &Catalogue, set: &FrequencySet) -> Vec<(Counting, Population)> {
    let nomenclature = catalogue.nomenclature();
    let of = |counting: Counting| {
        let rules = Rules { identity: counting.identity(), ..Rules::default() };
        let population = Population::new(&Understood::new(set, &nomenclature, rules), counting)?;
        Some((counting, population))
    };
    Counting::ALL.into_iter().filter_map(of).collect()
}

/// Asks away from the threads that answer requests.
///
/// # Errors
/// Those of [`Coverage::of`].
pub(crate) async fn asked(
    catalogue: std::sync::Arc<Catalogue>,
    request: CoverageRequest,
) -> Result<(Coverage, CoverageAnswer), Failure> {
    let work = move || {
        let coverage = Coverage::of(&catalogue, request)?;
        let answer = coverage.answer(&catalogue)?;
        Ok((coverage, answer))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::outage("search_stopped", "The search stopped before its end.").because(&error)
    })?
}
