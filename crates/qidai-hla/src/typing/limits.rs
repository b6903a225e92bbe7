//! How much one typing may say. A laboratory's longest typings stay far below; what is beyond is a mistake or an
//! attack, and would cost memory and time before anybody could say so.

use super::piece::{Fault, Piece};
use crate::error::ErrorCode;

/// Longest text of one person's typing. All alleles of the largest first field (C*07, 1,994 in 3.58.0) written out
/// twice with their prefix have about 80 KB.
pub(crate) const TEXT_BYTES_MAX: usize = 128 << 10;
/// Most different alternatives joined by `/`: the 1,994 alleles of C*07 with room for years of new ones.
pub(crate) const ALTERNATIVES_MAX: usize = 5_000;
/// Most different genotypes joined by `|`. Laboratories report some tens.
pub(crate) const GENOTYPES_MAX: usize = 1_000;
/// Most alleles in all genotypes of a locus together: a thousand times two positions of a whole first field.
pub(crate) const GENOTYPE_ALLELES_MAX: usize = 4_000_000;
/// Most errors of one typing that are told; each carries the text.
pub(crate) const ERRORS_MAX: usize = 50;
/// Lists are cleaned of repeats whenever they have grown by so many entries.
pub(crate) const UNSORTED_MAX: usize = 1 << 16;

/// How much of a text that is too long is quoted.
const QUOTED_BYTES: usize = 40;

/// Refuses a text that is too long to be a person's typing.
pub(crate) fn check_length(piece: Piece<'_>) -> Result<(), Fault> {
    let text = piece.text();
    if text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    let quoted = (0..=QUOTED_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let expected =
        format!("a typing of at most {} KiB, found {} KiB", TEXT_BYTES_MAX >> 10, text.len() >> 10);
    Err(piece.sub(0, quoted).fault(ErrorCode::TooLong, expected))
}

/// Sorts a list and removes what stands twice.
pub(crate) fn settle<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

/// Keeps a list short while it is gathered from overlapping parts; `settled` is its length after the last time.
pub(crate) fn settle_when_long<T: Ord>(list: &mut Vec<T>, settled: &mut usize) {
    if list.len() > *settled + UNSORTED_MAX {
        settle(list);
        *settled = list.len();
    }
}
