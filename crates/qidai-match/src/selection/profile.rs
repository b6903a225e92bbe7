//! A profile: floors of class and dose.

use super::page::{Page, PageError, Row, is_checked, number, wrong};
use crate::search::{DoseByClass, Floors};

pub(super) const COLUMNS: [&str; 6] = ["rule", "class", "least", "unit", "source", "checked"];

/// A set of floors with their sources.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// As it is written on the command line and in receipts.
    pub name: String,
    /// Counted up with each change.
    pub version: u32,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// Whether one class floor is enough, or each must be reached.
    pub floors: Floors,
    /// The order it is used with unless another is named.
    pub order: String,
    /// The rules, in the order of the page.
    pub rules: Vec<ProfileRule>,
}

/// One floor.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileRule {
    /// What it is about.
    pub kind: RuleKind,
    /// For a dose: the fewest and the most matches of 8 that it is for.
    pub class: Option<(u8, u8)>,
    /// Matches, 10⁷ TNC per kg, or 10⁵ CD34+ cells per kg.
    pub least: f64,
    /// Who says so.
    pub source: String,
    /// The source was read for this rule.
    pub checked: bool,
}

/// What a floor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RuleKind {
    X6,
    X8,
    X10,
    Tnc,
    Cd34,
    /// Of both units of a pair together.
    TncOfPair,
}

/// The doses of a profile for one patient, in cells per unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doses {
    /// For every class.
    pub tnc_total: Option<u64>,
    /// For every class.
    pub cd34_total: Option<u64>,
    /// By matches of 8.
    pub tnc_by_x8: Option<DoseByClass>,
    /// By matches of 8.
    pub cd34_by_x8: Option<DoseByClass>,
    /// Of both units of a pair together.
    pub tnc_of_pair: Option<u64>,
}

impl Profile {
    /// Reads a page.
    ///
    /// # Errors
    /// The first line that is wrong, and what was expected there.
    pub fn read(text: &str) -> Result<Self, PageError> {
        let page = Page::read(text, &COLUMNS)?;
        let floors = match page.property("floors")? {
            "any" => Floors::Any,
            "all" => Floors::All,
            other => return Err(wrong(1, other, "floors: any or all")),
        };
        Ok(Profile {
            name: page.name.to_owned(),
            version: page.version()?,
            zh: page.property("中文")?.to_owned(),
            en: page.property("English")?.to_owned(),
            floors,
            order: page.property("order")?.to_owned(),
            rules: page.rows.iter().map(rule).collect::<Result<_, _>>()?,
        })
    }

    /// The floor of a class; the highest when several rules name it.
    pub fn class_floor(&self, kind: RuleKind) -> Option<u8> {
        self.rules.iter().filter(|rule| rule.kind == kind).map(|rule| rule.least as u8).max()
    }

    /// True when it asks for a dose, which needs the patient's weight.
    pub fn has_doses(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.kind, RuleKind::Tnc | RuleKind::Cd34))
    }

    /// The floors of dose for a patient of this weight.
    pub fn doses(&self, weight_kg: f64) -> Doses {
        let all = |kind: RuleKind, unit: f64| {
            let rules = self.rules.iter().filter(move |rule| rule.kind == kind);
            rules.map(move |rule| (rule.class, cells(rule.least, weight_kg, unit)))
        };
        let total = |kind, unit| all(kind, unit).filter(|(class, _)| class.is_none()).map(|(_, c)| c).max();
        let by_class = |kind, unit| {
            let mut floors = None;
            for (class, cells) in all(kind, unit) {
                let Some((from, to)) = class else { continue };
                let floors: &mut DoseByClass = floors.get_or_insert([0; 9]);
                let concerned = floors.iter_mut().take(usize::from(to) + 1).skip(usize::from(from));
                concerned.for_each(|floor| *floor = cells.max(*floor));
            }
            floors
        };
        Doses {
            tnc_total: total(RuleKind::Tnc, 1e7),
            cd34_total: total(RuleKind::Cd34, 1e5),
            tnc_by_x8: by_class(RuleKind::Tnc, 1e7),
            cd34_by_x8: by_class(RuleKind::Cd34, 1e5),
            tnc_of_pair: total(RuleKind::TncOfPair, 1e7),
        }
    }
}

/// Cells are counted whole; a product such as 2.5 × 31.4 must not miss its floor by a rounding error.
fn cells(per_kg: f64, weight_kg: f64, unit: f64) -> u64 {
    (per_kg * weight_kg * unit * (1.0 - 1e-12)).ceil() as u64
}

fn rule(row: &Row<'_>) -> Result<ProfileRule, PageError> {
    let [kind, class, least, _, source, checked] = row.cells[..] else {
        return Err(wrong(row.line, "", "six cells"));
    };
    let (kind, most) = match kind {
        "x6" => (RuleKind::X6, Some(6.0)),
        "x8" => (RuleKind::X8, Some(8.0)),
        "x10" => (RuleKind::X10, Some(10.0)),
        "tnc" => (RuleKind::Tnc, None),
        "cd34" => (RuleKind::Cd34, None),
        "tnc_of_pair" => (RuleKind::TncOfPair, None),
        other => return Err(wrong(row.line, other, "x6, x8, x10, tnc, cd34 or tnc_of_pair")),
    };
    let value = number(row, least)?;
    if most.is_some_and(|most| value > most || value.fract() != 0.0) {
        return Err(wrong(row.line, least, "a whole number of matches of the class"));
    }
    let class = if class.is_empty() { None } else { Some(classes(row, class)?) };
    let (source, checked) = (source.to_owned(), is_checked(row, checked)?);
    Ok(ProfileRule { kind, class, least: value, source, checked })
}

/// `8/8` or `5-7/8`.
fn classes(row: &Row<'_>, text: &str) -> Result<(u8, u8), PageError> {
    let refused = || wrong(row.line, text, "a class such as 8/8 or 5-7/8");
    let range = text.strip_suffix("/8").ok_or_else(refused)?;
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    match (from.parse::<u8>(), to.parse::<u8>()) {
        (Ok(from), Ok(to)) if from <= to && to <= 8 => Ok((from, to)),
        _ => Err(refused()),
    }
}
