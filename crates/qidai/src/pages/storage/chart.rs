//! Strip charts: temperatures over time, drawn as SVG at the size at which they are read. Limits are named on their
//! lines, what was out of range is shaded.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Alarm, StoredReading, TankLimits};

/// Height of the picture, and what stays free around the curve.
const HIGH: f64 = 230.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;

/// A chart, ready for its template.
pub(in crate::pages) struct Chart {
    pub(in crate::pages) width: f64,
    pub(in crate::pages) height: f64,
    pub(in crate::pages) left: f64,
    pub(in crate::pages) right: f64,
    pub(in crate::pages) bottom: f64,
    /// Points of one or more lines: where readings are missing, the line is interrupted.
    pub(in crate::pages) lines: Vec<Line>,
    /// Of the degrees: place and number.
    pub(in crate::pages) rows: Vec<(String, String)>,
    /// Of the times.
    pub(in crate::pages) columns: Vec<(String, String)>,
    /// Limits: place, class of style, word.
    pub(in crate::pages) limits: Vec<(String, &'static str, String)>,
    /// What is shaded: left, width.
    pub(in crate::pages) shades: Vec<(String, String)>,
}

/// One line of a chart.
pub(in crate::pages) struct Line {
    pub(in crate::pages) class: &'static str,
    pub(in crate::pages) points: String,
}

/// From where to where a chart goes, in seconds since 1970 and degrees.
pub(in crate::pages) struct Frame {
    pub(in crate::pages) from_s: f64,
    pub(in crate::pages) to_s: f64,
    pub(in crate::pages) low_c: f64,
    pub(in crate::pages) high_c: f64,
    pub(in crate::pages) width: f64,
}

impl Frame {
    fn x(&self, second: f64) -> f64 {
        let part = (second - self.from_s) / (self.to_s - self.from_s).max(1.0);
        LEFT + part.clamp(0.0, 1.0) * (self.width - LEFT - RIGHT)
    }

    fn y(&self, celsius: f64) -> f64 {
        let part = (self.high_c - celsius) / (self.high_c - self.low_c).max(1.0);
        TOP + part.clamp(0.0, 1.0) * (HIGH - TOP - BOTTOM)
    }

    /// An empty chart with its degrees.
    pub(in crate::pages) fn chart(&self, step_c: i64) -> Chart {
        let first = (self.low_c / step_c as f64).ceil() as i64 * step_c;
        let rows = (0..).map(|at| first + at * step_c).take_while(|c| (*c as f64) <= self.high_c);
        let row =
            |celsius: i64| (format!("{:.1}", self.y(celsius as f64)), format!("{celsius}").replace('-', "−"));
        Chart {
            width: self.width,
            height: HIGH,
            left: LEFT,
            right: self.width - RIGHT,
            bottom: HIGH - BOTTOM,
            lines: Vec::new(),
            rows: rows.map(row).collect(),
            columns: Vec::new(),
            limits: Vec::new(),
            shades: Vec::new(),
        }
    }

    /// A line through points of (second, degrees); one that is further away than `gap_s` begins anew.
    pub(in crate::pages) fn lines(
        &self,
        class: &'static str,
        points: impl Iterator<Item = (f64, f64)>,
        gap_s: f64,
    ) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut last: Option<f64> = None;
        for (second, celsius) in points {
            if last.is_none_or(|last| second - last > gap_s) {
                lines.push(Line { class, points: String::new() });
            }
            if let Some(line) = lines.last_mut() {
                line.points.push_str(&format!("{:.1},{:.1} ", self.x(second), self.y(celsius)));
            }
            last = Some(second);
        }
        lines
    }

    pub(in crate::pages) fn limit(
        &self,
        celsius: f64,
        class: &'static str,
        word: String,
    ) -> (String, &'static str, String) {
        (format!("{:.1}", self.y(celsius)), class, word)
    }

    /// What is shaded between two moments.
    pub(in crate::pages) fn shade(&self, from_s: f64, to_s: f64) -> (String, String) {
        let (from, to) = (self.x(from_s), self.x(to_s));
        (format!("{from:.1}"), format!("{:.1}", (to - from).max(2.0)))
    }

    pub(in crate::pages) fn column(&self, second: f64, word: String) -> (String, String) {
        (format!("{:.1}", self.x(second)), word)
    }
}

/// A day of one probe. Where there are more readings than the picture has columns, each column shows its coldest and
/// its warmest.
pub(super) fn day(
    readings: &[StoredReading],
    alarms: &[Alarm],
    limits: &TankLimits,
    (from, to): (Timestamp, Timestamp),
    (zone, width): (&TimeZone, f64),
    names: (&str, &str),
) -> Chart {
    let points: Vec<(f64, f64)> = readings
        .iter()
        .filter_map(|reading| Some((reading.at.as_second() as f64, reading.temperature_mc? as f64 / 1_000.0)))
        .collect();
    let warmest = points.iter().map(|(_, celsius)| *celsius).fold(-120.0, f64::max);
    let (from_s, to_s) = (from.as_second() as f64, to.as_second() as f64);
    let frame = Frame { from_s, to_s, low_c: -200.0, high_c: (warmest / 20.0).ceil() * 20.0, width };
    let mut chart = frame.chart(20);
    let thinned = thinned(&points, (width - LEFT - RIGHT) as usize, (from_s, to_s));
    chart.lines = frame.lines("strip-line", thinned.into_iter(), 120.0_f64.max((to_s - from_s) / 200.0));
    let hours = if width < 500.0 { 6 } else { 3 };
    chart.columns = (0..24 / hours)
        .filter_map(|at| {
            let second = from.as_second() + at * hours * 3_600;
            let local = Timestamp::from_second(second).ok()?.to_zoned_datetime(zone.clone());
            Some(frame.column(second as f64, local.strftime("%H:%M").to_string()))
        })
        .collect();
    for (limit, class, name) in
        [(limits.warn_mc, "strip-warn", names.0), (limits.critical_mc, "strip-critical", names.1)]
    {
        let Some(celsius) = limit.map(|mc| mc as f64 / 1_000.0) else { continue };
        let word = format!("{name} {celsius:.0} °C").replace('-', "−");
        chart.limits.push(frame.limit(celsius, class, word));
    }
    for alarm in alarms {
        let begin = frame.x(alarm.began_at.as_second() as f64);
        let end = frame.x(alarm.ended_at.unwrap_or(to).as_second() as f64);
        if alarm.began_at < to && alarm.ended_at.is_none_or(|ended| ended > from) {
            chart.shades.push((format!("{begin:.1}"), format!("{:.1}", (end - begin).max(2.0))));
        }
    }
    chart
}

fn thinned(points: &[(f64, f64)], columns: usize, (from_s, to_s): (f64, f64)) -> Vec<(f64, f64)> {
    if points.len() <= columns * 2 {
        return points.to_vec();
    }
    let column = |second: f64| ((second - from_s) / (to_s - from_s) * columns as f64) as i64;
    let mut kept = Vec::with_capacity(columns * 2);
    for group in points.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let by = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (Some(low), Some(high)) = (group.iter().min_by(by), group.iter().max_by(by)) else { continue };
        let (first, second) = if low.0 <= high.0 { (low, high) } else { (high, low) };
        kept.push(*first);
        if first != second {
            kept.push(*second);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_warmth_is_seen_among_a_day_of_readings() {
        let from = Timestamp::UNIX_EPOCH;
        let readings: Vec<StoredReading> = (0..8_640)
            .map(|at| StoredReading {
                at: Timestamp::from_second(at * 10).unwrap(),
                temperature_mc: Some(if at == 5_000 { -131_000 } else { -186_000 }),
                level_mm: None,
                quality: "good".to_owned(),
                beyond: 0,
            })
            .collect();
        let to = Timestamp::from_second(86_400).unwrap();
        let chart = day(
            &readings,
            &[],
            &TankLimits::USUAL,
            (from, to),
            (&TimeZone::UTC, 960.0),
            ("warn", "critical"),
        );
        let [line] = &chart.lines[..] else { panic!("one line without a gap") };
        let points = line.points.split_whitespace().count();
        assert!(points < 2_000, "{points}");
        let highest = line
            .points
            .split_whitespace()
            .map(|point| point.split(',').nth(1).unwrap().parse::<f64>().unwrap());
        assert!(highest.fold(f64::MAX, f64::min) < 45.0, "{}", line.points);
        assert_eq!(chart.limits.len(), 2);
        let gap = [&readings[..100], &readings[1_000..1_100]].concat();
        let chart = day(&gap, &[], &TankLimits::USUAL, (from, to), (&TimeZone::UTC, 960.0), ("", ""));
        assert_eq!(chart.lines.len(), 2, "what was not measured is not drawn");
    }
}
