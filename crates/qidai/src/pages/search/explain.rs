//! The explanation that opens under a unit: locus by locus, the reasons of its rank, what is recorded.

use super::cell::LocusCell;
use super::form::LOCI;
use crate::catalogue::{LocusHit, SearchRequest, UnitHit};
use crate::words::Words;

pub(super) struct Explanation {
    pub(super) loci: Vec<Pairing>,
    /// Why it has its rank, in the order in which it was decided.
    pub(super) reasons: Vec<String>,
    /// What is recorded about the unit; nothing where it is not.
    pub(super) facts: Vec<(String, Option<String>)>,
    /// Both typings as they are written, for the page that says what leaves the match open.
    pub(super) typings: [String; 2],
}

/// One locus of patient and unit side by side.
pub(super) struct Pairing {
    pub(super) cell: LocusCell,
    pub(super) patient: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) matches: String,
}

impl Explanation {
    pub(super) fn new(hit: &UnitHit, request: &SearchRequest, w: &Words) -> Explanation {
        let patient = request.patient_text();
        let loci =
            LOCI.iter().zip(&hit.loci).map(|(locus, one)| pairing(locus.name(), one, patient, w)).collect();
        let reasons = hit.reasons.iter().map(|reason| reason.sentence(w)).collect();
        let facts = facts(hit, w).into_iter().map(|(key, value)| (w.t(key), value)).collect();
        let typings = [patient.to_owned(), hit.typing.clone()];
        Explanation { loci, reasons, facts, typings }
    }
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
    let unit: Vec<&str> = hit
        .positions
        .iter()
        .map(|position| position.donor_text.as_str())
        .filter(|text| !text.is_empty())
        .collect();
    Pairing {
        cell: LocusCell::new(locus, hit, w),
        patient: patient_at(locus, patient),
        unit: (!unit.is_empty()).then(|| unit.join(", ")),
        matches: if hit.best == hit.worst {
            hit.best.to_string()
        } else {
            format!("{}–{}", hit.worst, hit.best)
        },
    }
}

/// The patient's piece of the GL String at a locus, without the locus.
fn patient_at(locus: &str, gl: &str) -> Option<String> {
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
