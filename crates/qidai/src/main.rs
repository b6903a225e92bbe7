//! `qidai`: the executable of the cord blood bank.
//!
//! `main` only decides the exit status: 0, 2 when some input was refused, 1 when the program could not work.

mod affected;
mod api;
mod app;
mod auth;
mod background;
mod backup;
mod catalogue;
mod checkpoints;
mod commands;
mod config;
mod console;
mod coverage;
mod csv_row;
mod decision;
mod demo;
mod dossier;
mod doubt;
mod error;
mod explain;
mod fetch;
mod freeze;
mod frequencies;
mod keys;
mod lab;
mod limits;
mod listing;
mod monitor;
mod mqtt;
mod outcomes;
mod pages;
mod paper;
mod pools;
mod profiles;
mod recheck;
mod record_json;
#[allow(dead_code, reason = "the verbs that need a release follow")]
mod reference;
mod requests;
mod scan;
mod search_report;
mod server;
mod storage;
mod telemetry;
mod typed_fields;
mod unit_file;
mod unread;
mod upload;
mod words;

use std::process::ExitCode;

use commands::{CommandLine, Outcome};
use error::Failure;
use words::Lang;

fn main() -> ExitCode {
    let line = match CommandLine::read() {
        Ok(line) => line,
        Err(failure) => return told(&failure, Lang::of_environment()),
    };
    telemetry::start(&line.log());
    let lang = line.lang();
    match commands::run(line) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeRefused) => ExitCode::from(2),
        Err(failure) => told(&failure, lang),
    }
}

/// Says a failure: its sentence to the person, its cause to the log.
fn told(failure: &Failure, lang: Lang) -> ExitCode {
    eprintln!("{}: {}", failure.code(), failure.sentence(lang));
    if let Some(cause) = failure.cause() {
        tracing::info!(code = failure.code(), cause, "not done");
    }
    ExitCode::from(failure.exit_status())
}
