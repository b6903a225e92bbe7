//! The backup drill: a copy is made while another program writes, checked, restored, and asked the same questions.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/postgres.rs"]
mod postgres;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use postgres::Postgres;
use serde_json::Value;
use tempfile::TempDir;

const PATIENT: &str = "A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:01+DRB1*12:02";

/// Where keys and checkpoints of banks in PostgreSQL lie, for the time of this test.
static HOME: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// Runs the program on a bank of either database.
fn command(bank: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    command.env("XDG_DATA_HOME", HOME.path());
    command.args(args).env("QIDAI_DATABASE_URL", bank).env("QIDAI_LANG", "en").stdin(Stdio::null());
    command
}

/// Its exit status, and what it said on both outputs.
fn run(bank: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let output = command(bank, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn done(bank: &str, args: &[&str]) -> String {
    let (exit, out, err) = run(bank, args);
    assert_eq!(exit, Some(0), "{args:?}: {out}{err}");
    out
}

#[track_caller]
fn json(bank: &str, args: &[&str]) -> Value {
    serde_json::from_str(&done(bank, args)).unwrap()
}

/// A drill on one kind of database.
struct Drill {
    folder: TempDir,
    bank: String,
}

impl Drill {
    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// A bank with entries of an external list, which are searched.
    fn begin(folder: TempDir, bank: String) -> Drill {
        let drill = Drill { folder, bank };
        drill.write_list("first", 300);
        let file = drill.path("first.gl");
        done(&drill.bank, &["import", "list", &file, "--name", "first"]);
        drill
    }

    fn write_list(&self, name: &str, entries: usize) {
        let line = |number: usize| format!("{name}{number}%{PATIENT}\n");
        std::fs::write(self.path(&format!("{name}.gl")), (0..entries).map(line).collect::<String>()).unwrap();
    }

    /// Another program that writes while the copy is made.
    fn writer(&self) -> Child {
        self.write_list("second", 20_000);
        let file = self.path("second.gl");
        let args = ["import", "list", file.as_str(), "--name", "second"];
        command(&self.bank, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn digest(&self, bank: &str) -> Value {
        let found = json(bank, &["search", "--patient", PATIENT, "--format", "json"]);
        let receipt = found.get("receipt").or_else(|| found[0].get("receipt")).unwrap().clone();
        assert!(receipt["digest"].is_string(), "{receipt}");
        receipt
    }

    /// Copies while others write: the copy is of one moment, whole, and can be restored.
    fn copy_during_writes(&self, place: &str) {
        let before = self.digest(&self.bank)["generation"].as_u64().unwrap();
        let mut writer = self.writer();
        let mut copies = (0..100).map(|number| self.path(&format!("during-{number}")));
        let (out, sequence) = copies
            .find_map(|out| {
                let made = json(&self.bank, &["backup", "--out", &out, "--format", "json"]);
                let sequence = made["manifest"]["history"]["sequence"].as_u64().unwrap();
                (sequence > before).then_some((out, sequence))
            })
            .unwrap();
        assert!(writer.wait().unwrap().success());
        let after = self.digest(&self.bank)["generation"].as_u64().unwrap();
        assert!(before < sequence && sequence <= after, "{before} {sequence} {after}");
        assert_eq!(json("", &["backup", "verify", &out, "--format", "json"])["whole"], true);
        done(place, &["restore", &out]);
        assert_eq!(self.digest(place)["generation"].as_u64(), Some(sequence));
    }

    /// Copies a quiet bank: the restored one gives the same answers.
    fn copy_at_rest(&self, place: &str) {
        let out = self.path("rest");
        done(&self.bank, &["backup", "--out", &out]);
        done(place, &["restore", &out]);
        assert_eq!(self.digest(place), self.digest(&self.bank));
        let (exit, _, err) = run(place, &["restore", &out]);
        assert_eq!(exit, Some(2), "{err}");
        assert!(err.contains("restore_place_taken"), "{err}");
    }

    /// A byte that changed, a file that is gone: told by name, and not restored.
    fn damage(&self, place: &str, copy: &str) {
        let out = self.path("rest");
        let path = Path::new(&out).join(copy);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let (exit, said, err) = run("", &["backup", "verify", &out]);
        assert_eq!(exit, Some(1));
        assert!(
            said.contains(copy) && said.contains("SHA-256") && err.contains("backup_damaged"),
            "{said}{err}"
        );
        assert_eq!(run(place, &["restore", &out]).0, Some(1));
        std::fs::remove_file(&path).unwrap();
        assert!(run("", &["backup", "verify", &out]).1.contains("missing"));
        let (exit, _, err) = run("", &["backup", "verify", &self.path("nowhere")]);
        assert_eq!(exit, Some(2), "{err}");
    }
}

#[test]
fn the_drill_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let bank = folder.path().join("bank.sqlite").to_str().unwrap().to_owned();
    let drill = Drill::begin(folder, bank);
    drill.copy_during_writes(&drill.path("restored-1.sqlite"));
    drill.copy_at_rest(&drill.path("restored-2.sqlite"));
    keys_stay_at_home(&drill);
    let place = drill.path("restored-3.sqlite");
    drill.damage(&place, "bank.sqlite");
    assert!(!Path::new(&place).exists(), "nothing of a damaged backup is restored");
}

/// A backup holds the bank and its checkpoints, and no key, whether as a file or inside one.
fn keys_stay_at_home(drill: &Drill) {
    let backup = Path::new(&drill.path("rest")).to_owned();
    let mut names: Vec<String> = std::fs::read_dir(&backup)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["bank.sqlite", "checkpoints", "manifest.json"]);
    let keys = std::fs::read_to_string(format!("{}.keys/master.keys", drill.bank)).unwrap();
    let key = keys.lines().rfind(|line| !line.starts_with('#')).unwrap();
    for name in names {
        let bytes = std::fs::read(backup.join(&name)).unwrap();
        assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "a key is in {name}");
    }
}

#[test]
fn the_drill_on_postgresql() {
    let Some(server) = Postgres::start_or_skip() else { return };
    let folder = tempfile::tempdir().unwrap();
    let drill = Drill::begin(folder, server.database("bank"));
    drill.copy_during_writes(&server.database("restored_1"));
    drill.copy_at_rest(&server.database("restored_2"));
    drill.damage(&server.database("restored_3"), "bank.pgdump");
    let without =
        command(&drill.bank, &["backup", "--out", &drill.path("without")]).env("PATH", "").output().unwrap();
    assert_eq!(without.status.code(), Some(1));
    let said = String::from_utf8(without.stderr).unwrap();
    assert!(said.contains("postgres_programs_missing") && said.contains("postgresql-client"), "{said}");
    assert!(!Path::new(&drill.path("without")).exists(), "nothing half made is left");
    assert!(!Path::new(&drill.path("without.unfinished")).exists());
}
