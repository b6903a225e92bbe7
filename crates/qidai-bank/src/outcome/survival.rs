//! Survival by Kaplan and Meier (J Am Stat Assoc 1958; 53: 457), its error by Greenwood (1926).

use super::{Estimate, band, by_time};

/// Survival from a day on, until the next point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalPoint {
    pub day: u32,
    /// Patients of whom it was known that they lived just before this day.
    pub at_risk: usize,
    pub died: usize,
    pub survival: Estimate,
}

/// Survival of patients, each with the day on which they died or were last seen; a point for each day on which somebody died. Who was
/// last seen on the day of a death was still at risk.
pub fn survival(patients: &[(u32, bool)]) -> Vec<SurvivalPoint> {
    let subjects: Vec<_> = patients.iter().map(|(day, died)| (*day, died.then_some(0))).collect();
    let (mut value, mut greenwood, mut points) = (1.0, 0.0, Vec::new());
    for (day, at_risk, [died]) in by_time::<1>(&subjects).into_iter().filter(|(.., [died])| *died > 0) {
        let (risk, dead) = (at_risk as f64, died as f64);
        value *= 1.0 - dead / risk;
        greenwood += dead / (risk * (risk - dead));
        let survival = Estimate { value, band: band(value, value * greenwood.sqrt()) };
        points.push(SurvivalPoint { day, at_risk, died, survival });
    }
    points
}

/// The first day on which at most half are alive; `None` while more than half are.
pub fn median_days(points: &[SurvivalPoint]) -> Option<u32> {
    // Half is meant exactly: what is off by rounding is half too.
    points.iter().find(|point| point.survival.value <= 0.5 + 1e-12).map(|point| point.day)
}
