//! What is told about coverage.

use qidai_match::coverage::{Counting, Share, expected_candidates, next_unit};
use serde::Serialize;
use utoipa::ToSchema;

use super::bank::{self, Reached};
use super::{Coverage, NextUnit};
use crate::catalogue::Catalogue;
use crate::error::Failure;
use crate::words::Words;

/// How many patients the bank serves. Shares are from 0 to 1.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverageAnswer {
    /// `drawn` from the frequencies, or `given`.
    pub(crate) patients_are: &'static str,
    pub(crate) patients: u64,
    /// Of these the release in force cannot read a name, so they are not counted in the bank.
    pub(crate) patients_unreadable: u64,
    pub(crate) seed: u64,
    /// The set of frequencies, and the beginning of its digest.
    pub(crate) frequencies: String,
    pub(crate) release: String,
    /// The history number up to which the bank was looked at.
    pub(crate) generation: u64,
    pub(crate) engine: &'static str,
    /// Available public units of the bank.
    pub(crate) units: u64,
    pub(crate) doses: Vec<DoseRow>,
    /// By formula; empty for given patients.
    pub(crate) curve: Vec<CurveRow>,
    /// By formula: what more units would add.
    pub(crate) forecast: Vec<ForecastRow>,
    /// By counting the bank; empty when that was not asked for.
    pub(crate) counted: Vec<CountedRow>,
    /// Patients by who serves them, a list or this bank; empty when no list was named.
    pub(crate) beside_list: Vec<BesideListRow>,
    /// What the unit that was asked about would add.
    pub(crate) next_unit: Vec<NextUnitRow>,
}

/// The cells that a unit needs for a weight.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoseRow {
    pub(crate) weight_kg: f64,
    pub(crate) tnc_total: u64,
    /// Null when CD34+ cells were not asked for.
    pub(crate) cd34_total: Option<u64>,
    /// The share of units that are large enough; a count that is not known is not.
    pub(crate) large_enough: f64,
}

/// A point of a curve.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CurveRow {
    /// `x6`: A and B as antigens, DRB1; `x6_allele`: all as alleles; `x8`; `x10`.
    pub(crate) counting: &'static str,
    /// At least so many matches.
    pub(crate) matches: usize,
    /// Null: whatever the dose.
    pub(crate) weight_kg: Option<f64>,
    pub(crate) units: u64,
    pub(crate) coverage: f64,
    /// Of the coverage, for the number of patients that were drawn.
    pub(crate) standard_error: f64,
    /// Units that serve a patient, in the mean.
    pub(crate) candidates: f64,
}

/// The bank's units, and more of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForecastRow {
    pub(crate) counting: &'static str,
    pub(crate) matches: usize,
    pub(crate) weight_kg: Option<f64>,
    pub(crate) units: u64,
    pub(crate) now: f64,
    pub(crate) more: u64,
    pub(crate) then: f64,
    pub(crate) gain: f64,
}

/// Patients for whom the bank holds at least one unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountedRow {
    pub(crate) counting: &'static str,
    pub(crate) matches: usize,
    pub(crate) weight_kg: Option<f64>,
    /// Patients whom a unit serves for certain.
    pub(crate) certain: u64,
    /// Patients whom a unit serves as far as its typing allows.
    pub(crate) possible: u64,
    pub(crate) certain_share: f64,
    pub(crate) possible_share: f64,
}

/// Patients by who serves them for certain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BesideListRow {
    pub(crate) counting: &'static str,
    pub(crate) matches: usize,
    pub(crate) weight_kg: Option<f64>,
    pub(crate) list: String,
    /// The list has an entry for them, whatever the bank has.
    pub(crate) by_list: u64,
    /// Only this bank has a unit for them.
    pub(crate) only_by_bank: u64,
    pub(crate) by_neither: u64,
}

/// What one more unit adds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextUnitRow {
    pub(crate) counting: &'static str,
    pub(crate) matches: usize,
    pub(crate) weight_kg: Option<f64>,
    /// False when it has too few cells for the weight, or they are not known.
    pub(crate) large_enough: bool,
    /// Patients whom it serves for certain, and as far as its typing allows.
    pub(crate) serves: u64,
    pub(crate) serves_possibly: u64,
    /// Patients whom it serves for certain and no unit of the bank does; null when the bank was not counted.
    pub(crate) serves_first: Option<u64>,
    /// By formula: what it adds to the share that as many units as the bank has cover; null for given patients.
    pub(crate) added_coverage: Option<f64>,
}

impl CoverageAnswer {
    /// One line: for whom, of what.
    pub(crate) fn said(&self, w: &Words) -> String {
        let values = [
            ("patients", (self.patients as f64).into()),
            ("frequencies", self.frequencies.as_str().into()),
            ("units", (self.units as f64).into()),
        ];
        let mut said = w.say(&format!("coverage-said-{}", self.patients_are), &values);
        if self.patients_unreadable > 0 {
            let count = self.patients_unreadable as f64;
            said = format!("{said} {}", w.t1("coverage-unreadable", "count", count));
        }
        said
    }
}

impl Coverage {
    /// Everything that was asked for.
    ///
    /// # Errors
    /// The typing of the next unit cannot be read.
    pub(crate) fn answer(&self, catalogue: &Catalogue) -> Result<CoverageAnswer, Failure> {
        let is_drawn = !self.people.drawn().is_empty();
        Ok(CoverageAnswer {
            patients_are: if is_drawn { "drawn" } else { "given" },
            patients: self.people.typings().len() as u64,
            patients_unreadable: self.people.unreadable,
            seed: self.request.seed,
            frequencies: catalogue.frequency_set().unwrap_or("han_north (synthetic frequencies)").to_owned(),
            release: catalogue.release_label().to_owned(),
            generation: catalogue.generation(),
            engine: qidai_match::ENGINE,
            units: self.units,
            doses: self.dose_rows(),
            curve: if is_drawn { self.curve() } else { Vec::new() },
            forecast: if is_drawn { self.forecast() } else { Vec::new() },
            counted: self.counted(),
            beside_list: self.beside_list(),
            next_unit: match &self.request.unit {
                Some(unit) => self.next_unit(unit, &bank::matches_of_unit(catalogue, &self.people, unit)?),
                None => Vec::new(),
            },
        })
    }

    fn dose_rows(&self) -> Vec<DoseRow> {
        let row = |(at, weight): (usize, &f64)| {
            let (tnc_total, cd34) = self.doses.floors(at);
            let cd34_total = self.request.min_cd34_per_kg_e5.map(|_| cd34);
            DoseRow { weight_kg: *weight, tnc_total, cd34_total, large_enough: self.doses.share(at) }
        };
        self.request.weights_kg.iter().enumerate().map(row).collect()
    }

    /// The sizes that are told: those asked for, the bank's, and that with more.
    fn sizes(&self) -> Vec<u64> {
        let mut sizes = self.request.sizes.clone();
        if self.units > 0 {
            sizes.extend([self.units, self.units + self.request.more]);
        }
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    fn curve(&self) -> Vec<CurveRow> {
        let sizes = self.sizes();
        let mut rows = Vec::new();
        for dose in self.dose_places() {
            for (counting, matches) in self.levels() {
                for units in &sizes {
                    let Share { value, standard_error } = self.share(counting, matches, dose, *units);
                    let candidates = expected_candidates(self.needs(counting, matches, dose), *units).value;
                    rows.push(CurveRow {
                        counting: counting.name(),
                        matches,
                        weight_kg: self.weight(dose),
                        units: *units,
                        coverage: value,
                        standard_error,
                        candidates,
                    });
                }
            }
        }
        rows
    }

    fn forecast(&self) -> Vec<ForecastRow> {
        let (units, more) = (self.units, self.request.more);
        let row = |dose: Option<usize>, (counting, matches): (Counting, usize)| {
            let now = self.share(counting, matches, dose, units).value;
            let then = self.share(counting, matches, dose, units + more).value;
            let (counting, weight_kg) = (counting.name(), self.weight(dose));
            ForecastRow { counting, matches, weight_kg, units, now, more, then, gain: then - now }
        };
        self.dose_places().flat_map(|dose| self.levels().map(move |level| row(dose, level))).collect()
    }

    /// The classes that a search counts, for each dose.
    fn searched(&self) -> impl Iterator<Item = (Option<usize>, Counting, usize)> {
        let levels = super::LEVELS.iter().filter(|(counting, _)| *counting != Counting::X6Allele);
        let levels = levels.flat_map(|(counting, of)| of.iter().map(|matches| (*counting, *matches)));
        self.dose_places()
            .flat_map(move |dose| levels.clone().map(move |(counting, matches)| (dose, counting, matches)))
    }

    fn counted(&self) -> Vec<CountedRow> {
        if self.reached.is_empty() {
            return Vec::new();
        }
        let row = |(dose, counting, matches): (Option<usize>, Counting, usize)| {
            let of = self.reached.iter().filter_map(|reached| reached.of_bank(counting, dose));
            let certain = of.clone().filter(|most| usize::from(most.worst) >= matches).count() as u64;
            let possible = of.filter(|most| usize::from(most.best) >= matches).count() as u64;
            let share = |count: u64| count as f64 / self.reached.len() as f64;
            CountedRow {
                counting: counting.name(),
                matches,
                weight_kg: self.weight(dose),
                certain,
                possible,
                certain_share: share(certain),
                possible_share: share(possible),
            }
        };
        self.searched().map(row).collect()
    }

    fn beside_list(&self) -> Vec<BesideListRow> {
        let Some(list) = self.request.unmatched_in.as_ref().filter(|_| !self.reached.is_empty()) else {
            return Vec::new();
        };
        let row = |(dose, counting, matches): (Option<usize>, Counting, usize)| {
            let is_enough = |most: Option<qidai_match::Matches>| {
                most.is_some_and(|most| usize::from(most.worst) >= matches)
            };
            let by_list = |reached: &&Reached| is_enough(reached.of_list(counting));
            let by_bank = |reached: &&Reached| is_enough(reached.of_bank(counting, dose));
            let (in_list, others): (Vec<_>, Vec<_>) = self.reached.iter().partition(by_list);
            let only_by_bank = others.iter().filter(|reached| by_bank(reached)).count() as u64;
            BesideListRow {
                counting: counting.name(),
                matches,
                weight_kg: self.weight(dose),
                list: list.clone(),
                by_list: in_list.len() as u64,
                only_by_bank,
                by_neither: others.len() as u64 - only_by_bank,
            }
        };
        self.searched().map(row).collect()
    }

    fn next_unit(&self, unit: &NextUnit, matched: &[Reached]) -> Vec<NextUnitRow> {
        let row = |(dose, counting, matches): (Option<usize>, Counting, usize)| {
            let large_enough = self.doses.serves(dose, unit);
            let most = |one: &Reached| one.of_bank(counting, None).filter(|_| large_enough);
            let is_certain = |one: &Reached| most(one).is_some_and(|m| usize::from(m.worst) >= matches);
            let is_possible = |one: &&Reached| most(one).is_some_and(|m| usize::from(m.best) >= matches);
            let is_served = |one: &Reached| {
                one.of_bank(counting, dose).is_some_and(|most| usize::from(most.worst) >= matches)
            };
            let first =
                matched.iter().zip(&self.reached).filter(|(new, old)| is_certain(new) && !is_served(old));
            let needs = self.needs(counting, matches, dose);
            // A drawn patient whom the release cannot read has no match; then the two lists are not of the same people.
            let is_same_people = matched.len() == self.people.drawn().len();
            let added = next_unit(needs.zip(matched).map(|(need, one)| (need, is_certain(one))), self.units);
            NextUnitRow {
                counting: counting.name(),
                matches,
                weight_kg: self.weight(dose),
                large_enough,
                serves: matched.iter().filter(|one| is_certain(one)).count() as u64,
                serves_possibly: matched.iter().filter(is_possible).count() as u64,
                serves_first: (!self.reached.is_empty()).then(|| first.count() as u64),
                added_coverage: is_same_people.then_some(added.value),
            }
        };
        self.searched().map(row).collect()
    }
}
