//! Identity by name, by P group and by antigen, and people whose typing leaves nothing open: an expert's table.
#![allow(clippy::unwrap_used, clippy::panic)]

use qidai_hla::{Locus, Nomenclature, Release};
use qidai_match::frequency::{FrequencySet, Identity, Nulls, Resolution, Rules, Understood};
use qidai_match::impute::{Counted, Imputer, Reading};
use qidai_match::predict::{Answer, Collection, certain};

/// Alleles of the starter release, and one null that it does not know.
const SET: &str = "A*02:01~B*15:01~DRB1*15:01,1\nA*02:06~B*15:11~DRB1*15:02,1\nA*11:01~B*15:02~DRB1*09:01,1\n\
                   A*02:01~B*15:02~DRB1*15:01,1\nA*11:01~B*15:11~DRB1*09:01,1\nA*90:01N~B*15:01~DRB1*15:01,1";

/// identity, nulls, patient, donor, mismatches in all, source
const CASES: &str = include_str!("cases/certain_pairs.tsv");

#[test]
fn pairs_that_leave_nothing_open_are_answered_with_and_without_frequencies() {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let (set, other) = (FrequencySet::read(SET).unwrap(), "A*24:02~B*07:02~DRB1*01:01,1");
    let other = FrequencySet::read(other).unwrap();
    for line in CASES.lines().skip(1) {
        let [identity, nulls, patient, donor, expected, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let identity = match identity {
            "name" => Identity::Name,
            "antigen" => Identity::Antigen,
            _ => Identity::PGroup,
        };
        let nulls = if nulls == "by-name" { Nulls::ByName } else { Nulls::NotExpressed };
        let rules = Rules { identity, nulls, resolution: Resolution::AsNamed };
        let expected: usize = expected.parse().unwrap();
        // An antigen is not read off a name without the set; neither is a name that only the set knows.
        let is_certain = identity != Identity::Antigen && !line.contains('N');
        for set in [&set, &other] {
            let imputer = Imputer::new(Understood::new(set, &nomenclature, rules));
            let read = |text| Reading::read(text, imputer.understood(), &nomenclature).unwrap();
            let (patient, donor) = (read(patient), read(donor));
            let loci = [Locus::A, Locus::B, Locus::DRB1];
            let mismatches = certain::mismatches(&patient.certain, &donor.certain, &loci);
            let total = mismatches.map(|each| each.iter().copied().map(usize::from).sum::<usize>());
            let counted = Counted::new(&imputer, &[0, 1, 2]);
            let collection = Collection::freeze(&counted, [Some(donor.phenotype)]);
            let answer =
                collection.predict_all(&collection.patient(&imputer, &patient.phenotype)).swap_remove(0);
            match answer {
                Answer::Predicted(found) => {
                    assert!((found.totals[expected] - 1.0).abs() < 1e-12, "{line}: {found:?}");
                }
                _ if !is_certain => {}
                _ => assert_eq!(total, Some(expected), "{line}"),
            }
            if is_certain {
                assert_eq!(total, Some(expected), "{line}: whatever the set knows");
            }
        }
    }
}

#[test]
fn what_is_open_is_not_certain() {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let set = FrequencySet::read(SET).unwrap();
    let understood = Understood::new(&set, &nomenclature, Rules::default());
    for open in
        ["A*02:XX+A*11:01", "A2+A*11:01", "A*02:01/A*02:06+A*11:01", "A*02:01+A*11:01|A*02:06+A*11:01"]
    {
        let reading = Reading::read(open, &understood, &nomenclature).unwrap();
        assert_eq!(reading.certain, [], "{open}");
    }
}
