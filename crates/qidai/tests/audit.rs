//! `qidai audit` from the outside: what is whole, what is not, and what could not be checked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken expectation fails the test")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn qidai(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    for name in ["QIDAI_DATABASE_URL", "QIDAI_CHECKPOINTS", "QIDAI_CHECKPOINT_KEY", "QIDAI_LANG"] {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder).env("USER", "tester").output().unwrap()
}

fn verify(folder: &Path) -> (i32, String) {
    let output = qidai(folder, &["audit", "verify", "--bank", "demo/bank.sqlite"]);
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text)
}

/// A folder with a demonstration bank in `demo`.
fn demonstration() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = qidai(folder.path(), &["demo", "--dir", "demo", "--units", "20", "--no-serve"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
}

fn import_list(folder: &Path) {
    std::fs::write(folder.join("list.csv"), "id,hla\nD1,HLA-A*02:01+HLA-A*11:01\n").unwrap();
    let imported = qidai(folder, &["import", "list", "list.csv", "--bank", "demo/bank.sqlite"]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
}

/// Replaces a text somewhere in the bank's file by one of the same length.
fn scratch(folder: &Path, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let path = folder.join("demo/bank.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(from.len()).rposition(|window| window == from.as_bytes()).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    std::fs::write(&path, bytes).unwrap();
}

#[test]
fn what_commands_wrote_is_whole_and_stays_as_it_is() {
    let folder = demonstration();
    import_list(folder.path());
    let before = std::fs::read(folder.path().join("demo/bank.sqlite")).unwrap();
    let (code, text) = verify(folder.path());
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Whole"), "{text}");
    assert_eq!(std::fs::read(folder.path().join("demo/bank.sqlite")).unwrap(), before, "nothing is written");
    let output = qidai(folder.path(), &["audit", "verify", "--bank", "demo/bank.sqlite", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((answer["findings"].as_array().unwrap().len(), &answer["more"]), (0, &Value::from(0)));
    assert_eq!(answer["checkpoint"]["sequence"], answer["last"]["sequence"], "{answer}");
}

#[test]
fn a_copied_folder_is_whole_too() {
    let folder = demonstration();
    let copy = tempfile::tempdir().unwrap();
    let copied =
        Command::new("cp").arg("-r").arg(folder.path().join("demo")).arg(copy.path()).status().unwrap();
    assert!(copied.success());
    let (code, text) = verify(copy.path());
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_changed_row_is_named_with_what_was_there() {
    let folder = demonstration();
    let plan = "searchable 20";
    scratch(folder.path(), plan, "searchable 99");
    let (code, text) = verify(folder.path());
    assert_eq!(code, 1, "{text}");
    let names_row = text.contains("table setting, row demo_plan, column value: row_changed");
    let names_event = text.contains("table history, row 1, column hash: event_changed");
    assert!(names_row || names_event, "{text}");
    assert!(text.contains("bank_not_whole"), "{text}");
}

#[test]
fn an_older_bank_put_back_is_a_cut_end() {
    let folder = demonstration();
    let bank = folder.path().join("demo/bank.sqlite");
    let older = std::fs::read(&bank).unwrap();
    import_list(folder.path());
    std::fs::write(&bank, older).unwrap();
    let (code, text) = verify(folder.path());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("tail_cut"), "{text}");
}

#[test]
fn what_cannot_be_checked_is_no_pass() {
    let folder = demonstration();
    let demo = folder.path().join("demo");
    std::fs::rename(demo.join("bank.sqlite.keys"), demo.join("elsewhere")).unwrap();
    let (code, text) = verify(folder.path());
    assert_eq!((code, text.contains("checkpoints_not_checked")), (1, true), "{text}");
    let key = std::fs::read_to_string(demo.join("elsewhere/checkpoint.pub")).unwrap();
    let with_key =
        qidai(folder.path(), &["audit", "verify", "--bank", "demo/bank.sqlite", "--key", key.trim()]);
    assert!(with_key.status.success(), "{}", String::from_utf8_lossy(&with_key.stderr));
    std::fs::remove_file(demo.join("bank.sqlite.checkpoints")).unwrap();
    let (code, text) = verify(folder.path());
    assert_eq!((code, text.contains("checkpoints_missing")), (1, true), "{text}");
}

#[test]
fn a_forged_checkpoint_is_named_by_its_line() {
    let folder = demonstration();
    let path = folder.path().join("demo/bank.sqlite.checkpoints");
    let line = std::fs::read_to_string(&path).unwrap();
    let forged = line.replacen("\"sequence\":", "\"sequence\":1", 1);
    std::fs::write(&path, line + &forged).unwrap();
    let (code, text) = verify(folder.path());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("table checkpoints, row line 2: checkpoint_signature_wrong"), "{text}");
}

#[test]
fn a_lost_key_is_not_replaced_by_another() {
    let folder = demonstration();
    std::fs::remove_dir_all(folder.path().join("demo/bank.sqlite.keys")).unwrap();
    let output = qidai(folder.path(), &["audit", "checkpoint", "--bank", "demo/bank.sqlite"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("checkpoint_key_missing"), "{told}");
    import_list(folder.path());
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let last_of = |folder: &TempDir| {
        let arguments = ["audit", "verify", "--bank", "demo/bank.sqlite", "--format", "json"];
        let answer: Value = serde_json::from_slice(&qidai(folder.path(), &arguments).stdout).unwrap();
        answer["last"].clone()
    };
    assert_eq!(last_of(&demonstration()), last_of(&demonstration()));
}
