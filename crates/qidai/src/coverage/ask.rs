//! What is asked about coverage.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Failure;

/// Patients of one question; the error of a share of 1,000 drawn patients is at most 0.016.
const PATIENTS_MAX: u32 = 5_000;
/// A dose each: any, each weight, a list and all lists are one walk of at most sixteen questions.
pub(super) const WEIGHTS_MAX: usize = 6;
const SIZES_MAX: usize = 50;
/// More units than all banks of the world have.
const UNITS_MAX: u64 = 1_000_000_000;
const WEIGHT_KG: std::ops::RangeInclusive<f64> = 0.5..=400.0;

/// A question about coverage. Everything may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"patients": 200, "weights_kg": [20, 60], "sizes": [1000, 10000]}))]
pub(crate) struct CoverageRequest {
    /// So many patients are drawn from the frequencies; without `typings`.
    #[schema(minimum = 1, maximum = 5000)]
    pub(crate) patients: u32,
    /// The same seed draws the same patients.
    pub(crate) seed: u64,
    /// Typings of real patients, GL Strings: what the bank holds for them is counted. The formula needs drawn patients.
    pub(crate) typings: Vec<String>,
    /// Besides "any dose", shares are told for patients of these weights.
    pub(crate) weights_kg: Vec<f64>,
    /// 10⁷ TNC that a unit must have per kg; the source of 2.5: Dehn et al., Blood 2019;134:924.
    pub(crate) min_tnc_per_kg_e7: f64,
    /// 10⁵ CD34+ cells that it must have as well.
    pub(crate) min_cd34_per_kg_e5: Option<f64>,
    /// The share of units that are large enough, in place of the bank's own; one for each weight.
    pub(crate) large_enough: Vec<f64>,
    /// Numbers of units of the curve; the bank's own number, and that with `more`, are told as well.
    pub(crate) sizes: Vec<u64>,
    /// The forecast: so many units are added to the bank's.
    pub(crate) more: u64,
    /// Whether the bank is counted besides the formula.
    pub(crate) count: bool,
    /// Name of an external list: patients whom it does not serve and this bank does.
    pub(crate) unmatched_in: Option<String>,
    /// A unit that is not in the bank: what would it add?
    pub(crate) unit: Option<NextUnit>,
}

/// A unit about which "bank this one?" is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextUnit {
    /// Its typing, a GL String or a line as laboratories write it.
    pub(crate) hla: String,
    /// Nucleated cells; not known is not enough for any weight.
    #[serde(default)]
    pub(crate) tnc_total: Option<u64>,
    #[serde(default)]
    pub(crate) cd34_total: Option<u64>,
}

impl Default for CoverageRequest {
    fn default() -> Self {
        CoverageRequest {
            patients: 300,
            seed: 1,
            typings: Vec::new(),
            weights_kg: Vec::new(),
            min_tnc_per_kg_e7: 2.5,
            min_cd34_per_kg_e5: None,
            large_enough: Vec::new(),
            sizes: vec![1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000],
            more: 10_000,
            count: true,
            unmatched_in: None,
            unit: None,
        }
    }
}

impl CoverageRequest {
    /// # Errors
    /// The first number that is out of its range.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let within = |what: &'static str, value: f64, least: f64, most: f64| {
            // What is no number at all is not within anything.
            if value >= least && value <= most { Ok(()) } else { Err(out_of_range(what, value, least, most)) }
        };
        let given = if self.typings.is_empty() { self.patients as usize } else { self.typings.len() };
        within("patients", given as f64, 1.0, f64::from(PATIENTS_MAX))?;
        within("weights_kg", self.weights_kg.len() as f64, 0.0, WEIGHTS_MAX as f64)?;
        for weight in &self.weights_kg {
            within("weight_kg", *weight, *WEIGHT_KG.start(), *WEIGHT_KG.end())?;
        }
        within("min_tnc_per_kg_e7", self.min_tnc_per_kg_e7, 0.0, 1_000.0)?;
        within("min_cd34_per_kg_e5", self.min_cd34_per_kg_e5.unwrap_or(0.0), 0.0, 1_000.0)?;
        for share in &self.large_enough {
            within("large_enough", *share, 0.0, 1.0)?;
        }
        if !self.large_enough.is_empty() && self.large_enough.len() != self.weights_kg.len() {
            let (found, expected) = (self.large_enough.len(), self.weights_kg.len());
            return Err(Failure::refused(
                "coverage_shares_unpaired",
                format!("large_enough has {found} shares: expected one for each of {expected} weights."),
            )
            .with("found", found.to_string())
            .with("expected", expected.to_string()));
        }
        within("sizes", self.sizes.len() as f64, 0.0, SIZES_MAX as f64)?;
        for units in self.sizes.iter().chain([&self.more]) {
            within("units", *units as f64, 0.0, UNITS_MAX as f64)?;
        }
        Ok(())
    }

    /// Cells that a unit needs for a patient of this weight.
    pub(super) fn floors(&self, weight_kg: f64) -> (u64, u64) {
        // Cells are counted whole; a product must not miss its floor by a rounding error.
        let cells = |per_kg: f64| (per_kg * weight_kg * (1.0 - 1e-12)).ceil() as u64;
        (cells(self.min_tnc_per_kg_e7 * 1e7), cells(self.min_cd34_per_kg_e5.unwrap_or(0.0) * 1e5))
    }
}

fn out_of_range(what: &'static str, value: f64, least: f64, most: f64) -> Failure {
    let sentence = format!("{what} is {value}: expected {least} to {most}.");
    Failure::refused("coverage_out_of_range", sentence)
        .with("field", what)
        .with("value", value.to_string())
        .with("least", least.to_string())
        .with("most", most.to_string())
}
