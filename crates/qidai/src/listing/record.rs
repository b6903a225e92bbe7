//! A unit as a record of the inventory.

use qidai_bank::{Abo, Identity, Measure, Phase, RhD, Sex, Status, TestOutcome, UnitRecord};
use qidai_exchange::inventory::{Record, RecordProblem, scientific, tenths};
use qidai_hla::Nomenclature;

use super::hla;

/// The hub that the bank's identifiers belong to (ISO 3166).
const HUB: &str = "CN";

/// A record, and what of the unit cannot be told in it.
pub(super) struct Read {
    pub(super) record: Record,
    pub(super) problems: Vec<RecordProblem>,
}

fn id_of(identity: &Identity) -> String {
    format!("{HUB}{}", identity.value)
}

/// Status and reason of a unit that is listed.
fn listed_as(unit: &UnitRecord) -> (&'static str, Option<&'static str>) {
    match unit.status {
        // Nobody can have it confirmed: no sample is left.
        Status::Available if unit.attached_segments == Some(0) => ("AV", Some("NS")),
        Status::Available => ("AV", None),
        Status::Held => ("TU", Some("AD")),
        Status::Recalled | Status::Quarantine | Status::UnderEvaluation => ("TU", Some("QR")),
        _ => ("RS", None),
    }
}

/// A unit that is no longer listed, by where it is now.
pub(super) fn of_gone(identity: &Identity, status: Option<Status>) -> Record {
    let reason = match status {
        Some(Status::Retrieved | Status::Shipped | Status::ReceivedByTransplantCentre | Status::Infused) => {
            "DS"
        }
        Some(Status::Discarded | Status::DestroyedInTransit | Status::Lost) => "CD",
        _ => "OT",
    };
    let mut record = Record::default();
    record.set("ID", id_of(identity));
    record.set("STATUS", "DE");
    record.set("STAT_REASON", reason);
    record
}

/// A unit that is listed.
pub(super) fn of_unit(unit: &UnitRecord, nomenclature: &Nomenclature<'_>) -> Read {
    let mut record = Record::default();
    record.set("ID", id_of(&unit.identity));
    record.set("LOCAL_ID", unit.identity.written());
    record.set_known("BIRTH_DATE", unit.birth_date.or(unit.collection_date).map(|day| day.to_string()));
    let sex = unit.sex.map(|sex| if sex == Sex::Female { "F" } else { "M" });
    record.set_known("SEX", sex);
    record.set_known("ABO", unit.abo.map(abo));
    record.set_known("RHESUS", unit.rhd.map(|rhd| if rhd == RhD::Positive { "P" } else { "N" }));
    let typed = hla::fields(unit.typings.last().map_or("", |typing| &typing.written), nomenclature);
    let problems = typed.as_ref().err().map(|error| {
        let expected = "a typing that the release in force can read";
        RecordProblem::new(&id_of(&unit.identity), "HLA", error, "inventory_typing_unreadable", expected)
    });
    typed.unwrap_or_default().into_iter().for_each(|(path, value)| record.set(path, value));
    let marker = |outcome: TestOutcome| match outcome {
        TestOutcome::Negative => "N",
        TestOutcome::Positive => "P",
        TestOutcome::Indeterminate => "Q",
    };
    record.set_known("IDM/ANTI_CMV", unit.cmv.map(marker));
    let (status, reason) = listed_as(unit);
    record.set("STATUS", status);
    record.set_known("STAT_REASON", reason);
    record.set_known("COLL_DATE", unit.collection_date.map(|day| day.to_string()));
    processing(unit, &mut record);
    cells(unit, &mut record);
    if unit.microbial_growth == Some(TestOutcome::Negative) {
        record.set("BACT_CULT", "N");
        record.set("FUNG_CULT", "N");
    }
    let haemoglobin = unit.haemoglobinopathy.and_then(|outcome| match outcome {
        TestOutcome::Negative => Some("DN"),
        TestOutcome::Positive => Some("DU"),
        TestOutcome::Indeterminate => None,
    });
    record.set_known("HEMO_STATUS", haemoglobin);
    record.set_known("ATT_SEG", unit.attached_segments.map(|count| count.to_string()));
    Read { record, problems: problems.into_iter().collect() }
}

fn abo(abo: Abo) -> &'static str {
    match abo {
        Abo::A => "A",
        Abo::B => "B",
        Abo::O => "O",
        Abo::Ab => "AB",
    }
}

fn processing(unit: &UnitRecord, record: &mut Record) {
    let method = unit.processing_method.as_deref().unwrap_or_default().to_ascii_uppercase();
    if method.contains("HES") {
        record.set("PROC_METH", "HES");
    }
    let device = [("AXP", "AXP"), ("SEPAX", "SPX"), ("OPTIPRESS", "OTP"), ("MANUAL", "MAN")];
    record.set_known(
        "PROC_METH_TYPE",
        device.iter().find(|(name, _)| method.contains(name)).map(|(_, code)| *code),
    );
    record
        .set_known("PROD_MOD", unit.rbc_depleted.map(|is_depleted| if is_depleted { "RBR" } else { "NOT" }));
}

/// Counts before freezing: as collected, and as frozen, which is after processing.
fn cells(unit: &UnitRecord, record: &mut Record) {
    let collected = |measure| unit.counts.get(Phase::Collected, measure);
    let frozen = |measure| {
        unit.counts.get(Phase::Frozen, measure).or_else(|| unit.counts.get(Phase::Processed, measure))
    };
    let count = |amount: i64| scientific(amount.unsigned_abs());
    record.set_known("VOL", collected(Measure::Volume).map(tenths));
    record.set_known("VOL_FRZN", unit.cryovolume_ul.or_else(|| frozen(Measure::Volume)).map(tenths));
    record.set_known("TNC", collected(Measure::TncTotal).map(count));
    record.set_known("TNC_FRZN", frozen(Measure::TncTotal).map(count));
    record.set_known("RED_BC_FRZN", frozen(Measure::NrbcTotal).map(count));
    record.set_known("MNC_FRZN", frozen(Measure::MncTotal).map(count));
    record.set_known("CD34PC", collected(Measure::Cd34Total).map(count));
    record.set_known("CD34PC_FRZN", frozen(Measure::Cd34Total).map(count));
    record.set_known("CFU_FRZN", frozen(Measure::CfuGmTotal).map(count));
    // Hundredths of a percent; the registry takes whole ones.
    let percent = frozen(Measure::Viability).map(|hundredths| ((hundredths + 50) / 100).to_string());
    if percent.is_some() {
        record.set_known("VIABILITY", percent);
        record.set("VIABILITY_CELLS", "TNC");
    }
}
