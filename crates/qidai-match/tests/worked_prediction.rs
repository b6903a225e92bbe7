//! The examples of `docs/algorithm/imputation.md` and `prediction.md`.
#![allow(clippy::unwrap_used, clippy::panic)]

use qidai_hla::{Nomenclature, Release};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::predict::{Answer, Collection, Patient};

const SET: &str = "A*01:01~B*08:01,0.4\nA*02:01~B*07:02,0.3\nA*01:01~B*07:02,0.2\nA*02:01~B*08:01,0.1";

fn read(text: &str, understood: &Understood<'_>, nomenclature: &Nomenclature<'_>) -> Phenotype {
    Phenotype::read(text, understood, nomenclature).unwrap().0
}

#[test]
fn two_ways_to_lay_the_chromosomes() {
    let (set, release) = (FrequencySet::read(SET).unwrap(), Release::starter());
    let nomenclature = Nomenclature::new(&release, None);
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let cases = [
        ("A*01:01+A*02:01^B*07:02+B*08:01", 0.28, vec![(0, 1, 6.0 / 7.0), (2, 3, 1.0 / 7.0)]),
        ("A*01:01~B*08:01+A*02:01~B*07:02", 0.24, vec![(0, 1, 1.0)]),
    ];
    for (typing, mass, pairs) in cases {
        let imputed = imputer.diplotypes(&read(typing, imputer.understood(), &nomenclature), 100).unwrap();
        assert!((imputed.mass - mass).abs() < 1e-12, "{typing}");
        assert_eq!(imputed.diplotypes.len(), pairs.len(), "{typing}");
        for (found, (first, second, probability)) in imputed.diplotypes.iter().zip(pairs) {
            assert_eq!((found.first, found.second), (first, second), "{typing}");
            assert!((found.probability - probability).abs() < 1e-12, "{typing}");
        }
    }
}

#[test]
fn an_untyped_locus_is_summed_over() {
    let (set, release) = (FrequencySet::read(SET).unwrap(), Release::starter());
    let nomenclature = Nomenclature::new(&release, None);
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let counted = Counted::new(&imputer, &[0, 1]);
    let of = |text| read(text, imputer.understood(), &nomenclature);
    let patient = Patient::new(&counted, &of("A*01:01+A*01:01"));
    let donors = ["A*01:01+A*01:01^B*08:01+B*08:01", "B*15:01+B*15:01"].map(|text| Some(of(text)));
    let collection = Collection::freeze(&counted, donors);
    let answers = collection.predict_all(&patient);
    let Answer::Predicted(prediction) = &answers[0] else { panic!("{answers:?}") };
    for (found, expected) in prediction.totals.iter().zip([4.0 / 9.0, 4.0 / 9.0, 1.0 / 9.0, 0.0, 0.0]) {
        assert!((found - expected).abs() < 1e-12, "{:?}", prediction.totals);
    }
    assert_eq!(prediction.bound, 0.0);
    assert_eq!(answers[1], Answer::Unrepresented, "no haplotype of the set carries B*15:01");
    assert_eq!(collection.at_loci(&patient, &[0])[0].as_ref().unwrap()[0], [1.0, 0.0, 0.0]);
}
