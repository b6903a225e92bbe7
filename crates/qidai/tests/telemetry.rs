//! Readings over a real MQTT broker: nothing is lost when it restarts, when we are away or when we are killed.
//!
//! Skipped, with the reason, where `mosquitto` is not installed.
#![allow(clippy::unwrap_used, clippy::panic, dead_code)] // a test that cannot go on has failed

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use support::qidai;
use tempfile::TempDir;

/// A broker that keeps what it has not delivered.
struct Broker {
    folder: TempDir,
    port: u16,
    process: Child,
}

/// Where Debian puts it; it is not in everybody's path.
fn program() -> Option<&'static str> {
    ["mosquitto", "/usr/sbin/mosquitto"]
        .into_iter()
        .find(|name| Command::new(name).arg("-h").output().is_ok())
}

impl Broker {
    fn start_or_skip() -> Option<Broker> {
        let Some(program) = program() else {
            eprintln!("skipped: mosquitto is not installed (Debian: apt-get install mosquitto)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let place = folder.path().display();
        let mut user = "";
        // Started as root it would give its rights away and could not write into our folder.
        if Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n") {
            user = "user root\n";
        }
        let settings = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {place}/\n\
             max_queued_messages 0\nmax_inflight_messages 500\nautosave_interval 1\n{user}"
        );
        std::fs::write(folder.path().join("mosquitto.conf"), settings).unwrap();
        let process = spawn(program, folder.path());
        let broker = Broker { folder, port, process };
        broker.wait();
        Some(broker)
    }

    fn wait(&self) {
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the broker does not answer");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Ends it as a service manager does, and starts it again.
    fn restart(&mut self) {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap();
        self.process = spawn(program().unwrap(), self.folder.path());
        self.wait();
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends readings of these seconds with QoS 1; all are acknowledged by the broker when this returns.
    fn send(&self, seconds: std::ops::Range<i64>) {
        let options = MqttOptions::new(format!("gateway-{}", seconds.start), "127.0.0.1", self.port);
        let (client, mut connection) = Client::new(options, 2_000);
        let count = seconds.clone().count();
        for second in seconds {
            let payload = format!(
                "{{\"ts\":\"2026-03-01T{:02}:{:02}:{:02}Z\",\"seq\":{second},\"temp_c\":-186.5}}",
                second / 3_600,
                second / 60 % 60,
                second % 60
            );
            client.publish("qidai/v1/jn/T1/telemetry", QoS::AtLeastOnce, false, payload).unwrap();
        }
        let mut acknowledged = 0;
        for event in connection.iter() {
            if let Ok(Event::Incoming(Packet::PubAck(_))) = event {
                acknowledged += 1;
            }
            if acknowledged == count {
                return;
            }
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(program: &str, folder: &Path) -> Child {
    let settings = folder.join("mosquitto.conf");
    Command::new(program).arg("-c").arg(settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[track_caller]
fn done(args: &[&str]) -> String {
    let answer = qidai(args, "");
    assert_eq!(answer.exit, Some(0), "{args:?}: {}{}", answer.out, answer.err);
    answer.out
}

/// A bank with one tank and its probe, armed.
fn bank(folder: &TempDir) -> String {
    let bank = folder.path().join("bank.sqlite").display().to_string();
    done(&["init", "--bank", &bank, "--administrator", "S0001"]);
    done(&["storage", "room", "R1", "--name", "one", "--bank", &bank]);
    done(&[
        "storage",
        "tank",
        "T1",
        "--room",
        "R1",
        "--class",
        "released",
        "--usual-limits",
        "--bank",
        &bank,
    ]);
    done(&["telemetry", "sensor", "T1", "--tank", "T1", "--bank", &bank]);
    done(&["storage", "arm", "T1", "--bank", &bank]);
    bank
}

fn kept(bank: &str) -> u64 {
    let told = done(&["telemetry", "check", "--bank", bank]);
    let line = told.lines().find_map(|line| line.strip_prefix("readings\t")).unwrap();
    line.parse().unwrap()
}

fn listen(bank: &str, broker: &Broker, messages: &str) {
    let address = broker.address();
    done(&["telemetry", "listen", "--broker", &address, "--messages", messages, "--bank", bank]);
}

#[test]
fn what_was_sent_while_we_were_away_and_the_broker_restarted_is_kept() {
    let Some(mut broker) = Broker::start_or_skip() else { return };
    let folder = tempfile::tempdir().unwrap();
    let bank = bank(&folder);
    // The broker learns our session; then nobody listens.
    let address = broker.address();
    let first = std::thread::spawn({
        let (bank, address) = (bank.clone(), address.clone());
        move || done(&["telemetry", "listen", "--broker", &address, "--messages", "1", "--bank", &bank])
    });
    std::thread::sleep(Duration::from_millis(1_500));
    broker.send(0..1);
    first.join().unwrap();
    broker.send(10..160);
    broker.restart();
    broker.send(200..300);
    listen(&bank, &broker, "250");
    assert_eq!(kept(&bank), 251);
}

#[test]
fn who_is_killed_between_commit_and_acknowledgement_gets_it_again_and_knows_it() {
    let Some(broker) = Broker::start_or_skip() else { return };
    let folder = tempfile::tempdir().unwrap();
    let bank = bank(&folder);
    let address = broker.address();
    for round in 0..4_i64 {
        let mut listener = Command::new(env!("CARGO_BIN_EXE_qidai"))
            .args(["telemetry", "listen", "--broker", &address, "--bank", &bank])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(1_200));
        broker.send(round * 1_000..round * 1_000 + 400);
        std::thread::sleep(Duration::from_millis(u64::from(round.unsigned_abs() as u32 * 37 % 60)));
        listener.kill().unwrap();
        listener.wait().unwrap();
    }
    // Whatever is left comes now, and one more.
    broker.send(9_000..9_001);
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut last = Command::new(env!("CARGO_BIN_EXE_qidai"))
        .args(["telemetry", "listen", "--broker", &address, "--bank", &bank])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while kept(&bank) < 1_601 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(300));
    }
    last.kill().unwrap();
    last.wait().unwrap();
    assert_eq!(kept(&bank), 1_601);
}

#[test]
fn an_hour_is_played_and_every_alarm_is_that_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    for seed in ["1", "2"] {
        let bank = folder.path().join(format!("bench-{seed}.sqlite")).display().to_string();
        let told =
            done(&["bench", "telemetry", "--bank", &bank, "--tanks", "60", "--hours", "1", "--seed", seed]);
        eprintln!("seed {seed}:\n{told}");
        assert!(told.contains("alarms_missed\t0"), "{told}");
        assert!(!told.contains("alarms_expected\t0\n"), "an hour without an alarm proves nothing: {told}");
    }
}
