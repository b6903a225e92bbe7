//! What haplotypes are compared as at the loci that are counted: each different row of tokens once.

use rustc_hash::FxHashMap;

use crate::frequency::{Token, Understood};

/// Different rows of tokens, and the row of each haplotype of the set.
#[derive(Clone, Debug)]
pub struct Rows {
    width: usize,
    of_haplotype: Vec<u32>,
    /// `width` tokens for each row.
    tokens: Vec<Token>,
    /// For each locus how many tokens there are, [`crate::frequency::NO_PRODUCT`] apart.
    token_counts: Vec<usize>,
}

impl Rows {
    pub(crate) fn new(understood: &Understood<'_>, places: &[usize]) -> Self {
        let set = understood.set();
        let mut numbers: FxHashMap<Vec<Token>, u32> = FxHashMap::default();
        let mut tokens = Vec::new();
        let mut row = vec![0; places.len()];
        let of_haplotype = (0..set.len() as u32)
            .map(|haplotype| {
                let alleles = set.haplotype(haplotype);
                for (token, place) in row.iter_mut().zip(places) {
                    *token = understood.locus(*place).tokens[usize::from(alleles[*place])];
                }
                let next = numbers.len() as u32;
                *numbers.entry(row.clone()).or_insert_with(|| {
                    tokens.extend_from_slice(&row);
                    next
                })
            })
            .collect();
        let token_counts = places.iter().map(|place| understood.locus(*place).token_count).collect();
        Rows { width: places.len(), of_haplotype, tokens, token_counts }
    }

    /// How many loci are counted.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many different rows.
    pub fn len(&self) -> usize {
        self.tokens.len().checked_div(self.width).unwrap_or_default()
    }

    /// True when the set has no haplotype.
    pub fn is_empty(&self) -> bool {
        self.of_haplotype.is_empty()
    }

    /// The row of a haplotype.
    pub(crate) fn of(&self, haplotype: u32) -> u32 {
        self.of_haplotype[haplotype as usize]
    }

    /// The tokens of a row.
    pub(crate) fn tokens(&self, row: u32) -> &[Token] {
        let at = row as usize * self.width;
        &self.tokens[at..at + self.width]
    }

    /// How many tokens a counted locus has.
    pub(crate) fn token_count(&self, locus: usize) -> usize {
        self.token_counts[locus]
    }
}
