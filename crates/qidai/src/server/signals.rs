//! What the system asks of a running program.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM or Ctrl-C; without a way to hear one, the other is waited for.
pub(super) async fn end() {
    let terminated = async {
        match heard(SignalKind::terminate()) {
            Some(mut terms) => drop(terms.recv().await),
            None => std::future::pending().await,
        }
    };
    let interrupted = async {
        match heard(SignalKind::interrupt()) {
            Some(mut interrupts) => drop(interrupts.recv().await),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        () = interrupted => {}
    }
}

/// Each SIGHUP.
pub(super) fn hangups() -> Option<Signal> {
    heard(SignalKind::hangup())
}

fn heard(kind: SignalKind) -> Option<Signal> {
    signal(kind).inspect_err(|error| tracing::warn!(%error, "a signal is not heard")).ok()
}
