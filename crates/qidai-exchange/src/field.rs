//! One field of a record: how a cell of a file becomes its value, or an issue.

use std::borrow::Cow;

use jiff::civil::Date;
use qidai_bank::{Counts, IdentityError, Measure, OwnScheme, Phase, TestOutcome, count_field};

use crate::number::{Decimal, NumberProblem};
use crate::table::{Cell, CellKind};
use crate::{date, half_width::half_width, words};

/// Texts by which a file says that a value is not known; the field stays empty.
const NOT_KNOWN: &[&str] = &[
    "na", "n/a", "null", "none", "unknown", "/", "\\", "--", "?", "未知", "未检", "未测", "未做", "不详",
    "缺失",
];
/// What a spreadsheet leaves where a formula failed.
const FORMULA_ERRORS: &[&str] =
    &["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#GETTING_DATA"];

/// A field with its name and kind.
pub(crate) struct Field<R> {
    /// As files write it, with the phase in the middle and the unit last: `tnc_collected`, `volume_collected_ml`.
    pub(crate) name: Cow<'static, str>,
    /// As the bank writes it in its problems, with the phase first: `collected_tnc_total`. Understood in files too.
    pub(crate) bank_name: Cow<'static, str>,
    pub(crate) kind: Kind<R>,
}

impl<R> Field<R> {
    pub(crate) fn new(name: &'static str, kind: Kind<R>) -> Field<R> {
        Field { name: Cow::Borrowed(name), bank_name: Cow::Borrowed(name), kind }
    }

    pub(crate) fn word(
        name: &'static str,
        code: &'static str,
        expected: &'static str,
        read: fn(&mut R, &str) -> bool,
    ) -> Field<R> {
        Field::new(name, Kind::Word { code, expected, read })
    }

    pub(crate) fn yes(name: &'static str, set: fn(&mut R, bool)) -> Field<R> {
        Field::new(name, Kind::Yes(set))
    }

    pub(crate) fn outcome(name: &'static str, set: fn(&mut R, TestOutcome)) -> Field<R> {
        Field::new(name, Kind::Outcome(set))
    }

    pub(crate) fn day(name: &'static str, set: fn(&mut R, Date)) -> Field<R> {
        Field::new(name, Kind::Day(set))
    }

    pub(crate) fn amount(name: &'static str, decimals: u32, set: fn(&mut R, i64)) -> Field<R> {
        Field::new(name, Kind::Amount { decimals, set })
    }

    pub(crate) fn text(name: &'static str, set: fn(&mut R, String)) -> Field<R> {
        Field::new(name, Kind::Text(set))
    }

    pub(crate) fn hla(name: &'static str, set: fn(&mut R, String)) -> Field<R> {
        Field::new(name, Kind::Hla(set))
    }
}

/// A field for every phase and measure.
pub(crate) fn counts<R>(counts: fn(&mut R) -> &mut Counts) -> impl Iterator<Item = Field<R>> {
    let pairs = Phase::ALL
        .into_iter()
        .flat_map(|phase| Measure::ALL.into_iter().map(move |measure| (phase, measure)));
    pairs.map(move |(phase, measure)| Field {
        name: Cow::Owned(count_name(phase, measure)),
        bank_name: Cow::Owned(count_field(phase, measure)),
        kind: Kind::Count { phase, measure, counts },
    })
}

/// `tnc_total` for the processed phase, otherwise `tnc_collected`, `viability_post_thaw_percent` …
fn count_name(phase: Phase, measure: Measure) -> String {
    if phase == Phase::Processed {
        return measure.code().to_owned();
    }
    let (what, unit) = measure.code().rsplit_once('_').unwrap_or((measure.code(), "total"));
    match unit {
        "total" => format!("{what}_{}", phase.code()),
        unit => format!("{what}_{}_{unit}", phase.code()),
    }
}

/// How the value of a field is read and where in the record it goes.
pub(crate) enum Kind<R> {
    /// The identifier.
    Identity(fn(&mut R, &str, Option<&OwnScheme>) -> Result<(), IdentityError>),
    /// One of a few words; false when it is none of them.
    Word { code: &'static str, expected: &'static str, read: fn(&mut R, &str) -> bool },
    /// Yes or no.
    Yes(fn(&mut R, bool)),
    /// The outcome of a screening.
    Outcome(fn(&mut R, TestOutcome)),
    /// A day.
    Day(fn(&mut R, Date)),
    /// A count of a phase.
    Count { phase: Phase, measure: Measure, counts: fn(&mut R) -> &mut Counts },
    /// Another amount, kept with so many decimal places.
    Amount { decimals: u32, set: fn(&mut R, i64) },
    /// A text kept as written.
    Text(fn(&mut R, String)),
    /// A typing, kept as written when it can be understood.
    Hla(fn(&mut R, String)),
}

/// What a typing was refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HlaProblem {
    /// Stable snake_case name.
    pub code: &'static str,
    /// The part of the typing that is meant.
    pub value: String,
    /// A sentence: what is wrong.
    pub reason: String,
    /// A sentence: what would be right.
    pub hint: String,
    /// See [`crate::Issue::values`].
    pub values: Vec<(&'static str, String)>,
}

/// What reading a row needs to know from outside.
pub struct Reading<'a> {
    /// No collection or birth after this day.
    pub today: Date,
    /// Judges a typing as written; nothing to say means that it is understood.
    pub check_hla: &'a dyn Fn(&str) -> Vec<HlaProblem>,
}

/// A problem of one value, still without its place.
pub(crate) struct Problem {
    pub(crate) value: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    pub(crate) hint: String,
    pub(crate) values: Vec<(&'static str, String)>,
}

impl Problem {
    pub(crate) fn new(code: &'static str, reason: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem { value: None, code, reason: reason.into(), hint: hint.into(), values: Vec::new() }
    }
}

/// Does the cell say nothing, or that nothing is known?
pub(crate) fn is_empty(text: &str) -> bool {
    text.is_empty() || NOT_KNOWN.iter().any(|known| known.eq_ignore_ascii_case(text))
}

impl<R> Kind<R> {
    /// Reads a cell that is not empty into the record.
    pub(crate) fn read(
        &self,
        record: &mut R,
        cell: Cell<'_>,
        unit: Option<Decimal>,
        scheme: Option<&OwnScheme>,
        reading: &Reading<'_>,
    ) -> Result<(), Vec<Problem>> {
        if let Kind::Hla(set) = self {
            refuse_damaged(cell)?;
            return read_hla(record, *set, cell.text, reading);
        }
        Ok(self.read_plain(record, cell, unit, scheme)?)
    }

    /// Reads a cell of which there is only one thing to say.
    fn read_plain(
        &self,
        record: &mut R,
        cell: Cell<'_>,
        unit: Option<Decimal>,
        scheme: Option<&OwnScheme>,
    ) -> Result<(), Problem> {
        refuse_damaged(cell)?;
        match self {
            Kind::Identity(read) => {
                refuse_number(cell)?;
                read(record, cell.text, scheme)
                    .map_err(|error| Problem::new(error.code, error.reason, error.hint))?;
            }
            Kind::Word { code, expected, read } => {
                if !read(record, half_width(cell.text).trim()) {
                    return Err(unknown_word(cell.text, code, expected));
                }
            }
            Kind::Yes(set) => set(record, word(cell.text, "answer_unknown", "yes or no", words::yes_or_no)?),
            Kind::Outcome(set) => {
                let expected = "negative, positive or indeterminate";
                set(record, word(cell.text, "outcome_unknown", expected, TestOutcome::parse)?);
            }
            Kind::Day(set) => set(record, day(cell.text)?),
            Kind::Count { phase, measure, counts } => {
                let amount = count(cell.text, *measure, unit)?;
                counts(record).set(*phase, *measure, Some(amount));
            }
            Kind::Amount { decimals, set } => set(record, amount(cell.text, *decimals, unit)?),
            Kind::Text(set) | Kind::Hla(set) => set(record, cell.text.to_owned()),
        }
        Ok(())
    }
}

fn word<T>(
    text: &str,
    code: &'static str,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Problem> {
    parse(half_width(text).trim()).ok_or_else(|| unknown_word(text, code, expected))
}

fn unknown_word(text: &str, code: &'static str, expected: &str) -> Problem {
    Problem::new(code, format!("{text:?} is not one of the known values"), format!("use {expected}"))
}

impl From<Problem> for Vec<Problem> {
    fn from(problem: Problem) -> Vec<Problem> {
        vec![problem]
    }
}

fn read_hla<R>(
    record: &mut R,
    set: fn(&mut R, String),
    text: &str,
    reading: &Reading<'_>,
) -> Result<(), Vec<Problem>> {
    let problems = (reading.check_hla)(text);
    if !problems.is_empty() {
        return Err(problems
            .into_iter()
            .map(|found| Problem {
                value: Some(found.value),
                code: found.code,
                reason: found.reason,
                hint: found.hint,
                values: found.values,
            })
            .collect());
    }
    set(record, text.to_owned());
    Ok(())
}

fn refuse_damaged(cell: Cell<'_>) -> Result<(), Problem> {
    if cell.kind == CellKind::Error || FORMULA_ERRORS.contains(&cell.text) {
        return Err(Problem::new(
            "cell_is_error",
            format!("the cell holds the spreadsheet error {}", cell.text),
            "repair the formula, or replace it by its value",
        ));
    }
    if cell.text.contains('\u{fffd}') {
        return Err(Problem::new(
            "text_damaged",
            "the cell has characters that the file's encoding does not know",
            "say how the file is written with --encoding, or type the cell again",
        ));
    }
    Ok(())
}

/// An identifier that a spreadsheet took for a number has lost leading zeros, and its digits beyond the 15th.
/// It is refused even when it looks whole: nobody can see whether it is.
fn refuse_number(cell: Cell<'_>) -> Result<(), Problem> {
    if cell.kind == CellKind::Text && !looks_calculated(cell.text) {
        return Ok(());
    }
    Err(Problem::new(
        "id_is_number",
        format!(
            "the spreadsheet has turned this identifier into {}: {}",
            if cell.kind == CellKind::Date { "a date" } else { "a number" },
            cell.text
        ),
        "format the column as text before the identifiers are typed or pasted, and take them from their source again",
    ))
}

/// `1.23E+13` or `20230001.0`, as a spreadsheet saves a number to CSV.
fn looks_calculated(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((mantissa, exponent)) = text.split_once(['E', 'e']) {
        let signed = exponent.starts_with(['+', '-']);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let is_number = digits(whole) && digits(fraction) && digits(exponent.trim_start_matches(['+', '-']));
        return is_number && (signed || mantissa.contains('.'));
    }
    text.split_once('.').is_some_and(|(whole, zeros)| {
        digits(whole) && !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0')
    })
}

fn day(text: &str) -> Result<Date, Problem> {
    date::parse(text).ok_or_else(|| {
        Problem::new(
            "date_unclear",
            format!("{text:?} is not a date that can be read in one way only"),
            "write year, month, day: 2023-01-05 or 2023/1/5",
        )
    })
}

/// Below or above these, in cells or millilitres per unit, a number is in another unit than its column:
/// a unit of cord blood holds 10^8 to 10^10 nucleated and 10^5 to 10^8 CD34+ cells.
fn plausible(measure: Measure) -> std::ops::RangeInclusive<i64> {
    match measure {
        Measure::TncTotal => 1_000_000..=100_000_000_000,
        Measure::Cd34Total => 1_000..=10_000_000_000,
        Measure::Volume => 100..=2_000_000,
        Measure::Viability | Measure::Cd34Viability | Measure::Cd45Viability => 101..=10_000,
        Measure::CfuGmTotal | Measure::MncTotal | Measure::NrbcTotal => 1..=100_000_000_000,
    }
}

fn count(text: &str, measure: Measure, unit: Option<Decimal>) -> Result<i64, Problem> {
    let is_percent = measure.max_amount().is_some();
    let text = if is_percent {
        half_width(text).trim_end_matches('%').trim_end().to_owned()
    } else {
        text.to_owned()
    };
    let amount = amount(&text, measure.decimals(), unit)?;
    let range = plausible(measure);
    if amount <= 0 || measure.max_amount().is_some_and(|max| amount > max) || range.contains(&amount) {
        return Ok(amount);
    }
    let hint = if is_percent {
        "write percent, 92.5 and not 0.925"
    } else {
        "correct the number, or give the unit of the column in a mapping, such as 1e8"
    };
    Err(Problem::new("amount_implausible", format!("{text} is not plausible as {}", measure.code()), hint))
}

fn amount(text: &str, decimals: u32, unit: Option<Decimal>) -> Result<i64, Problem> {
    let number = Decimal::parse(text)
        .and_then(|number| unit.map_or(Ok(number), |unit| number.times(unit)))
        .map_err(|problem| number_problem(text, problem))?;
    number.scaled(decimals).map_err(|problem| number_problem(text, problem))
}

fn number_problem(text: &str, problem: NumberProblem) -> Problem {
    match problem {
        NumberProblem::Unclear => Problem::new(
            "number_unclear",
            format!("{text:?} is not a number that can be read in one way only"),
            "write 1200000000, 1,200,000,000, 1.2e9 or 12亿, without a unit",
        ),
        NumberProblem::NotWhole => Problem::new(
            "number_not_whole",
            format!("{text} is not a whole number"),
            "write single cells or pieces, or give the unit of the column in a mapping, such as 1e8",
        ),
        NumberProblem::TooLarge => {
            Problem::new("number_too_large", format!("{text} is too large to be kept"), "correct the number")
        }
    }
}
