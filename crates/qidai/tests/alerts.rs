//! A unit that becomes available is told to the requests that it serves, by itself: on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, dead_code)] // a test that cannot go on has failed

#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/server.rs"]
mod server;

use std::path::Path;
use std::process::Command;

use postgres::Postgres;
use serde_json::Value;
use server::{Server, until};

const PATIENT: &str = "A*02:07,24:02 B*46:01,15:01 DRB1*09:01,15:01";
const OTHER: &str = "A*11:01,33:03 B*58:01,13:02 DRB1*03:01,07:01";
const UNIT: &str = "din,bank_type,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,viability_percent,hla\n\
    Z9D0021000001M,public,2021-03-04,F,B,+,1134000000,3980000,20.1,98.4,A*02:07+A*24:02^B*46:01+B*15:01^DRB1*09:01+DRB1*15:01\n";

/// A bank at an address, with its keys in a folder.
struct Bank<'a> {
    address: &'a str,
    keys: String,
    folder: &'a Path,
}

impl Bank<'_> {
    #[track_caller]
    fn run(&self, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
        command.env_remove("QIDAI_DATABASE_URL").env("QIDAI_KEYS", &self.keys).env("QIDAI_LANG", "en");
        let done = command.args(args).args(["--bank", self.address]).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
        said
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(self.run(args).lines().next().unwrap()).unwrap()
    }

    /// A patient whose request is being worked on; numbers of both.
    fn open_request(&self, centre: &str, pseudonym: &str, typing: &str) -> (String, String) {
        let patient = ["patient", "add", "--site", "tc1", "--centre", centre, "--pseudonym", pseudonym];
        let more = ["--diagnosis", "mds", "--weight", "31.5", "--typing", typing];
        let patient = self.json(&[&patient[..], &more].concat())["patient"].as_str().unwrap().to_owned();
        let (of, by) = (format!("patient={patient}"), format!("requester={centre}"));
        let create =
            ["record", "create", "--as", "search_coordinator", "--kind", "search_request", "--site", "tc1"];
        let fields = [of.as_str(), &by, "kind=preliminary", "urgency=routine", "asked_on=2026-01-05"];
        let made = self.json(&[&create[..], &fields].concat());
        let request = made["number"].as_str().unwrap().to_owned();
        for to in ["submitted", "accepted"] {
            let go = ["record", "move", "--as", "search_coordinator", "--kind", "search_request", &request];
            self.json(&[&go[..], &["--to", to]].concat());
        }
        (patient, request)
    }

    fn alerts(&self) -> Vec<Value> {
        let told = self.run(&["record", "list", "--as", "search_coordinator", "--kind", "search_alert"]);
        told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn a_unit_arrives(&self) {
        let file = self.folder.join("units.csv");
        std::fs::write(&file, UNIT).unwrap();
        self.run(&["import", "units", file.to_str().unwrap()]);
    }
}

fn story(address: &str, folder: &Path) {
    let keys = folder.join("keys");
    std::fs::create_dir_all(&keys).unwrap();
    let bank = Bank { address, keys: keys.to_str().unwrap().to_owned(), folder };
    let list = folder.join("list.gl");
    std::fs::write(&list, "X1%A*11:01+A*33:03^B*58:01+B*13:02^DRB1*03:01+DRB1*07:01\n").unwrap();
    bank.run(&["import", "list", list.to_str().unwrap(), "--name", "elsewhere"]);
    bank.run(&["site", "put", "tc1", "--kind", "transplant_centre", "--name", "Centre"]);
    let front =
        ["record", "create", "--as", "quality", "--kind", "institution", "name=X", "kind=transplant_centre"];
    let more = ["transplant_qualified=true", "uscc=91350100M000100Y43"];
    let centre = bank.json(&[&front[..], &more].concat())["number"].as_str().unwrap().to_owned();
    let (patient, request) = bank.open_request(&centre, "TC-17", PATIENT);
    bank.open_request(&centre, "TC-18", OTHER);
    let _server = Server::start(folder, &["--bank", address], &[("QIDAI_KEYS", &bank.keys)]);
    // The first turn begins with the state that it finds.
    std::thread::sleep(std::time::Duration::from_secs(7));
    assert_eq!(bank.alerts(), Vec::<Value>::new(), "nothing has changed yet");
    bank.a_unit_arrives();
    until("the alert", || !bank.alerts().is_empty());
    let alerts = bank.alerts();
    let fields = &alerts[0]["fields"];
    assert_eq!((&fields["request"], &fields["patient"]), (&request.into(), &patient.into()), "{alerts:?}");
    assert_eq!(fields["new_units"].to_string().trim_matches('"'), "1", "{alerts:?}");
    assert!(fields["best"].as_str().unwrap().starts_with("Z9D0021000001M"), "{alerts:?}");
    assert_eq!(alerts.len(), 1, "whom it does not serve hears nothing: {alerts:?}");
}

#[test]
fn a_unit_that_becomes_available_is_told_to_the_request_that_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    let bank = folder.path().join("bank.sqlite").to_str().unwrap().to_owned();
    story(&bank, folder.path());
}

#[test]
fn it_is_told_on_postgresql_too() {
    let Some(postgres) = Postgres::start_or_skip() else { return };
    let folder = tempfile::tempdir().unwrap();
    story(&postgres.database("alerts"), folder.path());
}
