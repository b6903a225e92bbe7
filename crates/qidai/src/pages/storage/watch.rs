//! What the probes of a tank told: a day of each, the alarms, and their acknowledgement.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::{SignedDuration, Timestamp};
use qidai_bank::{Alarm, Permission, Tank};
use serde::Deserialize;

use super::chart::{self, Chart};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Reader, shown};
use crate::words::Words;

/// Readings of a day with one each second.
const READINGS_MAX: u32 = 90_000;
const ALARMS_SHOWN: u32 = 20;
/// Width of a chart on a desk and on a phone.
const WIDTHS: (f64, f64) = (1_080.0, 350.0);

/// A day of a probe.
pub(super) struct ProbeView {
    pub(super) code: String,
    /// The part of the tank that it stands for.
    pub(super) part: String,
    pub(super) readings: String,
    pub(super) wide: Chart,
    pub(super) narrow: Chart,
}

/// An alarm.
pub(super) struct AlarmView {
    pub(super) address: String,
    pub(super) kind: String,
    pub(super) family: &'static str,
    pub(super) sensor: String,
    pub(super) began: String,
    pub(super) ended: Option<String>,
    pub(super) peak: Option<String>,
    pub(super) met: u64,
    /// Who and what, once somebody has said it.
    pub(super) comment: Option<String>,
    pub(super) may_acknowledge: bool,
}

#[derive(Deserialize)]
pub(crate) struct Comment {
    #[serde(default)]
    comment: String,
}

/// The last day of each probe, and the alarms of the tank.
pub(super) async fn of_tank(
    tank: &Tank,
    state: &AppState,
    reader: &Reader,
) -> Result<(Vec<ProbeView>, Vec<AlarmView>), Failure> {
    let (desk, w) = (state.desk(), reader.lang.words());
    let alarms = desk.store.alarms(Some(&tank.code), ALARMS_SHOWN).await?;
    let to = Timestamp::now();
    let span = (to - SignedDuration::from_hours(24), to);
    let mut probes = Vec::new();
    for sensor in desk.store.sensors(&tank.code).await? {
        let readings = desk.store.readings(&sensor.code, span, READINGS_MAX).await?;
        let own: Vec<Alarm> = alarms.iter().filter(|alarm| alarm.sensor == sensor.code).cloned().collect();
        let names = (w.t("tank-limit-warn"), w.t("tank-limit-critical"));
        let draw = |width| {
            let names = (names.0.as_str(), names.1.as_str());
            chart::day(&readings, &own, &tank.limits, span, (&desk.zone, width), names)
        };
        probes.push(ProbeView {
            part: sensor.sector.map_or_else(|| w.t("tank-probe-whole"), |sector| format!("S{sector}")),
            readings: w.t1("tank-probe-readings", "count", readings.len() as f64),
            wide: draw(WIDTHS.0),
            narrow: draw(WIDTHS.1),
            code: sensor.code,
        });
    }
    let mut views = Vec::new();
    for alarm in &alarms {
        let met = desk.store.met_by(&alarm.id).await?;
        views.push(alarm_view(alarm, met, (state, reader), w));
    }
    Ok((probes, views))
}

fn alarm_view(alarm: &Alarm, met: u64, (state, reader): (&AppState, &Reader), w: &Words) -> AlarmView {
    let zone = &state.desk().zone;
    let comment = alarm.comment.as_ref().zip(alarm.acknowledged_by.as_ref());
    AlarmView {
        address: format!("/storage/alarms/{}", alarm.id),
        kind: w.t(&format!("alarm-{}", alarm.kind.code())),
        family: match (alarm.ended_at, &alarm.acknowledged_at) {
            (None, _) => "look",
            (Some(_), None) => "wait",
            (Some(_), Some(_)) => "done",
        },
        sensor: alarm.sensor.clone(),
        began: shown::minute(alarm.began_at, zone),
        ended: alarm.ended_at.map(|ended| shown::minute(ended, zone)),
        peak: alarm
            .peak_mc
            .map(|mc| format!("{:.1} °C", mc as f64 / 1_000.0).replace('-', "−"))
            .or_else(|| alarm.least_mm.map(|mm| format!("{mm} mm"))),
        met,
        comment: comment.map(|(comment, by)| format!("{comment} · {by}")),
        may_acknowledge: alarm.acknowledged_at.is_none() && reader.visitor.may(Permission::StorageMove),
    }
}

/// Says what an alarm was, and goes back to its tank.
pub(crate) async fn acknowledge(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Form(form): Form<Comment>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?).because(&form.comment);
    desk.store.acknowledge_alarm(&id, &acting).await?;
    let alarms = desk.store.alarms(None, 1_000).await?;
    let tank = alarms.into_iter().find(|alarm| alarm.id == id).map(|alarm| alarm.tank).unwrap_or_default();
    Ok(Redirect::to(&format!("/storage/tanks/{tank}#alarms")).into_response())
}
