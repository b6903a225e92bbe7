//! `qidai search replay RECEIPT`: the same question again, and whether the answer is the same.

use std::path::PathBuf;

use crate::catalogue::{BankArgs, Catalogue, Receipt};
use crate::commands::{Outcome, runtime};
use crate::error::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// File with a receipt, or with a whole JSON answer.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    #[command(flatten)]
    bank: BankArgs,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let old = read(&args.receipt)?;
    let catalogue = runtime()?.block_on(Catalogue::open(&args.bank))?;
    let new = catalogue.search(&old.request)?.receipt;
    if new.digest == old.digest {
        println!(
            "same answer: generation {}, release {}, digest {}",
            new.generation, new.release, new.digest
        );
        return Ok(Outcome::Done);
    }
    println!("another answer: digest {} then, {} now", old.digest, new.digest);
    for (what, then, now) in [
        ("generation", old.generation.to_string(), new.generation.to_string()),
        ("release", old.release, new.release),
        ("engine", old.engine, new.engine),
        ("snapshot", old.snapshot, new.snapshot),
    ] {
        if then != now {
            println!("  {what}: {then} then, {now} now");
        }
    }
    Ok(Outcome::SomeRefused)
}

fn read(path: &PathBuf) -> Result<Receipt, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let sentence = format!("{} could not be read: {error}.", path.display());
        Failure::outage("receipt_unreadable", sentence).because(&error)
    })?;
    let refused = |error: serde_json::Error| {
        Failure::refused("receipt_refused", format!("{} is no receipt of a search: {error}.", path.display()))
    };
    let value: serde_json::Value = serde_json::from_str(&text).map_err(refused)?;
    let receipt = value.get("receipt").cloned().unwrap_or(value);
    serde_json::from_value(receipt).map_err(refused)
}
