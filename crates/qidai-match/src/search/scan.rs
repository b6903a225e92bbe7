//! Walks all rows: adds five table entries, applies the rules, keeps the best.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::criteria::{Criteria, Judge, Judged, Rule};
use super::finer::Finer;
use super::layout::{Flags, Row};
use super::order::{OrderKey, RankedRow, Standing, rank};
use super::query::Query;
use super::rank::{Best, Key};
use super::snapshot::Snapshot;
use crate::class::Classes;

/// One listed row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The row in the snapshot.
    pub row: u32,
    /// By the whole order.
    pub standing: Standing,
    /// Its classes.
    pub classes: Classes,
    /// Of exactly 0 to 4 mismatches of 8; `None` when not asked for, or when no set of frequencies represents the pair.
    pub p: Option<[f64; 5]>,
    /// DPB1, ligands of killer cells, the unit's mother.
    pub finer: Finer,
}

/// How many rows a rule kept out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// The rule.
    pub rule: Rule,
    /// The rows that failed it and no rule before it.
    pub count: u64,
    /// Those of them that would be listed if this rule were dropped; at the class floors, if one match less were asked for.
    pub if_relaxed: u64,
}

/// The result of one search. Listed, not listed for want of room, and excluded rows add up to all rows.
#[derive(Clone, Debug, PartialEq)]
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

/// Tells for rows the probabilities of exactly 0 to 4 mismatches of 8, in their order.
pub type Predict<'p> = &'p (dyn Fn(&[u32]) -> Vec<Option<[f64; 5]>> + Sync);

/// Searches all rows; nothing is predicted.
pub fn search(snapshot: &Snapshot, query: &Query<'_>, criteria: &Criteria) -> Answer {
    let walked = walk(snapshot, query, criteria, &criteria.order.keys, criteria.limit, false);
    let hits = walked.best.sorted().into_iter().map(|key| hit(snapshot, query, key, None)).collect();
    answer(hits, walked.passed, &walked.excluded, &walked.relaxed)
}

/// Searches all rows, and predicts for those that are listed. Where the order asks for the probability, it is predicted for all
/// rows that could be listed by what decides before it; no row is left out for want of a prediction.
pub fn search_predicted(
    snapshot: &Snapshot,
    query: &Query<'_>,
    criteria: &Criteria,
    predict: Predict<'_>,
) -> Answer {
    let keys = &criteria.order.keys;
    let walked = match criteria.order.before_probability() {
        Some(before) => {
            let mut walked = walk(snapshot, query, criteria, before, usize::MAX, true);
            walked.best = walked.best.first_and_equals(criteria.limit);
            walked
        }
        None => walk(snapshot, query, criteria, keys, criteria.limit, false),
    };
    let rows: Vec<u32> = walked.best.sorted().into_iter().map(|(_, Reverse(row))| row).collect();
    let predicted = predict(&rows);
    let mut hits: Vec<(Key, Hit)> = rows
        .par_iter()
        .zip(&predicted)
        .map(|(row, p)| {
            let key = key_of(snapshot, query, criteria, *row, p.as_ref());
            (key, hit(snapshot, query, key, *p))
        })
        .collect();
    hits.par_sort_unstable_by(|a, b| b.0.cmp(&a.0));
    hits.truncate(criteria.limit);
    let hits = hits.into_iter().map(|(_, hit)| hit).collect();
    answer(hits, walked.passed, &walked.excluded, &walked.relaxed)
}

fn key_of(
    snapshot: &Snapshot,
    query: &Query<'_>,
    criteria: &Criteria,
    row: u32,
    p: Option<&[f64; 5]>,
) -> Key {
    let is_predicted = criteria.order.before_probability().is_some();
    let (texts, facts) = (snapshot.rows()[row as usize].texts(), snapshot.stored_facts(row));
    let packed = query.packed(&texts);
    let ranked = RankedRow { number: row, query, texts, packed, facts, p, is_predicted };
    (rank(&criteria.order.keys, criteria, &ranked), Reverse(row))
}

fn hit(snapshot: &Snapshot, query: &Query<'_>, (rank, Reverse(row)): Key, p: Option<[f64; 5]>) -> Hit {
    let classes = query.packed(&snapshot.rows()[row as usize].texts()).classes();
    Hit { row, standing: Standing(rank), classes, p, finer: query.finer(row) }
}

fn walk(
    snapshot: &Snapshot,
    query: &Query<'_>,
    criteria: &Criteria,
    keys: &[OrderKey],
    limit: usize,
    is_predicted: bool,
) -> Partial {
    let judge = Judge::new(criteria);
    let is_near = std::array::from_fn(|sum| judge.may_pass(sum as u8));
    let walk = Walk { snapshot, query, criteria, keys, is_predicted, judge, is_near };
    let blocks = snapshot.rows().par_chunks(BLOCK_ROWS).enumerate();
    let walked = blocks
        .fold(
            || Partial::new(limit),
            |mut partial, (block, rows)| {
                for (i, row) in rows.iter().enumerate() {
                    partial.take(&walk, row, (block * BLOCK_ROWS + i) as u32);
                }
                partial
            },
        )
        .reduce(|| Partial::new(limit), Partial::merge);
    walked.with_far(&walk)
}

struct Walk<'w, 'q> {
    snapshot: &'w Snapshot,
    query: &'w Query<'q>,
    criteria: &'w Criteria,
    keys: &'w [OrderKey],
    is_predicted: bool,
    judge: Judge<'w>,
    /// For each sum of a row whether it is worth a closer look.
    is_near: [bool; 256],
}

type PerRule = [u64; Rule::ALL.len()];

struct Partial {
    best: Best,
    passed: u64,
    excluded: PerRule,
    relaxed: PerRule,
    /// Rows that were looked at, by their flags.
    near: [u64; Flags::COUNT],
}

impl Partial {
    fn new(limit: usize) -> Self {
        let none = [0; Rule::ALL.len()];
        Partial { best: Best::new(limit), passed: 0, excluded: none, relaxed: none, near: [0; Flags::COUNT] }
    }

    #[inline]
    fn take(&mut self, walk: &Walk<'_, '_>, row: &Row, number: u32) {
        if walk.is_near[usize::from(walk.query.near.sum(&row.texts()))] {
            self.look(walk, row, number);
        }
    }

    #[inline(never)]
    fn look(&mut self, walk: &Walk<'_, '_>, row: &Row, number: u32) {
        let (texts, flags) = (row.texts(), row.flags());
        self.near[usize::from(flags.0) % Flags::COUNT] += 1;
        let (packed, facts) = (walk.query.packed(&texts), walk.snapshot.stored_facts(number));
        let has_antibody = || walk.query.has_antibody(&texts);
        if let Some(failed) = walk.judge.failed(&Judged { flags, packed, has_antibody: &has_antibody, facts })
        {
            self.excluded[failed.rule as usize] += 1;
            self.relaxed[failed.rule as usize] += u64::from(failed.alone);
            return;
        }
        self.passed += 1;
        let (query, is_predicted) = (walk.query, walk.is_predicted);
        let ranked = RankedRow { number, query, texts, packed, facts, p: None, is_predicted };
        self.best.offer((rank(walk.keys, walk.criteria, &ranked), Reverse(number)));
    }

    /// With the rows that were too far to be looked at: their flags say which rule they fail.
    fn with_far(mut self, walk: &Walk<'_, '_>) -> Partial {
        let untyped = walk.query.untyped();
        for (flags, (all, near)) in walk.snapshot.rows_by_flags().iter().zip(self.near).enumerate() {
            let rule = walk.judge.rule_of_far(Flags(flags as u8), untyped);
            self.excluded[rule as usize] += all - near;
        }
        self
    }

    fn merge(mut self, other: Partial) -> Partial {
        self.excluded.iter_mut().zip(other.excluded).for_each(|(sum, more)| *sum += more);
        self.relaxed.iter_mut().zip(other.relaxed).for_each(|(sum, more)| *sum += more);
        self.near.iter_mut().zip(other.near).for_each(|(sum, more)| *sum += more);
        Partial { best: self.best.merge(other.best), passed: self.passed + other.passed, ..self }
    }
}

fn answer(hits: Vec<Hit>, passed: u64, excluded: &PerRule, relaxed: &PerRule) -> Answer {
    let all = Rule::ALL.iter().zip(excluded.iter().zip(relaxed));
    let excluded = all.filter(|(_, (count, _))| **count > 0).map(|(rule, (count, if_relaxed))| Excluded {
        rule: *rule,
        count: *count,
        if_relaxed: *if_relaxed,
    });
    Answer { hits, passed, excluded: excluded.collect() }
}
