//! The list of pages, and a demonstration bank in which each of them has something to show.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::server::{Server, until};
use super::staff::{PASSWORD, link, secret_of};
use super::support::qidai;

const PAGES: &str = include_str!("../cases/pages.tsv");
const ROUTES: &str = include_str!("../cases/routes.tsv");
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
/// Somebody whom the demonstration's population can be matched with.
pub const PATIENT: &str = "A*02:07,11:01 B*46:01,40:01 C*01:02,07:02 DRB1*09:01,08:03 DQB1*03:03,06:01";

/// One page in one of its states.
pub struct Page {
    pub route: &'static str,
    pub name: &'static str,
    pub address: String,
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect())
}

/// Routes that answer a GET and have no line in the list of pages, and lines that have no route.
pub fn forgotten() -> Vec<String> {
    let listed: Vec<&str> = rows(PAGES).map(|row| row[0]).collect();
    let routes: Vec<&str> = rows(ROUTES).filter(|row| row[0] == "GET").map(|row| row[1]).collect();
    // An address under /api answers programs.
    let forgotten = routes.iter().filter(|path| !path.starts_with("/api/") && !listed.contains(path));
    let gone = listed.iter().filter(|path| !routes.contains(path));
    forgotten
        .map(|path| format!("no line: {path}"))
        .chain(gone.map(|path| format!("no route: {path}")))
        .collect()
}

/// A demonstration with somebody's emergency, an invited account, two searches and a verification.
pub struct Demonstration {
    pub server: Server,
    pub bank: String,
    pub pages: Vec<Page>,
    _folder: TempDir,
}

impl Demonstration {
    pub fn begin() -> Demonstration {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        let made = qidai(&["demo", "--dir", dir, "--units", "400", "--no-serve"], "");
        assert_eq!(made.exit, Some(0), "{}", made.err);
        let bank = folder.path().join("bank.sqlite").to_str().unwrap().to_owned();
        let server = Server::start(folder.path(), &["--bank", &bank], &[]);
        let mut demonstration = Demonstration { server, bank, pages: Vec::new(), _folder: folder };
        demonstration.pages = demonstration.filled();
        demonstration
    }

    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    fn filled(&self) -> Vec<Page> {
        let site = [
            "site",
            "--bank",
            &self.bank,
            "put",
            "jinan",
            "--kind",
            "collection_hospital",
            "--name",
            "Jinan",
        ];
        assert_eq!(qidai(&site, "").exit, Some(0));
        let technologist = self.technologist("T0001");
        self.take_role_in_an_emergency(&technologist);
        let unit = self.first_unit();
        let subject = unit.replacen("/units/", "unit/", 1);
        let institution = self.institution();
        let (patient, request) = self.patient_with_request(&institution);
        let search = self.search("weight_kg=26&min_x6=4&min_x8=4&limit=20");
        let page = self.server.get(&format!("/search/{search}"), &[]).body;
        let marks = page.split("name=\"unit\" value=\"").skip(1).take(3);
        let listed: Vec<String> = marks.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        let values = [
            ("{patient}", patient),
            ("{request}", request),
            ("{institution}", institution),
            ("{document}", self.document(&technologist, &subject)),
            ("{unit}", unit),
            ("{subject}", subject),
            ("{first}", listed[0].clone()),
            ("{second}", listed[1].clone()),
            ("{third}", listed[2].clone()),
            ("{search}", search),
            ("{nobody}", self.search("weight_kg=150&min_x6=6&min_x8=8&min_tnc=90&limit=20")),
            ("{person}", "T0001".to_owned()),
            ("{link}", link(&self.bank, "S0012", "search_coordinator")),
        ];
        self.control_material();
        self.verify();
        let pages = rows(PAGES).filter(|row| row[2] != "-").map(|row| {
            let mut address = row[2].to_owned();
            for (name, value) in &values {
                address = address.replace(name, value);
            }
            Page { route: row[0], name: row[1], address }
        });
        pages.collect()
    }

    // Names of places here are words that stand in both languages alike: pages show them as they were written.

    /// A partner that waits for its approval; its number. The code of the institution is that of a worked example.
    fn institution(&self) -> String {
        let fields = ["name=Jinan", "kind=hospital", "uscc=91350100M000100Y43"];
        let front = ["record", "create", "--bank", &self.bank, "--as", "quality", "--kind", "institution"];
        let made = qidai(&[&front[..], &fields].concat(), "");
        assert_eq!(made.exit, Some(0), "{}{}", made.out, made.err);
        between(&made.out, "\"number\":\"", "\"")
    }

    /// A patient who was searched for, and whose request was reported.
    fn patient_with_request(&self, centre: &str) -> (String, String) {
        let bank = ["--bank", &self.bank];
        let (typing, centre) = (PATIENT, format!("requester={centre}"));
        let add = ["patient", "add", "--site", "jinan", "--centre", centre.trim_start_matches("requester=")];
        let more =
            ["--pseudonym", "TC-17", "--diagnosis", "acute_leukaemia", "--weight", "26", "--typing", typing];
        let antibodies = ["--antibody", "A2=800", "--antibody", "B62=5200"];
        let made = qidai(&[&add[..], &more, &antibodies, &bank].concat(), "");
        assert_eq!(made.exit, Some(0), "{}{}", made.out, made.err);
        let patient = between(&made.out, "\"patient\":\"", "\"");
        let of = format!("patient={patient}");
        let kind =
            ["record", "create", "--as", "search_coordinator", "--kind", "search_request", "--site", "jinan"];
        let fields = [of.as_str(), &centre, "kind=preliminary", "urgency=emergency", "asked_on=2026-01-05"];
        let made = qidai(&[&kind[..], &bank, &fields].concat(), "");
        assert_eq!(made.exit, Some(0), "{}{}", made.out, made.err);
        let request = between(&made.out, "\"number\":\"", "\"");
        let go = |to: &str| {
            let kind = [
                "record",
                "move",
                "--as",
                "search_coordinator",
                "--kind",
                "search_request",
                &request,
                "--to",
                to,
            ];
            let moved = qidai(&[&kind[..], &bank].concat(), "");
            assert_eq!(moved.exit, Some(0), "{}{}", moved.out, moved.err);
        };
        go("submitted");
        go("accepted");
        let searched = qidai(&[&["request", "search", &request][..], &bank].concat(), "");
        assert_eq!(searched.exit, Some(0), "{}{}", searched.out, searched.err);
        go("report");
        (patient, request)
    }

    /// Control material whose last measurement is rejected.
    fn control_material(&self) {
        let lot = [
            ["--test", "wbc_raw"],
            ["--level", "L1"],
            ["--lot", "QC-7"],
            ["--analyser", "AN-1"],
            ["--mean", "7"],
            ["--sd", "0.25"],
            ["--valid-until", "2099-01-01"],
        ];
        let made = qidai(&[&["lab", "qc", "control", "--bank", &self.bank][..], &lot.concat()].concat(), "");
        let control = between(&made.out, "\"control\":\"", "\"");
        for value in ["7.1", "6.9", "7.6", "7.9"] {
            qidai(
                &["lab", "qc", "measure", "--bank", &self.bank, &control, "--run", value, "--value", value],
                "",
            );
        }
    }

    /// The key in the forms of the demonstration's visitors.
    pub fn form_key(&self) -> String {
        between(&self.server.get("/", &[]).body, "name=\"form_key\" value=\"", "\"")
    }

    fn post(&self, path: &str, fields: &str) -> super::server::Reply {
        let fields = format!("form_key={}&{fields}", self.form_key());
        self.server.send("POST", path, &[FORM], &fields)
    }

    fn search(&self, fields: &str) -> String {
        let patient = PATIENT.replace(' ', "+");
        let reply = self.post("/search", &format!("paste={patient}&profile=default&order=default&{fields}"));
        between(&reply.head, "location: /search/", "\r")
    }

    fn first_unit(&self) -> String {
        let list = self.server.get("/units?status=available", &[]).body;
        format!("/units/din/{}", between(&list, "href=\"/units/din/", "\""))
    }

    /// Cookie and form key of somebody who has just signed in.
    fn technologist(&self, number: &str) -> (String, String) {
        let link = link(&self.bank, number, "technologist");
        let page = self.server.get(&format!("/welcome/{link}"), &[]);
        let code = secret_of(&between(&page.body, "mono secret\">", "<")).code(Timestamp::now());
        let password = PASSWORD.replace(' ', "+");
        let fields = format!("password={password}&again={password}&code={code}");
        let reply = self.server.send("POST", &format!("/welcome/{link}"), &[FORM], &fields);
        let cookie = format!("Cookie: qidai={}", between(&reply.head, "set-cookie: qidai=", ";"));
        let key =
            between(&self.server.get("/emergency", &[&cookie]).body, "name=\"form_key\" value=\"", "\"");
        (cookie, key)
    }

    fn take_role_in_an_emergency(&self, (cookie, key): &(String, String)) {
        let fields =
            format!("form_key={key}&role=storage_custodian&reason=tank+7+alarms+and+nobody+else+is+here");
        assert_eq!(self.server.send("POST", "/emergency", &[FORM, cookie], &fields).status, 303);
    }

    /// A text file of a unit; the address of its page.
    fn document(&self, (cookie, key): &(String, String), subject: &str) -> String {
        let part = |head: &str, content: &str| {
            format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let body = [
            part("name=\"form_key\"", key),
            part("name=\"subject\"", subject),
            part("name=\"class\"", "report"),
            part("name=\"file\"; filename=\"counts.csv\"", "measure,value\ntnc_total,1684000000\n"),
            "--edge--\r\n".to_owned(),
        ];
        let kind = "Content-Type: multipart/form-data; boundary=edge";
        let reply = self.server.send("POST", "/documents", &[kind, cookie], &body.concat());
        assert_eq!(reply.status, 303, "{}", reply.body);
        let list = self.server.get(&format!("/documents?subject={subject}"), &[]).body;
        format!("/documents/{}", between(&list, "href=\"/documents/", "\""))
    }

    fn verify(&self) {
        self.post("/admin/audit", "");
        until("the bank is verified", || {
            std::thread::sleep(Duration::from_millis(50));
            !self.server.get("/admin/audit", &[]).body.contains("http-equiv=\"refresh\"")
        });
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in:\n{text}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}
