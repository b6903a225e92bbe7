//! What a typing asks of a pair of haplotypes, in the names of a frequency set.

use qidai_hla::{Category, ErrorCode, Locus, Nomenclature, TypingError};

use crate::frequency::{AlleleIndex, Understood, meant};
use crate::predict::certain::{CertainLocus, Shows};

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

/// A typing as one set understands it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What it asks of a pair of haplotypes.
    pub phenotype: Phenotype,
    /// What the set says nothing about.
    pub unheard: Unheard,
    /// Loci of which the typing leaves nothing open, whether the set knows them or not.
    pub certain: Vec<CertainLocus>,
}

impl Phenotype {
    /// As [`Reading::read`], without what is certain.
    ///
    /// # Errors
    /// Those of [`Reading::read`].
    pub fn read(
        text: &str,
        understood: &Understood<'_>,
        nomenclature: &Nomenclature<'_>,
    ) -> Result<(Phenotype, Unheard), Vec<TypingError>> {
        Reading::read(text, understood, nomenclature).map(|reading| (reading.phenotype, reading.unheard))
    }

    /// The same person, had nothing been typed at these places of the set. What a phased typing says of them together with other loci is
    /// dropped for those too.
    #[must_use]
    pub fn without(&self, places: &[usize]) -> Phenotype {
        let is_kept = |constraint: &&Constraint| !constraint.loci.iter().any(|locus| places.contains(locus));
        Phenotype { constraints: self.constraints.iter().filter(is_kept).cloned().collect() }
    }
}

impl Reading {
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
    ) -> Result<Reading, Vec<TypingError>> {
        let mut reader = Reader {
            understood,
            nomenclature,
            unheard: Unheard::default(),
            certain: Vec::new(),
            seen: Vec::new(),
        };
        let mut phenotype = Phenotype::default();
        let mut errors = Vec::new();
        for segment in text.split('^') {
            match reader.segment(segment.trim()) {
                Ok(constraint) => phenotype.constraints.extend(constraint),
                Err(error) => errors.push(error),
            }
        }
        phenotype.constraints.sort_by(|a, b| a.loci.cmp(&b.loci));
        let (unheard, certain) = (reader.unheard, reader.certain);
        if errors.is_empty() { Ok(Reading { phenotype, unheard, certain }) } else { Err(errors) }
    }
}

struct Reader<'a, 's, 'n> {
    understood: &'a Understood<'s>,
    nomenclature: &'a Nomenclature<'n>,
    unheard: Unheard,
    certain: Vec<CertainLocus>,
    seen: Vec<Locus>,
}

/// One position: what it can be, and what it shows where that leaves nothing open.
#[derive(Clone, PartialEq, Eq)]
struct Position {
    locus: Locus,
    set: AlleleSet,
    shows: Option<Shows>,
}

impl Reader<'_, '_, '_> {
    fn segment(&mut self, text: &str) -> Result<Option<Constraint>, TypingError> {
        let mut genotypes: Vec<[Vec<Position>; 2]> = Vec::new();
        for genotype in text.split('|') {
            let read = self.genotype(genotype.trim())?;
            if !genotypes.contains(&read) {
                genotypes.push(read);
            }
        }
        let loci: Vec<Locus> = genotypes[0][0].iter().map(|position| position.locus).collect();
        let same = |copy: &Vec<Position>| copy.iter().map(|position| position.locus).eq(loci.iter().copied());
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
        if let [[one, two]] = genotypes.as_slice() {
            for (one, two) in one.iter().zip(two) {
                if let (Some(shows), Some(other)) = (&one.shows, &two.shows) {
                    self.certain.push(CertainLocus::new(one.locus, shows.clone(), other.clone()));
                }
            }
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
                .map(|(position, _)| position.set)
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
        both.iter_mut().for_each(|copy| copy.sort_by_key(|position| position.locus));
        Ok(both)
    }

    fn haplotype(&mut self, text: &str) -> Result<Vec<Position>, TypingError> {
        text.split('~').map(|position| self.position(position.trim())).collect()
    }

    fn position(&mut self, text: &str) -> Result<Position, TypingError> {
        let mut found = Found { locus: locus_of(text), ..Found::default() };
        for part in text.split('/') {
            self.alternative(text, part.trim(), &mut found)?;
        }
        let locus =
            found.locus.ok_or_else(|| wrong(ErrorCode::FormUnknown, text, "a typing such as A*02:01"))?;
        if found.is_any {
            return Ok(Position { locus, set: AlleleSet::Any, shows: None });
        }
        let mut names = found.names;
        names.sort_unstable();
        names.dedup();
        if names.is_empty() && self.understood.place(locus).is_some() {
            self.unheard.positions.push(text.to_owned());
        }
        found.shows.dedup();
        let shows = match found.shows.as_slice() {
            [only] => only.clone(),
            _ => None,
        };
        Ok(Position { locus, set: AlleleSet::OneOf(names), shows })
    }

    /// One part of a position: `A*02:01`, or `02:06` after it.
    fn alternative(&self, position: &str, part: &str, found: &mut Found) -> Result<(), TypingError> {
        let part = part.strip_prefix("HLA-").unwrap_or(part);
        let full = match found.locus {
            Some(locus) if !part.contains('*') && part.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("{locus}*{part}")
            }
            _ => part.to_owned(),
        };
        let rules = self.understood.rules();
        let read = self.nomenclature.read(&full);
        let place = found.locus.and_then(|locus| self.understood.place(locus));
        if let Some(name) = place.and_then(|place| self.understood.set().find(place, &full)) {
            found.names.push(name);
            found.shows.push(match &read {
                Ok(read) => Shows::of(read, rules, self.nomenclature),
                Err(_) => Shows::of_name(&full, rules),
            });
            return Ok(());
        }
        let read = match read {
            Ok(read) => read,
            Err(error) if error.code == ErrorCode::AlleleUnknown && found.locus.is_some() => {
                found.shows.push(None);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let locus = *found.locus.get_or_insert(read.locus);
        if locus != read.locus {
            return Err(wrong(ErrorCode::LociMixed, position, "alternatives of one locus"));
        }
        found.is_any |= read.category == Category::NotKnown;
        found.shows.push(Shows::of(&read, rules, self.nomenclature));
        let Some(place) = self.understood.place(locus) else { return Ok(()) };
        let meaning = self.understood.locus(place);
        for allele in meant(&read, self.nomenclature.release) {
            found.names.extend_from_slice(meaning.names_of(allele));
        }
        Ok(())
    }
}

/// What the parts of a position say together.
#[derive(Default)]
struct Found {
    locus: Option<Locus>,
    names: Vec<AlleleIndex>,
    is_any: bool,
    /// One for each part; `None` where it leaves something open.
    shows: Vec<Option<Shows>>,
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
