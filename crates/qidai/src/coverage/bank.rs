//! The real bank: how many of its units are large enough, and what it holds for each patient.

use qidai_match::coverage::Counting;
use qidai_match::search::{Facts, QUESTIONS_MAX, Query, Reach, Source, reach};
use qidai_match::{LocusCounts, MATCH_LOCI, Matches};

use super::ask::WEIGHTS_MAX;
use super::people::People;
use super::{CoverageRequest, NextUnit};
use crate::catalogue::Catalogue;
use crate::error::{Failure, Kind};

/// The questions of one walk, by bit: own units of any dose, own units large enough for each weight, one list.
const ANY_DOSE: usize = 0;
const LIST: usize = WEIGHTS_MAX + 1;
const _: () = assert!(LIST < QUESTIONS_MAX);

/// How many units are large enough for each weight.
pub(super) struct Doses {
    /// Least TNC and CD34+ of a unit, by the place of the weight.
    floors: Vec<(u64, u64)>,
    shares: Vec<f64>,
}

impl Doses {
    /// Counts the bank's units, unless shares were given.
    ///
    /// # Errors
    /// There is no unit to be counted.
    pub(super) fn of(catalogue: &Catalogue, request: &CoverageRequest) -> Result<Doses, Failure> {
        let floors: Vec<_> = request.weights_kg.iter().map(|weight| request.floors(*weight)).collect();
        let mut doses = Doses { floors, shares: request.large_enough.clone() };
        if doses.floors.len() == doses.shares.len() {
            return Ok(doses);
        }
        let rows = 0..catalogue.snapshot().row_count() as u32;
        let own =
            rows.map(|row| catalogue.snapshot().facts(row)).filter(|facts| facts.source == Source::Unit);
        let (mut all, mut enough) = (0_u64, vec![0_u64; doses.floors.len()]);
        for facts in own {
            all += 1;
            for (at, count) in enough.iter_mut().enumerate() {
                *count += u64::from(doses.is_enough(at, facts.tnc_total, facts.cd34_total));
            }
        }
        if all == 0 {
            let sentence = "The bank has no unit by whose cells a weight could be judged: give the share of units that \
                            are large enough for each weight.";
            return Err(Failure::refused("coverage_doses_unknown", sentence));
        }
        doses.shares = enough.iter().map(|count| *count as f64 / all as f64).collect();
        Ok(doses)
    }

    /// The share of units that are large enough, by the place of the weight.
    pub(super) fn share(&self, at: usize) -> f64 {
        self.shares.get(at).copied().unwrap_or(0.0)
    }

    pub(super) fn floors(&self, at: usize) -> (u64, u64) {
        self.floors.get(at).copied().unwrap_or_default()
    }

    /// A count that is not known is not enough.
    fn is_enough(&self, at: usize, tnc_total: Option<u64>, cd34_total: Option<u64>) -> bool {
        let (tnc, cd34) = self.floors(at);
        let holds = |count: Option<u64>, floor: u64| floor == 0 || count.is_some_and(|count| count >= floor);
        holds(tnc_total, tnc) && holds(cd34_total, cd34)
    }

    /// Whether a unit is large enough; `None`: whatever the dose.
    pub(super) fn serves(&self, dose: Option<usize>, unit: &NextUnit) -> bool {
        dose.is_none_or(|at| self.is_enough(at, unit.tnc_total, unit.cd34_total))
    }
}

/// The number of a list in the snapshot.
///
/// # Errors
/// The bank has no such list.
pub(super) fn list_number(catalogue: &Catalogue, name: Option<&str>) -> Result<Option<u16>, Failure> {
    let Some(name) = name else { return Ok(None) };
    let lists = catalogue.snapshot().lists();
    let place = lists.iter().position(|known| known == name).ok_or_else(|| {
        let known = if lists.is_empty() { "none".to_owned() } else { lists.join(", ") };
        let sentence = format!("The bank has no list {name}; its lists: {known}.");
        Failure::new(Kind::NotFound, "list_unknown", sentence).with("list", name).with("known", known)
    })?;
    Ok(Some(place as u16))
}

/// What the bank holds for one patient.
pub(super) struct Reached([Reach; QUESTIONS_MAX]);

impl Reached {
    /// The most matches among own units that are large enough.
    pub(super) fn of_bank(&self, counting: Counting, dose: Option<usize>) -> Option<Matches> {
        of_class(&self.0[dose.map_or(ANY_DOSE, |at| at + 1)], counting)
    }

    /// The most matches among the entries of the list.
    pub(super) fn of_list(&self, counting: Counting) -> Option<Matches> {
        of_class(&self.0[LIST], counting)
    }
}

fn of_class(reach: &Reach, counting: Counting) -> Option<Matches> {
    match counting {
        Counting::X6 => reach.x6,
        Counting::X8 => reach.x8,
        Counting::X10 => reach.x10,
        // A search does not count it.
        Counting::X6Allele => None,
    }
}

/// Walks the bank once for each patient. A patient whose typing the release cannot read is left out.
pub(super) fn reached(
    catalogue: &Catalogue,
    people: &People,
    doses: &Doses,
    list: Option<u16>,
) -> Vec<Reached> {
    let snapshot = catalogue.snapshot();
    let asked: Vec<u16> =
        (0..snapshot.row_count() as u32).map(|row| questions(&snapshot.facts(row), doses, list)).collect();
    let interpreter = catalogue.interpreter();
    let typings = people.typings().iter().flatten();
    let of = |typing| Reached(reach(snapshot, &Query::new(snapshot, typing, &interpreter), &asked));
    typings.map(of).collect()
}

fn questions(facts: &Facts, doses: &Doses, list: Option<u16>) -> u16 {
    match facts.source {
        Source::Unit => {
            let enough = (0..doses.floors.len())
                .filter(|at| doses.is_enough(*at, facts.tnc_total, facts.cd34_total))
                .map(|at| 1 << (at + 1));
            enough.fold(1 << ANY_DOSE, |all, bit: u16| all | bit)
        }
        Source::Listed(number) => u16::from(list == Some(number)) << LIST,
    }
}

/// How a unit that is not in the bank matches each patient: x/6, x/8, x/10.
///
/// # Errors
/// Its typing cannot be read.
pub(super) fn matches_of_unit(
    catalogue: &Catalogue,
    people: &People,
    unit: &NextUnit,
) -> Result<Vec<Reached>, Failure> {
    let read = qidai_hla::PersonTyping::read_line(&unit.hla, &catalogue.nomenclature());
    let typing = read.map_err(|errors| {
        Failure::refused("unit_typing_refused", "The unit's typing cannot be read.").with_typing(
            "detail",
            errors,
            catalogue.release_label(),
        )
    })?;
    let interpreter = catalogue.interpreter();
    let unit = MATCH_LOCI.map(|locus| typing[locus].as_ref().map(|typing| interpreter.genotype(typing)));
    let compared = people.typings().iter().flatten().map(|patient| {
        let counts = std::array::from_fn(|place| {
            let locus = MATCH_LOCI[place];
            let patient = patient[locus].as_ref().map(|typing| interpreter.genotype(typing));
            LocusCounts::of(locus, patient.as_ref(), unit[place].as_ref(), interpreter.antigens())
        });
        let classes = qidai_match::Classes::of(&counts);
        let mut all = [Reach::default(); QUESTIONS_MAX];
        all[ANY_DOSE] = Reach { x6: classes.x6, x8: classes.x8, x10: classes.x10 };
        Reached(all)
    });
    Ok(compared.collect())
}
