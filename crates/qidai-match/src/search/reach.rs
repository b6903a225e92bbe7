//! What a bank holds for a patient, without a list: the most matches among the rows that are asked about.
//!
//! Coverage of the real bank is counted with it: one walk answers several questions – any unit, units large enough for
//! a weight, the entries of one list – at once.

use rayon::prelude::*;

use super::query::Query;
use super::snapshot::Snapshot;
use crate::class::{Classes, Packed};
use crate::count::Matches;

/// Questions of one walk; each row has one bit for each question that counts it in.
pub const QUESTIONS_MAX: usize = 16;

/// The most matches of any row, by class: `best` as far as typings allow it, `worst` for certain. `None`: no row has all
/// loci of the class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Of six.
    pub x6: Option<Matches>,
    /// Of eight.
    pub x8: Option<Matches>,
    /// Of ten.
    pub x10: Option<Matches>,
}

impl Reach {
    fn raise(&mut self, classes: &Classes) {
        *self = self.joined(Reach { x6: classes.x6, x8: classes.x8, x10: classes.x10 });
    }

    fn joined(self, other: Reach) -> Reach {
        Reach { x6: most(self.x6, other.x6), x8: most(self.x8, other.x8), x10: most(self.x10, other.x10) }
    }
}

fn most(one: Option<Matches>, other: Option<Matches>) -> Option<Matches> {
    match (one, other) {
        (Some(one), Some(other)) => {
            Some(Matches { best: one.best.max(other.best), worst: one.worst.max(other.worst) })
        }
        (one, other) => one.or(other),
    }
}

const BLOCK_ROWS: usize = 16_384;

/// Answers all questions; `asked` has one entry for each row, in which bit *n* says that question *n* counts it in.
pub fn reach(snapshot: &Snapshot, query: &Query<'_>, asked: &[u16]) -> [Reach; QUESTIONS_MAX] {
    let blocks = snapshot.rows().par_chunks(BLOCK_ROWS).zip(asked.par_chunks(BLOCK_ROWS));
    let of_block = |(rows, asked): (&[super::layout::Row], &[u16])| {
        let mut found = [Reach::default(); QUESTIONS_MAX];
        let wanted = rows.iter().zip(asked).filter(|(_, bits)| **bits != 0);
        for (row, bits) in wanted {
            let counts =
                row.texts().into_iter().zip(&query.tables).map(|(text, table)| Packed(table[text as usize]));
            let classes = counts.fold(Packed(0), Packed::plus).classes();
            let questions = found.iter_mut().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
            questions.for_each(|(_, reach)| reach.raise(&classes));
        }
        found
    };
    blocks.map(of_block).reduce(
        || [Reach::default(); QUESTIONS_MAX],
        |one, other| std::array::from_fn(|at| one[at].joined(other[at])),
    )
}
