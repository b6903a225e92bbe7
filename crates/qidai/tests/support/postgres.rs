//! A PostgreSQL server for the time of a test, started from the installed binaries, on a socket in its own folder.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    process: Child,
}

impl Postgres {
    /// Starts a server; without the binaries says so and gives `None`, which fails the test when
    /// `QIDAI_REQUIRE_POSTGRES=1`.
    pub fn start_or_skip() -> Option<Postgres> {
        if let Some(programs) = programs() {
            return Some(Postgres::start(programs));
        }
        let required = std::env::var("QIDAI_REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
        assert!(!required, "PostgreSQL is required: initdb was not found");
        eprintln!("SKIPPED, no PostgreSQL: initdb was found neither in PATH nor in /usr/lib");
        None
    }

    fn start(programs: PathBuf) -> Postgres {
        let folder = tempfile::tempdir().unwrap();
        let user = unprivileged_user(folder.path());
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = folder.path().join("data");
        let made = as_user(&programs.join("initdb"), folder.path(), user)
            .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let process = as_user(&programs.join("postgres"), folder.path(), user)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c"])
            .arg(format!("unix_socket_directories={}", folder.path().display()))
            .arg("-D")
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Postgres { folder, programs, process };
        let begun = Instant::now();
        while !server.sql("postgres", "SELECT 1") {
            assert!(begun.elapsed() < Duration::from_secs(30), "the server does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// Runs a statement; true when it succeeded.
    pub fn sql(&self, database: &str, statement: &str) -> bool {
        let own = self.programs.join("psql");
        let mut psql = Command::new(if own.exists() { own } else { PathBuf::from("psql") });
        psql.args(["-q", "-U", "postgres", "-d", database, "-c", statement])
            .arg("-h")
            .arg(self.folder.path());
        psql.output().is_ok_and(|output| output.status.success())
    }

    /// The address of a new, empty database.
    pub fn database(&self, name: &str) -> String {
        assert!(self.sql("postgres", &format!("CREATE DATABASE {name}")), "{name}");
        format!("postgres://postgres@localhost/{name}?host={}", self.folder.path().display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Its helpers notice that the first process is gone, and end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The newest installed PostgreSQL.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    let version = |folder: &PathBuf| -> Option<u32> { folder.parent()?.file_name()?.to_str()?.parse().ok() };
    in_path.or_else(|| {
        let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let folders = installed.map(|entry| entry.path().join("bin"));
        folders.filter(|folder| folder.join("initdb").exists()).max_by_key(version)
    })
}

/// PostgreSQL refuses to run as root: then the user `postgres`, or else `nobody`, runs it.
fn unprivileged_user(own: &Path) -> Option<(u32, u32)> {
    if std::fs::metadata(own).unwrap().uid() != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids_of = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2);
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    };
    ids_of("postgres").or_else(|| ids_of("nobody"))
}

fn as_user(program: &Path, folder: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
