//! What is told of a unit beside its class and doses: DPB1, ligands of killer cells, its mother, and what is odd about it.

use qidai_match::search::{Facts, Finer};
use qidai_match::{LocusGenotype, MATCH_LOCI, PerMatchLocus};
use serde::Serialize;

use super::answer::HIT_LOCI;

/// What the typing of the unit's mother says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct MotherHit {
    /// Loci at which the unit does not match and the patient can show what the unit did not inherit from her.
    pub(crate) nima: Vec<&'static str>,
    /// Loci at which the patient can show what the unit inherited from her.
    pub(crate) ima: Vec<&'static str>,
    /// Loci at which she and the unit share nothing.
    pub(crate) contradicts: Vec<&'static str>,
}

impl MotherHit {
    /// `None` where the mother is not typed.
    pub(super) fn of(finer: &Finer) -> Option<MotherHit> {
        let maternal = finer.maternal;
        maternal.is_typed.then(|| MotherHit {
            nima: names(maternal.nima),
            ima: names(maternal.ima),
            contradicts: names(maternal.contradicts),
        })
    }
}

/// The names of some loci, in the order of answers.
fn names(bits: u8) -> Vec<&'static str> {
    let is_set = |name: &&str| {
        let place = MATCH_LOCI.iter().position(|locus| locus.name() == *name);
        place.is_some_and(|place| bits >> place & 1 == 1)
    };
    HIT_LOCI.into_iter().filter(is_set).collect()
}

/// CD34+ cells of all nucleated cells. Outside of it a count is to be looked at again (synthesis of the guidelines:
/// about 0.1 to 1.0 %).
const CD34_OF_TNC: std::ops::RangeInclusive<f64> = 0.001..=0.010;
/// Millilitres of a bag whose red cells were removed, with the cryoprotectant (Purtill et al., Blood 2014;124:2905).
const REDUCED_ML: std::ops::RangeInclusive<f32> = 24.0..=27.0;
/// How many loci a typing of high resolution settles: A, C, B, DRB1.
const HIGH_RESOLUTION: usize = 4;

/// What is odd about a unit, by its codes: a reason to ask the bank, never to leave the unit out.
pub(super) fn flags(
    facts: &Facts,
    finer: &Finer,
    unit: PerMatchLocus<Option<&LocusGenotype>>,
) -> Vec<&'static str> {
    let ratio = facts.cd34_total.zip(facts.tnc_total).map(|(cd34, tnc)| cd34 as f64 / (tnc as f64).max(1.0));
    let volume = facts.cryovolume_ml.or(facts.volume_ml);
    let is_settled = |one: &Option<&LocusGenotype>| one.is_some_and(LocusGenotype::is_settled);
    let all = [
        (ratio.is_some_and(|ratio| !CD34_OF_TNC.contains(&ratio)), "cd34_tnc_ratio"),
        (facts.cd34_total.is_none(), "cd34_missing"),
        (facts.viability_percent.is_none(), "viability_missing"),
        (
            facts.rbc_depleted.is_none() && volume.is_some_and(|volume| !REDUCED_ML.contains(&volume)),
            "volume_without_depletion",
        ),
        (!unit.iter().take(HIGH_RESOLUTION).all(is_settled), "typing_below_high_resolution"),
        (finer.maternal.contradicts != 0, "mother_contradicts_unit"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, code)| code).collect()
}

#[cfg(test)]
mod tests {
    use qidai_match::search::Source;

    use super::*;

    #[test]
    fn what_is_odd_is_told_and_what_is_recorded_well_is_not() {
        let well = Facts {
            tnc_total: Some(1_000_000_000),
            cd34_total: Some(4_000_000),
            viability_percent: Some(98.0),
            cryovolume_ml: Some(25.0),
            ..Facts::unknown(Source::Unit)
        };
        let told = |facts: &Facts| {
            let all = flags(facts, &Finer::default(), [None; 5]);
            all.into_iter().filter(|code| *code != "typing_below_high_resolution").collect::<Vec<_>>()
        };
        assert!(told(&well).is_empty());
        assert_eq!(told(&Facts { cd34_total: Some(40_000_000), ..well }), ["cd34_tnc_ratio"]);
        assert_eq!(told(&Facts { cd34_total: Some(10_000_000), ..well }), [""; 0], "1.0 % is within");
        assert_eq!(told(&Facts { cd34_total: Some(999_999), ..well }), ["cd34_tnc_ratio"]);
        assert_eq!(told(&Facts { cd34_total: None, viability_percent: None, ..well }).len(), 2);
        assert_eq!(told(&Facts { cryovolume_ml: Some(120.0), ..well }), ["volume_without_depletion"]);
        let noted = Facts { cryovolume_ml: Some(120.0), rbc_depleted: Some(false), ..well };
        assert!(told(&noted).is_empty(), "somebody wrote down that red cells are in");
    }

    #[test]
    fn loci_are_named_in_the_order_of_answers() {
        assert_eq!(names(0b0_0111), ["A", "B", "C"]);
        assert_eq!(names(0), [""; 0]);
    }
}
