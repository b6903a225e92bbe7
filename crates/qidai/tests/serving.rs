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

    fn health(&self) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap()
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
}
