//! Groups of a collection as seen from one person, and pairs of groups compared with that person.

use rustc_hash::FxHashMap;

use super::ANSWERED;
use super::lists::Lists;
use super::look::{Look, Looking};
use super::viewpoint::{USELESS, Viewpoint};
use crate::impute::Member;

/// Up to so many signatures every pair of them has its place in a table.
const TABLE_SIDE_MAX: usize = 3_000;
/// So many answers are kept at most; the others are found again when they are asked for again.
const KEPT_MAX: usize = 1_000_000;
/// Pairs of groups with fewer pairs of signatures are compared signature by signature.
const WIDE: u64 = 20_000;
/// What one donor may cost, in about nanoseconds on one core.
const EFFORT_MAX: u64 = 1_500_000_000;

/// Members of a group that show the same, added up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    signature: u32,
    /// Matches that it can bring at most.
    matches: u32,
    weight: f64,
}

/// Where a group stands in the list of what groups show.
#[derive(Clone, Copy, Debug)]
struct Place {
    from: u32,
    to: u32,
}

const NOT_YET: Place = Place { from: u32::MAX, to: u32::MAX };
const NOT_ASKED: u8 = u8::MAX;

/// All groups of a collection from one viewpoint; filled as groups are asked for.
pub(super) struct Comparison<'v> {
    view: &'v Viewpoint,
    groups: &'v Lists<Member>,
    needed: usize,
    /// For each group the most matches of its members.
    most: Vec<u8>,
    places: Vec<Place>,
    shown: Vec<Shown>,
    /// Where a signature stands in the group that is being added up.
    slots: Vec<u32>,
    answers: Answers,
}

impl<'v> Comparison<'v> {
    pub(super) fn new(view: &'v Viewpoint, groups: &'v Lists<Member>) -> Self {
        let signatures = view.signature_count();
        Comparison {
            view,
            groups,
            needed: view.needed(),
            most: vec![NOT_ASKED; groups.len()],
            places: vec![NOT_YET; groups.len()],
            shown: Vec::new(),
            slots: vec![u32::MAX; signatures],
            answers: Answers::new(signatures),
        }
    }

    /// Sums over all pairs of haplotypes of a donor: the probabilities of 0 to 4 mismatches times the donor's mass. `None` where this would
    /// take too long.
    pub(super) fn donor(&mut self, pairs: &[(u32, u32)]) -> Option<[f64; ANSWERED]> {
        let mut totals = [0.0; ANSWERED];
        let mut effort = 0;
        for (one, two) in pairs {
            if self.most(*one) + self.most(*two) < self.needed {
                continue;
            }
            let (a, b) = (self.place(*one), self.place(*two));
            let (is_wide, cost) = self.cost(a, b);
            effort += cost;
            if effort > EFFORT_MAX {
                return None;
            }
            let sums = if is_wide { self.by_genotype(a, b, one == two) } else { self.by_signature(a, b) };
            let twice = if one == two { 1.0 } else { 2.0 };
            totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += twice * sum);
        }
        Some(totals)
    }

    /// For each locus the probabilities of 0, 1, 2 mismatches there among all who have exactly `total` in all; `None` where nobody has, or
    /// where this would take too long.
    pub(super) fn donor_given(&mut self, pairs: &[(u32, u32)], total: usize) -> Option<Vec<[f64; 3]>> {
        let mut sums = vec![[0.0; 3]; self.view.loci.len()];
        let mut effort = 0;
        for (one, two) in pairs {
            if self.most(*one) + self.most(*two) < self.needed {
                continue;
            }
            let (a, b) = (self.place(*one), self.place(*two));
            effort += self.cost_by_signature(a, b);
            if effort > EFFORT_MAX {
                return None;
            }
            let twice = if one == two { 1.0 } else { 2.0 };
            for x in self.shown(a) {
                for y in self.shown(b) {
                    self.view.add_given(
                        x.signature,
                        y.signature,
                        total,
                        twice * x.weight * y.weight,
                        &mut sums,
                    );
                }
            }
        }
        let all: f64 = sums.first()?.iter().sum();
        (all > 0.0).then(|| sums.into_iter().map(|locus| locus.map(|sum| sum / all)).collect())
    }

    fn most(&mut self, group: u32) -> usize {
        let most = &mut self.most[group as usize];
        if *most == NOT_ASKED {
            let matches = |member: &Member| match self.view.signature_of(member.row) {
                USELESS => 0,
                signature => self.view.matches(signature),
            };
            *most = self.groups.list(group).iter().map(matches).max().unwrap_or_default();
        }
        usize::from(*most)
    }

    /// What a group shows, the signatures that match most first.
    fn place(&mut self, group: u32) -> Place {
        let known = self.places[group as usize];
        if known.from != NOT_YET.from {
            return known;
        }
        let from = self.shown.len();
        for member in self.groups.list(group) {
            let signature = self.view.signature_of(member.row);
            if signature == USELESS {
                continue;
            }
            let slot = &mut self.slots[signature as usize];
            if *slot == u32::MAX {
                *slot = self.shown.len() as u32;
                let matches = self.view.matches(signature).into();
                self.shown.push(Shown { signature, matches, weight: 0.0 });
            }
            self.shown[*slot as usize].weight += member.weight;
        }
        let here = &mut self.shown[from..];
        here.iter().for_each(|shown| self.slots[shown.signature as usize] = u32::MAX);
        here.sort_unstable_by_key(|shown| shown.signature);
        let place = Place { from: from as u32, to: self.shown.len() as u32 };
        self.places[group as usize] = place;
        place
    }

    fn shown(&self, place: Place) -> &[Shown] {
        &self.shown[place.from as usize..place.to as usize]
    }

    /// Whether going through genotypes is quicker than through pairs of signatures, and what it costs.
    fn cost(&self, a: Place, b: Place) -> (bool, u64) {
        let by_signature = self.cost_by_signature(a, b);
        let (a, b) = (self.shown(a).len() as u64, self.shown(b).len() as u64);
        if a * b < WIDE {
            return (false, by_signature);
        }
        let looks = 3_u64.pow(self.view.loci.len() as u32);
        let one = (a + b) * 10 + a.min(looks) * b.min(looks) * 3;
        let by_genotype = one * self.view.probabilities.len() as u64;
        (by_genotype < by_signature, by_genotype.min(by_signature))
    }

    fn cost_by_signature(&self, a: Place, b: Place) -> u64 {
        let pairs = self.shown(a).len() as u64 * self.shown(b).len() as u64;
        pairs * (4 + 12 * self.view.words() as u64)
    }

    /// Every pair of signatures, each with all genotypes at once.
    fn by_signature(&mut self, a: Place, b: Place) -> [f64; ANSWERED] {
        let Comparison { view, needed, shown, answers, .. } = self;
        let shown = |place: Place| &shown[place.from as usize..place.to as usize];
        let (a, mut b) = (shown(a), shown(b));
        let mut sums = [0.0; ANSWERED];
        for x in a {
            // Both lists begin with the signatures that match most, so fewer and fewer are enough.
            let missing = needed.saturating_sub(x.matches as usize) as u32;
            while b.last().is_some_and(|y| y.matches < missing) {
                b = &b[..b.len() - 1];
            }
            for y in b {
                if let Some(totals) = answers.of(view, x.signature, y.signature) {
                    let weight = x.weight * y.weight;
                    sums.iter_mut().zip(totals).for_each(|(sum, total)| *sum += weight * total);
                }
            }
        }
        sums
    }

    /// Every genotype, each with the few looks that many signatures have from there.
    fn by_genotype(&self, a: Place, b: Place, is_same: bool) -> [f64; ANSWERED] {
        let width = self.view.loci.len();
        let mut totals = [0.0; ANSWERED];
        for (genotype, probability) in self.view.probabilities.iter().enumerate() {
            let looking = Looking::new(self.view, genotype);
            let one = self.looks(&looking, a);
            let other;
            let two = if is_same {
                &one
            } else {
                other = self.looks(&looking, b);
                &other
            };
            for (x, f) in &one {
                let missing = self.needed.saturating_sub(x.matches_at_most());
                for (y, g) in two.iter().take_while(|(y, _)| y.matches_at_most() >= missing) {
                    let mismatches = 2 * width - x.matches_with(*y);
                    if mismatches < ANSWERED {
                        totals[mismatches] += probability * f * g;
                    }
                }
            }
        }
        totals
    }

    /// Looks of a group with their weights, those that match most first.
    fn looks(&self, looking: &Looking, place: Place) -> Vec<(Look, f64)> {
        let mut places: FxHashMap<Look, usize> = FxHashMap::default();
        let mut looks: Vec<(Look, f64)> = Vec::new();
        for shown in self.shown(place) {
            let look = looking.look(self.view.signature(shown.signature));
            let next = looks.len();
            let at = *places.entry(look).or_insert(next);
            if at == next {
                looks.push((look, 0.0));
            }
            looks[at].1 += shown.weight;
        }
        looks.sort_unstable_by_key(|(look, _)| (std::cmp::Reverse(look.matches_at_most()), *look));
        looks
    }
}

/// Answers for pairs of signatures, each found once.
struct Answers {
    side: usize,
    /// For each pair where its answer stands, [`UNKNOWN`] at first; empty where there are too many signatures.
    places: Vec<u32>,
    /// The same by the numbers of both signatures, the smaller first, where there are too many for a table.
    sparse: FxHashMap<u64, u32>,
    found: Vec<[f64; ANSWERED]>,
}

const UNKNOWN: u32 = 0;
/// The pair never matches well enough.
const NEVER: u32 = 1;
/// Where an answer is put that is not kept.
const PASSING: u32 = 2;
/// The first of those that are kept; the places before it are free in `found`.
const KEPT: usize = 3;

impl Answers {
    fn new(signatures: usize) -> Self {
        let side = if signatures <= TABLE_SIDE_MAX { signatures } else { 0 };
        Answers {
            side,
            places: vec![UNKNOWN; side * side],
            sparse: FxHashMap::default(),
            found: vec![[0.0; ANSWERED]; KEPT],
        }
    }

    /// Probabilities of 0 to 4 mismatches; `None` when all are 0.
    #[inline]
    fn of(&mut self, view: &Viewpoint, one: u32, two: u32) -> Option<&[f64; ANSWERED]> {
        let known = match self.side {
            0 => self.sparse.get(&key(one, two)).copied().unwrap_or(UNKNOWN),
            side => self.places[one as usize * side + two as usize],
        };
        let place = if known == UNKNOWN { self.find(view, one, two) } else { known };
        (place != NEVER).then(|| &self.found[place as usize])
    }

    #[inline(never)]
    fn find(&mut self, view: &Viewpoint, one: u32, two: u32) -> u32 {
        let totals = view.totals(one, two);
        let place = if totals == [0.0; ANSWERED] {
            NEVER
        } else if self.found.len() < KEPT_MAX {
            self.found.push(totals);
            self.found.len() as u32 - 1
        } else {
            self.found[PASSING as usize] = totals;
            return PASSING;
        };
        if self.side == 0 {
            if self.sparse.len() < KEPT_MAX {
                self.sparse.insert(key(one, two), place);
            }
        } else {
            for (x, y) in [(one, two), (two, one)] {
                self.places[x as usize * self.side + y as usize] = place;
            }
        }
        place
    }
}

fn key(one: u32, two: u32) -> u64 {
    (u64::from(one.min(two)) << 32) | u64::from(one.max(two))
}

#[cfg(test)]
mod tests {
    use qidai_hla::{Nomenclature, Release};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::frequency::{FrequencySet, Rules, Understood};
    use crate::impute::{Counted, Genotypes, Imputer, Phenotype};

    /// Forty haplotypes of few alleles; the last of a locus is null.
    fn set(random: &mut ChaCha8Rng) -> FrequencySet {
        let allele = |locus: &str, number: u32| match number {
            4 => format!("{locus}*90:04N"),
            _ => format!("{locus}*90:0{number}"),
        };
        let haplotypes = (0..40).map(|_| {
            let alleles =
                ["A", "C", "B", "DRB1", "DQB1"].map(|locus| allele(locus, random.random_range(1..5)));
            format!("{},{}", alleles.join("~"), random.random_range(1..100))
        });
        FrequencySet::read(&haplotypes.collect::<Vec<_>>().join("\n")).unwrap()
    }

    #[test]
    fn genotype_by_genotype_gives_what_signature_by_signature_gives() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let release = Release::starter();
        for _ in 0..20 {
            let set = set(&mut random);
            let understood = Understood::new(&set, &Nomenclature::new(&release, None), Rules::default());
            let imputer = Imputer::new(understood);
            let counted = Counted::new(&imputer, &[0, 1, 2, 3, 4]);
            // All 820 pairs of haplotypes on both sides.
            let person = counted.person(&Phenotype::default());
            let view =
                Viewpoint::new(&Genotypes::listed(&person, counted.rows()).unwrap(), counted.rows()).unwrap();
            let mut groups = Lists::default();
            groups.push(person.groups[0].iter().copied());
            groups.push(person.groups[0].iter().copied().filter(|member| member.row % 3 == 0));
            let mut comparison = Comparison::new(&view, &groups);
            let (a, b) = (comparison.place(0), comparison.place(1));
            for (one, two, is_same) in [(a, a, true), (a, b, false)] {
                let (left, right) =
                    (comparison.by_signature(one, two), comparison.by_genotype(one, two, is_same));
                let scale = person.mass;
                assert!(
                    left.iter().zip(right).all(|(x, y)| (x - y).abs() <= 1e-12 * scale),
                    "{left:?} {right:?}"
                );
                assert!(left.iter().sum::<f64>() > 0.0);
            }
        }
    }
}
