//! `qidai serve`: the pages and the API of a bank, on this machine.

use std::net::SocketAddr;

use crate::commands::{Outcome, runtime};
use crate::error::Failure;
use crate::words::Lang;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
}

pub(crate) fn run(args: Args, _lang: Lang) -> Result<Outcome, Failure> {
    runtime()?.block_on(listen(args.listen))?;
    Ok(Outcome::Done)
}

async fn listen(address: SocketAddr) -> Result<(), Failure> {
    let listener =
        tokio::net::TcpListener::bind(address).await.map_err(|error| not_bound(address, &error))?;
    let app = axum::Router::new();
    axum::serve(listener, app)
        .await
        .map_err(|error| Failure::outage("server_stopped", "The server stopped.").because(&error))
}

fn not_bound(address: SocketAddr, error: &std::io::Error) -> Failure {
    let failure = match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::outage(
            "port_in_use",
            format!(
                "{address} is already used by another program: stop it, or choose another with --listen."
            ),
        ),
        _ => Failure::outage(
            "address_not_opened",
            format!("{address} could not be opened for listening: {error}."),
        ),
    };
    failure.because(error)
}
