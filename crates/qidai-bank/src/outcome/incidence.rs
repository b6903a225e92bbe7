//! How many had an event by which day, where another event can come first (Aalen and Johansen, Scand J Statist 1978; 5: 141). Who
//! died before engraftment never engrafts, and counting them as merely not seen any more would promise too much.

use super::{Estimate, band, by_time};

/// The share of patients who had the event up to a day, until the next point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidencePoint {
    pub day: u32,
    pub at_risk: usize,
    /// Events of the kind in question on this day.
    pub events: usize,
    /// Competing events on this day.
    pub others: usize,
    pub incidence: Estimate,
}

/// What one day adds: subjects at risk, events, all events, survival just before.
struct Day {
    risk: f64,
    events: f64,
    all: f64,
    survival_before: f64,
    incidence: f64,
}

/// Cumulative incidence of an event. Each patient has a day, and `Some(true)` for the event, `Some(false)` for the competing one,
/// `None` where neither was seen by then. A point for each day on which anything happened.
pub fn cumulative_incidence(patients: &[(u32, Option<bool>)]) -> Vec<IncidencePoint> {
    let kind = |event: &Option<bool>| event.map(|is_event| usize::from(!is_event));
    let subjects: Vec<_> = patients.iter().map(|(day, event)| (*day, kind(event))).collect();
    let (mut survival, mut incidence) = (1.0, 0.0);
    let (mut days, mut points): (Vec<Day>, Vec<IncidencePoint>) = Default::default();
    for (day, at_risk, [events, others]) in by_time::<2>(&subjects) {
        if events + others == 0 {
            continue;
        }
        let (risk, all) = (at_risk as f64, (events + others) as f64);
        incidence += survival * events as f64 / risk;
        days.push(Day { risk, events: events as f64, all, survival_before: survival, incidence });
        survival *= 1.0 - all / risk;
        let incidence = Estimate { value: incidence, band: band_of(incidence, &days) };
        points.push(IncidencePoint { day, at_risk, events, others, incidence });
    }
    points
}

/// The band on the scale log(−log F), as of survival.
fn band_of(value: f64, days: &[Day]) -> Option<(f64, f64)> {
    band(value, variance(value, days).max(0.0).sqrt())
}

/// Variance by the delta method (Marubini and Valsecchi, Analysing Survival Data, Wiley 1995, 10.4): three sums over the days until now.
fn variance(value: f64, days: &[Day]) -> f64 {
    let of_day = |day: &Day| {
        let rest = value - day.incidence;
        let left = day.risk - day.all;
        // On the last day with nobody left the first term has no weight: there is no rest.
        let first = if left > 0.0 { rest * rest * day.all / (day.risk * left) } else { 0.0 };
        let squared = day.survival_before * day.survival_before;
        let second = squared * day.events * (day.risk - day.events) / day.risk.powi(3);
        let third = rest * day.survival_before * day.events / day.risk.powi(2);
        first + second - 2.0 * third
    };
    days.iter().map(of_day).sum()
}
