//! Entries as they are collected: one small row each, and everything that several share only once.

use rustc_hash::FxHashMap;

use super::{Texts, UnitEntry};
use crate::search::facts::{Source, StoredFacts};
use crate::search::layout::{Beside, Row, TEXT_LOCI, UNTYPED_TEXT};

/// Entries in the order in which they came.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) rows: Vec<Row>,
    pub(super) keys: Vec<u64>,
    /// For each row the number of its facts.
    pub(super) facts_of_row: Vec<u32>,
    pub(super) facts: Vec<StoredFacts>,
    /// Those facts that were pushed, each once; what was thawed is told apart when all is frozen.
    facts_numbers: FxHashMap<StoredFacts, u32>,
    /// For each row the number of what it has beside; what is missing at the end is 0.
    beside_of_row: Vec<u32>,
    beside: Vec<Beside>,
    beside_numbers: FxHashMap<Beside, u32>,
    /// For each row the end of its identity.
    pub(super) id_ends: Vec<u32>,
    pub(super) ids: Vec<u8>,
}

impl Entries {
    pub(super) fn push(&mut self, entry: &UnitEntry<'_>, texts: Option<Texts>, mother: Option<Texts>) {
        let stored = StoredFacts::new(&entry.facts);
        let next = self.facts.len() as u32;
        let number = *self.facts_numbers.entry(stored).or_insert_with(|| {
            self.facts.push(stored);
            next
        });
        let [typed @ .., dpb1] = texts.unwrap_or([UNTYPED_TEXT; TEXT_LOCI.len()]);
        let [mother @ .., _] = mother.unwrap_or([UNTYPED_TEXT; TEXT_LOCI.len()]);
        let row = Row::new(typed, texts.is_some(), entry.facts.source == Source::Unit);
        let beside = self.beside_number(Beside { dpb1, mother });
        self.push_row(row, entry.key, number, entry.id.as_bytes(), beside);
    }

    /// Number 0 is nothing.
    pub(super) fn beside_number(&mut self, beside: Beside) -> u32 {
        if beside == Beside::default() {
            return 0;
        }
        let next = 1 + self.beside.len() as u32;
        *self.beside_numbers.entry(beside).or_insert_with(|| {
            self.beside.push(beside);
            next
        })
    }

    /// What a row has beside, by the texts as they were numbered here.
    pub(super) fn beside(&self, row: u32) -> Beside {
        let number = self.beside_of_row.get(row as usize).copied().unwrap_or(0);
        number.checked_sub(1).and_then(|at| self.beside.get(at as usize)).copied().unwrap_or_default()
    }

    /// Behind this row none has anything beside.
    pub(super) fn rows_with_beside(&self) -> u32 {
        self.beside_of_row.len() as u32
    }

    pub(super) fn push_row(&mut self, row: Row, key: u64, facts: u32, id: &[u8], beside: u32) {
        if beside > 0 {
            // Tens of millions of rows that have nothing take no room for saying so.
            self.beside_of_row.resize(self.rows.len(), 0);
            self.beside_of_row.push(beside);
        }
        self.rows.push(row);
        self.keys.push(key);
        self.facts_of_row.push(facts);
        self.ids.extend_from_slice(id);
        // Where this does not fit, nothing is frozen: see `is_too_large`.
        self.id_ends.push(self.ids.len() as u32);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether rows or bytes of identities cannot be numbered by 32 bits.
    pub(super) fn is_too_large(&self) -> bool {
        u32::try_from(self.ids.len()).is_err() || u32::try_from(self.rows.len()).is_err()
    }

    pub(super) fn id(&self, row: u32) -> &[u8] {
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.id_ends[row - 1] };
        &self.ids[start as usize..self.id_ends[row] as usize]
    }
}
