//! Many programs want the same unit: one gets it, all others learn so.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/postgres.rs"]
mod postgres;
mod support;

use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use postgres::Postgres;
use support::qidai;
use tempfile::TempDir;

/// How many programs race; the hundred of a release are `scripts/race 100`.
const RACERS: &str = "QIDAI_RACERS";

const UNITS: &str = "din,bank_type,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,viability_percent,hla\n\
    G1234260000014,public,2024-05-01,F,A,+,1200000000,3400000,24.5,96.5,\
    A*02:01+A*11:01^B*13:02+B*46:01^DRB1*09:01+DRB1*08:03\n";

/// Keys and checkpoints of banks on a server lie in the folder of whoever runs the program.
static HOME: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fn command(address: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    command.args(["--lang", "en"]).args(args).env("QIDAI_DATABASE_URL", address).env_remove("QIDAI_LANG");
    command.env("XDG_DATA_HOME", HOME.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Everybody starts before anybody is waited for.
fn one_of_many_programs_reserves_a_unit(address: &str) {
    let racers = std::env::var(RACERS).ok().and_then(|text| text.parse().ok()).unwrap_or(16);
    let begun: Vec<Child> = (0..racers)
        .map(|racer| {
            let name = format!("centre {racer}");
            command(address, &["unit", "reserve", "G1234260000014", "--for", &name]).spawn().unwrap()
        })
        .collect();
    let (mut winners, mut losers) = (0, 0);
    for racer in begun {
        let answer = racer.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&answer.stderr);
        match answer.status.code() {
            Some(0) => winners += 1,
            Some(2) if said.contains("unit_already_reserved") => losers += 1,
            other => panic!("{other:?}: {said}"),
        }
    }
    assert_eq!((winners, losers), (1, racers - 1));
    let whole = command(address, &["audit", "verify"]).output().unwrap();
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stdout));
    let given_back = command(address, &["unit", "release", "G1234260000014"]).output().unwrap();
    assert!(given_back.status.success());
    let again =
        command(address, &["unit", "reserve", "G1234260000014", "--for", "another"]).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    eprintln!("{racers} programs: {winners} got the unit, {losers} were told so");
}

fn import(address: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("units.csv");
    std::fs::write(&file, UNITS).unwrap();
    let made = command(address, &["import", "units", file.to_str().unwrap()]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn one_of_many_programs_reserves_a_unit_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().join("bank.sqlite").to_str().unwrap().to_owned();
    import(&address);
    one_of_many_programs_reserves_a_unit(&address);
    let found = qidai(
        &["search", "--bank", &address, "--patient", "A*02:01+A*11:01^B*13:02+B*46:01^DRB1*09:01+DRB1*08:03"],
        "",
    );
    assert!(!found.out.contains("G1234260000014"), "a reserved unit is offered to nobody: {}", found.out);
}

#[test]
fn one_of_many_programs_reserves_a_unit_on_postgres() {
    let Some(postgres) = Postgres::start_or_skip() else { return };
    let address = postgres.database("race");
    import(&address);
    one_of_many_programs_reserves_a_unit(&address);
}

#[test]
fn a_unit_that_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().join("bank.sqlite").to_str().unwrap().to_owned();
    import(&address);
    for (number, name, code) in
        [("G1234260000022", "Qilu", "unit_unknown"), ("G1234260000014", " ", "reserved_for_missing")]
    {
        let answer =
            qidai(&["--lang", "en", "unit", "reserve", number, "--for", name, "--bank", &address], "");
        assert_eq!(answer.exit, Some(2), "{}", answer.err);
        assert!(answer.err.contains(code), "{}", answer.err);
    }
    let answer = qidai(&["unit", "release", "G1234260000014", "--bank", &address], "");
    assert_eq!((answer.exit, answer.err.contains("unit_not_reserved")), (Some(2), true), "{}", answer.err);
}
