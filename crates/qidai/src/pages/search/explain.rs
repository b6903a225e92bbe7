//! The explanation that opens under a unit: locus by locus, the reasons of its rank, what is recorded.

use super::away;
use super::cell::LocusCell;
use super::dose::rounded_down;
use super::form::LOCI;
use super::hit::text;
use super::results::percent;
use super::shelf::Answered;
use crate::app::AppState;
use crate::catalogue::{LocusHit, Placed, Rung, SearchRequest, UnitHit};
use crate::error::Failure;
use crate::pools::among;
use crate::words::Words;

pub(super) struct Explanation {
    pub(super) loci: Vec<Pairing>,
    /// The order by which the list was made, with its version.
    pub(super) order: String,
    /// Key by key, who stands before the unit and who behind.
    pub(super) tree: Vec<Branch>,
    /// Orders by which it would have another place.
    pub(super) elsewhere: Vec<String>,
    /// The same facts in sentences.
    pub(super) reasons: Vec<String>,
    /// What is recorded about the unit; nothing where it is not.
    pub(super) facts: Vec<(String, Option<String>)>,
    /// Both typings as they are written, for the page that says what leaves the match open.
    pub(super) typings: [String; 2],
}

/// One key of the order.
pub(super) struct Branch {
    pub(super) name: String,
    /// What the unit has of it.
    pub(super) value: Option<String>,
    /// Who is before and behind by it; absent where it tells nobody apart.
    pub(super) said: Option<String>,
    /// Others stand before the unit by this key.
    pub(super) costs: bool,
    /// Who says that it decides.
    pub(super) source: String,
}

/// Asks why the unit of this rank stands where it stands; `None` when the list has no such rank, or the bank changed meanwhile.
pub(super) async fn placed(
    state: &AppState,
    answered: &Answered,
    rank: Option<u32>,
) -> Result<Option<Placed>, Failure> {
    let unit = rank.and_then(|rank| answered.answer.units.iter().find(|unit| unit.rank == rank));
    let Some(din) = unit.map(|unit| unit.din.clone()) else { return Ok(None) };
    let (catalogue, pools) = (state.catalogue(), state.pools().asked(&answered.request)?);
    let request = answered.request.clone();
    match away(move || among(&catalogue, &pools).placed(&request, &din)).await {
        Err(failure) if failure.code() == "report_unit_not_listed" => Ok(None),
        placed => placed.map(Some),
    }
}

/// One locus of patient and unit side by side.
pub(super) struct Pairing {
    pub(super) cell: LocusCell,
    pub(super) patient: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) matches: String,
}

impl Explanation {
    pub(super) fn new(hit: &UnitHit, placed: &Placed, request: &SearchRequest, w: &Words) -> Explanation {
        let patient = request.patient_text();
        let loci =
            LOCI.iter().zip(&hit.loci).map(|(locus, one)| pairing(locus.name(), one, patient, w)).collect();
        let reasons = hit.reasons.iter().map(|reason| reason.sentence(w)).collect();
        let facts = facts(hit, w).into_iter().map(|(key, value)| (w.t(key), value)).collect();
        let typings = [patient.to_owned(), hit.typing.clone()];
        let order = w.t(&format!("order-{}", request.order));
        let tree = placed.rungs.iter().filter_map(|rung| branch(rung, hit, w)).collect();
        Explanation { loci, order, tree, elsewhere: elsewhere(placed, hit, w), reasons, facts, typings }
    }
}

/// The number alone decides only where nothing else did.
fn branch(rung: &Rung, hit: &UnitHit, w: &Words) -> Option<Branch> {
    let Rung { key, ahead, behind, source } = rung;
    if *key == "identity" && *ahead + *behind == 0 {
        return None;
    }
    let values = [("ahead", (*ahead as f64).into()), ("behind", (*behind as f64).into())];
    let said = (*ahead + *behind > 0).then(|| w.say("rung-said", &values));
    let name = w.t(&format!("rung-{key}"));
    Some(Branch { name, value: value(key, hit), said, costs: *ahead > 0, source: source.clone() })
}

/// What a unit has of a key.
fn value(key: &str, hit: &UnitHit) -> Option<String> {
    let per = |per_kg: Option<f64>, total: Option<f64>, unit: f64, power: &str| match (per_kg, total) {
        (Some(dose), _) => Some(format!("{} ×{power}/kg", rounded_down(dose / unit, 2))),
        (None, Some(count)) => Some(format!("{} ×{power}", rounded_down(count / unit, 2))),
        (None, None) => None,
    };
    match key {
        "x8" => hit.x8.as_ref().map(|range| text(range, 8)),
        "x10" => hit.x10.as_ref().map(|range| text(range, 10)),
        "x6" => hit.x6.as_ref().map(|range| text(range, 6)),
        "probability" => hit.likely().map(percent),
        "tnc" | "tnc_band" => per(hit.tnc_per_kg, hit.tnc_total, 1e7, "10⁷"),
        "cd34" | "cd34_band" => per(hit.cd34_per_kg, hit.cd34_total, 1e5, "10⁵"),
        "abo" => hit.abo.clone(),
        "newer" => hit.collection_date.clone(),
        _ => None,
    }
}

fn elsewhere(placed: &Placed, hit: &UnitHit, w: &Words) -> Vec<String> {
    let others = placed.elsewhere.iter().filter(|one| one.rank != Some(hit.rank as usize));
    let said = others.map(|one| {
        let order = w.t(&format!("order-{}", one.order));
        match one.rank {
            Some(rank) => {
                w.say("explain-elsewhere", &[("order", order.into()), ("rank", (rank as f64).into())])
            }
            None => w.t1("explain-elsewhere-beyond", "order", order),
        }
    });
    said.collect()
}

fn facts(hit: &UnitHit, w: &Words) -> [(&'static str, Option<String>); 9] {
    let yes_no = |yes: bool| w.t(if yes { "yes" } else { "no" });
    [
        ("fact-probabilities", hit.p.map(|p| p.map(|one| format!("{one:.3}")).join(" · "))),
        ("fact-collection-date", hit.collection_date.clone()),
        ("fact-sex", hit.sex.as_ref().map(|sex| w.t(&format!("sex-{sex}")))),
        ("fact-volume", hit.volume_ml.map(|volume| format!("{volume:.1} ml"))),
        ("fact-viability", hit.viability_percent.map(|viability| format!("{viability:.1}%"))),
        ("fact-rbc-depleted", hit.rbc_depleted.map(yes_no)),
        ("fact-segments", hit.attached_segments.map(|segments| segments.to_string())),
        ("fact-typing", Some(hit.typing.clone())),
        (
            "fact-flags",
            (!hit.flags.is_empty()).then(|| {
                hit.flags.iter().map(|flag| w.t(&format!("flag-{flag}"))).collect::<Vec<_>>().join(" · ")
            }),
        ),
    ]
}

fn pairing(locus: &'static str, hit: &LocusHit, patient: &str, w: &Words) -> Pairing {
    Pairing {
        cell: LocusCell::new(locus, hit, w),
        patient: patient_at(locus, patient),
        unit: donor_text(hit),
        matches: if hit.best == hit.worst {
            hit.best.to_string()
        } else {
            format!("{}–{}", hit.worst, hit.best)
        },
    }
}

/// Both positions of the unit as written, without the locus.
pub(super) fn donor_text(hit: &LocusHit) -> Option<String> {
    let texts = hit.positions.iter().map(|position| position.donor_text.as_str());
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// The patient's piece of the GL String at a locus, without the locus.
pub(super) fn patient_at(locus: &str, gl: &str) -> Option<String> {
    let front = format!("{locus}*");
    let serological = locus.trim_end_matches(|last: char| last.is_ascii_digit()).trim_end_matches('B');
    let piece = gl.split('^').find(|piece| piece.starts_with(&front)).or_else(|| {
        gl.split('^').find(|piece| {
            !piece.contains('*')
                && piece.trim_start_matches(serological).starts_with(|c: char| c.is_ascii_digit() || c == 'w')
        })
    })?;
    Some(piece.replace(&front, "").replace('+', ", "))
}
