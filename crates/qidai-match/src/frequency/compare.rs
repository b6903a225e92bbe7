//! How far two sets of frequencies are apart.

use qidai_hla::Locus;
use rustc_hash::FxHashMap;

use super::FrequencySet;

/// Two sets side by side, over the loci that both have. Frequencies of each set are divided by their sum first.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Loci of both, in the order of the first.
    pub loci: Vec<Locus>,
    /// `Σ |f − g|`: 0 where they are the same, 2 where they share nothing.
    pub l1: f64,
    /// `1 − L1/2`: the part that both have (Renkonen's index).
    pub shared: f64,
    /// Haplotypes in both, only in the first, only in the second.
    pub haplotypes: [usize; 3],
    /// What only the first has, as a part of it; and the same of the second.
    pub unshared: [f64; 2],
    /// For each locus the L1 between the frequencies of its alleles.
    pub alleles: Vec<(Locus, f64)>,
    /// Every haplotype with both frequencies, the largest difference first.
    pub differences: Vec<(String, f64, f64)>,
}

/// Compares two sets; `None` when they have no locus in common.
pub fn compare(one: &FrequencySet, two: &FrequencySet) -> Option<Comparison> {
    let loci: Vec<Locus> = one.loci().iter().copied().filter(|locus| two.loci().contains(locus)).collect();
    if loci.is_empty() {
        return None;
    }
    let both = side_by_side(one, two, &loci);
    let mut differences: Vec<(String, f64, f64)> =
        both.into_iter().map(|(name, [f, g])| (name, f, g)).collect();
    differences.sort_by(|a, b| {
        let by = |row: &(String, f64, f64)| (row.1 - row.2).abs();
        by(b).total_cmp(&by(a)).then_with(|| a.0.cmp(&b.0))
    });
    let l1: f64 = differences.iter().map(|(_, f, g)| (f - g).abs()).sum();
    let count = |is: fn(f64, f64) -> bool| differences.iter().filter(|(_, f, g)| is(*f, *g)).count();
    let only = |of: fn(&(String, f64, f64)) -> [f64; 2]| {
        differences.iter().map(of).filter(|[_, other]| *other == 0.0).map(|[own, _]| own).sum()
    };
    let alleles = loci.iter().map(|locus| {
        let of_locus = side_by_side(one, two, &[*locus]);
        (*locus, of_locus.values().map(|[f, g]| (f - g).abs()).sum())
    });
    Some(Comparison {
        alleles: alleles.collect(),
        loci,
        l1,
        shared: 1.0 - l1 / 2.0,
        haplotypes: [
            count(|f, g| f > 0.0 && g > 0.0),
            count(|f, g| f > 0.0 && g == 0.0),
            count(|f, g| f == 0.0 && g > 0.0),
        ],
        unshared: [only(|row| [row.1, row.2]), only(|row| [row.2, row.1])],
        differences,
    })
}

/// Both frequencies of every haplotype over these loci, by its name.
fn side_by_side(one: &FrequencySet, two: &FrequencySet, loci: &[Locus]) -> FxHashMap<String, [f64; 2]> {
    let mut all: FxHashMap<String, [f64; 2]> = FxHashMap::default();
    for (side, set) in [one, two].into_iter().enumerate() {
        let places: Vec<usize> =
            loci.iter().filter_map(|locus| set.loci().iter().position(|own| own == locus)).collect();
        let sum = set.sum();
        for h in 0..set.len() as u32 {
            let alleles = set.haplotype(h);
            let names = places.iter().map(|place| &*set.names(*place)[usize::from(alleles[*place])]);
            all.entry(names.collect::<Vec<_>>().join("~")).or_default()[side] += set.frequency(h) / sum;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_loci_and_the_sum_make_no_difference() {
        let one = FrequencySet::read("A*01:01~B*08:01,6\nA*02:01~B*07:02,4").expect("reads");
        let two = FrequencySet::read("B*08:01~A*01:01,0.5\nB*07:02~A*03:01,0.5").expect("reads");
        let compared = compare(&one, &two).expect("has loci in common");
        // |0.6-0.5| + 0.4 + 0.5
        assert!((compared.l1 - 1.0).abs() < 1e-12, "{compared:?}");
        assert_eq!(compared.haplotypes, [1, 1, 1]);
        assert!((compared.unshared[0] - 0.4).abs() < 1e-12 && (compared.unshared[1] - 0.5).abs() < 1e-12);
        let of_b = compared.alleles.iter().find(|(locus, _)| *locus == Locus::B).map(|(_, l1)| *l1);
        assert!((of_b.expect("B") - 0.2).abs() < 1e-12);
        assert_eq!(compared.differences[0], ("A*03:01~B*07:02".to_owned(), 0.0, 0.5));
        let other = FrequencySet::read("DRB1*15:01,1").expect("reads");
        assert_eq!(compare(&one, &other), None);
    }
}
