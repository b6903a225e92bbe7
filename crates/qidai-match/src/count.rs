//! How many alleles match at one locus: 0, 1 or 2, in the best and in the worst case.
//!
//! For one pair of genotypes the count is that of the better of the two ways to pair the chromosomes.
//! Typings that leave several genotypes open give a range: the *best* case takes for both people the
//! genotypes that match most, the *worst* case those that match least. The true count is between.
//! `docs/algorithms.md` has a worked example.

use crate::antigen::AntigenSpace;
use crate::genotype::{Component, LocusGenotype, Possibilities, Token, UNNAMED};

/// Matching alleles at one locus (0–2), or in one class (0–6, 0–8, 0–10), best and worst case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Matches {
    /// As many as the typings allow.
    pub best: u8,
    /// As few as the typings allow.
    pub worst: u8,
}

impl Matches {
    /// What an untyped locus gives: everything is possible.
    pub const UNTYPED: Matches = Matches { best: 2, worst: 0 };

    /// The same protein shows the same antigen: a count of antigens is never below that of proteins.
    #[must_use]
    pub fn at_least(self, proteins: Matches) -> Matches {
        Matches { best: self.best.max(proteins.best), worst: self.worst.max(proteins.worst) }
    }

    /// True when best and worst case are the same.
    pub fn is_certain(self) -> bool {
        self.best == self.worst
    }
}

/// Counts matches between two genotypes at the antigen recognition domain.
pub fn compare(patient: &LocusGenotype, donor: &LocusGenotype) -> Matches {
    let vetoes = Vetoes::new(patient, donor);
    range(&patient.ard, &donor.ard, &SameClass, vetoes)
}

/// Counts matches between two genotypes as antigens at split level (A and B only).
pub fn compare_antigens(patient: &LocusGenotype, donor: &LocusGenotype, space: &AntigenSpace) -> Matches {
    range(&patient.antigen, &donor.antigen, &SameAntigen(space), None)
}

/// Pairs of positions that were both typed by serology, as antigens that cannot be the same.
#[derive(Clone, Copy)]
struct Vetoes([[bool; 2]; 2]);

impl Vetoes {
    /// `None` when there are none.
    fn new(patient: &LocusGenotype, donor: &LocusGenotype) -> Option<Self> {
        let differ =
            |a: &[Token], b: &[Token]| !a.is_empty() && !b.is_empty() && !a.iter().any(|x| b.contains(x));
        let all = patient.sera.each_ref().map(|a| donor.sera.each_ref().map(|b| differ(a, b)));
        all.iter().flatten().any(|veto| *veto).then_some(Vetoes(all))
    }
}

/// When two tokens may match.
trait Relation {
    fn possible(&self, a: Token, b: Token) -> bool;
    /// Whether some token of the sorted set may match `a`.
    fn possible_in(&self, a: Token, set: &[Token]) -> bool;
    fn sets_possible(&self, a: &[Token], b: &[Token]) -> bool;
}

struct SameClass;

impl Relation for SameClass {
    fn possible(&self, a: Token, b: Token) -> bool {
        a == b && a != UNNAMED
    }

    fn possible_in(&self, a: Token, set: &[Token]) -> bool {
        a != UNNAMED && (if set.len() == 1 { set[0] == a } else { set.binary_search(&a).is_ok() })
    }

    fn sets_possible(&self, a: &[Token], b: &[Token]) -> bool {
        let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        small.iter().any(|x| self.possible_in(*x, large))
    }
}

struct SameAntigen<'s>(&'s AntigenSpace);

impl Relation for SameAntigen<'_> {
    fn possible(&self, a: Token, b: Token) -> bool {
        a != UNNAMED && self.0.could_be_same(a, b)
    }

    fn possible_in(&self, a: Token, set: &[Token]) -> bool {
        set.iter().any(|b| self.possible(a, *b))
    }

    fn sets_possible(&self, a: &[Token], b: &[Token]) -> bool {
        a.iter().any(|x| self.possible_in(*x, b))
    }
}

fn range(
    patient: &Possibilities,
    donor: &Possibilities,
    relation: &impl Relation,
    vetoes: Option<Vetoes>,
) -> Matches {
    let mut range = Matches { best: 0, worst: 2 };
    for p in patient {
        for d in donor {
            if range.best < 2 {
                range.best = range.best.max(best(p, d, relation, vetoes));
            }
            if range.worst > 0 {
                range.worst = range.worst.min(worst(p, d, vetoes));
            }
        }
    }
    range
}

/// The most matches over all choices. Within one pairing the two positions are independent.
fn best(p: &Component, d: &Component, relation: &impl Relation, vetoes: Option<Vetoes>) -> u8 {
    use Component::{Nothing, Product, Twice};
    match (p, d) {
        (Product(a, b), Product(x, y)) => {
            let count = |one: bool, two: bool| u8::from(one) + u8::from(two);
            let Vetoes([[ax, ay], [bx, by]]) = vetoes.unwrap_or(Vetoes([[false; 2]; 2]));
            let straight = count(!ax && relation.sets_possible(a, x), !by && relation.sets_possible(b, y));
            if straight == 2 {
                return 2;
            }
            straight.max(count(!ay && relation.sets_possible(a, y), !bx && relation.sets_possible(b, x)))
        }
        (Product(a, b), Twice(t)) | (Twice(t), Product(a, b)) => {
            let both =
                |x: &Token| u8::from(relation.possible_in(*x, a)) + u8::from(relation.possible_in(*x, b));
            t.iter().map(both).max().unwrap_or(0)
        }
        (Twice(s), Twice(t)) => 2 * u8::from(relation.sets_possible(s, t)),
        (Nothing, Nothing) => 2,
        (Nothing, _) | (_, Nothing) => 0,
    }
}

/// The fewest matches over all choices. Only equal tokens are a certain match.
fn worst(p: &Component, d: &Component, vetoes: Option<Vetoes>) -> u8 {
    use Component::{Nothing, Product, Twice};
    match (p, d) {
        (Product(a, b), Product(x, y)) => worst_of_products([a, b], [x, y], vetoes),
        (Product(a, b), Twice(t)) | (Twice(t), Product(a, b)) => {
            if only(a).is_some() && only(a) == only(b) && only(a) == only(t) {
                2
            } else {
                u8::from(t.iter().all(|x| only(a) == Some(*x) || only(b) == Some(*x)))
            }
        }
        (Twice(s), Twice(t)) => 2 * u8::from(only(s).is_some() && only(s) == only(t)),
        (Nothing, Nothing) => 2,
        (Nothing, _) | (_, Nothing) => 0,
    }
}

fn worst_of_products([a, b]: [&[Token]; 2], [x, y]: [&[Token]; 2], vetoes: Option<Vetoes>) -> u8 {
    let vetoes = vetoes.unwrap_or(Vetoes([[false; 2]; 2]));
    let Vetoes([[ax, ay], [bx, by]]) = vetoes;
    if let (Some(p), Some(q), Some(s), Some(t)) = (only(a), only(b), only(x), only(y))
        && ((p == s && q == t && !ax && !by) || (p == t && q == s && !ay && !bx))
    {
        return 2;
    }
    u8::from(!can_be_disjoint([a, b], [x, y], vetoes))
}

/// Whether the four can be chosen so that nothing on one side equals anything on the other, but for what is vetoed.
///
/// Quadratic in form, linear in fact: a set of three or more always has a token outside any two, so
/// the loops end at once unless `x` or `y` has one or two tokens that the other side cannot avoid.
fn can_be_disjoint([a, b]: [&[Token]; 2], [x, y]: [&[Token]; 2], vetoes: Vetoes) -> bool {
    let Vetoes([[ax, ay], [bx, by]]) = vetoes;
    let unless = |veto: bool, token: Token| if veto { UNNAMED } else { token };
    let escapes =
        |set: &[Token], p: Token, q: Token| set.iter().any(|t| *t == UNNAMED || (*t != p && *t != q));
    a.iter().any(|p| {
        b.iter()
            .any(|q| escapes(x, unless(ax, *p), unless(bx, *q)) && escapes(y, unless(ay, *p), unless(by, *q)))
    })
}

/// The token of a set that leaves no choice and has a name.
fn only(set: &[Token]) -> Option<Token> {
    match set {
        [single] if *single != UNNAMED => Some(*single),
        _ => None,
    }
}
