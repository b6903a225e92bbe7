//! What the program writes about itself, on standard error: never a name, a birth date or a typing.
//!
//! `QIDAI_LOG` chooses what is written, e.g. `info` or `qidai=debug`; without it warnings and errors are.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Starts the log. A second start in the same process changes nothing.
pub(crate) fn start() {
    let wanted = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .with_env_var("QIDAI_LOG")
        .from_env_lossy();
    let log = tracing_subscriber::fmt()
        .with_env_filter(wanted)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // Only fails when there is a log already.
    let _ = log.try_init();
}
