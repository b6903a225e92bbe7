//! Collections of cord blood as they arrive, before anyone accepts or refuses them.
//!
//! Cohort `cohort-cn-A`: a latent normal vector with six correlated parts (volume, TNC, CD34+, CFU-GM, birth
//! weight, gestational age). Medians and spreads are fitted to 4,615 accepted units of a Guangzhou public bank
//! (PubMed 21176366): its rule volume ≥ 60 ml, TNC ≥ 8×10⁸, CD34+ ≥ 1.25×10⁶ accepts 56 % of the collections.
//! The correlations are expert priors; see `docs/algorithms.md`.

use qidai_bank::Sex;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, StandardNormal};

/// Parts of the latent vector.
const PARTS: usize = 6;

/// Correlation of volume, TNC, CD34+, CFU-GM, birth weight, gestational age. Smallest eigenvalue 0.19.
const CORRELATION: [[f64; PARTS]; PARTS] = [
    [1.00, 0.70, 0.50, 0.45, 0.35, 0.02],
    [0.70, 1.00, 0.65, 0.55, 0.35, 0.12],
    [0.50, 0.65, 1.00, 0.78, 0.25, -0.12],
    [0.45, 0.55, 0.78, 1.00, 0.22, -0.10],
    [0.35, 0.35, 0.25, 0.22, 1.00, 0.45],
    [0.02, 0.12, -0.12, -0.10, 0.45, 1.00],
];

/// Median and spread of the logarithm: volume (ml), TNC, CD34+ (cells), CFU-GM (colonies).
const AMOUNTS: [(f64, f64); 4] = [(82.0, 0.32), (9.0e8, 0.44), (2.9e6, 0.75), (5.3e5, 0.78)];

const BOY_SHARE: f64 = 0.523; // about 110 boys for 100 girls at birth
const CAESAREAN_SHARE: f64 = 0.45;
const EX_UTERO_SHARE: f64 = 0.20;

/// One collection: amounts as drawn from the placenta, before processing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Collection {
    pub(crate) volume_ml: f64,
    pub(crate) tnc: f64,
    pub(crate) cd34: f64,
    pub(crate) cfu_gm: f64,
    pub(crate) birth_weight_g: f64,
    pub(crate) gestation_days: f64,
    pub(crate) sex: Sex,
    /// From clamping to the start of processing; a public bank takes up to 48 h.
    pub(crate) hours_to_processing: f64,
    /// Nucleated red cells for 100 white cells.
    pub(crate) nrbc_per_100_wbc: f64,
}

impl Collection {
    /// The rule of the public bank.
    pub(crate) fn is_public_quality(&self) -> bool {
        self.volume_ml >= 60.0 && self.tnc >= 8.0e8 && self.cd34 >= 1.25e6 && self.hours_to_processing <= 48.0
    }

    /// A family keeps smaller units too: TNC ≥ 2×10⁸.
    pub(crate) fn is_family_quality(&self) -> bool {
        self.tnc >= 2.0e8 && self.hours_to_processing <= 72.0
    }
}

/// Draws collections.
pub(crate) struct Cohort {
    lower: [[f64; PARTS]; PARTS],
    hours: LogNormal<f64>,
    nrbc: LogNormal<f64>,
}

impl Cohort {
    pub(crate) fn new() -> Result<Self, rand_distr::NormalError> {
        Ok(Self {
            lower: cholesky(&CORRELATION),
            hours: LogNormal::new(15.0_f64.ln(), 0.45)?,
            nrbc: LogNormal::new(6.0_f64.ln(), 0.7)?,
        })
    }

    pub(crate) fn draw(&self, random: &mut ChaCha8Rng) -> Collection {
        let latent = self.latent(random);
        let amount = |part: usize| AMOUNTS[part].0 * (latent[part] * AMOUNTS[part].1).exp();
        let mut collection = Collection {
            volume_ml: amount(0),
            tnc: amount(1),
            cd34: amount(2),
            cfu_gm: amount(3),
            birth_weight_g: 3350.0 + 430.0 * latent[4],
            gestation_days: 278.0 + 8.0 * latent[5],
            sex: if random.random_bool(BOY_SHARE) { Sex::Male } else { Sex::Female },
            hours_to_processing: self.hours.sample(random),
            nrbc_per_100_wbc: self.nrbc.sample(random),
        };
        modify(&mut collection, random);
        collection
    }

    fn latent(&self, random: &mut ChaCha8Rng) -> [f64; PARTS] {
        let mut independent = [0.0; PARTS];
        independent.fill_with(|| StandardNormal.sample(random));
        self.lower.map(|row| row.iter().zip(independent).map(|(weight, z)| weight * z).sum())
    }
}

/// Effects of birth and sex on amounts. Directions as published by the Guangzhou bank, sizes are expert priors.
/// Each is centred by its share, so that the medians above stay the medians of all collections.
fn modify(collection: &mut Collection, random: &mut ChaCha8Rng) {
    let centred = |factor: f64, happens: bool, share: f64| factor.powf(f64::from(u8::from(happens)) - share);
    let caesarean = random.random_bool(CAESAREAN_SHARE);
    let ex_utero = random.random_bool(EX_UTERO_SHARE);
    let boy = collection.sex == Sex::Male;
    collection.volume_ml *= centred(1.05, caesarean, CAESAREAN_SHARE)
        * centred(1.03, boy, BOY_SHARE)
        * centred(0.90, ex_utero, EX_UTERO_SHARE);
    collection.tnc *= centred(0.94, caesarean, CAESAREAN_SHARE) * centred(0.97, boy, BOY_SHARE);
    collection.cd34 *= centred(1.04, boy, BOY_SHARE);
}

/// Lower triangle L of a positive definite matrix M with L·Lᵀ = M.
fn cholesky(matrix: &[[f64; PARTS]; PARTS]) -> [[f64; PARTS]; PARTS] {
    let mut lower = [[0.0; PARTS]; PARTS];
    for row in 0..PARTS {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let rest = matrix[row][column] - known;
            lower[row][column] = if row == column { rest.sqrt() } else { rest / lower[column][column] };
        }
    }
    lower
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn cholesky_factor_gives_the_matrix_back() {
        let lower = cholesky(&CORRELATION);
        for (row, expected) in CORRELATION.iter().enumerate() {
            for (column, value) in expected.iter().enumerate() {
                let product: f64 = (0..PARTS).map(|k| lower[row][k] * lower[column][k]).sum();
                assert!((product - value).abs() < 1e-12, "{row},{column}: {product}");
            }
        }
    }

    fn collections(number: usize) -> Vec<Collection> {
        let cohort = Cohort::new().unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(7);
        (0..number).map(|_| cohort.draw(&mut random)).collect()
    }

    /// The smallest amount that is accepted, of each measure; the accepted share of collections.
    type PassRow = (f64, f64, f64, f64);

    #[test]
    fn pass_fractions_are_those_of_the_calibration() {
        let drawn = collections(60_000);
        // volume ml, TNC, CD34+, share; process data §2, calibrated without the modifiers.
        let table: [PassRow; 7] = [
            (60.0, 0.0, 0.0, 0.835),
            (0.0, 5.0e8, 1.25e6, 0.826),
            (0.0, 8.0e8, 0.0, 0.606),
            (0.0, 10.0e8, 0.0, 0.404),
            (0.0, 12.5e8, 0.0, 0.227),
            (0.0, 15.0e8, 0.0, 0.123),
            (60.0, 8.0e8, 1.25e6, 0.561),
        ];
        for (volume_ml, tnc, cd34, expected) in table {
            let passed =
                drawn.iter().filter(|c| c.volume_ml >= volume_ml && c.tnc >= tnc && c.cd34 >= cd34).count();
            let share = passed as f64 / drawn.len() as f64;
            // Three standard errors of a share of 60,000 are 0.006; the modifiers widen the spread a little.
            assert!((share - expected).abs() < 0.012, "{volume_ml} {tnc} {cd34}: {share} not {expected}");
        }
    }

    type Value = fn(&Collection) -> f64;

    #[test]
    fn medians_are_those_of_the_calibration() {
        let drawn = collections(60_000);
        let part: [(Value, f64); 7] = [
            (|c| c.volume_ml, 82.0),
            (|c| c.tnc, 9.0e8),
            (|c| c.cd34, 2.9e6),
            (|c| c.cfu_gm, 5.3e5),
            (|c| c.birth_weight_g, 3350.0),
            (|c| c.gestation_days, 278.0),
            (|c| c.nrbc_per_100_wbc, 6.0),
        ];
        for (value, expected) in part {
            let mut values: Vec<f64> = drawn.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            let median = values[values.len() / 2];
            assert!((median / expected - 1.0).abs() < 0.015, "{median} not {expected}");
        }
    }
}
