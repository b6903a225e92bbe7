//! Which column is what, by the words in the heads.

use super::CurveError;
use super::time::TimeForm;
use crate::plain_text::quoted;

/// Words of heads, small letters.
const TIME: [&str; 8] = ["time", "elapsed", "date", "zeit", "时间", "时刻", "日期", "分钟"];
const SAMPLE: [&str; 9] = ["sample", "specimen", "bag", "product", "probe", "样品", "样本", "血袋", "产品"];
const CHAMBER: [&str; 6] = ["chamber", "kammer", "腔", "箱", "舱", "gas"];
const SETPOINT: [&str; 7] = ["set", "program", "target", "soll", "设定", "程序", "目标"];
const FAHRENHEIT: [&str; 4] = ["°f", "℉", "(f)", "fahrenheit"];
const KELVIN: [&str; 3] = ["(k)", "[k]", "kelvin"];

const CELSIUS: [&str; 5] = ["°c", "℃", "(c)", "[c]", "celsius"];

/// Where the columns are.
pub(super) struct Columns {
    pub(super) delimiter: char,
    pub(super) width: usize,
    pub(super) names: Vec<String>,
    pub(super) time: usize,
    pub(super) time_form: Option<TimeForm>,
    pub(super) sample: usize,
    pub(super) chamber: Option<usize>,
}

/// The columns and how many lines come before the first point.
pub(super) struct Found {
    pub(super) columns: Columns,
    pub(super) head_line: usize,
}

impl Columns {
    /// The cells of a line without quotes and spaces around them.
    pub(super) fn cells(&self, line: &str) -> Vec<String> {
        cells(line, self.delimiter)
    }

    /// Whether the head of the sample says that it is in °C.
    pub(super) fn says_celsius(&self) -> bool {
        let head = self.names[self.sample].to_lowercase();
        CELSIUS.iter().any(|unit| head.contains(unit))
    }
}

pub(super) fn find(lines: &[&str], within: usize) -> Result<Found, CurveError> {
    for (at, line) in lines.iter().take(within).enumerate() {
        for delimiter in [';', '\t', ',', '|'] {
            if let Some(columns) = columns(line, delimiter) {
                refuse_units(at + 1, &columns)?;
                return Ok(Found { columns, head_line: at + 1 });
            }
        }
    }
    let sentence = format!(
        "No heads of columns were found in the first {within} lines: expected one of time and one of the sample, such as \
         'Time;Chamber (°C);Sample (°C)'."
    );
    Err(CurveError::new("curve_columns_missing", sentence))
}

fn columns(line: &str, delimiter: char) -> Option<Columns> {
    let names = cells(line, delimiter);
    if names.len() < 2 {
        return None;
    }
    let small: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let has = |name: &str, words: &[&str]| words.iter().any(|word| name.contains(word));
    let find =
        |words: &[&str], but: &[&str]| small.iter().position(|name| has(name, words) && !has(name, but));
    let time = find(&TIME, &SETPOINT)?;
    let chamber = find(&CHAMBER, &SETPOINT);
    let other: Vec<&str> = SETPOINT.iter().chain(&CHAMBER).copied().collect();
    let sample = find(&SAMPLE, &other)?;
    if sample == time || chamber == Some(time) {
        return None;
    }
    let time_form = TimeForm::of_head(&small[time]);
    Some(Columns { delimiter, width: names.len(), names, time, time_form, sample, chamber })
}

fn refuse_units(line: usize, columns: &Columns) -> Result<(), CurveError> {
    let temperatures = [Some(columns.sample), columns.chamber].into_iter().flatten();
    for name in temperatures.map(|at| &columns.names[at]) {
        let small = name.to_lowercase();
        if let Some(unit) = FAHRENHEIT.iter().chain(&KELVIN).find(|unit| small.contains(*unit)) {
            let sentence = format!("column '{}' is in {unit}: export temperatures in °C.", quoted(name));
            return Err(CurveError::at("curve_unit_wrong", line, sentence));
        }
    }
    Ok(())
}

/// Cells between delimiters; between quotes a delimiter is a letter like others.
fn cells(line: &str, delimiter: char) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            letter if letter == delimiter && !is_quoted => cells.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    cells.push(cell);
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}
