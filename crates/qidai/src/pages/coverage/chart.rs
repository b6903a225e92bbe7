//! Curves of coverage over the number of units, which grows tenfold from line to line.

use qidai_match::coverage::Counting;

use super::class;
use crate::coverage::{Coverage, CoverageAnswer};
use crate::words::{Words, thousands};

const HIGH: f64 = 300.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 26.0;
/// Decades of the axis: 100 to 1,000,000 units.
const FIRST: f64 = 2.0;
const LAST: f64 = 6.0;
/// Points of a curve: enough to be smooth at the width at which it is read.
const POINTS: u32 = 80;
/// Lines of one chart; below three classes they lie on the upper edge.
const CLASSES: usize = 3;

/// A chart, ready for its template.
pub(super) struct Chart {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Class of style, points.
    pub(super) lines: Vec<(String, String)>,
    /// Of the percents: place, number.
    pub(super) rows: Vec<(String, String)>,
    /// Of the units: place, number.
    pub(super) columns: Vec<(String, String)>,
    /// This bank, and with more: place, end of the text, words.
    pub(super) marks: Vec<(String, &'static str, String)>,
}

/// A curve: which class, whether with a dose, and shares at the points.
pub(super) struct Line {
    matches: usize,
    counting: Counting,
    /// The place of the class: the strongest first.
    at: usize,
    weight_kg: Option<f64>,
    points: Vec<(f64, f64)>,
}

impl Line {
    /// The heaviest patient is dashed, others are not drawn.
    fn style(&self) -> String {
        let dash = if self.weight_kg.is_some() { " curve-dose" } else { "" };
        format!("curve curve-{}{dash}", self.at)
    }
}

/// Curves of the best classes, whatever the dose and for the heaviest patient.
pub(super) fn lines(coverage: &Coverage, counting: Counting) -> Vec<Line> {
    let levels = coverage.levels().filter(|(of, _)| *of == counting).take(CLASSES).enumerate();
    let line = |(at, (_, matches)): (usize, (Counting, usize)), dose: Option<usize>| {
        let point = |step: u32| {
            let decade = FIRST + (LAST - FIRST) * f64::from(step) / f64::from(POINTS);
            let units = 10_f64.powf(decade).round() as u64;
            (decade, coverage.share(counting, matches, dose, units).value)
        };
        let points = (0..=POINTS).map(point).collect();
        Line { matches, counting, at, weight_kg: coverage.weight(dose), points }
    };
    let weight = |dose: &Option<usize>| coverage.weight(*dose).unwrap_or_default();
    let heaviest = coverage.dose_places().max_by(|a, b| weight(a).total_cmp(&weight(b))).flatten();
    let doses = std::iter::once(None).chain(heaviest.map(Some));
    levels.flat_map(|level| doses.clone().map(move |dose| line(level, dose))).collect()
}

/// What each line is: style, class, dose.
pub(super) fn key(lines: &[Line], w: &Words) -> Vec<(String, String, String)> {
    let of = |line: &Line| {
        let class = class(line.counting.name(), line.matches);
        (line.style(), class, super::weight_of(line.weight_kg, w))
    };
    lines.iter().map(of).collect()
}

fn x(decade: f64, width: f64) -> f64 {
    LEFT + (decade - FIRST) / (LAST - FIRST) * (width - LEFT - RIGHT)
}

fn y(share: f64) -> f64 {
    TOP + (1.0 - share.clamp(0.0, 1.0)) * (HIGH - TOP - BOTTOM)
}

/// Draws at a width.
pub(super) fn draw(lines: &[Line], answer: &CoverageAnswer, width: f64, w: &Words) -> Chart {
    let polyline = |line: &Line| {
        let points = line.points.iter();
        let points = points.map(|(decade, share)| format!("{:.1},{:.1}", x(*decade, width), y(*share)));
        (line.style(), points.collect::<Vec<_>>().join(" "))
    };
    let percents = [0.0, 0.25, 0.5, 0.75, 1.0];
    let decades = 2..=6;
    Chart {
        width,
        height: HIGH,
        left: LEFT,
        right: width - RIGHT,
        top: TOP,
        bottom: HIGH - BOTTOM,
        lines: lines.iter().map(polyline).collect(),
        rows: percents.map(|share| (format!("{:.1}", y(share)), format!("{:.0} %", share * 100.0))).into(),
        columns: decades
            .map(|decade: i32| {
                let units = thousands(&10_u64.pow(decade.unsigned_abs()).to_string());
                (format!("{:.1}", x(f64::from(decade), width)), units)
            })
            .collect(),
        marks: marks(answer, width, w),
    }
}

/// Where the bank stands, and where it would with more units.
fn marks(answer: &CoverageAnswer, width: f64, w: &Words) -> Vec<(String, &'static str, String)> {
    let more = answer.forecast.first().map_or(0, |row| row.more);
    let here = (answer.units, "end", w.t("coverage-here"));
    let then = (answer.units + more, "start", format!("+{}", thousands(&more.to_string())));
    let marks = [here, then].into_iter().filter(|(units, ..)| answer.units > 0 && *units > 0);
    marks
        .map(|(units, end, word)| {
            let at = x((units as f64).log10().clamp(FIRST, LAST), width);
            // At the edge the word would leave the picture.
            let end = if at < LEFT + 60.0 {
                "start"
            } else if at > width - 80.0 {
                "end"
            } else {
                end
            };
            (format!("{at:.1}"), end, word)
        })
        .collect()
}
