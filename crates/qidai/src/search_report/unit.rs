//! One unit beside the patient: as part of a search report, and as a report of its own.

use qidai_exchange::print::{Report, ReportTable};
use qidai_hla::Locus;

use super::{Told, class, dose, facts, notes, numbered, percent};
use crate::catalogue::{SearchAnswer, UnitHit};
use crate::pages::search::cell::LocusCell;
use crate::paper::{self, Print};
use crate::words::Words;

const LOCI: [&str; 5] = ["A", "B", "C", "DRB1", "DQB1"];

/// Locus by locus, with why the unit stands where it stands.
pub(super) fn beside_patient(answer: &SearchAnswer, unit: &UnitHit, w: &Words) -> ReportTable {
    let patient = patient_loci(answer.receipt.request.patient_text());
    let mut rows: Vec<Vec<String>> = LOCI
        .iter()
        .zip(&unit.loci)
        .map(|(name, locus)| {
            let donor = locus.positions.iter().map(|position| position.donor_text.as_str());
            let donor: Vec<&str> = donor.filter(|text| !text.is_empty()).collect();
            let patient = patient.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
            let cell = LocusCell::new("", locus, w);
            let counts = if locus.best == locus.worst {
                format!("{}/2", locus.best)
            } else {
                format!("{}–{}/2", locus.worst, locus.best)
            };
            vec![
                (*name).to_owned(),
                patient.unwrap_or("—").to_owned(),
                if donor.is_empty() { "—".to_owned() } else { donor.join(", ") },
                counts,
                cell.words,
            ]
        })
        .collect();
    let reasons: Vec<String> = unit.reasons.iter().map(|reason| reason.sentence(w)).collect();
    rows.push(vec![w.t("report-why"), String::new(), String::new(), String::new(), reasons.join("; ")]);
    ReportTable {
        title: format!("{} · {}", unit.rank, numbered(unit)),
        heads: ["locus", "report-patient", "table-unit", "report-matches", "report-grade"]
            .map(|key| w.t(key))
            .into(),
        widths: vec![1.7, 3.4, 3.4, 1.9, 7.6],
        rows,
    }
}

/// The patient's typing by locus, as written. A line of a laboratory is told under the first locus that it names.
fn patient_loci(text: &str) -> Vec<(String, String)> {
    let of_segment = |segment: &str| {
        let name = segment.trim().trim_start_matches("HLA-");
        let locus = name.split_once('*').and_then(|(locus, _)| Locus::from_name(locus.trim()));
        let short = segment.replace("HLA-", "");
        locus.map(|locus| {
            let bare = short.replace(&format!("{locus}*"), "").replace('+', ", ");
            (locus.name().to_owned(), bare)
        })
    };
    text.split(['^', ' ']).filter_map(of_segment).collect()
}

/// A report of one unit for one patient; of an own unit with its counts by phase and its typings as written.
pub(super) fn report(told: &Told<'_>, unit: &UnitHit, print: &Print<'_>) -> Report {
    let (answer, w) = (told.answer, print.words());
    let mut tables = vec![beside_patient(answer, unit, w)];
    if let Some(record) = told.record {
        tables.push(paper::counts(record, w));
        tables.push(paper::typings(record, w));
    }
    tables.retain(|table| !table.rows.is_empty());
    let classes = [(unit.x8, 8), (unit.x10, 10)].map(|(range, of)| class(range, of, w));
    let mut report = Report {
        title: w.t1("report-unit", "number", unit.din.as_str()),
        subtitle: format!("HPC, CORD BLOOD · {} · {}", classes.join(" · "), class(unit.x6, 6, w)),
        notice: print.notice(),
        facts: [unit_facts(unit, w), facts(told, print)].concat(),
        tables,
        notes: notes(answer, w),
        ..Report::default()
    };
    report.foot = print.foot(&report);
    report
}

fn unit_facts(unit: &UnitHit, w: &Words) -> Vec<(String, String)> {
    let missing = || w.t("missing");
    let p = unit.p.map(|p| {
        let told = p.iter().enumerate().map(|(at, p)| format!("P{at} {}", percent(*p)));
        told.collect::<Vec<_>>().join(" · ")
    });
    let per_kg =
        |value: Option<f64>, unit: f64| value.map(|value| format!(" · {}/kg", dose(Some(value), unit)));
    let tnc =
        format!("{} × 10⁷{}", dose(unit.tnc_total, 1e7), per_kg(unit.tnc_per_kg, 1e7).unwrap_or_default());
    let cd34 =
        format!("{} × 10⁵{}", dose(unit.cd34_total, 1e5), per_kg(unit.cd34_per_kg, 1e5).unwrap_or_default());
    let blood = unit.abo.as_ref().map(|abo| format!("{abo}{}", unit.rhd.as_deref().unwrap_or_default()));
    let volume = unit.cryovolume_ml.or(unit.volume_ml).map(|ml| format!("{ml:.1} ml"));
    let sex = unit.sex.as_ref().map(|sex| w.t(&format!("sex-{sex}")));
    let values = [
        ("table-probability", p),
        ("report-tnc", Some(tnc)),
        ("report-cd34", Some(cd34)),
        ("table-serves", unit.max_weight_kg.map(|kg| format!("{kg:.0} kg"))),
        ("unit-blood-group", blood),
        ("unit-sex", sex),
        ("unit-collected", unit.collection_date.clone()),
        ("report-volume", volume),
        ("unit-segments", unit.attached_segments.map(|count| count.to_string())),
    ];
    values.into_iter().map(|(key, value)| (w.t(key), value.unwrap_or_else(missing))).collect()
}
