//! A server as those meet it who run it: settings, signals, TLS, proxies, counters, and a silent log.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/server.rs"]
mod server;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;
use server::{Server, until};
use support::qidai;
use tempfile::TempDir;

/// A demonstration bank of 50 units.
fn bank() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let made = qidai(&["demo", "--dir", folder.path().to_str().unwrap(), "--units", "50", "--no-serve"], "");
    assert_eq!(made.exit, Some(0), "{}", made.err);
    let bank = folder.path().join("bank.sqlite").to_str().unwrap().to_owned();
    (folder, bank)
}

#[test]
fn a_server_says_that_it_is_ready_and_when_its_bank_is_gone() {
    let (folder, bank) = bank();
    let server = Server::start(folder.path(), &["--bank", &bank], &[]);
    let ready = server.get("/readyz", &[]);
    let parts: Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!((ready.status, &parts["status"], &parts["database"]), (200, &"ready".into(), &"ok".into()));
    std::fs::rename(&bank, format!("{bank}.away")).unwrap();
    until("the server misses its bank", || server.get("/readyz", &[]).status == 503);
    let parts: Value = serde_json::from_str(&server.get("/readyz", &[]).body).unwrap();
    assert_eq!((&parts["database"], &parts["snapshot"]), (&"database_missing".into(), &"ok".into()));
    assert_eq!(server.get("/healthz", &[]).status, 200, "the program itself answers");
    std::fs::rename(format!("{bank}.away"), &bank).unwrap();
    until("the server finds its bank", || server.get("/readyz", &[]).status == 200);
}

#[test]
fn counters_name_routes_and_never_what_was_sent() {
    let (folder, bank) = bank();
    let server =
        Server::start(folder.path(), &["--bank", &bank], &[("QIDAI_METRICS_TOKEN", "0123456789abcdef")]);
    server.get("/search/wang-xiaoming", &[]);
    server.get("/nowhere/A*11:01", &[]);
    server.send("BREW", "/healthz", &[], "");
    let metrics = server.get("/metrics", &[]);
    assert_eq!(metrics.status, 200);
    assert!(metrics.head.contains("application/openmetrics-text"), "{}", metrics.head);
    for line in [
        "route=\"/search/{id}\"",
        "qidai_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "method=\"other\"",
        "qidai_search_seconds_count",
        "qidai_snapshot_generation ",
        "qidai_snapshot_age_seconds ",
        "qidai_build{version=\"",
        "# EOF",
    ] {
        assert!(metrics.body.contains(line), "{line} is not in:\n{}", metrics.body);
    }
    for sent in ["wang", "A*11:01", "BREW", "0123456789abcdef"] {
        assert!(!metrics.body.contains(sent), "{sent} is in:\n{}", metrics.body);
    }
}

/// What is sent here must not be in any log: typings, names, addresses, tokens.
const PRIVATE: [&str; 9] = [
    "DRB1*15:01",
    "11:01",
    "DRB1%2A15",
    "wang-xiaoming",
    "王小明",
    "Xiaoming",
    "19900307",
    "203.0.113.77",
    "s3cret-token",
];

#[test]
fn the_log_knows_nobody_whatever_it_is_asked_for() {
    let (folder, bank) = bank();
    let loud = [("QIDAI_LOG", "trace"), ("QIDAI_LOG_FORMAT", "json"), ("QIDAI_TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::start(folder.path(), &["--bank", &bank], &loud);
    let typing = "A*11:01+A*24:02^B*15:02+B*40:01^DRB1*15:01+DRB1*12:02";
    let personal = [
        "User-Agent: Xiaoming",
        "X-Forwarded-For: 203.0.113.77",
        "Cookie: session=s3cret-token; lang=en",
        "Authorization: Bearer s3cret-token",
        "Referer: http://localhost/search/wang-xiaoming",
    ];
    let json = [&personal[..], &["Content-Type: application/json"]].concat();
    let form = [&personal[..], &["Content-Type: application/x-www-form-urlencoded"]].concat();
    let question = format!("{{\"patient\":\"{typing}\",\"name\":\"王小明\"}}");
    server.send("POST", "/api/search", &json, &question);
    server.send("POST", "/api/search", &json, "{\"patient\": \"王小明 19900307\", ");
    server.send("POST", "/api/search", &json, &format!("{{\"patient\":\"{typing}+{typing}\"}}"));
    server.send(
        "POST",
        "/api/typing/check",
        &json,
        &format!("{{\"locus\":\"DRB1\",\"typing\":\"{typing}\"}}"),
    );
    let pasted = typing.replace('+', "%2B").replace('^', "%5E").replace('*', "%2A");
    server.send("POST", "/search", &form, &format!("paste={pasted}&min_x6=4&limit=5"));
    server.send("POST", "/search", &form, &format!("paste=%E7%8E%8B{pasted}&birth=19900307"));
    server.get("/search/wang-xiaoming", &personal);
    server.get("/search?name=wang-xiaoming&typing=DRB1*15:01", &personal);
    server.get("/wang-xiaoming/DRB1*15:01", &personal);
    server.get("/healthz", &[&personal[..], &["Host: wang-xiaoming.example"]].concat());
    let log = server.log();
    let answered: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .filter(|line: &Value| line["message"] == "answered")
        .collect();
    assert_eq!(answered.len(), 10, "{log}");
    assert!(answered.iter().any(|line| line["route"] == "/search/{id}" && line["ms"].is_number()), "{log}");
    for private in PRIVATE {
        assert!(!log.contains(private), "{private} is in the log:\n{log}");
    }
}

#[test]
fn a_server_that_is_asked_to_end_finishes_what_is_under_way() {
    let (folder, bank) = bank();
    let mut server = Server::start(folder.path(), &["--bank", &bank], &[]);
    let mut slow = TcpStream::connect(&server.address).unwrap();
    let request =
        server.request("POST", "/api/typing/check", &["Content-Type: application/json"], "{\"a\":1}");
    let (first, rest) = request.split_at(request.len() - 3);
    slow.write_all(first.as_bytes()).unwrap();
    until("the request is under way", || server.get("/healthz", &[]).status == 200);
    server.signal("TERM");
    until("no new request is taken", || TcpStream::connect(&server.address).is_err());
    slow.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    assert!(server.wait().success());
    assert!(!Path::new(&format!("{bank}-wal")).exists(), "the bank is closed");
}

/// Writes a certificate for `localhost` and gives it.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(folder.join("key.pem"), std::fs::Permissions::from_mode(0o600)).unwrap();
    made.cert.der().clone()
}

/// Asks over TLS, trusting this certificate alone.
fn ask_tls(server: &Server, trusted: &CertificateDer<'static>, path: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(&server.address)?);
    stream.write_all(server.request("GET", path, &[], "").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8(answer).unwrap())
}

#[test]
fn tls_from_files_which_are_read_again_when_asked() {
    let (folder, bank) = bank();
    let first = certificate(folder.path());
    std::fs::write(
        folder.path().join("qidai.toml"),
        "[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n",
    )
    .unwrap();
    let server = Server::start(folder.path(), &["--bank", &bank], &[("QIDAI_LOG", "info")]);
    let answer = server::reply(&ask_tls(&server, &first, "/healthz").unwrap());
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("strict-transport-security: max-age="), "{}", answer.head);
    let second = certificate(folder.path());
    assert!(ask_tls(&server, &second, "/healthz").is_err(), "not read yet");
    server.signal("HUP");
    until("the new certificate is used", || ask_tls(&server, &second, "/healthz").is_ok());
    std::fs::write(folder.path().join("cert.pem"), "damaged").unwrap();
    server.signal("HUP");
    until("the log says so", || server.log().contains("certificate_unusable"));
    assert!(ask_tls(&server, &second, "/healthz").is_ok(), "the old one stays");
}

#[test]
fn behind_a_proxy_its_headers_count_and_nobody_elses() {
    let (folder, bank) = bank();
    let forwarded = [
        "Host: 127.0.0.1",
        "X-Forwarded-Host: bank.example",
        "X-Forwarded-Proto: https",
        "X-Forwarded-For: 203.0.113.7",
    ];
    let names = ("QIDAI_NAMES", "bank.example");
    let behind = [names, ("QIDAI_TRUSTED_PROXIES", "127.0.0.1")];
    let proxied = Server::start(folder.path(), &["--bank", &bank], &behind);
    let answer = proxied.get("/healthz", &forwarded);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.head.contains("strict-transport-security"), "{}", answer.head);
    assert_eq!(proxied.get("/metrics", &forwarded).status, 403, "the sender is elsewhere");
    let other = ["X-Forwarded-Host: evil.example", "X-Forwarded-For: 203.0.113.7"];
    assert_eq!(proxied.get("/healthz", &other).status, 403);
    drop(proxied);
    let direct = Server::start(folder.path(), &["--bank", &bank], &[names]);
    let answer = direct.get("/healthz", &forwarded);
    assert!(!answer.head.contains("strict-transport-security"), "{}", answer.head);
    assert_eq!(direct.get("/metrics", &forwarded).status, 200, "the peer is this machine");
}

#[test]
fn config_check_shows_sources_and_refuses_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("qidai.toml");
    std::fs::write(&file, "lang = \"zh-CN\"\nlog.format = \"json\"\n").unwrap();
    let check = |more: &[&str]| {
        let args = [&["config", "check", "--config", file.to_str().unwrap()], more].concat();
        qidai(&args, "")
    };
    let good = check(&["--listen", "127.0.0.1:9"]);
    assert_eq!(good.exit, Some(0), "{}{}", good.out, good.err);
    let source = |name: &str| good.out.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(source("listen").ends_with("command line"));
    assert!(source("log.format").ends_with("qidai.toml, line 2"));
    assert!(source("log.filter").ends_with("default"));
    std::fs::write(&file, "lisen = \"x\"\nmac = \"nowhere\"\nlang = 1\n").unwrap();
    let bad = check(&["--listen", "0.0.0.0:80", "--format", "json"]);
    assert_eq!(bad.exit, Some(2));
    let told: Value = serde_json::from_str(&bad.out).unwrap();
    let codes: Vec<&str> = told["mistakes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mistake| mistake["code"].as_str().unwrap())
        .collect();
    for code in ["config_unknown_setting", "config_value_invalid", "config_wrong_type"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let serve = qidai(&["serve", "--config", file.to_str().unwrap()], "");
    assert_eq!(serve.exit, Some(2), "{}", serve.err);
    assert!(serve.err.contains("config_invalid") && serve.err.contains("did you mean"), "{}", serve.err);
}
