//! The package and the unit of systemd, as far as they can be looked at without installing them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::qidai;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// True when a program is installed; said aloud when not.
fn is_there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("SKIPPED: {program} is not installed");
    }
    found
}

#[test]
fn the_settings_of_the_package_have_no_mistake() {
    let file = root().join("packaging/qidai.toml");
    let checked = qidai(&["config", "check", "--config", file.to_str().unwrap()], "");
    assert_eq!(checked.exit, Some(0), "{}{}", checked.out, checked.err);
    assert!(checked.out.contains("/var/lib/qidai/bank.sqlite"), "{}", checked.out);
}

#[test]
fn systemd_understands_the_unit_and_finds_it_closed() {
    if !is_there("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unit = std::fs::read_to_string(root().join("packaging/qidai.service")).unwrap();
    // The program is not installed here: systemd looks for it.
    let unit = unit.replace("/usr/bin/qidai", env!("CARGO_BIN_EXE_qidai"));
    let path = folder.path().join("qidai.service");
    std::fs::write(&path, unit).unwrap();
    let run = |args: &[&str]| {
        let output = Command::new("systemd-analyze").args(args).arg(&path).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    };
    let (is_good, said) = run(&["verify", "--man=no"]);
    assert!(is_good && !said.contains("qidai.service"), "{said}");
    // 10 is wide open, 0 is closed; 2.0 is the level to which the unit keeps.
    let (is_closed, said) = run(&["security", "--offline=true", "--threshold=20"]);
    assert!(is_closed, "{said}");
}

#[test]
fn the_package_holds_what_it_needs() {
    if !is_there("dpkg-deb") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(root().join("scripts/package-deb"))
        .args(["--fast", "--binary", env!("CARGO_BIN_EXE_qidai"), "--out"])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
    let package = String::from_utf8(made.stdout).unwrap();
    let unpacked = folder.path().join("unpacked");
    let status =
        Command::new("dpkg-deb").arg("--extract").arg(package.trim()).arg(&unpacked).status().unwrap();
    assert!(status.success());
    let version = Command::new(unpacked.join("usr/bin/qidai")).arg("--version").output().unwrap();
    assert!(String::from_utf8_lossy(&version.stdout).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn scripts_of_the_package_are_shell() {
    for script in ["postinst", "prerm", "postrm"] {
        let path = root().join("packaging/deb").join(script);
        let checked = Command::new("sh").arg("-n").arg(&path).output().unwrap();
        assert!(checked.status.success(), "{script}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}

/// The drill itself needs root, debootstrap and a mirror (`docs/installation.md`); what it looks at first needs nothing.
#[test]
fn the_drill_finds_the_service_and_the_container_file_in_order() {
    let output = Command::new(root().join("scripts/deb-drill")).arg("--lint").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said.lines().filter(|line| line.starts_with("SKIPPED")).for_each(|line| eprintln!("{line}"));
    assert!(said.contains("container file: names what is there"), "{said}");
}
