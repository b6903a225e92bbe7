//! `qidai search --report FILE`: the answer as a centre files it.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Acting, IdSource, Principal, Role, Store, UnitRecord};

use super::SearchArgs;
use super::patients::Patient;
use crate::catalogue::{Catalogue, SearchAnswer};
use crate::commands::runtime;
use crate::console;
use crate::error::Failure;
use crate::keys;
use crate::paper::Print;
use crate::search_report::{GivenTo, ReportFormat, Told, record_of, report};
use crate::words::Lang;

/// By the end of the file's name.
///
/// # Errors
/// Another end than pdf, xlsx, json.
pub(super) fn format_of(file: &Path) -> Result<ReportFormat, Failure> {
    let end = file.extension().map(|end| end.to_string_lossy().into_owned()).unwrap_or_default();
    ReportFormat::of_end(&end).ok_or_else(|| {
        let file = file.display().to_string();
        let sentence =
            format!("{file} is no name of a report: expected one that ends in .pdf, .xlsx or .json.");
        Failure::refused("report_format_unknown", sentence).with("file", file)
    })
}

pub(super) fn write(
    file: &Path,
    answer: &SearchAnswer,
    patient: &Patient,
    args: &SearchArgs,
    (catalogue, lang): (&Catalogue, Lang),
) -> Result<(), Failure> {
    let (zone, record, given) = of_bank(args)?;
    let print = Print { lang, zone: &zone, now: Timestamp::now(), is_synthetic: catalogue.is_synthetic() };
    let told = Told {
        answer,
        pseudonym: args.pseudonym.as_deref().or(patient.id.as_deref()),
        unit: args.report_unit.as_deref(),
        record: record.as_ref(),
        given: &given,
    };
    let bytes = report(&told, format_of(file)?, &print)?;
    std::fs::write(file, bytes).map_err(|error| {
        let sentence = format!("{} could not be written.", file.display());
        Failure::outage("paper_not_written", sentence).because(&error)
    })
}

/// The zone of the bank, the record of the unit that the report is of, and to whom it is given.
fn of_bank(args: &SearchArgs) -> Result<(TimeZone, Option<UnitRecord>, GivenTo), Failure> {
    // A pool is searched without a bank: its entries have no record here.
    let Some(bank) = args.bank.bank.as_deref() else { return Ok((TimeZone::UTC, None, GivenTo::default())) };
    runtime()?.block_on(async {
        let store = Store::open(bank).await?;
        let zone = TimeZone::get(&store.bank_zone().await?).unwrap_or(TimeZone::UTC);
        let record = match &args.report_unit {
            Some(number) => record_of(&store, number).await?,
            None => None,
        };
        // Whoever works at the console gives as a coordinator does; the history says so.
        let coordinator = Principal::console_as(&console::system_user(), Role::SearchCoordinator);
        let ids = IdSource::new(|| uuid::Uuid::now_v7().to_string());
        let random = keys::random();
        let acting = Acting::new(&coordinator, Timestamp::now(), &ids, &random);
        let given = GivenTo::of(&store, args.to.as_deref(), None, &acting).await?;
        store.close().await?;
        Ok((zone, record, given))
    })
}
