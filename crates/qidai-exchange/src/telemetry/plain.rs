//! `qidai/v1/SITE/DEVICE/telemetry`: one reading as JSON, or a list of them.
//!
//! `{"ts":"2026-03-01T00:00:00Z","seq":7,"temp_c":-192.4,"level_mm":412,"quality":"good"}`. A device with several probes names
//! them: `"probe":"upper"`; the code of the sensor is then `DEVICE.upper`.

use jiff::Timestamp;
use qidai_bank::{NewReading, is_sensor_code};
use serde::Deserialize;

use super::{MessageError, Said, thousandths};

/// Readings of one message.
const READINGS_MAX: usize = 5_000;
const QUALITY_MAX: usize = 32;

#[derive(Deserialize)]
struct Written {
    ts: Option<String>,
    seq: Option<i64>,
    probe: Option<String>,
    temp_c: Option<f64>,
    level_mm: Option<f64>,
    quality: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Many(Vec<Written>),
    One(Written),
}

pub(super) fn read(site: &str, device: &str, payload: &[u8]) -> Result<Said, MessageError> {
    let body: Body = serde_json::from_slice(payload).map_err(|error| {
        let sentence = format!("The message of {site}/{device} is no reading in JSON: {error}.");
        MessageError::new("message_unreadable", sentence)
    })?;
    let written = match body {
        Body::Many(written) => written,
        Body::One(written) => vec![written],
    };
    if written.len() > READINGS_MAX {
        let sentence = format!("{site}/{device} sent more than {READINGS_MAX} readings at once.");
        return Err(MessageError::new("message_value_wrong", sentence));
    }
    let readings = written.into_iter().map(|one| reading(device, one)).collect::<Result<_, _>>()?;
    Ok(Said { readings, rebirth: None })
}

fn reading(device: &str, written: Written) -> Result<NewReading, MessageError> {
    let sensor = match &written.probe {
        Some(probe) => format!("{device}.{probe}"),
        None => device.to_owned(),
    };
    if !is_sensor_code(&sensor) {
        let sentence =
            format!("'{sensor}' is no code of a probe: Latin letters, digits, '-', '_', '.' and '/'.");
        return Err(MessageError::new("message_value_wrong", sentence));
    }
    let ts = written.ts.as_deref().unwrap_or_default();
    let device_at: Timestamp = ts.parse().map_err(|_| {
        let sentence =
            format!("{sensor}: ts is '{ts}', expected a time with its zone such as 2026-03-01T00:00:00Z.");
        MessageError::new("message_time_missing", sentence)
    })?;
    let level_mm = written.level_mm.filter(|level| level.abs() < 1e6).map(|level| level.round() as i64);
    let quality = written.quality.unwrap_or_else(|| "good".to_owned());
    Ok(NewReading {
        device_at,
        device_sequence: written.seq,
        temperature_mc: written.temp_c.map(|celsius| thousandths(&sensor, celsius)).transpose()?,
        level_mm,
        quality: quality.chars().filter(|c| !c.is_control()).take(QUALITY_MAX).collect(),
        sensor,
    })
}
