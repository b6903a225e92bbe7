use std::collections::BTreeSet;
use std::fs;

use super::gather::Source;
use super::setting::{Form, SETTINGS};
use super::*;

fn nothing(_: &str) -> Option<String> {
    None
}

/// A file of settings that only its owner may read.
fn file(folder: &tempfile::TempDir, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.path().join(FILE_NAME);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn of_file(text: &str) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    let given = Given { file: Some(file(&folder, text)), settings: Vec::new() };
    read(&given, &nothing)
}

fn source<'a>(reading: &'a Reading, name: &str) -> (&'a Source, Option<String>) {
    let found = reading.effective.iter().find(|effective| effective.setting.name == name).unwrap();
    (&found.source, found.shown())
}

#[test]
fn the_command_line_counts_before_the_environment_before_the_file_before_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "listen = \"127.0.0.1:1111\"\nlang = \"zh-CN\"\n[log]\nformat = \"json\"\n");
    let environment = |name: &str| match name {
        "QIDAI_LISTEN" => Some("127.0.0.1:2222".to_owned()),
        "QIDAI_LANG" => Some("en".to_owned()),
        _ => None,
    };
    let given = Given { file: Some(path), settings: vec![("listen", "127.0.0.1:3333".to_owned())] };
    let reading = read(&given, &environment);
    assert_eq!(reading.mistakes, []);
    assert_eq!(source(&reading, "listen"), (&Source::CommandLine, Some("127.0.0.1:3333".to_owned())));
    assert_eq!(source(&reading, "lang"), (&Source::Environment("QIDAI_LANG"), Some("en".to_owned())));
    let place = given.file.as_ref().unwrap().display().to_string();
    assert_eq!(source(&reading, "log.format"), (&Source::File(place, 4), Some("json".to_owned())));
    assert_eq!(source(&reading, "log.filter").0, &Source::Default);
    assert_eq!(source(&reading, "mac"), (&Source::Absent, None));
    let config = reading.config.unwrap();
    assert_eq!((config.listen.port(), config.lang), (3333, Lang::En));
    assert_eq!(config.log.format, crate::telemetry::LogFormat::Json);
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let reading = of_file(
        "lisen = \"127.0.0.1:1\"\nlang = 5\nmac = \"nowhere.tsv\"\nnames = \"bank.example\"\n\
         [proxy]\ntrusted = [\"10.0.0.0/99\"]\n[metrics]\ntoken = \"short\"\n[log]\nformat = \"xml\"\n[wrong]\na = 1\n",
    );
    let told: Vec<(&str, u32)> = reading
        .mistakes
        .iter()
        .map(|mistake| {
            let line = mistake.place.rsplit("line ").next().and_then(|line| line.parse().ok());
            (mistake.code, line.unwrap_or(0))
        })
        .collect();
    let expected: BTreeSet<(&str, u32)> = [
        ("config_unknown_setting", 1),
        ("config_wrong_type", 2),
        ("config_value_invalid", 3),
        ("config_wrong_type", 4),
        ("config_value_invalid", 6),
        ("config_value_invalid", 8),
        ("config_value_invalid", 10),
        ("config_unknown_setting", 11),
    ]
    .into();
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), expected, "{:?}", reading.mistakes);
    assert_eq!(told.len(), expected.len());
    assert!(reading.config.is_none());
    let text = |code: &str| reading.mistakes.iter().find(|mistake| mistake.code == code).unwrap().to_string();
    assert!(text("config_unknown_setting").contains("did you mean \"listen\"?"));
    let all: String = reading.mistakes.iter().map(ToString::to_string).collect();
    assert!(!all.contains("short"), "a secret is quoted: {all}");
}

#[test]
fn broken_toml_is_told_with_its_line_and_does_not_hide_the_rest() {
    let reading = of_file("lang = \"en\"\nlisten = \nlisten2 = \"x\"\n");
    let codes: BTreeSet<&str> = reading.mistakes.iter().map(|mistake| mistake.code).collect();
    assert!(codes.contains("config_syntax") && codes.contains("config_unknown_setting"), "{codes:?}");
    assert!(reading.mistakes.iter().any(|m| m.code == "config_syntax" && m.place.ends_with("line 2")));
}

#[test]
fn secrets_are_not_shown_and_not_left_open() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let text = "bank = \"postgres://bob:s3cret@h/bank\"\nmetrics.token = \"0123456789abcdef\"\n";
    let path = file(&folder, text);
    let given = Given { file: Some(path.clone()), settings: Vec::new() };
    let closed = read(&given, &nothing);
    assert_eq!(closed.mistakes, []);
    assert_eq!(source(&closed, "metrics.token").1.unwrap(), "(set, not shown)");
    assert_eq!(source(&closed, "bank").1.unwrap(), "postgres://h/bank");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = read(&given, &nothing);
    assert_eq!(open.mistakes.iter().map(|m| m.code).collect::<Vec<_>>(), ["config_secret_readable"]);
}

#[test]
fn a_file_beside_the_bank_is_found_and_its_paths_are_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "snapshot = \"kept.snapshot\"\n");
    let bank = folder.path().join("bank.sqlite").display().to_string();
    let given = Given { file: None, settings: vec![("bank", bank)] };
    let config = read(&given, &nothing).config.unwrap();
    assert_eq!(config.snapshot.unwrap(), folder.path().join("kept.snapshot"));
}

#[test]
fn a_named_file_that_is_not_there_is_a_mistake_and_so_is_half_of_tls() {
    let given = Given { file: Some(PathBuf::from("/nowhere/qidai.toml")), settings: Vec::new() };
    assert_eq!(read(&given, &nothing).mistakes[0].code, "config_file_missing");
    let failure = load(&given, &nothing).unwrap_err();
    assert_eq!((failure.code(), failure.exit_status()), ("config_invalid", 2));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cert.pem"), "no certificate").unwrap();
    let path = file(&folder, "[tls]\ncertificate = \"cert.pem\"\n");
    let half = read(&Given { file: Some(path), settings: Vec::new() }, &nothing);
    assert_eq!(half.mistakes.iter().map(|m| m.code).collect::<Vec<_>>(), ["config_incomplete"]);
}

#[test]
fn a_mistyped_variable_is_told_and_a_stranger_is_not() {
    assert!(gather::near_miss("QIDAI_LISTN", "QIDAI_LISTEN").is_some());
    assert!(gather::near_miss("QIDAI_MACRO", "QIDAI_MAC").is_some());
    assert!(gather::near_miss("QIDAI_IMGT_HLA", "QIDAI_MAC").is_none());
}

#[test]
fn the_document_lists_every_setting_and_no_other() {
    let rows: Vec<String> = SETTINGS
        .iter()
        .map(|setting| {
            let default = match setting.default {
                Some(default) => format!("`{default}`"),
                None => "–".to_owned(),
            };
            let list = if setting.form == Form::List { " (a list)" } else { "" };
            let (name, variable, about) = (setting.name, setting.variable, setting.about);
            format!("| `{name}`{list} | `{variable}` | {default} | {about} |")
        })
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = fs::read_to_string(path).unwrap();
    let written: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(written, rows, "docs/configuration.md: its table should be\n{}", rows.join("\n"));
}
