//! The laboratory from the command line: an analyser on a port, a decision, and the same decision again.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use qidai_exchange::analyser::{frame, hl7};
use serde_json::Value;
use support::{Answer, qidai};

/// `G123424000001` with its check character.
const DIN: &str = "G1234240000011";

fn lines(answer: &Answer) -> Vec<Value> {
    answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A bank with one public unit in quarantine.
fn bank(folder: &std::path::Path) -> String {
    let bank = folder.join("bank.sqlite").display().to_string();
    let file = folder.join("units.csv");
    let header = "din,bank_type,status,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,viability_percent,hla";
    let row = format!("{DIN},public,quarantine,2024-05-01,F,A,+,1200000000,4080000,25,97.5,");
    std::fs::write(&file, format!("{header}\n{row}\n")).unwrap();
    let made = qidai(&["import", "units", file.to_str().unwrap(), "--bank", &bank], "");
    assert_eq!(made.exit, Some(0), "{}{}", made.out, made.err);
    bank
}

/// A listener; it is ended when this is dropped.
struct Listener {
    process: Child,
    out: BufReader<std::process::ChildStdout>,
    astm: String,
    hl7: String,
}

impl Listener {
    fn start(bank: &str) -> Listener {
        let mut process = Command::new(env!("CARGO_BIN_EXE_qidai"))
            .args(["lab", "listen", "--bank", bank, "--astm", "0", "--hl7", "0"])
            .env_remove("QIDAI_DATABASE_URL")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        out.read_line(&mut said).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        let address = |protocol: &str| said["listening"][protocol].as_str().unwrap().to_owned();
        assert!(address("astm").starts_with("127.0.0.1:"), "this machine only, unless it is said otherwise");
        Listener { astm: address("astm"), hl7: address("hl7"), process, out }
    }

    /// What became of the next message.
    fn told(&mut self) -> Value {
        let mut said = String::new();
        self.out.read_line(&mut said).unwrap();
        serde_json::from_str(&said).unwrap()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn connected(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Sends one frame, or one control character; gives the answer.
fn ask(stream: &mut TcpStream, bytes: &[u8]) -> u8 {
    stream.write_all(bytes).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    answer[0]
}

/// Sends a message; gives the code of its acknowledgement.
fn acknowledged(stream: &mut TcpStream, message: &str) -> String {
    stream.write_all(&hl7::framed(message.as_bytes())).unwrap();
    let (mut bytes, mut one) = (Vec::new(), [0]);
    while !bytes.ends_with(&[0x1c, 0x0d]) {
        stream.read_exact(&mut one).unwrap();
        bytes.push(one[0]);
    }
    let text = String::from_utf8(bytes).unwrap();
    text.split("MSA|").nth(1).unwrap()[..2].to_owned()
}

#[test]
fn an_analyser_sends_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let bank = bank(folder.path());
    let mut listener = Listener::start(&bank);

    let text = format!("H|\\^&|||AN\rO|1|{DIN}-P\rR|1|^^^WBC|7.5|10*3/uL\rR|2|^^^HCT|31,5|%\rL|1\r");
    let mut analyser = connected(&listener.astm);
    let frames = frame::frames_of(text.as_bytes());
    let mut broken = frames[1].clone();
    broken[4] ^= 1;
    assert_eq!(ask(&mut analyser, &frames[0]), frame::ACK);
    assert_eq!(ask(&mut analyser, &broken), frame::NAK, "asked for again");
    for one in &frames[1..frames.len() - 1] {
        assert_eq!(ask(&mut analyser, one), frame::ACK);
    }
    analyser.write_all(&[frame::EOT]).unwrap();
    let told = listener.told();
    assert_eq!((&told["outcome"], &told["accepted"]), (&"partly".into(), &1.into()), "{told}");

    let message = |name: &str, value: &str| {
        format!(
            "MSH|^~\\&|AN2|LAB|||20261124||ORU^R01|{name}|P|2.5\rOBR|1||{DIN}\rOBX|1|ST|HBSAG||{value}||||||F\r"
        )
    };
    let mut host = connected(&listener.hl7);
    assert_eq!(acknowledged(&mut host, &message("1", "阴性")), "AA");
    assert_eq!(acknowledged(&mut host, &message("1", "阴性")), "AA", "sent again: taken, and entered once");
    assert_eq!(acknowledged(&mut host, &message("1", "阳性")), "AE", "the same name with another content");
    let outcomes: Vec<Value> = (0..3).map(|_| listener.told()["outcome"].clone()).collect();
    assert_eq!(outcomes, ["taken", "repeated", "conflict"]);
    drop((analyser, host, listener));

    let messages = lines(&qidai(&["lab", "messages", "--bank", &bank], ""));
    assert_eq!(messages.len(), 3);
    let of_astm = messages.iter().find(|one| one["protocol"] == "astm").unwrap();
    let codes: Vec<&str> =
        of_astm["remarks"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["frame_checksum_wrong", "result_decimal_comma"]);
    let raw = qidai(&["lab", "message", "--bank", &bank, of_astm["message"].as_str().unwrap()], "");
    assert!(raw.out.contains("31,5") && raw.out.starts_with('\u{5}'), "{:?}", raw.out);
    let waiting = lines(&qidai(&["lab", "worklist", "--bank", &bank], ""));
    let told: Vec<&str> = waiting.iter().map(|one| one["test"].as_str().unwrap()).collect();
    assert_eq!(told, ["wbc_raw", "hbsag"]);
    let id = waiting[0]["id"].as_str().unwrap();
    let agreed = qidai(&["lab", "review", "--bank", &bank, id, "--say", "agree"], "");
    assert_eq!(agreed.exit, Some(2), "who listened is who reviews: four eyes");
    assert_eq!(lines(&agreed)[0]["error"]["code"], "four_eyes");
    assert_eq!(qidai(&["audit", "verify", "--bank", &bank], "").exit, Some(0));
}

#[test]
fn a_unit_is_decided_on_and_the_decision_comes_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let bank = bank(folder.path());
    let profiles = lines(&qidai(&["unit", "profiles"], ""));
    assert!(profiles.iter().any(|one| one["profile"] == "cn-public-v1"));
    let decide = |profile: &str| qidai(&["unit", "decide", DIN, "--profile", profile, "--bank", &bank], "");
    let first = decide("cn-public-v1");
    assert_eq!(first.exit, Some(2), "not everything is known: {}{}", first.out, first.err);
    assert_eq!(lines(&first)[0]["outcome"], "incomplete");
    let entered = ["--test", "tnc_total", "--phase", "processed", "--value", "3.1", "--unit", "10^8"];
    let front = ["lab", "enter", "--bank", &bank, DIN];
    assert_eq!(qidai(&[&front[..], &entered].concat(), "").exit, Some(0));
    let unknown = decide("moon");
    assert_eq!(lines(&unknown)[0]["error"]["code"], "specification_unknown");
    assert_eq!(lines(&decide("family-min"))[0]["error"]["code"], "profile_not_for_unit");
    let again = qidai(&["unit", "decision", DIN, "--again", "--bank", &bank], "");
    assert_eq!(again.exit, Some(0), "{}{}", again.out, again.err);
    let again = lines(&again);
    assert_eq!((again.len(), &again[0]["same"]), (1, &Value::Bool(true)));
    assert_eq!(again[0]["decision"]["facts"]["tnc_total"]["value"], "1200000000", "what it saw then");
}

#[test]
fn formulas_are_computed_and_control_material_is_judged() {
    let computed = qidai(&["lab", "compute", "tnc_corrected", "9.5", "8", "92.35"], "");
    assert_eq!((computed.exit, computed.out.as_str()), (Some(0), "812337963\tcells\n"));
    assert_eq!(qidai(&["lab", "compute", "tnc_raw", "9,5", "80"], "").exit, Some(2));
    let folder = tempfile::tempdir().unwrap();
    let bank = bank(folder.path());
    let control = [
        "--test",
        "wbc_raw",
        "--level",
        "L1",
        "--lot",
        "7",
        "--analyser",
        "AN",
        "--mean",
        "7",
        "--sd",
        "0.25",
        "--valid-until",
        "2099-01-01",
    ];
    let made = qidai(&[&["lab", "qc", "control", "--bank", &bank][..], &control].concat(), "");
    assert_eq!(made.exit, Some(0), "{}{}", made.out, made.err);
    let id = lines(&made)[0]["control"].as_str().unwrap().to_owned();
    let measure = |value: &str| {
        let measured =
            qidai(&["lab", "qc", "measure", "--bank", &bank, &id, "--run", "1", "--value", value], "");
        (measured.exit, lines(&measured)[0]["verdict"].clone())
    };
    assert_eq!(measure("7.1"), (Some(0), "in_control".into()));
    assert_eq!(measure("7.9"), (Some(2), "1-3s".into()));
    let list = lines(&qidai(&["lab", "qc", "list", "--bank", &bank], ""));
    assert_eq!(list[0]["points"].as_array().unwrap().len(), 2);
}
