//! What a search needs to know about a unit besides its HLA.

use bytemuck::{Pod, Zeroable};

/// Sex as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Sex {
    Female,
    Male,
}

/// Blood group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Abo {
    A,
    B,
    O,
    AB,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The bank's own unit.
    Unit,
    /// An entry of an external list; the number is its place in [`super::Snapshot::lists`].
    Listed(u16),
}

/// One unit's facts. `None` is "not recorded" and never the same as zero or no.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// Where the row comes from.
    pub source: Source,
    /// Total nucleated cells after processing, before freezing (cells per unit).
    pub tnc_total: Option<u64>,
    /// CD34+ cells after processing, before freezing (cells per unit).
    pub cd34_total: Option<u64>,
    /// Volume after processing, before the cryoprotectant.
    pub volume_ml: Option<f32>,
    /// Volume in the freezing bag, with the cryoprotectant.
    pub cryovolume_ml: Option<f32>,
    /// Viability before freezing, percent of cells.
    pub viability_percent: Option<f32>,
    /// Collection date as days since 1970-01-01.
    pub collection_day: Option<i32>,
    /// Sex.
    pub sex: Option<Sex>,
    /// ABO group.
    pub abo: Option<Abo>,
    /// RhD: true is positive.
    pub rhd_positive: Option<bool>,
    /// Whether red cells were removed.
    pub rbc_depleted: Option<bool>,
    /// Attached segments left.
    pub attached_segments: Option<u8>,
    /// Accreditations held by the bank for this unit: bit 0 FACT, 1 AABB, 2 WMDA.
    pub accreditation: u8,
    /// Whether the mother's typing is recorded.
    pub mother_typed: bool,
}

impl Facts {
    /// A row of which nothing is recorded but where it comes from.
    pub fn unknown(source: Source) -> Self {
        Facts {
            source,
            tnc_total: None,
            cd34_total: None,
            volume_ml: None,
            cryovolume_ml: None,
            viability_percent: None,
            collection_day: None,
            sex: None,
            abo: None,
            rhd_positive: None,
            rbc_depleted: None,
            attached_segments: None,
            accreditation: 0,
            mother_typed: false,
        }
    }
}

/// The stored form: 48 bytes; sentinels for "not recorded". Rows of which the same is known share one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct StoredFacts {
    tnc_total: u64,
    cd34_total: u64,
    /// The bits of 32-bit floats.
    volume_ml: u32,
    cryovolume_ml: u32,
    viability_percent: u32,
    collection_day: i32,
    list: u16,
    sex: u8,
    abo: u8,
    rhd: u8,
    rbc: u8,
    segments: u8,
    accreditation: u8,
    mother_typed: u8,
    padding: [u8; 7],
}

const NO_COUNT: u64 = u64::MAX;
const NO_DAY: i32 = i32::MIN;
const NO_BYTE: u8 = u8::MAX;
const OWN_UNIT: u16 = u16::MAX;

fn flag(value: Option<bool>) -> u8 {
    value.map_or(NO_BYTE, u8::from)
}

fn unflag(value: u8) -> Option<bool> {
    (value != NO_BYTE).then_some(value == 1)
}

impl StoredFacts {
    pub(crate) fn new(facts: &Facts) -> Self {
        let bits = |value: Option<f32>| value.unwrap_or(f32::NAN).to_bits();
        StoredFacts {
            tnc_total: facts.tnc_total.unwrap_or(NO_COUNT),
            cd34_total: facts.cd34_total.unwrap_or(NO_COUNT),
            volume_ml: bits(facts.volume_ml),
            cryovolume_ml: bits(facts.cryovolume_ml),
            viability_percent: bits(facts.viability_percent),
            collection_day: facts.collection_day.unwrap_or(NO_DAY),
            list: match facts.source {
                Source::Unit => OWN_UNIT,
                Source::Listed(list) => list,
            },
            sex: facts.sex.map_or(NO_BYTE, |s| s as u8),
            abo: facts.abo.map_or(NO_BYTE, |a| a as u8),
            rhd: flag(facts.rhd_positive),
            rbc: flag(facts.rbc_depleted),
            segments: facts.attached_segments.unwrap_or(NO_BYTE),
            accreditation: facts.accreditation,
            mother_typed: u8::from(facts.mother_typed),
            padding: [0; 7],
        }
    }

    pub(crate) fn source(&self) -> Source {
        if self.list == OWN_UNIT { Source::Unit } else { Source::Listed(self.list) }
    }

    /// The same facts where lists have other numbers: the new one stands at the place of the old.
    pub(crate) fn moved(self, number_of: &[u16]) -> Self {
        let list = match self.source() {
            Source::Unit => OWN_UNIT,
            // A number that no list was named for stays what it is.
            Source::Listed(list) => number_of.get(list as usize).copied().unwrap_or(list),
        };
        StoredFacts { list, ..self }
    }

    pub(crate) fn tnc_total(&self) -> Option<u64> {
        (self.tnc_total != NO_COUNT).then_some(self.tnc_total)
    }

    pub(crate) fn cd34_total(&self) -> Option<u64> {
        (self.cd34_total != NO_COUNT).then_some(self.cd34_total)
    }

    pub(crate) fn facts(&self) -> Facts {
        let number = |bits: u32| Some(f32::from_bits(bits)).filter(|value| !value.is_nan());
        Facts {
            source: self.source(),
            tnc_total: self.tnc_total(),
            cd34_total: self.cd34_total(),
            volume_ml: number(self.volume_ml),
            cryovolume_ml: number(self.cryovolume_ml),
            viability_percent: number(self.viability_percent),
            collection_day: (self.collection_day != NO_DAY).then_some(self.collection_day),
            sex: match self.sex {
                0 => Some(Sex::Female),
                1 => Some(Sex::Male),
                _ => None,
            },
            abo: match self.abo {
                0 => Some(Abo::A),
                1 => Some(Abo::B),
                2 => Some(Abo::O),
                3 => Some(Abo::AB),
                _ => None,
            },
            rhd_positive: unflag(self.rhd),
            rbc_depleted: unflag(self.rbc),
            attached_segments: (self.segments != NO_BYTE).then_some(self.segments),
            accreditation: self.accreditation,
            mother_typed: self.mother_typed == 1,
        }
    }
}
