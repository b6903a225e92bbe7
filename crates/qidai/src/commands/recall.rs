//! `qidai recall`: everything that hangs together with a lot, an instrument, a tank or a person. Making and moving recalls is
//! `qidai record`'s work.

use jiff::Timestamp;
use qidai_bank::{Acting, Affected, Principal};
use serde_json::json;

use super::record::{self, Desk};
use super::request::{PatientBank, refused_as_json};
use super::{Outcome, stream};
use crate::affected::AffectedView;
use crate::error::Failure;
use crate::words::Lang;

/// Recalls: which units and which patients does it reach? Recall what is in the bank.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// All units that something reaches, and the orders for which they left.
    Affected {
        #[command(flatten)]
        bank: PatientBank,
        /// Number of a record such as RL-2026-0001, of a unit, or tank/CODE, freeze_run/NUMBER.
        beginning: String,
        /// One JSON object, or the units as CSV: the SHA-256 of that is the digest of the list.
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
    },
    /// Recall the units that open recalls reach and that are in the bank; a server does so by itself twice a minute.
    Hold {
        #[command(flatten)]
        bank: PatientBank,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Json,
    Csv,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let done = match &args.what {
        What::Affected { bank, beginning, format } => {
            record::at_desk(&bank.bank(), async |desk| affected(beginning, *format, desk).await)
        }
        What::Hold { bank } => record::at_desk(&bank.bank(), async |desk| hold(desk).await),
    };
    refused_as_json(done, lang)
}

async fn affected(beginning: &str, format: Format, desk: &Desk) -> Result<Outcome, Failure> {
    let acting = desk.acting(None);
    let found = desk.people.store.affected_by(beginning, acting.principal).await?;
    let text = match format {
        Format::Csv => csv(&found)?,
        Format::Json => serde_json::to_string(&AffectedView::from(found)).unwrap_or_default(),
    };
    stream::say(text.trim_end())?;
    Ok(Outcome::Done)
}

fn csv(found: &Affected) -> Result<String, Failure> {
    let mut text = Vec::new();
    text.extend(line(&Affected::COLUMNS)?);
    for unit in &found.units {
        text.extend(line(&unit.cells())?);
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn line(cells: &[&str]) -> Result<Vec<u8>, Failure> {
    crate::csv_row::csv_row(cells.iter().copied()).map_err(|error| stream::not_written(&error))
}

async fn hold(desk: &Desk) -> Result<Outcome, Failure> {
    let (system, mut recalled) = (Principal::system("recall"), 0);
    let own = desk.acting(None);
    own.principal.may(qidai_bank::Permission::UnitAccept, None)?;
    loop {
        let acting = Acting::new(&system, Timestamp::now(), own.ids, own.random);
        match desk.people.store.hold_recalled(&acting).await? {
            0 => break,
            more => recalled += more,
        }
    }
    stream::say(&json!({ "recalled": recalled }).to_string())?;
    Ok(Outcome::Done)
}
