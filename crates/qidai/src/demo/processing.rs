//! From a collection to a bag in the freezer: what is lost, and what the laboratory writes down.

use qidai_bank::{Counts, Measure, Phase};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, BetaError, Distribution, LogNormal, Normal, NormalError};

use super::cohort::Collection;

/// A method of volume reduction with its published recoveries, mean and standard deviation.
#[derive(Debug, PartialEq)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    tnc: (f64, f64),
    cd34: (f64, f64),
    /// First and last year in which the demonstration bank used it.
    years: (i16, i16),
}

/// HES and Sepax: doi 10.1080/14653240701196811; AXP: J. Jpn. Transfus. Cell Ther. 56(1):62 (means only; the
/// spread is an expert prior).
pub(crate) const METHODS: [Method; 3] = [
    Method { name: "HES", tnc: (0.768, 0.091), cd34: (0.815, 0.125), years: (1999, 2011) },
    Method { name: "Sepax", tnc: (0.803, 0.077), cd34: (0.860, 0.116), years: (2009, 2017) },
    Method { name: "AXP", tnc: (0.884, 0.050), cd34: (0.934, 0.070), years: (2015, i16::MAX) },
];

/// No recovery above this: more is a counting error.
const RECOVERY_MAX: f64 = 1.05;

impl Method {
    /// A method that was in use in that year.
    pub(crate) fn draw(year: i16, random: &mut ChaCha8Rng) -> &'static Self {
        let in_use = || METHODS.iter().filter(|method| (method.years.0..=method.years.1).contains(&year));
        let chosen = random.random_range(0..in_use().count().max(1));
        in_use().nth(chosen).unwrap_or(&METHODS[METHODS.len() - 1])
    }
}

/// Draws the counts of a unit.
pub(crate) struct Laboratory {
    viability: Beta<f64>,
    thawed_cd34_viability: Beta<f64>,
    thawed_cd34_recovery: LogNormal<f64>,
    thawed_cd45_viability_percent: Normal<f64>,
}

/// A distribution with parameters outside its range.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DistributionError {
    #[error(transparent)]
    Beta(#[from] BetaError),
    #[error(transparent)]
    Normal(#[from] NormalError),
}

impl Laboratory {
    /// Parameters of process data §2: before freezing 100×Beta(60, 1.2), median 98.5 %; CD34+ viability after
    /// thawing 100×Beta(10, 1.2), median 91.6 %, 8 % of units under 75 % (as in Blood 2014;124:2905).
    pub(crate) fn new() -> Result<Self, DistributionError> {
        Ok(Self {
            viability: Beta::new(60.0, 1.2)?,
            thawed_cd34_viability: Beta::new(10.0, 1.2)?,
            thawed_cd34_recovery: LogNormal::new(1.01_f64.ln(), 0.30)?,
            thawed_cd45_viability_percent: Normal::new(68.0, 10.0)?,
        })
    }

    /// What is counted when a collection arrives.
    pub(crate) fn count_collected(&self, collection: &Collection, counts: &mut Counts) {
        counts.set(Phase::Collected, Measure::Volume, rounded(collection.volume_ml * 1e3, 100));
        counts.set(Phase::Collected, Measure::TncTotal, rounded(collection.tnc, 1_000_000));
    }

    /// What is counted after processing. In the first years CD34+ was not counted for every unit.
    pub(crate) fn count_processed(
        &self,
        collection: &Collection,
        method: &Method,
        year: i16,
        counts: &mut Counts,
        random: &mut ChaCha8Rng,
    ) {
        let tnc = collection.tnc * recovery(method.tnc, random);
        let cd34_recovery = recovery(method.cd34, random);
        let nrbc = tnc * collection.nrbc_per_100_wbc / (100.0 + collection.nrbc_per_100_wbc);
        let late_hours = (collection.hours_to_processing - 24.0).max(0.0);
        let viability = (self.viability.sample(random) * 100.0 - 0.25 * late_hours).max(0.0);
        let counted = |share: f64, random: &mut ChaCha8Rng| random.random_bool(share);
        let mut set = |measure, amount, step| counts.set(Phase::Processed, measure, rounded(amount, step));
        set(Measure::TncTotal, tnc, 1_000_000);
        set(Measure::Viability, viability * 100.0, 10);
        if counted(if year < 2004 { 0.6 } else { 0.99 }, random) {
            set(Measure::Cd34Total, collection.cd34 * cd34_recovery, 10_000);
        }
        if counted(0.7, random) {
            set(Measure::CfuGmTotal, collection.cfu_gm * cd34_recovery, 1_000);
        }
        if counted(0.6, random) {
            set(Measure::NrbcTotal, nrbc, 1_000_000);
        }
    }

    /// A segment or a test vial was thawed: for units that somebody asked for, and for some as a control.
    pub(crate) fn count_thawed(&self, counts: &mut Counts, random: &mut ChaCha8Rng) {
        let cd34_viability = self.thawed_cd34_viability.sample(random) * 100.0;
        let cd45_viability = self.thawed_cd45_viability_percent.sample(random).clamp(20.0, 95.0);
        let recovery = self.thawed_cd34_recovery.sample(random);
        let frozen_cd34 = counts.cd34_total();
        let mut set = |measure, amount, step| counts.set(Phase::PostThaw, measure, rounded(amount, step));
        set(Measure::Cd34Viability, cd34_viability * 100.0, 10);
        set(Measure::Cd45Viability, cd45_viability * 100.0, 10);
        if let Some(cd34) = frozen_cd34 {
            set(Measure::Cd34Total, cd34 as f64 * recovery, 10_000);
        }
    }
}

/// A normal recovery without the impossible tails.
fn recovery((mean, deviation): (f64, f64), random: &mut ChaCha8Rng) -> f64 {
    loop {
        let standard: f64 = rand_distr::StandardNormal.sample(random);
        let drawn = mean + deviation * standard;
        if (0.2..=RECOVERY_MAX).contains(&drawn) {
            return drawn;
        }
    }
}

/// As a laboratory reports it: a multiple of `step`, in the unit of the measure.
fn rounded(amount: f64, step: i64) -> Option<i64> {
    Some((amount / step as f64).round() as i64 * step)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    #[test]
    fn viabilities_have_the_published_medians_and_tail() {
        let laboratory = Laboratory::new().unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let before: Vec<f64> =
            (0..50_000).map(|_| laboratory.viability.sample(&mut random) * 100.0).collect();
        let thawed: Vec<f64> =
            (0..50_000).map(|_| laboratory.thawed_cd34_viability.sample(&mut random) * 100.0).collect();
        let low = thawed.iter().filter(|percent| **percent < 75.0).count() as f64 / 50_000.0;
        assert!((median(before) - 98.5).abs() < 0.3);
        assert!((median(thawed) - 91.7).abs() < 0.3);
        assert!((low - 0.08).abs() < 0.006, "{low}");
    }

    #[test]
    fn recoveries_have_the_published_means_and_never_exceed_the_limit() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        for method in &METHODS {
            let drawn: Vec<f64> = (0..20_000).map(|_| recovery(method.tnc, &mut random)).collect();
            let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
            assert!((mean - method.tnc.0).abs() < 0.005, "{}: {mean}", method.name);
            assert!(drawn.iter().all(|recovery| *recovery <= RECOVERY_MAX));
        }
    }

    #[test]
    fn a_method_belongs_to_its_years() {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        for year in 1999..=2025 {
            let method = Method::draw(year, &mut random);
            assert!((method.years.0..=method.years.1).contains(&year), "{year} {}", method.name);
        }
    }
}
