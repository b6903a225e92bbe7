//! A person's possible genotypes at the loci that are counted, with their probabilities.
//!
//! Many pairs of haplotypes give the same genotype, and many alleles count as the same: collapsing both first makes
//! comparison a matter of few rows.

use rustc_hash::FxHashMap;

use super::Imputer;
use super::candidates::Candidates;
use super::diplotypes::weight;
use crate::frequency::{NO_PRODUCT, Token};

/// The unordered pair of tokens at one locus as one number: equal pairs have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocusPair(pub(crate) u32);

impl LocusPair {
    /// Neither chromosome has a product.
    const NOTHING: LocusPair = LocusPair(u32::MAX);

    /// An allele without product leaves the other one alone: it counts twice.
    pub(crate) fn new(one: Token, two: Token) -> Self {
        match (one, two) {
            (NO_PRODUCT, NO_PRODUCT) => Self::NOTHING,
            (NO_PRODUCT, other) | (other, NO_PRODUCT) => Self::of(other, other),
            (one, two) => Self::of(one.min(two), one.max(two)),
        }
    }

    fn of(low: Token, high: Token) -> Self {
        let (low, high) = (u32::from(low), u32::from(high));
        LocusPair(high * (high + 1) / 2 + low)
    }

    /// The two tokens, or `None` when there is no product.
    pub(crate) fn tokens(self) -> Option<(Token, Token)> {
        if self == Self::NOTHING {
            return None;
        }
        // The largest `high` whose triangle is not above the number; the float is exact enough to be off by one at most.
        let mut high = ((f64::from(self.0).mul_add(8.0, 1.0).sqrt() - 1.0) / 2.0) as u32;
        while high * (high + 1) / 2 > self.0 {
            high -= 1;
        }
        while (high + 1) * (high + 2) / 2 <= self.0 {
            high += 1;
        }
        Some(((self.0 - high * (high + 1) / 2) as Token, high as Token))
    }

    /// 0, 1 or 2: two minus the better of the two ways to lay the chromosomes side by side.
    pub(crate) fn mismatches(self, other: LocusPair) -> u8 {
        match (self.tokens(), other.tokens()) {
            (None, None) => 0,
            (None, _) | (_, None) => 2,
            (Some((a, b)), Some((x, y))) => {
                let straight = u8::from(a == x) + u8::from(b == y);
                let crossed = u8::from(a == y) + u8::from(b == x);
                2 - straight.max(crossed)
            }
        }
    }
}

/// What one locus can be, each pair once, with probabilities that add up to 1.
pub type LocusPairs = Vec<(LocusPair, f64)>;

/// Adds up the probabilities of equal pairs.
pub(crate) fn add_up(pairs: impl Iterator<Item = (LocusPair, f64)>) -> LocusPairs {
    let mut places: FxHashMap<LocusPair, usize> = FxHashMap::default();
    let mut all: LocusPairs = Vec::new();
    for (pair, probability) in pairs {
        let next = all.len();
        let place = *places.entry(pair).or_insert(next);
        if place == next {
            all.push((pair, 0.0));
        }
        all[place].1 += probability;
    }
    all
}

/// One genotype at all counted loci.
pub type Genotype<'g> = &'g [LocusPair];

/// Distinct genotypes of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Genotypes {
    /// How many loci are counted.
    width: usize,
    /// `width` pairs for each genotype.
    rows: Vec<LocusPair>,
    probabilities: Vec<f64>,
    /// Sum of the weights before division.
    pub mass: f64,
}

impl Genotypes {
    /// How many distinct genotypes; 0 when the set does not represent the person.
    pub fn len(&self) -> usize {
        self.probabilities.len()
    }

    /// True when the set does not represent the person.
    pub fn is_empty(&self) -> bool {
        self.probabilities.is_empty()
    }

    /// The genotypes with their probabilities, which add up to 1.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Genotype<'_>, f64)> {
        self.rows.chunks_exact(self.width.max(1)).zip(self.probabilities.iter().copied())
    }

    /// The genotype at a place.
    pub fn row(&self, at: usize) -> Genotype<'_> {
        &self.rows[at * self.width..(at + 1) * self.width]
    }

    /// How many loci are counted.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The pairs at one counted locus with their probabilities, in order of first appearance.
    pub fn at_locus(&self, locus: usize) -> LocusPairs {
        add_up(self.iter().map(|(genotype, probability)| (genotype[locus], probability)))
    }

    /// The likeliest genotypes first, as many as carry all but `left_out` of the probability; returns what was left out.
    #[must_use]
    pub fn likeliest(&self, left_out: f64) -> (Genotypes, f64) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|a, b| self.probabilities[*b].total_cmp(&self.probabilities[*a]).then(a.cmp(b)));
        let mut rest = 0.0;
        while let Some(last) = order.last() {
            if rest + self.probabilities[*last] > left_out {
                break;
            }
            rest += self.probabilities[*last];
            order.pop();
        }
        let rows = order.iter().flat_map(|at| self.row(*at).iter().copied()).collect();
        let probabilities = order.iter().map(|at| self.probabilities[*at]).collect();
        (Genotypes { width: self.width, rows, probabilities, mass: self.mass }, rest)
    }
}

/// The loci that are counted, with what each haplotype of the set is compared as there.
#[derive(Clone, Debug)]
pub struct Counted<'i, 's> {
    imputer: &'i Imputer<'s>,
    /// Places in the set.
    places: Vec<usize>,
    /// One row of tokens for each haplotype.
    tokens: Vec<Token>,
}

/// Numbers of partial genotypes, kept from person to person: for each counted locus (number so far, pair here) to the
/// number with it.
#[derive(Clone, Debug, Default)]
pub struct Scratch(Vec<FxHashMap<u64, u32>>);

impl<'i, 's> Counted<'i, 's> {
    /// Counts at these loci, given by their places in the set.
    pub fn new(imputer: &'i Imputer<'s>, places: &[usize]) -> Self {
        let understood = imputer.understood();
        let set = understood.set();
        let token =
            |h: u32, locus: usize| understood.locus(locus).tokens[usize::from(set.haplotype(h)[locus])];
        let tokens =
            (0..set.len() as u32).flat_map(|h| places.iter().map(move |locus| token(h, *locus))).collect();
        Counted { imputer, places: places.to_vec(), tokens }
    }

    /// Places in the set.
    pub fn places(&self) -> &[usize] {
        &self.places
    }

    pub(crate) fn tokens_of(&self, haplotype: u32) -> &[Token] {
        let width = self.places.len();
        let at = haplotype as usize * width;
        &self.tokens[at..at + width]
    }

    pub(crate) fn frequency(&self, haplotype: u32) -> f64 {
        self.imputer.understood().set().frequency(haplotype)
    }

    /// The tokens of every haplotype, in the order of the set.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[Token]> {
        self.tokens.chunks_exact(self.places.len().max(1))
    }

    /// The sum of the weights of all pairs of a person: how common such a person is under the set.
    pub fn mass(&self, candidates: &Candidates) -> f64 {
        let (groups, pairs) = candidates.groups();
        let sum = |at: u32| groups[at as usize].haplotypes.iter().map(|h| self.frequency(*h)).sum::<f64>();
        // f² and 2·f₁·f₂ over the unordered pairs within one group are the square of its sum.
        pairs.iter().map(|(a, b)| if a == b { sum(*a) * sum(*a) } else { 2.0 * sum(*a) * sum(*b) }).sum()
    }

    /// What one counted locus of a person can be, without listing genotypes.
    pub fn at_locus(&self, candidates: &Candidates, locus: usize) -> LocusPairs {
        let (groups, pairs) = candidates.groups();
        let tokens: Vec<Vec<(Token, f64)>> =
            groups.iter().map(|group| self.tokens_at(&group.haplotypes, locus)).collect();
        let mass = self.mass(candidates);
        add_up(pairs.iter().flat_map(|(a, b)| {
            let (one, two) = (&tokens[*a as usize], &tokens[*b as usize]);
            // Within one group every ordered pair stands here; between two groups one order stands for both.
            let twice = if a == b { 1.0 } else { 2.0 };
            let with = move |(x, f1): &(Token, f64)| {
                let (x, f1) = (*x, *f1);
                two.iter().map(move |(y, f2)| (LocusPair::new(x, *y), twice * f1 * f2 / mass))
            };
            one.iter().flat_map(with)
        }))
    }

    fn tokens_at(&self, haplotypes: &[u32], locus: usize) -> Vec<(Token, f64)> {
        let mut tokens: Vec<(Token, f64)> =
            haplotypes.iter().map(|h| (self.tokens_of(*h)[locus], self.frequency(*h))).collect();
        tokens.sort_by_key(|(token, _)| *token);
        tokens.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0.0 };
            same
        });
        tokens
    }

    /// All genotypes of a person.
    pub fn collapse(&self, candidates: &Candidates, scratch: &mut Scratch) -> Genotypes {
        let width = self.places.len();
        let mut genotypes = Genotypes { width, ..Genotypes::default() };
        let levels = &mut scratch.0;
        levels.resize_with(width, FxHashMap::default);
        levels.iter_mut().for_each(FxHashMap::clear);
        let set = self.imputer.understood().set();
        let mut row = vec![LocusPair(0); width];
        candidates.for_each_pair(|one, two| {
            let (a, b) = (self.tokens_of(one), self.tokens_of(two));
            let mut number = 0;
            for (at, pair) in row.iter_mut().enumerate() {
                *pair = LocusPair::new(a[at], b[at]);
                let level = &mut levels[at];
                let next = level.len() as u32;
                number = *level.entry((u64::from(number) << 32) | u64::from(pair.0)).or_insert(next);
            }
            let place = number as usize;
            if place == genotypes.probabilities.len() {
                genotypes.rows.extend_from_slice(&row);
                genotypes.probabilities.push(0.0);
            }
            genotypes.probabilities[place] += weight(set, one, two);
        });
        genotypes.mass = genotypes.probabilities.iter().sum();
        let mass = genotypes.mass;
        genotypes.probabilities.iter_mut().for_each(|probability| *probability /= mass);
        genotypes
    }
}
