//! Sums over values: equal on both sides exactly when the tables hold what the history wrote.
//!
//! Each value of a row has a number of 64 bits that depends on table, key, column and value, and on a secret drawn
//! for this run. What an event writes is added, what it replaces is subtracted, and what the tables hold is subtracted:
//! nothing is left. The sum is kept in parts by key, so that a difference tells where to look. A false "nothing is left"
//! has a chance of 2⁻⁶⁴, and nobody can arrange one without the secret.

use std::hash::{DefaultHasher, Hasher};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::json::{Change, Columns, Value};
use super::row_page::Page;
use crate::store::table::{self, AUDITED};

/// Parts of a table's sum: few rows each, and still only half a megabyte.
pub(super) const PARTS: usize = 1 << 16;

pub(super) struct Sums {
    secret: [u64; 2],
    /// By table, then by part.
    parts: Vec<Vec<AtomicU64>>,
    /// The highest number that rows of a table were given as key.
    highest: Vec<AtomicI64>,
}

impl Sums {
    pub(super) fn new(secret: &[u8; 16]) -> Self {
        let (low, high) = secret.split_at(8);
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let zeros = || (0..PARTS).map(|_| AtomicU64::new(0)).collect();
        Self {
            secret: [number(low), number(high)],
            parts: AUDITED.iter().map(|_| zeros()).collect(),
            highest: AUDITED.iter().map(|_| AtomicI64::new(0)).collect(),
        }
    }

    /// Takes a change of an event; false when it speaks of no audited table.
    pub(super) fn take_change(&self, change: &Change<'_>) -> bool {
        let Some((at, table)) = table::audited(&change.table) else { return false };
        if let (Some(Value::Int(key)), Some(_)) = (change.key.first(), table.counter) {
            self.highest[at].fetch_max(*key, Ordering::Relaxed);
        }
        let row = self.row(at, &change.key);
        let of = |columns: &Option<Columns<'_>>| {
            columns.as_ref().map_or(0, |columns| self.of_columns(row, columns))
        };
        let difference = of(&change.new).wrapping_sub(of(&change.old));
        self.parts[at][part_of(row)].fetch_add(difference, Ordering::Relaxed);
        true
    }

    /// Takes rows that are in a table away again.
    pub(super) fn take_rows(&self, at: usize, page: &Page<'_>) {
        for values in &page.rows {
            let key = page.key_of(values);
            let row = self.row(at, &key);
            let named = page.columns.iter().zip(values);
            let sum =
                named.fold(0_u64, |sum, (name, value)| sum.wrapping_add(self.of_value(row, name, value)));
            self.parts[at][part_of(row)].fetch_sub(sum, Ordering::Relaxed);
        }
    }

    /// The table and the part of a row.
    pub(super) fn place(&self, at: usize, key: &[Value<'_>]) -> (usize, usize) {
        (at, part_of(self.row(at, key)))
    }

    /// Places where something is left.
    pub(super) fn differing(&self) -> Vec<(usize, usize)> {
        let mut differing = Vec::new();
        for (at, parts) in self.parts.iter().enumerate() {
            let left = parts.iter().enumerate().filter(|(_, sum)| sum.load(Ordering::Relaxed) != 0);
            differing.extend(left.map(|(part, _)| (at, part)));
        }
        differing
    }

    pub(super) fn highest_key(&self, at: usize) -> i64 {
        self.highest[at].load(Ordering::Relaxed)
    }

    fn hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.secret[0]);
        hasher.write_u64(self.secret[1]);
        hasher
    }

    /// The number of a row by its table and key.
    fn row(&self, at: usize, key: &[Value<'_>]) -> u64 {
        let mut hasher = self.hasher();
        hasher.write_usize(at);
        key.iter().for_each(|value| write(value, &mut hasher));
        hasher.finish()
    }

    fn of_columns(&self, row: u64, columns: &Columns<'_>) -> u64 {
        columns.0.iter().fold(0, |sum, (name, value)| sum.wrapping_add(self.of_value(row, name, value)))
    }

    fn of_value(&self, row: u64, column: &str, value: &Value<'_>) -> u64 {
        if *value == Value::Unknown {
            return 0;
        }
        let mut hasher = self.hasher();
        hasher.write_u64(row);
        hasher.write_usize(column.len());
        hasher.write(column.as_bytes());
        write(value, &mut hasher);
        hasher.finish()
    }
}

fn part_of(row: u64) -> usize {
    usize::try_from(row % PARTS as u64).unwrap_or_default()
}

fn write(value: &Value<'_>, hasher: &mut DefaultHasher) {
    let mut text = |tag: u8, text: &str| {
        hasher.write_u8(tag);
        hasher.write_usize(text.len());
        hasher.write(text.as_bytes());
    };
    match value {
        Value::Unknown => text(0, ""),
        Value::Text(own) => text(1, own),
        Value::Strange(own) => text(2, own),
        Value::Int(number) => {
            hasher.write_u8(3);
            hasher.write_i64(*number);
        }
        Value::Flag(flag) => {
            hasher.write_u8(4);
            hasher.write_u8(u8::from(*flag));
        }
    }
}
