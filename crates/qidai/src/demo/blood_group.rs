//! ABO and RhD of the infant.

use qidai_bank::{Abo, RhD};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Gene frequencies of A and B by Bernstein's estimator from 27.74 % A, 31.68 % B, 29.65 % O, 10.93 % AB
/// (donors of Shijiazhuang, J Hebei Med Univ 2009;30:1161), divided by their sum 1.004. O is the rest.
const GENE_A: f64 = 0.217 / 1.004;
const GENE_B: f64 = 0.242 / 1.004;

/// RhD-negative share among the same donors.
const RHD_NEGATIVE: f64 = 0.004_49;

/// A child receives one gene from each parent.
pub(crate) fn draw(random: &mut ChaCha8Rng) -> (Abo, RhD) {
    let abo = match (gene(random), gene(random)) {
        (Abo::O, Abo::O) => Abo::O,
        (Abo::A, Abo::B) | (Abo::B, Abo::A) => Abo::Ab,
        (Abo::A, _) | (_, Abo::A) => Abo::A,
        _ => Abo::B,
    };
    let rhd = if random.random_bool(RHD_NEGATIVE) { RhD::Negative } else { RhD::Positive };
    (abo, rhd)
}

fn gene(random: &mut ChaCha8Rng) -> Abo {
    match random.random::<f64>() {
        point if point < GENE_A => Abo::A,
        point if point < GENE_A + GENE_B => Abo::B,
        _ => Abo::O,
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn shares_are_those_of_northern_donors() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let drawn: Vec<(Abo, RhD)> = (0..200_000).map(|_| draw(&mut random)).collect();
        let share = |test: &dyn Fn(&(Abo, RhD)) -> bool| {
            drawn.iter().filter(|unit| test(unit)).count() as f64 / drawn.len() as f64
        };
        for (abo, expected) in [(Abo::A, 0.2774), (Abo::B, 0.3168), (Abo::O, 0.2965), (Abo::Ab, 0.1093)] {
            let found = share(&|unit| unit.0 == abo);
            // The estimator itself is off by up to half a point, the draw by a third of one.
            assert!((found - expected).abs() < 0.01, "{abo:?}: {found} not {expected}");
        }
        let negative = share(&|unit| unit.1 == RhD::Negative);
        assert!((negative - RHD_NEGATIVE).abs() < 0.0006, "{negative}");
    }
}
