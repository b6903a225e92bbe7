//! A running `qidai serve` and plain requests to it.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Longest that any story waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; stopped when it is dropped.
pub struct Server {
    process: Child,
    pub address: String,
    log: PathBuf,
}

/// An answer: its status, its head and its body.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Server {
    /// Starts on a free port; what it logs goes to `log` in the folder.
    pub fn start(folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Server {
        let log = folder.join("log");
        let mut process = Command::new(env!("CARGO_BIN_EXE_qidai"))
            .args(["--lang", "en", "serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .env_remove("QIDAI_DATABASE_URL")
            .env_remove("QIDAI_LOG")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.split("://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("{said}{}", std::fs::read_to_string(&log).unwrap()));
        Server { address: address.to_owned(), process, log }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub fn get(&self, path: &str, headers: &[&str]) -> Reply {
        self.send("GET", path, headers, "")
    }

    /// Sends a request as it is written here.
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Reply {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(self.request(method, path, headers, body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        reply(&answer)
    }

    pub fn request(&self, method: &str, path: &str, headers: &[&str], body: &str) -> String {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let says = |name: &str| headers.iter().any(|header| header.to_ascii_lowercase().starts_with(name));
        if !says("host:") {
            text.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !says("content-length:") {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        headers.iter().for_each(|header| text.push_str(&format!("{header}\r\n")));
        format!("{text}\r\n{body}")
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub fn wait(&mut self) -> ExitStatus {
        let mut ended = None;
        until("the server ends", || {
            ended = self.process.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn reply(answer: &str) -> Reply {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Reply { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// Waits until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
