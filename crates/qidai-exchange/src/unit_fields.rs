//! The fields of a unit that a file can carry. A new field is one line here, and one in `header_name` if people
//! call it otherwise.

use qidai_bank::{Abo, BankType, Identity, IdentityError, RhD, Sex, Typing, UnitRecord};

use crate::field::{Field, Kind, counts};
use crate::plan::Target;
use crate::words;

/// A typing may be missing in a row (a family unit need not be typed), but its column may not.
pub(crate) fn target() -> Target<UnitRecord> {
    let mut fields = identity_and_origin();
    fields.extend(counts(|unit: &mut UnitRecord| &mut unit.counts));
    fields.extend(processing_and_quality());
    fields.extend(typings());
    Target { fields, required_columns: &["din", "bank_type", "hla"], required_cells: &["din", "bank_type"] }
}

fn identity_and_origin() -> Vec<Field<UnitRecord>> {
    vec![
        Field {
            bank_name: "identity".into(),
            ..Field::new(
                "din",
                Kind::Identity(|unit, text, scheme| {
                    unit.identity = scheme.map_or_else(|| checked_din(text), |scheme| scheme.parse(text))?;
                    Ok(())
                }),
            )
        },
        Field::word("bank_type", "bank_type_unknown", "public or family", |unit, text| {
            BankType::parse(text).map(|bank_type| unit.bank_type = bank_type).is_some()
        }),
        Field::word("status", "status_unknown", "available, quarantine, family_held …", |unit, text| {
            words::status(text).map(|status| unit.status = status).is_some()
        }),
        Field::day("collection_date", |unit, day| unit.collection_date = Some(day)),
        Field::day("birth_date", |unit, day| unit.birth_date = Some(day)),
        Field::day("expiry_date", |unit, day| unit.expiry_date = Some(day)),
        Field::word("sex", "sex_unknown", "F or M", |unit, text| {
            Sex::parse(text).map(|sex| unit.sex = Some(sex)).is_some()
        }),
        Field::word("abo", "abo_unknown", "A, B, AB or O", |unit, text| {
            Abo::parse(text).map(|abo| unit.abo = Some(abo)).is_some()
        }),
        Field::word("rhd", "rhd_unknown", "+ or -", |unit, text| {
            RhD::parse(text).map(|rhd| unit.rhd = Some(rhd)).is_some()
        }),
        Field::word("blood_group", "blood_group_unknown", "A+, B-, AB+, O …", |unit, text| {
            let group = words::blood_group(text);
            group.map(|(abo, rhd)| (unit.abo, unit.rhd) = (Some(abo), rhd.or(unit.rhd))).is_some()
        }),
    ]
}

/// A file is copied and typed from labels, so its DINs come with their check: without it a mistyped digit would make
/// another unit. It is not offered here: calculated from the digits as they stand it would confirm the mistake.
fn checked_din(text: &str) -> Result<Identity, IdentityError> {
    let identity = Identity::din(text)?;
    let written = text.chars().filter(|c| !c.is_whitespace() && *c != '-').count();
    if written > identity.value.chars().count() {
        return Ok(identity);
    }
    Err(IdentityError {
        code: "din_check_missing",
        reason: format!("{text:?} has the 13 characters of a DIN and lacks the check character after them"),
        hint: "copy all 14 characters from the label: the last one stands in a box".to_owned(),
    })
}

fn processing_and_quality() -> Vec<Field<UnitRecord>> {
    vec![
        Field::amount("cryovolume_ml", 3, |unit, amount| unit.cryovolume_ul = Some(amount)),
        Field::amount("attached_segments", 0, |unit, amount| unit.attached_segments = Some(amount)),
        Field::text("processing_method", |unit, text| unit.processing_method = Some(text)),
        Field::yes("rbc_depleted", |unit, yes| unit.rbc_depleted = Some(yes)),
        Field::yes("identity_confirmed", |unit, yes| unit.identity_confirmed = Some(yes)),
        Field::yes("fact_accredited", |unit, yes| unit.fact_accredited = Some(yes)),
        Field::yes("aabb_accredited", |unit, yes| unit.aabb_accredited = Some(yes)),
        Field::yes("wmda_qualified", |unit, yes| unit.wmda_qualified = Some(yes)),
        Field::word(
            "accreditation",
            "accreditation_unknown",
            "FACT, AABB, WMDA, or FACT/AABB",
            |unit, text| {
                let found = words::accreditation(text);
                found
                    .map(|(fact, aabb, wmda)| {
                        unit.fact_accredited = unit.fact_accredited.or(fact);
                        unit.aabb_accredited = unit.aabb_accredited.or(aabb);
                        unit.wmda_qualified = unit.wmda_qualified.or(wmda);
                    })
                    .is_some()
            },
        ),
        Field::outcome("idm", |unit, outcome| unit.idm = Some(outcome)),
        Field::outcome("cmv", |unit, outcome| unit.cmv = Some(outcome)),
        Field::outcome("haemoglobinopathy", |unit, outcome| unit.haemoglobinopathy = Some(outcome)),
        Field::outcome("microbial_growth", |unit, outcome| unit.microbial_growth = Some(outcome)),
    ]
}

fn typings() -> Vec<Field<UnitRecord>> {
    vec![
        Field::hla("hla", |unit, text| typing(&mut unit.typings).written = text),
        Field::text("hla_method", |unit, text| typing(&mut unit.typings).method = Some(text)),
        Field::text("hla_release", |unit, text| typing(&mut unit.typings).release = Some(text)),
        Field::day("hla_typed_on", |unit, day| typing(&mut unit.typings).typed_on = Some(day)),
        Field::hla("mother_hla", |unit, text| typing(&mut unit.mother_typings).written = text),
        Field::text("mother_hla_method", |unit, text| typing(&mut unit.mother_typings).method = Some(text)),
        Field::text("mother_hla_release", |unit, text| typing(&mut unit.mother_typings).release = Some(text)),
        Field::day("mother_hla_typed_on", |unit, day| typing(&mut unit.mother_typings).typed_on = Some(day)),
    ]
}

/// The one typing of a row; made when its first part is read.
fn typing(typings: &mut Vec<Typing>) -> &mut Typing {
    if typings.is_empty() {
        typings.push(Typing::default());
    }
    &mut typings[0]
}
