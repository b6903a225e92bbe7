//! A freezer's file, read and judged; what pages and commands share.

use jiff::tz::TimeZone;
use qidai_bank::{FreezeCurve, FreezeEvaluation, FreezeProfile, FreezeRun, Store, evaluate_freezing};
use qidai_exchange::{CurveError, CurveOptions, read_freeze_curve};

use crate::error::Failure;

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
