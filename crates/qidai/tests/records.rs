//! Registers from the command line: one answer for each line, and a clear "no".

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::Value;
use support::{Answer, qidai};

/// The words after `qidai record`, on a bank.
fn record(bank: &str, verb: &str, args: &[&str], input: &str) -> Answer {
    qidai(&[&["--lang", "en", "record", verb, "--bank", bank], args].concat(), input)
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}{}", answer.out, answer.err))
}

#[test]
fn a_register_is_carried_over_and_lived_with() {
    let folder = tempfile::tempdir().unwrap();
    let bank = folder.path().join("bank.sqlite").display().to_string();
    assert_eq!(qidai(&["init", "--bank", &bank], "").exit, Some(0));
    let lines = [
        r#"{"fields":{"name":"山东省立医院","kind":"医院","uscc":"91350100m000100y43"}}"#,
        "",
        r#"{"name":"again","kind":"hospital","uscc":"91350100M000100Y43"}"#,
        r#"{"name":"X","kind":"castle","uscc":"91350100M000100Y44","colour":"red"}"#,
        "not json",
        r#"{"name":"Lab","kind":"laboratory","uscc":"12100000400000624E","site":"moon"}"#,
    ];
    let batch = record(&bank, "create", &["--kind", "institution", "--batch", "-"], &lines.join("\n"));
    assert_eq!(batch.exit, Some(2), "{}", batch.err);
    let answers: Vec<Value> = batch.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    let told: Vec<(u64, &str)> = answers
        .iter()
        .map(|one| (one["line"].as_u64().unwrap(), one["error"]["code"].as_str().unwrap_or("made")))
        .collect();
    assert_eq!(
        told,
        [
            (1, "made"),
            (2, "record_line_invalid"),
            (3, "record_not_unique"),
            (4, "record_choice_unknown"),
            (5, "record_line_invalid"),
            (6, "record_site_unexpected"),
        ]
    );
    assert_eq!(answers[0]["number"].as_str().unwrap()[..5], *"INST-");
    assert_eq!(answers[0]["fields"]["uscc"], "91350100M000100Y43");
    let problems: Vec<&str> = answers[3]["error"]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(problems, ["record_choice_unknown", "uscc_check_wrong", "record_field_unknown"]);

    let number = answers[0]["number"].as_str().unwrap();
    let amended = record(
        &bank,
        "amend",
        &["--kind", "institution", number, "--seen", "1", "region=山东 济南", "phone="],
        "",
    );
    assert_eq!((amended.exit, json(&amended)["version"].as_u64()), (Some(0), Some(2)));
    let late = record(&bank, "amend", &["--kind", "institution", number, "--seen", "1", "region=x"], "");
    assert_eq!(
        (late.exit, &json(&late)["error"]["code"]),
        (Some(2), &Value::from("record_changed_meanwhile"))
    );
    let refused = record(&bank, "move", &["--kind", "institution", number, "--to", "approved"], "");
    assert_eq!(
        (refused.exit, &json(&refused)["error"]["code"]),
        (Some(2), &Value::from("permission_missing"))
    );
    let as_quality =
        ["--as", "quality", "--kind", "institution", number, "--to", "ended", "--reason", "no more work"];
    let refused = record(&bank, "move", &as_quality, "");
    assert_eq!(json(&refused)["error"]["code"], "move_not_allowed");
    assert!(
        json(&refused)["error"]["sentence"].as_str().unwrap().contains("approve (to approved)"),
        "{}",
        refused.out
    );

    let shown = json(&record(&bank, "show", &["--kind", "institution", number], ""));
    let history: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect();
    assert_eq!(history, ["refused", "refused", "amended", "created"]);
    assert_eq!(shown["history"][2]["changes"][0]["new"], "山东 济南");
    let approve = shown["moves"].as_array().unwrap().iter().find(|one| one["move"] == "approve").unwrap();
    assert_eq!(approve["possible"], false);
    let list = record(&bank, "list", &["--kind", "institution", "--text", "济南", "--order", "name"], "");
    assert_eq!((list.exit, list.out.lines().count()), (Some(0), 1));
    let nobody = record(&bank, "list", &["--kind", "institution", "--state", "approved"], "");
    assert_eq!((nobody.exit, nobody.out.as_str()), (Some(0), ""));
    assert_eq!(qidai(&["audit", "verify", "--bank", &bank], "").exit, Some(0));
}

#[test]
fn a_person_is_entered_in_a_role_that_may_and_shown_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let bank = folder.path().join("bank.sqlite").display().to_string();
    assert_eq!(qidai(&["init", "--bank", &bank], "").exit, Some(0));
    let given = [
        "--kind",
        "person",
        "kind=mother",
        "name=王芳",
        "document_kind=cn_id",
        "document_number=11010519491231002X",
    ];
    let refused = record(&bank, "create", &given, "");
    assert_eq!(json(&refused)["error"]["code"], "permission_missing", "an administrator enters nobody");
    let made = record(&bank, "create", &[&["--as", "collection"], &given[..]].concat(), "");
    assert_eq!(made.exit, Some(0), "{}{}", made.out, made.err);
    assert_eq!(json(&made)["sealed"], serde_json::json!(["document_kind", "document_number", "name"]));
    assert!(!made.out.contains("王芳") && !made.out.contains("110105"), "{}", made.out);
    let asked = ["--staff", "A0001", "--activity", "release"];
    let may = record(&bank, "authorised", &asked, "");
    assert_eq!((may.exit, &json(&may)["authorisation"]), (Some(2), &Value::Null));
}

#[test]
fn kinds_are_told_in_both_languages() {
    let kinds = qidai(&["record", "kinds"], "");
    assert!(kinds.out.contains("licence\t许可证\tlicence\n"), "{}", kinds.out);
    let licence = json(&qidai(&["record", "kinds", "--kind", "licence"], ""));
    assert_eq!(licence["label"], serde_json::json!({ "zh": "许可证", "en": "licence" }));
    assert_eq!(licence["reminders"][0]["days"], serde_json::json!([180, 90, 30]));
    let lapse = licence["moves"].as_array().unwrap().iter().find(|one| one["code"] == "lapse").unwrap();
    assert_eq!(lapse["by"], serde_json::json!(["system"]));
    let unknown = qidai(&["record", "kinds", "--kind", "dragon"], "");
    assert_eq!(unknown.exit, Some(2));
    assert!(unknown.err.contains("record_kind_unknown"), "{}", unknown.err);
}

/// The full table of states as it is printed: every pair once, the legal ones as the experts' table has them, all others with
/// the code of their refusal.
#[test]
fn the_table_of_states_is_printed_pair_by_pair() {
    let said = qidai(&["unit", "moves", "--table"], "");
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let mut lines = said.out.lines();
    assert_eq!(lines.next(), Some("from\tto\tmoves\troles\twhen\tneeds\tguards\trefused"));
    let lines: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    let experts = include_str!("../../qidai-bank/tests/cases/unit_moves.tsv");
    let experts: Vec<Vec<&str>> = experts
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('\t').collect())
        .collect();
    let sorted = |text: &str, by: &[char]| {
        let mut all: Vec<String> =
            text.split(by).map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
        all.sort();
        all.dedup();
        all
    };
    let mut legal = 0;
    for line in &lines {
        assert_eq!(line.len(), 8, "{line:?}");
        let expert = experts.iter().find(|expert| expert[..2] == line[..2]);
        let Some(expert) = expert else {
            assert_eq!((line[2], line[7]), ("-", "move_not_allowed"), "{line:?}");
            continue;
        };
        legal += 1;
        assert_eq!(sorted(line[2], &[';']), sorted(expert[2], &[',']), "{line:?}");
        assert_eq!(sorted(line[3], &[';', ',']), sorted(expert[3], &[',']), "{line:?}");
        let by_itself = line[3] == "system";
        assert_eq!(line[7], if by_itself { "move_by_clock_only" } else { "-" }, "{line:?}");
    }
    assert_eq!(legal, experts.len(), "each line of the experts is printed");
    let pairs = lines.iter().filter(|line| line[1] != "back").count();
    assert_eq!(pairs, 29 * 29);
    let banked = lines.iter().find(|line| line[..2] == ["quarantine", "available"]).unwrap();
    assert!(banked[6].contains("decision_missing") && banked[6].contains("excursion_open"), "{banked:?}");
}
