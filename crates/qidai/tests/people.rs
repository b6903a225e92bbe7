//! The commands that keep the people of a bank, as they are typed.

#![allow(clippy::unwrap_used, reason = "a broken expectation fails the test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `qidai ARGUMENTS` with the bank in the environment.
    fn qidai(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
        command.args(arguments).env("QIDAI_DATABASE_URL", self.path("bank.sqlite")).env("USER", "chen");
        command.env_remove("QIDAI_MASTER_KEY").env_remove("QIDAI_KEYS").env_remove("QIDAI_LANG");
        command.env_remove("SUDO_USER");
        command
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn refused(output: &Output, status: i32) -> String {
    assert_eq!(output.status.code(), Some(status), "{}", text(&output.stdout));
    text(&output.stderr).split(':').next().unwrap().to_owned()
}

fn link_in(text: &str) -> &str {
    let token = text.split("/welcome/").nth(1).unwrap().split_whitespace().next().unwrap();
    assert_eq!(token.len(), 64);
    token
}

#[test]
fn a_bank_begins_with_keys_and_one_link() {
    let desk = Desk::new();
    let said = done(&desk.qidai(&["init", "--administrator", "A0007"]));
    let token = link_in(&said).to_owned();
    let keys = desk.path("bank.sqlite.keys/master.keys");
    assert_eq!(std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    // Neither the link nor the key stands in the database.
    let database = std::fs::read(desk.path("bank.sqlite")).unwrap();
    let key = std::fs::read_to_string(&keys).unwrap().lines().last().unwrap().to_owned();
    for secret in [token.as_str(), key.as_str()] {
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&secret[at * 2..at * 2 + 2], 16).unwrap()).collect();
        assert!(!database.windows(64).any(|window| window == secret.as_bytes()));
        assert!(!database.windows(32).any(|window| window == bytes));
    }
    assert_eq!(refused(&desk.qidai(&["init"]), 2), "bank_begun_before");
    let list = done(&desk.qidai(&["user", "list"]));
    assert!(list.contains("A0007") && list.contains("administrator"), "{list}");
}

#[test]
fn accounts_are_added_changed_and_ended() {
    let desk = Desk::new();
    done(&desk.qidai(&["init"]));
    let at_nowhere = ["user", "add", "S0012", "--role", "collection@jinan"];
    assert_eq!(refused(&desk.qidai(&at_nowhere), 2), "site_unknown");
    let site = ["site", "put", "jinan", "--name", "济南", "--kind", "collection_hospital"];
    done(&desk.qidai(&site));
    link_in(&done(&desk.qidai(&at_nowhere)));
    assert_eq!(refused(&desk.qidai(&at_nowhere), 2), "staff_number_taken");
    done(&desk.qidai(&["user", "role", "s0012", "--give", "quality", "--take", "collection@jinan"]));
    let list = done(&desk.qidai(&["user", "list", "--format", "json"]));
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let expected = serde_json::json!({
        "staff_number": "S0012", "state": "invited", "roles": [{ "role": "quality", "site": null }]
    });
    assert_eq!(list[1], expected);
    done(&desk.qidai(&["user", "disable", "S0012"]));
    assert_eq!(refused(&desk.qidai(&["user", "link", "S0012"]), 2), "account_disabled");
    assert_eq!(refused(&desk.qidai(&["user", "disable", "S9999"]), 2), "account_unknown");
    let unknown_role = desk.qidai(&["user", "add", "S0013", "--role", "king"]);
    assert!(text(&unknown_role.stderr).contains("search_coordinator"), "the roles are named");
}

#[test]
fn an_import_makes_the_keys_too() {
    let desk = Desk::new();
    let file = desk.path("units.csv");
    std::fs::write(&file, "din,bank_type,hla\nG123417654321A,public,HLA-A*02:07+HLA-A*11:01\n").unwrap();
    let bank = desk.path("bank.sqlite").display().to_string();
    done(&desk.qidai(&["import", "units", file.to_str().unwrap(), "--bank", &bank]));
    assert!(desk.path("bank.sqlite.keys/master.keys").exists());
    link_in(&done(&desk.qidai(&["init"])));
}

#[test]
fn keys_are_rotated_and_looked_after() {
    let desk = Desk::new();
    done(&desk.qidai(&["init"]));
    let before = done(&desk.qidai(&["key", "list"]));
    let after = done(&desk.qidai(&["key", "rotate"]));
    assert_eq!(before.lines().count() + 1, after.lines().count());
    assert_eq!(before.lines().nth(1), after.lines().nth(2), "the older key is still there");
    let alone = done(&desk.qidai(&["key", "rotate", "--forget-older"]));
    assert_eq!(alone.lines().count(), 2);
    let keys = desk.path("bank.sqlite.keys/master.keys");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(refused(&desk.qidai(&["user", "list"]), 1), "keys_open_to_others");
    // Keys of the environment take the place of the file.
    let list = desk
        .command(&["key", "list"])
        .env("QIDAI_MASTER_KEY", "0123456789abcdef".repeat(4))
        .output()
        .unwrap();
    assert!(done(&list).contains("QIDAI_MASTER_KEY"));
    let rotate = desk
        .command(&["key", "rotate"])
        .env("QIDAI_MASTER_KEY", "0123456789abcdef".repeat(4))
        .output()
        .unwrap();
    assert_eq!(refused(&rotate, 2), "keys_in_environment");
    let broken = desk.command(&["key", "list"]).env("QIDAI_MASTER_KEY", "secret").output().unwrap();
    assert_eq!(refused(&broken, 1), "keys_unreadable");
}

#[test]
fn the_bank_is_named_before_or_after_the_verb() {
    let desk = Desk::new();
    done(&desk.qidai(&["init"]));
    let bank = desk.path("bank.sqlite").display().to_string();
    let plain = |arguments: &[&str]| {
        let mut command = desk.command(&[]);
        command.env_remove("QIDAI_DATABASE_URL").args(arguments).output().unwrap()
    };
    let before = done(&plain(&["user", "--bank", &bank, "list"]));
    assert_eq!(done(&plain(&["user", "list", "--bank", &bank])), before);
    assert!(before.contains("A0001"), "{before}");
    let missing = plain(&["user", "list"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("--bank"), "{}", text(&missing.stderr));
    let locked = plain(&["user", "list", "--bank", "postgres://a:secret@127.0.0.1/b"]);
    assert_eq!(refused(&locked, 2), "password_on_command_line");
}
