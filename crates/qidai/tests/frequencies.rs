//! `qidai frequencies`: what a laboratory calls from a script.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use support::{Answer, qidai};

const PEOPLE: &str = "id,A,B\n1,A*01:01+A*02:01,B*07:02+B*08:01\n2,A*01:01+A*01:01,B*08:01+B*08:01\n\
                      3,A*01:01+A*02:01,B*07:02+B*07:02\n";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.path().join(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn estimate(&self, subjects: &str, more: &[&str]) -> Answer {
        let out = self.path("out.csv");
        qidai(&[&["frequencies", "estimate", "--subjects", subjects, "--out", &out], more].concat(), "")
    }
}

fn rows(csv: &str) -> Vec<(String, f64)> {
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("haplotype,freq"), "the first two columns are promised");
    lines
        .map(|line| {
            let mut cells = line.split(',');
            (cells.next().unwrap().to_owned(), cells.next().unwrap().parse().unwrap())
        })
        .collect()
}

#[test]
fn a_csv_and_a_gl_file_of_the_same_people_give_the_frequencies_of_the_paper() {
    let desk = Desk::new();
    let csv = desk.write("people.csv", PEOPLE);
    let gl = desk.write(
        "people.gl",
        "1%A*01:01+A*02:01^B*07:02+B*08:01\n2%A*01:01^B*08:01\n3%A*01:01+A*02:01^B*07:02+B*07:02\n",
    );
    let bare = desk.write("bare.csv", &PEOPLE.replace("A*", "").replace("B*", ""));
    let mut answers = Vec::new();
    for file in [&csv, &gl, &bare] {
        let answer = desk.estimate(file, &["--format", "json", "--tolerance", "1e-12"]);
        assert_eq!(answer.exit, Some(0), "{}", answer.err);
        let report: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!((report["counted"].as_u64(), report["unrepresented"].as_u64()), (Some(3), Some(0)));
        answers.push(desk.read("out.csv"));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let rows = rows(&answers[0]);
    let expected = [("A*01:01~B*08:01", 0.5), ("A*02:01~B*07:02", 1.0 / 3.0), ("A*01:01~B*07:02", 1.0 / 6.0)];
    for ((name, frequency), (expected_name, expected)) in rows.iter().zip(expected) {
        assert_eq!(name, expected_name);
        assert!((frequency - expected).abs() < 1e-6, "{name}: {frequency} for {expected}");
    }
    let sum: f64 = rows.iter().map(|(_, frequency)| frequency).sum();
    assert!((sum - 1.0).abs() < 1e-9);
}

#[test]
fn what_cannot_be_counted_is_named_and_the_rest_is_estimated() {
    let desk = Desk::new();
    let file =
        desk.write("people.csv", &format!("{PEOPLE}4,B*07:02+B*08:01,\n5,,\n6,A*01:01+A*02:01,B*07:0x\n"));
    let answer = desk.estimate(&file, &["--format", "json"]);
    assert_eq!(answer.exit, Some(2), "two lines are wrong: {}", answer.err);
    assert!(
        answer.err.contains("line 5, 4: column A holds") && answer.err.contains("line 7, 6"),
        "{}",
        answer.err
    );
    let report: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let count = |key: &str| report[key].as_u64().unwrap();
    assert_eq!([count("people"), count("counted"), count("refused"), count("without_typing")], [6, 3, 2, 1]);
    for (text, code) in [
        ("", "subjects_empty"),
        ("id,A,height\n1,A*01:01+A*01:01,3\n", "subjects_unreadable"),
        ("A,B\n", "subjects_unreadable"),
        ("id,A\n1,\n", "subjects_nobody_counted"),
    ] {
        let answer = desk.estimate(&desk.write("wrong.csv", text), &[]);
        assert_eq!(answer.exit, Some(2), "{text}");
        assert!(answer.err.contains(code), "{text}: {}", answer.err);
    }
    let level = desk.estimate(&file, &["--level", "H"]);
    assert!(level.exit == Some(2) && level.err.contains("level_unknown"), "{}", level.err);
    let none = desk.estimate(&desk.path("none.csv"), &[]);
    assert_eq!(none.exit, Some(1), "a file that is not there is an outage: {}", none.err);
}

#[test]
fn a_checkpoint_is_gone_on_from_and_belongs_to_one_question() {
    let desk = Desk::new();
    let file = desk.write("people.csv", PEOPLE);
    let checkpoint = desk.path("checkpoint");
    let with = ["--checkpoint", checkpoint.as_str()];
    assert_eq!(desk.estimate(&file, &with).exit, Some(0));
    let (first, kept) = (desk.read("out.csv"), desk.read("checkpoint"));
    // As after a kill in the middle of the last stage.
    let last = kept.rfind("# stage").unwrap();
    desk.write("checkpoint", &kept[..last]);
    assert_eq!(desk.estimate(&file, &with).exit, Some(0));
    assert_eq!(desk.read("out.csv"), first);
    let other = desk.estimate(&file, &[&with[..], &["--left-out", "0"]].concat());
    assert_eq!(other.exit, Some(2));
    assert!(other.err.contains("checkpoint_of_other_question"), "{}", other.err);
}

#[test]
fn standard_errors_are_a_column_and_the_same_for_the_same_seed() {
    let desk = Desk::new();
    let file = desk.write("people.csv", PEOPLE);
    let with = ["--bootstrap", "50", "--seed", "4"];
    assert_eq!(desk.estimate(&file, &with).exit, Some(0));
    let first = desk.read("out.csv");
    assert!(first.starts_with("haplotype,freq,se,count\n"), "{first}");
    assert_eq!(desk.estimate(&file, &with).exit, Some(0));
    assert_eq!(desk.read("out.csv"), first);
}

#[test]
fn two_sets_are_laid_side_by_side() {
    let desk = Desk::new();
    let one = desk.write("one.csv", "haplotype,freq\nA*01:01~B*08:01,0.6\nA*02:01~B*07:02,0.4\n");
    let two = desk.write("two.csv", "haplotype,freq\nA*01:01~B*08:01,0.5\nA*03:01~B*07:02,0.5\n");
    let answer = qidai(&["frequencies", "compare", &one, &two, "--format", "json"], "");
    assert_eq!(answer.exit, Some(0), "{}", answer.err);
    let compared: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert!((compared["l1"].as_f64().unwrap() - 1.0).abs() < 1e-12, "{compared}");
    assert_eq!(compared["differences"][0]["haplotype"], "A*03:01~B*07:02");
    let other = desk.write("other.csv", "haplotype,freq\nDRB1*15:01,1\n");
    let refused = qidai(&["frequencies", "compare", &one, &other], "");
    assert!(refused.exit == Some(2) && refused.err.contains("frequencies_without_common_locus"));
}

#[test]
fn predictions_are_verified_with_invented_people_and_drawn() {
    let desk = Desk::new();
    let diagram = desk.path("diagram.svg");
    let args = ["frequencies", "verify", "--units", "300", "--patients", "10", "--diagram", &diagram];
    let answer = qidai(&[&args[..], &["--format", "json"]].concat(), "");
    assert_eq!(answer.exit, Some(0), "{}", answer.err);
    let verified: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert!(verified[0]["frequencies"].as_str().unwrap().contains("synthetic frequencies"), "{verified}");
    let questions = verified[0]["questions"].as_array().unwrap();
    let names: Vec<&str> = questions.iter().map(|one| one["question"].as_str().unwrap()).collect();
    assert_eq!(names, ["6/6", "5/6", "8/8", "10/10"]);
    assert!(questions.iter().all(|one| one["pairs"] == 3000), "{verified}");
    let svg = desk.read("diagram.svg");
    assert!(svg.starts_with("<svg") && svg.matches("<g>").count() == 4, "{svg}");
    assert_eq!(qidai(&[&args[..], &["--format", "json"]].concat(), "").out, answer.out, "the same seed");
}

#[test]
fn a_bank_without_confirmatory_typings_says_so() {
    let desk = Desk::new();
    let bank = desk.path("bank.sqlite");
    let units = desk.write("units.csv", "id,hla\n1,A*02:01+A*11:01^B*46:01+B*40:01^DRB1*09:01+DRB1*08:03\n");
    let made = qidai(&["import", "list", &units, "--bank", &bank, "--name", "x"], "");
    assert!(fs::exists(&bank).unwrap(), "{}{}", made.out, made.err);
    let answer = qidai(&["frequencies", "verify", "--bank", &bank], "");
    assert!(answer.exit == Some(2) && answer.err.contains("no_confirmatory_typings"), "{}", answer.err);
}

#[test]
fn sets_are_kept_in_versions_and_the_nearest_is_used() {
    let desk = Desk::new();
    let bank = desk.path("bank.sqlite");
    let units = desk.write("units.csv", "id,hla\n1,A*02:01+A*11:01^B*46:01+B*40:01^DRB1*09:01+DRB1*08:03\n");
    qidai(&["import", "list", &units, "--bank", &bank, "--name", "x"], "");
    let run = |args: &[&str]| qidai(&[&["frequencies"], args, &["--bank", &bank]].concat(), "");
    let none = run(&["list"]);
    assert!(none.exit == Some(0) && none.out.contains("synthetic"), "{}{}", none.out, none.err);
    let built_in: serde_json::Value = serde_json::from_str(&run(&["show", "--format", "json"]).out).unwrap();
    assert_eq!((&built_in["chosen_by"], &built_in["synthetic"]), (&"built_in".into(), &true.into()));
    let one = desk.write("one.csv", "haplotype,freq\nA*01:01~B*08:01,0.6\nA*02:01~B*07:02,0.4\n");
    let about = ["--name", "invented", "--source", "made for this test", "--synthetic"];
    let whose = ["--registry", "shandong"];
    let import = |file: &str, whose: &[&str]| run(&[&["import", file], &about[..], whose].concat());
    let kept = import(&one, &whose);
    assert_eq!(kept.exit, Some(0), "{}", kept.err);
    assert!(kept.out.contains("version 1 of shandong"), "{}", kept.out);
    assert!(import(&one, &whose).out.contains("unchanged: version 1"));
    let two = desk.write("two.csv", "haplotype,freq\nA*01:01~B*08:01,0.5\nA*02:01~B*07:02,0.5\n");
    assert!(import(&two, &whose).out.contains("version 2 of shandong"));
    let asked = ["show", "--registry", "shandong", "--population", "han", "--format", "json"];
    let shown: serde_json::Value = serde_json::from_str(&run(&asked).out).unwrap();
    assert_eq!((&shown["version"], &shown["chosen_by"]), (&2.into(), &"registry".into()), "{shown}");
    let said = run(&["show", "--registry", "shandong"]).out;
    assert!(said.contains("synthetic frequencies"), "{said}");
    let refused = run(&["import", &one, "--name", "x", "--source", " "]);
    assert!(refused.exit == Some(2) && refused.err.contains("frequency_set_source_wrong"), "{}", refused.err);
    let explained = qidai(
        &[
            "match",
            "explain",
            "--patient",
            "A*01:01+A*01:01",
            "--donor",
            "A*01:01+A*01:01^B*08:01+B*08:01",
            "--bank",
            &bank,
            "--registry",
            "shandong",
            "--format",
            "json",
        ],
        "",
    );
    assert_eq!(explained.exit, Some(0), "{}", explained.err);
    let explained: serde_json::Value = serde_json::from_str(&explained.out).unwrap();
    assert_eq!(
        (&explained["frequencies"]["version"], &explained["frequencies"]["synthetic"]),
        (&2.into(), &true.into())
    );
}

#[test]
fn a_pair_is_explained_and_the_next_typing_named() {
    let desk = Desk::new();
    let set = desk.write(
        "set.csv",
        "haplotype,freq\nA*01:01~B*08:01,0.4\nA*02:01~B*07:02,0.3\nA*01:01~B*07:02,0.2\nA*02:01~B*08:01,0.1\n",
    );
    let pair =
        ["--patient", "A*01:01+A*01:01", "--donor", "A*01:01+A*01:01^B*08:01+B*08:01", "--frequencies", &set];
    let run = |more: &[&str]| qidai(&[&["match", "explain"], &pair[..], more].concat(), "");
    let answer = run(&["--format", "json"]);
    assert_eq!(answer.exit, Some(0), "{}", answer.err);
    let explained: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert!((explained["doubt_bits"].as_f64().unwrap() - 1.392_147).abs() < 1e-6, "{explained}");
    let next = &explained["next"][0];
    assert_eq!((&next["of"], &next["locus"]), (&"patient".into(), &"B".into()));
    assert!(run(&["--lang", "en"]).out.contains("Type B of the patient next"));
    assert!(run(&["--lang", "zh-CN"]).out.contains("下一步请做患者的 B 分型"));
    let unknown = qidai(
        &["match", "explain", "--patient", "A*03:01+A*03:01", "--donor", "A*01:01", "--frequencies", &set],
        "",
    );
    assert!(unknown.exit == Some(2) && unknown.err.contains("frequencies_unrepresented"), "{}", unknown.err);
    let wrong = qidai(
        &["match", "explain", "--patient", "nonsense", "--donor", "A*01:01", "--frequencies", &set],
        "",
    );
    assert!(wrong.exit == Some(2) && wrong.err.contains("patient_typing_refused"), "{}", wrong.err);
}
