//! The verbs of the command line: one file each, one line each in [`Command`] and in [`run`].
//!
//! A verb is a `clap` argument struct and a function `run(args, lang) -> Result<Outcome, Failure>`.

pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod hla;
pub(crate) mod id;
pub(crate) mod import;
pub(crate) mod matching;
pub(crate) mod search;
pub(crate) mod serve;

use clap::{Parser, Subcommand};

use crate::error::Failure;
use crate::words::Lang;

/// 脐带: runs a cord blood bank.
#[derive(Parser)]
#[command(name = "qidai", version, max_term_width = 100)]
pub(crate) struct CommandLine {
    /// Language of sentences and pages.
    #[arg(long, global = true, value_enum, default_value_t = Lang::default(), env = "QIDAI_LANG")]
    pub(crate) lang: Lang,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once per run")]
enum Command {
    /// Measure, as the documents quote it.
    Bench(bench::Args),
    /// Make a bank of invented units, search it, serve it.
    Demo(demo::Args),
    /// Names and typings of HLA: reduce, explain.
    Hla(hla::Args),
    /// Check identifiers, one per line.
    Id(id::Args),
    /// Bring units or another registry's list into a bank.
    Import(import::Args),
    /// Compare people, pair by pair.
    Match(matching::Args),
    /// Search the bank for a patient.
    Search(search::Args),
    /// Serve the pages and the API of a bank.
    Serve(serve::Args),
}

/// How a command ended when the program itself could work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was taken: exit status 0.
    Done,
    /// Some input was refused, and said so: exit status 2.
    SomeRefused,
}

pub(crate) fn run(line: CommandLine) -> Result<Outcome, Failure> {
    let lang = line.lang;
    match line.command {
        Command::Bench(args) => bench::run(&args),
        Command::Demo(args) => demo::run(&args, lang),
        Command::Hla(args) => hla::run(&args),
        Command::Id(args) => id::run(&args),
        Command::Import(args) => import::run(&args, lang),
        Command::Match(args) => matching::run(&args),
        Command::Search(args) => search::run(&args, lang),
        Command::Serve(args) => serve::run(&args, lang),
    }
}

/// The runtime in which a verb awaits the bank or serves pages.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::outage("runtime_not_started", "The program could not start its worker threads.")
            .because(&error)
    })
}
