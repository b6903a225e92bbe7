//! Units at a moment, sorted by identity: 16 bytes and the identity for each, in one piece of memory.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::csv_line::Hashed;
use crate::figure::{Figure, FigureAnswer, Late, LateChange, OnRow, Part};
use crate::{BankType, Status};

/// For whom a unit is kept and where it is in its life; `None` when it is not there.
pub(super) type State = Option<(BankType, Status)>;

/// Which units a figure counts.
type Counts = fn(BankType, Status) -> bool;

/// The units of a moment.
#[derive(Default)]
pub(super) struct UnitLines {
    /// Schemes and identities, one after another, a zero byte between the two.
    names: Vec<u8>,
    units: Vec<Unit>,
}

struct Unit {
    /// Where its scheme and identity begin and end.
    start: usize,
    length: u16,
    now: State,
    /// Without what was recorded after the day.
    when_day_ended: State,
}

const SEPARATOR: u8 = 0;

impl UnitLines {
    /// Adds a unit that is there, with late entries or without them. False when its name is longer than any.
    pub(super) fn add(&mut self, scheme: &str, identity: &str, now: State, when_day_ended: State) -> bool {
        let start = self.names.len();
        let Ok(length) = u16::try_from(scheme.len() + 1 + identity.len()) else { return false };
        self.names.extend(scheme.bytes().chain([SEPARATOR]).chain(identity.bytes()));
        self.units.push(Unit { start, length, now, when_day_ended });
        true
    }

    /// By scheme, then by identity, byte for byte: the same order in every database.
    pub(super) fn sort(&mut self) {
        let Self { names, units } = self;
        units.par_sort_unstable_by(|a, b| name(names, a).cmp(name(names, b)));
    }

    /// Counts the units of a figure.
    pub(super) fn answer(
        &self,
        figure: &Figure,
        counts: Counts,
        is_pinned: bool,
        mut each: Option<&mut OnRow<'_>>,
    ) -> FigureAnswer {
        let counted = |state: State| state.filter(|(bank_type, status)| counts(*bank_type, *status));
        let mut hashed = Hashed::new(figure.columns());
        let (mut rows, mut rows_then) = (0_u64, 0_u64);
        let (mut parts, mut late) = (BTreeMap::new(), Late::default());
        for unit in &self.units {
            let (now, then) = (counted(unit.now), counted(unit.when_day_ended));
            if let Some((bank_type, status)) = now {
                let (scheme, identity) = self.identity(unit);
                hashed.add(&[scheme, identity, bank_type.code(), status.code()]);
                rows += 1;
                parts
                    .entry((bank_type.code(), status))
                    .or_insert(Part { bank_type, status, value: 0 })
                    .value += 1;
            }
            rows_then += u64::from(then.is_some());
            let change = if is_pinned { None } else { LateChange::between(then, now) };
            if let Some(change) = change {
                late.add(change, || self.cells(unit));
            }
            if let Some(each) = each.as_mut().filter(|_| now.is_some() || change.is_some()) {
                each(change, &self.cells(unit));
            }
        }
        late.value_without = Some(number(rows_then));
        FigureAnswer {
            number: figure.number,
            query: figure.query,
            version: figure.version,
            value: Some(number(rows)),
            missing: None,
            parts: parts.into_values().collect(),
            beside: Vec::new(),
            rows,
            hash: hashed.end(),
            late: if is_pinned { None } else { Some(late) },
        }
    }

    fn identity(&self, unit: &Unit) -> (&str, &str) {
        // Only whole texts were added, and the separator is no part of another character.
        let text = std::str::from_utf8(name(&self.names, unit)).unwrap_or_default();
        text.split_once(char::from(SEPARATOR)).unwrap_or_default()
    }

    fn cells(&self, unit: &Unit) -> Vec<String> {
        let (scheme, identity) = self.identity(unit);
        let (bank_type, status) = unit.now.map_or(("", ""), |(b, s)| (b.code(), s.code()));
        [scheme, identity, bank_type, status].map(str::to_owned).to_vec()
    }
}

fn name<'a>(names: &'a [u8], unit: &Unit) -> &'a [u8] {
    names.get(unit.start..unit.start + usize::from(unit.length)).unwrap_or_default()
}

fn number(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
