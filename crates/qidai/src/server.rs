//! The port: who may reach it, with or without TLS, and how it is closed.

mod signals;
pub(crate) mod tls;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;

use crate::config::TlsFiles;
use crate::error::Failure;

/// Every route asks who acts: a test walks them all.
const HAS_SIGN_IN: bool = true;

/// How long requests under way may take when the program is asked to end; systemd waits longer before it kills.
const SHUTDOWN_MAX: Duration = Duration::from_secs(20);

/// How long a connection may stay silent before its first request: slow ones must not use up all connections.
const FIRST_REQUEST_MAX: Duration = Duration::from_secs(30);

/// Refuses an address that other machines reach, unless what passes there is encrypted and asked who it is.
///
/// # Errors
/// `address_not_loopback`.
pub(crate) fn check_reach(listen: SocketAddr, has_tls: bool, has_proxy: bool) -> Result<(), Failure> {
    may_listen(listen, has_tls || has_proxy, HAS_SIGN_IN)
}

fn may_listen(listen: SocketAddr, is_protected: bool, has_sign_in: bool) -> Result<(), Failure> {
    if listen.ip().is_loopback() || (is_protected && has_sign_in) {
        return Ok(());
    }
    let example = crate::commands::serve::DEFAULT_LISTEN;
    let sentence =
        format!("{listen} is not an address of this machine alone; expected one such as {example}.");
    Err(Failure::refused("address_not_loopback", sentence).with("address", listen.to_string()))
}

/// Answers until the program is asked to end; then takes no new request and finishes those under way.
///
/// # Errors
/// The certificate cannot be used, or the port was lost.
pub(crate) async fn answer(
    listener: TcpListener,
    routes: Router,
    files: Option<&TlsFiles>,
) -> Result<(), Failure> {
    let handle = Handle::new();
    tokio::spawn(end_when_asked(handle.clone()));
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let stopped =
        |error: std::io::Error| Failure::outage("server_stopped", "The server stopped.").because(&error);
    let Some(files) = files else {
        let server = axum_server::from_tcp(listener).map_err(stopped)?;
        let server = server.first_request_timeout(FIRST_REQUEST_MAX).handle(handle);
        return server.serve(service).await.map_err(stopped);
    };
    let certificate = RustlsConfig::from_config(tls::load(files)?);
    tokio::spawn(follow_certificate(certificate.clone(), files.clone()));
    let server = axum_server::from_tcp_rustls(listener, certificate).map_err(stopped)?;
    let server = server.first_request_timeout(FIRST_REQUEST_MAX).handle(handle);
    server.serve(service).await.map_err(stopped)
}

async fn end_when_asked(handle: Handle<SocketAddr>) {
    signals::end().await;
    tracing::info!("asked to end; requests under way are finished");
    handle.graceful_shutdown(Some(SHUTDOWN_MAX));
}

/// A certificate is renewed every few weeks: SIGHUP reads it again. One that cannot be used changes nothing.
async fn follow_certificate(certificate: RustlsConfig, files: TlsFiles) {
    let Some(mut hangups) = signals::hangups() else { return };
    while hangups.recv().await.is_some() {
        match tls::load(&files) {
            Ok(renewed) => {
                certificate.reload_from_config(renewed);
                tracing::info!("the certificate was read again");
            }
            Err(failure) => {
                tracing::warn!(
                    code = failure.code(),
                    "the certificate was not read again; the one before stays"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_served_only_with_protection_and_sign_in() {
        for (listen, is_protected, has_sign_in, may) in [
            ("127.0.0.1:8787", false, false, true),
            ("[::1]:8787", false, false, true),
            ("0.0.0.0:8787", true, false, false),
            ("0.0.0.0:8787", false, true, false),
            ("[::]:8787", true, true, true),
            ("192.168.1.5:443", true, true, true),
        ] {
            let answer = may_listen(listen.parse().unwrap(), is_protected, has_sign_in);
            assert_eq!(answer.is_ok(), may, "{listen} {is_protected} {has_sign_in}");
        }
    }
}
