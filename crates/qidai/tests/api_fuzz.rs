//! Every operation of the API is asked what nobody would ask: right, at the edges, and wrong. Whatever comes, the answer
//! is one of those that the document promises, and never a failure of the program.
//!
//! The seed is printed; `QIDAI_FUZZ_SEED` repeats a run, `QIDAI_FUZZ_SECONDS` gives it more time.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, dead_code)] // a test that cannot go on has failed

#[path = "api_fuzz/generate.rs"]
mod generate;
#[path = "api_fuzz/judge.rs"]
mod judge;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/server.rs"]
mod server;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use generate::{Known, Sent};
use judge::Judge;
use postgres::Postgres;
use qidai_bank::{Actor, BankType, IdSource, Identity, Store, UnitRecord, WriteContext};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use server::Server;
use support::qidai;

/// Time in the suite; a run by hand takes more.
const SECONDS_USUAL: u64 = 12;

/// An answer, its body as it came.
pub struct Told {
    pub status: u16,
    pub content_type: String,
    pub head: String,
    pub body: Vec<u8>,
}

/// Sends bytes as they are and reads to the end.
fn exchange(address: &str, request: &[u8]) -> Told {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    // Who asks whether to go on (`Expect: 100-continue`) is told so before the answer.
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
    let answer = answer.strip_prefix(interim).unwrap_or(&answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let content_type = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().to_owned();
    Told { status, content_type, body: answer.get(end + 4..).unwrap_or_default().to_vec(), head }
}

fn document(address: &str) -> Value {
    let request = format!("GET /api/openapi.json HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    serde_json::from_slice(&exchange(address, request.as_bytes()).body).unwrap()
}

/// A served demonstration, whose visitors may do nearly everything.
fn serve(folder: &std::path::Path, units: &str) -> Server {
    let made = qidai(&["demo", "--dir", folder.to_str().unwrap(), "--units", units, "--no-serve"], "");
    assert_eq!(made.exit, Some(0), "{}", made.err);
    let bank = folder.join("bank.sqlite").to_str().unwrap().to_owned();
    Server::start(folder, &["--bank", &bank], &[UNLIMITED])
}

/// The budget of a token would end the questions early.
const UNLIMITED: (&str, &str) = ("QIDAI_LIMITS_TOKEN", "1000000");

/// Id and secret of a token with all that visitors of the demonstration may do.
fn token(address: &str) -> [String; 2] {
    let ask = |line: &str, body: &str| {
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        serde_json::from_slice::<Value>(&exchange(address, request.as_bytes()).body).unwrap()
    };
    let scopes = &ask("GET /api/me", "")["permissions"];
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2)).to_string();
    let new = serde_json::json!({"owner": "DEMO", "label": "fuzz", "scopes": scopes, "expires_at": until});
    let made = ask("POST /api/tokens", &new.to_string());
    ["id", "token"].map(|name| made[name].as_str().unwrap().to_owned())
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Asks every operation in turn until the time is over; gives what was wrong, each kind once.
fn fuzz(address: &str, seed: u64, time: Duration) -> Vec<String> {
    let document = document(address);
    let (judge, [own_token, token]) = (Judge::new(&document), token(address));
    let mut random = StdRng::seed_from_u64(seed);
    let mut known = Known { own_token, ..Known::default() };
    let (begun, mut asked, mut wrong) = (Instant::now(), 0_u64, Vec::<(String, String)>::new());
    let mut statuses = std::collections::BTreeMap::<u16, u64>::new();
    'time: loop {
        for (path, method, operation) in judge.operations() {
            if begun.elapsed() > time {
                break 'time;
            }
            let sent = Sent::make(path, method, operation, &document, &known, &mut random);
            let told = exchange(address, &sent.bytes(address, &token));
            known.learn(&told.body);
            asked += 1;
            *statuses.entry(told.status).or_default() += 1;
            if let Some(complaint) = judge.complaint(path, method, &told) {
                let kind = format!("{method} {path} {} {}", told.status, told.content_type);
                if !wrong.iter().any(|(known, _)| *known == kind) {
                    wrong.push((kind, format!("{complaint}\n  sent: {}", sent.shown())));
                }
            }
        }
    }
    println!(
        "seed {seed}: {asked} requests in {:.1} s, by status {statuses:?}",
        begun.elapsed().as_secs_f64()
    );
    let few = judge.operations().count() as u64 * 3;
    assert!(asked > few, "only {asked} requests: the time was too short to say anything");
    let nobody = statuses.get(&401).copied().unwrap_or_default();
    assert!(nobody * 5 < asked, "the token was lost on the way: {statuses:?}");
    assert!(statuses.get(&200).is_some_and(|good| *good > 50), "nothing was asked rightly: {statuses:?}");
    wrong.into_iter().map(|(kind, complaint)| format!("{kind}: {complaint}")).collect()
}

/// What a server logged of its own failures.
fn errors(server: &Server) -> String {
    server
        .log()
        .lines()
        .filter(|line| line.contains("ERROR") || line.contains("panicked"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn no_request_breaks_the_program_or_its_promises() {
    let seed = setting("QIDAI_FUZZ_SEED", rand::rng().random::<u32>().into());
    let time = Duration::from_secs(setting("QIDAI_FUZZ_SECONDS", SECONDS_USUAL));
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), "200");
    let wrong = fuzz(&server.address, seed, time);
    assert!(wrong.is_empty(), "seed {seed}:\n{}\nlog:\n{}", wrong.join("\n"), errors(&server));
}

/// PostgreSQL keeps less than SQLite: no NUL, no text that is not UTF-8, no number beyond 64 bits.
#[test]
fn nor_does_any_on_postgresql() {
    let Some(postgres) = Postgres::start_or_skip() else { return };
    let seed = setting("QIDAI_FUZZ_SEED", rand::rng().random::<u32>().into());
    let time = Duration::from_secs(setting("QIDAI_FUZZ_SECONDS", SECONDS_USUAL / 2));
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let address = postgres.database("fuzz");
    let keys = folder.path().join("keys").to_str().unwrap().to_owned();
    std::fs::create_dir(&keys).unwrap();
    invented_bank(&address);
    let environment = [("QIDAI_KEYS", keys.as_str()), UNLIMITED];
    let server = Server::start(folder.path(), &["--bank", &address], &environment);
    let wrong = fuzz(&server.address, seed, time);
    assert!(wrong.is_empty(), "seed {seed}:\n{}\nlog:\n{}", wrong.join("\n"), errors(&server));
}

/// A few units, marked as invented, so that visitors of this machine may act.
fn invented_bank(address: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::create_or_open(address).await.unwrap();
        let ids = IdSource::new(|| uuid::Uuid::now_v7().to_string());
        let context = WriteContext::new(jiff::Timestamp::now(), Actor::administrator("test"), &ids);
        store.set_setting("demo_plan", "fuzz", &context).await.unwrap();
        let unit = |number: u32| {
            let din = Identity::din(&format!("G123424{number:06}")).unwrap();
            UnitRecord::new(din, BankType::Public)
        };
        store.add_units(&(1..60).map(unit).collect::<Vec<_>>(), &context).await.unwrap();
        store.close().await.unwrap();
    });
}

#[test]
fn a_broken_promise_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), "50");
    let document = document(&server.address);
    let judge = Judge::new(&document);
    let told = |status: u16, content_type: &str, body: &str| Told {
        status,
        content_type: content_type.to_owned(),
        head: String::new(),
        body: body.as_bytes().to_vec(),
    };
    let problem = r#"{"title":"a_b","status":404,"detail":"x","code":"a_b","request":"1","errors":[]}"#;
    for (answer, part) in [
        (told(500, "application/problem+json", problem), "failure"),
        (told(418, "application/problem+json", problem), "not documented"),
        (told(404, "text/html", "<p>"), "content type"),
        (told(404, "application/problem+json", r#"{"title":1}"#), "does not fit"),
        (told(200, "application/json", r#"{"items":[{"scheme":3}],"next":null}"#), "does not fit"),
        (told(200, "application/json", "{"), "no JSON"),
    ] {
        let path = if answer.status == 404 { "/api/units/{scheme}/{identity}" } else { "/api/units" };
        let complaint = judge.complaint(path, "get", &answer).unwrap();
        assert!(complaint.contains(part), "{complaint}");
    }
    let good = told(404, "application/problem+json", problem);
    assert_eq!(judge.complaint("/api/units/{scheme}/{identity}", "get", &good), None);
    let page = told(200, "application/json", r#"{"items":[],"next":null}"#);
    assert_eq!(judge.complaint("/api/units", "get", &page), None);
}
