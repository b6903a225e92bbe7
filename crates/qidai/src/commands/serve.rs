//! `qidai serve`: the pages and the API of a bank, on this machine.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use qidai_bank::Store;

use crate::app::{AppState, Front, app, meet};
use crate::auth::{DOCUMENT_MB_USUAL, Desk};
use crate::background;
use crate::catalogue::{self, BankArgs, Catalogue, ReferenceArgs};
use crate::commands::{Outcome, runtime, stream};
use crate::config::{self, Config, Given, TlsFiles};
use crate::error::Failure;
use crate::keys;
use crate::limits::Budgets;
use crate::mqtt::Broker;
use crate::pools::{PoolFile, Pools};
use crate::server;
use crate::telemetry::LogSettings;
use crate::words::Lang;

/// Where pages are served when nothing else is said.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:8787";

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    bank: BankArgs,
    /// Address and port to listen on; an address that other machines reach needs TLS or a trusted proxy.
    /// Without it as configured, else 127.0.0.1:8787.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Search this pool beside the bank: a frozen pool, or a list to be frozen. Given again for each pool.
    #[arg(long, value_name = "NAME=FILE")]
    pool: Vec<String>,
    /// File of settings; without it qidai.toml beside the bank, else /etc/qidai/qidai.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Args {
    /// What these arguments say, as settings.
    pub(crate) fn given(&self, lang: Option<Lang>) -> Given {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let settings = [
            ("bank", self.bank.bank.clone()),
            ("listen", self.listen.map(|listen| listen.to_string())),
            ("lang", lang.map(|lang| lang.tag().to_owned())),
            ("release", path(&self.bank.reference.release)),
            ("mac", path(&self.bank.reference.mac)),
            ("frequencies", path(&self.bank.frequencies)),
            ("snapshot", path(&self.bank.snapshot)),
            ("pools", (!self.pool.is_empty()).then(|| self.pool.join(","))),
        ];
        let settings = settings.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
        Given { file: self.config.clone(), settings }
    }

    /// How the log is written: needed before anything else is said.
    pub(crate) fn log(&self) -> LogSettings {
        let config = config::read(&self.given(None), &config::of_process).config;
        config.map_or_else(LogSettings::of_environment, |config| config.log)
    }
}

/// What a server is started with.
pub(crate) struct Plan {
    pub(crate) bank: BankArgs,
    pub(crate) listen: SocketAddr,
    pub(crate) lang: Lang,
    pub(crate) front: Front,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) document_mb_max: usize,
    pub(crate) budgets: Budgets,
    pub(crate) broker: Option<Broker>,
    pub(crate) pools: Vec<PoolFile>,
}

impl Plan {
    /// Plain HTTP on this machine.
    pub(crate) fn local(bank: BankArgs, listen: SocketAddr, lang: Lang) -> Plan {
        Plan {
            bank,
            listen,
            lang,
            front: Front::default(),
            tls: None,
            document_mb_max: DOCUMENT_MB_USUAL,
            budgets: Budgets::default(),
            broker: None,
            pools: Vec::new(),
        }
    }

    fn of_config(config: Config) -> Plan {
        let reference = ReferenceArgs { release: config.release, mac: config.mac };
        let front = Front {
            trusted_proxies: config.trusted_proxies,
            names: config.names,
            metrics_token: config.metrics_token,
            has_tls: config.tls.is_some(),
        };
        let bank = BankArgs {
            bank: config.bank,
            reference,
            snapshot: config.snapshot,
            frequencies: config.frequencies,
        };
        let (listen, lang, document_mb_max) = (config.listen, config.lang, config.document_mb_max);
        let (tls, budgets, broker, pools) = (config.tls, config.budgets, config.broker, config.pools);
        Plan { bank, listen, lang, front, tls, document_mb_max, budgets, broker, pools }
    }

    fn address(&self, listener: &TcpListener) -> std::io::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}/", listener.local_addr()?))
    }
}

pub(crate) fn run(args: &Args, lang: Option<Lang>) -> Result<Outcome, Failure> {
    let plan = Plan::of_config(config::load(&args.given(lang), &config::of_process)?);
    runtime()?.block_on(serve(plan))?;
    Ok(Outcome::Done)
}

/// Opens the bank and answers until it is asked to end. The port is taken first: a port in use must not cost the
/// wait for a snapshot.
pub(crate) async fn serve(plan: Plan) -> Result<(), Failure> {
    let listen = plan.listen;
    server::check_reach(listen, plan.tls.is_some(), !plan.front.trusted_proxies.is_empty())?;
    let listener = TcpListener::bind(listen).map_err(|error| not_bound(listen, &error))?;
    listener.set_nonblocking(true).map_err(|error| not_bound(listen, &error))?;
    let desk = open_desk(&plan.bank).await?.keeping_files_of(plan.document_mb_max);
    let catalogue = Arc::new(Catalogue::open(&plan.bank).await?);
    let address = plan.address(&listener).map_err(|error| not_bound(listen, &error))?;
    stream::say(&plan.lang.words().t1("serving-at", "address", address))?;
    let state = AppState::with_pools(catalogue, plan.lang, desk, plan.budgets, Pools::new(plan.pools));
    state.monitor().bank_answered(state.catalogue().generation());
    tokio::spawn(background::follow(plan.bank, state.clone()));
    tokio::spawn(background::keep_count(state.clone()));
    tokio::spawn(background::prepare(state.clone()));
    if !state.pools().is_empty() {
        tokio::spawn(background::keep_pools(state.clone()));
    }
    tokio::spawn(background::work(state.clone()));
    tokio::spawn(background::keep_figures(state.clone()));
    if let Some(broker) = plan.broker {
        tokio::spawn(background::listen(broker, state.clone()));
    }
    let routes = app(state.clone()).layer(from_fn_with_state(Arc::new(plan.front), meet));
    let answered = server::answer(listener, routes, plan.tls.as_ref()).await;
    // SQLite folds its log into the file.
    let closed = state.desk().store.close_for_all().await;
    answered?;
    Ok(closed?)
}

/// The bank with its keys, for as long as the server runs. Invented units are shown to everybody on this machine.
async fn open_desk(bank: &BankArgs) -> Result<Desk, Failure> {
    let address = bank.address()?;
    let store = Store::open(address).await?;
    let ring = keys::ensure(address, &store).await?;
    let is_synthetic = catalogue::is_synthetic(&store).await?;
    let desk = Desk::new(store, ring).await?;
    if is_synthetic { desk.with_demo_visitors().await } else { Ok(desk) }
}

fn not_bound(address: SocketAddr, error: &std::io::Error) -> Failure {
    let failure = match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::outage(
            "port_in_use",
            format!(
                "{address} is already used by another program: stop it, or choose another with --listen."
            ),
        ),
        _ => Failure::outage("address_not_opened", format!("{address} could not be opened for listening.")),
    };
    failure.with("address", address.to_string()).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(listen: &str) -> Plan {
        let bank = BankArgs {
            bank: Some("unused.sqlite".to_owned()),
            reference: Default::default(),
            snapshot: None,
            frequencies: None,
        };
        Plan::local(bank, listen.parse().unwrap(), Lang::En)
    }

    #[tokio::test]
    async fn a_port_in_use_is_an_outage_with_its_own_code() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let failure = serve(plan(&address)).await.unwrap_err();
        assert_eq!((failure.code(), failure.exit_status()), ("port_in_use", 1));
        assert!(failure.sentence(Lang::ZhCn).contains(&address));
    }

    #[tokio::test]
    async fn pages_are_not_served_to_other_machines() {
        let failure = serve(plan("0.0.0.0:8787")).await.unwrap_err();
        assert_eq!((failure.code(), failure.exit_status()), ("address_not_loopback", 2));
    }
}
