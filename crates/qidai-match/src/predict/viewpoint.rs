//! One person's genotypes, as something that haplotypes of others are laid against.
//!
//! At each counted locus the person's own alleles are numbered from 1; 0 is any other allele. What a haplotype shows there – its
//! *signature* – is one number for each locus: haplotypes of equal signatures cannot be told apart from here. Two signatures are compared with all
//! genotypes at once: for each allele one bit for each genotype says who has it, another who has it twice, and mismatches are added up
//! in binary, 64 genotypes by one operation.

use std::cmp::Ordering;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ANSWERED;
use crate::frequency::{NO_PRODUCT, Token};
use crate::impute::{Genotypes, LocusPair, Rows};

/// At most so many loci are counted.
pub const LOCI_MAX: usize = 10;
/// Alleles of one person at one locus must be fewer: a signature has twelve bits for each locus.
const ALLELES_MAX: usize = 1 << 12;
/// The signature of a row that cannot help to reach the answered number of matches.
pub(super) const USELESS: u32 = u32::MAX;

/// An allele as seen from here: 0 any that the person does not have, 1 and on the person's own, the last one no product.
pub(super) type Seen = u16;

/// One counted locus of the person.
#[derive(Debug)]
pub(super) struct LocusView {
    /// For each token what it is seen as.
    of_token: Vec<Seen>,
    /// What [`NO_PRODUCT`] is seen as: one more than the person has alleles.
    pub(super) without: Seen,
    /// For each genotype its two alleles, `None` without product.
    pub(super) pairs: Vec<Option<(Seen, Seen)>>,
    /// Where the bits of allele 0 begin.
    bits: usize,
}

impl LocusView {
    /// What an allele of somebody else is seen as.
    pub(super) fn seen(&self, token: Token) -> Seen {
        if token == NO_PRODUCT { self.without } else { self.of_token[usize::from(token)] }
    }
}

/// A person's genotypes, ready to be compared.
#[derive(Debug)]
pub(super) struct Viewpoint {
    pub(super) loci: Vec<LocusView>,
    pub(super) probabilities: Vec<f64>,
    /// 64 genotypes fill a word.
    words: usize,
    /// For each locus and allele `words` words of who has it, then as many of who has it twice.
    bits: Vec<u64>,
    /// The same for words instead of genotypes: one bit for each word of `bits` that is not 0.
    coarse: Vec<u64>,
    /// For each row of the set its signature, or [`USELESS`].
    signature_of: Vec<u32>,
    /// One allele for each locus, for each signature; those that match most come first.
    signatures: Vec<Seen>,
    /// For each signature how many matches it can bring at most.
    matches: Vec<u8>,
}

impl Viewpoint {
    /// `None` when the person has too many alleles at a locus to be looked from, or too many loci are counted.
    pub(super) fn new(genotypes: &Genotypes, rows: &Rows) -> Option<Self> {
        let width = rows.width();
        if width > LOCI_MAX {
            return None;
        }
        let order = order(genotypes, width);
        let words = genotypes.len().div_ceil(64);
        let mut bits = Vec::new();
        let loci: Option<Vec<LocusView>> = (0..width)
            .map(|locus| {
                let own: Vec<LocusPair> = order.iter().map(|at| genotypes.row(*at)[locus]).collect();
                locus_view(&own, rows.token_count(locus), words, &mut bits)
            })
            .collect();
        let probabilities = order.iter().map(|at| genotypes.probability(*at)).collect();
        let coarse = coarse(&bits, words);
        let mut view = Viewpoint {
            loci: loci?,
            probabilities,
            words,
            bits,
            coarse,
            signature_of: Vec::new(),
            signatures: Vec::new(),
            matches: Vec::new(),
        };
        view.sign(rows);
        Some(view)
    }

    /// Matches that a pair must reach: fewer are more mismatches than are answered.
    pub(super) fn needed(&self) -> usize {
        (2 * self.loci.len()).saturating_sub(ANSWERED - 1)
    }

    /// How many signatures there are.
    pub(super) fn signature_count(&self) -> usize {
        self.matches.len()
    }

    /// 64 genotypes fill a word.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// The signature of a row, or [`USELESS`].
    pub(super) fn signature_of(&self, row: u32) -> u32 {
        self.signature_of[row as usize]
    }

    /// How many matches a signature can bring at most.
    pub(super) fn matches(&self, signature: u32) -> u8 {
        self.matches[signature as usize]
    }

    /// What a signature shows at each locus.
    pub(super) fn signature(&self, number: u32) -> &[Seen] {
        let at = number as usize * self.loci.len();
        &self.signatures[at..at + self.loci.len()]
    }

    /// Gives every row its signature; those that match most get the lowest numbers.
    fn sign(&mut self, rows: &Rows) {
        // The other haplotype matches at each locus once at most.
        let least = self.needed().saturating_sub(self.loci.len());
        let mut numbers: FxHashMap<u128, u32> = FxHashMap::default();
        let mut found: Vec<(u8, u128)> = Vec::new();
        let mut of_row = Vec::with_capacity(rows.len());
        for row in 0..rows.len() as u32 {
            let (mut key, mut matches) = (0_u128, 0);
            for (locus, token) in self.loci.iter().zip(rows.tokens(row)) {
                let seen = locus.seen(*token);
                key = (key << 12) | u128::from(seen);
                matches += u8::from(seen != 0);
            }
            if usize::from(matches) < least {
                of_row.push(USELESS);
                continue;
            }
            let next = found.len() as u32;
            of_row.push(*numbers.entry(key).or_insert_with(|| {
                found.push((matches, key));
                next
            }));
        }
        let mut order: Vec<u32> = (0..found.len() as u32).collect();
        order.sort_by_key(|at| std::cmp::Reverse(found[*at as usize].0));
        let mut place = vec![0; found.len()];
        for (now, before) in (0_u32..).zip(&order) {
            place[*before as usize] = now;
        }
        of_row.iter_mut().filter(|at| **at != USELESS).for_each(|at| *at = place[*at as usize]);
        self.signature_of = of_row;
        self.matches = order.iter().map(|at| found[*at as usize].0).collect();
        let width = self.loci.len();
        let shown = |key: u128| (0..width).rev().map(move |locus| ((key >> (12 * locus)) & 0xFFF) as Seen);
        self.signatures = order.iter().flat_map(|at| shown(found[*at as usize].1)).collect();
    }

    /// With which probability the person has exactly 0 to 4 mismatches with somebody whose haplotypes have these signatures.
    pub(super) fn totals(&self, one: u32, two: u32) -> [f64; ANSWERED] {
        let mut totals = [0.0; ANSWERED];
        self.for_each_class(one, two, |class, genotype| totals[class] += self.probabilities[genotype]);
        totals
    }

    /// Adds `weight` times the probabilities of all genotypes with exactly `total` mismatches, for each locus where its own mismatches are.
    pub(super) fn add_given(&self, one: u32, two: u32, total: usize, weight: f64, sums: &mut [[f64; 3]]) {
        self.for_each_class(one, two, |class, genotype| {
            if class == total {
                for (locus, sums) in sums.iter_mut().enumerate() {
                    sums[self.mismatches(locus, one, two, genotype)] += weight * self.probabilities[genotype];
                }
            }
        });
    }

    /// Mismatches of one genotype at one locus: 0, 1, 2.
    fn mismatches(&self, locus: usize, one: u32, two: u32, genotype: usize) -> usize {
        let (first, second) =
            self.sides(&self.loci[locus], self.signature(one)[locus], self.signature(two)[locus]);
        let matches = |bits: usize| (self.bits[bits + genotype / 64] >> (genotype % 64)) & 1;
        2 - (matches(first) + matches(second)) as usize
    }

    /// Every genotype with at most four mismatches, and how many it has.
    fn for_each_class(&self, one: u32, two: u32, mut each: impl FnMut(usize, usize)) {
        let mut sides = [(0_usize, 0_usize); LOCI_MAX];
        let shown = self.signature(one).iter().zip(self.signature(two));
        for (side, (locus, (x, y))) in sides.iter_mut().zip(self.loci.iter().zip(shown)) {
            *side = self.sides(locus, *x, *y);
        }
        let sides = &sides[..self.loci.len()];
        if self.words == 1 {
            return self.for_each_of_word(sides, 0, &mut each);
        }
        // No genotype of a word matches better than all of them together.
        let coarse_words = self.words.div_ceil(64);
        for coarse_word in 0..coarse_words {
            let mut count = Mismatches::default();
            for (first, second) in sides {
                let at = |bits: usize| self.coarse[bits / self.words * coarse_words + coarse_word];
                count.add(at(*first), at(*second));
            }
            let mut hopeful = count.classes().into_iter().fold(0, |all, class| all | class);
            while hopeful != 0 {
                let word = 64 * coarse_word + hopeful.trailing_zeros() as usize;
                hopeful &= hopeful - 1;
                if word < self.words {
                    self.for_each_of_word(sides, word, &mut each);
                }
            }
        }
    }

    #[inline]
    fn for_each_of_word(&self, sides: &[(usize, usize)], word: usize, each: &mut impl FnMut(usize, usize)) {
        let mut count = Mismatches::default();
        for (first, second) in sides {
            count.add(self.bits[first + word], self.bits[second + word]);
        }
        let rest = self.probabilities.len() - 64 * word;
        let valid = if rest >= 64 { u64::MAX } else { (1 << rest) - 1 };
        if count.over | !valid == u64::MAX {
            return;
        }
        for (class, mut members) in count.classes().into_iter().enumerate() {
            members &= valid;
            while members != 0 {
                each(class, 64 * word + members.trailing_zeros() as usize);
                members &= members - 1;
            }
        }
    }

    /// Where the bits stand of who matches the one and who the other of two alleles.
    #[inline]
    fn sides(&self, locus: &LocusView, x: Seen, y: Seen) -> (usize, usize) {
        // Without product the other allele stands twice.
        let (x, y) = match (x == locus.without, y == locus.without) {
            (true, false) => (y, y),
            (false, true) => (x, x),
            _ => (x, y),
        };
        let has = |allele: Seen| locus.bits + 2 * self.words * usize::from(allele);
        (has(x), if x == y { has(x) + self.words } else { has(y) })
    }
}

/// Neighbours are alike at the loci that vary most: whole words of genotypes have too many mismatches together.
fn order(genotypes: &Genotypes, width: usize) -> Vec<usize> {
    let different = |locus: usize| {
        let pairs: FxHashSet<LocusPair> = (0..genotypes.len()).map(|at| genotypes.row(at)[locus]).collect();
        pairs.len()
    };
    let mut loci: Vec<(usize, usize)> = (0..width).map(|locus| (different(locus), locus)).collect();
    loci.sort_by_key(|(different, locus)| (std::cmp::Reverse(*different), *locus));
    let mut order: Vec<usize> = (0..genotypes.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (genotypes.row(*a), genotypes.row(*b));
        loci.iter()
            .map(|(_, locus)| a[*locus].cmp(&b[*locus]))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    order
}

/// One bit for each word that is not 0; every list of `words` words becomes one of a 64th.
fn coarse(bits: &[u64], words: usize) -> Vec<u64> {
    let of_list = |list: &[u64]| -> Vec<u64> {
        let bit = |(at, word): (usize, &u64)| u64::from(*word != 0) << at;
        list.chunks(64).map(|some| some.iter().enumerate().map(bit).fold(0, |all, bit| all | bit)).collect()
    };
    bits.chunks_exact(words.max(1)).flat_map(of_list).collect()
}

/// Numbers the alleles of a locus, and writes down who has which.
fn locus_view(own: &[LocusPair], tokens: usize, words: usize, all_bits: &mut Vec<u64>) -> Option<LocusView> {
    let mut of_token = vec![0; tokens];
    let mut alleles: Vec<Token> =
        own.iter().filter_map(|pair| pair.tokens()).flat_map(|(a, b)| [a, b]).collect();
    alleles.sort_unstable();
    alleles.dedup();
    if alleles.len() + 2 > ALLELES_MAX {
        return None;
    }
    for (number, allele) in (1..).zip(&alleles) {
        of_token[usize::from(*allele)] = number;
    }
    let without = alleles.len() as Seen + 1;
    let bits = all_bits.len();
    all_bits.resize(bits + 2 * words * (usize::from(without) + 1), 0);
    let mut set = |allele: Seen, twice: usize, genotype: usize| {
        let at = bits + words * (2 * usize::from(allele) + twice) + genotype / 64;
        all_bits[at] |= 1 << (genotype % 64);
    };
    let mut pairs = Vec::with_capacity(own.len());
    for (genotype, pair) in own.iter().enumerate() {
        let pair = pair.tokens().map(|(a, b)| (of_token[usize::from(a)], of_token[usize::from(b)]));
        // Nothing beside nothing is a match.
        let (x, y) = pair.unwrap_or((without, without));
        set(x, 0, genotype);
        set(y, if x == y { 1 } else { 0 }, genotype);
        pairs.push(pair);
    }
    Some(LocusView { of_token, without, pairs, bits })
}

/// For each of 64 genotypes a count of mismatches in binary.
#[derive(Default)]
struct Mismatches {
    ones: u64,
    twos: u64,
    fours: u64,
    /// Eight or more.
    over: u64,
}

impl Mismatches {
    /// One locus: who matches the first allele, who the second.
    fn add(&mut self, first: u64, second: u64) {
        let one = first ^ second;
        let carry = self.ones & one;
        self.ones ^= one;
        // One and two mismatches exclude each other, so this is never both.
        let two = !(first | second) | carry;
        let carry = self.twos & two;
        self.twos ^= two;
        self.over |= self.fours & carry;
        self.fours ^= carry;
    }

    /// Who has exactly 0, 1, 2, 3, 4.
    fn classes(&self) -> [u64; ANSWERED] {
        let few = !(self.over | self.fours);
        let (ones, twos) = (self.ones, self.twos);
        let four = self.fours & !(self.over | ones | twos);
        [few & !ones & !twos, few & ones & !twos, few & twos & !ones, few & ones & twos, four]
    }
}
