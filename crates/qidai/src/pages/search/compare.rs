//! Two to five units of a list side by side, beside the patient: what differs is marked.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::cell::LocusCell;
use super::dose::rounded_down;
use super::explain::{donor_text, patient_at};
use super::form::LOCI;
use super::hit::{UnitNumber, text};
use super::kept;
use super::results::{percent, source};
use super::shelf::Answered;
use crate::app::AppState;
use crate::catalogue::{Range, UnitHit};
use crate::error::Failure;
use crate::pages::{Frame, Reader, render};
use crate::words::Words;

/// Side by side; more do not fit on a sheet.
const UNITS: std::ops::RangeInclusive<usize> = 2..=5;

#[derive(Template)]
#[template(path = "search_compare.html")]
struct ComparePage {
    frame: Frame,
    id: String,
    units: Vec<Head>,
    rows: Vec<Row>,
    /// Rows in which the units are alike are left out.
    is_short: bool,
    /// How many there are of them.
    alike: usize,
    /// Address of the other form.
    other: String,
    receipt: String,
}

/// The head of a column.
struct Head {
    rank: u32,
    number: UnitNumber,
    source: String,
    /// The comparison without this unit, while two are left.
    without: Option<String>,
}

/// One property.
struct Row {
    label: String,
    patient: Option<String>,
    cells: Vec<Cell>,
    differs: bool,
}

/// What a unit has of it.
struct Cell {
    mark: Option<LocusCell>,
    /// Absent: not recorded.
    text: Option<String>,
    /// The best of all, where more is better.
    is_best: bool,
}

impl Cell {
    /// What two units have alike, in whatever order their alleles were written.
    fn essence(&self) -> (Vec<&str>, Option<(&str, Option<&str>)>) {
        let mut parts: Vec<&str> = self.text.iter().flat_map(|text| text.split(", ")).collect();
        if self.mark.is_some() {
            parts.sort_unstable();
        }
        (parts, self.mark.as_ref().map(|mark| (mark.letter, mark.arrow)))
    }
}

/// `/search/{id}/compare?unit=…&unit=…`
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Query(wishes): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let answered = kept(&state, &reader, &id).await?;
    let named: Vec<&str> =
        wishes.iter().filter(|(name, _)| name == "unit").map(|(_, v)| v.as_str()).collect();
    let units = chosen(&answered, &named)?;
    let is_short = wishes.iter().any(|(name, value)| name == "only" && value == "different");
    let w = reader.lang.words();
    let all = rows(&units, &answered, w);
    let alike = all.iter().filter(|row| !row.differs).count();
    let dins: Vec<&str> = units.iter().map(|unit| unit.din.as_str()).collect();
    render(&ComparePage {
        frame: Frame::new(&reader),
        units: units.iter().map(|unit| head(unit, &dins, &id, w)).collect(),
        rows: all.into_iter().filter(|row| row.differs || !is_short).collect(),
        is_short,
        alike,
        other: format!("{}{}", address(&id, &dins), if is_short { "" } else { "&only=different" }),
        receipt: answered.answer.receipt.digest.clone(),
        id,
    })
}

fn address(id: &str, dins: &[&str]) -> String {
    let units: Vec<String> = dins.iter().map(|din| format!("unit={}", crate::pages::escaped(din))).collect();
    format!("/search/{id}/compare?{}", units.join("&"))
}

/// The units that were chosen, in the order of the list; one that was named twice counts once.
fn chosen<'a>(answered: &'a Answered, named: &[&str]) -> Result<Vec<&'a UnitHit>, Failure> {
    let units = &answered.answer.units;
    if let Some(unknown) = named.iter().find(|din| !units.iter().any(|unit| unit.din == **din)) {
        let sentence = format!(
            "{unknown} is not among the units that this search lists: list more, or check the number."
        );
        return Err(Failure::refused("report_unit_not_listed", sentence).with("number", *unknown));
    }
    let chosen: Vec<&UnitHit> = units.iter().filter(|unit| named.contains(&unit.din.as_str())).collect();
    if UNITS.contains(&chosen.len()) {
        return Ok(chosen);
    }
    let count = chosen.len();
    let sentence = format!("{count} units were chosen: mark two to five units of the list.");
    Err(Failure::refused("compare_count", sentence).with("count", count.to_string()))
}

fn head(unit: &UnitHit, dins: &[&str], id: &str, w: &Words) -> Head {
    let others: Vec<&str> = dins.iter().copied().filter(|din| *din != unit.din).collect();
    Head {
        rank: unit.rank,
        number: UnitNumber::new(&unit.din),
        source: source(unit, w),
        without: (others.len() >= *UNITS.start()).then(|| address(id, &others)),
    }
}

fn rows(units: &[&UnitHit], answered: &Answered, w: &Words) -> Vec<Row> {
    let mut rows = classes(units, w);
    let patient = answered.request.patient_text();
    rows.extend(LOCI.iter().enumerate().map(|(at, locus)| {
        let cell = |unit: &&UnitHit| Cell {
            mark: Some(LocusCell::new(locus.name(), &unit.loci[at], w)),
            text: donor_text(&unit.loci[at]),
            is_best: false,
        };
        row(locus.name().to_owned(), patient_at(locus.name(), patient), units.iter().map(cell).collect())
    }));
    rows.extend(doses(units, answered, w));
    rows.extend(facts(units, answered.request.mother.is_some(), w));
    rows
}

fn row(label: String, patient: Option<String>, cells: Vec<Cell>) -> Row {
    let differs = cells.windows(2).any(|two| two[0].essence() != two[1].essence());
    Row { label, patient, cells, differs }
}

/// A row of numbers of which more is better.
fn measured(label: String, units: &[&UnitHit], value: impl Fn(&UnitHit) -> Option<(f64, String)>) -> Row {
    let values: Vec<Option<(f64, String)>> = units.iter().map(|unit| value(unit)).collect();
    let best = values.iter().flatten().map(|(number, _)| *number).max_by(f64::total_cmp);
    let cell = |value: Option<(f64, String)>| Cell {
        mark: None,
        is_best: value.as_ref().is_some_and(|(number, _)| Some(*number) == best),
        text: value.map(|(_, text)| text),
    };
    let mut row = row(label, None, values.into_iter().map(cell).collect());
    // Where all are alike, none is the best.
    row.cells.iter_mut().for_each(|cell| cell.is_best &= row.differs);
    row
}

fn classes(units: &[&UnitHit], w: &Words) -> Vec<Row> {
    let class = |label: String, of: u8, range: fn(&UnitHit) -> Option<Range>| {
        let value = move |unit: &UnitHit| {
            let range = range(unit)?;
            Some((f64::from(range.best) + f64::from(range.worst) / 100.0, text(&range, of)))
        };
        measured(label, units, value)
    };
    vec![
        class("x/8".to_owned(), 8, |unit| unit.x8),
        class("x/10".to_owned(), 10, |unit| unit.x10),
        class(w.t("compare-x6"), 6, |unit| unit.x6),
        measured(w.t("compare-likely"), units, |unit| unit.likely().map(|p| (p, percent(p)))),
        measured("P0 … P4".to_owned(), units, |unit| unit.p.map(|p| (p[0], p.map(percent).join(" · ")))),
    ]
}

fn doses(units: &[&UnitHit], answered: &Answered, w: &Words) -> Vec<Row> {
    let scaled = |unit: f64| move |count: f64| (count, rounded_down(count / unit, 2));
    let kg = |kg: f64| (kg, format!("{} kg", rounded_down(kg, 0)));
    let (tnc, cd34) = (scaled(1e7), scaled(1e5));
    let mut rows = Vec::new();
    if answered.request.weight_kg.is_some() {
        rows.push(measured("TNC ×10⁷/kg".to_owned(), units, |unit| unit.tnc_per_kg.map(tnc)));
        rows.push(measured("CD34 ×10⁵/kg".to_owned(), units, |unit| unit.cd34_per_kg.map(cd34)));
    }
    rows.push(measured("TNC ×10⁷".to_owned(), units, |unit| unit.tnc_total.map(tnc)));
    rows.push(measured("CD34 ×10⁵".to_owned(), units, |unit| unit.cd34_total.map(cd34)));
    rows.push(measured(w.t("compare-serves"), units, |unit| unit.max_weight_kg.map(kg)));
    rows
}

fn facts(units: &[&UnitHit], has_mother: bool, w: &Words) -> Vec<Row> {
    let yes_no = |yes: bool| w.t(if yes { "yes" } else { "no" });
    let said = |label: String, value: &dyn Fn(&UnitHit) -> Option<String>| {
        let cell = |unit: &&UnitHit| Cell { mark: None, text: value(unit), is_best: false };
        row(label, None, units.iter().map(cell).collect())
    };
    let abo = |unit: &UnitHit| {
        unit.abo.as_ref().map(|abo| format!("{abo}{}", unit.rhd.as_deref().unwrap_or_default()))
    };
    let mut rows = vec![
        said(w.t("filter-abo"), &abo),
        said(w.t("fact-sex"), &|unit| unit.sex.as_ref().map(|sex| w.t(&format!("sex-{sex}")))),
        said(w.t("fact-collection-date"), &|unit| unit.collection_date.clone()),
        said(w.t("fact-volume"), &|unit| unit.volume_ml.map(|ml| format!("{ml:.1} ml"))),
        said(w.t("compare-cryovolume"), &|unit| unit.cryovolume_ml.map(|ml| format!("{ml:.1} ml"))),
        said(w.t("fact-viability"), &|unit| unit.viability_percent.map(|part| format!("{part:.1}%"))),
        said(w.t("fact-rbc-depleted"), &|unit| unit.rbc_depleted.map(yes_no)),
        said(w.t("fact-segments"), &|unit| unit.attached_segments.map(|count| count.to_string())),
        said(w.t("compare-mother"), &|unit| Some(yes_no(unit.mother_typed))),
    ];
    if has_mother {
        let none = || w.t("compare-none");
        rows.push(said(w.t("compare-nima"), &|unit| {
            Some(if unit.nima.is_empty() { none() } else { unit.nima.join(", ") })
        }));
    }
    rows
}
