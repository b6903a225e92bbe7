//! A server beside other programs that write the same bank.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::qidai;

/// A running server; stopped when it is dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(bank: &str) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_qidai"))
            .args(["--lang", "en", "serve", "--bank", bank, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        Server { process, address }
    }

    /// Head and body of the answer.
    fn ask(&self, method: &str, path: &str, form: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    fn health(&self) -> Value {
        serde_json::from_str(&self.ask("GET", "/healthz", "").1).unwrap()
    }

    /// Sends the search form and gives the address of the answer.
    fn search(&self, form: &str) -> String {
        let (_, page) = self.ask("GET", "/", "");
        let key = page.split("name=\"form_key\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let (head, body) = self.ask("POST", "/search", &format!("form_key={}&{form}", key.unwrap()));
        let place = head.lines().find_map(|line| line.strip_prefix("location: "));
        place.unwrap_or_else(|| panic!("{head}\n{body}")).to_owned()
    }

    /// Memory that the process holds, in MB; nothing where the system does not tell.
    fn resident_mb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_server_finds_what_another_program_imported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let made = qidai(&["demo", "--dir", &path(""), "--units", "50", "--no-serve"], "");
    assert_eq!(made.exit, Some(0), "{}", made.err);
    let server = Server::start(&path("bank.sqlite"));
    let before = server.health()["generation"].as_u64().unwrap();
    std::fs::write(path("list.gl"), "X1%A*02:01+A*11:01^B*13:02+B*46:01\n").unwrap();
    let import = ["import", "list", &path("list.gl"), "--bank", &path("bank.sqlite"), "--name", "elsewhere"];
    assert_eq!(qidai(&import, "").exit, Some(0));
    let begun = Instant::now();
    while server.health()["generation"].as_u64().unwrap() == before {
        assert!(begun.elapsed() < Duration::from_secs(20), "the server never saw the new entry");
        std::thread::sleep(Duration::from_millis(100));
    }
    let (_, page) = server.ask("GET", "/?lang=en", "");
    assert!(page.contains("1 record of external lists"), "{page}");
    let found = server.search("paste=A*02:01,11:01+B*13:02,46:01&limit=500");
    let (_, list) = server.ask("GET", &found, "");
    assert!(list.contains("X1"), "the new entry is in the list of a search");
}

#[test]
fn issue_2_many_searches_do_not_fill_the_memory_and_the_first_can_still_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let made = qidai(&["demo", "--dir", &path(""), "--units", "600", "--no-serve"], "");
    assert_eq!(made.exit, Some(0), "{}", made.err);
    let server = Server::start(&path("bank.sqlite"));
    let form = "paste=A*11:01,24:02+B*15:02,40:01+DRB1*11:01,12:02&filter=not_computable&limit=500";
    let shown = |address: &str| {
        let (_, page) = server.ask("GET", address, "");
        page.matches("class=\"din\"").count()
    };
    let first = server.search(form);
    assert_eq!(shown(&first), 500);
    let before = server.resident_mb();
    let ids: Vec<String> = (0..120).map(|_| server.search(form)).collect();
    assert_eq!(shown(&first), 500, "asked again, because its answer was let go");
    assert_eq!(shown(&ids[119]), 500);
    if let (Some(before), Some(after)) = (before, server.resident_mb()) {
        // 120 answers of 500 units would be 160 MB.
        assert!(after < before + 80, "{before} MB before, {after} MB after");
    }
}
