//! What the program writes about itself, on standard error: never a name, a birth date or a typing.
//!
//! `QIDAI_LOG` chooses what is written, e.g. `info` or `qidai=debug`; without it warnings and errors are.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// The database layer warns at every transaction that SQLite has one isolation level; that is known and wanted.
const USUAL: &str = "warn,sea_orm::driver=error";

/// Starts the log. A second start in the same process changes nothing.
pub(crate) fn start() {
    let wanted = EnvFilter::try_from_env("QIDAI_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    let log = tracing_subscriber::fmt()
        .with_env_filter(wanted)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // Only fails when there is a log already.
    let _ = log.try_init();
}
