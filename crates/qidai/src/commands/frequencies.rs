//! `qidai frequencies`: haplotype frequencies estimated from typed people, compared, proved, and kept in the bank.

mod bank;
mod checkpoint;
mod compare;
mod estimate;
mod people;
mod report;
mod verified;
mod verify;

use std::io::Write;
use std::path::Path;

use super::Outcome;
use crate::error::Failure;
use crate::words::Lang;

/// Haplotype frequencies.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Estimate frequencies from typed people (EM), whatever their typings leave open.
    Estimate(estimate::Args),
    /// How far two sets of frequencies are apart.
    Compare(compare::Args),
    /// Do predictions mean what they say? With people whose truth is known.
    Verify(verify::Args),
    /// What is in a file of frequencies, and what is odd about it.
    Check(bank::CheckArgs),
    /// Keep a set in the bank, as the next version for its registry and population.
    Import(bank::ImportArgs),
    /// Every set of the bank, in all versions.
    List(bank::ListArgs),
    /// Which set would be used for a registry and population, and why.
    Show(bank::ShowArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.verb {
        Verb::Estimate(args) => estimate::run(args),
        Verb::Compare(args) => compare::run(args),
        Verb::Verify(args) => verify::run(args),
        Verb::Check(args) => bank::check(args),
        Verb::Import(args) => bank::import(args),
        Verb::List(args) => bank::list(args),
        Verb::Show(args) => bank::show(args, lang),
    }
}

/// Writes a file whole or not at all: a reader never sees half of it.
fn write_whole(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut whole| {
        whole.write_all(text.as_bytes())?;
        whole.persist(file).map_err(|error| error.error)?;
        Ok(())
    });
    written.map_err(|error| {
        let file = file.display().to_string();
        Failure::outage("frequencies_not_written", format!("{file} could not be written: {error}."))
            .with("file", &file)
            .with("error", error.to_string())
            .because(&error)
    })
}
