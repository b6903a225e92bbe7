//! The executable, and the real data that some tests read when it is there.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What the program answered.
pub struct Answer {
    pub exit: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs the program with arguments and standard input.
pub fn qidai(args: &[&str], input: &str) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qidai"))
        .args(args)
        .env_remove("QIDAI_DATABASE_URL")
        .env_remove("QIDAI_LANG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Written beside reading: a full pipe on one side must not stop the other.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let _ = writer.join();
    Answer {
        exit: status.code(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

/// A folder of test data beside the project; `None` is said aloud.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {folder} is not beside the project");
    None
}

/// The release of tests: `QIDAI_IMGT_HLA`, else the one beside the project.
pub fn release() -> Option<PathBuf> {
    match std::env::var_os("QIDAI_IMGT_HLA") {
        Some(dir) => Some(PathBuf::from(dir)),
        None => shared("imgt-hla-3.58.0"),
    }
}
