//! `qidai search replay RECEIPT`: the same question again, of the state that was searched then, and whether the answer is the same.

use std::path::PathBuf;
use std::sync::Arc;

use qidai_bank::Store;

use super::places::{Places, file};
use super::repeat;
use crate::catalogue::{BANK, BankArgs, Catalogue, Receipt, Repeated, SearchAnswer, compared_with_text};
use crate::commands::{Outcome, runtime, stream};
use crate::error::Failure;
use crate::pools::{PoolFile, among};
use crate::words::{Lang, Words};

#[derive(clap::Args)]
pub(super) struct Args {
    /// File with a receipt, or with a whole JSON answer.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    #[command(flatten)]
    bank: BankArgs,
    /// A pool that the receipt names, where it lies now.
    #[arg(long, value_name = "NAME=POOL")]
    pool: Vec<String>,
}

pub(super) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let w = lang.words();
    let (old, kept_units) = read(&args.receipt)?;
    let pools = given_pools(&old, &args.pool)?;
    if !old.request.among.is_empty() && !old.request.among.iter().any(|name| name == BANK) {
        return without_bank(args, &old, lang);
    }
    let work = async {
        let store = Store::open(args.bank.address()?).await?;
        let catalogue = Catalogue::of_store(&store, &args.bank).await?;
        let then = match old.origin() {
            Some(origin) => catalogue.at(&store, origin).await?,
            None => None,
        };
        let since = match old.origin().filter(|_| then.is_some()) {
            Some(origin) => catalogue.touched_since(&store, origin).await?,
            None => None,
        };
        store.close().await?;
        Ok::<_, Failure>((catalogue, then, since))
    };
    let (catalogue, then, since) = runtime()?.block_on(work)?;
    let is_rebuilt = then.is_some() && old.generation != catalogue.generation();
    let bank = then.as_ref().unwrap_or(&catalogue);
    let beside = |pool: &PoolFile| Ok((pool.name.clone(), Arc::new(bank.beside(&pool.name, &pool.file)?)));
    let pools = pools.iter().map(beside).collect::<Result<Vec<_>, Failure>>()?;
    let answer = among(bank, &pools).search(&old.request)?;
    let outcome = tell(&old, &answer, &kept_units, w)?;
    if let (true, Some([before, now])) = (is_rebuilt, since) {
        stream::say(&w.t1("replay-rebuilt", "generation", catalogue.generation().to_string()))?;
        let asked = catalogue.understand(&old.request)?;
        repeat::tell(&Repeated::between(&before, &now, &asked), w)?;
    }
    Ok(outcome)
}

/// A receipt of pools alone.
fn without_bank(args: &Args, old: &Receipt, lang: Lang) -> Result<Outcome, Failure> {
    let places = Places::open(&args.pool, &old.request.among, &args.bank)?;
    let answer = places.among().search(&old.request)?;
    tell(old, &answer, &[], lang.words())
}

/// The pools of a receipt, each by the file that was given for it.
fn given_pools(old: &Receipt, given: &[String]) -> Result<Vec<PoolFile>, Failure> {
    let given = given.iter().map(|text| file(text)).collect::<Result<Vec<_>, _>>()?;
    let missing: Vec<String> = old
        .pools
        .iter()
        .filter(|pool| !given.iter().any(|file| file.name == pool.name))
        .map(|pool| format!("{} (SHA-256 {})", pool.name, pool.digest))
        .collect();
    if missing.is_empty() {
        return Ok(given);
    }
    let missing = missing.join(", ");
    let sentence = format!(
        "The receipt is of a search in pools that were not given: {missing}. Give each with --pool NAME=FILE."
    );
    Err(Failure::refused("replay_pool_missing", sentence).with("value", missing))
}

/// Says whether the answer is the same, and what differs.
fn tell(
    old: &Receipt,
    answer: &SearchAnswer,
    kept_units: &[serde_json::Value],
    w: &Words,
) -> Result<Outcome, Failure> {
    let new = &answer.receipt;
    let differences = differences(old, new);
    let outcome = if differences.is_empty() { Outcome::Done } else { Outcome::SomeRefused };
    if differences.is_empty() {
        let values = [
            ("generation", new.generation.to_string().into()),
            ("release", new.release.as_str().into()),
            ("digest", new.digest.as_str().into()),
        ];
        stream::say(&w.say("replay-same", &values))?;
    } else {
        let is_same = new.digest == old.digest;
        stream::say(&w.t(if is_same { "replay-same-of-other-state" } else { "replay-other" }))?;
    }
    for (what, then, now) in differences {
        let values = [("what", what.into()), ("then", then.into()), ("now", now.into())];
        stream::say(&format!("  {}", w.say("replay-difference", &values)))?;
    }
    if new.digest != old.digest && !kept_units.is_empty() {
        let [new, changed, gone] = compared_with_text(kept_units, answer);
        tell_units(w, [&new, &changed, &gone])?;
    }
    Ok(outcome)
}

/// New, changed and gone units, each kind in a line that does not begin with a number.
pub(super) fn tell_units(w: &Words, [new, changed, gone]: [&[String]; 3]) -> Result<(), Failure> {
    for (key, units) in [("repeat-new", new), ("repeat-changed", changed), ("repeat-gone", gone)] {
        let shown: Vec<&str> = units.iter().take(UNITS_TOLD).map(String::as_str).collect();
        let more = if units.len() > shown.len() { ", …" } else { "" };
        let values = [
            ("count", units.len().to_string().into()),
            ("units", format!("{}{more}", shown.join(", ")).into()),
        ];
        stream::say(&format!("  {}", w.say(key, &values)))?;
    }
    Ok(())
}

/// So many units are named; all are counted.
const UNITS_TOLD: usize = 50;

/// What differs between two receipts of one question, the digest of the answer first.
fn differences(old: &Receipt, new: &Receipt) -> Vec<(&'static str, String, String)> {
    let set = |receipt: &Receipt| receipt.frequency_set.clone().unwrap_or_else(|| "-".to_owned());
    let pools = |receipt: &Receipt| {
        let all = receipt.pools.iter().map(|pool| format!("{} {} {}", pool.name, pool.digest, pool.snapshot));
        all.collect::<Vec<_>>().join(", ")
    };
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
        ("pools", pools(old), pools(new)),
    ];
    all.into_iter().filter(|(_, then, now)| then != now).collect()
}

/// The receipt, and the units of the answer where the file holds it whole.
pub(super) fn read(path: &PathBuf) -> Result<(Receipt, Vec<serde_json::Value>), Failure> {
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
    let units = value.get("units").and_then(|units| units.as_array().cloned()).unwrap_or_default();
    let receipt = value.get("receipt").cloned().unwrap_or(value);
    Ok((serde_json::from_value(receipt).map_err(refused)?, units))
}
