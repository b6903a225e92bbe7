//! What a typing asks of a pair of haplotypes, in the names of a frequency set.

use qidai_hla::{Category, ErrorCode, Locus, Nomenclature, TypingError};

use crate::frequency::{AlleleIndex, Understood, meant};

/// The names that one position can be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlleleSet {
    /// Nothing is known of the position.
    Any,
    /// One of these, sorted; none when the set does not know what was typed.
    OneOf(Vec<AlleleIndex>),
}

impl AlleleSet {
    pub(crate) fn contains(&self, allele: AlleleIndex) -> bool {
        match self {
            AlleleSet::Any => true,
            AlleleSet::OneOf(names) => names.binary_search(&allele).is_ok(),
        }
    }
}

/// Loci of which the two chromosomes are told apart together: one locus, or several where a GL String joins them by `~`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Constraint {
    /// Places in the set's loci.
    pub loci: Vec<usize>,
    /// Possible genotypes; each has for both chromosomes one set for each of `loci`. Which chromosome is which is open.
    pub genotypes: Vec<[Vec<AlleleSet>; 2]>,
}

/// Everything that a typing asks. Two people typed alike have equal phenotypes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Phenotype {
    /// At most one for each locus; a locus without one is untyped.
    pub constraints: Vec<Constraint>,
}

/// What was typed but says nothing in this set, by its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unheard {
    /// Texts of positions that no name of the set answers.
    pub positions: Vec<String>,
    /// Typed loci that the set does not have.
    pub loci: Vec<Locus>,
}

impl Phenotype {
    /// Reads a GL String. Names that stand in the set are accepted as written; all others are read under the
    /// release, and stand for the names of the set that they can be.
    ///
    /// # Errors
    /// Everything that is wrong with the text; a name of good form that neither the set nor the release knows is not wrong, but
    /// unheard.
    pub fn read(
        text: &str,
        understood: &Understood<'_>,
        nomenclature: &Nomenclature<'_>,
    ) -> Result<(Phenotype, Unheard), Vec<TypingError>> {
        let mut reader = Reader { understood, nomenclature, unheard: Unheard::default(), seen: Vec::new() };
        let mut phenotype = Phenotype::default();
        let mut errors = Vec::new();
        for segment in text.split('^') {
            match reader.segment(segment.trim()) {
                Ok(constraint) => phenotype.constraints.extend(constraint),
                Err(error) => errors.push(error),
            }
        }
        phenotype.constraints.sort_by(|a, b| a.loci.cmp(&b.loci));
        if errors.is_empty() { Ok((phenotype, reader.unheard)) } else { Err(errors) }
    }
}

struct Reader<'a, 's, 'n> {
    understood: &'a Understood<'s>,
    nomenclature: &'a Nomenclature<'n>,
    unheard: Unheard,
    seen: Vec<Locus>,
}

/// One position: its locus and what it can be.
type Position = (Locus, AlleleSet);

impl Reader<'_, '_, '_> {
    fn segment(&mut self, text: &str) -> Result<Option<Constraint>, TypingError> {
        let mut genotypes: Vec<[Vec<Position>; 2]> = Vec::new();
        for genotype in text.split('|') {
            let read = self.genotype(genotype.trim())?;
            if !genotypes.contains(&read) {
                genotypes.push(read);
            }
        }
        let loci: Vec<Locus> = genotypes[0][0].iter().map(|(locus, _)| *locus).collect();
        let same = |copy: &Vec<Position>| copy.iter().map(|(locus, _)| *locus).eq(loci.iter().copied());
        if !genotypes.iter().flatten().all(same) {
            return Err(wrong(
                ErrorCode::LociMixed,
                text,
                "the same loci on both chromosomes and in every genotype",
            ));
        }
        for locus in &loci {
            if self.seen.contains(locus) {
                return Err(wrong(ErrorCode::LocusRepeated, text, "each locus once"));
            }
            self.seen.push(*locus);
        }
        Ok(self.constraint(&loci, genotypes))
    }

    /// Without the loci that the set does not have; `None` when nothing is left, or nothing is known.
    fn constraint(&mut self, loci: &[Locus], genotypes: Vec<[Vec<Position>; 2]>) -> Option<Constraint> {
        let places: Vec<Option<usize>> = loci.iter().map(|locus| self.understood.place(*locus)).collect();
        self.unheard
            .loci
            .extend(loci.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|(locus, _)| *locus));
        let heard = |copy: Vec<Position>| -> Vec<AlleleSet> {
            copy.into_iter()
                .zip(&places)
                .filter(|(_, place)| place.is_some())
                .map(|((_, set), _)| set)
                .collect()
        };
        let genotypes: Vec<_> = genotypes.into_iter().map(|copies| copies.map(heard)).collect();
        let is_any = |copies: &[Vec<AlleleSet>; 2]| copies.iter().flatten().all(|set| *set == AlleleSet::Any);
        let loci: Vec<usize> = places.into_iter().flatten().collect();
        (!loci.is_empty() && !genotypes.iter().any(is_any)).then_some(Constraint { loci, genotypes })
    }

    /// A single copy is read as homozygous.
    fn genotype(&mut self, text: &str) -> Result<[Vec<Position>; 2], TypingError> {
        let copies: Vec<&str> = text.split('+').collect();
        if copies.len() > 2 {
            return Err(wrong(ErrorCode::TooManyCopies, text, "at most two alleles at a locus"));
        }
        let first = self.haplotype(copies[0])?;
        let second = copies.get(1).map_or_else(|| Ok(first.clone()), |copy| self.haplotype(copy))?;
        let mut both = [first, second];
        both.iter_mut().for_each(|copy| copy.sort_by_key(|(locus, _)| *locus));
        Ok(both)
    }

    fn haplotype(&mut self, text: &str) -> Result<Vec<Position>, TypingError> {
        text.split('~').map(|position| self.position(position.trim())).collect()
    }

    fn position(&mut self, text: &str) -> Result<Position, TypingError> {
        let mut locus = locus_of(text);
        let mut names = Vec::new();
        let mut is_any = false;
        for part in text.split('/') {
            let part = part.trim();
            let part = part.strip_prefix("HLA-").unwrap_or(part);
            let full = match locus {
                Some(locus) if !part.contains('*') && part.starts_with(|c: char| c.is_ascii_digit()) => {
                    format!("{locus}*{part}")
                }
                _ => part.to_owned(),
            };
            let place = locus.and_then(|locus| self.understood.place(locus));
            if let Some(name) = place.and_then(|place| self.understood.set().find(place, &full)) {
                names.push(name);
                continue;
            }
            let read = match self.nomenclature.read(&full) {
                Ok(read) => read,
                Err(error) if error.code == ErrorCode::AlleleUnknown && locus.is_some() => continue,
                Err(error) => return Err(error),
            };
            let locus = *locus.get_or_insert(read.locus);
            if locus != read.locus {
                return Err(wrong(ErrorCode::LociMixed, text, "alternatives of one locus"));
            }
            is_any |= read.category == Category::NotKnown;
            let Some(place) = self.understood.place(locus) else { continue };
            let meaning = self.understood.locus(place);
            for allele in meant(&read, self.nomenclature.release) {
                names.extend_from_slice(meaning.names_of(allele));
            }
        }
        let locus = locus.ok_or_else(|| wrong(ErrorCode::FormUnknown, text, "a typing such as A*02:01"))?;
        if is_any {
            return Ok((locus, AlleleSet::Any));
        }
        names.sort_unstable();
        names.dedup();
        if names.is_empty() && self.understood.place(locus).is_some() {
            self.unheard.positions.push(text.to_owned());
        }
        Ok((locus, AlleleSet::OneOf(names)))
    }
}

fn locus_of(text: &str) -> Option<Locus> {
    let text = text.strip_prefix("HLA-").unwrap_or(text);
    Locus::from_name(text.split_once('*')?.0)
}

fn wrong(code: ErrorCode, text: &str, expected: &str) -> TypingError {
    TypingError {
        code,
        text: text.to_owned(),
        value: text.to_owned(),
        position: 1,
        expected: expected.to_owned(),
        fix: None,
    }
}
