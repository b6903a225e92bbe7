//! Where the doubt about a match sits: which genotypes carry the probability, which locus is open, and which further typing would remove
//! most of it.
//!
//! Doubt is the entropy, in bits, of the number of mismatches (0, 1, 2, 3, 4, more). Knowing one more locus of one side leaves on average the
//! entropy of each outcome, weighed by its probability; the difference is what that typing is worth. Source: mutual information (Shannon 1948, Bell Syst
//! Tech J 27:379). `docs/algorithm/doubt.md` has a worked example.

use rustc_hash::FxHashMap;

use crate::impute::{Counted, Genotypes, Imputer, LocusPair, Phenotype};
use crate::predict::ANSWERED;

/// Up to so many pairs of haplotypes of one side are listed.
const LISTED_PAIRS_MAX: u64 = 2_000_000;
/// Up to so many pairs of genotypes are compared.
const COMPARED_MAX: usize = 60_000_000;
/// What may be left out of each side where more would have to be compared; it is said.
const LEFT_OUT_MAX: f64 = 1e-4;
/// 0 to 4 mismatches, and more.
const OUTCOMES: usize = ANSWERED + 1;
/// The question "do they match in full?" counts as answered from here.
const DECIDED: f64 = 0.95;

/// Who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one who is searched for.
    Patient,
    /// The unit, or the donor.
    Donor,
}

/// A genotype with its probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Likely {
    /// For each counted locus the two alleles; those that count as the same are joined by `/`.
    pub loci: Vec<String>,
    /// 0 to 1.
    pub probability: f64,
}

/// One side of the pair.
#[derive(Clone, Debug, PartialEq)]
pub struct SideDoubt {
    /// How many genotypes the typing allows at the counted loci.
    pub genotypes: usize,
    /// The likeliest ones.
    pub likeliest: Vec<Likely>,
}

/// What one more typing would be worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Worth {
    /// Whose typing.
    pub side: Side,
    /// Place in the set's loci.
    pub place: usize,
    /// By how much the doubt falls on average, in bits; never below 0.
    pub removes_bits: f64,
    /// The probability that afterwards a full match is at least 95 % certain, or at least 95 % excluded.
    pub decides: f64,
}

/// All about the doubt of one pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Probabilities of 0 to 4 mismatches.
    pub totals: [f64; ANSWERED],
    /// Of each side so much was left out at most.
    pub left_out: f64,
    /// Entropy of the number of mismatches.
    pub bits: f64,
    /// For each counted locus the marginal probabilities of 0, 1, 2 mismatches, and the entropy of these.
    pub loci: Vec<([f64; 3], f64)>,
    /// The patient.
    pub patient: SideDoubt,
    /// The unit.
    pub donor: SideDoubt,
    /// What could be typed next, the most useful first; what removes nothing is not listed.
    pub next: Vec<Worth>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// No pair of haplotypes of the set answers the typing.
    Unrepresented(Side),
    /// So many are possible that they cannot be listed.
    TooAmbiguous(Side),
}

/// Explains a pair; lists so many genotypes of each side.
///
/// # Errors
/// [`NoAnswer`].
pub fn doubt(
    imputer: &Imputer<'_>,
    places: &[usize],
    patient: &Phenotype,
    donor: &Phenotype,
    listed: usize,
) -> Result<Doubt, NoAnswer> {
    let counted = Counted::new(imputer, places);
    let all: Vec<usize> = (0..imputer.understood().set().loci().len()).collect();
    let whole = Counted::new(imputer, &all);
    let patient = Person::new(patient, Side::Patient, &counted, &whole)?;
    let donor = Person::new(donor, Side::Donor, &counted, &whole)?;
    let mut left_out = 0.0;
    let from_donor =
        Seen::new(&donor, &patient, places, &mut left_out).ok_or(NoAnswer::TooAmbiguous(Side::Donor))?;
    let from_patient =
        Seen::new(&patient, &donor, places, &mut left_out).ok_or(NoAnswer::TooAmbiguous(Side::Patient))?;
    let outcomes = from_donor.outcomes;
    let bits = entropy(&outcomes);
    let mut next = from_donor.worths(Side::Donor, bits);
    next.extend(from_patient.worths(Side::Patient, bits));
    next.sort_by(|a, b| b.removes_bits.total_cmp(&a.removes_bits));
    let loci = (0..places.len()).map(|locus| {
        let p = marginal(&patient.at_locus(locus), &donor.at_locus(locus));
        (p, entropy(&p))
    });
    let mut totals = [0.0; ANSWERED];
    totals.copy_from_slice(&outcomes[..ANSWERED]);
    let names = Names::new(imputer, places);
    Ok(Doubt {
        totals,
        left_out,
        bits,
        loci: loci.collect(),
        patient: names.side(&patient.counted, listed),
        donor: names.side(&donor.counted, listed),
        next,
    })
}

/// One side: what it can be at the counted loci, and at all loci of the set.
struct Person {
    counted: Genotypes,
    whole: Genotypes,
}

impl Person {
    fn new(
        phenotype: &Phenotype,
        side: Side,
        counted: &Counted<'_, '_>,
        whole: &Counted<'_, '_>,
    ) -> Result<Person, NoAnswer> {
        let listed = |counted: &Counted<'_, '_>| match counted.person(phenotype) {
            person if !person.is_represented() => Err(NoAnswer::Unrepresented(side)),
            person if person.pair_count() > LISTED_PAIRS_MAX => Err(NoAnswer::TooAmbiguous(side)),
            person => Genotypes::listed(&person, counted.rows()).ok_or(NoAnswer::TooAmbiguous(side)),
        };
        Ok(Person { whole: listed(whole)?, counted: listed(counted)? })
    }

    /// The pairs of one counted locus, each once, with their probabilities.
    fn at_locus(&self, locus: usize) -> Vec<(LocusPair, f64)> {
        let (numbers, pairs) = numbered(&self.counted, locus);
        let mut sums: Vec<(LocusPair, f64)> = pairs.into_iter().map(|pair| (pair, 0.0)).collect();
        for (number, (_, p)) in numbers.iter().zip(self.counted.iter()) {
            sums[*number as usize].1 += p;
        }
        sums
    }
}

/// The marginal probabilities of 0, 1, 2 mismatches.
fn marginal(one: &[(LocusPair, f64)], two: &[(LocusPair, f64)]) -> [f64; 3] {
    let mut all = [0.0; 3];
    for (mine, p) in one {
        for (other, q) in two {
            all[usize::from(mine.mismatches(*other))] += p * q;
        }
    }
    all
}

/// One side as the other sees it: for each of its genotypes over all loci how the number of mismatches is spread.
struct Seen {
    genotypes: Genotypes,
    spreads: Vec<[f64; OUTCOMES]>,
    outcomes: [f64; OUTCOMES],
}

impl Seen {
    /// `None`: too many to compare.
    fn new(own: &Person, other: &Person, places: &[usize], left_out: &mut f64) -> Option<Seen> {
        let (mut own, mut other) = (own.whole.clone(), other.counted.clone());
        for genotypes in [&mut own, &mut other] {
            if genotypes.len() > 1000 {
                let (likeliest, rest) = genotypes.likeliest(LEFT_OUT_MAX);
                *genotypes = likeliest;
                *left_out = rest.max(*left_out);
            }
        }
        if own.len().saturating_mul(other.len()) > COMPARED_MAX {
            return None;
        }
        let tables: Vec<Table> =
            places.iter().enumerate().map(|(at, place)| Table::new(&own, *place, &other, at)).collect();
        let mass: f64 = other.iter().map(|(_, p)| p).sum();
        let mut spreads = Vec::with_capacity(own.len());
        for mine in 0..own.len() {
            let mut spread = [0.0; OUTCOMES];
            for (theirs, (_, p)) in other.iter().enumerate() {
                let mismatches: u8 = tables.iter().map(|table| table.mismatches(mine, theirs)).sum();
                spread[usize::from(mismatches).min(ANSWERED)] += p / mass;
            }
            spreads.push(spread);
        }
        let total: f64 = own.iter().map(|(_, q)| q).sum();
        let mut outcomes = [0.0; OUTCOMES];
        for (spread, (_, q)) in spreads.iter().zip(own.iter()) {
            outcomes.iter_mut().zip(spread).for_each(|(sum, part)| *sum += part * q / total);
        }
        Some(Seen { genotypes: own, spreads, outcomes })
    }

    /// What knowing each locus of this side would be worth.
    fn worths(&self, side: Side, bits: f64) -> Vec<Worth> {
        let width = self.genotypes.width();
        (0..width).filter_map(|place| self.worth(side, place, bits)).collect()
    }

    fn worth(&self, side: Side, place: usize, bits: f64) -> Option<Worth> {
        let mut numbers: FxHashMap<LocusPair, usize> = FxHashMap::default();
        let mut outcomes: Vec<(f64, [f64; OUTCOMES])> = Vec::new();
        for (spread, (genotype, q)) in self.spreads.iter().zip(self.genotypes.iter()) {
            let next = outcomes.len();
            let at = *numbers.entry(genotype[place]).or_insert(next);
            if at == next {
                outcomes.push((0.0, [0.0; OUTCOMES]));
            }
            outcomes[at].0 += q;
            outcomes[at].1.iter_mut().zip(spread).for_each(|(sum, part)| *sum += part * q);
        }
        let total: f64 = outcomes.iter().map(|(q, _)| q).sum();
        let (mut left_bits, mut decides) = (0.0, 0.0);
        for (q, sums) in &outcomes {
            let spread = sums.map(|sum| sum / q);
            left_bits += q / total * entropy(&spread);
            if spread[0] >= DECIDED || spread[0] <= 1.0 - DECIDED {
                decides += q / total;
            }
        }
        let removes_bits = (bits - left_bits).max(0.0);
        (outcomes.len() > 1 && removes_bits > 1e-9).then_some(Worth { side, place, removes_bits, decides })
    }
}

/// Mismatches of one locus for all pairs of different genotypes of both sides.
struct Table {
    mine: Vec<u32>,
    theirs: Vec<u32>,
    width: usize,
    mismatches: Vec<u8>,
}

impl Table {
    fn new(own: &Genotypes, place: usize, other: &Genotypes, at: usize) -> Table {
        let (mine, rows) = numbered(own, place);
        let (theirs, columns) = numbered(other, at);
        let mismatches = rows.iter().flat_map(|a| columns.iter().map(|b| a.mismatches(*b))).collect();
        Table { mine, theirs, width: columns.len(), mismatches }
    }

    fn mismatches(&self, mine: usize, theirs: usize) -> u8 {
        self.mismatches[self.mine[mine] as usize * self.width + self.theirs[theirs] as usize]
    }
}

/// For each genotype the number of its pair at a locus, and the pairs by number.
fn numbered(genotypes: &Genotypes, at: usize) -> (Vec<u32>, Vec<LocusPair>) {
    let mut numbers: FxHashMap<LocusPair, u32> = FxHashMap::default();
    let mut pairs = Vec::new();
    let of = genotypes.iter().map(|(genotype, _)| {
        let next = pairs.len() as u32;
        let number = *numbers.entry(genotype[at]).or_insert(next);
        if number == next {
            pairs.push(genotype[at]);
        }
        number
    });
    (of.collect(), pairs)
}

fn entropy(probabilities: &[f64]) -> f64 {
    probabilities.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum::<f64>().max(0.0)
}

/// What tokens are called at each counted locus.
struct Names(Vec<Vec<String>>);

impl Names {
    fn new(imputer: &Imputer<'_>, places: &[usize]) -> Names {
        let understood = imputer.understood();
        let of_locus = |place: &usize| {
            let meaning = understood.locus(*place);
            let mut names = vec![String::new(); meaning.token_count];
            for (token, name) in meaning.tokens.iter().zip(understood.set().names(*place)) {
                if let Some(known) = names.get_mut(usize::from(*token)) {
                    if !known.is_empty() {
                        known.push('/');
                    }
                    known.push_str(name);
                }
            }
            names
        };
        Names(places.iter().map(of_locus).collect())
    }

    fn side(&self, genotypes: &Genotypes, listed: usize) -> SideDoubt {
        let mut order: Vec<(usize, f64)> = genotypes.iter().map(|(_, p)| p).enumerate().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let likely = order.iter().take(listed).map(|(at, probability)| {
            let loci = genotypes.row(*at).iter().zip(&self.0);
            Likely {
                loci: loci.map(|(pair, names)| written(*pair, names)).collect(),
                probability: *probability,
            }
        });
        SideDoubt { genotypes: genotypes.len(), likeliest: likely.collect() }
    }
}

fn written(pair: LocusPair, names: &[String]) -> String {
    match pair.tokens() {
        None => "–".to_owned(),
        Some((one, two)) => format!("{}+{}", names[usize::from(one)], names[usize::from(two)]),
    }
}
