//! `qidai`: the executable of the cord blood bank.
//!
//! `main` only decides the exit status: 0, 2 when some input was refused, 1 when the program could not work.

mod api;
mod app;
mod catalogue;
mod commands;
mod console;
mod demo;
mod error;
mod pages;
#[allow(dead_code, reason = "the verbs that need a release follow")]
mod reference;
mod telemetry;
mod words;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    telemetry::start();
    let line = commands::CommandLine::parse();
    let lang = line.lang;
    match commands::run(line) {
        Ok(commands::Outcome::Done) => ExitCode::SUCCESS,
        Ok(commands::Outcome::SomeRefused) => ExitCode::from(2),
        Err(failure) => {
            eprintln!("{}: {}", failure.code(), failure.sentence(lang));
            if let Some(cause) = failure.cause() {
                tracing::info!(code = failure.code(), cause, "not done");
            }
            ExitCode::from(failure.exit_status())
        }
    }
}
