//! Freeze runs from the command line.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{NewFreezeRun, StoredKind};
use qidai_exchange::CurveOptions;

use super::{At, Desk};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::freeze;
use crate::storage::stored_of;

/// Keep the curve of a freeze run with the bags that were in it, and judge it. Exit status 2 when a rule fails or cannot
/// be told.
#[derive(clap::Args)]
pub(super) struct FreezeArgs {
    /// The file of the freezer: CSV of any maker.
    file: PathBuf,
    /// Number of the run, unique in the bank.
    #[arg(long)]
    number: String,
    /// The freezer.
    #[arg(long)]
    device: String,
    /// The bags; may be repeated.
    #[arg(long = "bag", value_name = "DIN", required = true)]
    bags: Vec<String>,
    /// When the run began, where the file counts its time from 0.
    #[arg(long, value_name = "TIME")]
    started_at: Option<Timestamp>,
    /// Zone of times in the file; without it the bank's.
    #[arg(long)]
    zone: Option<String>,
    /// The profile.
    #[arg(long, default_value = "crf-dmso-1")]
    profile: String,
    #[command(flatten)]
    at: At,
}

impl FreezeArgs {
    pub(super) fn at(&self) -> &At {
        &self.at
    }
}

pub(super) async fn run(args: &FreezeArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let content = std::fs::read(&args.file).map_err(|error| {
        let sentence = format!("{} could not be read.", args.file.display());
        Failure::outage("storage_file_unreadable", sentence).because(&error)
    })?;
    let zone = match &args.zone {
        Some(zone) => zone.clone(),
        None => store.bank_zone().await?,
    };
    let profile = freeze::profile(&args.profile)?;
    let zone_name = zone.clone();
    let zone = TimeZone::get(&zone).map_err(|_| freeze::zone_unknown(&zone_name))?;
    let file_name = args.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let file_name = file_name.as_deref().unwrap_or("curve.csv");
    let acting = desk.acting(None);
    let judged = freeze::judge(&content, &CurveOptions { started_at: args.started_at, zone }, profile);
    let bank = (store, &desk.people.keys);
    let judged = freeze::or_kept(judged, bank, (file_name, &content), &acting).await?;
    let mut bags = Vec::new();
    for bag in &args.bags {
        bags.push(stored_of(store, StoredKind::Unit, bag).await?.identity);
    }
    let new = NewFreezeRun {
        number: &args.number,
        device: &args.device,
        bags: &bags,
        file_name,
        content: &content,
        reading: &freeze::reading(&zone_name),
        curve: &judged.0,
        evaluation: &judged.1,
    };
    store.add_freeze_run(&new, &acting).await?;
    stream::say(&format!("verdict\t{}", judged.1.verdict.code()))?;
    for finding in &judged.1.findings {
        let value = finding.value.map(|value| format!("{value:.2}")).unwrap_or_default();
        let (rule, judgement) = (&finding.rule, finding.judgement.code());
        stream::say(&format!("{rule}\t{judgement}\t{value}\t{}\t{}", finding.least, finding.most))?;
    }
    let is_pass = judged.1.verdict == qidai_bank::Judgement::Pass;
    Ok(if is_pass { Outcome::Done } else { Outcome::SomeRefused })
}
