//! From a request to its report at a console: answers are JSON, refusals have a code and exit status 2.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::Value;
use support::{Answer, qidai};
use tempfile::TempDir;

const TYPING: &str = "A*02:07,11:01 B*46:01,40:01 C*01:02,07:02 DRB1*09:01,08:03 DQB1*03:03,06:01";

struct Bank {
    _folder: TempDir,
    path: String,
}

impl Bank {
    fn new() -> Bank {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        let made = qidai(&["demo", "--dir", dir, "--units", "300", "--no-serve"], "");
        assert_eq!(made.exit, Some(0), "{}", made.err);
        let path = folder.path().join("bank.sqlite").to_str().unwrap().to_owned();
        let bank = Bank { _folder: folder, path };
        let put =
            ["site", "put", "tc1", "--kind", "transplant_centre", "--name", "Centre", "--bank", &bank.path];
        assert_eq!(qidai(&put, "").exit, Some(0));
        bank
    }

    fn run(&self, args: &[&str]) -> Answer {
        qidai(&[args, &["--bank", &self.path]].concat(), "")
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let answer = self.run(args);
        assert_eq!(answer.exit, Some(0), "{args:?}: {}{}", answer.out, answer.err);
        serde_json::from_str(answer.out.lines().next().unwrap()).unwrap()
    }

    #[track_caller]
    fn refused(&self, args: &[&str], code: &str) {
        let answer = self.run(args);
        assert_eq!(answer.exit, Some(2), "{args:?}: {}{}", answer.out, answer.err);
        assert!(answer.out.contains(code), "{args:?}: {}{}", answer.out, answer.err);
    }

    fn institution(&self, more: &[&str]) -> String {
        let front = [
            "record",
            "create",
            "--as",
            "quality",
            "--kind",
            "institution",
            "name=X",
            "kind=transplant_centre",
        ];
        let made = self.json(&[&front[..], &["transplant_qualified=true"], more].concat());
        made["number"].as_str().unwrap().to_owned()
    }

    fn add<'a>(&'a self, centre: &'a str, typing: &'a str) -> Vec<&'a str> {
        let front = ["patient", "add", "--site", "tc1", "--centre", centre, "--pseudonym", "TC-17"];
        [&front[..], &["--diagnosis", "mds", "--weight", "31.5", "--typing", typing]].concat()
    }

    /// A request of a patient, in a state.
    fn request(&self, centre: &str, moves: &[&str]) -> String {
        let patient = self.json(&self.add(centre, TYPING))["patient"].as_str().unwrap().to_owned();
        let (of, by) = (format!("patient={patient}"), format!("requester={centre}"));
        let front =
            ["record", "create", "--as", "search_coordinator", "--kind", "search_request", "--site", "tc1"];
        let fields = [of.as_str(), &by, "kind=preliminary", "urgency=routine", "asked_on=2026-01-05"];
        let made = self.json(&[&front[..], &fields].concat());
        let number = made["number"].as_str().unwrap().to_owned();
        for to in moves {
            self.json(&self.go(&number, to));
        }
        number
    }

    fn go<'a>(&self, number: &'a str, to: &'a str) -> Vec<&'a str> {
        vec!["record", "move", "--as", "search_coordinator", "--kind", "search_request", number, "--to", to]
    }
}

#[test]
fn a_request_goes_to_its_report_and_is_counted() {
    let bank = Bank::new();
    let centre = bank.institution(&["uscc=91350100M000100Y43"]);
    bank.refused(&bank.add(&centre, "A*99:99"), "record_typing_unreadable");
    bank.refused(
        &[&bank.add(&centre, TYPING)[..], &["--antibody", "Q7=900"]].concat(),
        "record_specificity_unreadable",
    );
    bank.refused(
        &[&bank.add(&centre, TYPING)[..], &["--antibody", "A2=much"]].concat(),
        "record_number_invalid",
    );
    bank.refused(&["patient", "show", "PAT-2020-0001"], "record_unknown");
    let request = bank.request(&centre, &["submitted"]);
    bank.refused(&["request", "search", &request], "search_not_due");
    bank.json(&bank.go(&request, "accept"));
    bank.refused(&["request", "report", &request], "search_run_unknown");
    let run = bank.json(&["request", "search", &request]);
    let digest = run["answer"]["receipt"]["digest"].clone();
    bank.refused(&["request", "report", &request], "request_not_reported");
    bank.refused(&["request", "search", &request, "--as", "auditor"], "permission_missing");
    bank.json(&bank.go(&request, "report"));
    let told = bank.json(&["request", "report", &request]);
    assert_eq!((&told["answer"]["receipt"]["digest"], &told["origin"]), (&digest, &"domestic".into()));
    let shown = bank.json(&["patient", "show", told["patient"].as_str().unwrap()]);
    assert_eq!(shown["searches"][0]["digest"], digest);
    assert_eq!(bank.json(&["request", "searches", &request])["digest"], digest);
    assert_eq!(bank.json(&["request", "times"])["reported"], 1);
    let today = jiff::Timestamp::now().to_string();
    let figures = bank.run(&["figures", "--as-of", &today[..10], "--format", "json"]);
    let figures: Value = serde_json::from_str(&figures.out).unwrap();
    let n2 = figures.as_array().unwrap().iter().find(|figure| figure["figure"] == "n2").unwrap();
    assert_eq!((&n2["query"], &n2["rows"]), (&"search.count".into(), &n2["value"]));
    assert!(n2["value"] == 1 || n2["value"] == 0, "the bank's day may have ended: {n2}");
    bank.refused(&["patient", "family", told["patient"].as_str().unwrap()], "family_not_linked");
}

#[test]
fn nothing_is_told_abroad_at_a_console() {
    let bank = Bank::new();
    let abroad = bank.institution(&["outside=abroad", "country=SG"]);
    let request = bank.request(&abroad, &["submitted", "accepted"]);
    bank.json(&["request", "search", &request]);
    bank.refused(&bank.go(&request, "report"), "hgr_case_missing");
    for given in ["report", "listing", "dossier", "material"] {
        bank.refused(&["request", "give", &abroad, given], "hgr_case_missing");
    }
    bank.refused(&["request", "give", "INST-2020-0001", "report"], "institution_unknown");
    let shown =
        bank.json(&["record", "show", "--as", "search_coordinator", "--kind", "search_request", &request]);
    assert!(shown["history"].to_string().contains("hgr_case_missing"), "{}", shown["history"]);
    let home = bank.institution(&["uscc=91350100M000100Y43"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let report =
        |to: &str| bank.run(&["search", "--typing", TYPING, "--report", file.to_str().unwrap(), "--to", to]);
    let refused = report(&abroad);
    assert_eq!((refused.exit, file.exists()), (Some(2), false), "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("hgr_case_missing"), "{}", refused.err);
    let given = report(&home);
    assert_eq!(given.exit, Some(0), "{}{}", given.out, given.err);
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!((&told["receiver"], &told["hgr_approval"]), (&home.as_str().into(), &Value::Null));
    assert_eq!(bank.json(&["request", "give", &home, "dossier"])["needs_case"], false);
    let whole = bank.run(&["audit", "verify"]);
    assert_eq!(whole.exit, Some(0), "{}{}", whole.out, whole.err);
}
