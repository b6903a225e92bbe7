//! What the names of a frequency set stand for under a release: which alleles, and which protein.

use std::borrow::Cow;

use qidai_hla::{AlleleId, Alternatives, ClassId, Locus, Nomenclature, Release};
use rustc_hash::FxHashMap;

use super::{AlleleIndex, FrequencySet};
use crate::antigen::AntigenSpace;

/// When two alleles count as the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// Equal names in the frequency set.
    Name,
    /// The same P group: the same protein at the antigen recognition domain.
    #[default]
    PGroup,
    /// At A and B the same antigen at split level, elsewhere the same P group: as the class x/6 counts. A name whose antigen is in doubt equals
    /// only names of its own P group.
    Antigen,
}

/// How an allele without a product is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nulls {
    /// Like every other allele, by its name.
    ByName,
    /// It is not there: the other allele of the locus counts twice. Source: Bochtler et al. 2011, BMT 46:338.
    #[default]
    NotExpressed,
}

/// How finely a set tells alleles apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resolution {
    /// A name stands for what it names: two fields, a G group, a P group.
    #[default]
    AsNamed,
    /// A name stands for everything that is the same at the antigen recognition domain (`lgx`).
    Lgx,
}

/// How names of a set are to be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// When two alleles are the same.
    pub identity: Identity,
    /// How nulls are compared.
    pub nulls: Nulls,
    /// How finely the set tells alleles apart.
    pub resolution: Resolution,
}

/// What is compared: equal numbers are the same allele for matching.
pub type Token = u16;

/// No product.
pub const NO_PRODUCT: Token = Token::MAX;

/// The names of one locus of a set under a release.
#[derive(Clone, Debug)]
pub(crate) struct LocusMeaning {
    /// For each name what it is compared as.
    pub(crate) tokens: Vec<Token>,
    /// How many different tokens there are, [`NO_PRODUCT`] apart.
    pub(crate) token_count: usize,
    /// For each allele of the release the names it can be, where there are any.
    of_allele: FxHashMap<AlleleId, Vec<AlleleIndex>>,
}

impl LocusMeaning {
    /// The names that an allele can be in this set; none when the set does not know it.
    pub(crate) fn names_of(&self, allele: AlleleId) -> &[AlleleIndex] {
        self.of_allele.get(&allele).map_or(&[], Vec::as_slice)
    }
}

/// A frequency set whose names are understood.
#[derive(Clone, Debug)]
pub struct Understood<'s> {
    set: Cow<'s, FrequencySet>,
    rules: Rules,
    loci: Vec<LocusMeaning>,
    unknown: Vec<String>,
}

impl<'s> Understood<'s> {
    /// Reads every name of the set under the release. A name that the release does not know is accepted as written
    /// and stands for itself alone; see [`Understood::unknown`].
    pub fn new(set: &'s FrequencySet, nomenclature: &Nomenclature<'_>, rules: Rules) -> Self {
        Self::of(Cow::Borrowed(set), nomenclature, rules)
    }

    /// Like [`Understood::new`], and keeps the set: for whoever lives longer than the function that read it.
    pub fn owning(set: FrequencySet, nomenclature: &Nomenclature<'_>, rules: Rules) -> Understood<'static> {
        Understood::of(Cow::Owned(set), nomenclature, rules)
    }

    fn of(set: Cow<'s, FrequencySet>, nomenclature: &Nomenclature<'_>, rules: Rules) -> Self {
        let mut unknown = Vec::new();
        let antigens = (rules.identity == Identity::Antigen).then(|| AntigenSpace::new(nomenclature.release));
        let judge = Judge { nomenclature, rules, antigens };
        let loci = (0..set.loci().len()).map(|locus| judge.meaning(&set, locus, &mut unknown)).collect();
        Understood { set, rules, loci, unknown }
    }

    /// The set itself.
    pub fn set(&self) -> &FrequencySet {
        &self.set
    }

    /// How its names are understood.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Names of the set that the release does not know.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    pub(crate) fn locus(&self, locus: usize) -> &LocusMeaning {
        &self.loci[locus]
    }

    /// The place of a locus in the set.
    pub fn place(&self, locus: Locus) -> Option<usize> {
        self.set.loci().iter().position(|known| *known == locus)
    }
}

/// What an allele is compared as, before it gets its number.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Same {
    Class(ClassId),
    /// A token of [`AntigenSpace`].
    Antigen(u32),
    Name(AlleleIndex),
}

/// Says what names mean.
struct Judge<'n> {
    nomenclature: &'n Nomenclature<'n>,
    rules: Rules,
    /// Where antigens are compared.
    antigens: Option<AntigenSpace>,
}

impl Judge<'_> {
    fn meaning(&self, set: &FrequencySet, locus: usize, unknown: &mut Vec<String>) -> LocusMeaning {
        let release = self.nomenclature.release;
        let mut numbers: FxHashMap<Same, Token> = FxHashMap::default();
        let mut meaning =
            LocusMeaning { tokens: Vec::new(), token_count: 0, of_allele: FxHashMap::default() };
        for (index, name) in set.names(locus).iter().enumerate() {
            let index = index as AlleleIndex;
            let read = self.nomenclature.read(name).ok().filter(|read| read.locus == set.loci()[locus]);
            if read.is_none() {
                unknown.push(name.to_string());
            }
            for allele in read.iter().flat_map(|read| stands_for(read, self.rules.resolution, release)) {
                meaning.of_allele.entry(allele).or_default().push(index);
            }
            let token = match self.same(index, name, read.as_ref()) {
                None => NO_PRODUCT,
                Some(same) => {
                    let next = numbers.len() as Token;
                    *numbers.entry(same).or_insert(next)
                }
            };
            meaning.tokens.push(token);
        }
        meaning.token_count = numbers.len();
        meaning
    }

    /// `None`: no product.
    fn same(&self, index: AlleleIndex, name: &str, read: Option<&Alternatives>) -> Option<Same> {
        let classes = read.map_or(&[][..], |read| read.classes.as_slice());
        let is_null = match read {
            Some(read) => classes.is_empty() && read.may_be_null,
            None => name.ends_with('N'),
        };
        if is_null && self.rules.nulls == Nulls::NotExpressed {
            return None;
        }
        if let Some(antigen) = read.and_then(|read| self.antigen(read)) {
            return Some(Same::Antigen(antigen));
        }
        Some(match (self.rules.identity, classes) {
            (Identity::PGroup | Identity::Antigen, [only]) => Same::Class(*only),
            _ => Same::Name(index),
        })
    }

    /// The one antigen of all expressed alleles of a name.
    fn antigen(&self, read: &Alternatives) -> Option<u32> {
        let antigens = self.antigens.as_ref()?;
        let release = self.nomenclature.release;
        let mut all = meant(read, release).filter_map(|allele| antigens.of_allele(allele));
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }
}

/// The alleles that count for a name: the nulls that merely begin like a short name do not.
pub(crate) fn meant(read: &Alternatives, release: &Release) -> impl Iterator<Item = AlleleId> {
    read.alleles
        .iter()
        .copied()
        .filter(|allele| release.class_of(*allele).is_some() || read.nulls.binary_search(allele).is_ok())
}

fn stands_for(read: &Alternatives, resolution: Resolution, release: &Release) -> Vec<AlleleId> {
    let named = meant(read, release);
    match resolution {
        Resolution::AsNamed => named.collect(),
        Resolution::Lgx => {
            let same_domain = |allele: &AlleleId| {
                release.class_of(*allele).is_some_and(|class| read.classes.binary_search(&class).is_ok())
            };
            release.alleles_of(read.locus).filter(same_domain).collect()
        }
    }
}
