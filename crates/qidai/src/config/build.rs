//! Texts into values, and what does not go together.

use std::path::PathBuf;

use ipnet::IpNet;
use qidai_bank::without_password;

use super::file::others_may_read;
use super::gather::{Effective, Source};
use super::mistake::Mistake;
use super::setting::Form;
use super::{Config, TlsFiles};
use crate::auth::DOCUMENT_MB_USUAL;
use crate::limits::Budgets;
use crate::mqtt::Broker;
use crate::pools::PoolFile;
use crate::server::{check_reach, tls};
use crate::telemetry::{LogFormat, LogSettings};
use crate::words::Lang;

/// Fewest characters of a token that cannot be guessed.
const TOKEN_CHARS_MIN: usize = 16;

/// Understands every value; `None` when one that a server needs is not understood.
pub(super) fn build(effective: &[Effective], mistakes: &mut Vec<Mistake>) -> Option<Config> {
    let mut values = Values { effective, mistakes };
    let (bank, listen, lang) = (
        values.take("bank", |text| Ok(text.to_owned())),
        values.take("listen", listen),
        values.take("lang", Lang::from_option),
    );
    let (release, mac) = (values.take("release", folder), values.take("mac", existing));
    let frequencies = values.take("frequencies", existing);
    let snapshot = values.take("snapshot", |text| Ok(PathBuf::from(text)));
    let pools = values.take("pools", pools).unwrap_or_default();
    let names = values.take("names", names).unwrap_or_default();
    let tls = values.tls();
    let trusted_proxies = values.take("proxy.trusted", networks).unwrap_or_default();
    let metrics_token = values.take("metrics.token", token);
    let document_mb_max = values.take("documents.mb_max", megabytes).unwrap_or(DOCUMENT_MB_USUAL);
    let budgets = values.budgets();
    let broker = values.take("telemetry.broker", Broker::parse);
    let log = LogSettings {
        filter: values.take("log.filter", filter).unwrap_or_default(),
        format: values.take("log.format", LogFormat::parse).unwrap_or_default(),
    };
    let listen = listen?;
    if let Err(failure) = check_reach(listen, tls.is_some(), !trusted_proxies.is_empty()) {
        values.add(failure.code(), "listen", failure.sentence(Lang::En));
    }
    let (lang, names) = (lang?, names);
    Some(Config {
        bank,
        listen,
        lang,
        release,
        mac,
        frequencies,
        snapshot,
        pools,
        tls,
        trusted_proxies,
        names,
        metrics_token,
        document_mb_max,
        budgets,
        broker,
        log,
    })
}

struct Values<'a> {
    effective: &'a [Effective],
    mistakes: &'a mut Vec<Mistake>,
}

impl Values<'_> {
    fn take<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let effective = self.effective.iter().find(|effective| effective.setting.name == name)?;
        let text = effective.text.as_deref()?;
        match read(text) {
            Ok(value) => Some(value),
            Err(expected) => {
                let shown = match effective.setting.form {
                    Form::Secret => String::new(),
                    _ => format!(" {:?}", without_password(text)),
                };
                self.add("config_value_invalid", name, format!("{name}: found{shown}, {expected}"));
                None
            }
        }
    }

    fn budgets(&mut self) -> Budgets {
        let usual = Budgets::default();
        Budgets {
            sign_in: self.take("limits.sign_in", per_minute).unwrap_or(usual.sign_in),
            signed_out: self.take("limits.signed_out", per_minute).unwrap_or(usual.signed_out),
            account: self.take("limits.account", per_minute).unwrap_or(usual.account),
            token: self.take("limits.token", per_minute).unwrap_or(usual.token),
        }
    }

    fn add(&mut self, code: &'static str, name: &str, sentence: String) {
        let source =
            self.effective.iter().find(|effective| effective.setting.name == name).map(|e| &e.source);
        let place = match source {
            Some(Source::CommandLine) => format!("--{name}"),
            Some(source) => source.to_string(),
            None => name.to_owned(),
        };
        self.mistakes.push(Mistake { code, place, sentence });
    }

    /// Certificate and key: both or none, readable, and each other's.
    fn tls(&mut self) -> Option<TlsFiles> {
        let (certificate, key) = (self.take("tls.certificate", existing), self.take("tls.key", existing));
        let is_set = |name| {
            self.effective.iter().any(|effective| effective.setting.name == name && effective.text.is_some())
        };
        for (one, other) in [("tls.certificate", "tls.key"), ("tls.key", "tls.certificate")] {
            if is_set(one) && !is_set(other) {
                let sentence = format!("{one} is set and {other} is not; TLS needs both");
                self.add("config_incomplete", one, sentence);
                return None;
            }
        }
        let files = TlsFiles { certificate: certificate?, key: key? };
        if others_may_read(&files.key) {
            let sentence = format!("others of this machine may read {}: chmod o= it", files.key.display());
            self.add("config_secret_readable", "tls.key", sentence);
        }
        if let Err(failure) = tls::load(&files) {
            self.add(failure.code(), "tls.certificate", failure.sentence(Lang::En));
        }
        Some(files)
    }
}

fn per_minute(text: &str) -> Result<i64, String> {
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.ok_or_else(|| "expected requests in a minute, 1 to 1000000".to_owned())
}

fn listen(text: &str) -> Result<std::net::SocketAddr, String> {
    text.parse().map_err(|_| "expected an address and a port, such as 127.0.0.1:8787".to_owned())
}

/// Texts with commas; no name twice. That a file is there is not asked: a registry's list that is late must not keep a bank from
/// starting.
fn pools(text: &str) -> Result<Vec<PoolFile>, String> {
    let texts = text.split(',').filter(|text| !text.trim().is_empty());
    let pools: Vec<PoolFile> = texts.map(PoolFile::parse).collect::<Result<_, _>>()?;
    for (at, pool) in pools.iter().enumerate() {
        if pools[..at].iter().any(|before| before.name == pool.name) {
            return Err(format!("expected each name once: \"{}\" stands twice", pool.name));
        }
    }
    Ok(pools)
}

fn existing(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_file() { Ok(path) } else { Err("expected a file: there is none".to_owned()) }
}

fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err("expected a folder: there is none".to_owned()) }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn names(text: &str) -> Result<Vec<String>, String> {
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    let wrong = items(text).find(|name| !is_name(name));
    match wrong {
        Some(name) => Err(format!("expected host names without port and scheme, not {name:?}")),
        None => Ok(items(text).map(str::to_ascii_lowercase).collect()),
    }
}

fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let read = |item: &str| {
        let network = item.parse().or_else(|_| item.parse::<std::net::IpAddr>().map(IpNet::from));
        network.map_err(|_| format!("expected addresses or networks, such as 10.0.0.0/8, not {item:?}"))
    };
    items(text).map(read).collect()
}

/// A file is held in memory while it is looked at, a few times over.
fn megabytes(text: &str) -> Result<usize, String> {
    let read = text.parse().ok().filter(|megabytes| (1..=100).contains(megabytes));
    read.ok_or_else(|| "expected a whole number from 1 to 100".to_owned())
}

fn token(text: &str) -> Result<String, String> {
    let is_long = text.chars().count() >= TOKEN_CHARS_MIN;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_long && is_plain {
        return Ok(text.to_owned());
    }
    Err(format!("expected at least {TOKEN_CHARS_MIN} visible ASCII characters (the value is not shown)"))
}

fn filter(text: &str) -> Result<String, String> {
    let read = tracing_subscriber::EnvFilter::try_new(text);
    read.map(|_| text.to_owned())
        .map_err(|error| format!("expected levels such as info or qidai=debug: {error}"))
}
