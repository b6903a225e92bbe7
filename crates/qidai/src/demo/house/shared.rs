//! Records that many lives share: hospitals and their contracts, collectors, the consent form, lots and equipment.

use jiff::Timestamp;
use qidai_bank::{
    DocumentClass, Dossier, MediaType, PastDeed, PastDocument, PastRecord, Role, Uscc, workflow,
};

use super::{HOSPITALS, House, of_role, site};

/// Concepts and the field by which the house knows their records.
pub(super) const NAMED: [(&str, &str); 6] = [
    ("institution", "name"),
    ("site_contract", "contract_number"),
    ("collector", "certificate_number"),
    ("consent_form", "form_version"),
    ("reagent_lot", "lot"),
    ("equipment", "serial"),
];

/// Years in which lots were used: from the first collection on.
const YEARS: std::ops::RangeInclusive<i16> = 1999..=2040;
/// Materials of a processing run, with what stands before the year in their lots.
const MATERIALS: [(&str, &str, &str); 4] = [
    ("bag_set", "BS", "分离袋组 · bag set"),
    ("hes", "HES", "羟乙基淀粉 · HES"),
    ("dmso", "DM", "二甲基亚砜 · DMSO"),
    ("freezing_bag", "FB", "冻存袋 · freezing bag"),
];
/// Nothing of the house runs out while somebody looks at it.
const FAR: &str = "2045-12-31";

/// What names nothing else.
pub(super) fn first(now: Timestamp) -> Dossier {
    let mut records: Vec<PastRecord> = (0..HOSPITALS).filter_map(|at| hospital(at, now)).collect();
    records.extend(consent_form(now));
    let year = now.to_string().get(..4).and_then(|year| year.parse().ok()).unwrap_or(*YEARS.end());
    for year in *YEARS.start()..=year {
        records.extend(MATERIALS.iter().filter_map(|material| lot(material, year, now)));
    }
    records.extend(EQUIPMENT.iter().filter_map(|one| equipment(one, now)));
    Dossier { unit: None, records }
}

/// What names those.
pub(super) fn then(now: Timestamp, house: &House) -> Dossier {
    let of = |at: usize| [contract(at, house, now), collector(at, now)];
    Dossier { unit: None, records: (0..HOSPITALS).flat_map(of).flatten().collect() }
}

/// Number of a lot: material and year.
pub(in crate::demo) fn lot_name(material: &str, year: i16) -> String {
    let prefix = MATERIALS.iter().find(|(code, ..)| *code == material).map_or("", |(_, prefix, _)| prefix);
    format!("{prefix}{year}")
}

fn record(
    concept: &str,
    site: Option<String>,
    fields: Vec<(&'static str, String)>,
    documents: Vec<PastDocument>,
    deeds: Vec<PastDeed>,
) -> Option<PastRecord> {
    let concept = workflow::concept(concept)?;
    Some(PastRecord { concept, site, fields, names: Vec::new(), documents, deeds })
}

fn deed(code: &'static str, role: Role, at: Timestamp) -> PastDeed {
    PastDeed { code, by: of_role(role).start, at, reason: None }
}

fn paper(class: DocumentClass, text: &str) -> PastDocument {
    let content = format!("示范数据，均为虚构。Demonstration: invented.\n{text}\n").into_bytes();
    let file_name = format!("{}.txt", class.code());
    PastDocument { class, file_name, media_type: MediaType::Text, content }
}

fn hospital_name(at: usize) -> String {
    format!("示范医院 {0} · Demonstration hospital {0}", at + 1)
}

fn hospital(at: usize, now: Timestamp) -> Option<PastRecord> {
    let fields = vec![
        ("name", hospital_name(at)),
        ("kind", "collection_hospital".to_owned()),
        ("uscc", credit_code(at)?),
        ("region", "示范省 · demonstration province".to_owned()),
        ("contract_number", format!("DEMO-{:02}", at + 1)),
        ("contract_until", FAR.to_owned()),
    ];
    let papers = vec![paper(DocumentClass::Contract, &hospital_name(at))];
    let deeds = vec![deed("create", Role::Quality, now), deed("approve", Role::Director, now)];
    record("institution", None, fields, papers, deeds)
}

/// A valid code of nobody: the check character is the one that fits.
fn credit_code(at: usize) -> Option<String> {
    let without = format!("12370000MA{:07}", 4_900_000 + at);
    let fits = |c: char| Uscc::parse(&format!("{without}{c}")).ok();
    "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(fits).map(|code| code.as_str().to_owned())
}

fn contract(at: usize, house: &House, now: Timestamp) -> Option<PastRecord> {
    let fields = vec![
        ("hospital", house.number("institution", &hospital_name(at))),
        ("contract_number", format!("DEMO-C-{:02}", at + 1)),
        ("in_province", "true".to_owned()),
        ("valid_from", "1999-01-01".to_owned()),
        ("valid_until", FAR.to_owned()),
    ];
    let papers = vec![paper(DocumentClass::Contract, &hospital_name(at))];
    let deeds = vec![deed("create", Role::Quality, now), deed("put_in_force", Role::Director, now)];
    record("site_contract", Some(site(at)), fields, papers, deeds)
}

/// Number of the certificate of a hospital's collector.
pub(in crate::demo) fn certificate(hospital: usize) -> String {
    format!("DEMO-CERT-{:02}", hospital + 1)
}

fn collector(at: usize, now: Timestamp) -> Option<PastRecord> {
    let fields = vec![
        ("certificate_number", certificate(at)),
        ("trained_on", "1999-01-01".to_owned()),
        ("valid_until", FAR.to_owned()),
    ];
    let papers = vec![paper(DocumentClass::Certificate, &certificate(at))];
    let deeds = vec![deed("create", Role::Collection, now), deed("certify", Role::Quality, now)];
    record("collector", Some(site(at)), fields, papers, deeds)
}

/// Version of the consent form.
pub(in crate::demo) const FORM: &str = "DEMO-1";

fn consent_form(now: Timestamp) -> Option<PastRecord> {
    let mut fields = vec![("form_version", FORM.to_owned()), ("language", "zh".to_owned())];
    let offers = ["offers_donate", "offers_family", "offers_research", "offers_recontact", "offers_genetic"];
    fields.extend(offers.map(|offer| (offer, "true".to_owned())));
    fields.push(("offers_export", "false".to_owned()));
    fields.push(("approval", "DEMO-1999".to_owned()));
    fields.push(("in_force_from", "1999-01-01".to_owned()));
    let papers = vec![paper(DocumentClass::Consent, FORM)];
    let deeds = vec![deed("create", Role::Quality, now), deed("put_in_force", Role::MedicalDirector, now)];
    record("consent_form", None, fields, papers, deeds)
}

/// A lot of a year is used up with it; that of today's year is in use.
fn lot(material: &(&str, &str, &str), year: i16, now: Timestamp) -> Option<PastRecord> {
    let (code, _, name) = material;
    let fields = vec![
        ("lot", lot_name(code, year)),
        ("material", (*code).to_owned()),
        ("name", (*name).to_owned()),
        ("expires_on", format!("{}-12-31", year + 30)),
    ];
    let papers = vec![paper(DocumentClass::Certificate, &lot_name(code, year))];
    let mut deeds = vec![deed("create", Role::Technologist, now), deed("release", Role::Reviewer, now)];
    if !now.to_string().starts_with(&year.to_string()) {
        deeds.push(deed("use_up", Role::Technologist, now));
    }
    record("reagent_lot", None, fields, papers, deeds)
}

/// Serial number, kind, name.
const EQUIPMENT: [(&str, &str, &str); 3] = [
    ("DEMO-SEP-1", "separator", "分离机 · separator"),
    ("DEMO-CTF-1", "centrifuge", "离心机 · centrifuge"),
    ("DEMO-CNT-1", "counter", "血细胞分析仪 · cell counter"),
];
pub(in crate::demo) const SEPARATOR: &str = EQUIPMENT[0].0;
pub(in crate::demo) const COUNTER: &str = EQUIPMENT[2].0;

fn equipment((serial, kind, name): &(&str, &str, &str), now: Timestamp) -> Option<PastRecord> {
    let fields = vec![
        ("serial", (*serial).to_owned()),
        ("name", (*name).to_owned()),
        ("kind", (*kind).to_owned()),
        ("calibrated_on", "1999-01-01".to_owned()),
        ("calibration_due", FAR.to_owned()),
    ];
    let papers = vec![paper(DocumentClass::Certificate, serial)];
    let deeds = vec![deed("create", Role::Technologist, now), deed("accept", Role::Reviewer, now)];
    record("equipment", None, fields, papers, deeds)
}
