//! Antigens at split level as small integers, with the relation "could be the same".
//!
//! The class x/6 compares A and B as antigens: the splits are told apart, a broad antigen may be any of
//! its splits (best case yes, worst case no), an associated antigen counts as the one it belongs to.
//! An allele whose antigen is not beyond doubt (`15/70`, only a broad, or none known) is an antigen of
//! its own that *could* be any of those.

use qidai_hla::{AlleleId, AlleleName, Antigen, Locus, Release};
use rustc_hash::FxHashMap;

use crate::genotype::Token;
use crate::ligand::LigandTable;

/// The antigens of the loci that are compared serologically, under one release.
#[derive(Debug)]
pub struct AntigenSpace {
    /// For each allele its token, or `NO_TOKEN` (null alleles, other loci).
    of_allele: Vec<Token>,
    of_antigen: FxHashMap<Antigen, Token>,
    /// For each token the split-level antigens it can be, sorted.
    can_be: Vec<Vec<Antigen>>,
    /// Bit matrix: row `a`, column `b` set when the tokens can be the same antigen.
    overlap: Vec<u64>,
    words_per_row: usize,
    /// For each class what it looks like to serology.
    of_class: Vec<ClassLook>,
    /// For each class what killer cells see of it.
    pub(crate) ligands: LigandTable,
}

/// What a class looks like to serology: the split-level antigens of its alleles, and their first fields,
/// which stand for the antigen where none is assigned (WMDA rule of 2024-02-07 for antigen mismatches). By the same rule
/// every mismatch at DPB1 is one of antigens: its classes look like nothing.
#[derive(Clone, Debug, Default)]
struct ClassLook {
    antigens: Vec<Antigen>,
    families: Vec<AlleleName>,
}

const NO_TOKEN: Token = Token::MAX;

impl AntigenSpace {
    /// The loci compared as antigens in the class x/6.
    pub const LOCI: [Locus; 2] = [Locus::A, Locus::B];

    /// Gives each allele of A and B its antigen token.
    pub fn new(release: &Release) -> Self {
        let mut space = AntigenSpace {
            of_allele: vec![NO_TOKEN; release.allele_count()],
            of_antigen: FxHashMap::default(),
            can_be: Vec::new(),
            overlap: Vec::new(),
            words_per_row: 0,
            of_class: class_looks(release),
            ligands: LigandTable::new(release),
        };
        let mut doubtful: FxHashMap<(u32, Vec<Antigen>), Token> = FxHashMap::default();
        for locus in Self::LOCI {
            for allele in release.alleles_of(locus) {
                let Some(class) = release.class_of(allele) else { continue };
                let set = split_level_set(release, allele);
                space.of_allele[allele.0 as usize] = match (release.antigens(allele), &set[..]) {
                    (_, [single]) => space.named(release, *single),
                    ([(named, _)], _) if is_variant_of_broad(release, *named) => space.named(release, *named),
                    _ => *doubtful.entry((class.0, set)).or_insert_with_key(|(_, set)| {
                        space.can_be.push(set.clone());
                        space.can_be.len() as Token - 1
                    }),
                };
            }
        }
        // A typed antigen that no allele of the release is known by still needs its token.
        for antigen in release.serology().all() {
            if antigen.locus().is_some_and(|locus| Self::LOCI.contains(&locus)) {
                space.named(release, antigen);
            }
        }
        space.fill_overlap();
        space
    }

    /// The token of an antigen by its name. Most can be only themselves; a variant of a broad antigen (B4005
    /// of B21) is one antigen for certain, and could be called any split of the broad one.
    fn named(&mut self, release: &Release, antigen: Antigen) -> Token {
        *self.of_antigen.entry(antigen).or_insert_with(|| {
            let mut can_be = vec![antigen];
            if is_variant_of_broad(release, antigen) {
                can_be.extend(release.serology().split_level(antigen));
            }
            self.can_be.push(can_be);
            self.can_be.len() as Token - 1
        })
    }

    fn fill_overlap(&mut self) {
        let n = self.can_be.len();
        self.words_per_row = n.div_ceil(64);
        self.overlap = vec![0; n * self.words_per_row];
        for a in 0..n {
            for b in 0..n {
                if self.can_be[a].iter().any(|x| self.can_be[b].contains(x)) {
                    self.overlap[a * self.words_per_row + b / 64] |= 1 << (b % 64);
                }
            }
        }
    }

    /// The token of an expressed allele of A or B.
    pub(crate) fn of_allele(&self, allele: AlleleId) -> Option<Token> {
        Some(self.of_allele[allele.0 as usize]).filter(|t| *t != NO_TOKEN)
    }

    /// The tokens a typed antigen can be: itself, or any of its splits.
    pub(crate) fn of_antigen(&self, release: &Release, antigen: Antigen) -> Vec<Token> {
        if is_variant_of_broad(release, antigen) {
            return self.of_antigen.get(&antigen).copied().into_iter().collect();
        }
        release
            .serology()
            .split_level(antigen)
            .iter()
            .filter_map(|a| self.of_antigen.get(a).copied())
            .collect()
    }

    /// Whether any class of one set can show the antigen of any class of the other.
    pub(crate) fn classes_share_antigen(&self, a: &[Token], b: &[Token]) -> bool {
        let share = |x: &ClassLook, y: &ClassLook| {
            if x.antigens.is_empty() || y.antigens.is_empty() {
                return x.families.iter().any(|f| y.families.contains(f));
            }
            x.antigens.iter().any(|antigen| y.antigens.contains(antigen))
        };
        let look = |token: &Token| self.of_class.get(*token as usize);
        a.iter().filter_map(look).any(|x| b.iter().filter_map(look).any(|y| share(x, y)))
    }

    /// Whether two tokens can be the same antigen.
    pub(crate) fn could_be_same(&self, a: Token, b: Token) -> bool {
        let (row, column) = (a as usize, b as usize);
        if row >= self.can_be.len() || column >= self.can_be.len() {
            return false;
        }
        self.overlap[row * self.words_per_row + column / 64] >> (column % 64) & 1 == 1
    }
}

/// True for an associated antigen whose base has splits.
fn is_variant_of_broad(release: &Release, antigen: Antigen) -> bool {
    let serology = release.serology();
    let is_base =
        |p: &&Antigen| serology.associated(**p).contains(&antigen) && !serology.splits(**p).is_empty();
    serology.parents(antigen).iter().any(|p| is_base(&p))
}

fn class_looks(release: &Release) -> Vec<ClassLook> {
    let mut looks = vec![ClassLook::default(); release.class_count()];
    for locus in Locus::TYPED.into_iter().filter(|locus| *locus != Locus::DPB1) {
        for allele in release.alleles_of(locus) {
            let Some(class) = release.class_of(allele) else { continue };
            let look = &mut looks[class.0 as usize];
            let family = release.name(allele).shortened(1).with_suffix(None);
            if !look.families.contains(&family) {
                look.families.push(family);
            }
            for antigen in at_split_level(release, allele) {
                if !look.antigens.contains(&antigen) {
                    look.antigens.push(antigen);
                }
            }
        }
    }
    looks
}

fn split_level_set(release: &Release, allele: AlleleId) -> Vec<Antigen> {
    let mut set = at_split_level(release, allele);
    if set.is_empty() {
        // No antigen is known: it could be any that the alleles of the same first field show.
        let family = release.name(allele).shortened(1);
        set = release.beginning_with(&family).flat_map(|i| at_split_level(release, AlleleId(i))).collect();
    }
    set.sort_unstable();
    set.dedup();
    set
}

fn at_split_level(release: &Release, allele: AlleleId) -> Vec<Antigen> {
    release.antigens(allele).iter().flat_map(|(a, _)| release.serology().split_level(*a)).collect()
}
