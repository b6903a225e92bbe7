//! A freezer's file, read and judged; what pages and commands share.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use qidai_bank::{
    Acting, FreezeCurve, FreezeEvaluation, FreezeProfile, FreezeRun, KeyRing, NewFreezeRun, Store,
    StoredKind, evaluate_freezing,
};
use qidai_exchange::{CurveError, CurveOptions, read_freeze_curve};

use crate::error::Failure;
use crate::storage::stored_of;
use crate::unread;
use crate::upload::Upload;

/// The profile by which a curve is judged where none is named.
pub(crate) const PROFILE_DEFAULT: &str = "crf-dmso-1";
/// Bags of one run, at most: no freezer holds as many.
const BAGS_MAX: usize = 500;

/// # Errors
/// `freeze_profile_unknown`.
pub(crate) fn profile(code: &str) -> Result<&'static FreezeProfile, Failure> {
    FreezeProfile::find(code).ok_or_else(|| {
        let known: Vec<&str> = FreezeProfile::all().iter().map(|profile| profile.code).collect();
        let sentence =
            format!("There is no freezing profile '{code}': expected one of {}.", known.join(", "));
        Failure::refused("freeze_profile_unknown", sentence).with("value", code)
    })
}

pub(crate) fn zone_unknown(zone: &str) -> Failure {
    let sentence = format!("'{zone}' is no time zone: expected one such as Asia/Shanghai.");
    Failure::refused("zone_unknown", sentence).with("zone", zone)
}

/// How a file was read, for whoever reads it again.
pub(crate) fn reading(zone: &str) -> String {
    serde_json::json!({ "zone": zone }).to_string()
}

/// Reads a file and judges its curve.
///
/// # Errors
/// What is wrong with the file, with line and value.
pub(crate) fn judge(
    content: &[u8],
    options: &CurveOptions,
    profile: &FreezeProfile,
) -> Result<(FreezeCurve, FreezeEvaluation), Failure> {
    let curve = read_freeze_curve(content, options).map_err(refused)?;
    let evaluation = evaluate_freezing(&curve, profile);
    Ok((curve, evaluation))
}

/// Keeps the run of a form with a file: `number`, `device`, `bags` (numbers, divided by blanks, commas or lines), and, where
/// they are needed, `profile`, `started_at` and `zone`.
///
/// # Errors
/// What is wrong with the form, with the file, or with the run.
pub(crate) async fn keep(
    (store, keys): (&Store, &KeyRing),
    upload: &Upload,
    acting: &Acting<'_>,
) -> Result<FreezeRun, Failure> {
    let Some((file_name, content)) = &upload.file else {
        return Err(Failure::refused("upload_missing", "No file was chosen: choose one."));
    };
    let given = |name: &str| Some(upload.text(name)).filter(|text| !text.is_empty());
    let zone_name = match given("zone") {
        Some(zone) => zone.to_owned(),
        None => store.bank_zone().await?,
    };
    let zone = TimeZone::get(&zone_name).map_err(|_| zone_unknown(&zone_name))?;
    let started_at = given("started_at").map(|text| moment(text, &zone)).transpose()?;
    let profile = profile(given("profile").unwrap_or(PROFILE_DEFAULT))?;
    let judged = judge(content, &CurveOptions { started_at, zone }, profile);
    let (curve, evaluation) = or_kept(judged, (store, keys), (file_name, content), acting).await?;
    let bags = bags(store, upload.text("bags")).await?;
    let new = NewFreezeRun {
        number: upload.text("number"),
        device: upload.text("device"),
        bags: &bags,
        file_name,
        content,
        reading: &reading(&zone_name),
        curve: &curve,
        evaluation: &evaluation,
    };
    store.add_freeze_run(&new, acting).await?;
    Ok(store.freeze_run(new.number).await?)
}

/// What was read of a file; one that cannot be read is kept as it came, and refused.
///
/// # Errors
/// Its refusal, and outages.
pub(crate) async fn or_kept<T>(
    judged: Result<T, Failure>,
    bank: (&Store, &KeyRing),
    (file_name, content): (&str, &[u8]),
    acting: &Acting<'_>,
) -> Result<T, Failure> {
    if let Err(failure) = &judged {
        unread::keep(bank, ("freezer", file_name), content, failure, acting).await?;
    }
    judged
}

/// The units of a run, each once.
async fn bags(store: &Store, text: &str) -> Result<Vec<qidai_bank::Identity>, Failure> {
    let numbers: Vec<&str> = text
        .split([',', '，', '、', ';', '\n', '\t', ' '])
        .map(str::trim)
        .filter(|number| !number.is_empty())
        .collect();
    if numbers.len() > BAGS_MAX {
        let sentence = format!("A run of {} bags: expected at most {BAGS_MAX}.", numbers.len());
        return Err(Failure::refused("run_too_many_bags", sentence).with("count", numbers.len().to_string()));
    }
    let mut bags = Vec::new();
    for number in numbers {
        let bag = stored_of(store, StoredKind::Unit, number).await?.identity;
        if !bags.contains(&bag) {
            bags.push(bag);
        }
    }
    Ok(bags)
}

/// A moment; without an offset it is one of the zone.
fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let local = || zone.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    text.parse::<Timestamp>().ok().or_else(local).ok_or_else(|| {
        let sentence = format!("'{text}' is no time: write day and time such as 2026-03-31 08:15.");
        Failure::refused("record_time_invalid", sentence).with("value", text)
    })
}

/// The curve of a run that is kept, read again from its raw file.
///
/// # Errors
/// The database fails, or the file can no longer be read.
pub(crate) async fn curve_of(run: &FreezeRun, store: &Store) -> Result<FreezeCurve, Failure> {
    let content = store.freeze_file(run).await?;
    let reading: serde_json::Value = serde_json::from_str(&run.reading).unwrap_or_default();
    let zone = reading["zone"].as_str().and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    let options = CurveOptions { started_at: Some(run.started_at), zone };
    read_freeze_curve(&content, &options).map_err(refused)
}

fn refused(error: CurveError) -> Failure {
    Failure::refused(error.code, error.sentence)
}
