//! What a person asks: the patient, floors and filters.

use jiff::civil::Date;
use qidai_match::search::{Abo, Criteria, Floors, PAIRED_MAX, Sex};
use qidai_match::selection::RuleKind;
use serde::{Deserialize, Serialize};

use super::selection::Selected;
use super::{Antibody, build};
use crate::error::Failure;

/// The patient's typing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum PatientInput {
    /// A GL String, or a line as laboratories write it.
    Gl(String),
}

/// One search. What is not set is not required.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"patient": "A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:01+DRB1*12:02", "weight_kg": 31, "limit": 10}))]
pub(crate) struct SearchRequest {
    pub(crate) patient: PatientInput,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weight_kg: Option<f64>,
    /// Named floors of class and dose, each rule with its source. Floors that are set here beside a profile other than `default` raise its
    /// class floors, or take their place with `require_all_floors`; a dose that is set takes the place of the profile's.
    pub(crate) profile: String,
    /// A profile of one's own, as a page of tables; it takes the place of `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile_page: Option<String>,
    /// The patient's blood group: `A`, `B`, `O` or `AB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patient_abo: Option<String>,
    /// The typing of the patient's mother: units that show what the patient did not inherit from her (NIMA) are marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mother: Option<String>,
    /// What the patient has antibodies against.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) antibodies: Vec<Antibody>,
    /// Antibodies from this mean fluorescence intensity on keep a unit out.
    pub(crate) mfi_limit: u32,
    /// At least so many matches of six (best case), or …
    pub(crate) min_x6: Option<u8>,
    /// … of eight, or …
    pub(crate) min_x8: Option<u8>,
    /// … of ten.
    pub(crate) min_x10: Option<u8>,
    /// False: one of the floors that are set is enough, as in "at least 4/6 or 4/8". True: each is required.
    pub(crate) require_all_floors: bool,
    /// Also judge units that lack a locus of every class with a floor, by what their typing allows.
    pub(crate) allow_not_computable: bool,
    /// 10⁷ TNC per kg of the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_tnc_per_kg_e7: Option<f64>,
    /// 10⁵ CD34+ cells per kg of the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_cd34_per_kg_e5: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_tnc_total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_cd34_total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) collected_from: Option<Date>,
    /// `F` or `M`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sex: Option<String>,
    /// Any of `A`, `B`, `O`, `AB`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) abo: Vec<String>,
    /// `+` or `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rhd: Option<String>,
    pub(crate) rbc_depleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_segments: Option<u8>,
    /// All of `fact`, `aabb`, `wmda`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) accreditation: Vec<String>,
    /// Where to look: `bank`, and pools of this server by their names; empty is the bank.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) among: Vec<String>,
    pub(crate) include_units: bool,
    pub(crate) include_lists: bool,
    /// Name of the order.
    pub(crate) order: String,
    /// An order of one's own, as a page of tables; it takes the place of `order`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_page: Option<String>,
    #[schema(maximum = 1000)]
    pub(crate) limit: usize,
    /// How many pairs of units are proposed, made of the first 200 of the list.
    #[schema(maximum = 1000)]
    #[serde(skip_serializing_if = "is_none_asked")]
    pub(crate) pairs: usize,
}

impl Default for SearchRequest {
    fn default() -> Self {
        SearchRequest {
            patient: PatientInput::Gl(String::new()),
            weight_kg: None,
            profile: DEFAULT.to_owned(),
            profile_page: None,
            patient_abo: None,
            mother: None,
            antibodies: Vec::new(),
            mfi_limit: MFI_LIMIT,
            min_x6: Some(4),
            min_x8: Some(4),
            min_x10: None,
            require_all_floors: false,
            allow_not_computable: false,
            min_tnc_per_kg_e7: None,
            min_cd34_per_kg_e5: None,
            min_tnc_total: None,
            min_cd34_total: None,
            collected_from: None,
            sex: None,
            abo: Vec::new(),
            rhd: None,
            rbc_depleted: false,
            min_segments: None,
            accreditation: Vec::new(),
            among: Vec::new(),
            include_units: true,
            include_lists: true,
            order: DEFAULT.to_owned(),
            order_page: None,
            limit: 100,
            pairs: 0,
        }
    }
}

/// The profile and the order that are used when none is named.
const DEFAULT: &str = "default";
/// There is no agreed limit; common practice avoids antibodies above 1,000 to 2,000 (recalled from the literature; a
/// setting of each search).
const MFI_LIMIT: u32 = 1_000;
/// No newborn in need weighs less, no person more.
const WEIGHT_KG: std::ops::RangeInclusive<f64> = 0.5..=400.0;
const ACCREDITATIONS: [&str; 3] = ["fact", "aabb", "wmda"];

impl SearchRequest {
    /// The patient's typing as given.
    pub(crate) fn patient_text(&self) -> &str {
        let PatientInput::Gl(text) = &self.patient;
        text
    }

    /// The engine's criteria.
    pub(super) fn criteria(&self, selected: &Selected) -> Result<Criteria, Failure> {
        if let Some(weight) = self.weight_kg.filter(|weight| !WEIGHT_KG.contains(weight)) {
            return Err(refuse("weight_out_of_range", "weight", weight, "0.5 to 400 kg"));
        }
        for (floor, most) in [(self.min_x6, 6), (self.min_x8, 8), (self.min_x10, 10)] {
            if let Some(floor) = floor.filter(|floor| *floor > most) {
                return Err(refuse("floor_out_of_range", "matches", floor, &format!("0 to {most}")));
            }
        }
        let (class_floors, floors) = self.class_floors(selected);
        let [min_x6, min_x8, min_x10] = class_floors;
        let doses = self.weight_kg.map(|weight| selected.profile.doses(weight)).unwrap_or_default();
        // A dose that was asked for takes the place of the profile's.
        let own_tnc = self.min_tnc_per_kg_e7.is_some();
        let own_cd34 = self.min_cd34_per_kg_e5.is_some();
        let tnc_total = self.floor(self.min_tnc_total, self.min_tnc_per_kg_e7, 1e7)?;
        let cd34_total = self.floor(self.min_cd34_total, self.min_cd34_per_kg_e5, 1e5)?;
        Ok(Criteria {
            min_x6,
            min_x8,
            min_x10,
            floors,
            allow_not_computable: self.allow_not_computable,
            min_tnc_total: tnc_total.max(doses.tnc_total.filter(|_| !own_tnc)),
            min_cd34_total: cd34_total.max(doses.cd34_total.filter(|_| !own_cd34)),
            tnc_by_x8: doses.tnc_by_x8.filter(|_| !own_tnc),
            cd34_by_x8: doses.cd34_by_x8.filter(|_| !own_cd34),
            collected_from_day: self.collected_from.map(build::day),
            sex: self.sex.as_deref().map(sex).transpose()?,
            abo: self.abo.iter().map(|abo| group(abo)).collect::<Result<_, _>>()?,
            rhd_positive: self.rhd.as_deref().map(rhd).transpose()?,
            rbc_depleted: self.rbc_depleted,
            min_segments: self.min_segments,
            accreditation: self.accreditation_bits()?,
            include_units: self.include_units,
            include_lists: self.include_lists,
            patient_abo: self.patient_abo.as_deref().map(group).transpose()?,
            order: selected.order.order(self.weight_kg),
            // Pairs are made of more units than are listed.
            limit: if self.pairs > 0 { self.limit.max(PAIRED_MAX) } else { self.limit },
        })
    }

    /// The floors of x/6, x/8, x/10, and how they work together.
    fn class_floors(&self, selected: &Selected) -> ([Option<u8>; 3], Floors) {
        let asked = [self.min_x6, self.min_x8, self.min_x10];
        if self.require_all_floors {
            return (asked, Floors::All);
        }
        let profile = &selected.profile;
        if self.profile_page.is_none() && self.profile == DEFAULT {
            return (asked, Floors::Any);
        }
        let kinds = [RuleKind::X6, RuleKind::X8, RuleKind::X10];
        let standard = SearchRequest::default();
        let usual = [standard.min_x6, standard.min_x8, standard.min_x10];
        // What stands in every request is not asked for where the profile does not.
        let floor = |at: usize| match profile.class_floor(kinds[at]) {
            Some(floor) => Some(floor.max(asked[at].unwrap_or(0))),
            None => asked[at].filter(|_| asked[at] > usual[at]),
        };
        ([floor(0), floor(1), floor(2)], profile.floors)
    }

    /// The larger of an absolute floor and one per kilogram, in cells per unit.
    fn floor(&self, total: Option<u64>, per_kg: Option<f64>, unit: f64) -> Result<Option<u64>, Failure> {
        let Some(per_kg) = per_kg else { return Ok(total) };
        if !(per_kg.is_finite() && per_kg >= 0.0) {
            return Err(refuse("floor_out_of_range", "dose", per_kg, "a number from 0 on"));
        }
        let weight = self.weight_kg.ok_or_else(|| {
            Failure::refused("weight_needed", "A floor per kilogram needs the patient's weight.")
        })?;
        // Cells are counted whole; a product such as 2.5 × 31.4 must not miss its floor by a rounding error.
        let cells = (per_kg * weight * unit * (1.0 - 1e-12)).ceil() as u64;
        Ok(Some(cells.max(total.unwrap_or(0))))
    }

    fn accreditation_bits(&self) -> Result<u8, Failure> {
        let mut bits = 0;
        for name in &self.accreditation {
            let bit = ACCREDITATIONS.iter().position(|known| known.eq_ignore_ascii_case(name));
            let bit = bit
                .ok_or_else(|| refuse("accreditation_unknown", "accreditation", name, "fact, aabb, wmda"))?;
            bits |= 1 << bit;
        }
        Ok(bits)
    }
}

/// A search that asks for no pairs has no word about them in its receipt.
fn is_none_asked(pairs: &usize) -> bool {
    *pairs == 0
}

pub(super) fn refuse(
    code: &'static str,
    what: &str,
    value: impl std::fmt::Display,
    expected: &str,
) -> Failure {
    Failure::refused(code, format!("\"{value}\" is no possible {what}; expected {expected}."))
        .with("value", value.to_string())
        .with("expected", expected)
}

fn sex(text: &str) -> Result<Sex, Failure> {
    match text {
        "F" | "f" => Ok(Sex::Female),
        "M" | "m" => Ok(Sex::Male),
        _ => Err(refuse("sex_unknown", "sex", text, "F, M")),
    }
}

fn group(text: &str) -> Result<Abo, Failure> {
    match text.to_ascii_uppercase().as_str() {
        "A" => Ok(Abo::A),
        "B" => Ok(Abo::B),
        "O" => Ok(Abo::O),
        "AB" => Ok(Abo::AB),
        _ => Err(refuse("abo_unknown", "blood group", text, "A, B, O, AB")),
    }
}

fn rhd(text: &str) -> Result<bool, Failure> {
    match text {
        "+" => Ok(true),
        "-" | "−" => Ok(false),
        _ => Err(refuse("rhd_unknown", "RhD", text, "+ or -")),
    }
}
