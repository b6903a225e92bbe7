//! The rows behind a count of the exclusions: whom one rule kept out, the nearest first.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::criteria::{Criteria, Judge, Judged, Rule};
use super::order::{RankedRow, Standing, rank};
use super::query::Query;
use super::rank::{Best, Key};
use super::scan::Hit;
use super::snapshot::Snapshot;

/// The rows that failed this rule and no rule before it, in the order of the list, at most `limit`. They are those that
/// [`super::search`] counts under the rule; nothing is predicted.
pub fn kept_out(
    snapshot: &Snapshot,
    query: &Query<'_>,
    criteria: &Criteria,
    rule: Rule,
    limit: usize,
) -> Vec<Hit> {
    let judge = Judge::new(criteria);
    let offer = |mut best: Best, (number, row): (usize, &super::layout::Row)| {
        let (number, texts) = (number as u32, row.texts());
        let (packed, facts) = (query.packed(&texts), snapshot.stored_facts(number));
        let has_antibody = || query.has_antibody(&texts);
        let judged = Judged { flags: row.flags(), packed, has_antibody: &has_antibody, facts };
        if judge.failed(&judged).is_some_and(|failed| failed.rule == rule) {
            let ranked = RankedRow { number, query, texts, packed, facts, p: None, is_predicted: false };
            best.offer((rank(&criteria.order.keys, criteria, &ranked), Reverse(number)));
        }
        best
    };
    let rows = snapshot.rows().par_iter().enumerate().with_min_len(4_096);
    let best = rows.fold(|| Best::new(limit), offer).reduce(|| Best::new(limit), Best::merge);
    let hit = |(rank, Reverse(row)): Key| {
        let classes = query.packed(&snapshot.rows()[row as usize].texts()).classes();
        Hit { row, standing: Standing(rank), classes, p: None, finer: query.finer(row) }
    };
    best.sorted().into_iter().map(hit).collect()
}
