//! What one locus of one person can be, as sets of small integers that compare fast.
//!
//! A null allele has no product, so the other, expressed allele stands alone: the locus counts as if
//! that allele were there twice. A position that *may* be null therefore adds a second possibility to
//! the product of both positions. Source: `WMDA` matching framework (Bochtler et al. 2011, BMT 46:338).

use qidai_hla::{Alternatives, Category, ClassId, Locus, LocusTyping, Pair, Release};

use crate::antigen::AntigenSpace;

/// A class at the antigen recognition domain, or an antigen, as an integer.
pub(crate) type Token = u32;

/// Something expressed that equals nothing known, not even itself: a `NEW` allele, or an antigen that
/// no allele of the release shows.
pub(crate) const UNNAMED: Token = Token::MAX;

/// A sorted set of tokens.
pub(crate) type TokenSet = Box<[Token]>;

/// A set of genotypes at one locus.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Component {
    /// One token of the first set and one of the second, chosen independently.
    Product(TokenSet, TokenSet),
    /// One token of the set, on both chromosomes.
    Twice(TokenSet),
    /// No product on either chromosome.
    Nothing,
}

/// Every genotype a locus can be at one level, the first one written first of comparison; never empty.
pub(crate) type Possibilities = Box<[Component]>;

/// One typed locus of one person, ready for comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocusGenotype {
    /// Classes at the antigen recognition domain.
    pub(crate) ard: Possibilities,
    /// Antigens at split level; empty at loci that are not compared as antigens.
    pub(crate) antigen: Possibilities,
    /// For each position the split-level numbers of the antigen it was typed as; empty where it is molecular.
    pub(crate) sera: [TokenSet; 2],
}

impl LocusGenotype {
    /// Whether the typing leaves one class open at each position, and no other.
    pub fn is_settled(&self) -> bool {
        match &self.ard[..] {
            [Component::Product(a, b)] => a.len() == 1 && b.len() == 1,
            [Component::Twice(a)] => a.len() == 1,
            [Component::Nothing] => true,
            _ => false,
        }
    }

    /// Whether some alternative is of one of these classes, which are sorted.
    pub fn may_show_class(&self, classes: &[ClassId]) -> bool {
        let tokens: Vec<Token> = classes.iter().map(|ClassId(id)| *id).collect();
        self.may_show(&tokens)
    }

    /// Whether some alternative is of one of these classes (sorted).
    pub(crate) fn may_show(&self, classes: &[Token]) -> bool {
        let meets = |set: &TokenSet| set.iter().any(|token| classes.binary_search(token).is_ok());
        self.ard.iter().any(|component| match component {
            Component::Product(a, b) => meets(a) || meets(b),
            Component::Twice(a) => meets(a),
            Component::Nothing => false,
        })
    }
}

/// Turns typings into genotypes under one release.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter<'r> {
    release: &'r Release,
    antigens: &'r AntigenSpace,
}

impl<'r> Interpreter<'r> {
    /// Puts a release and its own antigens together.
    pub fn new(release: &'r Release, antigens: &'r AntigenSpace) -> Self {
        Interpreter { release, antigens }
    }

    /// The release typings are interpreted under.
    pub fn release(&self) -> &'r Release {
        self.release
    }

    /// The antigens of the release.
    pub fn antigens(&self) -> &'r AntigenSpace {
        self.antigens
    }

    /// Everything the locus can be.
    pub fn genotype(&self, typing: &LocusTyping) -> LocusGenotype {
        let ard = typing.genotypes.iter().flat_map(|g| components(&g.as_ref().map(class_tokens)));
        let antigen = if AntigenSpace::LOCI.contains(&typing.locus) {
            let genotypes = typing.genotypes.iter();
            distinct(genotypes.flat_map(|g| components(&g.as_ref().map(|a| self.antigen_tokens(a)))))
        } else {
            Possibilities::default()
        };
        LocusGenotype { ard: distinct(ard), antigen, sera: self.sera(typing) }
    }

    /// What serology saw: an allele that is known only as the broad antigen cannot have been seen as two of its splits.
    fn sera(&self, typing: &LocusTyping) -> [TokenSet; 2] {
        let serology = self.release.serology();
        let seen = |position: &Alternatives| -> TokenSet {
            let level = position.antigen.map(|antigen| serology.split_level(antigen)).unwrap_or_default();
            level.iter().map(|antigen| Token::from(antigen.number)).collect()
        };
        match &typing.genotypes[..] {
            [Pair(one, two)] => [seen(one), seen(two)],
            _ => Default::default(),
        }
    }

    fn antigen_tokens(&self, alternatives: &Alternatives) -> Position {
        let mut tokens: Vec<Token> = match alternatives.antigen {
            Some(antigen) => self.antigens.of_antigen(self.release, antigen),
            None => expressed_alleles(alternatives, self.release)
                .filter_map(|allele| self.antigens.of_allele(allele))
                .collect(),
        };
        tokens.sort_unstable();
        tokens.dedup();
        Position::new(tokens, alternatives)
    }
}

/// The alleles that count: a null alternative counts only through `may_be_null`.
fn expressed_alleles<'a>(
    alternatives: &'a Alternatives,
    release: &'a Release,
) -> impl Iterator<Item = qidai_hla::AlleleId> + 'a {
    alternatives.alleles.iter().copied().filter(|a| release.class_of(*a).is_some())
}

/// One chromosome: the tokens it may express, and whether it may express nothing.
pub(crate) struct Position {
    tokens: Vec<Token>,
    may_be_null: bool,
}

impl Position {
    fn new(mut tokens: Vec<Token>, alternatives: &Alternatives) -> Self {
        let may_be_null = alternatives.may_be_null || alternatives.category == Category::Absent;
        if alternatives.category == Category::New || (tokens.is_empty() && !may_be_null) {
            tokens.push(UNNAMED);
        }
        Position { tokens, may_be_null }
    }
}

fn class_tokens(alternatives: &Alternatives) -> Position {
    Position::new(alternatives.classes.iter().map(|ClassId(id)| *id).collect(), alternatives)
}

fn components(pair: &Pair<Position>) -> Vec<Component> {
    let (one, two) = (&pair.0, &pair.1);
    let set = |tokens: &[Token]| -> TokenSet { tokens.into() };
    let mut all = Vec::new();
    if !one.tokens.is_empty() && !two.tokens.is_empty() {
        let (a, b) = (set(&one.tokens), set(&two.tokens));
        all.push(Component::Product(a, b));
    }
    for (null, other) in [(one, two), (two, one)] {
        if null.may_be_null && !other.tokens.is_empty() {
            all.push(Component::Twice(set(&other.tokens)));
        }
    }
    if one.may_be_null && two.may_be_null {
        all.push(Component::Nothing);
    }
    all
}

/// Each component once, in the order of the typing: positions are shown as they were written.
fn distinct(components: impl Iterator<Item = Component>) -> Possibilities {
    let mut all: Vec<Component> = Vec::new();
    for component in components {
        if !all.contains(&component) {
            all.push(component);
        }
    }
    all.into()
}

/// Whether a locus is compared as an antigen in the class x/6.
pub(crate) fn compared_as_antigen(locus: Locus) -> bool {
    AntigenSpace::LOCI.contains(&locus)
}
