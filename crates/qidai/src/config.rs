//! How a server is set up: command line before environment before file before default.
//!
//! Every setting stands in one list (`SETTINGS`): its name in the file, its variable, its default. A mistake never
//! stops the reading, so that all of them are told at once.

mod build;
mod file;
mod gather;
mod mistake;
mod setting;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use crate::error::Failure;
use crate::limits::Budgets;
use crate::mqtt::Broker;
use crate::pools::PoolFile;
use crate::telemetry::LogSettings;
use crate::words::Lang;

pub(crate) use gather::Effective;
pub(crate) use mistake::Mistake;

/// Where a packaged server is set up.
const SYSTEM_FILE: &str = "/etc/qidai/qidai.toml";
/// Name of a file that lies beside a bank.
const FILE_NAME: &str = "qidai.toml";
const FILE_VARIABLE: &str = "QIDAI_CONFIG";

/// A server's settings, understood.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) bank: Option<String>,
    pub(crate) listen: SocketAddr,
    pub(crate) lang: Lang,
    pub(crate) release: Option<PathBuf>,
    pub(crate) mac: Option<PathBuf>,
    /// Haplotype frequencies by which matches are predicted.
    pub(crate) frequencies: Option<PathBuf>,
    pub(crate) snapshot: Option<PathBuf>,
    /// Searched beside the bank.
    pub(crate) pools: Vec<PoolFile>,
    pub(crate) tls: Option<TlsFiles>,
    /// Peers whose `X-Forwarded-…` headers are believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Host names under which the server answers besides those of this machine.
    pub(crate) names: Vec<String>,
    pub(crate) metrics_token: Option<String>,
    /// The largest file that is kept, in MiB.
    pub(crate) document_mb_max: usize,
    pub(crate) budgets: Budgets,
    /// Where readings of tanks come from.
    pub(crate) broker: Option<Broker>,
    pub(crate) log: LogSettings,
}

/// A certificate chain and its key, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// What was found, whether or not a server can start with it.
pub(crate) struct Reading {
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
    /// One for each of `SETTINGS`, in their order.
    pub(crate) effective: Vec<Effective>,
    pub(crate) mistakes: Vec<Mistake>,
    /// Present when there is no mistake.
    pub(crate) config: Option<Config>,
}

/// What the command line said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) file: Option<PathBuf>,
    /// Name of a setting and its text.
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// Reads a variable of the environment; a function, so that tests have their own.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process.
pub(crate) fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// Reads everything and tells everything.
pub(crate) fn read(given: &Given, environment: Environment<'_>) -> Reading {
    let mut mistakes = Vec::new();
    let place = place_of_file(given, environment);
    let entries = match &place {
        Some(path) => file::read(path, &mut mistakes),
        None => Vec::new(),
    };
    let effective = gather::gather(given, environment, place.as_deref(), &entries, &mut mistakes);
    let config = build::build(&effective, &mut mistakes);
    let config = config.filter(|_| mistakes.is_empty());
    Reading { file: place, effective, mistakes, config }
}

/// The settings of a server that is to start.
///
/// # Errors
/// All mistakes, in one sentence each.
pub(crate) fn load(given: &Given, environment: Environment<'_>) -> Result<Config, Failure> {
    let reading = read(given, environment);
    if let Some(config) = reading.config {
        return Ok(config);
    }
    let sentences: Vec<String> = reading.mistakes.iter().map(ToString::to_string).collect();
    let detail = sentences.join("\n");
    Err(Failure::refused("config_invalid", detail.clone()).with("detail", detail))
}

/// The file that was named, else one beside the bank, else the system's. A file that was named must be there.
fn place_of_file(given: &Given, environment: Environment<'_>) -> Option<PathBuf> {
    let named = given.file.clone().or_else(|| environment(FILE_VARIABLE).map(PathBuf::from));
    if named.is_some() {
        return named;
    }
    let typed = given.settings.iter().find(|(name, _)| *name == "bank").map(|(_, text)| text.clone());
    let bank = typed.or_else(|| environment("QIDAI_DATABASE_URL")).filter(|bank| !bank.contains("://"));
    let beside = bank.map(|bank| Path::new(&bank).with_file_name(FILE_NAME));
    beside.into_iter().chain([PathBuf::from(SYSTEM_FILE)]).find(|path| path.is_file())
}

#[cfg(test)]
mod tests;
