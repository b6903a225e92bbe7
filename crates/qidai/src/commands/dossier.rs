//! `qidai dossier`: everything that travels with a bag, as PDF or JSON.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::record::{self, Desk};
use super::request::{PatientBank, refused_as_json};
use super::{Outcome, stream};
use crate::catalogue;
use crate::dossier::{dossier, pdf, unit_of};
use crate::error::Failure;
use crate::paper::Print;
use crate::words::Lang;

/// Everything that travels with the bag of an order.
///
/// Unit, results, the release rule by rule, re-check, shipment, hand-overs, and every signature with the digest of what was signed. It is given
/// to the institution of the order that holds the unit: abroad only under an approved case, and both are written down.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    bank: PatientBank,
    /// Number of the unit, or of its order.
    number: String,
    /// The file, as PDF; without it the JSON is printed.
    #[arg(long, value_name = "FILE.pdf")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let done = record::at_desk(&args.bank.bank(), async |desk| make(args, desk, lang).await);
    refused_as_json(done, lang)
}

async fn make(args: &Args, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    let (store, acting) = (&desk.people.store, desk.acting(None));
    let unit = unit_of(store, &args.number, &acting).await?;
    let made = dossier(store, &unit, &acting).await?;
    let Some(out) = &args.out else {
        stream::say(&serde_json::to_string(&made).unwrap_or_default())?;
        return Ok(Outcome::Done);
    };
    let zone = TimeZone::get(&store.bank_zone().await?).unwrap_or(TimeZone::UTC);
    let is_synthetic = catalogue::is_synthetic(store).await?;
    let bytes = pdf(&made, &Print { lang, zone: &zone, now: Timestamp::now(), is_synthetic })?;
    std::fs::write(out, bytes).map_err(|error| {
        let sentence = format!("{} could not be written.", out.display());
        Failure::outage("paper_not_written", sentence).because(&error)
    })?;
    Ok(Outcome::Done)
}
