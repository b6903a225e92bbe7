//! The example of `docs/algorithm/doubt.md`, and what must hold for any pair.
#![allow(clippy::unwrap_used, clippy::panic)]

use qidai_hla::{Nomenclature, Release};
use qidai_match::doubt::{Doubt, NoAnswer, Side, doubt};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::predict::batch::{Answer, Donors, People};
use qidai_match::simulate::{Habit, Simulator};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const SET: &str = "A*01:01~B*08:01,0.4\nA*02:01~B*07:02,0.3\nA*01:01~B*07:02,0.2\nA*02:01~B*08:01,0.1";

fn explained(set: &FrequencySet, patient: &str, donor: &str) -> Result<Doubt, NoAnswer> {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let imputer = Imputer::new(Understood::new(set, &nomenclature, Rules::default()));
    let read = |text: &str| Phenotype::read(text, imputer.understood(), &nomenclature).unwrap().0;
    let places: Vec<usize> = (0..set.loci().len()).collect();
    doubt(&imputer, &places, &read(patient), &read(donor), 3)
}

#[test]
fn an_untyped_locus_is_what_to_type_next() {
    let set = FrequencySet::read(SET).unwrap();
    let found = explained(&set, "A*01:01+A*01:01", "A*01:01+A*01:01^B*08:01+B*08:01").unwrap();
    // 0, 1, 2 mismatches with 4/9, 4/9, 1/9: all of the doubt is the patient's B.
    let bits = |p: f64| -p * p.log2();
    let expected = 2.0 * bits(4.0 / 9.0) + bits(1.0 / 9.0);
    assert!((found.bits - expected).abs() < 1e-12 && (found.bits - 1.392_147).abs() < 1e-6, "{}", found.bits);
    assert_eq!(found.next.len(), 1, "{:?}", found.next);
    let next = &found.next[0];
    assert_eq!((next.side, next.place), (Side::Patient, 1));
    assert!((next.removes_bits - expected).abs() < 1e-12 && (next.decides - 1.0).abs() < 1e-12, "{next:?}");
    let (at_a, at_b) = (&found.loci[0], &found.loci[1]);
    assert!(at_a.1 < 1e-12 && (at_b.1 - expected).abs() < 1e-12);
    assert_eq!((found.patient.genotypes, found.donor.genotypes), (3, 1));
    let likeliest = &found.patient.likeliest[0];
    assert!((likeliest.probability - 4.0 / 9.0).abs() < 1e-12, "{likeliest:?}");
    assert_eq!(likeliest.loci[0], "A*01:01+A*01:01");
}

#[test]
fn a_certain_pair_has_no_doubt_and_an_unknown_one_no_answer() {
    let set = FrequencySet::read(SET).unwrap();
    let certain =
        explained(&set, "A*01:01+A*01:01^B*08:01+B*08:01", "A*02:01+A*02:01^B*08:01+B*08:01").unwrap();
    assert_eq!((certain.bits, certain.next.len(), certain.totals[2]), (0.0, 0, 1.0));
    let unknown = explained(&set, "A*03:01+A*03:01", "A*01:01+A*01:01");
    assert_eq!(unknown, Err(NoAnswer::Unrepresented(Side::Patient)));
}

#[test]
fn it_agrees_with_the_prediction_and_no_typing_is_worth_more_than_the_doubt() {
    let set = FrequencySet::read(include_str!("../../qidai/data/han_north.freqs.csv")).unwrap();
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let (simulator, mut random) = (Simulator::new(&set), ChaCha8Rng::seed_from_u64(23));
    let places = [0, 2, 3];
    let counted = Counted::new(&imputer, &places);
    let coarse = Habit { absent: 0.0, first_field: 1.0 };
    let absent = Habit { absent: 1.0, first_field: 0.0 };
    for _ in 0..10 {
        let patient = simulator.person(&[Habit::EXACT; 5], &mut random);
        let unit =
            simulator.typed(patient.truth, &[coarse, absent, coarse, Habit::EXACT, absent], &mut random);
        let found = doubt(&imputer, &places, &patient.phenotype, &unit, 3).unwrap();
        let of = |phenotype: &Phenotype| People::impute(&imputer, &counted, &[Some(phenotype.clone())]);
        let (patients, donors) = (of(&patient.phenotype), of(&unit));
        let Answer::Predicted(predicted) = &Donors::new(&donors).predict(&patients, 0)[0] else { panic!() };
        for (one, two) in found.totals.iter().zip(predicted.totals) {
            assert!(
                (one - two).abs() <= 2.0 * found.left_out + 1e-9,
                "{:?} {:?}",
                found.totals,
                predicted.totals
            );
        }
        assert!(
            found
                .next
                .iter()
                .all(|worth| worth.removes_bits <= found.bits + 1e-9 && worth.decides <= 1.0 + 1e-9)
        );
        let falling: Vec<f64> = found.next.iter().map(|worth| worth.removes_bits).collect();
        assert!(falling.is_sorted_by(|a, b| a >= b), "the most useful first");
        assert!(
            !found.next.iter().any(|worth| worth.side == Side::Donor && worth.place == 3),
            "DRB1 is known"
        );
    }
}
