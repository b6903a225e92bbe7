//! A PostgreSQL server for the time of a test, started from the installed binaries.
//!
//! pgtemp does the same, but needs `sudo` where tests run as root, as they do in containers; here
//! the server is started directly as an unprivileged user. It listens on a socket in its own
//! folder, so no port is taken.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

use super::TestBank;

const START_MAX: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    folder: TempDir,
    process: Child,
}

impl Server {
    /// Starts a server; or says why there is none and gives `None`, which fails the test when
    /// `QIDAI_REQUIRE_POSTGRES=1`.
    pub(crate) async fn start_or_skip() -> Option<Self> {
        match Self::start().await {
            Ok(server) => Some(server),
            Err(reason) => {
                let required = std::env::var("QIDAI_REQUIRE_POSTGRES").is_ok_and(|v| v == "1");
                assert!(!required, "PostgreSQL is required: {reason}");
                eprintln!("SKIPPED, no PostgreSQL: {reason}");
                None
            }
        }
    }

    async fn start() -> Result<Self, String> {
        let programs = programs().ok_or("initdb was found neither in PATH nor in /usr/lib")?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let data = folder.path().join("data");
        let user = unprivileged_user(folder.path())?;
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).map_err(|error| error.to_string())?;
        }
        let made = command(&programs.join("initdb"), folder.path(), user)
            .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--locale=C", "-D"])
            .arg(&data)
            .output()
            .map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let process = command(&programs.join("postgres"), folder.path(), user)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c"])
            .arg(format!("unix_socket_directories={}", folder.path().display()))
            .arg("-D")
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let server = Self { folder, process };
        server.wait_until_ready().await?;
        Ok(server)
    }

    async fn wait_until_ready(&self) -> Result<(), String> {
        let started = Instant::now();
        loop {
            match Database::connect(self.address("postgres")).await {
                Ok(db) => return db.close().await.map_err(|error| error.to_string()),
                Err(error) if started.elapsed() > START_MAX => return Err(error.to_string()),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    pub(crate) fn address(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        format!("postgres://postgres@localhost/{database}?host={folder}")
    }

    /// An empty database for one story.
    pub(crate) async fn bank(&self, name: &str) -> TestBank {
        let db = Database::connect(self.address("postgres")).await.expect("the server answers");
        db.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
        db.close().await.expect("closed");
        TestBank::at(self.address(name))
    }
}

impl Drop for Server {
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
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    in_path.or_else(|| {
        let folders = installed.map(|entry| entry.path().join("bin"));
        folders.filter(|folder| folder.join("initdb").exists()).max_by_key(version)
    })
}

/// PostgreSQL refuses to run as root: then the user `postgres`, or else `nobody`, runs it.
fn unprivileged_user(own: &Path) -> Result<Option<(u32, u32)>, String> {
    let owner = fs::metadata(own).map_err(|error| error.to_string())?.uid();
    if owner != 0 {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let ids_of = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2);
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    };
    let user = ids_of("postgres").or_else(|| ids_of("nobody"));
    user.map(Some).ok_or_else(|| "no unprivileged user in /etc/passwd".to_owned())
}

fn command(program: &Path, folder: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
