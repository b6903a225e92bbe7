//! `qidai bench`: every figure that the documents quote comes from one of these.

mod memory;
mod search;

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
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    match &args.verb {
        Verb::Search(args) => search::run(args),
    }
}
