//! What put one row of a list before another: where it stands after each key of the order.

use super::criteria::Criteria;
use super::order::{RankedRow, Standing, rank};
use super::query::Query;
use super::scan::Hit;
use super::snapshot::Snapshot;

/// Where a hit stands by the first key, by the first two, and so on. Of two hits of one question, also of two snapshots, the first step at which they
/// differ is the key that told them apart; without one only their identities do. `is_predicted` says whether the list was made with
/// probabilities.
pub fn steps(
    snapshot: &Snapshot,
    query: &Query<'_>,
    criteria: &Criteria,
    hit: &Hit,
    is_predicted: bool,
) -> Vec<Standing> {
    let keys = &criteria.order.keys;
    let (texts, facts) = (snapshot.rows()[hit.row as usize].texts(), snapshot.stored_facts(hit.row));
    let is_predicted = is_predicted && criteria.order.before_probability().is_some();
    let packed = query.packed(&texts);
    let row = RankedRow { number: hit.row, query, texts, packed, facts, p: hit.p.as_ref(), is_predicted };
    (1..=keys.len()).map(|count| Standing(rank(&keys[..count], criteria, &row))).collect()
}
