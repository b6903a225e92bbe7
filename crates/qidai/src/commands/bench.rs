//! `qidai bench`: every figure that the documents quote comes from one of these.

mod hard_pairs;
mod hla;
mod memory;
mod pages;
mod pool;
mod pool_chart;
mod predict;
mod processor;
mod repeat;
mod search;
mod telemetry;

use crate::commands::Outcome;
use crate::error::Failure;

/// Measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Search for many patients: time of one search, of the snapshot, and memory.
    Search(search::Args),
    /// A new unit against many open patients, and many stored searches after a new generation.
    Repeat(repeat::Args),
    /// Read and reduce typings of all kinds: time to load a release, typings and GL Strings in a second, memory.
    Hla(hla::Args),
    /// Predict match probabilities of many patients and donors: time of imputation and prediction, and memory.
    Predict(predict::Args),
    /// Click through the pages of a server of this machine: time of each kind of page.
    Pages(pages::Args),
    /// Play tanks that send readings, with restarts, duplicates and clocks that jump: are all kept, and the alarms right?
    Telemetry(telemetry::Args),
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    match &args.verb {
        Verb::Search(args) => search::run(args),
        Verb::Repeat(args) => repeat::run(args),
        Verb::Hla(args) => hla::run(args),
        Verb::Predict(args) => predict::run(args),
        Verb::Pages(args) => pages::run(args),
        Verb::Telemetry(args) => telemetry::run(args),
    }
}
