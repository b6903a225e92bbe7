//! Calibration is seen where predictions are right, and its absence where they are not.
#![allow(clippy::unwrap_used, clippy::panic)]

use qidai_hla::{Nomenclature, Release};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Counted, Imputer};
use qidai_match::simulate::{Habit, Simulator};
use qidai_match::verify::{Calibration, Case, LABORATORIES, calibrate, habits_of};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn cases(set: &FrequencySet, count: usize, is_masked: bool, random: &mut ChaCha8Rng) -> Vec<Case> {
    let simulator = Simulator::new(set);
    let exact = vec![Habit::EXACT; set.loci().len()];
    (0..count)
        .map(|_| {
            let laboratory = &LABORATORIES[random.random_range(0..LABORATORIES.len())];
            let habits = if is_masked { habits_of(laboratory, set) } else { exact.clone() };
            let person = simulator.person(&habits, random);
            Case { typed: person.phenotype, truth: simulator.typed(person.truth, &exact, random) }
        })
        .collect()
}

/// Units drawn from one set, predicted with another that has the same haplotypes in the same order.
fn asked(drawn: &FrequencySet, predicted: &FrequencySet, wanted: &[usize]) -> Vec<Calibration> {
    let release = Release::starter();
    let understood = Understood::new(predicted, &Nomenclature::new(&release, None), Rules::default());
    let imputer = Imputer::new(understood);
    let counted = Counted::new(&imputer, &[0, 2, 3]);
    let mut random = ChaCha8Rng::seed_from_u64(17);
    let patients = cases(drawn, 60, false, &mut random);
    let units = cases(drawn, 1_500, true, &mut random);
    calibrate(&imputer, &counted, &patients, &units, wanted)
}

fn han_north() -> FrequencySet {
    FrequencySet::read(include_str!("../../qidai/data/han_north.freqs.csv")).unwrap()
}

/// The same haplotypes, each as frequent as the other.
fn flattened(set: &FrequencySet) -> FrequencySet {
    let lines = (0..set.len() as u32).map(|h| format!("{},1\n", set.label(h)));
    FrequencySet::read(&format!("haplotype,count\n{}", lines.collect::<String>())).unwrap()
}

#[test]
fn right_frequencies_are_calibrated_and_wrong_ones_are_not() {
    let set = han_north();
    let right = asked(&set, &set, &[2, 3, 4]);
    for found in &right {
        let (expected, observed) = found.expected_and_observed();
        assert_eq!(found.pairs, 60 * 1_500);
        assert!(observed > 5 && found.z_by_patient.abs() < 3.5, "{found:?}");
        assert!((expected - observed as f64).abs() < 0.1 * expected, "{found:?}");
        assert!(found.brier < found.brier_of_mean, "knowing the typing helps: {found:?}");
    }
    let wrong = asked(&set, &flattened(&set), &[2, 3, 4]);
    assert!(wrong.iter().any(|found| found.z_by_patient.abs() > 4.0), "{wrong:?}");
    assert!(wrong[0].brier > right[0].brier);
}
