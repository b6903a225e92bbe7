//! `qidai hla`: names and typings, line by line.
//!
//! The batch doors answer one line per input line, in the same order, bad and blank lines included.

mod batch;
mod explain;
mod fetch;
mod mac;
mod migrate;
mod reduce;
mod tables;
mod warnings;

use std::path::PathBuf;
use std::sync::OnceLock;

use qidai_hla::typing::{MacIndex, MacTable};
use qidai_hla::{Nomenclature, Release};

use crate::commands::Outcome;
use crate::error::Failure;
use crate::reference;
use crate::words::Lang;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Reduce typings: in `typing⇥level`, out `typing⇥level⇥status⇥result⇥note`.
    ///
    /// Levels: G, P, lg, lgx, W, exon, U2, S, 1F, small-g. Status: ok, empty (valid, but nothing at this level) or
    /// error:CODE. Lists are joined by `/`; a whole GL String keeps its operators.
    Reduce(Batch),
    /// Explain a typing: what it is, what it can be, groups, antigens, remarks. With --batch one JSON object a line.
    Explain(explain::Args),
    /// Obtain a release or a table of multiple allele codes: from the publisher, a mirror or a folder.
    ///
    /// A run that was broken off is taken up where it stopped. Nothing is in its place before it is whole: every file there,
    /// every published checksum right, the release readable.
    Fetch(fetch::Args),
    /// Multiple allele codes, both ways.
    Mac {
        #[command(subcommand)]
        way: Way,
    },
    /// Typings of one release under another, by accession: out `typing⇥status⇥result⇥note` and a summary.
    ///
    /// Status: unchanged, extended, suffix_changed, renumbered, merged; without a result deleted, never_assigned,
    /// not_yet_named or error:CODE. Every line has one, so that the summary adds up.
    Migrate(migrate::Args),
}

#[derive(clap::Subcommand)]
enum Way {
    /// What codes stand for: in a typing a line, out `typing⇥status⇥names⇥note`, two-field names joined by `/`.
    ///
    /// Members that were renamed since have their names of today; those that the release does not have are dropped, and said.
    Decode(Batch),
    /// The code of a list: in a list a line, out `typing⇥status⇥code⇥note`; status `empty` when the table has none.
    Encode(Batch),
}

#[derive(clap::Args)]
struct Batch {
    /// Read standard input, write standard output.
    #[arg(long, required = true)]
    batch: bool,
    /// Folder of an IPD-IMGT/HLA release; without it the built-in starter release is used. Given again, the other releases
    /// are for typings that name theirs (`hla#3.44.0#…`); the first one is in force.
    #[arg(long, value_name = "DIR")]
    release: Vec<PathBuf>,
    /// Table of multiple allele codes: a header, then `code⇥alleles`.
    #[arg(long, value_name = "FILE")]
    mac: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let (batch, answer): (&Batch, batch::Answer<'_>) = match &args.verb {
        Verb::Reduce(batch) => return reduce_all(batch),
        Verb::Explain(args) => return explain::run(args, lang),
        Verb::Mac { way: Way::Decode(batch) } => (batch, &mac::decode),
        Verb::Mac { way: Way::Encode(batch) } => return encode(batch),
        Verb::Fetch(args) => return fetch::run(args),
        Verb::Migrate(args) => return migrate::run(args),
    };
    answer_all(&batch.release, answer, batch.mac.as_deref().map(reference::load_mac).transpose()?.as_ref())
}

fn reduce_all(batch: &Batch) -> Result<Outcome, Failure> {
    let mac = batch.mac.as_deref().map(reference::load_mac).transpose()?;
    let releases = load(&batch.release)?;
    announce(&releases[0]);
    let side_by_side = side_by_side(&releases, mac.as_ref());
    let names = OnceLock::new();
    let tables = tables::Tables::new(&names, side_by_side[0]);
    let answer = |line: &batch::Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String| {
        reduce::line(line, nomenclature, &tables, out)
    };
    batch::run(&side_by_side, &answer)
}

/// The table is turned round once for all lines.
fn encode(batch: &Batch) -> Result<Outcome, Failure> {
    let mac = batch.mac.as_deref().map(reference::load_mac).transpose()?;
    let index = mac.as_ref().map(MacIndex::new).unwrap_or_default();
    let answer = |line: &batch::Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String| {
        mac::encode(line, nomenclature, &index, out)
    };
    answer_all(&batch.release, &answer, mac.as_ref())
}

fn answer_all(
    dirs: &[PathBuf],
    answer: batch::Answer<'_>,
    mac: Option<&MacTable>,
) -> Result<Outcome, Failure> {
    let releases = load(dirs)?;
    announce(&releases[0]);
    batch::run(&side_by_side(&releases, mac), answer)
}

fn side_by_side<'r>(releases: &'r [Release], mac: Option<&'r MacTable>) -> Vec<Nomenclature<'r>> {
    releases.iter().map(|release| Nomenclature::new(release, mac)).collect()
}

/// The releases of an option, at least one.
fn load(dirs: &[PathBuf]) -> Result<Vec<Release>, Failure> {
    let mut releases = Vec::new();
    for dir in dirs {
        releases.push(reference::load_release_with_history(dir)?);
    }
    if releases.is_empty() {
        releases.push(Release::starter());
    }
    Ok(releases)
}

/// Whoever reads the answers must know that no real release stands behind them.
fn announce(release: &Release) {
    if release.is_starter() {
        eprintln!("starter release, not for clinical use; give an IPD-IMGT/HLA release with --release DIR");
    }
}

#[cfg(test)]
mod tests;
