//! The doors for machines of search and comparison: names, order, exit codes, and the same answer again.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::{Answer, qidai};
use tempfile::TempDir;

const PATIENT: &str =
    "A*02:01+A*11:01^B*13:02+B*46:01^C*06:02+C*01:02^DRB1*07:01+DRB1*09:01^DQB1*02:02+DQB1*03:03";

/// A demonstration bank in a folder of its own.
struct Bank {
    folder: TempDir,
}

impl Bank {
    fn new() -> Bank {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap().to_owned();
        let made = qidai(&["demo", "--dir", &dir, "--units", "600", "--no-serve"], "");
        assert_eq!(made.exit, Some(0), "{}", made.err);
        Bank { folder }
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).to_str().unwrap().to_owned()
    }

    fn search(&self, options: &[&str], input: &str) -> Answer {
        let bank = self.path("bank.sqlite");
        qidai(&[&["search", "--bank", &bank], options].concat(), input)
    }

    fn json(&self, options: &[&str]) -> Value {
        let answer = self.search(&[options, &["--format", "json"]].concat(), "");
        assert_eq!(answer.exit, Some(0), "{}", answer.err);
        serde_json::from_str(&answer.out).unwrap()
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn an_answer_has_the_promised_names_and_accounts_for_everybody() {
    let bank = Bank::new();
    let answer =
        bank.json(&["--patient", PATIENT, "--weight", "20", "--min-tnc-per-kg-e7", "2.5", "--limit", "7"]);
    let promised = ["units", "excluded", "receipt"];
    assert!(promised.iter().all(|key| keys(&answer).contains(key)));
    let excluded: u64 =
        answer["excluded"].as_array().unwrap().iter().map(|e| e["count"].as_u64().unwrap()).sum();
    assert_eq!(answer["total_listed"].as_u64().unwrap() + excluded, 600);
    let units = answer["units"].as_array().unwrap();
    assert!(!units.is_empty() && units.len() <= 7);
    for (i, unit) in units.iter().enumerate() {
        let first: Vec<&str> = keys(unit).into_iter().take(10).collect();
        let promised =
            ["rank", "din", "x6", "x8", "x10", "p", "tnc_per_kg", "cd34_per_kg", "max_weight_kg", "reasons"];
        assert_eq!(first, promised);
        assert_eq!(unit["rank"], i as u64 + 1);
        assert_eq!(unit["din"].as_str().unwrap().len(), 14);
        // A demonstration bank has the frequencies of its population; who is not represented has null.
        if let Some(p) = unit["p"].as_array() {
            assert_eq!(p.len(), 5);
            assert!(p.iter().map(|one| one.as_f64().unwrap()).sum::<f64>() < 1.0 + 1e-9);
        }
        assert!(unit["tnc_per_kg"].as_f64().unwrap() >= 2.5e7);
    }
    assert!(units.iter().any(|unit| unit["p"].is_array()));
    let receipt = &answer["receipt"];
    assert_eq!(
        (&receipt["profile_version"], &receipt["order_version"]),
        (&json!("default 1"), &json!("default 2"))
    );
    for key in ["engine", "generation", "snapshot", "release", "frequency_set", "request", "digest"] {
        assert!(keys(receipt).contains(&key), "{key}");
    }
}

/// A profile by name, a page of one's own, antibodies from a file: each is in the receipt, and the receipt replays.
#[test]
fn profiles_pages_and_antibodies_are_asked_for_by_name_or_file() {
    let bank = Bank::new();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let rules = |answer: &Value| -> Vec<(String, u64, u64)> {
        let rule = |e: &Value| {
            let number = |key: &str| e[key].as_u64().unwrap();
            (e["rule"].as_str().unwrap().to_owned(), number("count"), number("if_relaxed"))
        };
        answer["excluded"].as_array().unwrap().iter().map(rule).collect()
    };
    let named = bank.json(&["--patient", PATIENT, "--weight", "30", "--profile", "china_malignant"]);
    assert_eq!(named["receipt"]["profile_version"], "china_malignant 1");
    let excluded = rules(&named);
    assert!(excluded.iter().any(|(rule, count, _)| rule == "tnc_below_floor" && *count > 0), "{excluded:?}");
    assert!(excluded.iter().all(|(_, count, if_relaxed)| if_relaxed <= count));
    for unit in named["units"].as_array().unwrap() {
        assert!(
            unit["tnc_per_kg"].as_f64().unwrap() >= 2.5e7 && unit["cd34_per_kg"].as_f64().unwrap() >= 1.5e5
        );
        assert!(unit["x6"]["best"].as_u64().unwrap() >= 4);
    }
    let page = include_str!("../../qidai-match/selection/profiles/china_malignant.md");
    let ours = file(
        "ours.md",
        &page.replace("# china_malignant", "# ours").replace("| version | 1 |", "| version | 7 |"),
    );
    let by_page = bank.json(&["--patient", PATIENT, "--weight", "30", "--profile", &ours]);
    assert_eq!(by_page["receipt"]["profile_version"], "ours 7");
    assert_eq!(by_page["receipt"]["digest"], named["receipt"]["digest"], "the same rules, the same answer");
    let antibodies = file("antibodies.csv", "against,mfi\nA2,400\nA24,5200\n");
    let feared = bank.json(&["--patient", PATIENT, "--antibodies", &antibodies]);
    assert!(rules(&feared).iter().any(|(rule, count, _)| rule == "antibody" && *count > 0));
    let first = |unit: &Value| unit["typing"].as_str().unwrap().to_owned();
    assert!(feared["units"].as_array().unwrap().iter().map(first).all(|typing| !typing.contains("A*24:02")));
    let broken = file("broken.md", &page.replace("| 2.5 |", "| much |"));
    let refused = bank.search(&["--patient", PATIENT, "--profile", &broken], "");
    assert_eq!(refused.exit, Some(2));
    assert!(
        refused.err.contains("selection_page_unreadable") && refused.err.contains("much"),
        "{}",
        refused.err
    );
}

/// The mother's typing: a mismatch that can be what the patient did not inherit is marked, and nobody changes place.
#[test]
fn what_the_patient_did_not_inherit_is_marked() {
    let bank = Bank::new();
    let plain = bank.json(&["--patient", PATIENT]);
    let dins = |answer: &Value| -> Vec<Value> {
        answer["units"].as_array().unwrap().iter().map(|unit| unit["din"].clone()).collect()
    };
    // A unit of the list that differs at A gives the mother her other allele.
    let differs = |unit: &&Value| unit["loci"]["A"]["best"] == 1 && unit["loci"]["A"]["worst"] == 1;
    let unit = plain["units"].as_array().unwrap().iter().find(differs).unwrap();
    let typing = unit["typing"].as_str().unwrap();
    let alleles = typing.split('^').next().unwrap().split('+').collect::<Vec<_>>();
    let other = alleles.iter().find(|allele| !PATIENT.contains(**allele)).unwrap();
    let mother = format!("A*02:01+{other}");
    let marked = bank.json(&["--patient", PATIENT, "--mother", &mother]);
    assert_eq!(dins(&marked), dins(&plain));
    let again = marked["units"].as_array().unwrap().iter().find(|one| one["din"] == unit["din"]).unwrap();
    assert_eq!(again["nima"], json!(["A"]), "{typing} {mother}");
    let stranger = bank.json(&["--patient", PATIENT, "--mother", "A*33:03+A*30:01"]);
    assert_eq!(stranger["notes"][0]["code"], "mother_contradicts");
}

/// Two units for one patient: each above its floor, both together above theirs, the worse one gives the class.
#[test]
fn pairs_of_units_are_proposed() {
    let bank = Bank::new();
    let asked =
        ["--patient", PATIENT, "--weight", "60", "--profile", "double_each", "--pairs", "5", "--limit", "3"];
    let answer = bank.json(&asked);
    let pairs = answer["pairs"].as_array().unwrap();
    assert!(!pairs.is_empty() && pairs.len() <= 5);
    assert!(answer["units"].as_array().unwrap().len() <= 3, "pairs are made of more units than are listed");
    for pair in pairs {
        assert_ne!(pair["units"][0], pair["units"][1]);
        assert!(pair["tnc_per_kg"].as_f64().unwrap() >= 3.5e7, "{pair}");
        assert!(pair["x8"]["best"].as_u64().unwrap() >= 4 && pair["between_x8"].is_object());
    }
    let without = bank.json(&["--patient", PATIENT]);
    assert_eq!(without["pairs"], serde_json::json!([]));
}

#[test]
fn the_three_ways_to_name_a_patient_ask_the_same() {
    let bank = Bank::new();
    let line = "A*02:01,11:01 B*13:02,46:01; C 06:02 01:02 DRB1*07:01 09:01，DQB1*02:02，03:03";
    let loci: Vec<String> =
        ["A=02:01,11:01", "B=13:02,46:01", "C=06:02,01:02", "DRB1=07:01,09:01", "DQB1=02:02,03:03"]
            .iter()
            .flat_map(|l| ["--locus".to_owned(), (*l).to_owned()])
            .collect();
    let loci: Vec<&str> = loci.iter().map(String::as_str).collect();
    let digest = |options: &[&str]| bank.json(options)["receipt"]["digest"].as_str().unwrap().to_owned();
    let by_gl = digest(&["--patient", PATIENT]);
    assert_eq!(digest(&["--typing", line]), by_gl);
    assert_eq!(digest(&loci), by_gl);
}

#[test]
fn what_was_corrected_in_a_typing_is_said() {
    let bank = Bank::new();
    let full_width = PATIENT.replace("A*02:01", "A＊02：01");
    let answer = bank.json(&["--patient", &full_width]);
    assert_eq!(answer["receipt"]["digest"], bank.json(&["--patient", PATIENT])["receipt"]["digest"]);
    let notes = answer["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["code"] == "character_corrected"), "{notes:?}");
}

#[test]
fn a_receipt_gives_the_same_answer_until_the_bank_changes() {
    let bank = Bank::new();
    let receipt = bank.path("receipt.json");
    bank.json(&["--patient", PATIENT, "--receipt", &receipt]);
    let replay = || qidai(&["search", "replay", &receipt, "--bank", &bank.path("bank.sqlite")], "");
    let same = replay();
    assert_eq!(same.exit, Some(0), "{}{}", same.out, same.err);
    let list = bank.path("list.gl");
    std::fs::write(&list, format!("X1%{PATIENT}\n")).unwrap();
    let import = ["import", "list", &list, "--bank", &bank.path("bank.sqlite"), "--name", "elsewhere"];
    assert_eq!(qidai(&import, "").exit, Some(0));
    // The state of then is rebuilt from the history, and what came since is told.
    let later = replay();
    assert_eq!(later.exit, Some(0), "{}{}", later.out, later.err);
    assert!(later.out.starts_with("same answer"), "{}", later.out);
    assert!(later.out.contains("new 1: X1"), "{}", later.out);
    let repeat = ["search", "repeat", &receipt, "--bank", &bank.path("bank.sqlite"), "--format", "json"];
    let repeated: Value = serde_json::from_str(&qidai(&repeat, "").out).unwrap();
    assert_eq!(repeated["new"][0]["din"], "X1");
    assert_eq!((&repeated["changed"], &repeated["gone"]), (&json!([]), &json!([])));
    let watch = ["search", "watch", &receipt, "--bank", &bank.path("bank.sqlite"), "--label", "P-17"];
    let watched = qidai(&watch, "");
    assert_eq!(watched.exit, Some(0), "{}", watched.err);
    assert!(watched.out.starts_with("WS-"), "{}", watched.out);
    // A receipt of another bank's history is told as such.
    let text = std::fs::read_to_string(&receipt).unwrap();
    let mut foreign: Value = serde_json::from_str(&text).unwrap();
    foreign["history_hash"] = json!("07".repeat(32));
    std::fs::write(&receipt, foreign.to_string()).unwrap();
    let elsewhere = qidai(&repeat, "");
    assert_eq!(elsewhere.exit, Some(2));
    assert!(elsewhere.err.contains("search_not_repeatable"), "{}", elsewhere.err);
}

#[test]
fn patients_of_a_file_are_answered_one_by_one_and_a_bad_one_costs_only_itself() {
    let bank = Bank::new();
    let input = format!("P1%{PATIENT}\nP2%A*02:01+A*99:99\n\nP3%A2+A11^B62+B13^DR4+DR9\n");
    let answer = bank.search(&["--patient", "-", "--format", "json"], &input);
    assert_eq!(answer.exit, Some(2), "{}", answer.err);
    let lines: Vec<Value> = answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&str> = lines.iter().map(|line| line["patient"].as_str().unwrap()).collect();
    assert_eq!(ids, ["P1", "P2", "P3"]);
    assert!(lines[1]["error"]["sentence"].as_str().unwrap().contains("A*99:99"));
    assert!(!lines[2]["units"].as_array().unwrap().is_empty());
    let table = bank.search(&["--patient", PATIENT, "--limit", "3"], "");
    let ranks: Vec<&str> =
        table.out.lines().skip(1).take(3).map(|l| l.split_whitespace().next().unwrap()).collect();
    assert_eq!(ranks, ["1", "2", "3"], "{}", table.out);
}

#[test]
fn refusals_say_what_and_end_with_two_and_outages_with_one() {
    let bank = Bank::new();
    for (options, code) in [
        (vec!["--patient", "A*02:01+A*11:01+A*24:02"], "copies_too_many"),
        (vec!["--patient", "А*02:01+A*11:01"], "character_unexpected"), // a Cyrillic А
        (vec!["--patient", PATIENT, "--weight", "-3"], "weight_out_of_range"),
        (vec!["--patient", PATIENT, "--min-tnc-per-kg-e7", "2"], "weight_needed"),
        (vec!["--patient", PATIENT, "--order", "price"], "order_unknown"),
        (vec!["--patient", PATIENT, "--min-x8", "9"], "floor_out_of_range"),
        (vec!["--patient", "DPB1*04:01+DPB1*02:01"], "allele_unknown"),
    ] {
        let answer = bank.search(&options, "");
        assert_eq!(answer.exit, Some(2), "{options:?}: {}", answer.err);
        assert!(answer.err.contains(code), "{options:?} expected {code}: {}", answer.err);
        assert!(answer.out.is_empty(), "{options:?}");
    }
    let nowhere = qidai(&["search", "--bank", &bank.path("absent.sqlite"), "--patient", PATIENT], "");
    assert_eq!(nowhere.exit, Some(1), "{}", nowhere.err);
    assert!(nowhere.err.contains("database_missing"), "{}", nowhere.err);
}

#[test]
fn compare_answers_every_line_in_its_place() {
    let input = [
        r#"{"id":"1","patient":{"A":["A*02:01","A*11:01"],"B":["B62","B*13:XX"],"DRB1":["DRB1*07:01","DRB1*15:01"]},"donor":{"A":["A*02:01","A*11:01"],"B":["B*15:01","B*13:02"],"DRB1":["DRB1*07:01","DRB1*15:01"]}}"#,
        "",
        "no json",
        r#"{"id":7,"patient":{"A":["B*07:02"]},"donor":{}}"#,
        r#"{"id":"5","patient":{"A":["A*02:01"]},"donor":{"C":["C*01:02","C*03:04"]}}"#,
        r#"{"id":"6"}"#,
    ];
    let answer = qidai(&["match", "compare", "--batch"], &(input.join("\n") + "\n"));
    assert_eq!(answer.exit, Some(2), "{}", answer.err);
    let lines: Vec<Value> = answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), input.len());
    assert_eq!(keys(&lines[0]), ["id", "loci", "x6", "x8", "x10", "summary"]);
    assert_eq!(lines[0]["summary"], "APPAP", "A, B, C, DRB1, DQB1: a match, possible, not typed");
    assert_eq!(lines[0]["loci"]["A"]["best"], 2);
    assert_eq!(lines[0]["loci"]["DQB1"]["worst"], 0, "untyped: best 2, worst 0");
    assert_eq!((&lines[0]["x6"]["best"], &lines[0]["x8"]), (&Value::from(6), &Value::Null));
    assert_eq!(keys(&lines[0]["loci"]["A"]["positions"][0]), ["grade", "confidence", "antigen_match"]);
    for (place, code) in
        [(1, "pair_unreadable"), (2, "pair_unreadable"), (3, "locus_swapped"), (5, "pair_unreadable")]
    {
        assert_eq!(lines[place]["error"]["code"], code, "{}", lines[place]);
    }
    assert_eq!(lines[4]["x6"], Value::Null);
    assert_eq!((&lines[3]["id"], &lines[5]["id"]), (&Value::from(7), &Value::from("6")), "the id is kept");
}

/// Same protein, same antigen; and an antigen with a name is certain although its base is broad.
#[test]
fn antigens_are_never_less_certain_than_proteins() {
    let Some(release) = support::release() else { return };
    let input = [
        r#"{"id":"P groups","note":"ignored","patient":{"A":["A*02:01P","A*24:02P"],"B":["B*15:01P","B*40:01P"],"DRB1":["DRB1*04:01P","DRB1*07:01P"]},"donor":{"A":["A*24:02P","A*02:01P"],"B":["B*15:01P","B*40:01P"],"DRB1":["DRB1*07:01P","DRB1*04:01P"]}}"#,
        r#"{"id":"variant","patient":{"A":["A2","A2"],"B":["B4005","B7"],"DRB1":["DRB1*07:01","DRB1*07:01"],"C":null},"donor":{"A":["A2","A2"],"B":["B7","B4005"],"DRB1":["DRB1*07:01","DRB1*07:01"]}}"#,
        r#"{"id":"broad","patient":{"A":["A2","A2"],"B":["B21","B7"],"DRB1":["DRB1*07:01","DRB1*07:01"]},"donor":{"A":["A2","A2"],"B":["B7","B50"],"DRB1":["DRB1*07:01","DRB1*07:01"]}}"#,
    ];
    let options = ["match", "compare", "--batch", "--release", release.to_str().unwrap()];
    let answer = qidai(&options, &input.join("\n"));
    assert_eq!(answer.exit, Some(0), "{}{}", answer.out, answer.err);
    let x6: Vec<(u64, u64)> = answer
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| (line["x6"]["best"].as_u64().unwrap(), line["x6"]["worst"].as_u64().unwrap()))
        .collect();
    assert_eq!(x6, [(6, 6), (6, 6), (6, 5)]);
}

/// One position of each locus, asked through the door; rows with their source.
#[test]
fn antigens_match_as_the_table_says() {
    let Some(release) = support::release() else { return };
    let table = include_str!("cases/antigen_match.tsv");
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let input = rows.iter().map(|row| {
        let person = |text: &str| json!({ row[0]: [text, text] });
        json!({ "id": row[0], "patient": person(row[1]), "donor": person(row[2]) }).to_string()
    });
    let options = ["match", "compare", "--batch", "--release", release.to_str().unwrap()];
    let answer = qidai(&options, &input.collect::<Vec<_>>().join("\n"));
    assert_eq!(answer.out.lines().count(), rows.len(), "{}", answer.err);
    for (row, line) in rows.iter().zip(answer.out.lines()) {
        let line: Value = serde_json::from_str(line).unwrap();
        let found = &line["loci"][row[0]]["positions"][0]["antigen_match"];
        assert_eq!(found, &Value::Bool(row[3] == "yes"), "{row:?} {}", line["error"]);
    }
}

#[test]
fn dpb1_has_its_category() {
    let Some(release) = support::release() else { return };
    let pair = |patient: [&str; 2], donor: [&str; 2]| {
        json!({ "id": "1", "patient": { "DPB1": patient }, "donor": { "DPB1": donor } }).to_string()
    };
    let input = [
        pair(["DPB1*04:01", "DPB1*02:01"], ["DPB1*02:01", "DPB1*04:01:01:01"]),
        pair(["DPB1*04:01", "DPB1*04:02"], ["DPB1*02:01", "DPB1*04:01"]),
        pair(["DPB1*09:01", "DPB1*04:01"], ["DPB1*04:02", "DPB1*04:01"]),
        pair(["DPB1*04:02", "DPB1*04:01"], ["DPB1*09:01", "DPB1*04:01"]),
        pair(["DPB1*04:02", "DPB1*04:NEW"], ["DPB1*09:01", "DPB1*04:01"]),
        json!({ "id": "6", "patient": { "DPB1": ["DPB1*04:01", "DPB1*04:01"] }, "donor": {} }).to_string(),
    ];
    let options = ["match", "compare", "--batch", "--release", release.to_str().unwrap()];
    let answer = qidai(&options, &input.join("\n"));
    let categories: Vec<String> = answer
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["loci"]["DPB1"]["category"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let expected = ["match", "permissive", "non_permissive_gvh", "non_permissive_hvg", "unknown", "unknown"];
    assert_eq!(categories, expected);
}

/// A snapshot beside a bank that was removed and made anew is of another history, whatever its number.
#[test]
fn the_snapshot_of_another_bank_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let bank = path("bank.sqlite");
    let found = |id: &str| {
        std::fs::write(path("list.gl"), format!("{id}%{PATIENT}\n")).unwrap();
        let import = ["import", "list", &path("list.gl"), "--bank", &bank, "--name", "elsewhere"];
        assert_eq!(qidai(&import, "").exit, Some(0));
        qidai(&["search", "--bank", &bank, "--patient", PATIENT, "--format", "csv"], "").out
    };
    assert!(found("OLD1").contains("OLD1"));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap().path();
        if !file.to_string_lossy().ends_with(".snapshot") && file.is_file() {
            std::fs::remove_file(file).unwrap();
        }
    }
    let now = found("NEW1");
    assert!(now.contains("NEW1") && !now.contains("OLD1"), "{now}");
}

/// A file that was named by mistake is not overwritten.
#[test]
fn a_snapshot_never_replaces_another_file() {
    let bank = Bank::new();
    let precious = bank.path("bank.sqlite");
    let answer = bank.search(&["--patient", PATIENT, "--snapshot", &precious], "");
    assert_eq!(answer.exit, Some(2), "{}", answer.err);
    assert!(answer.err.contains("snapshot_path_taken"), "{}", answer.err);
    assert_eq!(bank.search(&["--patient", PATIENT], "").exit, Some(0), "the bank is whole");
}

#[test]
fn a_measurement_prints_its_names() {
    let answer = qidai(&["bench", "search", "--rows", "500", "--patients", "5", "--format", "json"], "");
    assert_eq!(answer.exit, Some(0), "{}", answer.err);
    let measured: Value = serde_json::from_str(&answer.out).unwrap();
    for key in ["rows", "median_ms", "p99_ms", "rss_mb"] {
        assert!(measured[key].is_number(), "{key}");
    }
    assert_eq!(measured["rows"], 500);
}
