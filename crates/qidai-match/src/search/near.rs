//! The patient as five tables of bytes: what a row is at best, before anything else is asked of it.
//!
//! Of millions of rows most are too far. Five bytes are added up for each; the sum says how many of 6 and of 8 match in the best
//! case. A byte for each typing stays in a processor's own cache where the whole counts do not.

use rayon::prelude::*;

use super::layout::{Flags, Row};
use super::query::Query;
use super::snapshot::Snapshot;
use crate::PerMatchLocus;
use crate::class::Packed;

/// For each locus and text: matches of 6 in bits 0 to 2, of 8 in bits 3 to 6, both in the best case.
pub(super) struct Near(pub PerMatchLocus<Vec<u8>>);

/// The bytes of one locus.
pub(super) fn near_of(table: &[u32]) -> Vec<u8> {
    let byte = |packed: &u32| {
        let [x6, x8, _] = Packed(*packed).sums();
        x6.best | x8.best << 3
    };
    table.iter().map(byte).collect()
}

/// Matches of 6 and of 8 in the best case.
pub(super) fn matches(sum: u8) -> [u8; 2] {
    [sum & 7, sum >> 3 & 15]
}

impl Near {
    /// The sum of a row.
    #[inline]
    pub(super) fn sum(&self, texts: &PerMatchLocus<u32>) -> u8 {
        let [a, c, b, drb1, dqb1] = &self.0;
        let at = |table: &[u8], place: usize| table.get(texts[place] as usize).copied().unwrap_or(0);
        at(a, 0) + at(c, 1) + at(b, 2) + at(drb1, 3) + at(dqb1, 4)
    }
}

/// How many rows match how well in the best case, whatever else is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Rows with exactly 0, 1, … 8 mismatches of 8, of which each locus is typed on both sides.
    pub computable: [u64; 9],
    /// The same of all readable rows; what is not typed may match.
    pub possible: [u64; 9],
    /// Readable rows with exactly 0, 1, … 6 mismatches of 6.
    pub possible_x6: [u64; 7],
}

/// Rows that one core counts at once.
const BLOCK_ROWS: usize = 1 << 16;
/// The loci of x/8 among the untyped bits.
const X8_LOCI: u32 = 0b01111;
/// Where a row is counted: its sum, and of which kind it is.
const COMPUTABLE: u16 = 1 << 7;
const UNREADABLE: u16 = 1 << 8;
const PLACES: usize = 1 << 9;
/// Rows are numbered by 32 bits, so are their counts.
type Sums = [[u32; PLACES]; 2];

/// Counts all rows by their mismatches; nothing is ranked.
pub fn counts(snapshot: &Snapshot, query: &Query<'_>) -> Counts {
    let untyped = query.untyped();
    let kind_of: [u16; Flags::COUNT] = std::array::from_fn(|flags| {
        let flags = Flags(flags as u8);
        let is_computable = (flags.untyped() | untyped) & X8_LOCI == 0;
        if !flags.is_readable() {
            UNREADABLE
        } else if is_computable {
            COMPUTABLE
        } else {
            0
        }
    });
    let place = |row: &Row| {
        let kind = kind_of[usize::from(row.flags().0) % Flags::COUNT];
        usize::from(kind | u16::from(query.near.sum(&row.texts()))) % PLACES
    };
    let count = |mut sums: Sums, rows: &[Row]| {
        // Neighbours often have one place: counted in turn, none waits for the other.
        let [even, odd] = &mut sums;
        let mut pairs = rows.chunks_exact(2);
        for pair in &mut pairs {
            even[place(&pair[0])] += 1;
            odd[place(&pair[1])] += 1;
        }
        pairs.remainder().iter().for_each(|row| even[place(row)] += 1);
        sums
    };
    let none = || [[0; PLACES]; 2];
    let sums = snapshot.rows().par_chunks(BLOCK_ROWS).fold(none, count).reduce(none, |mut all, more| {
        all.as_flattened_mut().iter_mut().zip(more.as_flattened()).for_each(|(sum, more)| *sum += more);
        all
    });
    let mut counts = Counts { computable: [0; 9], possible: [0; 9], possible_x6: [0; 7] };
    for index in 0..UNREADABLE {
        let rows: u64 = sums.iter().map(|sums| u64::from(sums[usize::from(index)])).sum();
        let [x6, x8] = matches((index % COMPUTABLE) as u8).map(usize::from);
        counts.possible_x6[6_usize.saturating_sub(x6)] += rows;
        counts.possible[8_usize.saturating_sub(x8)] += rows;
        counts.computable[8_usize.saturating_sub(x8)] += if index >= COMPUTABLE { rows } else { 0 };
    }
    counts
}
