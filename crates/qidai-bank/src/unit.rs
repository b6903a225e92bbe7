//! A cord blood unit as the bank knows it.

mod fields;
mod problems;

pub(crate) use fields::Fields;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Abo, BankType, Counts, Identity, RhD, Sex, Status, TestOutcome, Typing};

/// Everything known about one unit. What is not known is `None` or empty, never 0 and never "no".
///
/// The optional fields are those of unit selection (guidelines of NMDP, ASTCT, Eurocord).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRecord {
    pub identity: Identity,
    pub bank_type: BankType,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abo: Option<Abo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhd: Option<RhD>,
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub counts: Counts,
    /// Volume in the freezing bag with cryoprotectant, microlitres (24–27 ml is preferred).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cryovolume_ul: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rbc_depleted: Option<bool>,
    /// Such as `HES`, `AXP`, `Sepax`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_method: Option<String>,
    /// Segments still attached to the bag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attached_segments: Option<i64>,
    /// Was the unit's identity confirmed by typing an attached segment?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_confirmed: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact_accredited: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aabb_accredited: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wmda_qualified: Option<bool>,
    /// All mandatory infectious disease markers of mother and unit together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idm: Option<TestOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmv: Option<TestOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub haemoglobinopathy: Option<TestOutcome>,
    /// Growth of bacteria or fungi.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microbial_growth: Option<TestOutcome>,
    /// Typings of the unit, oldest first; the last one is in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typings: Vec<Typing>,
    /// Typings of the mother, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mother_typings: Vec<Typing>,
}

impl UnitRecord {
    /// A unit of which nothing else is known, in the state its bank type suggests.
    pub fn new(identity: Identity, bank_type: BankType) -> Self {
        Self {
            identity,
            bank_type,
            status: Status::when_not_stated(bank_type),
            collection_date: None,
            birth_date: None,
            expiry_date: None,
            sex: None,
            abo: None,
            rhd: None,
            counts: Counts::default(),
            cryovolume_ul: None,
            rbc_depleted: None,
            processing_method: None,
            attached_segments: None,
            identity_confirmed: None,
            fact_accredited: None,
            aabb_accredited: None,
            wmda_qualified: None,
            idm: None,
            cmv: None,
            haemoglobinopathy: None,
            microbial_growth: None,
            typings: Vec::new(),
            mother_typings: Vec::new(),
        }
    }
}
