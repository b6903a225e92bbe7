//! `qidai print`: labels, the inventory of a tank, the passport of a unit.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Stored, StoredKind};
use qidai_exchange::print::{Label, LabelSize, label_pdf, label_zpl, report_pdf};

use super::Outcome;
use super::storage::{At, Desk, at_desk};
use crate::catalogue;
use crate::error::Failure;
use crate::paper::{self, Print};
use crate::storage::{kind_of, stored_of};
use crate::words::Lang;

/// Paper: labels, the inventory of a tank, the passport of a unit.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Labels of a unit or of something else that is stored; printed before, a reason is needed.
    Label {
        number: String,
        /// unit, segment, sample or product.
        #[arg(long, default_value = "unit")]
        kind: String,
        /// bag (100 × 50 mm) or tube (45 × 13 mm).
        #[arg(long, default_value = "bag", value_parser = size_of)]
        size: LabelSize,
        #[arg(long, default_value_t = 1)]
        copies: i64,
        /// Why again, in your words.
        #[arg(long)]
        reason: Option<String>,
        /// The file: .pdf, or .zpl for label printers.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// Everything that stands in a tank, as PDF.
    Inventory {
        tank: String,
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// A unit on one sheet, as PDF.
    Passport {
        number: String,
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        at: At,
    },
}

fn size_of(text: &str) -> Result<LabelSize, String> {
    LabelSize::parse(text).ok_or_else(|| "expected bag or tube".to_owned())
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.what {
        What::Label { number, kind, size, copies, reason, out, at } => at_desk(at, async |desk| {
            let stored = stored_of(&desk.people.store, kind_of(kind)?, number).await?;
            label(desk, &stored, (*size, *copies), (reason.as_deref(), out), lang).await
        }),
        What::Inventory { tank, out, at } => at_desk(at, async |desk| {
            let store = &desk.people.store;
            let (tank, content) = (store.tank(tank).await?, store.tank_content(tank, None).await?);
            let zone = zone_of(desk).await?;
            let print = print(desk, &zone, lang).await?;
            let report = paper::inventory(&tank, &content, &print);
            let pdf = report_pdf(&report, paper::fonts()?, &print.imprint(report.title.clone()));
            write(out, &pdf.map_err(|error| paper::failure(&error))?)
        }),
        What::Passport { number, out, at } => at_desk(at, async |desk| {
            let store = &desk.people.store;
            let stored = stored_of(store, StoredKind::Unit, number).await?;
            let place = store.place_of(&stored).await?.map(|place| place.to_string());
            let Some(unit) = store.unit(&stored.identity).await? else {
                let sentence = format!("The bank has no unit {number}: check the number.");
                return Err(Failure::refused("unit_unknown", sentence).with("number", number.as_str()));
            };
            let zone = zone_of(desk).await?;
            let print = print(desk, &zone, lang).await?;
            let report = paper::passport(&unit, place, &print);
            let pdf = report_pdf(&report, paper::fonts()?, &print.imprint(report.title.clone()));
            write(out, &pdf.map_err(|error| paper::failure(&error))?)
        }),
    }
}

/// Makes the labels first, then writes down that they are printed, then gives them out: a sheet that cannot be made is
/// not in the books, and no label is out that is not.
async fn label(
    desk: &Desk,
    stored: &Stored,
    (size, copies): (LabelSize, i64),
    (reason, out): (Option<&str>, &Path),
    lang: Lang,
) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let zone = zone_of(desk).await?;
    let print = print(desk, &zone, lang).await?;
    let is_zpl = out.extension().is_some_and(|end| end.eq_ignore_ascii_case("zpl"));
    let mut label = label_of(desk, stored, false, &print).await?;
    if !is_zpl {
        made(&label, size, copies, &print)?;
    }
    let printed = store.print_label(stored, size.code(), copies, &desk.acting(reason)).await?;
    if printed.is_reprint {
        label = label_of(desk, stored, true, &print).await?;
    }
    let bytes = match is_zpl {
        true => label_zpl(&copies_of(&label, copies), size).into_bytes(),
        false => made(&label, size, copies, &print)?,
    };
    write(out, &bytes)
}

async fn label_of(
    desk: &Desk,
    stored: &Stored,
    is_reprint: bool,
    print: &Print<'_>,
) -> Result<Label, Failure> {
    let unit = if paper::is_unit(stored) { desk.people.store.unit(&stored.identity).await? } else { None };
    Ok(match unit {
        Some(unit) => paper::unit_label(&unit, is_reprint, print),
        None => paper::other_label(stored, is_reprint, print),
    })
}

fn made(label: &Label, size: LabelSize, copies: i64, print: &Print<'_>) -> Result<Vec<u8>, Failure> {
    let imprint = print.imprint(label.number.clone());
    label_pdf(&copies_of(label, copies), size, paper::fonts()?, &imprint)
        .map_err(|error| paper::failure(&error))
}

fn copies_of(label: &Label, copies: i64) -> Vec<Label> {
    (0..copies.clamp(1, 50)).map(|_| label.clone()).collect()
}

async fn zone_of(desk: &Desk) -> Result<TimeZone, Failure> {
    Ok(TimeZone::get(&desk.people.store.bank_zone().await?).unwrap_or(TimeZone::UTC))
}

async fn print<'a>(desk: &Desk, zone: &'a TimeZone, lang: Lang) -> Result<Print<'a>, Failure> {
    let is_synthetic = catalogue::is_synthetic(&desk.people.store).await?;
    Ok(Print { lang, zone, now: Timestamp::now(), is_synthetic })
}

fn write(out: &Path, bytes: &[u8]) -> Result<Outcome, Failure> {
    std::fs::write(out, bytes).map_err(|error| {
        let sentence = format!("{} could not be written.", out.display());
        Failure::outage("paper_not_written", sentence).because(&error)
    })?;
    Ok(Outcome::Done)
}
