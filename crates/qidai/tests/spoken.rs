//! What the program says, and what it must never say: secrets, half sentences, complaints about a closed pipe.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use support::qidai;

/// Runs the program with an environment.
fn with_environment(args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    command.args(args).env_remove("QIDAI_DATABASE_URL").env_remove("QIDAI_LANG");
    command.envs(environment.iter().copied()).stdin(Stdio::null()).output().unwrap()
}

fn everything_said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

const SEARCH: [&str; 3] = ["search", "--patient", "A*02:01+A*11:01"];

#[test]
fn issue_2_a_password_in_the_environment_is_never_printed() {
    for address in [
        "postgres://bob:s3cr@et@127.0.0.1:99999/x",
        "postgresql://bob:s3cret@",
        "postgres://u:s3cr%40et@[::bad/x",
        "mysql://bob:s3cret@h/x",
    ] {
        for lang in ["en", "zh-CN"] {
            let environment = [("QIDAI_DATABASE_URL", address), ("QIDAI_LOG", "debug"), ("QIDAI_LANG", lang)];
            let output = with_environment(&SEARCH, &environment);
            assert_ne!(output.status.code(), Some(0), "{address}");
            let said = everything_said(&output);
            assert!(said.contains("database_"), "{address}: {said}");
            for secret in ["s3cr", "et@", "bob"] {
                assert!(!said.contains(secret), "{address}: {said}");
            }
        }
    }
}

#[test]
fn issue_2_a_password_on_the_command_line_is_refused_and_not_repeated() {
    let address = "postgres://bob:s3cret@127.0.0.1:1/x";
    for args in [
        [&SEARCH[..], &["--bank", address]].concat(),
        vec!["serve", "--bank", address],
        vec!["import", "units", "none.csv", "--bank", address],
    ] {
        let answer = qidai(&args, "");
        assert_eq!(answer.exit, Some(2), "{args:?}: {}", answer.err);
        assert!(answer.err.contains("password_on_command_line"), "{args:?}: {}", answer.err);
        assert!(answer.err.contains("QIDAI_DATABASE_URL"), "{}", answer.err);
        assert!(!answer.err.contains("s3cret"), "{}", answer.err);
    }
    let misplaced = qidai(&["search", address], "");
    assert_eq!(misplaced.exit, Some(2));
    assert!(!misplaced.err.contains("s3cret"), "{}", misplaced.err);
    let without = qidai(&[&SEARCH[..], &["--bank", "postgres://127.0.0.1:1/x"]].concat(), "");
    assert!(without.err.contains("database_unreachable"), "no password, no objection: {}", without.err);
}

#[test]
fn issue_2_a_locale_of_the_system_is_read_and_an_unknown_one_costs_nothing() {
    for (locale, word) in [
        ("zh_CN.UTF-8", "没有"),
        ("zh-Hans", "没有"),
        ("zh.GB18030", "没有"),
        ("en_GB.UTF-8", "No patient"),
        ("C", "No patient"),
        ("fr_FR.UTF-8", "No patient"),
        ("", "No patient"),
    ] {
        let output = with_environment(&["search", "--bank", "none"], &[("QIDAI_LANG", locale)]);
        let said = everything_said(&output);
        assert!(said.contains("patient_not_named") && said.contains(word), "{locale}: {said}");
    }
    let refused = qidai(&["--lang", "fr", "search", "--bank", "none"], "");
    assert_eq!(refused.exit, Some(2));
    assert!(refused.err.contains("zh-CN or en"), "{}", refused.err);
    let option = qidai(&["--lang", "zh_CN.UTF-8", "search", "--bank", "none"], "");
    assert!(option.err.contains("没有"), "{}", option.err);
}

/// Runs the program with an output that nobody reads any more.
fn with_closed_output(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qidai"))
        .args(args)
        .env_remove("QIDAI_DATABASE_URL")
        .env("QIDAI_LANG", "en")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    // A program that is done reads no further.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn issue_2_a_reader_that_has_had_enough_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let made = qidai(&["demo", "--dir", &path(""), "--units", "50", "--no-serve"], "");
    assert_eq!(made.exit, Some(0), "{}", made.err);
    std::fs::write(path("list.gl"), "X1%A*02:01+A*11:01^B*13:02+B*46:01\n").unwrap();
    let (bank, list) = (path("bank.sqlite"), path("list.gl"));
    let patient = ["--patient", "A*02:01+A*11:01", "--all", "--allow-not-computable"];
    let search = [&["search", "--bank", &bank], &patient[..]].concat();
    for (args, input) in [
        (vec!["id", "check", "--kind", "din"], "G123417654321\n".repeat(20_000)),
        (vec!["match", "compare", "--batch"], "{\"id\":1,\"patient\":{},\"donor\":{}}\n".repeat(20_000)),
        (vec!["hla", "reduce", "--batch"], "A*02:01\tG\n".repeat(20_000)),
        (vec!["import", "list", &list, "--bank", &bank], String::new()),
        (vec!["import", "list", &list, "--bank", &bank, "--format", "json"], String::new()),
        (vec!["demo", "--dir", folder.path().to_str().unwrap(), "--units", "50"], String::new()),
        ([&search[..], &["--format", "table"]].concat(), String::new()),
        ([&search[..], &["--format", "json"]].concat(), String::new()),
        ([&search[..], &["--format", "csv"]].concat(), String::new()),
    ] {
        let output = with_closed_output(&args, &input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {said}");
        assert!(!said.contains("output") && !said.contains("panic"), "{args:?}: {said}");
    }
}

#[test]
fn issue_2_an_identifier_of_a_list_is_no_formula_in_a_spreadsheet() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("list.csv"), "id,hla\n=cmd|calc,A*02:01+A*11:01^B*13:02+B*46:01\n").unwrap();
    let import =
        qidai(&["import", "list", &path("list.csv"), "--bank", &path("b.sqlite"), "--name", "@x"], "");
    assert_eq!(import.exit, Some(0), "{}{}", import.out, import.err);
    let patient = ["--patient", "A*02:01+A*11:01", "--all", "--allow-not-computable", "--format", "csv"];
    let answer = qidai(&[&["search", "--bank", &path("b.sqlite")], &patient[..]].concat(), "");
    assert_eq!(answer.exit, Some(0), "{}", answer.err);
    assert!(answer.out.contains(",'=cmd|calc,'@x,"), "{}", answer.out);
}

#[test]
fn issue_2_a_bank_whose_release_moved_says_so_and_can_be_told_the_new_place() {
    let Some(release) = support::release() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let copy = |to: &str| {
        std::fs::create_dir_all(path(&format!("{to}/wmda"))).unwrap();
        for file in ["Allelelist.txt", "wmda/hla_nom.txt", "wmda/hla_nom_g.txt", "wmda/hla_nom_p.txt"]
            .into_iter()
            .chain(["wmda/rel_dna_ser.txt", "wmda/rel_ser_ser.txt"])
        {
            std::fs::copy(release.join(file), path(&format!("{to}/{file}"))).unwrap();
        }
    };
    copy("old");
    std::fs::write(path("list.gl"), "X1%A*02:01+A*11:01^B*13:02+B*46:01\n").unwrap();
    let bank = path("b.sqlite");
    let import = ["import", "list", &path("list.gl"), "--bank", &bank, "--release", &path("old")];
    assert_eq!(qidai(&import, "").exit, Some(0));
    std::fs::rename(path("old"), path("new")).unwrap();
    let search = [&SEARCH[..], &["--bank", &bank, "--all", "--allow-not-computable"]].concat();
    let reimport = ["import", "list", &path("list.gl"), "--bank", &bank];
    for args in [&search[..], &reimport[..], &["release", "show", "--bank", &bank]] {
        let lost = qidai(args, "");
        assert_eq!(lost.exit, Some(1), "{}", lost.err);
        for part in ["release_not_there", "remembers release 3.", "/old", "qidai release set"] {
            assert!(lost.err.contains(part), "{part}: {}", lost.err);
        }
    }
    let set = qidai(&["release", "set", "--bank", &bank, "--release", &path("new")], "");
    assert_eq!(set.exit, Some(0), "{}", set.err);
    assert!(set.out.contains("1 typings") && set.out.contains("0 cannot"), "{}", set.out);
    assert_eq!(qidai(&search, "").exit, Some(0));
    let shown = qidai(&["--lang", "zh-CN", "release", "show", "--bank", &bank], "");
    assert!(shown.out.contains("/new") && shown.out.contains("命名集"), "{}", shown.out);
}

#[test]
fn issue_2_reasons_follow_the_language_in_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("list.gl"), "X1%A*02:01+A*11:01^B*13:02+B*46:01\n").unwrap();
    assert_eq!(qidai(&["import", "list", &path("list.gl"), "--bank", &path("b.sqlite")], "").exit, Some(0));
    let bank = path("b.sqlite");
    let patient = ["--patient", "A*02:01", "--all", "--allow-not-computable", "--format", "json"];
    for (lang, class, note) in
        [("en", "x/8 not computable", "single"), ("zh-CN", "x/8 无法计算", "按两个相同计算")]
    {
        let answer = qidai(&[&["--lang", lang, "search", "--bank", &bank], &patient[..]].concat(), "");
        let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        let reasons = json["units"][0]["reasons"].to_string();
        assert!(reasons.contains(class), "{reasons}");
        let notes = json["notes"].to_string();
        assert!(notes.contains(note), "{notes}");
    }
}

#[test]
fn issue_2_an_import_is_told_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("units.csv"), "din,bank_type,hla,sex\nG123417654321,public,A*99:99+A*11:01,Q\n")
        .unwrap();
    let import = ["--lang", "zh-CN", "import", "units", &path("units.csv"), "--bank", &path("b.sqlite")];
    let answer = qidai(&import, "");
    assert_eq!(answer.exit, Some(2));
    for part in [
        "sex_unknown: 性别“Q”无法识别",
        "allele_unknown: 命名集 starter 中没有“A*99:99”",
        "din_check_missing: ",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
    assert!(!answer.out.contains("expected"), "{}", answer.out);
    let absent = qidai(&["--lang", "zh-CN", "import", "units", &path("none.csv"), "--bank", "b"], "");
    assert!(absent.err.contains("file_not_readable: 无法读取"), "{}", absent.err);
}
