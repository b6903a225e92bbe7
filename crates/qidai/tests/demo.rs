//! A stranger tries `qidai demo`.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

fn qidai() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    command.env_remove("QIDAI_DATABASE_URL").env_remove("QIDAI_LANG");
    command
}

fn demo(dir: &Path, more: &[&str]) -> Output {
    qidai().args(["demo", "--units", "400", "--dir"]).arg(dir).args(more).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Lines of a list whose first word is their rank.
fn ranks(printed: &str) -> Vec<u32> {
    let first_words = printed.lines().filter_map(|line| line.split(' ').next());
    first_words.filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn a_stranger_sees_a_ranked_list_and_sees_it_again() {
    let home = TempDir::new().unwrap();
    let first = demo(home.path(), &["--no-serve"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let printed = text(&first.stdout);
    let ranks = ranks(&printed);
    assert!(ranks.len() > 3, "{printed}");
    assert!(ranks.iter().copied().eq(1..=ranks.len() as u32), "{printed}");
    assert!(printed.contains("synthetic"), "{printed}");

    let again = demo(home.path(), &["--no-serve"]);
    assert!(again.status.success());
    let list = |printed: &str| printed.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(list(&printed), list(&text(&again.stdout)), "the same bank has the same answer");
}

#[test]
fn two_strangers_with_one_seed_have_one_answer() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let list = |output: Output| text(&output.stdout).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let there = list(demo(one.path(), &["--no-serve", "--seed", "7"]));
    assert_eq!(there, list(demo(two.path(), &["--no-serve", "--seed", "7"])));
}

#[test]
fn another_seed_in_the_same_folder_is_refused() {
    let home = TempDir::new().unwrap();
    assert!(demo(home.path(), &["--no-serve"]).status.success());
    let refused = demo(home.path(), &["--no-serve", "--seed", "2"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).starts_with("demo_plan_differs"), "{}", text(&refused.stderr));
}

#[test]
fn a_killed_demonstration_can_be_run_again() {
    let home = TempDir::new().unwrap();
    let mut started = qidai()
        .args(["demo", "--units", "20000", "--no-serve", "--dir"])
        .arg(home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    started.kill().unwrap();
    started.wait().unwrap();
    let again =
        qidai().args(["demo", "--units", "20000", "--no-serve", "--dir"]).arg(home.path()).output().unwrap();
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert!(text(&again.stdout).contains("20,000"), "{}", text(&again.stdout));
}

#[test]
fn the_export_is_accepted_by_the_import_without_an_issue() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("units.csv");
    let made = demo(&home.path().join("d"), &["--no-serve", "--export", &file.to_string_lossy()]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let import = || {
        let mut command = qidai();
        command.args(["import", "units", "--format", "json"]).arg(&file);
        let output = command.arg("--bank").arg(home.path().join("imported.sqlite")).output().unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    // 400 searchable, 36 pending, 120 family, 24 gone.
    let first = import();
    assert_eq!((&first["accepted"], &first["unchanged"]), (&580.into(), &0.into()));
    let second = import();
    assert_eq!((&second["accepted"], &second["unchanged"]), (&0.into(), &580.into()));
}

#[test]
fn sizes_and_dates_that_cannot_be_are_refused_with_their_value() {
    let home = TempDir::new().unwrap();
    for (options, word) in [
        (["--units", "0"], "0"),
        (["--units", "many"], "many"),
        (["--today", "1990-01-01"], "1990-01-01"),
        (["--scale", "planet"], "planet"),
    ] {
        let output =
            qidai().args(["demo", "--no-serve", "--dir"]).arg(home.path()).args(options).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(text(&output.stderr).contains(word), "{}", text(&output.stderr));
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_an_outage_with_its_name() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let output = demo(&file.join("below"), &["--no-serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("folder_not_made"), "{}", text(&output.stderr));
}

/// Ends the server even when the test fails.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // A process that has ended already needs no ending.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn after_the_list_the_page_is_served() {
    let home = TempDir::new().unwrap();
    let mut command = qidai();
    command.args(["demo", "--units", "200", "--listen", "127.0.0.1:0", "--dir"]).arg(home.path());
    let mut served = Served(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(served.0.stdout.take().unwrap()).lines();
    let address = lines.map(Result::unwrap).find_map(|line| {
        let (_, rest) = line.split_once("http://")?;
        Some(rest.split('/').next()?.to_owned())
    });
    let mut stream = TcpStream::connect(address.unwrap()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let status = String::from_utf8_lossy(&answer).lines().next().map(str::to_owned);
    assert!(
        status.is_some_and(|status| status.contains(" 200 ") || status.contains(" 303 ")),
        "the page answers"
    );
}
