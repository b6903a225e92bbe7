//! Reading a row, column after column.

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{QueryResult, TryGetable};

use super::StoreError;

/// A row and the next column to read. Columns are read in the order in which they were selected.
pub(super) struct RowReader<'a> {
    table: &'static str,
    row: &'a QueryResult,
    next: usize,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(table: &'static str, row: &'a QueryResult) -> Self {
        Self { table, row, next: 0 }
    }

    fn get<T: TryGetable>(&mut self) -> Result<T, StoreError> {
        self.next += 1;
        Ok(self.row.try_get_by_index(self.next - 1)?)
    }

    pub(super) fn key(&mut self) -> Result<i64, StoreError> {
        self.get()
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        self.get()
    }

    pub(super) fn optional_text(&mut self) -> Result<Option<String>, StoreError> {
        self.get()
    }

    pub(super) fn int(&mut self) -> Result<Option<i64>, StoreError> {
        self.get()
    }

    pub(super) fn flag(&mut self) -> Result<Option<bool>, StoreError> {
        self.get()
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.get()
    }

    pub(super) fn optional_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.get()
    }

    /// A time in microseconds since 1970.
    pub(super) fn optional_time(&mut self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        let Some(microseconds) = self.int()? else { return Ok(None) };
        let time = Timestamp::from_microsecond(microseconds);
        time.map(Some).map_err(|_| self.unreadable(column, microseconds.to_string()))
    }

    pub(super) fn time(&mut self, column: &str) -> Result<Timestamp, StoreError> {
        match self.optional_time(column)? {
            Some(time) => Ok(time),
            None => Err(self.unreadable(column, String::new())),
        }
    }

    /// A code of an enum. An unknown code is an error, not "not known".
    pub(super) fn optional_code<T>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let Some(text) = self.optional_text()? else { return Ok(None) };
        match parse(&text) {
            Some(value) => Ok(Some(value)),
            None => Err(self.unreadable(column, text)),
        }
    }

    pub(super) fn code<T>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        match self.optional_code(column, parse)? {
            Some(value) => Ok(value),
            None => Err(self.unreadable(column, String::new())),
        }
    }

    pub(super) fn date(&mut self, column: &str) -> Result<Option<Date>, StoreError> {
        self.optional_code(column, |text| text.parse().ok())
    }

    fn unreadable(&self, column: &str, value: String) -> StoreError {
        // The first column of every table's row is its key.
        let row = self.row.try_get_by_index::<i64>(0).map_or_else(|_| "?".to_owned(), |key| key.to_string());
        StoreError::Unreadable { table: self.table, row, column: column.to_owned(), value }
    }
}
