//! What the program writes about itself, on standard error: never a name, a birth date or a typing.
//!
//! `QIDAI_LOG` chooses what is written, e.g. `info` or `qidai=debug`; without it warnings and errors are.
//! `QIDAI_LOG_FORMAT=json` writes one object per line. The libraries below us quote what passes through them – a
//! header, a parameter of a query – when they are asked for detail, so they are never heard below `info`.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// The database layer warns at every transaction that SQLite has one isolation level; that is known and wanted.
pub(crate) const USUAL: &str = "warn,sea_orm::driver=error";

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object per line, for programs.
    Json,
}

impl LogFormat {
    /// Reads `text` or `json`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("expected text or json".to_owned()),
        }
    }
}

/// What is written, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LogSettings {
    /// Levels, as `tracing` reads them; empty is the usual.
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

impl LogSettings {
    /// From `QIDAI_LOG` and `QIDAI_LOG_FORMAT`.
    pub(crate) fn of_environment() -> Self {
        let text = |name| std::env::var(name).unwrap_or_default();
        Self {
            filter: text("QIDAI_LOG"),
            format: LogFormat::parse(&text("QIDAI_LOG_FORMAT")).unwrap_or_default(),
        }
    }
}

/// Starts the log. A second start in the same process changes nothing.
pub(crate) fn start(settings: &LogSettings) {
    let wanted = match settings.filter.as_str() {
        "" => EnvFilter::new(USUAL),
        filter => EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(USUAL)),
    };
    let discreet = filter_fn(|event| event.target().starts_with("qidai") || *event.level() <= Level::INFO);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_filter(discreet).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(discreet).boxed(),
    };
    // Only fails when there is a log already.
    let _ = tracing_subscriber::registry().with(wanted).with(lines).try_init();
}
