//! The records around a unit: mother, kit, consent, health history, collection, pick-up, batch record and samples.

use jiff::Timestamp;
use qidai_bank::{DocumentClass, PastRecord, Role, Sex, rule_set, workflow};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{Life, deed, paper};
use crate::demo::house::shared::{COUNTER, FORM, SEPARATOR, certificate, lot_name};
use crate::demo::house::{STAFF, site};
use crate::demo::life::unit::Reached;

/// Places of records in a dossier.
pub(super) const MOTHER: usize = 0;
const KIT: usize = 1;

const RULES: &str = "tzuchi_2008_v1";
/// One unit in so many has a pick-up of its own with the trace of its box; the others were brought with no box named.
const PICKUP_ONE_IN: u64 = 4;

type Fields = Vec<(&'static str, String)>;

/// In the order in which they came to be; `names` of later ones lead back.
pub(super) fn records(life: &Life<'_>, random: &mut ChaCha8Rng) -> Vec<PastRecord> {
    let reached = Reached::of(life.unit.status);
    let mut records = vec![mother(life), kit(life, random), consent(life), questionnaire(life)];
    records.push(collection(life, random));
    if has_pickup(life) {
        records.push(pickup(life));
        records.push(temperatures(life, records.len() - 1, random));
    }
    if reached >= Reached::Processed {
        records.push(processing(life, random));
        records.push(part(life, "segment", "S01"));
        records.push(part(life, "maternal_serum", "M01"));
    }
    records.into_iter().flatten().collect()
}

pub(super) fn has_pickup(life: &Life<'_>) -> bool {
    life.around.place.is_multiple_of(PICKUP_ONE_IN)
}

/// Place of the pick-up in the dossier, where there is one.
pub(super) const PICKUP: usize = 5;

fn record(concept: &str, fields: Fields, names: Vec<(&'static str, usize)>) -> Option<PastRecord> {
    let concept = workflow::concept(concept)?;
    Some(PastRecord { concept, site: None, fields, names, documents: Vec::new(), deeds: Vec::new() })
}

fn text(value: impl ToString + Copy) -> String {
    value.to_string()
}

/// Nobody: the record has a number and no name.
fn mother(life: &Life<'_>) -> Option<PastRecord> {
    let deeds = vec![deed("create", life.midwife, life.before_birth(30))];
    Some(PastRecord { deeds, ..record("person", vec![("kind", text("mother"))], Vec::new())? })
}

fn kit(life: &Life<'_>, random: &mut ChaCha8Rng) -> Option<PastRecord> {
    let issued = life.before_birth(20);
    let year = issued.to_string().get(..4).and_then(|year| year.parse::<i16>().ok()).unwrap_or_default();
    let fields = vec![
        ("label", life.number()),
        ("lot", format!("K{year}-{:02}", random.random_range(1..13))),
        ("expires_on", format!("{}-12-31", year + 2)),
        ("anticoagulant", text("cpda")),
        ("unit", life.number()),
    ];
    let deeds = vec![
        deed("create", life.midwife, life.before_birth(25)),
        deed("issue", life.midwife, issued),
        deed("use", life.midwife, life.born),
    ];
    Some(PastRecord { deeds, ..record("kit", fields, Vec::new())? })
}

fn consent(life: &Life<'_>) -> Option<PastRecord> {
    let is_public = life.unit.bank_type == qidai_bank::BankType::Public;
    let given = life.before_birth(10);
    let fields = vec![
        ("unit", life.number()),
        ("form", life.around.house.number("consent_form", FORM)),
        ("signer", text("mother")),
        ("donate", text(is_public)),
        ("family", text(!is_public)),
        ("research", text(true)),
        ("recontact", text(true)),
        ("genetic", text(false)),
        ("export", text(false)),
        ("signed_at", text(given)),
    ];
    let documents = vec![paper(DocumentClass::Consent, &life.number())];
    let deeds = vec![deed("create", life.midwife, given), deed("give", life.midwife, given)];
    Some(PastRecord { documents, deeds, ..record("consent", fields, vec![("mother", MOTHER)])? })
}

fn questionnaire(life: &Life<'_>) -> Option<PastRecord> {
    let set = rule_set(RULES)?;
    // Who is asked and answers as the rules accept; what may be answered either way is answered with no.
    let answer = |one: &qidai_bank::Question| {
        let says = if one.accepts == Some(qidai_bank::Answer::Yes) { "yes" } else { "no" };
        (one.asked_when.is_none()).then(|| format!("{}: {says}", one.code))
    };
    let answers: Vec<String> = set.questions.iter().filter_map(answer).collect();
    let fields = vec![("unit", life.number()), ("rule_set", text(RULES)), ("answers", answers.join("\n"))];
    let asked = life.before_birth(10);
    let deeds = vec![deed("create", life.midwife, asked), deed("pass", life.midwife, asked)];
    Some(PastRecord { deeds, ..record("questionnaire", fields, vec![("mother", MOTHER)])? })
}

fn collection(life: &Life<'_>, random: &mut ChaCha8Rng) -> Option<PastRecord> {
    let (ended, number) = (life.after(life.born, 12), life.number());
    let volume_ul =
        life.unit.counts.get(qidai_bank::Phase::Collected, qidai_bank::Measure::Volume).unwrap_or_default();
    let sex = if life.unit.sex == Some(Sex::Male) { "male" } else { "female" };
    let delivery = if random.random_bool(0.45) { "caesarean" } else { "vaginal" };
    let way = if random.random_bool(0.2) { "ex_utero" } else { "in_utero" };
    let mut fields = vec![
        ("unit", number.clone()),
        ("collector", life.around.house.number("collector", &certificate(life.hospital))),
        ("delivery", text(delivery)),
        ("way", text(way)),
        ("started_at", text(life.born)),
        ("ended_at", text(ended)),
        ("volume_ml", text(volume_ul / 1_000)),
        ("sex", text(sex)),
    ];
    fields.extend(["scan_mother", "scan_bag", "scan_tubes", "scan_form"].map(|scan| (scan, number.clone())));
    let deeds = vec![deed("create", life.midwife, life.born), deed("match", life.midwife, ended)];
    let record = record("collection", fields, vec![("kit", KIT)])?;
    Some(PastRecord { site: Some(site(life.hospital)), deeds, ..record })
}

fn pickup(life: &Life<'_>) -> Option<PastRecord> {
    let picked = life.after(life.born, 60);
    let fields = vec![
        ("box", format!("B{:02}", life.hospital + 1)),
        ("courier", text(STAFF[life.midwife].0)),
        ("logger", format!("L{:02}", life.hospital + 1)),
        ("planned_on", day(life.born)),
        ("picked_up_at", text(picked)),
        ("delivered_at", text(life.received)),
    ];
    let deeds = vec![
        deed("create", life.midwife, life.born),
        deed("pick_up", life.midwife, picked),
        deed("deliver", life.technologist, life.received),
    ];
    Some(PastRecord { deeds, ..record("pickup", fields, Vec::new())? })
}

/// A reading every half hour, within the window.
fn temperatures(life: &Life<'_>, pickup: usize, random: &mut ChaCha8Rng) -> Option<PastRecord> {
    let begin = life.after(life.born, 60);
    let steps = (life.received.as_second() - begin.as_second()).max(0) / 1_800 + 1;
    let readings: Vec<String> = (0..steps)
        .map(|step| {
            let at = begin + super::minutes(30 * step);
            let tenths: i64 = random.random_range(100..190);
            format!("{at} {}.{}", tenths / 10, tenths % 10)
        })
        .collect();
    let fields = vec![("logger", format!("L{:02}", life.hospital + 1)), ("readings", readings.join("\n"))];
    let deeds = vec![
        deed("create", life.technologist, life.received),
        deed("accept", life.technologist, life.received),
    ];
    Some(PastRecord { deeds, ..record("temperature_trace", fields, vec![("pickup", pickup)])? })
}

fn processing(life: &Life<'_>, random: &mut ChaCha8Rng) -> Option<PastRecord> {
    let (house, ended) = (life.around.house, life.after(life.begun, 90));
    let year = life.begun.to_string().get(..4).and_then(|year| year.parse::<i16>().ok()).unwrap_or_default();
    let method = match life.unit.processing_method.as_deref() {
        Some("HES") => "hes",
        Some("Sepax") => "sepax",
        _ => "axp",
    };
    let lot = |material: &str| house.number("reagent_lot", &lot_name(material, year));
    let product_ul: i64 = random.random_range(19_500..21_000);
    let mut fields = vec![
        ("unit", life.number()),
        ("method", text(method)),
        ("operator", text(STAFF[life.technologist].0)),
        ("second", text(STAFF[life.second].0)),
        ("begun_at", text(life.begun)),
        ("ended_at", text(ended)),
        ("bag_lot", lot("bag_set")),
        ("dmso_lot", lot("dmso")),
        ("freezing_bag_lot", lot("freezing_bag")),
        ("counter", house.number("equipment", COUNTER)),
        ("product_volume_ul", text(product_ul)),
        ("protectant_volume_ul", text(product_ul / 4)),
    ];
    if method == "hes" {
        fields.push(("hes_lot", lot("hes")));
    } else {
        fields.push(("separator", house.number("equipment", SEPARATOR)));
    }
    let checks =
        ["check_area", "check_identity", "check_cold", "check_segments", "check_samples", "check_label"];
    fields.extend(checks.map(|check| (check, text("done"))));
    let deeds = vec![
        deed("create", life.technologist, life.begun),
        deed("finish", life.technologist, ended),
        deed("close", life.reviewers[0], life.after(ended, 30)),
    ];
    Some(PastRecord { deeds, ..record("processing_run", fields, Vec::new())? })
}

fn part(life: &Life<'_>, kind: &str, suffix: &str) -> Option<PastRecord> {
    let fields = vec![("unit", life.number()), ("kind", text(kind)), ("suffix", text(suffix))];
    let by = super::of_role(Role::StorageCustodian).start;
    let deeds = vec![deed("create", by, life.frozen)];
    Some(PastRecord { deeds, ..record("part", fields, Vec::new())? })
}

fn day(at: Timestamp) -> String {
    at.to_string().get(..10).unwrap_or_default().to_owned()
}
