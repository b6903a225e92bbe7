//! Walks all rows: adds five table entries, applies the rules, keeps the best.

use rayon::prelude::*;

use super::facts::{Abo, Facts, Sex, Source, StoredFacts};
use super::query::Query;
use super::rank::{Best, Order, key};
use super::snapshot::Snapshot;
use crate::class::{Classes, Packed};

/// What a unit must have to be listed. Nothing is required unless it is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Criteria {
    /// At least so many of 6 in the best case.
    pub min_x6: Option<u8>,
    /// At least so many of 8.
    pub min_x8: Option<u8>,
    /// At least so many of 10.
    pub min_x10: Option<u8>,
    /// Whether one of the given floors is enough, or each must be reached. Without any floor all pass.
    pub floors: Floors,
    /// Judge also units of which no class with a floor can be computed, by what their typing allows.
    pub allow_not_computable: bool,
    /// Cells per unit.
    pub min_tnc_total: Option<u64>,
    /// Cells per unit.
    pub min_cd34_total: Option<u64>,
    /// Collected on this day (days since 1970-01-01) or later.
    pub collected_from_day: Option<i32>,
    /// Sex.
    pub sex: Option<Sex>,
    /// One of these groups; empty is any.
    pub abo: Vec<Abo>,
    /// RhD.
    pub rhd_positive: Option<bool>,
    /// Red cells removed.
    pub rbc_depleted: bool,
    /// At least so many attached segments.
    pub min_segments: Option<u8>,
    /// All of these accreditations (bits as in [`Facts::accreditation`]).
    pub accreditation: u8,
    /// Own units.
    pub include_units: bool,
    /// External lists.
    pub include_lists: bool,
    /// Order of the list.
    pub order: Order,
    /// How many are listed.
    pub limit: usize,
}

/// How several class floors work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floors {
    /// One of them is enough, as in "at least 4/6 or 4/8".
    Any,
    /// Each must be reached; a class that cannot be computed reaches none.
    All,
}

impl Default for Criteria {
    fn default() -> Self {
        Criteria {
            min_x6: Some(4),
            min_x8: Some(4),
            min_x10: None,
            floors: Floors::Any,
            allow_not_computable: false,
            min_tnc_total: None,
            min_cd34_total: None,
            collected_from_day: None,
            sex: None,
            abo: Vec::new(),
            rhd_positive: None,
            rbc_depleted: false,
            min_segments: None,
            accreditation: 0,
            include_units: true,
            include_lists: true,
            order: Order::Class,
            limit: 100,
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident => $name:literal),* $(,)?) => {
        /// Why a unit is not listed: the first rule that it fails, in this order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule { $($(#[$doc])* $variant),* }

        impl Rule {
            /// Every rule, in the order they are asked.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant),*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Rule::$variant => $name),* }
            }
        }
    };
}

rules! {
    /// The typing cannot be read under the release in force.
    TypingUnreadable => "typing_unreadable",
    /// Not among the sources asked for.
    SourceExcluded => "source_excluded",
    /// A required locus is untyped, so no class with a floor can be computed.
    ClassNotComputable => "class_not_computable",
    /// Too many mismatches.
    MatchesBelowFloor => "matches_below_floor",
    /// A TNC floor is set and the count is not recorded.
    TncMissing => "tnc_missing",
    /// Too few nucleated cells.
    TncBelowFloor => "tnc_below_floor",
    /// A CD34 floor is set and the count is not recorded.
    Cd34Missing => "cd34_missing",
    /// Too few CD34+ cells.
    Cd34BelowFloor => "cd34_below_floor",
    /// Collected too early, or not known when.
    CollectionDate => "collection_date",
    /// Another sex, or not recorded.
    Sex => "sex",
    /// Another blood group, or not recorded.
    Abo => "abo",
    /// Another RhD, or not recorded.
    RhD => "rhd",
    /// Red cells not removed, or not recorded.
    RbcDepletion => "rbc_depletion",
    /// Too few attached segments, or not recorded.
    AttachedSegments => "attached_segments",
    /// An accreditation is missing.
    Accreditation => "accreditation",
}

/// One listed row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The row in the snapshot.
    pub row: u32,
    /// Its classes.
    pub classes: Classes,
}

/// How many rows a rule kept out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// The rule.
    pub rule: Rule,
    /// The rows that failed it and no rule before it.
    pub count: u64,
}

/// The result of one search. Listed, not listed for want of room, and excluded rows add up to all rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The first `limit`, best first.
    pub hits: Vec<Hit>,
    /// All rows that passed every rule.
    pub passed: u64,
    /// The others, by rule; rules that kept nobody out are absent.
    pub excluded: Vec<Excluded>,
}

/// Rows are walked in blocks of this many: enough to pay for a task, few enough to share between cores.
const BLOCK_ROWS: usize = 16_384;

/// Searches all rows.
pub fn search(snapshot: &Snapshot, query: &Query, criteria: &Criteria) -> Answer {
    let (rows, facts) = (snapshot.rows(), snapshot.stored_facts());
    let floors = ClassFloors::new(criteria);
    let merged = rows
        .par_chunks(BLOCK_ROWS)
        .zip(facts.par_chunks(BLOCK_ROWS))
        .enumerate()
        .fold(
            || Partial::new(criteria.limit),
            |mut partial, (block, (rows, facts))| {
                for (i, (row, facts)) in rows.iter().zip(facts).enumerate() {
                    let packed = add(query, row);
                    let number = (block * BLOCK_ROWS + i) as u32;
                    match first_failed(&floors, criteria, packed, facts) {
                        Some(rule) => partial.excluded[rule as usize] += 1,
                        None => partial.pass(criteria, packed, facts, number),
                    }
                }
                partial
            },
        )
        .reduce(|| Partial::new(criteria.limit), Partial::merge);
    merged.answer(query, snapshot)
}

fn add(query: &Query, row: &super::layout::Row) -> Packed {
    let mut sum = 0;
    for (table, text) in query.tables.iter().zip(row) {
        sum += table[*text as usize];
    }
    Packed(sum)
}

struct Partial {
    best: Best,
    passed: u64,
    excluded: [u64; Rule::ALL.len()],
}

impl Partial {
    fn new(limit: usize) -> Self {
        Partial { best: Best::new(limit), passed: 0, excluded: [0; Rule::ALL.len()] }
    }

    fn pass(&mut self, criteria: &Criteria, packed: Packed, facts: &StoredFacts, row: u32) {
        let dose = match criteria.order {
            Order::ClassCd34 => facts.cd34_total(),
            Order::Class | Order::Dose => facts.tnc_total(),
        };
        self.passed += 1;
        self.best.offer(key(criteria.order, packed, dose, row));
    }

    fn merge(self, other: Partial) -> Partial {
        let mut excluded = self.excluded;
        excluded.iter_mut().zip(other.excluded).for_each(|(sum, more)| *sum += more);
        Partial { best: self.best.merge(other.best), passed: self.passed + other.passed, excluded }
    }

    fn answer(self, query: &Query, snapshot: &Snapshot) -> Answer {
        let rows = snapshot.rows();
        let hits = self.best.sorted().into_iter().map(|(_, std::cmp::Reverse(row))| Hit {
            row,
            classes: add(query, &rows[row as usize]).classes(),
        });
        let excluded = Rule::ALL.iter().zip(self.excluded).filter(|(_, count)| *count > 0);
        Answer {
            hits: hits.collect(),
            passed: self.passed,
            excluded: excluded.map(|(rule, count)| Excluded { rule: *rule, count }).collect(),
        }
    }
}

/// The class floors of a search, ready to be asked of every row.
struct ClassFloors {
    floors: [Option<u8>; 3],
    needed: Floors,
    allow_not_computable: bool,
}

impl ClassFloors {
    fn new(criteria: &Criteria) -> Self {
        ClassFloors {
            floors: [criteria.min_x6, criteria.min_x8, criteria.min_x10],
            needed: criteria.floors,
            allow_not_computable: criteria.allow_not_computable,
        }
    }

    fn failed(&self, packed: Packed) -> Option<Rule> {
        let computable = packed.classes();
        let sums = packed.sums();
        let (mut reached, mut missed, mut unknown) = (false, false, false);
        for (i, class) in [computable.x6, computable.x8, computable.x10].into_iter().enumerate() {
            let Some(floor) = self.floors[i] else { continue };
            match class.or(self.allow_not_computable.then_some(sums[i])) {
                Some(matches) if matches.best >= floor => reached = true,
                Some(_) => missed = true,
                None => unknown = true,
            }
        }
        let passes = match self.needed {
            Floors::Any => reached || !(missed || unknown),
            Floors::All => !(missed || unknown),
        };
        if passes {
            return None;
        }
        Some(if missed { Rule::MatchesBelowFloor } else { Rule::ClassNotComputable })
    }
}

fn first_failed(
    floors: &ClassFloors,
    criteria: &Criteria,
    packed: Packed,
    facts: &StoredFacts,
) -> Option<Rule> {
    if facts.readable == 0 {
        return Some(Rule::TypingUnreadable);
    }
    let has_source = match facts.source() {
        Source::Unit => criteria.include_units,
        Source::Listed(_) => criteria.include_lists,
    };
    if !has_source {
        return Some(Rule::SourceExcluded);
    }
    // Most rows end at the floor, before all their facts are unpacked.
    floors
        .failed(packed)
        .or_else(|| dose_failed(criteria, facts))
        .or_else(|| facts_failed(criteria, &facts.facts()))
}

fn dose_failed(criteria: &Criteria, facts: &StoredFacts) -> Option<Rule> {
    let below = |floor: Option<u64>, count: Option<u64>, missing: Rule, below: Rule| match (floor, count) {
        (Some(_), None) => Some(missing),
        (Some(floor), Some(count)) if count < floor => Some(below),
        _ => None,
    };
    below(criteria.min_tnc_total, facts.tnc_total(), Rule::TncMissing, Rule::TncBelowFloor).or_else(|| {
        below(criteria.min_cd34_total, facts.cd34_total(), Rule::Cd34Missing, Rule::Cd34BelowFloor)
    })
}

/// A required fact that is not recorded is not a pass.
fn facts_failed(criteria: &Criteria, facts: &Facts) -> Option<Rule> {
    let wrong = |required: bool, has: bool, rule: Rule| (required && !has).then_some(rule);
    let from = criteria.collected_from_day;
    wrong(from.is_some(), facts.collection_day >= from, Rule::CollectionDate)
        .or_else(|| wrong(criteria.sex.is_some(), facts.sex == criteria.sex, Rule::Sex))
        .or_else(|| {
            let has = facts.abo.is_some_and(|abo| criteria.abo.contains(&abo));
            wrong(!criteria.abo.is_empty(), has, Rule::Abo)
        })
        .or_else(|| {
            wrong(criteria.rhd_positive.is_some(), facts.rhd_positive == criteria.rhd_positive, Rule::RhD)
        })
        .or_else(|| wrong(criteria.rbc_depleted, facts.rbc_depleted == Some(true), Rule::RbcDepletion))
        .or_else(|| {
            let has = facts.attached_segments >= criteria.min_segments;
            wrong(criteria.min_segments.is_some(), has, Rule::AttachedSegments)
        })
        .or_else(|| {
            let has = facts.accreditation & criteria.accreditation == criteria.accreditation;
            wrong(true, has, Rule::Accreditation)
        })
}
