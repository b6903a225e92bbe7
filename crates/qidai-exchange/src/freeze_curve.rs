//! Curves of controlled-rate freezers, as CSV of any maker.
//!
//! There is no common format: delimiter, encoding, decimal sign, order of columns and form of times differ. What is
//! read is found by the names of the columns; what cannot be told for certain is refused with the line and the value.

mod columns;
mod time;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{CurvePoint, FreezeCurve};

use columns::{Columns, Found};
use time::Clock;

use crate::plain_text::{decoded, quoted};

/// Lines in which the heads of the columns are looked for: makers write serial numbers and settings first.
const HEAD_LINES_MAX: usize = 60;
/// Points of the longest run: a day with one each second.
const POINTS_MAX: usize = 90_000;
/// What a probe can measure, thousandths of a degree Celsius.
const RANGE_MC: std::ops::RangeInclusive<i64> = -210_000..=60_000;
/// What freezers write where a probe did not answer.
const NO_VALUE: [&str; 8] = ["", "-", "--", "---", "----", "n/a", "nan", "null"];
/// The same as numbers: open and short circuit.
const NO_VALUE_C: [f64; 4] = [-999.0, -999.9, 850.0, 9999.0];
/// Blood that waits for its run stands at 2 to 25 °C: a run that begins above this, in a column that does not name °C, is in
/// another unit (4 °C are 39 °F).
const FIRST_MC_MAX: i64 = 30_000;
/// While cooling the chamber is colder than what it cools; by so much warmer on average, the columns are swapped.
const SWAPPED_MC: i64 = 1_000;

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct CurveError {
    /// Stable, such as `curve_time_not_rising`.
    pub code: &'static str,
    /// With line, value and what was expected.
    pub sentence: String,
}

impl CurveError {
    fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }

    fn at(code: &'static str, line: usize, sentence: impl std::fmt::Display) -> Self {
        Self::new(code, format!("line {line}: {sentence}"))
    }
}

/// What the sender says of the file.
#[derive(Debug, Clone)]
pub struct CurveOptions {
    /// When the run began; needed where the file counts from 0.
    pub started_at: Option<Timestamp>,
    /// Zone of times in the file that have none.
    pub zone: TimeZone,
}

/// Reads a curve.
///
/// # Errors
/// `curve_empty`, `curve_binary`, `curve_columns_missing`, `curve_unit_wrong`, `curve_row_wrong`,
/// `curve_value_unreadable`, `curve_value_out_of_range`, `curve_time_unreadable`, `curve_time_not_rising`,
/// `curve_time_unit_missing`, `curve_time_not_from_zero`, `curve_start_missing`, `curve_columns_swapped`,
/// `curve_too_long`.
pub fn read_freeze_curve(bytes: &[u8], options: &CurveOptions) -> Result<FreezeCurve, CurveError> {
    let text = text_of_run(bytes)?;
    let lines: Vec<&str> = text.lines().collect();
    let Found { columns, head_line } = columns::find(&lines, HEAD_LINES_MAX)?;
    let mut clock = Clock::new(columns.time_form);
    let mut points: Vec<CurvePoint> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (line, text) in (1..).zip(&lines).skip(head_line) {
        let cells = columns.cells(text);
        // A line that was written twice is one point.
        if cells.iter().all(|cell| cell.is_empty()) || cells == before {
            continue;
        }
        if cells.len() != columns.width {
            return Err(row_wrong(line, &columns, cells.len()));
        }
        let point = point(line, &cells, &columns, clock.read(line, &cells[columns.time], &options.zone)?)?;
        // A curve has one point a second: the first of each.
        if points.last().is_none_or(|last| last.at_s < point.at_s) {
            points.push(point);
        }
        if points.len() > POINTS_MAX {
            let sentence = format!("The file has more than {POINTS_MAX} points: export one run only.");
            return Err(CurveError::new("curve_too_long", sentence));
        }
        before = cells;
    }
    if points.is_empty() {
        return Err(CurveError::new("curve_empty", "The file has heads of columns, but no points."));
    }
    refuse_other_unit(&points, &columns)?;
    refuse_swapped(&points, &columns)?;
    let started_at = clock.started_at().or(options.started_at).ok_or_else(|| {
        let sentence = "The file counts its time from 0: say when the run began.";
        CurveError::new("curve_start_missing", sentence)
    })?;
    Ok(FreezeCurve { started_at, points })
}

fn text_of_run(bytes: &[u8]) -> Result<String, CurveError> {
    let text = decoded(bytes).ok_or_else(|| {
        let sentence = "The file is no text: export the run as CSV, not as the freezer's own file.";
        CurveError::new("curve_binary", sentence)
    })?;
    if text.trim().is_empty() {
        return Err(CurveError::new("curve_empty", "The file is empty: export the run again."));
    }
    Ok(text)
}

fn point(line: usize, cells: &[String], columns: &Columns, at_ms: i64) -> Result<CurvePoint, CurveError> {
    Ok(CurvePoint {
        at_s: (at_ms + 500) / 1_000,
        sample_mc: temperature(line, cells, columns.sample, columns)?,
        chamber_mc: columns.chamber.map_or(Ok(None), |at| temperature(line, cells, at, columns))?,
    })
}

fn row_wrong(line: usize, columns: &Columns, found: usize) -> CurveError {
    let hint = if columns.delimiter == ',' && found > columns.width {
        "decimal commas between commas cannot be told from columns: export with semicolons"
    } else {
        "each line needs as many cells as the heads"
    };
    let expected = columns.width;
    CurveError::at("curve_row_wrong", line, format!("found {found} cells, expected {expected}; {hint}."))
}

/// A cell of a temperature in thousandths of a degree; decimal point or comma.
fn temperature(
    line: usize,
    cells: &[String],
    at: usize,
    columns: &Columns,
) -> Result<Option<i64>, CurveError> {
    let (text, name) = (cells[at].as_str(), quoted(&columns.names[at]));
    if NO_VALUE.iter().any(|none| text.eq_ignore_ascii_case(none)) {
        return Ok(None);
    }
    let plain = text.replace(['−', '–'], "-").replace(',', ".");
    let plain = plain.trim_end_matches(['C', 'c', '°', '℃', ' ']);
    let celsius: f64 = plain.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| {
        let sentence = format!("column {name}: found '{}', expected a temperature in °C.", quoted(text));
        CurveError::at("curve_value_unreadable", line, sentence)
    })?;
    if NO_VALUE_C.iter().any(|none| (celsius - none).abs() < 0.05) {
        return Ok(None);
    }
    let mc = (celsius * 1_000.0).round() as i64;
    if RANGE_MC.contains(&mc) {
        return Ok(Some(mc));
    }
    let sentence = format!(
        "column {name}: found {}, expected −210 to 60 °C (are these degrees Fahrenheit or kelvin?).",
        quoted(text)
    );
    Err(CurveError::at("curve_value_out_of_range", line, sentence))
}

/// A run of blood does not begin as warm as a bath.
fn refuse_other_unit(points: &[CurvePoint], columns: &Columns) -> Result<(), CurveError> {
    let first = points.iter().find_map(|point| point.sample_mc).unwrap_or_default();
    if first <= FIRST_MC_MAX || columns.says_celsius() {
        return Ok(());
    }
    let sentence = format!(
        "Column '{}' begins at {:.1}, and its head does not name °C: are these degrees Fahrenheit? Export temperatures in °C, \
         and write the unit into the head.",
        quoted(&columns.names[columns.sample]),
        first as f64 / 1_000.0
    );
    Err(CurveError::new("curve_unit_wrong", sentence))
}

/// The chamber cools the sample; a "chamber" that is warmer all the time is the sample.
fn refuse_swapped(points: &[CurvePoint], columns: &Columns) -> Result<(), CurveError> {
    let Some(chamber) = columns.chamber else { return Ok(()) };
    let differences: Vec<i64> =
        points.iter().filter_map(|point| Some(point.chamber_mc? - point.sample_mc?)).collect();
    let count = i64::try_from(differences.len()).unwrap_or(1).max(1);
    let mean = differences.iter().sum::<i64>() / count;
    if mean <= SWAPPED_MC {
        return Ok(());
    }
    let [chamber, sample] = [chamber, columns.sample].map(|at| quoted(&columns.names[at]));
    let sentence = format!(
        "Column '{chamber}' is warmer than '{sample}' by {:.1} °C on average, but the chamber cools the sample: the two \
         columns are swapped. Correct the heads, or the probes.",
        mean as f64 / 1_000.0
    );
    Err(CurveError::new("curve_columns_swapped", sentence))
}
