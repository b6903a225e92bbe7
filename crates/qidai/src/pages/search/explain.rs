//! The explanation that opens under a unit: locus by locus, the reasons of its rank, what is recorded.

use super::cell::{LocusCell, direction_word};
use super::form::LOCI;
use crate::catalogue::{LocusHit, PatientInput, SearchRequest, UnitHit};
use crate::words::Words;

pub(super) struct Explanation {
    pub(super) loci: Vec<Pairing>,
    pub(super) facts: Vec<(String, Option<String>)>,
}

/// One locus of patient and unit side by side.
pub(super) struct Pairing {
    pub(super) cell: LocusCell,
    pub(super) patient: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) matches: String,
    pub(super) direction: Option<String>,
}

impl Explanation {
    pub(super) fn new(hit: &UnitHit, request: &SearchRequest, w: &Words) -> Explanation {
        let PatientInput::Gl(patient) = &request.patient;
        let loci =
            LOCI.iter().zip(&hit.loci).map(|(locus, one)| pairing(locus.name(), one, patient, w)).collect();
        let facts = [
            ("fact-collection-date", hit.collection_date.clone()),
            ("fact-sex", hit.sex.as_ref().map(|sex| w.t(&format!("sex-{sex}")))),
            ("fact-volume", hit.volume_ml.map(|volume| format!("{volume:.1} ml"))),
            ("fact-typing", Some(hit.typing.clone())),
        ];
        Explanation { loci, facts: facts.into_iter().map(|(key, value)| (w.t(key), value)).collect() }
    }
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
        direction: hit.direction.map(|direction| direction_word(direction, w)),
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
