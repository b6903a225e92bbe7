//! What a sample says about the assumptions: Hardy–Weinberg proportions at each locus, and which loci travel together.

use qidai_hla::Locus;

use super::block::OPEN;
use super::sample::Sample;
use crate::frequency::{AlleleIndex, FrequencySet};

/// Heterozygotes of one locus among the people whose typing leaves one genotype there.
#[derive(Clone, Debug, PartialEq)]
pub struct LocusBalance {
    /// The locus.
    pub locus: Locus,
    /// People with one possible genotype.
    pub people: f64,
    /// Part of them with two different alleles.
    pub heterozygous: f64,
    /// Part expected under Hardy–Weinberg proportions from their own alleles (`1 − Σp²`, times `2n/(2n−1)`; Nei 1978, Genetics 89:583).
    pub expected: f64,
    /// The difference in its standard errors; beyond ±3 it is no accident.
    pub z: f64,
}

/// Whether genotypes are as chance would pair alleles; loci where nobody has one possible genotype are left out.
pub fn balance(sample: &Sample) -> Vec<LocusBalance> {
    (0..sample.loci().len()).filter_map(|locus| balance_at(sample, locus)).collect()
}

fn balance_at(sample: &Sample, locus: usize) -> Option<LocusBalance> {
    let width = sample.loci().len();
    let mut copies = vec![0.0; sample.alphabet.names(locus).len()];
    let (mut people, mut heterozygous) = (0.0, 0.0);
    for (row, weight) in sample.rows.chunks_exact(width).zip(&sample.weights) {
        if row[locus] == OPEN {
            continue;
        }
        if let [[one, two]] = *sample.typings[locus][row[locus] as usize] {
            people += weight;
            heterozygous += if one == two { 0.0 } else { *weight };
            copies[usize::from(one)] += weight;
            copies[usize::from(two)] += weight;
        }
    }
    if people == 0.0 {
        return None;
    }
    let homozygous: f64 = copies.iter().map(|count| (count / (2.0 * people)).powi(2)).sum();
    let expected = (1.0 - homozygous) * 2.0 * people / (2.0 * people - 1.0);
    let error = (expected * (1.0 - expected).max(0.0) / people).sqrt();
    let heterozygous = heterozygous / people;
    let z = if error > 0.0 { (heterozygous - expected) / error } else { 0.0 };
    Some(LocusBalance { locus: sample.loci()[locus], people, heterozygous, expected, z })
}

/// How strongly alleles of two loci travel together: 0 not at all, 1 as strongly as their frequencies allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Linkage {
    /// The two loci.
    pub loci: [Locus; 2],
    /// `Σ pᵢ·qⱼ·|D′ᵢⱼ|`. Source: Hedrick 1987, Genetics 117:331.
    pub d_prime: f64,
    /// Cramér's V of the table of haplotypes.
    pub cramer_v: f64,
}

/// Every pair of loci of a set.
pub fn linkage(set: &FrequencySet) -> Vec<Linkage> {
    let loci = 0..set.loci().len();
    loci.clone()
        .flat_map(|one| loci.clone().skip(one + 1).map(move |two| linkage_of(set, one, two)))
        .collect()
}

fn linkage_of(set: &FrequencySet, one: usize, two: usize) -> Linkage {
    let (rows, columns) = (set.names(one).len(), set.names(two).len());
    let (mut table, mut p, mut q) = (vec![0.0; rows * columns], vec![0.0; rows], vec![0.0; columns]);
    let sum = set.sum();
    for h in 0..set.len() as u32 {
        let alleles: &[AlleleIndex] = set.haplotype(h);
        let (a, b) = (usize::from(alleles[one]), usize::from(alleles[two]));
        let frequency = set.frequency(h) / sum;
        table[a * columns + b] += frequency;
        p[a] += frequency;
        q[b] += frequency;
    }
    let (mut d_prime, mut chi) = (0.0, 0.0);
    for (a, p) in p.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        for (b, q) in q.iter().enumerate().filter(|(_, q)| **q > 0.0) {
            let d = table[a * columns + b] - p * q;
            let most =
                if d < 0.0 { (p * q).min((1.0 - p) * (1.0 - q)) } else { (p * (1.0 - q)).min((1.0 - p) * q) };
            if most > 0.0 {
                d_prime += p * q * (d / most).abs();
            }
            chi += d * d / (p * q);
        }
    }
    let some = |frequencies: &[f64]| frequencies.iter().filter(|f| **f > 0.0).count();
    let smaller = some(&p).min(some(&q)).saturating_sub(1);
    let cramer_v = if smaller == 0 { 0.0 } else { (chi / smaller as f64).sqrt() };
    Linkage { loci: [set.loci()[one], set.loci()[two]], d_prime, cramer_v }
}
