//! The fields of a unit that a file can carry. A new field is one line here, and one in `header_name` if people
//! call it otherwise.

use qidai_bank::{Abo, BankType, Identity, Measure, Phase, RhD, Sex, TestOutcome, Typing, UnitRecord};

use crate::field::{Field, Kind};
use crate::plan::Target;
use crate::words;

/// A typing may be missing in a row (a family unit need not be typed), but its column may not.
pub(crate) const TARGET: Target<UnitRecord> = Target {
    fields: FIELDS,
    required_columns: &["din", "bank_type", "hla"],
    required_cells: &["din", "bank_type"],
};

type Unit = Field<UnitRecord>;

const FIELDS: &[Unit] = &[
    Field {
        name: "din",
        kind: Kind::Identity(|unit, text, scheme| {
            unit.identity = match scheme {
                Some(scheme) => scheme.parse(text)?,
                None => Identity::din(text)?,
            };
            Ok(())
        }),
    },
    word("bank_type", "bank_type_unknown", "public or family", |unit, text| {
        BankType::parse(text).map(|bank_type| unit.bank_type = bank_type).is_some()
    }),
    word(
        "status",
        "status_unknown",
        "a state of a unit such as available, quarantine or family_held",
        |unit, text| words::status(text).map(|status| unit.status = status).is_some(),
    ),
    day("collection_date", |unit, day| unit.collection_date = Some(day)),
    day("birth_date", |unit, day| unit.birth_date = Some(day)),
    Field {
        name: "expiry_date",
        kind: Kind::Day { may_be_future: true, set: |unit, day| unit.expiry_date = Some(day) },
    },
    word("sex", "sex_unknown", "F or M", |unit, text| {
        Sex::parse(text).map(|sex| unit.sex = Some(sex)).is_some()
    }),
    word("abo", "abo_unknown", "A, B, AB or O", |unit, text| {
        Abo::parse(text).map(|abo| unit.abo = Some(abo)).is_some()
    }),
    word("rhd", "rhd_unknown", "+ or -", |unit, text| {
        RhD::parse(text).map(|rhd| unit.rhd = Some(rhd)).is_some()
    }),
    word("blood_group", "blood_group_unknown", "A+, B-, AB+, O …", |unit, text| {
        let group = words::blood_group(text);
        group.map(|(abo, rhd)| (unit.abo, unit.rhd) = (Some(abo), rhd.or(unit.rhd))).is_some()
    }),
    count("tnc_total", Phase::Processed, Measure::TncTotal),
    count("cd34_total", Phase::Processed, Measure::Cd34Total),
    count("cfu_gm_total", Phase::Processed, Measure::CfuGmTotal),
    count("mnc_total", Phase::Processed, Measure::MncTotal),
    count("nrbc_total", Phase::Processed, Measure::NrbcTotal),
    count("volume_ml", Phase::Processed, Measure::Volume),
    count("viability_percent", Phase::Processed, Measure::Viability),
    count("cd34_viability_percent", Phase::Processed, Measure::Cd34Viability),
    count("cd45_viability_percent", Phase::Processed, Measure::Cd45Viability),
    count("tnc_collected", Phase::Collected, Measure::TncTotal),
    count("cd34_collected", Phase::Collected, Measure::Cd34Total),
    count("mnc_collected", Phase::Collected, Measure::MncTotal),
    count("nrbc_collected", Phase::Collected, Measure::NrbcTotal),
    count("volume_collected_ml", Phase::Collected, Measure::Volume),
    count("viability_collected_percent", Phase::Collected, Measure::Viability),
    count("tnc_frozen", Phase::Frozen, Measure::TncTotal),
    count("cd34_frozen", Phase::Frozen, Measure::Cd34Total),
    count("cfu_gm_frozen", Phase::Frozen, Measure::CfuGmTotal),
    count("volume_frozen_ml", Phase::Frozen, Measure::Volume),
    count("viability_frozen_percent", Phase::Frozen, Measure::Viability),
    count("tnc_post_thaw", Phase::PostThaw, Measure::TncTotal),
    count("cd34_post_thaw", Phase::PostThaw, Measure::Cd34Total),
    count("cfu_gm_post_thaw", Phase::PostThaw, Measure::CfuGmTotal),
    count("viability_post_thaw_percent", Phase::PostThaw, Measure::Viability),
    count("cd34_viability_post_thaw_percent", Phase::PostThaw, Measure::Cd34Viability),
    count("cd45_viability_post_thaw_percent", Phase::PostThaw, Measure::Cd45Viability),
    Field {
        name: "cryovolume_ml",
        kind: Kind::Amount { decimals: 3, set: |unit, amount| unit.cryovolume_ul = Some(amount) },
    },
    Field {
        name: "attached_segments",
        kind: Kind::Amount { decimals: 0, set: |unit, amount| unit.attached_segments = Some(amount) },
    },
    text("processing_method", |unit, text| unit.processing_method = Some(text)),
    yes("rbc_depleted", |unit, yes| unit.rbc_depleted = Some(yes)),
    yes("identity_confirmed", |unit, yes| unit.identity_confirmed = Some(yes)),
    yes("fact_accredited", |unit, yes| unit.fact_accredited = Some(yes)),
    yes("aabb_accredited", |unit, yes| unit.aabb_accredited = Some(yes)),
    yes("wmda_qualified", |unit, yes| unit.wmda_qualified = Some(yes)),
    word(
        "accreditation",
        "accreditation_unknown",
        "FACT, AABB, WMDA, or several with a slash between them",
        |unit, text| {
            words::accreditation(text)
                .map(|(fact, aabb, wmda)| {
                    unit.fact_accredited = unit.fact_accredited.or(fact);
                    unit.aabb_accredited = unit.aabb_accredited.or(aabb);
                    unit.wmda_qualified = unit.wmda_qualified.or(wmda);
                })
                .is_some()
        },
    ),
    outcome("idm", |unit, outcome| unit.idm = Some(outcome)),
    outcome("cmv", |unit, outcome| unit.cmv = Some(outcome)),
    outcome("haemoglobinopathy", |unit, outcome| unit.haemoglobinopathy = Some(outcome)),
    outcome("microbial_growth", |unit, outcome| unit.microbial_growth = Some(outcome)),
    Field { name: "hla", kind: Kind::Hla(|unit, text| typing(&mut unit.typings).written = text) },
    text("hla_method", |unit, text| typing(&mut unit.typings).method = Some(text)),
    text("hla_release", |unit, text| typing(&mut unit.typings).release = Some(text)),
    day("hla_typed_on", |unit, day| typing(&mut unit.typings).typed_on = Some(day)),
    Field {
        name: "mother_hla",
        kind: Kind::Hla(|unit, text| typing(&mut unit.mother_typings).written = text),
    },
    text("mother_hla_method", |unit, text| typing(&mut unit.mother_typings).method = Some(text)),
    text("mother_hla_release", |unit, text| typing(&mut unit.mother_typings).release = Some(text)),
    day("mother_hla_typed_on", |unit, day| typing(&mut unit.mother_typings).typed_on = Some(day)),
];

/// The one typing of a row; made when its first part is read.
fn typing(typings: &mut Vec<Typing>) -> &mut Typing {
    if typings.is_empty() {
        typings.push(Typing::default());
    }
    &mut typings[0]
}

const fn word(
    name: &'static str,
    code: &'static str,
    expected: &'static str,
    read: fn(&mut UnitRecord, &str) -> bool,
) -> Unit {
    Field { name, kind: Kind::Word { code, expected, read } }
}

const fn day(name: &'static str, set: fn(&mut UnitRecord, jiff::civil::Date)) -> Unit {
    Field { name, kind: Kind::Day { may_be_future: false, set } }
}

const fn count(name: &'static str, phase: Phase, measure: Measure) -> Unit {
    Field { name, kind: Kind::Count { phase, measure, counts: |unit| &mut unit.counts } }
}

const fn text(name: &'static str, set: fn(&mut UnitRecord, String)) -> Unit {
    Field { name, kind: Kind::Text(set) }
}

const fn yes(name: &'static str, set: fn(&mut UnitRecord, bool)) -> Unit {
    Field { name, kind: Kind::Yes(set) }
}

const fn outcome(name: &'static str, set: fn(&mut UnitRecord, TestOutcome)) -> Unit {
    Field { name, kind: Kind::Outcome(set) }
}
