//! Multi-locus GL Strings: `^` joins loci, `|` genotypes, `+` copies, `~` a phased haplotype, `/` alleles; from version
//! 1.1 on `?` joins whole strings of which one is meant. A string without `?` is the same in both versions.
//! Sources: Milius et al., Tissue Antigens 2013;82:106-112, doi:10.1111/tan.12150; Mack et al., HLA 2023;102:206-212,
//! doi:10.1111/tan.15126.

use rustc_hash::FxHashSet;

use super::limits::{GENOTYPE_ALLELES_MAX, GENOTYPES_MAX, check_length};
use super::piece::{Fault, Piece};
use super::{Alternatives, Category, LocusTyping, Nomenclature};
use crate::error::{ErrorCode, TypingError};
use crate::locus::{Locus, Pair};

/// What a person can have.
pub(super) const DRB345_MAX: &str = "at most two genes of DRB3, DRB4 and DRB5 together";

/// A locus and where it stands, or what is wrong with it.
pub(crate) type LocusResult<'a> = Result<(Piece<'a>, LocusTyping), Fault>;

/// Reads the part between two `^`: usually one locus, several where a haplotype is written with `~` or
/// DRB3, DRB4 and DRB5 stand together.
///
/// # Errors
/// The first thing that is wrong with each locus of the segment.
pub fn segment(text: &str, nomenclature: &Nomenclature<'_>) -> Result<Vec<LocusTyping>, TypingError> {
    let piece = Piece::whole(text).trimmed();
    check_length(piece)
        .and_then(|()| read_segment(piece, nomenclature))
        .map_err(|fault| fault.into_error(text))
}

pub(crate) fn read<'a>(piece: Piece<'a>, nomenclature: &Nomenclature<'_>) -> Vec<LocusResult<'a>> {
    if let Err(fault) = check_length(piece) {
        return vec![Err(fault)];
    }
    let mut all = Vec::new();
    for (i, part) in piece.split('^').enumerate() {
        let part = part.trimmed();
        if i == Locus::ALL.len() {
            let expected = format!("at most {i} loci, each once");
            all.push(Err(part.fault(ErrorCode::LocusRepeated, expected)));
            break;
        }
        match read_segment(part, nomenclature) {
            Ok(loci) => all.extend(loci.into_iter().map(|locus| Ok((part, locus)))),
            Err(fault) => all.push(Err(fault)),
        }
    }
    all.extend(too_many_drb345(&all).map(Err));
    all
}

/// A chromosome carries one of DRB3, DRB4 and DRB5, or none: a person has two at most, whichever way they are written.
pub(super) fn too_many_drb345(all: &[LocusResult<'_>]) -> Option<Fault> {
    let mut copies = 0;
    for (piece, locus) in all.iter().flatten() {
        copies += locus.drb345_copies();
        if copies > 2 {
            return Some(piece.fault(ErrorCode::TooManyCopies, DRB345_MAX));
        }
    }
    None
}

fn read_segment(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Vec<LocusTyping>, Fault> {
    if piece.text().is_empty() {
        return Err(piece.fault(ErrorCode::StructureInvalid, "a locus between the ^"));
    }
    let mut loci: Vec<LocusTyping> = Vec::new();
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut allele_count = 0;
    for genotype in piece.split('|').map(Piece::trimmed) {
        if !seen.insert(genotype.text()) {
            continue;
        }
        let read = read_genotype(genotype, nomenclature)?;
        allele_count += read.iter().map(LocusTyping::expanded_count).sum::<usize>();
        if seen.len() > GENOTYPES_MAX || allele_count > GENOTYPE_ALLELES_MAX {
            let expected =
                format!("at most {GENOTYPES_MAX} different genotypes of {GENOTYPE_ALLELES_MAX} alleles");
            return Err(genotype.fault(ErrorCode::TooManyAlternatives, expected));
        }
        if seen.len() == 1 {
            loci = read;
            continue;
        }
        let same_loci = loci.len() == read.len() && loci.iter().zip(&read).all(|(a, b)| a.locus == b.locus);
        if !same_loci {
            let expected = "genotypes of the same loci on both sides of |";
            return Err(genotype.fault(ErrorCode::LociMixed, expected));
        }
        for (locus, more) in loci.iter_mut().zip(read) {
            locus.genotypes.extend(more.genotypes);
        }
    }
    if let [only] = loci.as_mut_slice() {
        piece.text().clone_into(&mut only.written);
    }
    Ok(loci)
}

/// One genotype: one or two copies, each a position or a haplotype of positions.
fn read_genotype(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Vec<LocusTyping>, Fault> {
    let mut copies: Vec<Vec<Alternatives>> = Vec::new();
    for copy in piece.split('+') {
        let copy = copy.trimmed();
        if copies.len() == 2 {
            return Err(copy.fault(ErrorCode::TooManyCopies, "at most two alleles at a locus"));
        }
        let mut positions: Vec<Alternatives> = Vec::new();
        for position in copy.split('~').map(Piece::trimmed) {
            let one = nomenclature.read_piece(position)?;
            if positions.iter().filter(|other| other.locus == one.locus).count() == 2 {
                let expected = format!("at most two alleles at {}", one.locus);
                return Err(position.fault(ErrorCode::TooManyCopies, expected));
            }
            positions.push(one);
        }
        copies.push(positions);
    }
    by_locus(piece, copies)
}

fn by_locus(piece: Piece<'_>, copies: Vec<Vec<Alternatives>>) -> Result<Vec<LocusTyping>, Fault> {
    let mut loci: Vec<(Locus, Vec<Alternatives>)> = Vec::new();
    let phased = copies.iter().any(|c| c.len() > 1);
    for position in copies.into_iter().flatten() {
        match loci.iter_mut().find(|(locus, _)| *locus == position.locus) {
            Some((_, positions)) => positions.push(position),
            None => loci.push((position.locus, vec![position])),
        }
    }
    if loci.len() > 1 && !phased && !loci.iter().all(|(locus, _)| is_drb345(*locus)) {
        let names: Vec<&str> = loci.iter().map(|(locus, _)| locus.name()).collect();
        let expected = format!("both alleles of one locus, found {}", names.join(" and "));
        return Err(piece.fault(ErrorCode::LociMixed, expected));
    }
    if let Some((locus, _)) = loci.iter().find(|(_, positions)| positions.len() > 2) {
        return Err(piece.fault(ErrorCode::TooManyCopies, format!("at most two alleles at {locus}")));
    }
    Ok(loci
        .into_iter()
        .map(|(locus, positions)| {
            let written: Vec<&str> = positions.iter().map(|p| p.written.as_str()).collect();
            LocusTyping::from_copies(locus, &written.join("+"), positions)
        })
        .collect())
}

/// `HLA-` stands before all names or before none; short forms (`A*02:01/06`) have no locus and no prefix.
pub(crate) fn prefix(piece: Piece<'_>) -> Result<&'static str, Fault> {
    let mut all_with = None;
    for name in names(piece) {
        if name.text().starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let with = name.text().starts_with("HLA-");
        if *all_with.get_or_insert(with) != with {
            let expected = "HLA- before every name or before none";
            return Err(name.fault(ErrorCode::StructureInvalid, expected));
        }
    }
    Ok(if all_with == Some(true) { "HLA-" } else { "" })
}

fn names(piece: Piece<'_>) -> impl Iterator<Item = Piece<'_>> {
    let mut from = 0;
    piece.text().split(['?', '^', '|', '+', '~', '/']).map(move |name| {
        let one = piece.sub(from, from + name.len());
        from += name.len() + 1;
        one
    })
}

/// The genes of which each chromosome carries one or none.
fn is_drb345(locus: Locus) -> bool {
    matches!(locus, Locus::DRB3 | Locus::DRB4 | Locus::DRB5)
}

impl LocusTyping {
    /// How many copies of DRB3, DRB4 or DRB5 are said at least; the same allele twice may be one, reported twice.
    pub(super) fn drb345_copies(&self) -> usize {
        let is_there = |a: &Alternatives| !matches!(a.category, Category::Absent | Category::NotKnown);
        let copies = |pair: &Pair<Alternatives>| {
            let there = pair.iter().filter(|a| is_there(a)).count();
            if pair.0.alleles == pair.1.alleles { there.min(1) } else { there }
        };
        if is_drb345(self.locus) { self.genotypes.iter().map(copies).min().unwrap_or(0) } else { 0 }
    }

    fn expanded_count(&self) -> usize {
        self.genotypes.iter().flat_map(Pair::iter).map(|position| position.alleles.len()).sum()
    }

    /// The genotype when the typing has exactly one, which is the rule.
    pub fn single_genotype(&self) -> Option<&Pair<Alternatives>> {
        match self.genotypes.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}
