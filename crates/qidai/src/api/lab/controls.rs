//! Internal quality control: control material, its measurements, and what each is worth.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use jiff::civil::Date;
use qidai_bank::{NewQcControl, QcControl, QcPoint, deviation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Asked, Body, InPath, List, Page, cursor, short};
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::test_of;
use crate::pages::Reader;

/// Measurements that are told with a lot.
const POINTS_TOLD: u32 = 30;

/// A lot of control material with its last measurements.
#[derive(Serialize, ToSchema)]
pub(crate) struct ControlView {
    id: String,
    #[schema(example = "wbc_raw")]
    test: &'static str,
    level: String,
    lot: String,
    analyser: String,
    /// Thousandths of the amount of the test.
    mean_milli: i64,
    sd_milli: i64,
    /// That day included.
    #[schema(value_type = String, format = Date)]
    valid_until: Date,
    /// The oldest first.
    points: Vec<PointView>,
}

/// A measurement.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointView {
    id: String,
    run: String,
    #[schema(value_type = String, format = DateTime)]
    measured_at: Timestamp,
    value: String,
    /// Thousandths of a standard deviation from the mean.
    deviation_milli: i64,
    /// `in_control`, `1-2s` (look, and go on), or a rule that rejects: `1-3s`, `2-2s`, `R-4s`, `4-1s`, `10x`.
    verdict: &'static str,
    /// Results of the same run are not reported.
    is_rejected: bool,
}

/// A lot to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"test": "wbc_raw", "level": "L1", "lot": "QC7", "analyser": "AN-1", "mean": "7.0", "sd": "0.25", "valid_until": "2027-03-31"}))]
pub(crate) struct ControlWanted {
    test: String,
    level: String,
    lot: String,
    analyser: String,
    /// In the unit of the test.
    mean: String,
    /// Standard deviation, in the unit of the test.
    sd: String,
    #[schema(value_type = String, format = Date)]
    valid_until: Date,
}

/// A measurement to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"run": "2026-11-24 early", "value": "7.1"}))]
pub(crate) struct PointWanted {
    /// Measurements of one run on one analyser are judged together.
    run: String,
    value: String,
    /// Now, when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    measured_at: Option<Timestamp>,
}

fn view(control: &QcControl, points: &[QcPoint]) -> ControlView {
    ControlView {
        id: control.id.clone(),
        test: control.test.code,
        level: control.level.clone(),
        lot: control.lot.clone(),
        analyser: control.analyser.clone(),
        mean_milli: control.mean_milli,
        sd_milli: control.sd_milli,
        valid_until: control.valid_until,
        points: points.iter().map(|point| point_view(control, point)).collect(),
    }
}

fn point_view(control: &QcControl, point: &QcPoint) -> PointView {
    PointView {
        id: point.id.clone(),
        run: point.run.clone(),
        measured_at: point.measured_at,
        value: control.test.format(point.amount),
        deviation_milli: deviation(point.amount, control.mean_milli, control.sd_milli),
        verdict: point.verdict.code(),
        is_rejected: point.verdict.is_rejection(),
    }
}

/// Control material
///
/// Lots of control material with their last thirty measurements.
#[utoipa::path(get, path = "/api/lab/controls", operation_id = "list_controls", tag = "laboratory",
    params(cursor::Pages), responses((status = 200, description = "A page of lots", body = Page<ControlView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(pages): Asked<cursor::Pages>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let list = List::new(&desk.keys, "/api/lab/controls", [], pages.limit)?;
    let mut found = Vec::new();
    for control in desk.store.qc_controls(principal).await? {
        let points = desk.store.qc_points(&control.id, POINTS_TOLD, principal).await?;
        found.push((control, points));
    }
    list.of_all(&found, pages.cursor.as_deref(), |(one, _)| &one.id, |(one, points)| view(one, points))
}

/// Enter control material
///
/// A lot at one level for one test on one analyser, with its mean and standard deviation.
#[utoipa::path(post, path = "/api/lab/controls", operation_id = "add_control", tag = "laboratory",
    request_body = ControlWanted, responses((status = 201, description = "The lot", body = ControlView)))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(wanted): Body<ControlWanted>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    for (name, text) in [("mean", &wanted.mean), ("sd", &wanted.sd)] {
        short(name, Some(text), 40)?;
    }
    let new = NewQcControl {
        test: test_of(&wanted.test)?,
        level: &wanted.level,
        lot: &wanted.lot,
        analyser: &wanted.analyser,
        mean: &wanted.mean,
        sd: &wanted.sd,
        valid_until: wanted.valid_until,
    };
    let control = desk.store.add_qc_control(&new, &desk.acting(reader.visitor.principal()?)).await?;
    Ok((StatusCode::CREATED, Json(view(&control, &[]))).into_response())
}

/// Enter a measurement
///
/// It is judged by the rules of Westgard as it is entered; later measurements do not change the verdict.
#[utoipa::path(post, path = "/api/lab/controls/{id}/points", operation_id = "add_control_point", tag = "laboratory",
    params(("id" = String, Path)), request_body = PointWanted,
    responses((status = 201, description = "The measurement with its verdict", body = PointView)))]
pub(crate) async fn measure(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(wanted): Body<PointWanted>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    short("value", Some(&wanted.value), 40)?;
    let acting = desk.acting(principal);
    let at = wanted.measured_at.unwrap_or(acting.now);
    let point = desk.store.add_qc_point(&id, (&wanted.run, &wanted.value, at), &acting).await?;
    let controls = desk.store.qc_controls(principal).await?;
    let control = controls.iter().find(|one| one.id == id).ok_or_else(|| {
        let sentence = format!("There is no control material {id}: 'qidai lab qc list' lists it.");
        Failure::refused("qc_control_unknown", sentence)
    })?;
    Ok((StatusCode::CREATED, Json(point_view(control, &point))).into_response())
}
