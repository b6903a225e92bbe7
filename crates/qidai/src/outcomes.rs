//! What became of patients, as every door tells it: survival, engraftment, and both by the dose that was given.

use qidai_bank::outcome::{
    Ended, Estimate, IncidencePoint, SurvivalPoint, cumulative_incidence, median_days, survival,
};
use qidai_bank::{PatientOutcome, Principal, Store};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Failure;

/// Bands of nucleated cells for each kg: below 2.5, from 2.5, from 5 × 10⁷ (the floors of the selection profiles).
const BANDS_E7: [(&str, f64, f64); 3] =
    [("below_2_5", 0.0, 2.5), ("from_2_5", 2.5, 5.0), ("from_5", 5.0, f64::INFINITY)];
/// Days at which outcomes are compared (mission M14).
const DAY_ENGRAFTED: u32 = 42;
const DAY_ALIVE: u32 = 100;

/// Outcomes of all patients who were transplanted with a unit of the bank.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outcomes {
    pub(crate) patients: usize,
    pub(crate) died: usize,
    /// First day on which at most half live; null while more do.
    pub(crate) median_survival_days: Option<u32>,
    /// By Kaplan and Meier; one step for each day on which somebody died.
    pub(crate) survival: Vec<SurvivalStep>,
    /// By Aalen and Johansen, death before it competing.
    pub(crate) neutrophils: Vec<IncidenceStep>,
    pub(crate) platelets: Vec<IncidenceStep>,
    /// By nucleated cells for each kg; patients without a weight are in the last row.
    pub(crate) by_dose: Vec<DoseGroup>,
}

/// Survival from a day on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SurvivalStep {
    pub(crate) day: u32,
    pub(crate) at_risk: usize,
    pub(crate) died: usize,
    pub(crate) survival: f64,
    /// Pointwise band of 95 %; null where it is not defined.
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

/// Share of patients with the event up to a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct IncidenceStep {
    pub(crate) day: u32,
    pub(crate) at_risk: usize,
    pub(crate) events: usize,
    /// Deaths before it.
    pub(crate) competing: usize,
    pub(crate) incidence: f64,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

/// Patients of one band of doses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoseGroup {
    /// `below_2_5`, `from_2_5`, `from_5` (× 10⁷ nucleated cells for each kg), or `unknown`.
    pub(crate) band: &'static str,
    pub(crate) patients: usize,
    /// Cumulative incidence of neutrophils at day 42; null without patients.
    pub(crate) engrafted_day_42: Option<f64>,
    /// Survival at day 100; null without patients.
    pub(crate) survival_day_100: Option<f64>,
}

/// # Errors
/// `permission_missing`.
pub(crate) async fn outcomes(store: &Store, principal: &Principal) -> Result<Outcomes, Failure> {
    Ok(of(&store.outcomes(principal).await?))
}

fn of(all: &[PatientOutcome]) -> Outcomes {
    let lives: Vec<(u32, bool)> = all.iter().map(|one| one.course.survival()).collect();
    let neutrophils: Vec<Ended> = all.iter().map(|one| one.course.neutrophils()).collect();
    let platelets: Vec<Ended> = all.iter().map(|one| one.course.platelets()).collect();
    let curve = survival(&lives);
    Outcomes {
        patients: all.len(),
        died: lives.iter().filter(|(_, died)| *died).count(),
        median_survival_days: median_days(&curve),
        survival: curve.iter().map(survival_step).collect(),
        neutrophils: cumulative_incidence(&neutrophils).iter().map(incidence_step).collect(),
        platelets: cumulative_incidence(&platelets).iter().map(incidence_step).collect(),
        by_dose: by_dose(all),
    }
}

fn by_dose(all: &[PatientOutcome]) -> Vec<DoseGroup> {
    let band_of = |one: &PatientOutcome| {
        let Some(dose) = one.tnc_per_kg.map(|dose| dose / 1e7) else { return "unknown" };
        let found = BANDS_E7.iter().find(|(_, from, below)| dose >= *from && dose < *below);
        found.map_or("unknown", |(band, ..)| *band)
    };
    let group = |band: &'static str| {
        let own: Vec<&PatientOutcome> = all.iter().filter(|one| band_of(one) == band).collect();
        let lives: Vec<(u32, bool)> = own.iter().map(|one| one.course.survival()).collect();
        let grafts: Vec<Ended> = own.iter().map(|one| one.course.neutrophils()).collect();
        let is_any = !own.is_empty();
        let incidence = cumulative_incidence(&grafts);
        let engrafted = incidence.iter().rev().find(|point| point.day <= DAY_ENGRAFTED);
        let curve = survival(&lives);
        let alive = curve.iter().rev().find(|point| point.day <= DAY_ALIVE);
        DoseGroup {
            band,
            patients: own.len(),
            engrafted_day_42: is_any.then(|| engrafted.map_or(0.0, |point| point.incidence.value)),
            survival_day_100: is_any.then(|| alive.map_or(1.0, |point| point.survival.value)),
        }
    };
    BANDS_E7.iter().map(|(band, ..)| *band).chain(["unknown"]).map(group).collect()
}

fn band(estimate: Estimate) -> (Option<f64>, Option<f64>) {
    (estimate.band.map(|(low, _)| low), estimate.band.map(|(_, high)| high))
}

fn survival_step(point: &SurvivalPoint) -> SurvivalStep {
    let (low, high) = band(point.survival);
    let SurvivalPoint { day, at_risk, died, survival } = *point;
    SurvivalStep { day, at_risk, died, survival: survival.value, low, high }
}

fn incidence_step(point: &IncidencePoint) -> IncidenceStep {
    let (low, high) = band(point.incidence);
    let IncidencePoint { day, at_risk, events, others, incidence } = *point;
    IncidenceStep { day, at_risk, events, competing: others, incidence: incidence.value, low, high }
}
