//! Probabilities of the WMDA matching validation, against exact values computed by other programs.
//!
//! The data (Bochtler et al., HLA 2016;87:439-448) lie beside the project; without them the test says that it is skipped.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use support::{qidai, shared};

/// The expected values have six decimals.
const TOLERANCE: f64 = 2e-6;

fn rows(csv: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn run(args: &[&str]) -> String {
    let answer = qidai(args, "");
    assert_eq!(answer.exit, Some(0), "{}", answer.err);
    answer.out
}

fn near(found: &str, expected: &str) -> bool {
    (found.parse::<f64>().unwrap() - expected.parse::<f64>().unwrap()).abs() <= TOLERANCE
}

#[test]
fn every_pair_has_its_exact_probabilities() {
    let Some(data) = shared("wmda3") else { return };
    let path = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let (frequencies, patients, donors) =
        (path("haplotype_frequencies.csv"), path("patients.gl"), path("donors.gl"));
    let by_name = ["--identity", "name", "--nulls", "by-name"];
    let mut args =
        vec!["match", "predict", "--frequencies", &frequencies, "--patients", &patients, "--donors", &donors];
    args.extend(by_name);
    let key = |row: &HashMap<String, String>| (row["patient"].clone(), row["donor"].clone());
    let found: HashMap<_, _> = rows(&run(&args)).into_iter().map(|row| (key(&row), row)).collect();
    let expected = rows(&std::fs::read_to_string(data.join("expected.csv")).unwrap());
    let pairs: HashSet<_> = expected.iter().map(key).collect();
    assert_eq!(pairs, found.keys().cloned().collect::<HashSet<_>>());
    for row in &expected {
        let found = &found[&key(row)];
        for (column, value) in row
            .iter()
            .filter(|(column, _)| column.contains("p0") || column.contains("p1") || column.contains("p2"))
        {
            assert!(near(&found[column], value), "{:?} {column}: {} for {value}", key(row), found[column]);
        }
    }
}

#[test]
fn every_subject_has_its_haplotypes() {
    let Some(data) = shared("wmda3") else { return };
    let frequencies = data.join("haplotype_frequencies.csv");
    let mut found: HashMap<String, Vec<(String, f64)>> = HashMap::new();
    for file in ["patients.gl", "donors.gl"] {
        for row in imputed(&frequencies, &data.join(file)) {
            let genotype = genotype(&row["haplotype_1"], &row["haplotype_2"]);
            found
                .entry(row["subject"].clone())
                .or_default()
                .push((genotype, row["probability"].parse().unwrap()));
        }
    }
    for row in rows(&std::fs::read_to_string(data.join("expected_imputation.csv")).unwrap()) {
        let pairs = &found[&row["subject"]];
        assert_eq!(pairs.len().to_string(), row["n_haplotype_pairs"], "{}", row["subject"]);
        let mut genotypes: HashMap<&str, f64> = HashMap::new();
        pairs
            .iter()
            .for_each(|(genotype, probability)| *genotypes.entry(genotype).or_default() += probability);
        assert_eq!(genotypes.len().to_string(), row["n_genotypes"], "{}", row["subject"]);
        let top = genotypes.values().copied().fold(0.0, f64::max);
        assert!(
            (top - row["top_genotype_p"].parse::<f64>().unwrap()).abs() <= TOLERANCE,
            "{}",
            row["subject"]
        );
        let entropy: f64 = genotypes.values().map(|p| -p * p.log2()).sum();
        assert!(
            (entropy - row["genotype_entropy_bits"].parse::<f64>().unwrap()).abs() <= TOLERANCE,
            "{}",
            row["subject"]
        );
    }
}

fn imputed(frequencies: &Path, subjects: &Path) -> Vec<HashMap<String, String>> {
    let (frequencies, subjects) = (frequencies.to_str().unwrap(), subjects.to_str().unwrap());
    rows(&run(&["match", "impute", "--frequencies", frequencies, "--subjects", subjects]))
}

/// The unordered pair of alleles at each locus.
fn genotype(one: &str, two: &str) -> String {
    let locus = |(a, b): (&str, &str)| if a <= b { format!("{a}+{b}") } else { format!("{b}+{a}") };
    one.split('~').zip(two.split('~')).map(locus).collect::<Vec<_>>().join("^")
}

#[test]
fn who_is_not_represented_has_empty_cells_and_bad_lines_keep_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let frequencies = file("f.csv", "haplotype,freq\nA*01:01~B*08:01,0.6\nA*02:01~B*07:02,0.4\n");
    let subjects =
        file("s.gl", "one%A*01:01+A*01:01\ntwo%A*24:02+A*24:02\nthree%A*1:1:1:1:1\nfour%B*07:02+B*08:01\n");
    let answer = qidai(&["match", "impute", "--frequencies", &frequencies, "--subjects", &subjects], "");
    assert_eq!(answer.exit, Some(2), "one line was refused");
    let lines: Vec<&str> = answer.out.lines().collect();
    assert_eq!(lines[1], "one,A*01:01~B*08:01,A*01:01~B*08:01,1.000000000000e0");
    assert_eq!(lines[2], "two,,,");
    assert_eq!(lines[3], "three,,,");
    assert_eq!(lines[4], "four,A*01:01~B*08:01,A*02:01~B*07:02,1.000000000000e0");
    assert!(answer.err.contains("three"), "the refusal names its line");
    let predict = [
        "match",
        "predict",
        "--frequencies",
        &frequencies,
        "--patients",
        &subjects,
        "--donors",
        &subjects,
        "--all",
    ];
    let text = qidai(&predict, "").out;
    assert_eq!(text.lines().count(), 17, "every pair, whatever is known of it");
    assert!(text.lines().any(|line| line == "one,two,,,,,,,,,,,"), "{text}");
}

/// Files of one test, by name.
fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    let path = folder.path().to_owned();
    (folder, move |name: &str| path.join(name).to_str().unwrap().to_owned())
}

#[test]
fn who_is_not_represented_can_fall_back_and_the_answer_says_on_what_it_rests() {
    let (_kept, file) = folder(&[
        ("f.csv", "haplotype,freq\nA*01:01~B*08:01,0.6\nA*02:01~B*07:02,0.4\n"),
        ("other.csv", "haplotype,freq\nA*24:02~B*46:01,1\n"),
        ("p.gl", "one%A*01:01+A*02:01^B*08:01+B*08:01\ntwo%A*24:02+A*24:02\n"),
        ("d.gl", "unit%A*01:01+A*02:01\nthird%A*24:02+A*24:02^B*46:01+B*46:01\n"),
    ]);
    let (f, other, p, d) = (file("f.csv"), file("other.csv"), file("p.gl"), file("d.gl"));
    let args = ["match", "predict", "--frequencies", &f, "--patients", &p, "--donors", &d, "--all"];
    let fallbacks = ["--fallback-without", "B", "--fallback-frequencies", &other];
    let answer = qidai(&[&args[..], &fallbacks[..]].concat(), "");
    assert_eq!(answer.exit, Some(0), "{}", answer.err);
    let basis: Vec<(String, String, String, String)> = rows(&answer.out)
        .into_iter()
        .map(|row| (row["patient"].clone(), row["donor"].clone(), row["p0"].clone(), row["basis"].clone()))
        .collect();
    let row = |patient: &str, donor: &str, p0: &str, basis: &str| {
        (patient.to_owned(), donor.to_owned(), p0.to_owned(), basis.to_owned())
    };
    let expected = [
        row("one", "unit", "1.000000000000", "patient without B"),
        row("one", "third", "0.000000000000", "certain"),
        row("two", "unit", "", ""),
        row("two", "third", "1.000000000000", &other),
    ];
    assert_eq!(basis, expected);
    assert!(
        answer.err.contains("unrepresented: two: no haplotype of the set carries A*24:02"),
        "{}",
        answer.err
    );
    // Without fallbacks nothing is labelled, and nothing is answered that rests on something else.
    let plain = qidai(&args, "");
    assert!(plain.out.starts_with("patient,donor,p0,p1,p2,p3,p4,A_p0,A_p1,A_p2,B_p0,B_p1,B_p2\n"));
    assert!(plain.out.contains("\none,unit,,,,,,,,,,,\n"), "{}", plain.out);
}

#[test]
fn a_set_is_read_in_the_forms_of_registries_and_its_classes_are_asked_for() {
    let (_kept, file) = folder(&[
        (
            "f.json",
            r#"{"nomenclatureVersion":"3.33.0","frequencies":[
                {"a":"02:01","b":"15:01","drb1":"15:01","frequency":0.5},
                {"a":"02:06","b":"15:01","drb1":"15:01","frequency":0.5}]}"#,
        ),
        ("p.gl", "one%A*02:01+A*02:01"),
        ("wide.csv", "A,B,DRB1,X_freq,Y_freq\n02:01,15:01,15:01,1,0\n02:06,15:01,15:01,0,1\n"),
    ]);
    let (f, p, wide) = (file("f.json"), file("p.gl"), file("wide.csv"));
    let args = ["match", "predict", "--frequencies", &f, "--patients", &p, "--donors", &p, "--all"];
    let x6 = qidai(&[&args[..], &["--class", "x6", "--given", "0"]].concat(), "");
    assert_eq!(x6.exit, Some(0), "{}", x6.err);
    assert!(x6.err.contains("frequency_release: names are of release 3.33.0"), "{}", x6.err);
    let row = rows(&x6.out).remove(0);
    assert_eq!((row["p0"].as_str(), row["DRB1_p0_given_0"].as_str()), ("1.000000000000", "1.000000000000"));
    let refused = qidai(&["match", "impute", "--frequencies", &wide, "--subjects", &p], "");
    assert_eq!(refused.exit, Some(2));
    assert!(refused.err.contains("X, Y"), "{}", refused.err);
    let chosen =
        qidai(&["match", "impute", "--frequencies", &wide, "--population", "Y", "--subjects", &p], "");
    assert_eq!(chosen.out.lines().nth(1), Some("one,,,"), "A*02:01 does not occur in Y");
}
