//! `qidai serve`: the pages and the API of a bank, on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::app::{AppState, app};
use crate::catalogue::{BankArgs, Catalogue};
use crate::commands::{Outcome, runtime, stream};
use crate::error::Failure;
use crate::words::Lang;

/// Where pages are served when nothing else is said.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:8787";

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    bank: BankArgs,
    /// Address and port to listen on; an address of this machine alone, because there is no sign-in yet.
    #[arg(long, value_name = "ADDRESS", default_value = DEFAULT_LISTEN)]
    listen: SocketAddr,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    runtime()?.block_on(serve(&args.bank, args.listen, lang))?;
    Ok(Outcome::Done)
}

/// Opens the bank and answers until Ctrl-C. The port is taken first: a port in use must not cost the wait
/// for a snapshot.
pub(crate) async fn serve(bank: &BankArgs, listen: SocketAddr, lang: Lang) -> Result<(), Failure> {
    if !listen.ip().is_loopback() {
        return Err(not_loopback(listen));
    }
    let listener = TcpListener::bind(listen).await.map_err(|error| not_bound(listen, &error))?;
    let catalogue = Arc::new(Catalogue::open(bank).await?);
    let address = listener.local_addr().map_err(|error| not_bound(listen, &error))?;
    stream::say(&lang.words().t1("serving-at", "address", format!("http://{address}/")))?;
    let state = AppState::new(catalogue, lang);
    tokio::spawn(follow(bank.clone(), state.clone()));
    axum::serve(listener, app(state))
        .with_graceful_shutdown(interrupted())
        .await
        .map_err(|error| Failure::outage("server_stopped", "The server stopped.").because(&error))
}

/// How often a server asks whether the bank has changed: a new unit is found within about a second.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Keeps the pages in step with the bank: units imported by another program are found without a new start.
/// While the bank does not answer, searches go on in the last snapshot, which names its generation.
async fn follow(bank: BankArgs, state: AppState) {
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        match Catalogue::open_newer(&bank, state.catalogue().generation()).await {
            Ok(Some(newer)) => state.replace_catalogue(newer),
            Ok(None) => {}
            Err(failure) => failure.write_log("following the bank"),
        }
    }
}

/// Waits for Ctrl-C; without a way to hear it the process is ended from outside.
async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "Ctrl-C is not heard");
        std::future::pending::<()>().await;
    }
}

fn not_loopback(listen: SocketAddr) -> Failure {
    let sentence =
        format!("{listen} is not an address of this machine alone; expected one such as {DEFAULT_LISTEN}.");
    Failure::refused("address_not_loopback", sentence).with("address", listen.to_string())
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

    #[tokio::test]
    async fn a_port_in_use_is_an_outage_with_its_own_code() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();
        let bank = BankArgs {
            bank: Some("unused.sqlite".to_owned()),
            reference: Default::default(),
            snapshot: None,
        };
        let failure = serve(&bank, address, Lang::En).await.unwrap_err();
        assert_eq!((failure.code(), failure.exit_status()), ("port_in_use", 1));
        assert!(failure.sentence(Lang::ZhCn).contains(&address.to_string()));
    }

    #[tokio::test]
    async fn pages_are_not_served_to_other_machines() {
        let bank = BankArgs {
            bank: Some("unused.sqlite".to_owned()),
            reference: Default::default(),
            snapshot: None,
        };
        let failure = serve(&bank, "0.0.0.0:8787".parse().unwrap(), Lang::En).await.unwrap_err();
        assert_eq!((failure.code(), failure.exit_status()), ("address_not_loopback", 2));
    }
}
