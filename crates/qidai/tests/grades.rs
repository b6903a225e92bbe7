//! Grades and confidences through `match compare`: a table that an expert can read, and laws on random pairs.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::Path;

use qidai_hla::Locus;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use support::qidai;

/// Locus, patient, donor.
type Question = (String, String, String);

const MAC: &str = "code\talleles\nAB\t01/02\nAC\t01/03\nAKN\t04/06/09\n";
const LOCI: [Locus; 6] = [Locus::A, Locus::B, Locus::C, Locus::DRB1, Locus::DQB1, Locus::DPB1];

/// One answer for each pair of one locus, `+` between its positions; empty or `-` is untyped.
fn compare(release: &Path, pairs: &[Question]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mac = folder.path().join("mac.tsv");
    std::fs::write(&mac, MAC).unwrap();
    let person = |locus: &str, text: &str| match text {
        "-" | "" => json!({}),
        _ => json!({ locus: text.split('+').collect::<Vec<_>>() }),
    };
    let lines = pairs.iter().map(|(locus, patient, donor)| {
        json!({ "id": locus, "patient": person(locus, patient), "donor": person(locus, donor) }).to_string()
    });
    let input = lines.collect::<Vec<_>>().join("\n");
    let (release, mac) = (release.to_str().unwrap(), mac.to_str().unwrap());
    let answer = qidai(&["match", "compare", "--batch", "--release", release, "--mac", mac], &input);
    let answers: Vec<Value> = answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), pairs.len(), "{}", answer.err);
    let at = |(answer, (locus, ..)): (Value, &Question)| {
        assert!(answer.get("error").is_none(), "{answer}");
        let mut of_locus = answer["loci"][locus].clone();
        of_locus["summary"] = answer["summary"].clone();
        of_locus
    };
    answers.into_iter().zip(pairs).map(at).collect()
}

fn words(answer: &Value, what: &str) -> Vec<String> {
    let word = |position: &Value| match &position[what] {
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        _ => "-".to_owned(),
    };
    answer["positions"].as_array().unwrap().iter().map(word).collect()
}

/// Of the table, what release 3.44.0 does not know yet, or knows by another suffix.
const NOT_IN_3_44: [&str; 4] = ["DRB1*14:54:01:01", "A*26:206:01N", "A*26:206:02N", "C*03:03:01:50N"];

#[test]
fn grades_are_those_of_the_table() {
    let Some(release) = support::release() else { return };
    grades_are_those_of(&release, |_| true);
}

/// What was the same allele, group or antigen years ago is graded alike.
#[test]
fn an_older_release_grades_alike_what_it_knows() {
    let Some(release) = support::shared("imgt-hla-3.44.0") else { return };
    grades_are_those_of(&release, |row| {
        !NOT_IN_3_44.iter().any(|name| row[1].contains(name) || row[2].contains(name))
    });
}

fn grades_are_those_of(release: &Path, is_asked: impl Fn(&[&str]) -> bool) {
    let rows: Vec<Vec<&str>> =
        include_str!("cases/grades.tsv").lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let rows: Vec<_> = rows.into_iter().filter(|row| is_asked(row)).collect();
    assert!(rows.len() >= 80);
    let pairs: Vec<_> = rows.iter().map(|row| (row[0].into(), row[1].into(), row[2].into())).collect();
    let answers = compare(release, &pairs);
    let mut wrong = Vec::new();
    for (row, answer) in rows.iter().zip(&answers) {
        let found = ["grade", "confidence", "antigen_match"].map(|what| words(answer, what).join(" "));
        if found[..] != row[3..6] {
            wrong.push(format!("{} | {} : {found:?}, table {:?}", row[1], row[2], &row[3..6]));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
}

fn seed() -> u64 {
    let seed = std::env::var("QIDAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("seed {seed} (run again with QIDAI_SEED={seed})");
    seed
}

/// Positions of a few neighbouring names, so that pairs match often, in every form.
fn position(locus: Locus, names: &[String], rng: &mut ChaCha8Rng) -> String {
    let one = names.choose(rng).unwrap();
    let has_suffix = one.ends_with(char::is_alphabetic);
    let two_fields = |name: &str| name.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
    match rng.random_range(0..8) {
        0 | 1 => one.clone(),
        2 | 3 => {
            if has_suffix {
                one.clone()
            } else {
                two_fields(one)
            }
        }
        4 => format!("{one}/{}", names.choose(rng).unwrap()),
        5 => format!("{}:XX", one.split(':').next().unwrap()),
        6 => format!("{}:NEW", one.split(':').next().unwrap()),
        _ => format!("{locus}*XXXX"),
    }
}

fn names(release: &Path, locus: Locus, rng: &mut ChaCha8Rng) -> Vec<String> {
    let list = std::fs::read_to_string(release.join("Allelelist.txt")).unwrap();
    let all: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_once(',').map(|(_, name)| name))
        .filter(|name| name.starts_with(&format!("{locus}*")))
        .collect();
    let from = rng.random_range(0..all.len() - 12);
    all[from..from + 12].iter().map(|name| (*name).to_owned()).collect()
}

fn pairs(release: &Path, rng: &mut ChaCha8Rng) -> Vec<Question> {
    let mut pairs = Vec::new();
    for _ in 0..40 {
        let locus = *LOCI.choose(rng).unwrap();
        let names = names(release, locus, rng);
        for _ in 0..15 {
            let mut two = || format!("{}+{}", position(locus, &names, rng), position(locus, &names, rng));
            let (patient, donor) = (two(), two());
            pairs.push((locus.name().to_owned(), patient, donor));
        }
    }
    pairs
}

/// A locus beside the five that is typed on neither side has no answer.
fn is_answered(answer: &Value) -> bool {
    answer["positions"].is_array()
}

fn swapped(text: &str) -> String {
    let (one, two) = text.split_once('+').unwrap();
    format!("{two}+{one}")
}

/// Whatever the order of the patient's alleles, the answer is the same; with the donor's swapped, so are the positions,
/// and both people swapped have the same grades.
#[test]
fn order_and_side_change_nothing() {
    let Some(release) = support::release() else { return };
    let pairs = pairs(&release, &mut ChaCha8Rng::seed_from_u64(seed()));
    let plain = compare(&release, &pairs);
    let with = |change: &dyn Fn(&Question) -> Question| {
        compare(&release, &pairs.iter().map(change).collect::<Vec<_>>())
    };
    let patient_swapped = with(&|(l, p, d)| (l.clone(), swapped(p), d.clone()));
    let donor_swapped = with(&|(l, p, d)| (l.clone(), p.clone(), swapped(d)));
    let exchanged = with(&|(l, p, d)| (l.clone(), d.clone(), p.clone()));
    let sorted = |answer: &Value| {
        let mut positions: Vec<String> =
            answer["positions"].as_array().unwrap().iter().map(ToString::to_string).collect();
        positions.sort();
        positions
    };
    for (i, pair) in pairs.iter().enumerate().filter(|(i, _)| is_answered(&plain[*i])) {
        assert_eq!(plain[i], patient_swapped[i], "{pair:?}");
        assert_eq!(sorted(&plain[i]), sorted(&donor_swapped[i]), "{pair:?}");
        assert_eq!(sorted(&plain[i]), sorted(&exchanged[i]), "{pair:?}");
        // Where the two positions differ in their answer, the answer follows the donor.
        let (one, two) = pair.2.split_once('+').unwrap();
        if one != two && plain[i]["positions"] != donor_swapped[i]["positions"] {
            assert_eq!(plain[i]["positions"][0], donor_swapped[i]["positions"][1], "{pair:?}");
        }
    }
}

/// Positions and counts tell one story: what cannot match is a mismatch, what is certain is not potential, and a list
/// that contains what was typed before never turns a possible match into a mismatch.
#[test]
fn positions_agree_with_counts_and_ambiguity_removes_no_match() {
    let Some(release) = support::release() else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    let pairs = pairs(&release, &mut rng);
    let wider: Vec<Question> = pairs
        .iter()
        .map(|(locus, patient, donor)| {
            let (one, two) = donor.split_once('+').unwrap();
            let is_list = !one.contains("NEW") && !one.contains("XX");
            let more = if is_list {
                format!("{one}/{}", patient.split('+').next().unwrap())
            } else {
                one.to_owned()
            };
            let more = if more.contains("NEW") || more.contains("XX") { one.to_owned() } else { more };
            (locus.clone(), patient.clone(), format!("{more}+{two}"))
        })
        .collect();
    let (narrow, wide) = (compare(&release, &pairs), compare(&release, &wider));
    for (i, pair) in pairs.iter().enumerate().filter(|(i, _)| is_answered(&narrow[*i])) {
        let can_match =
            |answer: &Value| words(answer, "confidence").iter().filter(|c| *c != "mismatch").count();
        let best = narrow[i]["best"].as_u64().unwrap() as usize;
        assert!(can_match(&narrow[i]) >= best, "{pair:?} {}", narrow[i]);
        assert!(can_match(&wide[i]) >= can_match(&narrow[i]), "{pair:?} {} {}", narrow[i], wide[i]);
        for position in narrow[i]["positions"].as_array().unwrap() {
            let (grade, confidence) = (&position["grade"], &position["confidence"]);
            assert!(confidence == "mismatch" || grade != "mismatch", "{pair:?} {}", narrow[i]);
            if confidence != "mismatch" {
                assert_ne!(position["antigen_match"], false, "{pair:?} {}", narrow[i]);
            }
        }
    }
}
