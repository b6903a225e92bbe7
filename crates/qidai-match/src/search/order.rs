//! Named orders: what decides first, and what next.
//!
//! An order is a list of keys. Each becomes a few bits of the rank of a row, larger is better; what is not recorded stands
//! behind everything that is. Equal ranks end at the unit's identity.

use qidai_hla::epitope::TceVersion;

use super::criteria::Criteria;
use super::facts::{Abo, Facts, StoredFacts};
use super::query::Query;
use crate::PerMatchLocus;
use crate::class::Packed;
use crate::count::Matches;
use crate::dpb1::Dpb1;
use crate::ligand::KirLigand;

/// One thing that decides, before everything behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderKey {
    /// Matches of 8: a class that can be computed before one that cannot; then the best case, then the worst.
    X8,
    /// Matches of 10.
    X10,
    /// Matches of 6.
    X6,
    /// The probability of as many matches of 8 as the best case has, in steps of so many percent.
    Probability(u8),
    /// TNC in bands that begin at these counts (cells per unit, falling).
    TncBand(Vec<u64>),
    /// CD34+ in bands that begin at these counts (cells per unit, falling).
    Cd34Band(Vec<u64>),
    /// Total nucleated cells.
    Tnc,
    /// CD34+ cells.
    Cd34,
    /// Where mismatches are: none at DRB1, then none at C, then of alleles rather than antigens.
    Places,
    /// Quality of the bank and the bag: accreditations, red cells removed, volume of 24 to 27 ml, attached segment.
    Bank,
    /// The same blood group before one that only fits, before one that does not.
    Abo,
    /// The newer before the older.
    Newer,
    /// DPB1, by the levels of a version: a match, then permissive, then not known, then not permissive.
    Dpb1(TceVersion),
    /// Ligands of killer cells, by what is preferred; what is not known stands between.
    KirLigand(KirPreference),
    /// At how many loci the mismatch is what the unit did not inherit from its mother.
    Nima,
    /// At how many loci the patient shows what the unit inherited from its mother.
    Ima,
}

/// Which units a ligand that only one of both has puts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KirPreference {
    /// Those that show the patient's ligands and no others.
    Match,
    /// Those that show a ligand which the patient lacks (GvH).
    Gvh,
}

/// An order by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// As it is written on the command line and in receipts.
    pub name: String,
    /// What decides, in this order.
    pub keys: Vec<OrderKey>,
}

impl Default for Order {
    /// Class, then TNC.
    fn default() -> Self {
        Order::new("nmdp", vec![OrderKey::X8, OrderKey::X10, OrderKey::X6, OrderKey::Tnc])
    }
}

impl Order {
    /// Puts keys together.
    pub fn new(name: &str, keys: Vec<OrderKey>) -> Self {
        Order { name: name.to_owned(), keys }
    }

    /// The keys before the probability, which are known without it.
    pub(super) fn before_probability(&self) -> Option<&[OrderKey]> {
        let place = self.keys.iter().position(|key| matches!(key, OrderKey::Probability(_)))?;
        Some(&self.keys[..place])
    }
}

/// The rank of a row: words that compare from the first on.
pub(super) type Rank = [u64; 4];

/// Where a row stands in its order: larger is better, also beside rows of another snapshot that were asked for the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing(pub(super) Rank);

/// Cryovolumes that bags are made for (Purtill et al., Blood 2014;124:2905: outside 24.5 to 26 ml viability was poor).
const CRYOVOLUME_ML: std::ops::RangeInclusive<f32> = 24.0..=27.0;

/// A row that is to be ranked.
pub(super) struct RankedRow<'a, 'q> {
    pub number: u32,
    pub query: &'a Query<'q>,
    pub texts: PerMatchLocus<u32>,
    pub packed: Packed,
    pub facts: &'a StoredFacts,
    /// Of exactly 0 to 4 mismatches of 8, where it was computed.
    pub p: Option<&'a [f64; 5]>,
    /// Probabilities decide: what the worst case says about a class, they say better.
    pub is_predicted: bool,
}

/// Ranks a row by keys.
pub(super) fn rank(keys: &[OrderKey], criteria: &Criteria, row: &RankedRow<'_, '_>) -> Rank {
    let mut bits = Bits::default();
    let last = keys.iter().position(|key| matches!(key, OrderKey::Probability(_)));
    for (at, key) in keys.iter().enumerate() {
        // In the walk before a prediction the keys end where it will stand.
        let is_before = row.is_predicted && last.is_none_or(|last| at < last);
        let (value, width) = row.value(key, criteria, is_before);
        bits.push(value, width);
    }
    bits.words
}

/// Fills words from their upper ends; a value that does not fit into what is left of a word goes on in the next.
#[derive(Default)]
struct Bits {
    words: Rank,
    word: usize,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u64, width: u32) {
        let value = value.min((1 << width) - 1);
        let room = 64 - self.used;
        if width <= room {
            self.or(value << (room - width));
            self.used += width;
        } else {
            self.or(value >> (width - room));
            (self.word, self.used) = (self.word + 1, width - room);
            self.or(value << (64 - self.used));
        }
    }

    fn or(&mut self, bits: u64) {
        if let Some(word) = self.words.get_mut(self.word) {
            *word |= bits;
        }
    }
}

impl RankedRow<'_, '_> {
    fn value(&self, key: &OrderKey, criteria: &Criteria, best_only: bool) -> (u64, u32) {
        let classes = || self.packed.classes();
        let class = |matches: Option<Matches>| {
            matches.map_or(0, |m| {
                1 << 8 | u64::from(m.best) << 4 | if best_only { 0 } else { u64::from(m.worst) }
            })
        };
        match key {
            OrderKey::X8 => (class(classes().x8), 9),
            OrderKey::X10 => (class(classes().x10), 9),
            OrderKey::X6 => (class(classes().x6), 9),
            OrderKey::Probability(step) => (self.band_of_probability(*step), 11),
            OrderKey::TncBand(from) => (band(from, self.facts.tnc_total()), 4),
            OrderKey::Cd34Band(from) => (band(from, self.facts.cd34_total()), 4),
            OrderKey::Tnc => (dose(self.facts.tnc_total()), 42),
            OrderKey::Cd34 => (dose(self.facts.cd34_total()), 42),
            OrderKey::Places => (self.places(), 8),
            OrderKey::Bank => (bank(&self.facts.facts()), 6),
            OrderKey::Dpb1(version) => (dpb1(self.query.dpb1(self.number, *version)), 2),
            OrderKey::KirLigand(preference) => {
                (kir_ligand(*preference, self.query.kir_ligand(&self.texts)), 2)
            }
            OrderKey::Nima => (u64::from(self.query.maternal(self.number).nima.count_ones()), 3),
            OrderKey::Ima => (u64::from(self.query.maternal(self.number).ima.count_ones()), 3),
            OrderKey::Abo => (abo(criteria.patient_abo, self.facts.facts().abo), 2),
            OrderKey::Newer => {
                let day = self.facts.facts().collection_day;
                (day.map_or(0, |day| 1 + day.clamp(0, 65_533) as u64), 16)
            }
        }
    }

    /// The band of being at least as good as the best case, then the worst case; a class that is certain needs no prediction.
    fn band_of_probability(&self, step_percent: u8) -> u64 {
        let (best, worst) = self.packed.classes().x8.map_or((8, 0), |matches| (matches.best, matches.worst));
        let mismatches = usize::from(8_u8.saturating_sub(best));
        let at_least: Option<f64> = match self.p {
            Some(p) => Some(p.iter().take(mismatches + 1).sum()),
            None => (best == worst).then_some(1.0),
        };
        // A probability of 0.3 that was added up to 0.29999999999999993 is 0.3.
        let band = |p: f64| 1 + ((p + 1e-9) * 100.0 / f64::from(step_percent.max(1))) as u64;
        at_least.map_or(0, band) << 4 | u64::from(worst)
    }

    fn places(&self) -> u64 {
        let at = |place: usize| self.query.mismatches(place, self.texts[place]);
        let [drb1, c] = [at(super::DRB1), at(super::C)];
        let antigens: u64 = (0..self.texts.len()).map(|place| u64::from(at(place).antigens)).sum();
        255 - (u64::from(drb1.all) << 6 | u64::from(c.all) << 4 | antigens.min(15))
    }
}

/// A count that is not recorded stands behind every recorded one, zero included.
fn dose(cells: Option<u64>) -> u64 {
    cells.map_or(0, |cells| cells.saturating_add(1))
}

fn band(from: &[u64], count: Option<u64>) -> u64 {
    count.map_or(0, |count| 1 + from.iter().filter(|start| count >= **start).count() as u64)
}

fn bank(facts: &Facts) -> u64 {
    let accreditations = u64::from(facts.accreditation.count_ones()).min(3);
    let is_depleted = facts.rbc_depleted == Some(true);
    let has_volume = facts.cryovolume_ml.is_some_and(|volume| CRYOVOLUME_ML.contains(&volume));
    let has_segment = facts.attached_segments.is_some_and(|count| count > 0);
    accreditations << 3 | u64::from(is_depleted) << 2 | u64::from(has_volume) << 1 | u64::from(has_segment)
}

/// A donor whose DPB1 is not known may be permissive, one who is known not to be is not.
fn dpb1(answer: Dpb1) -> u64 {
    match answer {
        Dpb1::Match => 3,
        Dpb1::Permissive => 2,
        Dpb1::Unknown => 1,
        Dpb1::NonPermissiveGvh | Dpb1::NonPermissiveHvg => 0,
    }
}

fn kir_ligand(preference: KirPreference, answer: KirLigand) -> u64 {
    match (preference, answer) {
        (KirPreference::Match, KirLigand::Match) => 2,
        (KirPreference::Gvh, KirLigand::Gvh | KirLigand::Both) => 2,
        (_, KirLigand::Unknown) => 1,
        _ => 0,
    }
}

/// 3 the same group, 2 the patient has no antibodies against the unit (minor or no mismatch), 1 major mismatch, 0 not known.
fn abo(patient: Option<Abo>, unit: Option<Abo>) -> u64 {
    match (patient, unit) {
        (Some(patient), Some(unit)) if patient == unit => 3,
        (Some(Abo::AB), Some(_)) | (Some(_), Some(Abo::O)) => 2,
        (Some(_), Some(_)) => 1,
        _ => 0,
    }
}
