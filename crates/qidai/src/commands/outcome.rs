//! `qidai outcome`: what became of patients.

use super::record;
use super::request::{PatientBank, refused_as_json};
use super::{Outcome, stream};
use crate::error::Failure;
use crate::outcomes::outcomes;
use crate::words::Lang;

/// Survival and engraftment of patients who were transplanted with a unit of the bank, as JSON.
///
/// Survival by Kaplan and Meier with the error of Greenwood, engraftment by Aalen and Johansen with death before it competing, each with a
/// pointwise band of 95 % on the scale log(−log p), and both by nucleated cells for each kg.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    bank: PatientBank,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let done = record::at_desk(&args.bank.bank(), async |desk| {
        let told = outcomes(&desk.people.store, desk.acting(None).principal).await?;
        stream::say(&serde_json::to_string(&told).unwrap_or_default())?;
        Ok(Outcome::Done)
    });
    refused_as_json(done, lang)
}
