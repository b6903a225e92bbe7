//! Excursions of a unit that nobody has evaluated, and what is to be done about each.

use qidai_bank::Alarm;

use crate::app::AppState;
use crate::pages::{Reader, shown};

/// An excursion that the unit lived through.
pub(super) struct ExcursionLine {
    pub(super) tank: String,
    /// Of its alarms.
    pub(super) address: String,
    /// Where the probe stands, from when until when, and how warm.
    pub(super) told: String,
    /// Shape of its mark.
    pub(super) family: &'static str,
    /// What is to be done next.
    pub(super) next: String,
}

pub(super) fn lines(open: &[Alarm], state: &AppState, reader: &Reader) -> Vec<ExcursionLine> {
    let (w, zone) = (reader.lang.words(), &state.desk().zone);
    let line = |alarm: &Alarm| {
        let (family, next) = match (alarm.ended_at, alarm.acknowledged_at) {
            (None, _) => ("look", "unit-excursion-lasts"),
            (Some(_), None) => ("wait", "unit-excursion-unsaid"),
            (Some(_), Some(_)) => ("held", "unit-excursion-evaluate"),
        };
        let until = alarm.ended_at.map_or_else(|| w.t("unit-excursion-now"), |at| shown::minute(at, zone));
        let peak =
            alarm.peak_mc.map_or_else(|| "–".to_owned(), |mc| format!("{:.1} °C", mc as f64 / 1_000.0));
        let values = [
            ("probe", alarm.sensor.clone().into()),
            ("from", shown::minute(alarm.began_at, zone).into()),
            ("until", until.into()),
            ("peak", peak.replace('-', "−").into()),
        ];
        ExcursionLine {
            tank: alarm.tank.clone(),
            address: format!("/storage/tanks/{}#alarms", alarm.tank),
            told: w.say("unit-excursion", &values),
            family,
            next: w.t(next),
        }
    };
    open.iter().map(line).collect()
}
