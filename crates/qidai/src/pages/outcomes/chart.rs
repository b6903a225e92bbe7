//! Curves that go down or up by steps, with their band, drawn as SVG at the size at which they are read.

const HIGH: f64 = 260.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;
/// Lengths of the axis, in days: the first that holds the last point.
const LENGTHS: [u32; 6] = [50, 100, 200, 400, 1_000, 2_000];

/// A point of a curve.
pub(super) struct Point {
    pub(super) day: u32,
    pub(super) at_risk: usize,
    pub(super) value: f64,
    pub(super) band: Option<(f64, f64)>,
}

/// A chart, ready for its template.
pub(super) struct Chart {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Class of style, points.
    pub(super) lines: Vec<(&'static str, String)>,
    /// Of the percents: place, number.
    pub(super) rows: Vec<(String, String)>,
    /// Of the days: place, number.
    pub(super) columns: Vec<(String, String)>,
}

/// Draws at a width; a curve begins at 1 or at 0.
pub(super) fn draw(points: &[Point], begins: f64, width: f64) -> Chart {
    let last = points.last().map_or(0, |point| point.day);
    let length = LENGTHS.into_iter().find(|length| *length >= last).unwrap_or(last.max(1));
    let x = |day: u32| LEFT + f64::from(day) / f64::from(length) * (width - LEFT - RIGHT);
    let y = |share: f64| TOP + (1.0 - share.clamp(0.0, 1.0)) * (HIGH - TOP - BOTTOM);
    let steps = |values: &mut dyn Iterator<Item = (u32, f64)>| {
        let mut at = begins;
        let mut drawn = vec![format!("{:.1},{:.1}", x(0), y(at))];
        for (day, value) in values {
            drawn.push(format!("{:.1},{:.1}", x(day), y(at)));
            drawn.push(format!("{:.1},{:.1}", x(day), y(value)));
            at = value;
        }
        drawn.push(format!("{:.1},{:.1}", x(length), y(at)));
        drawn.join(" ")
    };
    let edge = |of: fn((f64, f64)) -> f64| {
        steps(&mut points.iter().filter_map(|point| Some((point.day, of(point.band?)))))
    };
    let lines = vec![
        ("curve curve-1 curve-dose", edge(|(low, _)| low)),
        ("curve curve-1 curve-dose", edge(|(_, high)| high)),
        ("curve curve-0", steps(&mut points.iter().map(|point| (point.day, point.value)))),
    ];
    Chart {
        width,
        height: HIGH,
        left: LEFT,
        right: width - RIGHT,
        top: TOP,
        bottom: HIGH - BOTTOM,
        lines,
        rows: [0.0, 0.25, 0.5, 0.75, 1.0]
            .map(|share| (format!("{:.1}", y(share)), format!("{:.0} %", share * 100.0)))
            .into(),
        columns: (0..=4)
            .map(|quarter| {
                let day = length * quarter / 4;
                (format!("{:.1}", x(day)), day.to_string())
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_along_and_then_down() {
        let point = |day, value| Point { day, at_risk: 2, value, band: None };
        let chart = draw(&[point(10, 0.5), point(25, 0.0)], 1.0, 110.0);
        assert_eq!(chart.columns.last().map(|(_, day)| day.as_str()), Some("50"));
        let line = &chart.lines[2].1;
        assert_eq!(line, "48.0,12.0 58.0,12.0 58.0,122.0 73.0,122.0 73.0,232.0 98.0,232.0");
    }
}
