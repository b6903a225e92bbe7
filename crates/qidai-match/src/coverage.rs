//! How many patients a bank of so many units serves, and what the next unit adds.
//!
//! A unit drawn from a population matches patient *i* at *k* or more of *K* positions with the probability `p_ik`. It has enough
//! cells for the patient with the probability `q_i`, which is independent of HLA. Of *N* such units at least one serves:
//!
//! > `C_k(N) = mean over patients of 1 − (1 − p_ik q_i)^N`
//!
//! The patients expect `N p q` candidates, and one more unit that matches and is large enough adds
//! `mean of match_i · (1 − p_i q_i)^N`. Both grow the more slowly the larger the bank is.
//! Source: Querol et al., Haematologica 2009;94:536 (method); explained with an example in `docs/algorithm/coverage.md`.
//! The formula draws units independently; real banks repeat some families and lack others, so that counting (see
//! [`crate::search::reach()`]) gives five to seven points less (Nishiwaki et al., Bone Marrow Transplant 2019,
//! doi 10.1038/s41409-018-0263-9).

use qidai_hla::Locus;
use rustc_hash::FxHashMap;

use crate::frequency::{Identity, NO_PRODUCT, Token, Understood};
use crate::predict::look::Look;

/// How matches of two people are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counting {
    /// Of six: A and B as antigens at split level, DRB1 at the antigen recognition domain.
    X6,
    /// Of six: A, B and DRB1, all at the antigen recognition domain.
    X6Allele,
    /// Of eight: A, B, C, DRB1.
    X8,
    /// Of ten: A, B, C, DRB1, DQB1.
    X10,
}

impl Counting {
    /// All, in the order of tables.
    pub const ALL: [Counting; 4] = [Counting::X6, Counting::X6Allele, Counting::X8, Counting::X10];

    /// `x6`, `x6_allele`, `x8`, `x10`.
    pub fn name(self) -> &'static str {
        match self {
            Counting::X6 => "x6",
            Counting::X6Allele => "x6_allele",
            Counting::X8 => "x8",
            Counting::X10 => "x10",
        }
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Counting> {
        Self::ALL.into_iter().find(|counting| counting.name() == name)
    }

    /// Its loci.
    pub fn loci(self) -> &'static [Locus] {
        const ALL: [Locus; 5] = [Locus::A, Locus::B, Locus::DRB1, Locus::C, Locus::DQB1];
        match self {
            Counting::X6 | Counting::X6Allele => &ALL[..3],
            Counting::X8 => &ALL[..4],
            Counting::X10 => &ALL,
        }
    }

    /// The most matches: 6, 8 or 10.
    pub fn positions(self) -> usize {
        2 * self.loci().len()
    }

    /// When its alleles are the same: a frequency set must be understood by this.
    pub fn identity(self) -> Identity {
        match self {
            Counting::X6 => Identity::Antigen,
            _ => Identity::PGroup,
        }
    }
}

/// A set of frequencies as one way of counting sees it: haplotypes that it cannot tell apart are one.
#[derive(Clone, Debug)]
pub struct Population {
    width: usize,
    /// For each haplotype of the set the number of what is seen of it.
    seen: Vec<u32>,
    /// `width` tokens for each number.
    tokens: Vec<Token>,
    /// For each number its share; they add up to 1.
    shares: Vec<f64>,
}

/// For one patient, the probability that a drawn unit has at least *k* matches, at the place *k*.
#[derive(Clone, Debug, PartialEq)]
pub struct Chances(Vec<f64>);

impl Chances {
    /// Of at least so many matches, from 0 to 1; more than there are positions is impossible.
    pub fn at_least(&self, matches: usize) -> f64 {
        self.0.get(matches).copied().unwrap_or(0.0)
    }
}

impl Population {
    /// Sees a set in one way of counting; `None` when it lacks a locus.
    pub fn new(understood: &Understood<'_>, counting: Counting) -> Option<Population> {
        let set = understood.set();
        let places: Option<Vec<usize>> =
            counting.loci().iter().map(|locus| understood.place(*locus)).collect();
        let places = places?;
        let mut numbers: FxHashMap<Vec<Token>, u32> = FxHashMap::default();
        let mut population =
            Population { width: places.len(), seen: Vec::new(), tokens: Vec::new(), shares: Vec::new() };
        let sum = set.sum();
        for (at, frequency) in set.frequencies().iter().enumerate() {
            let names = set.haplotype(at as u32);
            let token = |place: &usize| understood.locus(*place).tokens[usize::from(names[*place])];
            let tokens: Vec<Token> = places.iter().map(token).collect();
            let next = population.shares.len() as u32;
            let number = *numbers.entry(tokens).or_insert_with_key(|tokens| {
                population.tokens.extend_from_slice(tokens);
                population.shares.push(0.0);
                next
            });
            population.shares[number as usize] += frequency / sum;
            population.seen.push(number);
        }
        Some(population)
    }

    /// How likely a unit, two haplotypes drawn independently (Hardy–Weinberg proportions), matches a patient of two
    /// haplotypes of the set. Exact: haplotypes that show the same to the patient are added up, then all pairs of
    /// these classes are counted.
    pub fn chances(&self, patient: [u32; 2]) -> Chances {
        let genotypes = self.genotypes(patient);
        let mut classes: FxHashMap<Look, f64> = FxHashMap::default();
        for (tokens, share) in self.tokens.chunks_exact(self.width).zip(&self.shares) {
            *classes.entry(look(tokens, &genotypes)).or_default() += share;
        }
        let mut classes: Vec<(Look, f64)> = classes.into_iter().collect();
        // A sum in another order differs in its last digit; the same question must give the same answer.
        classes.sort_unstable_by_key(|(look, _)| *look);
        let mut exactly = vec![0.0; 2 * self.width + 1];
        for (at, (one, share)) in classes.iter().enumerate() {
            exactly[one.matches_with(*one)] += share * share;
            for (other, other_share) in &classes[..at] {
                exactly[one.matches_with(*other)] += 2.0 * share * other_share;
            }
        }
        let mut above = 0.0;
        for chance in exactly.iter_mut().rev() {
            above += *chance;
            *chance = f64::min(above, 1.0);
        }
        Chances(exactly)
    }

    /// How many matches two people have whose haplotypes are known.
    pub fn matches(&self, patient: [u32; 2], unit: [u32; 2]) -> usize {
        let genotypes = self.genotypes(patient);
        let [one, two] = unit.map(|haplotype| look(self.seen_of(haplotype), &genotypes));
        one.matches_with(two)
    }

    fn seen_of(&self, haplotype: u32) -> &[Token] {
        let at = self.seen[haplotype as usize] as usize * self.width;
        &self.tokens[at..at + self.width]
    }

    /// For each locus what the patient shows; an allele without product leaves the other one standing twice.
    fn genotypes(&self, patient: [u32; 2]) -> Vec<Option<[Token; 2]>> {
        let [one, two] = patient.map(|haplotype| self.seen_of(haplotype));
        let pair = |(a, b): (&Token, &Token)| match (*a, *b) {
            (NO_PRODUCT, NO_PRODUCT) => None,
            (NO_PRODUCT, only) | (only, NO_PRODUCT) => Some([only; 2]),
            (a, b) => Some([a, b]),
        };
        one.iter().zip(two).map(pair).collect()
    }
}

fn look(tokens: &[Token], genotypes: &[Option<[Token; 2]>]) -> Look {
    let shown = tokens.iter().zip(genotypes).enumerate().map(|(locus, (token, genotype))| {
        let allele = (*token != NO_PRODUCT).then_some(*token);
        Look::of_allele(locus, allele, genotype.as_ref())
    });
    shown.fold(Look::default(), Look::and)
}

/// One patient among those for whom a bank is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// The probability that a unit matches well enough.
    pub p: f64,
    /// The probability that a unit has enough cells.
    pub q: f64,
}

impl Need {
    /// The probability that none of so many units serves.
    pub fn left_out(self, units: u64) -> f64 {
        let served = (self.p * self.q).clamp(0.0, 1.0);
        // ln(1 − x) keeps its digits for the small probabilities of rare patients.
        if units == 0 { 1.0 } else { (units as f64 * (-served).ln_1p()).exp() }
    }
}

/// A share of the patients, with the error that comes from having drawn so many of them and not all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// From 0 to 1.
    pub value: f64,
    /// Standard error of the mean; 0 for fewer than two patients.
    pub standard_error: f64,
}

impl Share {
    /// The mean of one value for each patient.
    pub fn mean(values: impl Iterator<Item = f64>) -> Share {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for value in values {
            (count, sum, squares) = (count + 1.0, sum + value, squares + value * value);
        }
        if count < 1.0 {
            return Share::default();
        }
        let mean: f64 = sum / count;
        let spread = if count < 2.0 { 0.0 } else { (squares - count * mean * mean).max(0.0) / (count - 1.0) };
        Share { value: mean, standard_error: (spread / count).sqrt() }
    }
}

/// The share of patients whom at least one of `units` units serves.
pub fn coverage(needs: impl Iterator<Item = Need>, units: u64) -> Share {
    Share::mean(needs.map(|need| 1.0 - need.left_out(units)))
}

/// How many units of `units` serve a patient, in the mean.
pub fn expected_candidates(needs: impl Iterator<Item = Need>, units: u64) -> Share {
    Share::mean(needs.map(|need| units as f64 * need.p * need.q))
}

/// What one more unit adds to the coverage of `units`: for each patient the need and whether this unit serves them.
pub fn next_unit(needs: impl Iterator<Item = (Need, bool)>, units: u64) -> Share {
    Share::mean(needs.map(|(need, serves)| if serves { need.left_out(units) } else { 0.0 }))
}
