//! Bw4, Bw6, C1 and C2: what antibodies and killer-cell receptors (KIR) see of A, B and C, allele by allele from the
//! sequence.
//!
//! | epitope | residues of the mature protein | seen by |
//! |---|---|---|
//! | Bw4 | 77–83 as in [`BW4`]; 80 isoleucine or threonine | sera; KIR3DL1 |
//! | Bw6 | 77–83 as in [`BW6`] (B only) | sera |
//! | C1 | asparagine 80 of C; valine 76 and asparagine 80 of B (`B*46:01`, `B*73:01`) | KIR2DL2, KIR2DL3 |
//! | C2 | lysine 80 of C | KIR2DL1 |
//!
//! Sources: Müller et al., Immunogenetics 1989;30:200-207 (Bw4, Bw6); Colonna et al., PNAS 1993;90:12000-12004 and Moesta et al., J Immunol 2008;180:3969-3979 (C1, C2).

use std::fmt;

use super::proteins::{for_each_entry, residues};
use crate::error::ReleaseError;
use crate::locus::Locus;
use crate::release::{AlleleId, Release};

/// Residues 77–83 that carry Bw4.
const BW4: [&[u8; 7]; 6] = [b"NLRIALR", b"NLRTALR", b"DLRTLLR", b"SLRIALR", b"SLRTLLR", b"SLRTALR"];
/// Residues 77–83 that carry Bw6.
const BW6: [&[u8; 7]; 3] = [b"SLRNLRG", b"NLRNLRG", b"GLRNLRG"];

/// One epitope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Epitope {
    /// Bw4 with isoleucine at 80.
    Bw4Isoleucine80,
    /// Bw4 with threonine at 80.
    Bw4Threonine80,
    /// Bw6.
    Bw6,
    /// C1.
    C1,
    /// C2.
    C2,
}

impl Epitope {
    /// Every epitope, in order.
    pub const ALL: [Epitope; 5] =
        [Epitope::Bw4Isoleucine80, Epitope::Bw4Threonine80, Epitope::Bw6, Epitope::C1, Epitope::C2];

    /// The usual name: `Bw4-80I`, `Bw4-80T`, `Bw6`, `C1`, `C2`.
    pub fn as_str(self) -> &'static str {
        match self {
            Epitope::Bw4Isoleucine80 => "Bw4-80I",
            Epitope::Bw4Threonine80 => "Bw4-80T",
            Epitope::Bw6 => "Bw6",
            Epitope::C1 => "C1",
            Epitope::C2 => "C2",
        }
    }
}

impl fmt::Display for Epitope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an allele carries. A small set in one byte; [`Carried::epitopes`] lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Carried {
    /// The sequence is not known there, or is of none of the known forms.
    Unknown,
    /// A null allele: nothing stands on the cell.
    NotExpressed,
    /// These; an empty set means that the residues are known and carry none.
    Known(u8),
}

/// Whether A25, which carries Bw4-80I, counts as a ligand of KIR3DL1. Laboratories differ: A23, A24
/// and A32 were ligands in functional assays, A25 was not (Stern et al., Blood 2008;112:708-710); others go by the motif
/// alone. So the caller decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum A25 {
    /// It counts.
    Counts,
    /// It does not.
    DoesNotCount,
}

impl Carried {
    /// The epitopes, in order; `None` when not known.
    pub fn epitopes(self) -> Option<Vec<Epitope>> {
        match self {
            Carried::Unknown => None,
            Carried::NotExpressed => Some(Vec::new()),
            Carried::Known(set) => {
                Some(Epitope::ALL.into_iter().filter(|e| set >> *e as u8 & 1 == 1).collect())
            }
        }
    }

    /// True when it is known to carry the epitope.
    pub fn has(self, epitope: Epitope) -> bool {
        matches!(self, Carried::Known(set) if set >> epitope as u8 & 1 == 1)
    }

    /// Whether an allele is a ligand of KIR3DL1, i.e. carries Bw4; `None` when not known.
    pub fn is_kir3dl1_ligand(self, first_field: u16, locus: Locus, a25: A25) -> Option<bool> {
        if self == Carried::Unknown {
            return None;
        }
        let left_out = locus == Locus::A && first_field == 25 && a25 == A25::DoesNotCount;
        let bw4 = self.has(Epitope::Bw4Isoleucine80) || self.has(Epitope::Bw4Threonine80);
        Some(bw4 && !left_out)
    }
}

fn set(epitopes: &[Epitope]) -> Carried {
    Carried::Known(epitopes.iter().fold(0, |set, e| set | 1 << *e as u8))
}

/// What an expressed allele of A, B or C carries, by its residues 76–83.
fn carried(locus: Locus, sequence: &[u8]) -> Carried {
    let Some(window) = residues(sequence, 76, 83) else { return Carried::Unknown };
    let (valine_76, motif, residue_80) = (window[0] == b'V', &window[1..], window[4]);
    match (locus, residue_80) {
        (Locus::C, b'N') => return set(&[Epitope::C1]),
        (Locus::C, b'K') => return set(&[Epitope::C2]),
        (Locus::C, _) => return Carried::Unknown,
        _ => {}
    }
    if BW4.iter().any(|known| motif == *known) {
        let residue = if residue_80 == b'I' { Epitope::Bw4Isoleucine80 } else { Epitope::Bw4Threonine80 };
        return set(&[residue]);
    }
    match locus {
        Locus::A => set(&[]),
        _ if !BW6.iter().any(|known| motif == *known) => Carried::Unknown,
        _ if valine_76 => set(&[Epitope::Bw6, Epitope::C1]),
        _ => set(&[Epitope::Bw6]),
    }
}

/// Reads the sequences of one locus into `all`, which has a place for each allele.
pub(crate) fn read(
    locus: Locus,
    file: &'static str,
    text: &str,
    release: &Release,
    all: &mut [Carried],
) -> Result<(), ReleaseError> {
    let mut found = 0;
    let whole = for_each_entry(text, |name, sequence| {
        let Some(allele) = release.find(&name).filter(|_| name.locus() == locus) else { return };
        found += 1;
        let place = &mut all[allele.0 as usize];
        *place = if name.is_null() { Carried::NotExpressed } else { carried(locus, sequence) };
    });
    let listed = release.alleles_of(locus).len();
    if !whole || found < listed - listed / 10 {
        let problem = format!("{found} of {listed} {locus} alleles of {} found", release.label());
        return Err(ReleaseError::Truncated { file, problem });
    }
    Ok(())
}

impl Release {
    /// Bw4, Bw6, C1, C2 of an allele; unknown when its sequences were not given.
    pub fn carried(&self, allele: AlleleId) -> Carried {
        if self.name(allele).is_null() {
            return Carried::NotExpressed;
        }
        self.carried.get(allele.0 as usize).copied().unwrap_or(Carried::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(locus: Locus, residues_76_to_83: &str) -> Carried {
        let sequence = format!("SHSM{}{residues_76_to_83}GYY", "A".repeat(70));
        carried(locus, sequence.as_bytes())
    }

    #[test]
    fn motifs_decide_at_a_and_b_and_residue_80_at_c() {
        assert_eq!(of(Locus::B, "ENLRIALR"), set(&[Epitope::Bw4Isoleucine80]));
        assert_eq!(of(Locus::B, "EDLRTLLR"), set(&[Epitope::Bw4Threonine80]));
        assert_eq!(of(Locus::B, "ESLRNLRG"), set(&[Epitope::Bw6]));
        assert_eq!(of(Locus::B, "VSLRNLRG"), set(&[Epitope::Bw6, Epitope::C1]));
        assert_eq!(of(Locus::B, "EXXXXXXX"), Carried::Unknown);
        assert_eq!(of(Locus::A, "ANLGTLRG"), set(&[]));
        assert_eq!(of(Locus::C, "VNLRKLRG"), set(&[Epitope::C2]));
        assert_eq!(of(Locus::C, "VNLRNLRG"), set(&[Epitope::C1]), "residue 77 does not decide");
        assert_eq!(of(Locus::C, "VSLRILRG"), Carried::Unknown);
    }

    #[test]
    fn a25_is_a_setting() {
        let bw4 = set(&[Epitope::Bw4Isoleucine80]);
        assert_eq!(bw4.is_kir3dl1_ligand(25, Locus::A, A25::Counts), Some(true));
        assert_eq!(bw4.is_kir3dl1_ligand(25, Locus::A, A25::DoesNotCount), Some(false));
        assert_eq!(bw4.is_kir3dl1_ligand(24, Locus::A, A25::DoesNotCount), Some(true));
        assert_eq!(Carried::Unknown.is_kir3dl1_ligand(24, Locus::A, A25::Counts), None);
        assert_eq!(Carried::NotExpressed.is_kir3dl1_ligand(24, Locus::A, A25::Counts), Some(false));
    }
}
