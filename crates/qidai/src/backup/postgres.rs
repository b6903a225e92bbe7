//! PostgreSQL copies itself with its own programs, `pg_dump` and `pg_restore`.
//!
//! The password of an address goes to them in `PGPASSWORD`: command lines are seen by others.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Output;

use percent_encoding::percent_decode_str;
use tokio::process::Command;
use url::Url;

use crate::error::Failure;

/// Parameters of an address that both our driver and the programs of PostgreSQL understand, with the name that the
/// programs have for them.
const PARAMETERS: [(&str, &str); 14] = [
    ("host", "host"),
    ("hostaddr", "hostaddr"),
    ("port", "port"),
    ("dbname", "dbname"),
    ("user", "user"),
    ("sslmode", "sslmode"),
    ("ssl-mode", "sslmode"),
    ("sslrootcert", "sslrootcert"),
    ("ssl-root-cert", "sslrootcert"),
    ("sslcert", "sslcert"),
    ("ssl-cert", "sslcert"),
    ("sslkey", "sslkey"),
    ("ssl-key", "sslkey"),
    ("application_name", "application_name"),
];

/// An address for the programs of PostgreSQL.
#[derive(PartialEq, Eq)]
struct Target {
    /// Without the password.
    address: String,
    password: Option<String>,
}

impl Target {
    fn of(address: &str) -> Result<Target, Failure> {
        let unreadable = || {
            let sentence = "The address of the bank cannot be taken apart for pg_dump and pg_restore.";
            Failure::refused("backup_address_unreadable", sentence)
        };
        let mut url = Url::parse(address).map_err(|_| unreadable())?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let mut password = url.password().map(decoded);
        let given: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.set_password(None).map_err(|()| unreadable())?;
        url.set_query(None);
        for (name, value) in given {
            if name == "password" {
                password = Some(value);
            } else if let Some((_, known)) = PARAMETERS.iter().find(|(ours, _)| *ours == name) {
                let value = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
                let query = url.query().map_or_else(String::new, |query| format!("{query}&"));
                url.set_query(Some(&format!("{query}{known}={value}")));
            }
        }
        Ok(Target { address: url.into(), password })
    }

    fn command(&self, program: &'static str) -> Command {
        let mut command = Command::new(program);
        command.arg("--dbname").arg(&self.address).arg("--no-password").kill_on_drop(true);
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        command
    }
}

/// Writes the state that another session holds still.
pub(super) async fn dump(address: &str, snapshot: &str, path: &Path) -> Result<(), Failure> {
    let mut command = Target::of(address)?.command("pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges"]);
    command.arg(format!("--snapshot={snapshot}")).arg("--file").arg(path);
    run(command, "pg_dump").await.map(|_| ())
}

/// Fills an empty database; all of it or nothing.
pub(super) async fn restore(address: &str, path: &Path) -> Result<(), Failure> {
    let mut command = Target::of(address)?.command("pg_restore");
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]).arg(path);
    run(command, "pg_restore").await.map(|_| ())
}

/// Tables whose rows are in a copy.
pub(super) async fn tables_in(path: &Path) -> Result<Vec<String>, Failure> {
    let mut command = Command::new("pg_restore");
    command.arg("--list").arg(path).kill_on_drop(true);
    let output = run(command, "pg_restore").await?;
    let listed = String::from_utf8_lossy(&output.stdout);
    // `3371; 0 16393 TABLE DATA public history postgres`
    let tables = listed.lines().filter_map(|line| line.split_once(" TABLE DATA "));
    Ok(tables.filter_map(|(_, rest)| rest.split(' ').nth(1).map(str::to_owned)).collect())
}

async fn run(mut command: Command, program: &'static str) -> Result<Output, Failure> {
    let output = command.output().await.map_err(|error| {
        if error.kind() == ErrorKind::NotFound {
            let sentence = format!(
                "{program} was not found: a bank in PostgreSQL is copied with PostgreSQL's own programs. Install them \
                 (Debian: postgresql-client), of the server's version or newer."
            );
            return Failure::outage("postgres_programs_missing", sentence).with("program", program);
        }
        failed(program, &error.to_string())
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = qidai_bank::without_password(said.trim());
    Err(failed(program, &said))
}

fn failed(program: &str, detail: &str) -> Failure {
    Failure::outage("postgres_program_failed", format!("{program} could not do it: {detail}"))
        .with("program", program)
        .with("detail", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_the_address_and_parameters_of_our_driver_stay_here() {
        for (address, without, password) in [
            ("postgres://bob:s3cr%40et@h:5433/bank", "postgres://bob@h:5433/bank", Some("s3cr@et")),
            (
                "postgres://postgres@localhost/b?host=/run/pg&statement-cache-capacity=5",
                "postgres://postgres@localhost/b?host=%2Frun%2Fpg",
                None,
            ),
            ("postgres://h/b?password=p&ssl-mode=require", "postgres://h/b?sslmode=require", Some("p")),
        ] {
            let Ok(target) = Target::of(address) else { panic!("{address}") };
            assert_eq!((target.address.as_str(), target.password.as_deref()), (without, password));
        }
        assert!(Target::of("no address").is_err());
    }
}
