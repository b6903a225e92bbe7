//! Reads residues of the mature protein from the unaligned sequences of a release (`fasta/X_prot.fasta`).
//!
//! A complete sequence begins with the signal peptide, one known from exons 2 and 3 with residue 2 of the mature
//! protein. Both have the residues `SHSM` at 2–5 (class I), which is how the numbering is found; complete sequences in
//! which these are changed are numbered by the length of the signal peptide, 24.

use crate::allele::AlleleName;
use crate::locus::Locus;
use crate::typing::piece::Piece;

/// Residues 2–5 of class I.
const ANCHOR: &[u8] = b"SHSM";
/// The anchor stands at the beginning or behind the signal peptide, with some room for insertions.
const ANCHOR_AT_MAX: usize = 40;
/// Length of the signal peptide of class I.
const SIGNAL_PEPTIDE: usize = 24;
/// A sequence at least so long that begins with methionine is complete.
const COMPLETE_RESIDUES: usize = 200;

/// Calls back with name and sequence of each entry: `>HLA:HLA00001 A*01:01:01:01 365 bp`, then lines of residues.
/// False when an entry cannot be read.
pub(super) fn for_each_entry(text: &str, mut entry: impl FnMut(AlleleName, &[u8])) -> bool {
    let mut sequence: Vec<u8> = Vec::with_capacity(400);
    for record in text.split('>').skip(1) {
        let Some((head, residues)) = record.split_once('\n') else { return false };
        let Some(name) = head.split_whitespace().nth(1).and_then(name) else { return false };
        sequence.clear();
        sequence.extend(residues.bytes().filter(u8::is_ascii_uppercase));
        entry(name, &sequence);
    }
    true
}

fn name(text: &str) -> Option<AlleleName> {
    let (locus, fields) = text.split_once('*')?;
    AlleleName::read_fields(Locus::from_name(locus)?, Piece::whole(fields)).ok()
}

/// The residues `from..=to` of the mature protein, 1-based; `None` when the numbering is not known or they are missing.
pub(super) fn residues(sequence: &[u8], from: usize, to: usize) -> Option<&[u8]> {
    let anchor = sequence.windows(ANCHOR.len()).take(ANCHOR_AT_MAX).position(|w| w == ANCHOR);
    let is_complete = sequence.first() == Some(&b'M') && sequence.len() >= COMPLETE_RESIDUES;
    let second_residue = match anchor {
        Some(at) => at,
        None if is_complete => SIGNAL_PEPTIDE + 1,
        None => return None,
    };
    sequence.get((second_residue + from).checked_sub(2)?..second_residue + to - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_and_partial_entries_are_numbered_alike() {
        let partial = b"SHSMRYF";
        let mut complete = b"M".to_vec();
        complete.extend([b'A'; 22]);
        complete.extend(b"AGSHSMRYF");
        assert_eq!(residues(&complete, 2, 5), Some(&b"SHSM"[..]));
        assert_eq!(residues(partial, 2, 5), Some(&b"SHSM"[..]));
        assert_eq!(residues(partial, 8, 8), Some(&b"F"[..]));
        assert_eq!(residues(partial, 9, 9), None, "it ends before");
        assert_eq!(residues(b"GGGG", 2, 3), None, "no numbering");
    }
}
