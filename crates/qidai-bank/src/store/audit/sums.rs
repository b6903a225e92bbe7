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

/// Parts of a table's sum: few rows each, and small enough for the cache of a core.
pub(super) const PARTS: usize = 1 << 14;

pub(super) struct Sums {
    /// Has taken the secret; every number begins as a copy of it.
    seeded: DefaultHasher,
    /// By table, then by part.
    parts: Vec<Vec<AtomicU64>>,
    /// The highest number that rows of a table were given as key.
    highest: Vec<AtomicI64>,
}

impl Sums {
    pub(super) fn new(secret: &[u8; 16]) -> Self {
        let (low, high) = secret.split_at(8);
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let mut seeded = DefaultHasher::new();
        seeded.write_u64(number(low));
        seeded.write_u64(number(high));
        let zeros = || (0..PARTS).map(|_| AtomicU64::new(0)).collect();
        Self {
            seeded,
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
            let values = columns.iter().flat_map(|columns| &columns.0);
            self.of_values(row, values.map(|(name, value)| (name.as_ref(), value)))
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
            let sum = self.of_values(row, page.columns.iter().copied().zip(values));
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

    /// The number of some bytes. The hasher is given all at once: several small pieces take it twice the time.
    fn number(&self, bytes: &[u8]) -> u64 {
        let mut hasher = self.seeded.clone();
        hasher.write(bytes);
        hasher.finish()
    }

    /// The number of a row by its table and key.
    fn row(&self, at: usize, key: &[Value<'_>]) -> u64 {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(&at.to_le_bytes());
        key.iter().for_each(|value| write(value, &mut bytes));
        self.number(&bytes)
    }

    /// The sum over the values of a row. What is not known adds nothing.
    fn of_values<'v, 'a: 'v>(&self, row: u64, values: impl Iterator<Item = (&'v str, &'v Value<'a>)>) -> u64 {
        let mut bytes = Vec::with_capacity(256);
        let mut sum = 0_u64;
        for (column, value) in values.filter(|(_, value)| **value != Value::Unknown) {
            bytes.clear();
            bytes.extend_from_slice(&row.to_le_bytes());
            write_text(0, column, &mut bytes);
            write(value, &mut bytes);
            sum = sum.wrapping_add(self.number(&bytes));
        }
        sum
    }
}

fn part_of(row: u64) -> usize {
    usize::try_from(row % PARTS as u64).unwrap_or_default()
}

/// Length before content: no two lists of values become the same bytes.
fn write_text(tag: u8, text: &str, bytes: &mut Vec<u8>) {
    bytes.push(tag);
    bytes.extend_from_slice(&text.len().to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn write(value: &Value<'_>, bytes: &mut Vec<u8>) {
    match value {
        Value::Unknown => write_text(0, "", bytes),
        Value::Text(own) => write_text(1, own, bytes),
        Value::Strange(own) => write_text(2, own, bytes),
        Value::Int(number) => {
            bytes.push(3);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        Value::Flag(flag) => bytes.extend_from_slice(&[4, u8::from(*flag)]),
    }
}
