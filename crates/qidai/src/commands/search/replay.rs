//! `qidai search replay RECEIPT`: the same question again, and whether the answer is the same.

use std::path::PathBuf;

use crate::catalogue::{BankArgs, Catalogue, Receipt};
use crate::commands::{Outcome, runtime, stream};
use crate::error::Failure;
use crate::words::Lang;

#[derive(clap::Args)]
pub(super) struct Args {
    /// File with a receipt, or with a whole JSON answer.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    #[command(flatten)]
    bank: BankArgs,
}

pub(super) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let w = lang.words();
    let old = read(&args.receipt)?;
    let catalogue = runtime()?.block_on(Catalogue::open(&args.bank))?;
    let new = catalogue.search(&old.request)?.receipt;
    let differences = differences(&old, &new);
    if differences.is_empty() {
        let values = [
            ("generation", new.generation.to_string().into()),
            ("release", new.release.as_str().into()),
            ("digest", new.digest.as_str().into()),
        ];
        stream::say(&w.say("replay-same", &values))?;
        return Ok(Outcome::Done);
    }
    let is_same = new.digest == old.digest;
    stream::say(&w.t(if is_same { "replay-same-of-other-state" } else { "replay-other" }))?;
    for (what, then, now) in differences {
        let values = [("what", what.into()), ("then", then.into()), ("now", now.into())];
        stream::say(&format!("  {}", w.say("replay-difference", &values)))?;
    }
    Ok(Outcome::SomeRefused)
}

/// What differs between two receipts of one question, the digest of the answer first.
fn differences(old: &Receipt, new: &Receipt) -> Vec<(&'static str, String, String)> {
    let set = |receipt: &Receipt| receipt.frequency_set.clone().unwrap_or_else(|| "-".to_owned());
    // A receipt of an earlier version does not name them.
    let version = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let all = [
        ("digest", old.digest.clone(), new.digest.clone()),
        ("generation", old.generation.to_string(), new.generation.to_string()),
        ("history", old.history_hash.clone(), new.history_hash.clone()),
        ("release", old.release.clone(), new.release.clone()),
        ("engine", old.engine.clone(), new.engine.clone()),
        ("frequencies", set(old), set(new)),
        ("profile", version(&old.profile_version), version(&new.profile_version)),
        ("order", version(&old.order_version), version(&new.order_version)),
        ("snapshot", old.snapshot.clone(), new.snapshot.clone()),
    ];
    all.into_iter().filter(|(_, then, now)| then != now).collect()
}

fn read(path: &PathBuf) -> Result<Receipt, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let sentence = format!("{} could not be read: {error}.", path.display());
        Failure::outage("receipt_unreadable", sentence)
            .with("file", path.display().to_string())
            .with("error", error.to_string())
            .because(&error)
    })?;
    let refused = |error: serde_json::Error| {
        Failure::refused("receipt_refused", format!("{} is no receipt of a search: {error}.", path.display()))
            .with("file", path.display().to_string())
            .with("error", error.to_string())
    };
    let value: serde_json::Value = serde_json::from_str(&text).map_err(refused)?;
    let receipt = value.get("receipt").cloned().unwrap_or(value);
    serde_json::from_value(receipt).map_err(refused)
}
