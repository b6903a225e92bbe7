//! Do predicted probabilities mean what they say? Of all pairs to whom 30 % was given, 30 % must match.
//!
//! People whose truth is known – invented ones, or units that were typed again – are predicted from what a laboratory knew, and the answers
//! are laid beside the truth: bins for a reliability diagram, the Brier score, and a z by patient. One patient is compared with all units, so the
//! differences of one patient belong together: they are added up, and patients are what is independent.

use qidai_hla::Locus;
use rayon::prelude::*;

use crate::frequency::FrequencySet;
use crate::impute::{AlleleSet, Counted, Imputer, LocusPair, Phenotype};
use crate::predict::batch::{Answer, Donors, People};
use crate::simulate::Habit;

/// Where bins begin; the first holds 0 and what is nearly impossible, the last only certainty.
pub const EDGES: [f64; 16] =
    [0.0, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0 - 1e-9];

/// Somebody whose truth is known.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the prediction is told.
    pub typed: Phenotype,
    /// What is so: one allele on each side. A locus where it is not so exact is not known.
    pub truth: Phenotype,
}

/// Pairs with about the same predicted probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many pairs.
    pub pairs: u64,
    /// Sum of their probabilities.
    pub expected: f64,
    /// How many were so.
    pub observed: u64,
}

/// One question about all pairs of patients and units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    /// Mismatches that were asked for.
    pub mismatches: usize,
    /// Pairs of which answer and truth are known.
    pub pairs: u64,
    /// Pairs of whom the set does not represent one, or which are too ambiguous.
    pub without_answer: u64,
    /// One for each of [`EDGES`].
    pub bins: [Bin; EDGES.len()],
    /// Mean squared difference between probability and truth: 0 is best.
    pub brier: f64,
    /// What the Brier score would be if everybody were given the part that was so.
    pub brier_of_mean: f64,
    /// Sum of the differences in its standard errors, patients being independent. Beyond ±3 it is no accident.
    pub z_by_patient: f64,
}

impl Calibration {
    /// Sum of all probabilities, and how many were so.
    pub fn expected_and_observed(&self) -> (f64, u64) {
        self.bins.iter().fold((0.0, 0), |sum, bin| (sum.0 + bin.expected, sum.1 + bin.observed))
    }
}

/// Predicts every patient with every unit and compares with the truth, for each of the wanted numbers of mismatches (0 to 4).
pub fn calibrate(
    imputer: &Imputer<'_>,
    counted: &Counted<'_, '_>,
    patients: &[Case],
    units: &[Case],
    wanted: &[usize],
) -> Vec<Calibration> {
    let typed = |cases: &[Case]| -> Vec<_> { cases.iter().map(|case| Some(case.typed.clone())).collect() };
    let truths =
        |cases: &[Case]| -> Vec<_> { cases.iter().map(|case| truth(case, imputer, counted)).collect() };
    let (people, donors) =
        (People::impute(imputer, counted, &typed(patients)), People::impute(imputer, counted, &typed(units)));
    let pool = Donors::new(&donors);
    let (of_patients, of_units) = (truths(patients), truths(units));
    let tallies: Vec<Vec<Tally>> = (0..patients.len())
        .into_par_iter()
        .map(|patient| {
            let answers = pool.predict(&people, patient);
            tally(&answers, of_patients[patient].as_deref(), &of_units, wanted)
        })
        .collect();
    wanted
        .iter()
        .enumerate()
        .map(|(at, mismatches)| summary(*mismatches, tallies.iter().map(|all| &all[at])))
        .collect()
}

/// What one patient adds to one question.
#[derive(Clone, Debug, Default)]
struct Tally {
    bins: [Bin; EDGES.len()],
    squares: f64,
    without_answer: u64,
}

fn tally(
    answers: &[Answer],
    patient: Option<&[LocusPair]>,
    units: &[Option<Vec<LocusPair>>],
    wanted: &[usize],
) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); wanted.len()];
    let Some(patient) = patient else { return tallies };
    for (answer, unit) in answers.iter().zip(units) {
        let Some(unit) = unit else { continue };
        let Answer::Predicted(predicted) = answer else {
            tallies.iter_mut().for_each(|tally| tally.without_answer += 1);
            continue;
        };
        let mismatches: usize =
            patient.iter().zip(unit).map(|(mine, other)| usize::from(mine.mismatches(*other))).sum();
        for (tally, wanted) in tallies.iter_mut().zip(wanted) {
            tally.add(predicted.totals[*wanted], mismatches == *wanted);
        }
    }
    tallies
}

impl Tally {
    fn add(&mut self, probability: f64, is_so: bool) {
        let bin = &mut self.bins[EDGES.partition_point(|edge| *edge <= probability).max(1) - 1];
        bin.pairs += 1;
        bin.expected += probability;
        bin.observed += u64::from(is_so);
        self.squares += (probability - f64::from(u8::from(is_so))).powi(2);
    }
}

fn summary<'t>(mismatches: usize, patients: impl Iterator<Item = &'t Tally>) -> Calibration {
    let mut all = Calibration { mismatches, ..Calibration::default() };
    let (mut squares, mut difference, mut spread) = (0.0, 0.0, 0.0);
    for patient in patients {
        let mut own = 0.0;
        for (sum, bin) in all.bins.iter_mut().zip(&patient.bins) {
            sum.pairs += bin.pairs;
            sum.expected += bin.expected;
            sum.observed += bin.observed;
            own += bin.observed as f64 - bin.expected;
        }
        squares += patient.squares;
        all.without_answer += patient.without_answer;
        difference += own;
        spread += own * own;
    }
    all.pairs = all.bins.iter().map(|bin| bin.pairs).sum();
    let pairs = all.pairs.max(1) as f64;
    let part = all.expected_and_observed().1 as f64 / pairs;
    all.brier = squares / pairs;
    all.brier_of_mean = part * (1.0 - part);
    all.z_by_patient = if spread > 0.0 { difference / spread.sqrt() } else { 0.0 };
    all
}

/// The genotype at the counted loci; `None` where one of them is not known for certain.
fn truth(case: &Case, imputer: &Imputer<'_>, counted: &Counted<'_, '_>) -> Option<Vec<LocusPair>> {
    let at = |place: &usize| {
        let constraint = case.truth.constraints.iter().find(|constraint| constraint.loci == [*place])?;
        let [[one, two]] = constraint.genotypes.as_slice() else { return None };
        let token = |copy: &[AlleleSet]| match copy {
            [AlleleSet::OneOf(names)] if names.len() == 1 => {
                Some(imputer.understood().locus(*place).tokens[usize::from(names[0])])
            }
            _ => None,
        };
        Some(LocusPair::new(token(one)?, token(two)?))
    };
    counted.places().iter().map(at).collect()
}

/// A kind of laboratory report, and how many of 100 units have one.
#[derive(Clone, Copy, Debug)]
pub struct Laboratory {
    /// Of 100 units.
    pub percent: u32,
    /// At A, C, B, DRB1, DQB1; other loci are not typed.
    pub habits: [Habit; 5],
}

const EXACT: Habit = Habit::EXACT;
const ABSENT: Habit = Habit { absent: 1.0, first_field: 0.0 };
const COARSE: Habit = Habit { absent: 0.0, first_field: 1.0 };

/// How a bank's units were typed over twenty years: first serology and first fields, then DRB1 by sequence, then everything. The last
/// but one is as the donors of the WMDA matching validation are (measured there). The mixture is ours.
pub const LABORATORIES: [Laboratory; 5] = [
    Laboratory { percent: 30, habits: [COARSE, ABSENT, COARSE, COARSE, ABSENT] },
    Laboratory { percent: 20, habits: [COARSE, ABSENT, COARSE, EXACT, ABSENT] },
    Laboratory { percent: 20, habits: [EXACT, ABSENT, EXACT, EXACT, ABSENT] },
    Laboratory {
        percent: 15,
        habits: [
            COARSE,
            Habit { absent: 0.797, first_field: 0.203 },
            COARSE,
            Habit { absent: 0.104, first_field: 0.896 },
            Habit { absent: 0.889, first_field: 0.111 },
        ],
    },
    Laboratory { percent: 15, habits: [EXACT; 5] },
];

/// The habits of a laboratory in the order of a set's loci.
pub fn habits_of(laboratory: &Laboratory, set: &FrequencySet) -> Vec<Habit> {
    let habit = |locus: &Locus| crate::MATCH_LOCI.iter().position(|known| known == locus);
    set.loci().iter().map(|locus| habit(locus).map_or(ABSENT, |at| laboratory.habits[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of `docs/algorithm/verification.md`.
    #[test]
    fn two_patients_as_on_paper() {
        let mut tallies = [Tally::default(), Tally::default()];
        tallies[0].add(0.5, true);
        tallies[0].add(0.25, false);
        tallies[1].add(0.25, false);
        let found = summary(0, tallies.iter());
        assert_eq!((found.pairs, found.expected_and_observed()), (3, (1.0, 1)));
        assert!((found.brier - 0.125).abs() < 1e-12 && (found.brier_of_mean - 2.0 / 9.0).abs() < 1e-12);
        assert_eq!(found.z_by_patient, 0.0);
    }
}
